"""The form of a visit's plan: for a new visit, and to change one that has not begun."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.errors import InvalidInput, NotAllowed, NotFound, StaleVersion, TransitionNotAllowed
from tracker.domain.inputs import Unreadable, read_date
from tracker.domain.permissions import Action, Place, may
from tracker.domain.values import local_date
from tracker.domain.visits import FREQUENCY_RULE, LONGEST_FILED, MANNERS, STATE_TITLES, may_step
from tracker.persistence.queries import visits as queries
from tracker.persistence.queries.visit_choices import (
    VisitChoices,
    find_earlier_visits,
    find_planned_codes,
    find_visit_choices,
    find_visit_names,
)
from tracker.persistence.queries.visit_draws import find_draws
from tracker.persistence.queries.visits import VisitPage
from tracker.persistence.repositories.visits import MISSING
from tracker.web.auth import requires
from tracker.web.errors import status_of
from tracker.web.forms import read_given
from tracker.web.requests import container, expected_version, viewer
from tracker.web.tasks.presenters import NOTHING_TRIED, Attempt
from tracker.web.visits.draw_views import named_in_draws, present_draw
from tracker.web.visits.presenters import say_earlier, say_member, window_of
from tracker.web.visits.views import campaign_of_office, may_plan

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

blueprint = Blueprint("visit_plans", __name__)

PLAN = "plan"


@dataclass(frozen=True)
class PlanForm:
    """What the form offers, with what is pointed out about units (id → sentence), and which codes are ticked."""

    choices: VisitChoices
    earlier: Mapping[int, str]
    chosen: Mapping[str, list[str]]
    manners: Mapping[bool, str] = field(default_factory=lambda: MANNERS)
    longest: int = LONGEST_FILED


@blueprint.get("/campaigns/<ref>/visits/new")
@requires(Action.PLAN_VISIT)
def new(ref: str) -> Response:
    """Show the form of a plan."""
    return _new(ref)


@blueprint.post("/campaigns/<ref>/visits")
@requires(Action.PLAN_VISIT)
def plan(ref: str) -> Response:
    """Plan a visit."""
    given = read_given(request.form)
    try:
        visit_ref = container().team.visits.plan(viewer(), campaign_ref=ref, given=given)
    except InvalidInput as wrong:
        return _new(ref, Attempt(PLAN, given, wrong.problems), status=status_of(wrong))
    except TransitionNotAllowed as refused:
        return _new(ref, Attempt(PLAN, given, sentence=refused.sentence), status=status_of(refused))
    flash(f"已安排（{visit_ref}），督导组成员会收到通知。", "success")
    return redirect(url_for("visits.show", ref=visit_ref))


@blueprint.get("/visits/<ref>/change")
@requires(Action.PLAN_VISIT)
def change_form(ref: str) -> Response:
    """Show the plan of a visit to be changed."""
    return _change(ref)


@blueprint.post("/visits/<ref>/change")
@requires(Action.PLAN_VISIT)
def change(ref: str) -> Response:
    """Change a planned visit; what was typed stays where it cannot be done."""
    given = read_given(request.form)
    try:
        done = container().team.visit_changes.change(
            viewer(), ref=ref, expected_version=expected_version(), given=given
        )
    except InvalidInput as wrong:
        return _change(
            ref, Attempt(PLAN, given, wrong.problems, "" if wrong.problems else wrong.sentence), status=status_of(wrong)
        )
    except (StaleVersion, TransitionNotAllowed) as refused:
        return _change(ref, Attempt(PLAN, given, sentence=refused.sentence), status=status_of(refused))
    flash(
        "已改动，知道这次督导的人会收到通知。" if done else "和原来的安排一样，没有改动。",
        "success" if done else "info",
    )
    return redirect(url_for("visits.show", ref=ref))


def _new(ref: str, attempt: Attempt = NOTHING_TRIED, *, status: int = 200) -> Response:
    parts, who = container(), viewer()
    now = parts.clock.now()
    today, me = local_date(now), str(who.person_id)
    named = attempt.typed("draw") or ("" if attempt.given else request.args.get("draw", ""))
    with parts.reading() as session:
        campaign = campaign_of_office(session, who, ref, now=now)
        row = next((one for one in find_draws(session, who, ref) if str(one.number) == named), None) if named else None
        draw = row.draw if row is not None else None
        names = find_visit_names(session, named_in_draws([draw])) if draw is not None else None
        attempt = attempt.beside({
            "from_on": today.isoformat(), "to_on": today.isoformat(), "measures": [],
            "units": list(draw.drawn_units) if draw is not None else [],
            "people": list(draw.drawn_people) if draw is not None else me,
            "in_charge": draw.drawn_people[0] if draw is not None else me,
        })  # fmt: skip
        form = _plan_form(session, campaign.id, campaign.office_unit_id, campaign.settings, attempt, today=today)
    html = render_template(
        "visits/new.html", campaign=campaign, form=form, attempt=attempt, rule=FREQUENCY_RULE, may_plan=may_plan(campaign),
        row=row, draw=present_draw(draw, names) if draw is not None and names is not None else None,
    )  # fmt: skip
    return make_response(html, status)


def _change(ref: str, attempt: Attempt = NOTHING_TRIED, *, status: int = 200) -> Response:
    parts, who = container(), viewer()
    today = local_date(parts.clock.now())
    with parts.reading() as session:
        page = queries.get_visit(session, who, ref)
        head = page.head
        if not head.inside:
            raise NotFound(MISSING.format(ref))
        if not may(who, Action.PLAN_VISIT, Place(head.office_unit_id, head.campaign_id, None, internal=True)):
            raise NotAllowed("实地督导由督导组或领导小组办公室安排。")
        attempt = attempt.beside(_given(page, find_planned_codes(session, ref)))
        form = _plan_form(
            session, head.campaign_id, head.office_unit_id, head.campaign_settings, attempt, today=today, ref=ref
        )
    refused = [stop.unit_name for stop in page.stops if stop.refused_at is not None]
    offered = {one.id for one in form.choices.units}
    gone = [stop.unit_name for stop in page.stops if stop.unit_id not in offered and stop.refused_at is None]
    html = render_template(
        "visits/change.html", page=page, head=head, form=form, attempt=attempt, rule=FREQUENCY_RULE, refused=refused, gone=gone,
        open=head.campaign_status == "issued" and may_step(head.state, "change"), state=STATE_TITLES[head.state],
        team=[say_member(one) for one in page.team], manner=MANNERS[head.announced],
    )  # fmt: skip
    return make_response(html, status)


def _plan_form(
    session: Session, campaign_id: int, office_unit_id: int, settings: Mapping[str, Any], attempt: Attempt, *,
    today: date, ref: str = "",
) -> PlanForm:  # fmt: skip
    choices = find_visit_choices(session, campaign_id=campaign_id, office_unit_id=office_unit_id, today=today)
    earlier = find_earlier_visits(session, [one.id for one in choices.units], campaign_id=campaign_id, but=ref)
    days, window = _days(attempt, today), window_of(settings)
    return PlanForm(
        choices, {one.id: say_earlier(earlier[one.id], days, window) for one in choices.units},
        {name: attempt.several(name) for name in ("units", "measures", "people")},
    )  # fmt: skip


def _given(page: VisitPage, codes: Mapping[str, list[str]]) -> dict[str, object]:
    """Return a plan as its form would post it."""
    head = page.head
    return {
        "from_on": head.from_on.isoformat(), "to_on": head.to_on.isoformat(), "ground": head.ground,
        "filed_as": head.filed_as, "announced": "yes" if head.announced else "no", **codes,
        "in_charge": next(str(one.person_id) for one in page.team if one.in_charge),
    }  # fmt: skip


def _days(attempt: Attempt, today: date) -> tuple[date, date]:
    """Return the days typed, today where they cannot be read: by them the earlier visits are looked up."""
    found = []
    for name in ("from_on", "to_on"):
        try:
            found.append(read_date(attempt.typed(name)))
        except Unreadable:
            found.append(today)
    return found[0], max(found)
