"""Visits for the office's side: the list of a campaign, planning one, and the page on which a team works."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.documents.csv_files import csv_chunks
from tracker.documents.file_names import safe_name
from tracker.domain.errors import InvalidInput, NotFound, StaleVersion, TransitionNotAllowed
from tracker.domain.permissions import Action, Place, Viewer, may
from tracker.domain.values import local_date
from tracker.domain.visits import MANNERS, MOST_TRIES, STATE_TITLES, may_step
from tracker.persistence.queries import campaign_page
from tracker.persistence.queries import visits as queries
from tracker.persistence.queries.history import read_history
from tracker.persistence.queries.visit_choices import find_earlier_visits, find_visit_names
from tracker.web.auth import requires
from tracker.web.errors import status_of
from tracker.web.file_answers import handed_over
from tracker.web.forms import read_given
from tracker.web.listing import asked, page_number, page_url
from tracker.web.requests import container, expected_version, viewer
from tracker.web.tasks.presenters import NOTHING_TRIED, Attempt
from tracker.web.visits.draw_views import departures, present_draw
from tracker.web.visits.presenters import (
    HEADINGS,
    draw_in,
    line_of,
    named_in,
    say_closed_day,
    say_member,
    say_outcome,
    say_steps,
    warnings,
)

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

blueprint = Blueprint("visits", __name__)

PAGE_SIZE = 50
CANCEL, END = "cancel", "end"


@blueprint.get("/campaigns/<ref>/visits")
@requires(Action.SEE_WORKBENCH)
def index(ref: str) -> str:
    """List the visits of a campaign."""
    parts, who, filters = container(), viewer(), _filters()
    now = parts.clock.now()
    with parts.reading() as session:
        campaign = campaign_of_office(session, who, ref, now=now)
        found = queries.find_visits(session, who, ref, filters, page=page_number(), size=PAGE_SIZE)
        choices = campaign_page.campaign_choices(session, who, campaign, unit=filters.unit)
    return render_template(
        "visits/index.html", campaign=campaign, found=found, filters=filters, units=choices.units, states=STATE_TITLES,
        manners=MANNERS, today=local_date(now), url=page_url("visits.index", ref=ref), may_plan=may_plan(campaign),
        file_url=url_for("visits.export", ref=ref, **_kept(filters)),
    )  # fmt: skip


@blueprint.get("/campaigns/<ref>/visits.csv")
@requires(Action.SEE_WORKBENCH)
def export(ref: str) -> Response:
    """Give every unit of the visits that the filters show as CSV; the export stands in the record first."""
    parts, who, filters = container(), viewer(), _filters()
    now = parts.clock.now()
    with parts.reading() as session:
        campaign = campaign_of_office(session, who, ref, now=now)
        stops = queries.find_stops(session, who, ref, filters)
    parts.exports.record(who, ledger="visits", filters={"campaign": ref, **_kept(filters)}, rows=len(stops))

    def rows() -> Iterator[tuple[str, ...]]:
        yield HEADINGS
        yield from map(line_of, stops)

    name = f"实地督导-{campaign.title}-{local_date(now):%Y%m%d}.csv"
    return handed_over(csv_chunks(rows()), safe_name(name, "csv"), "text/csv")


@blueprint.get("/visits/<ref>")
@requires(Action.SEE_CAMPAIGN)
def show(ref: str) -> Response:
    """Show a visit: all of it to the office's side, to a unit what it may know."""
    return show_visit(ref)


@blueprint.post("/visits/<ref>/cancel")
@requires(Action.SEE_WORKBENCH)
def cancel(ref: str) -> Response:
    """Call a visit off."""
    given = read_given(request.form)
    return take(
        ref, Attempt(CANCEL, given), "已取消，知道这次督导的人会收到通知。",
        lambda: container().team.visits.cancel(viewer(), ref=ref, expected_version=expected_version(), given=given),
    )  # fmt: skip


@blueprint.post("/visits/<ref>/end")
@requires(Action.SEE_WORKBENCH)
def end(ref: str) -> Response:
    """End a visit."""
    return take(
        ref, Attempt(END), "督导已结束。",
        lambda: container().team.visits.end(viewer(), ref=ref, expected_version=expected_version()),
    )  # fmt: skip


@blueprint.post("/visits/<ref>/units/<int:unit_id>/code")
@requires(Action.SEE_WORKBENCH)
def code(ref: str, unit_id: int) -> Response:
    """Make a code and show it, this once."""
    try:
        shown = container().visiting.show_code(viewer(), ref=ref, unit_id=unit_id)
    except TransitionNotAllowed as refused:
        return show_visit(ref, Attempt("", sentence=refused.sentence), status=status_of(refused))
    return make_response(render_template("visits/code.html", ref=ref, unit_id=unit_id, shown=shown, tries=MOST_TRIES))


@blueprint.post("/visits/<ref>/units/<int:unit_id>/begin")
@requires(Action.SEE_WORKBENCH)
def begin(ref: str, unit_id: int) -> Response:
    """Begin the record at a unit and go there."""
    try:
        task_ref = container().visiting.begin(viewer(), ref=ref, unit_id=unit_id)
    except TransitionNotAllowed as refused:
        return show_visit(ref, Attempt("", sentence=refused.sentence), status=status_of(refused))
    return redirect(url_for("tasks.show", ref=task_ref))


def take(ref: str, tried: Attempt, done: str, act: Callable[[], None]) -> Response:
    """Take a step of a visit and lead back to its page, or show the page with what stands in the way."""
    try:
        act()
    except InvalidInput as wrong:
        return show_visit(ref, Attempt(tried.act, tried.given, wrong.problems, wrong.sentence), status=status_of(wrong))
    except (StaleVersion, TransitionNotAllowed) as refused:
        return show_visit(ref, Attempt(tried.act, tried.given, sentence=refused.sentence), status=status_of(refused))
    flash(done, "success")
    return redirect(url_for("visits.show", ref=ref))


def show_visit(ref: str, attempt: Attempt = NOTHING_TRIED, *, status: int = 200) -> Response:
    """Return the page of a visit."""
    parts, who = container(), viewer()
    now = parts.clock.now()
    with parts.reading() as session:
        page = queries.get_visit(session, who, ref)
        head = page.head
        units = [stop.unit_id for stop in page.stops]
        earlier = find_earlier_visits(session, units, campaign_id=head.campaign_id, but=ref) if head.inside else {}
        events = read_history(session, kind="visit", subject=head.id) if head.inside else ()
        names = find_visit_names(session, named_in(events)) if head.inside else None
    draw = next((found for one in events if (found := draw_in(one)) is not None), None)
    place = Place(head.office_unit_id, head.campaign_id, None, internal=True)
    member = any(one.person_id == who.person_id for one in page.team)
    leads = any(one.person_id == who.person_id and one.in_charge for one in page.team)
    closes = leads or may(who, Action.PLAN_VISIT, place)
    today = local_date(now)
    on_days = head.from_on <= today <= head.to_on
    html = render_template(
        "visits/show.html", page=page, head=head, attempt=attempt, state=STATE_TITLES[head.state], manner=MANNERS[head.announced],
        team=[say_member(one) for one in page.team], outcome=say_outcome, today=today,
        warned=warnings(head, page.stops, earlier) if head.inside and head.state in ("planned", "under_way") else (),
        history=say_steps(events, names) if names is not None else (), works=head.inside and member and on_days and may_step(head.state, "begin"),
        closed_day=say_closed_day(head, today) if head.inside and member and may_step(head.state, "begin") else "",
        may_change=head.campaign_status == "issued" and may(who, Action.PLAN_VISIT, place) and may_step(head.state, "change"),
        may_cancel=closes and may_step(head.state, "cancel"), may_end=closes and may_step(head.state, "end"),
        answers={stop.unit_id for stop in page.stops if may(who, Action.ACT_AS_UNIT, Place(head.office_unit_id, head.campaign_id, stop.unit_id))},
        draw=present_draw(draw, names) if draw is not None and names is not None else None,
        departed=departures(draw, names, units=units, people=[one.person_id for one in page.team]) if draw is not None and names is not None else (),
        refusable=may_step(head.state, "refuse"), state_of=_state_of,
    )  # fmt: skip
    return make_response(html, status)


def campaign_of_office(session: Session, who: Viewer, ref: str, *, now: datetime) -> campaign_page.CampaignRow:
    """Return the campaign to its office's side; raises NotFound for everybody else, its units included."""
    campaign = campaign_page.get_campaign(session, who, ref, now=now)
    if not campaign.whole:
        raise NotFound("没有这个专项行动，或者您无权查看。")
    return campaign


def may_plan(campaign: campaign_page.CampaignRow) -> bool:
    """Tell whether the viewer may plan visits of a campaign as it stands."""
    place = Place(campaign.office_unit_id, campaign.id, None, internal=True)
    return campaign.status == "issued" and may(viewer(), Action.PLAN_VISIT, place)


def _filters() -> queries.VisitFilters:
    return queries.VisitFilters(asked("state", STATE_TITLES), asked("unit"), asked("words"))


def _kept(filters: queries.VisitFilters) -> dict[str, Any]:
    """Return the filters in use, to be carried to the file."""
    return {name: value for name, value in asdict(filters).items() if value}


def _state_of(version_id: int | None, state: str | None) -> str:
    """Return the title of a task's state."""
    if version_id is None or state is None:
        return ""
    return container().catalog.workflow(version_id).states[state].title
