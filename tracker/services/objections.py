"""Objections (申诉): a unit contests a paper or a line of it; somebody who had no hand in it decides (DESIGN.md §2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tracker.domain.definition import TransitionDefinition, WorkflowDefinition
from tracker.domain.errors import FieldProblem, InvalidInput, NotAllowed, NotFound, StaleVersion
from tracker.domain.fields import read_form
from tracker.domain.objections import OBJECTION, OUTCOMES
from tracker.domain.papers import NOTICE_TITLES, missing_paper
from tracker.domain.permissions import Action, Viewer, may
from tracker.domain.values import local_date
from tracker.persistence.models import Notice, NoticeItem, Objection, Submission, Task
from tracker.persistence.repositories.told import NewTold
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.catching_up import fire_due
from tracker.services.contesting import (
    Offer,
    check_nothing_due,
    hold_case,
    hold_for_filing,
    limit_of,
    line_of,
    offer_for,
    why_not,
)
from tracker.services.context import Floor, Setting
from tracker.services.free_texts import check_personal
from tracker.services.freezing import freeze_tasks
from tracker.services.moving import Move, move_task
from tracker.services.opening import NewTask, open_tasks
from tracker.services.overturning import Case, Judgement, let_stand, uphold
from tracker.services.recording import Doer, doer_at, event
from tracker.services.rising import settle
from tracker.services.seeing import check_version, see
from tracker.services.tasks import TaskSnapshot, bind_files, check_reason, doer_for, is_repeat, plan_for, submit
from tracker.services.telling import tell

STATEMENT = "statement"
NOT_YOURS = "申诉由受文单位的联络员或负责人提出。"
#: The step that decides → what it makes of the objection.
DECIDES = {"uphold": "upheld", "reject": "rejected", "retract": "withdrawn"}
#: Steps that wait for the other side → message and roles of those who are told.
PASSES_ON = {"ask_more": ("passed_on", ("liaison", "head")), "supplement": ("to_review", ("supervisor", "office"))}


@dataclass(frozen=True)
class Filed:
    """An objection that was filed. `repeated` = the same person had just filed the same (a double click)."""

    ref: str
    repeated: bool = False


class ObjectionService:
    """A unit contests; whoever had no hand in the paper decides. While it is open nothing comes of what it contests."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def offer(self, viewer: Viewer, notice_ref: str) -> Offer:
        """Return what the viewer may contest of a paper; raises NotFound."""
        with self._floor.uows() as uow:
            notice = uow.notices.get_by_ref(notice_ref)
            paper = uow.tasks.get(notice.task_id)
            setting = see(uow, viewer, paper, missing=missing_paper(notice_ref))
            return offer_for(uow, self._floor, viewer, notice, paper, setting, now=self._floor.clock.now())

    def file(
        self, viewer: Viewer, *, notice_ref: str, expected_version: int, given: Mapping[str, object],
        item_id: int | None = None, finding_ref: str | None = None,
    ) -> Filed:  # fmt: skip
        """Contest a served paper, one line of it, or the line that a finding became.

        Raises NotFound, NotAllowed, StaleVersion, or InvalidInput with a sentence a field.
        """
        if finding_ref is not None:
            with self._floor.uows() as uow:
                item_id = self._line_of_finding(uow, notice_ref, finding_ref)
        self._fire_due(notice_ref, item_id)
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            notice, paper, setting, contested = hold_for_filing(uow, viewer, notice_ref, item_id)
            if not may(viewer, Action.OBJECT, setting.place(paper)):
                raise NotAllowed(NOT_YOURS)
            if (before := self._just_filed(uow, notice, item_id, viewer, expected_version)) is not None:
                return Filed(before, repeated=True)
            self._check(uow, setting, notice, paper, item_id, expected_version, now=now)
            check_nothing_due(uow, contested, now=now)
            item = line_of(uow, notice, item_id)
            by = doer_at(viewer, setting.place(paper), Action.OBJECT)
            task, values = self._open(uow, notice, paper, item, given, by, now=now)
            objection = uow.objections.add(
                Objection(task_id=task.id, notice_id=notice.id, item_id=item_id, filed_by=viewer.person_id, filed_at=now),
                [one.id for one in contested],
            )  # fmt: skip
            notice.version += 1
            payload = {"objection": task.ref, "notice": notice.ref, "reason": values["statement"]}
            events = freeze_tasks(uow, self._floor, contested, payload, by, now=now)
            events.append(event(("notice", notice.id), "objection.filed", {**payload, "item": item_id}, at=now, by=by))
            uow.events.append(events)
            settle(uow, self._floor, task, setting, now=now)
            facts = _facts(task, setting, notice) | {"reason": values["statement"]}
            tell(uow, cause=f"objection:{objection.id}", message="objection_filed", facts=facts,
                 audience=setting.audience(task), roles=("supervisor", "office"), now=now, task_id=task.id)  # fmt: skip
            self._floor.ring_deliveries(uow)
            uow.commit()
            return Filed(task.ref)

    def apply_transition(
        self, viewer: Viewer, *, task_ref: str, transition: str, expected_version: int,
        given: Mapping[str, object] | None = None, reason: str = "",
    ) -> TaskSnapshot:  # fmt: skip
        """Take one step of an objection: take it up, ask for more, decide, or (the unit) supplement and withdraw.

        Raises as TaskService.apply_transition does.
        """
        fire_due(self._floor, task_ref)
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            case = hold_case(uow, self._floor, viewer, task_ref)
            task, definition = case.task, self._floor.catalog.workflow(case.task.workflow_version_id)
            if is_repeat(task, viewer, definition, transition, expected_version):
                return TaskSnapshot(task.ref, task.state, task.version, repeated=True)
            check_version(task.version, expected_version, definition.states[task.state].title)
            planned = plan_for(uow, viewer, task, case.setting, definition, transition, now=now)
            reason = check_reason(planned, reason)
            check_personal(definition, given or {}, reason=reason)
            by = doer_for(viewer, task, case.setting, planned)
            submission = submit(uow, task, definition, planned, given, reason, viewer, now=now)
            superseded = self._conclude(uow, case, planned, by, reason, now=now)
            move = Move(
                planned, by, reason, submission.values if submission else None, submission.id if submission else None
            )
            event_id = move_task(uow, self._floor, task, definition, move, now=now)
            settle(uow, self._floor, task, case.setting, now=now)
            self._tell(uow, case, definition, planned, by, reason, event_id, superseded=superseded, now=now)
            self._floor.ring_deliveries(uow)
            uow.commit()
            return TaskSnapshot(task.ref, task.state, task.version)

    def _fire_due(self, notice_ref: str, item_id: int | None) -> None:
        """Fire what is due on all that contesting will freeze: an outage must not hide that it was late."""
        with self._floor.uows() as uow:
            notice = uow.notices.get_by_ref(notice_ref)
            tasks = uow.objections.contested(notice_id=notice.id, item_id=item_id)
            refs = [task.ref for task in uow.tasks.find_many(tasks)]
        for ref in refs:
            fire_due(self._floor, ref)

    def _line_of_finding(self, uow: UnitOfWork, notice_ref: str, finding_ref: str) -> int:
        line = uow.notices.item_of_finding(uow.notices.get_finding_by_ref(finding_ref).id)
        if line.notice_ref != notice_ref:
            raise NotFound(f"没有编号为“{finding_ref}”的待处事项，或者您无权查看。")
        return line.id

    def _just_filed(
        self, uow: UnitOfWork, notice: Notice, item_id: int | None, viewer: Viewer, expected_version: int
    ) -> str | None:
        if notice.version != expected_version + 1:
            return None
        for one in uow.objections.of_notice(notice.id):
            if one.outcome == "open" and one.item_id == item_id and one.filed_by == viewer.person_id:
                return uow.tasks.get(one.task_id).ref
        return None

    def _check(
        self, uow: UnitOfWork, setting: Setting, notice: Notice, paper: Task, item_id: int | None,
        expected_version: int, *, now: datetime,
    ) -> None:  # fmt: skip
        if notice.version != expected_version:
            definition = self._floor.catalog.workflow(paper.workflow_version_id)
            title = definition.states[paper.state].title
            raise StaleVersion(f"文书在您打开页面之后有变动，现在是“{title}”。您填写的内容还在，请核对后再提。")
        limit = limit_of(self._floor, setting, notice)
        if limit is None or paper.final:
            raise InvalidInput([FieldProblem("target", "这份文书现在不在办理中，不能申诉。")])
        if now >= limit.due_at:
            raise InvalidInput([FieldProblem("target", "申诉期限已过，不能再申诉。")])
        if sentence := why_not(uow.objections.of_notice(notice.id), item_id):
            raise InvalidInput([FieldProblem("target", sentence)])

    def _open(
        self, uow: UnitOfWork, notice: Notice, paper: Task, item: NoticeItem | None, given: Mapping[str, object],
        by: Doer, *, now: datetime,
    ) -> tuple[Task, dict[str, Any]]:  # fmt: skip
        """Open the objection as a task, with what was written and the files that were put to the paper for it."""
        definition = self._floor.catalog.newest_workflow(OBJECTION)[1]
        values = read_form(definition.forms[STATEMENT], definition.forms, given, today=local_date(now))
        kind = NOTICE_TITLES.get(notice.kind, "文书")
        about = f"其中一项：{item.text}" if item else "整份文书"
        title = f"对{kind}{notice.printed_number or notice.ref}的申诉（{about}）"[:120]
        new = NewTask(notice.campaign_id, notice.unit_id, OBJECTION, title, parent_id=paper.id)
        (opened,) = open_tasks(uow, self._floor, [new], now=now, by=by)
        task = uow.tasks.get(opened.id, lock=True)
        task.last_doers = {"file": by.person_id, "paper": uow.objections.hands_on(notice.id)}
        submission = uow.tasks.add_submission(
            Submission(
                task_id=task.id, transition="file", form_key=STATEMENT, values=values, submitted_at=now,
                workflow_version_id=task.workflow_version_id, person_id=by.person_id or 0,
            )
        )  # fmt: skip
        uow.objections.move_files(list(values.get("files") or []), task_id=paper.id, to=task.id)
        bind_files(uow, task.id, submission, definition, STATEMENT)
        return task, values

    def _conclude(
        self, uow: UnitOfWork, case: Case, planned: TransitionDefinition, by: Doer, reason: str, *, now: datetime
    ) -> bool:
        """Do what a deciding step means for the paper; tell whether it was superseded."""
        outcome = DECIDES.get(planned.name)
        if outcome is None:
            return False
        if case.objection.outcome != "open":
            raise StaleVersion(f"这件申诉已有结果：{OUTCOMES[case.objection.outcome]}。")
        judged = Judgement(outcome, by, reason)
        if outcome == "upheld":
            return uphold(uow, self._floor, case, judged, now=now)
        let_stand(uow, self._floor, case, judged, now=now)
        return False

    def _tell(
        self, uow: UnitOfWork, case: Case, definition: WorkflowDefinition, planned: TransitionDefinition, by: Doer,
        reason: str, event_id: int, *, superseded: bool, now: datetime,
    ) -> None:  # fmt: skip
        task, setting, notice = case.task, case.setting, case.notice
        facts = _facts(task, setting, notice) | {"reason": reason, "state": definition.states[task.state].title}
        if planned.name in PASSES_ON:
            message, roles = PASSES_ON[planned.name]
            tell(uow, cause=f"event:{event_id}", message=message, facts=facts, audience=setting.audience(task),
                 roles=roles, now=now, task_id=task.id, except_person=by.person_id)  # fmt: skip
        if planned.name not in DECIDES:
            return
        facts["outcome"] = planned.title
        cause = f"event:{event_id}"
        if planned.name == "uphold":
            # Of one decision nobody is told twice: who was told of the paper reads of the paper, the rest of the answer.
            _tell_everybody(uow, case, facts, cause, superseded=superseded, now=now)
        roles = ("supervisor", "office") if planned.name == "retract" else ("liaison", "head")
        tell(uow, cause=cause, message="objection_decided", facts=facts, audience=setting.audience(task), roles=roles,
             now=now, task_id=task.id, except_person=by.person_id)  # fmt: skip


def _tell_everybody(
    uow: UnitOfWork, case: Case, facts: Mapping[str, Any], cause: str, *, superseded: bool, now: datetime
) -> None:
    """Tell whoever was told anything about a paper that it, or a line of it, stands no more."""
    notice = case.notice
    message = "superseded" if superseded else "objection_decided"
    said = {**facts, "notice_ref": notice.ref, **({"title": notice.title} if superseded else {})}
    rows = [
        NewTold(cause, person_id, None, message, said, notice.campaign_id, case.task.id, notice.id)
        for person_id in uow.objections.told_of(notice.id)
    ]
    uow.told.add(rows, now=now)


def _facts(task: Task, setting: Setting, notice: Notice) -> dict[str, Any]:
    return {
        "task_ref": task.ref, "title": task.title, "unit": setting.unit_name, "campaign": setting.campaign.title,
        "printed_number": notice.printed_number or notice.ref,
    }  # fmt: skip
