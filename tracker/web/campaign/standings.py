"""Where units stand (亮牌): the list, and the leader's or office's decision to take a standing one step down."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.cards import CARD_PAPERS, STANDING_TITLES, Standing, one_down
from tracker.domain.deadlines import local_moment
from tracker.domain.errors import FieldProblem, InvalidInput, StaleVersion
from tracker.domain.permissions import Action, Place, may
from tracker.domain.values import local_date
from tracker.persistence.queries import campaign_page
from tracker.persistence.queries.unit_standings import find_standings
from tracker.web.auth import requires
from tracker.web.forms import read_given
from tracker.web.listing import page_number, page_url
from tracker.web.requests import container, expected_version, viewer
from tracker.web.tasks.presenters import NOTHING_TRIED, Attempt

blueprint = Blueprint("standings", __name__)

PAGE_SIZE = 50
MARKS = {"normal": "○", "released": "○", "yellow": "▲", "red": "■", "listed": "◆"}


@blueprint.get("/campaigns/<ref>/standings")
@requires(Action.SEE_CAMPAIGN)
def index(ref: str) -> str:
    """List units by where they stand."""
    return _page(ref)


@blueprint.post("/campaigns/<ref>/standings/<int:unit_id>/lift")
@requires(Action.ACT_AS_LEADER, Action.ACT_AS_OFFICE)
def lift(ref: str, unit_id: int) -> Response | tuple[str, int]:
    """Take a unit's standing one step down."""
    given = read_given(request.form)
    with container().reading() as session:
        campaign = campaign_page.get_campaign(session, viewer(), ref, now=container().clock.now())
    try:
        stands = container().standings.lift(
            viewer(), unit_id=unit_id, campaign_ref=campaign.ref, expected_version=expected_version(),
            reason=request.form.get("reason", ""),
        )  # fmt: skip
    except InvalidInput as wrong:
        return _page(ref, Attempt(f"lift-{unit_id}", given, wrong.problems)), 422
    except StaleVersion as stale:
        return _page(ref, Attempt(f"lift-{unit_id}", given, [FieldProblem("reason", stale.sentence)])), 409
    flash(f"已下调，该单位现在是“{_titles(campaign.settings)[stands]}”。", "success")
    return redirect(url_for("standings.index", ref=ref))


def _page(ref: str, attempt: Attempt = NOTHING_TRIED) -> str:
    parts, who = container(), viewer()
    now, every = parts.clock.now(), request.args.get("every") == "yes"
    with parts.reading() as session:
        campaign = campaign_page.get_campaign(session, who, ref, now=now)
        found = find_standings(
            session, who, ref, cards=sorted(CARD_PAPERS.values()), every=every, page=page_number(), size=PAGE_SIZE,
            year_began=local_moment(date(local_date(now).year, 1, 1), time(0)),
        )  # fmt: skip
    place = Place(campaign.office_unit_id, campaign.id, None, internal=True)
    may_lift = may(who, Action.ACT_AS_LEADER, place) or may(who, Action.ACT_AS_OFFICE, place)
    titles = _titles(campaign.settings)
    liftable = {row.unit_id: titles[one_down(Standing(row.standing))] for row in found.rows if _may_fall(row.standing)}
    return render_template(
        "campaign/standings.html", campaign=campaign, found=found, titles=titles,
        colours=campaign.settings.get("card_colours", {}), marks=MARKS, every=every,
        liftable=liftable if may_lift else {}, attempt=attempt, url=page_url("standings.index", ref=ref),
    )  # fmt: skip


def _may_fall(standing: str) -> bool:
    return one_down(Standing(standing)) != standing


def _titles(settings: Mapping[str, Any]) -> dict[str, str]:
    """Return what each standing is called in a campaign."""
    return {one.value: title for one, title in STANDING_TITLES.items()} | dict(settings.get("card_titles", {}))
