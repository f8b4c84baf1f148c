"""Draw the page of a task, also after something that did not work: the same page then says why."""

from __future__ import annotations

from collections.abc import Iterable

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.decision_papers import may_be_decided
from tracker.domain.definition import WorkflowDefinition
from tracker.domain.errors import NotFound
from tracker.domain.lights import LATE, LIGHTS
from tracker.domain.objections import OBJECTION_PENDING, OUTCOMES
from tracker.domain.papers import NOTICE_TITLES
from tracker.domain.permissions import Action, Place, Tied, Viewer, may
from tracker.domain.quotas import TaskPeriod
from tracker.domain.reasons import reasons_for
from tracker.domain.rising import Risen
from tracker.domain.values import WAITS_FOR_TITLES, WaitsFor, local_date
from tracker.persistence.queries.duties import definition_for
from tracker.persistence.queries.task_page import TaskHead, TaskPage, TaskProblem, get_task_page
from tracker.services.excusing import EXCUSABLE
from tracker.web.desk.views import option_title
from tracker.web.drafting import Drafting
from tracker.web.extending import DECISION, EXTENSION, Extending, present_extending
from tracker.web.forms import flat_values
from tracker.web.history import present_history, who_of
from tracker.web.requests import container, viewer
from tracker.web.showing import left_or_late
from tracker.web.tasks.beside import present_beside
from tracker.web.tasks.contesting import present_contesting
from tracker.web.tasks.presenters import (
    NOTHING_TRIED,
    ActionView,
    Attempt,
    lost_fields,
    present_actions,
    present_clocks,
    present_submissions,
    unsent_drafts,
)
from tracker.web.tasks.statements import CONTEST
from tracker.web.tasks.tied import count_fields, present_tied, report_form, rolled_up

URGE, ORDER, HAND_DOWN, EXCUSE = "urge", "order", "hand_down", "excuse"


def read_page(ref: str) -> TaskPage:
    """Return the rows of the page; raises NotFound."""
    parts = container()
    with parts.reading() as session:
        return get_task_page(session, viewer(), ref, now=parts.clock.now(), calendar=parts.calendars.newest())


def after(ref: str, path: str) -> str:
    """Return where to go once something was done: the page, or the desk when the matter is no longer the viewer's.

    Who decided in the office's place sees the matter only while the decision is his unit's.
    """
    try:
        read_page(ref)
    except NotFound:
        return url_for("desk.desk")
    return path


def show_task(ref: str, attempt: Attempt = NOTHING_TRIED, *, status: int = 200) -> Response:
    """Return the page of a task; a paper's task leads to the paper."""
    parts, who = container(), viewer()
    page = read_page(ref)
    head = page.head
    if head.notice_ref is not None:
        return redirect(f"/notices/{head.notice_ref}")
    with parts.reading() as session:
        definition = definition_for(session, head.id, parts.catalog.workflow(head.workflow_version_id))
    if definition.confidential:
        parts.access_log.record_opening(who, task_ref=ref)
    now, calendar = parts.clock.now(), parts.calendars.newest()
    drafting = Drafting(ref, head.version, who.person_id, parts.form_drafts.read(who, task_id=head.id), now,
                        definition.confidential, request.args.get("draft", ""))  # fmt: skip
    actions = present_actions(parts.tasks.allowed(who, ref), definition, head, page.submissions, page.files, attempt,
                              drafting=drafting, offered=_rolled_up(page, definition), earlier=page.earlier)  # fmt: skip
    extending = _extending(who, page)
    contested = any(one.is_open for one in page.objections)
    offers = _offers(who, page, extending)
    excusable = [one for one in page.clocks if one.status in EXCUSABLE
                 and parts.catalog.ladder(one.ladder_version_id).asks_for_cause]  # fmt: skip
    offers[EXCUSE] = offers[EXCUSE] and bool(excusable)
    contesting = present_contesting(who, place_of(head), page.findings, attempt)
    offers[CONTEST] = contesting is not None
    html = render_template(
        "tasks/task.html", page=page, head=head, excused=any(one.excused for one in excusable), counted=TaskPeriod(head.period_key, head.quota, head.recorded).counted, definition=definition, attempt=attempt, actions=actions,
        light=LIGHTS[head.light], lights=LIGHTS, state=definition.states[head.state].title,
        waits=waits_title(head), today=local_date(now),
        left=left_or_late(head.due_on, head.due_at, now=now, calendar=calendar, asked=head.light != LATE.code,
                         contested=contested) if head.waits_for == "unit" else "",
        clocks=present_clocks(page.clocks, definition, now=now, calendar=calendar),
        submissions=present_submissions(page.submissions, page.files, parts.catalog.workflow),
        history=present_history(page.history, definition, parts.catalog.ladder),
        why=parts.explanations.explain(who, ref) if request.args.get("why") else None, offers=offers, extending=extending, contesting=contesting,
        lower=parts.handing.lower_units(who, task_ref=ref) if offers[HAND_DOWN] else [],
        counts=count_fields(definition), rungs=parts.escalations.orderable_rungs(who, task_ref=ref) if offers[ORDER] else [],
        lost=lost_fields(attempt, definition, _shown(actions, offers)), drafting=drafting,
        unsent=unsent_drafts(drafting, definition, _shown(actions, offers)),
        beside=present_beside(page) if head.inside or head.tie == "share" else None,
        common_reasons={one.name: reasons_for(one.name, head.settings) for one in actions},
        tied=present_tied(page, parts.catalog.workflow, now=now, calendar=calendar),
        decided=parts.decision_papers.offered(who, task_ref=ref)
        if may_be_decided(workflow_key=head.workflow_key, extensions=len(page.extensions))
        else (),
        openings=parts.access_log.openings(who, task_ref=ref) if definition.confidential else None, who_of=who_of,
        outcomes=OUTCOMES,
        paper_kind=NOTICE_TITLES.get(page.objection.row.notice_kind, "文书") if page.objection else "",
        return_reason=_return_reason(page), state_title=_state_title, option=_problem_option,
    )  # fmt: skip
    return make_response(html, status)


def _rolled_up(page: TaskPage, definition: WorkflowDefinition) -> dict[str, object]:
    """Return what the lower units' returns fill into this unit's own form, as a form posts it."""
    shares = [one for one in page.tied if one.tie == "share"]
    return flat_values(dict(rolled_up(report_form(definition), shares).sums)) if shares else {}


def waits_title(head: TaskHead) -> str:
    """Return whose move it is; a share is judged by the unit that handed it down."""
    if head.tie == "share" and head.waits_for == WaitsFor.SUPERVISOR.value:
        return f"等{head.upper_unit_name}审核"
    return WAITS_FOR_TITLES[WaitsFor(head.waits_for)]


def _extending(who: Viewer, page: TaskPage) -> Extending:
    head = page.head
    return present_extending(
        who, place_of(head), waits_for="" if head.final else head.waits_for, version=head.version,
        running=(clock.name for clock in page.clocks if clock.status == "running" or clock.pause_reason == OBJECTION_PENDING), requests=page.extensions,
        ask_url=url_for("tasks.ask_extension", ref=head.ref),
        decide_url=url_for("tasks.decide_extension", ref=head.ref),
    )  # fmt: skip


def _offers(who: Viewer, page: TaskPage, extending: Extending) -> dict[str, bool]:
    """Return what else the viewer may do here now, besides the transitions."""
    head = page.head
    place = place_of(head)
    waits = head.waits_for == WaitsFor.UNIT.value and not head.final
    # While an extension or an objection waits for its answer nobody is urged.
    asked = any(one.status == "asked" for one in page.extensions) or any(one.is_open for one in page.objections)
    return {
        EXTENSION: extending.offered,
        DECISION: extending.deciding,
        URGE: waits and head.due_on is not None and not asked and may(who, Action.URGE, place),
        ORDER: waits and may(who, Action.ORDER_RUNG, place),
        EXCUSE: waits and may(who, Action.ACT_AS_SUPERVISOR, place),
        HAND_DOWN: waits and head.tie != "part" and may(who, Action.HAND_DOWN, place),
    }


def place_of(head: TaskHead) -> Place:
    """Return a task's place for the permission table."""
    risen = Risen.of(head.risen_unit_id, head.risen_parties)
    return Place(head.office_unit_id, head.campaign_id, head.unit_id, risen=risen,
                 tied=Tied.of(head.tie, head.upper_unit_id), partners=frozenset(head.partners))  # fmt: skip


def _shown(actions: Iterable[ActionView], offers: dict[str, bool]) -> list[str]:
    return [action.name for action in actions] + [act for act, offered in offers.items() if offered]


def _return_reason(page: TaskPage) -> str:
    """Return why the task was last sent back, when that is what it waits for now."""
    if not page.head.sent_back:
        return ""
    definition = container().catalog.workflow(page.head.workflow_version_id)
    for event in reversed(page.history):
        transition = definition.transition(str(event.payload.get("transition"))) if event.kind == "task.moved" else None
        if transition is not None and transition.counts_as is not None:
            return str(event.payload.get("reason", ""))
    return ""


def _state_title(version_id: int, state: str) -> str:
    definition = container().catalog.workflow(version_id).states.get(state)
    return definition.title if definition else state


def _problem_option(problem: TaskProblem, field: str) -> str:
    return option_title(
        container().catalog.workflow(problem.found_in_version_id), "problem", field, getattr(problem, field)
    )
