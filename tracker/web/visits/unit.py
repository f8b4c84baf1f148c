"""Visits for whoever is visited, and for whoever goes: what is on, the code to enter, and the refusal."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.errors import FieldProblem, InvalidInput, TransitionNotAllowed, VisitCodeRefused
from tracker.domain.permissions import Action
from tracker.domain.receiving import CODE_DIGITS
from tracker.domain.values import local_date
from tracker.domain.visits import STATE_TITLES
from tracker.persistence.queries import visits as queries
from tracker.persistence.queries.units import unit_names
from tracker.services.visiting import answered_units
from tracker.web.auth import may_somewhere, requires
from tracker.web.errors import status_of
from tracker.web.forms import read_given
from tracker.web.listing import page_number, page_url
from tracker.web.requests import container, viewer
from tracker.web.tasks.presenters import NOTHING_TRIED, Attempt
from tracker.web.visits.presenters import say_outcome
from tracker.web.visits.views import take

blueprint = Blueprint("visited", __name__)

PAGE_SIZE = 30
REPORT = "report"
#: Of one address. Each code has its own few tries besides.
VERIFY_LIMIT = "20 per minute"


@blueprint.get("/visits")
@requires(Action.ACT_AS_UNIT, Action.SEE_WORKBENCH)
def index() -> Response:
    """Show the form for a code, the visits to one's units, and those on which one goes."""
    return _page()


@blueprint.post("/visits/verify")
@requires(Action.ACT_AS_UNIT)
def verify() -> Response:
    """Enter a code; whatever is wrong with it is said alike, and the code is not shown again."""
    try:
        ref = container().visiting.verify(viewer(), code=request.form.get("code", "")[:40])
    except VisitCodeRefused as refused:
        return _page(sentence=refused.sentence, status=status_of(refused))
    flash("核验成功：来人是下面这次督导的督导组。请核对姓名、单位和检查范围。", "success")
    return redirect(url_for("visits.show", ref=ref))


@blueprint.post("/visits/unverified")
@requires(Action.ACT_AS_UNIT)
def report() -> Response:
    """Tell the offices of visitors whom no code verifies."""
    given = read_given(request.form)
    try:
        container().visiting.report_unverified(viewer(), given=given)
    except InvalidInput as wrong:
        return _page(attempt=Attempt(REPORT, given, wrong.problems), status=status_of(wrong))
    except TransitionNotAllowed as refused:
        problem = FieldProblem("reason", refused.sentence)
        return _page(attempt=Attempt(REPORT, given, [problem]), status=status_of(refused))
    flash("已告诉领导小组办公室和督导组，请等他们核实；核实以前可以不接受检查。", "success")
    return redirect(url_for("visited.index"))


@blueprint.post("/visits/<ref>/units/<int:unit_id>/refuse")
@requires(Action.ACT_AS_UNIT)
def refuse(ref: str, unit_id: int) -> Response:
    """Refuse a visit at one's unit."""
    given = read_given(request.form)
    return take(
        ref, Attempt(f"refuse-{unit_id}", given), "已告诉领导小组办公室和督导组。",
        lambda: container().visiting.refuse(viewer(), ref=ref, unit_id=unit_id, given=given),
    )  # fmt: skip


def _page(*, sentence: str = "", attempt: Attempt = NOTHING_TRIED, status: int = 200) -> Response:
    parts, who = container(), viewer()
    answered = answered_units(who)
    with parts.reading() as session:
        own = queries.find_own_stops(session, who, page=page_number(), size=PAGE_SIZE)
        going = queries.find_going(session, who)
        names = unit_names(session, list(answered))
    html = render_template(
        "visits/visited.html", own=own, going=going, attempt=attempt.of(REPORT), units=[(unit_id, names[unit_id]) for unit_id in answered], sentence=sentence, digits=CODE_DIGITS, states=STATE_TITLES,
        outcome=say_outcome, verifies=may_somewhere(who, Action.ACT_AS_UNIT), today=local_date(parts.clock.now()),
        inside=may_somewhere(who, Action.SEE_WORKBENCH), url=page_url("visited.index"),
    )  # fmt: skip
    return make_response(html, status)
