"""双随机抽取: the form by which units and inspectors are drawn, and the draws of a campaign."""

from __future__ import annotations

import structlog
from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.errors import InvalidInput, StaleVersion, TransitionNotAllowed
from tracker.domain.permissions import Action
from tracker.domain.values import Role, local_date
from tracker.persistence.queries.visit_choices import find_earlier_visits, find_visit_choices, find_visit_names
from tracker.persistence.queries.visit_draws import find_draws
from tracker.services.visit_draws import Drawn
from tracker.web.auth import requires
from tracker.web.errors import status_of
from tracker.web.forms import read_given
from tracker.web.requests import container, expected_version, viewer
from tracker.web.tasks.presenters import NOTHING_TRIED, Attempt
from tracker.web.visits.draw_views import named_in_draws, present_draw, say_left_out
from tracker.web.visits.presenters import say_earlier, window_of
from tracker.web.visits.views import campaign_of_office, may_plan

blueprint = Blueprint("visit_draws", __name__)
logger = structlog.get_logger(__name__)

DRAW, FINISH = "draw", "finish"


@blueprint.get("/campaigns/<ref>/visits/draws")
@requires(Action.SEE_WORKBENCH)
def index(ref: str) -> Response:
    """Show the draws; with ?check=3 that one is drawn again and compared."""
    return _page(ref)


@blueprint.post("/campaigns/<ref>/visits/draws")
@requires(Action.PLAN_VISIT)
def draw(ref: str) -> Response:
    """Draw, and go on to the plan."""
    given = read_given(request.form)
    try:
        done = container().team.visit_draws.draw(viewer(), campaign_ref=ref, made=expected_version(), given=given)
    except InvalidInput as wrong:
        return _page(ref, Attempt(DRAW, given, wrong.problems), status=status_of(wrong))
    except (StaleVersion, TransitionNotAllowed) as refused:
        return _page(ref, Attempt(DRAW, given, sentence=refused.sentence), status=status_of(refused))
    return _on_to_plan(ref, done)


@blueprint.post("/campaigns/<ref>/visits/draws/<int:number>")
@requires(Action.PLAN_VISIT)
def finish(ref: str, number: int) -> Response:
    """Bring a draw to its result that ended between putting down who takes part and drawing."""
    try:
        done = container().team.visit_draws.finish(viewer(), campaign_ref=ref, number=number)
    except TransitionNotAllowed as refused:
        return _page(ref, Attempt(FINISH, sentence=refused.sentence), status=status_of(refused))
    return _on_to_plan(ref, done)


def _on_to_plan(ref: str, done: Drawn) -> Response:
    if done.root is not None:
        # As where it is sealed by the clock: the log is the second place in which a root is kept.
        logger.info("Ledger sealed", action="ledger.sealed", root=done.root)
    flash(f"第{done.number}次抽取已完成并记录。请接着填写这次督导的日期和依据。", "success")
    return redirect(url_for("visit_plans.new", ref=ref, draw=done.number))


def _page(ref: str, attempt: Attempt = NOTHING_TRIED, *, status: int = 200) -> Response:
    parts, who = container(), viewer()
    now = parts.clock.now()
    today = local_date(now)
    with parts.reading() as session:
        campaign = campaign_of_office(session, who, ref, now=now)
        choices = find_visit_choices(
            session, campaign_id=campaign.id, office_unit_id=campaign.office_unit_id, today=today
        )
        earlier = find_earlier_visits(session, [one.id for one in choices.units], campaign_id=campaign.id)
        rows = find_draws(session, who, ref)
        made = [row.draw for row in rows if row.draw is not None]
        names = find_visit_names(session, named_in_draws(made, [row.left_out for row in rows]))
    asked = request.args.get("check", "")
    checked = next((row.number for row in rows if row.draw is not None and str(row.number) == asked), None)
    differences = (
        parts.team.visit_draws.differences(who, campaign_ref=ref, number=checked) if checked is not None else None
    )
    inspectors = [one for one in choices.people if one.role == Role.SUPERVISOR]
    window = window_of(campaign.settings)
    attempt = attempt.beside({
        "units": [one.code for one in choices.units], "people": [one.code for one in inspectors],
        "unit_count": "1", "people_count": str(min(2, max(len(inspectors), 1))),
    })  # fmt: skip
    html = render_template(
        "visits/draws.html", campaign=campaign, attempt=attempt, made=len(rows), units=choices.units, inspectors=inspectors,
        earlier={one.id: say_earlier(earlier[one.id], (today, today), window) for one in choices.units},
        chosen={name: attempt.several(name) for name in ("units", "people")}, checked=checked, differences=differences,
        draws=[
            (row, present_draw(row.draw, names) if row.draw is not None else None, say_left_out(row.left_out, names))
            for row in rows
        ],
        may_draw=may_plan(campaign),
    )  # fmt: skip
    return make_response(html, status)
