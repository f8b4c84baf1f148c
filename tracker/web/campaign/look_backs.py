"""回头看抽查: months of sign-offs, their draws, and the button by which the supervision team draws."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.errors import TransitionNotAllowed
from tracker.domain.months import Month
from tracker.domain.permissions import Action, Place, may
from tracker.domain.sampling import how_many, place_of, seed_text
from tracker.domain.values import local_date
from tracker.persistence.queries import campaign_page
from tracker.persistence.queries.look_backs import DrawnItem, DrawRow, LookBacks, find_look_backs
from tracker.services.sampling import share_of
from tracker.web.auth import requires
from tracker.web.requests import container, viewer

blueprint = Blueprint("look_backs", __name__)


@dataclass(frozen=True)
class ItemLine:
    """A drawn item: its place in the draw, and what became of it."""

    ref: str
    item: DrawnItem | None
    state: str
    place: str
    passed_over: str


@dataclass(frozen=True)
class MonthView:
    """A month with sign-offs. `draw` None = it was not drawn; `text` is what its seed is the hash of."""

    month: Month
    many: int
    wanted: int
    over: bool
    draw: DrawRow | None
    text: str
    lines: tuple[ItemLine, ...]


@blueprint.get("/campaigns/<ref>/look-backs")
@requires(Action.SEE_WORKBENCH)
def index(ref: str) -> str:
    """Show the months; with ?check=2026-03 that draw is made again and compared."""
    return _page(ref)


@blueprint.post("/campaigns/<ref>/look-backs/<month>")
@requires(Action.ACT_AS_SUPERVISOR)
def draw(ref: str, month: str) -> Response | tuple[str, int]:
    """Draw a month; sent twice, it is drawn once."""
    try:
        done = container().sampling.draw(viewer(), campaign_ref=ref, month_key=month)
    except TransitionNotAllowed as refused:
        return _page(ref, trouble=refused.sentence), 409
    over = f"其中{len(done.passed_over)}项已另行办理，不再抽查。" if done.passed_over else ""
    said = "这个月已经抽取过，结果不变：" if done.repeated else ""
    flash(f"{said}从{done.pool}项里抽中{len(done.drawn)}项，须由销号人以外的人回头看。{over}", "success")
    return redirect(url_for("look_backs.index", ref=ref))


def _page(ref: str, *, trouble: str = "") -> str:
    parts, who = container(), viewer()
    now = parts.clock.now()
    with parts.reading() as session:
        campaign = campaign_page.get_campaign(session, who, ref, now=now)
        found = find_look_backs(session, who, ref)
    place = Place(campaign.office_unit_id, campaign.id, None, internal=True)
    checked = request.args.get("check", "")
    differences = (
        parts.sampling.differences(who, campaign_ref=ref, month_key=checked) if checked in found.draws else None
    )
    share = share_of(campaign.settings)
    present = Month.of(local_date(now))
    months = [
        _month(month, ref, found, share, over=month < present)
        for key in sorted(found.many, reverse=True)
        if (month := Month.read(key)) is not None
    ]
    return render_template(
        "campaign/look_backs.html", campaign=campaign, months=months, share=share, trouble=trouble, checked=checked,
        differences=differences, may_draw=may(who, Action.ACT_AS_SUPERVISOR, place),
    )  # fmt: skip


def _month(month: Month, ref: str, found: LookBacks, share: int, *, over: bool) -> MonthView:
    draw = found.draws.get(month.key)
    catalog = container().catalog
    lines = []
    for one in draw.drawn if draw else ():
        item = found.items.get(one)
        state = catalog.workflow(item.workflow_version_id).states[item.state].title if item else ""
        passed = draw.passed_over.get(one, "") if draw else ""
        lines.append(ItemLine(one, item, state, place_of(draw.seed, one)[:12] if draw else "", passed))
    text = seed_text(campaign=ref, occasion=month.key, root=draw.root) if draw else ""
    many = found.many[month.key]
    return MonthView(month, many, how_many(many, share), over, draw, text, tuple(lines))
