"""People move tasks: accept, report, approve, send back, sign off, withdraw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tracker.domain.approving import APPROVE, LEADERS_ALONE, as_approved
from tracker.domain.definition import CountsAs, TransitionDefinition, WorkflowDefinition
from tracker.domain.errors import FieldProblem, InvalidInput, NotAllowed, NotFound, TransitionNotAllowed
from tracker.domain.fields import read_form
from tracker.domain.inputs import cleaned
from tracker.domain.machine import allowed_transitions, plan_transition
from tracker.domain.objections import OBJECTION
from tracker.domain.papers import is_internal
from tracker.domain.permissions import PARTY_ACTIONS, Viewer, parties
from tracker.domain.quotas import TaskPeriod, why_not_offered
from tracker.domain.values import local_date
from tracker.persistence.models import Submission, Task
from tracker.persistence.queries.duties import definition_for
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.catching_up import fire_due
from tracker.services.context import Floor, Setting
from tracker.services.free_texts import check_personal
from tracker.services.handing import check_corrections, with_correction
from tracker.services.joining import follow_move
from tracker.services.moving import Move, move_task
from tracker.services.recording import Doer, doer_at
from tracker.services.rectification import default_due, open_for_problems
from tracker.services.rising import settle
from tracker.services.seeing import check_version, see
from tracker.services.separation import separation_for, with_reason_when_alone
from tracker.services.telling import tell

#: message to the unit when the supervisors took a transition; others are told by what the state waits for
UNIT_MESSAGES = {
    "approve": "approved", "pass_sampling": "approved", "sign_off": "signed_off", "relapse": "relapsed",
    "relapse_in_sample": "relapsed",
    "withdraw": "withdrawn", "close": "concluded", "settle": "concluded", "transfer": "concluded",
    "find_no_fault": "concluded",
}  # fmt: skip
#: whose move it is next → the role told of it, when another party made the move before
NEXT_ROLES = {"unit": "liaison", "supervisor": "supervisor", "office": "office", "leader": "leader"}


@dataclass(frozen=True)
class TaskSnapshot:
    """A task after a transition. `repeated` = the same person had just done the same (a double click)."""

    ref: str
    state: str
    version: int
    opened: int = 0
    repeated: bool = False


class TaskService:
    """Transitions of tasks that are not papers (those go through NoticeService)."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def allowed(self, viewer: Viewer, task_ref: str) -> tuple[TransitionDefinition, ...]:
        """Return the transitions that the viewer may take now; raises NotFound."""
        with self._floor.uows() as uow:
            task = uow.tasks.get_by_ref(task_ref)
            setting = see(uow, viewer, task)
            definition = self._floor.catalog.workflow(task.workflow_version_id)
            return allowed_for(uow, viewer, task, setting, definition, now=self._floor.clock.now())

    def apply_transition(
        self, viewer: Viewer, *, task_ref: str, transition: str, expected_version: int,
        given: Mapping[str, object] | None = None, reason: str = "",
    ) -> TaskSnapshot:  # fmt: skip
        """Move a task along one transition and record who did it, when and why.

        Raises NotFound (also when the viewer may not see the task), TransitionNotAllowed, NotAllowed, InvalidInput
        with a sentence a field, or StaleVersion when `expected_version` is no longer current.
        """
        fire_due(self._floor, task_ref)
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            task = uow.tasks.get_by_ref(task_ref, lock=True)
            setting = see(uow, viewer, task)
            definition = self._floor.catalog.workflow(task.workflow_version_id)
            if definition.paper:
                raise NotFound("这是一份文书，请到文书页面办理。")
            if definition.key == OBJECTION:
                raise NotFound("这是一份申诉，请到申诉页面办理。")
            if is_repeat(task, viewer, definition, transition, expected_version):
                return TaskSnapshot(task.ref, task.state, task.version, repeated=True)
            check_version(task.version, expected_version, definition.states[task.state].title)
            planned = plan_for(uow, viewer, task, setting, definition, transition, now=now)
            reason = check_reason(planned, reason)
            check_personal(definition, given or {}, reason=reason)
            by = doer_for(viewer, task, setting, planned)
            offering = definition_for(uow.session, task.id, definition)
            submission = submit(uow, task, offering, planned, given, reason, viewer, now=now)
            snapshot = self._move(uow, task, setting, definition, planned, by, reason, submission, now=now)
            self._floor.ring_deliveries(uow)
            uow.commit()
            return snapshot

    def _move(
        self, uow: UnitOfWork, task: Task, setting: Setting, definition: WorkflowDefinition,
        planned: TransitionDefinition, by: Doer, reason: str, submission: Submission | None, *, now: datetime,
    ) -> TaskSnapshot:  # fmt: skip
        opened = 0
        if planned.opens == "rectification_for_problems" and submission is not None:
            opened = open_for_problems(uow, self._floor, task, submission, by, now=now)
        relapse_due = default_due(self._floor, setting, now=now) if planned.next_occurrence else None
        if planned.next_occurrence:
            task.severity_raise += 1
        event_id = move_task(
            uow, self._floor, task, definition,
            Move(planned, by, reason, submission.values if submission else None,
                 submission.id if submission else None, relapse_due),
            now=now,
        )  # fmt: skip
        drop_extension(uow, task, definition, now=now)
        settle(uow, self._floor, task, setting, now=now)
        follow_move(uow, self._floor, task, setting, by, reason, now=now)
        _tell_about(uow, task, setting, definition, planned, by, reason, event_id, now=now)
        return TaskSnapshot(task.ref, task.state, task.version, opened)


def submit(
    uow: UnitOfWork, task: Task, definition: WorkflowDefinition, planned: TransitionDefinition,
    given: Mapping[str, object] | None, reason: str, viewer: Viewer, *, now: datetime,
) -> Submission | None:  # fmt: skip
    """Keep the form that a step needs, with its files; raises InvalidInput with a sentence a field."""
    if planned.form is None:
        return None
    values = read_form(
        definition.forms[planned.form], definition.forms, given or {}, today=local_date(now),
        confidential=definition.confidential,
    )  # fmt: skip
    submission = uow.tasks.add_submission(
        Submission(
            task_id=task.id, transition=planned.name, form_key=planned.form, values=values, submitted_at=now,
            workflow_version_id=task.workflow_version_id, person_id=viewer.person_id,
        )
    )  # fmt: skip
    bind_files(uow, task.id, submission, definition, planned.form)
    check_corrections(uow, task, definition.forms[planned.form], values, reason)
    return submission


def allowed_for(
    uow: UnitOfWork, viewer: Viewer, task: Task, setting: Setting, definition: WorkflowDefinition, *, now: datetime
) -> tuple[TransitionDefinition, ...]:
    """Return the transitions that the viewer may take on a task now."""
    definition = as_approved(definition, severity=task.severity_floor, settings=setting.campaign.settings)
    separation = separation_for(uow, task, setting, definition, now=now)
    found = allowed_transitions(
        definition, task.state, parties=parties(viewer, setting.place(task)), person_id=viewer.person_id,
        last_doers=task.last_doers, separation=separation.binds, lifted=separation.left_to_one,
    )  # fmt: skip
    period = period_of(task)
    return tuple(
        with_correction(
            uow, task,
            with_reason_when_alone(one, separation, person_id=viewer.person_id, last_doers=task.last_doers),
        )
        for one in found
        if period.offers(one, definition)
    )  # fmt: skip


def plan_for(
    uow: UnitOfWork, viewer: Viewer, task: Task, setting: Setting, definition: WorkflowDefinition, transition: str, *,
    now: datetime,
) -> TransitionDefinition:  # fmt: skip
    """Return the transition, planned by the machine; raises TransitionNotAllowed or NotAllowed."""
    held = parties(viewer, setting.place(task))
    definition = as_approved(usual := definition, severity=task.severity_floor, settings=setting.campaign.settings)
    wanted = definition.transition(transition)
    if wanted is not None and not (wanted.by & held):
        if transition == APPROVE and definition is not usual:
            raise NotAllowed(LEADERS_ALONE)
        raise NotAllowed(f"“{wanted.title}”不由您现在的岗位办理。")
    period = period_of(task)
    if wanted is not None and not period.offers(wanted, definition):
        raise TransitionNotAllowed(why_not_offered(wanted, period))
    separation = separation_for(uow, task, setting, definition, now=now)
    planned = plan_transition(
        definition, state=task.state, transition=transition, parties=held, person_id=viewer.person_id,
        last_doers=task.last_doers, separation=separation.binds, lifted=separation.left_to_one,
    )  # fmt: skip
    return with_reason_when_alone(planned, separation, person_id=viewer.person_id, last_doers=task.last_doers)


def period_of(task: Task) -> TaskPeriod:
    """Return what the task's period wants."""
    return TaskPeriod(task.period_key, task.quota, task.recorded)


def check_reason(planned: TransitionDefinition, reason: str) -> str:
    """Return the reason without its margins; raises InvalidInput when one is required and missing."""
    reason = cleaned(reason)
    if planned.reason == "required" and not reason:
        raise InvalidInput([FieldProblem("reason", f"“{planned.title}”需要写明理由。")])
    if len(reason) > 1000:
        raise InvalidInput([FieldProblem("reason", f"理由最多1000字，现在是{len(reason)}字。")])
    return reason


def bind_files(
    uow: UnitOfWork, task_id: int, submission: Submission, definition: WorkflowDefinition, form_key: str
) -> None:
    """Bind the files that a form names to its submission; a file of another task does not exist for it."""
    names = [f.name for f in definition.forms[form_key].fields if f.type.value == "files"]
    for name in names:
        refs = list(submission.values.get(name) or [])
        if len(uow.attachments.bind(refs, task_id=task_id, submission_id=submission.id)) != len(set(refs)):
            raise InvalidInput([FieldProblem(name, "有附件没有传成功或已失效，请重新上传该附件。")])


def drop_extension(uow: UnitOfWork, task: Task, definition: WorkflowDefinition, *, now: datetime) -> None:
    """Drop an extension that awaits a decision once its task no longer waits for the unit."""
    if task.waits_for == "unit" or is_internal(task.workflow_key, task.state):
        return  # nobody asked for more time with a paper that has not left the office
    asked = uow.tasks.open_extension(task.id, lock=True)
    if asked is not None:
        asked.status, asked.decided_at = "dropped", now
        asked.decision_reason = f"任务已转入“{definition.states[task.state].title}”，申请自动撤下。"


def is_repeat(
    task: Task, viewer: Viewer, definition: WorkflowDefinition, transition: str, expected_version: int
) -> bool:
    """Tell whether the same person had just taken the same step (a double click)."""
    wanted = definition.transition(transition)
    return (
        wanted is not None
        and task.version == expected_version + 1
        and task.state == wanted.target
        and task.last_doers.get(transition) == viewer.person_id
    )


def doer_for(viewer: Viewer, task: Task, setting: Setting, planned: TransitionDefinition) -> Doer:
    """Return the person in the post that lets him take the step."""
    place = setting.place(task)
    party = min(planned.by & parties(viewer, place))
    return doer_at(viewer, place, PARTY_ACTIONS[party])


def _tell_about(
    uow: UnitOfWork, task: Task, setting: Setting, definition: WorkflowDefinition, planned: TransitionDefinition,
    by: Doer, reason: str, event_id: int, *, now: datetime,
) -> None:  # fmt: skip
    facts: dict[str, Any] = {
        "task_ref": task.ref, "title": task.title, "unit": setting.unit_name, "campaign": setting.campaign.title,
        "reason": reason, "due_on": task.due_on.isoformat() if task.due_on else "",
        "state": definition.states[task.state].title,
    }  # fmt: skip
    if planned.counts_as in (CountsAs.QUALITY_FAILURE, CountsAs.FAILED_RECHECK):
        message, roles = "returned", ("liaison",)
    elif planned.name in UNIT_MESSAGES:
        message, roles = UNIT_MESSAGES[planned.name], ("liaison",)
    elif task.waits_for == "supervisor" and "unit" in planned.by:
        message, roles = "to_review", ("supervisor",)
    elif task.waits_for in NEXT_ROLES and task.waits_for not in planned.by:
        message, roles = "passed_on", (NEXT_ROLES[task.waits_for],)
    else:
        return
    tell(
        uow, cause=f"event:{event_id}", message=message, facts=facts, audience=setting.audience(task), roles=roles,
        now=now, task_id=task.id, except_person=by.person_id,
    )  # fmt: skip
