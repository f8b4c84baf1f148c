"""A paper in somebody's hand, on its own page: whose the others read, and taken or put down by a button.

A courtesy as on the workbench (services/claims.py): it lapses by itself and keeps nobody from acting.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.errors import NotAllowed, TransitionNotAllowed
from tracker.domain.permissions import OFFICE_SIDE, Action, Viewer
from tracker.domain.values import WaitsFor
from tracker.persistence.queries.notice_page import NoticeHead, get_notice
from tracker.persistence.queries.triage import get_claim
from tracker.services.claims import MINUTES, why_held
from tracker.web.auth import requires
from tracker.web.requests import container, viewer

blueprint = Blueprint("hands", __name__)


@dataclass(frozen=True)
class Hand:
    """Who has the paper in hand: the viewer himself, or another (in words), or nobody and it may be taken.

    `minutes` is how long it stays there.
    """

    mine: bool = False
    others: str = ""
    minutes: int = MINUTES


def present_hand(who: Viewer, head: NoticeHead, *, may_act: bool) -> Hand | None:
    """Return in whose hand a paper is; None to whoever is no colleague, and where nothing waits for one."""
    if not head.inside or head.final or head.waits_for == WaitsFor.UNIT or not who.roles() & OFFICE_SIDE:
        return None
    parts = container()
    with parts.reading() as session:
        claim = get_claim(session, head.ref, now=parts.clock.real_now())
    if claim is not None:
        return Hand(mine=True) if claim.person_id == who.person_id else Hand(others=why_held(claim))
    return Hand() if may_act else None


@blueprint.post("/notices/<ref>/hand")
@requires(Action.ACT_AS_SUPERVISOR, Action.ACT_AS_OFFICE, Action.ACT_AS_LEADER)
def change(ref: str) -> Response:
    """Take the paper in hand, or put it down."""
    parts, who = container(), viewer()
    with parts.reading() as session:
        found = get_notice(session, who, ref, now=parts.clock.now(), calendar=parts.calendars.newest())
    if not found.head.inside:
        raise NotAllowed("文书由制发单位的人办理。")
    if request.form.get("put_down"):
        parts.team.claims.release(who, [ref])
        flash("已放下，同事可以接着办。", "success")
    elif present_hand(who, found.head, may_act=bool(parts.notices.allowed(who, ref))) is None:
        raise TransitionNotAllowed("这份文书现在不等您办理：已经办结、在等受文单位，或者下一步由别人办。")
    elif parts.team.claims.take(who, ref):
        flash(f"已在您手上，同事会看到；{MINUTES}分钟不办就放开。", "success")
    else:
        flash("同事刚刚拿到手上，页面上写着是谁。", "warning")
    return redirect(url_for("notices.show", ref=ref))
