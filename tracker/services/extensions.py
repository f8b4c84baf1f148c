"""Extensions: asked before expiry, decided by people, a definite new date, the old one kept (DESIGN.md §3.9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from tracker.domain.clocks import Clock, ClockStatus, next_occurrence, pause
from tracker.domain.deadlines import by_date
from tracker.domain.errors import FieldProblem, InvalidInput, NotAllowed, StaleVersion
from tracker.domain.extending import (
    EXTENSION_EXAMINED,
    EXTENSION_PENDING,
    AnswerStep,
    Asked,
    Deadline,
    check_answer,
    check_request,
)
from tracker.domain.inputs import cleaned
from tracker.domain.objections import OBJECTION_PENDING, answer_extension, freeze
from tracker.domain.permissions import ANSWERING, Action, Place, Viewer, may
from tracker.persistence.models import ClockRow, Extension, Task
from tracker.persistence.repositories.clocks import clock_from, clock_payload
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.awaiting import await_answer, end_waiting
from tracker.services.catching_up import fire_due
from tracker.services.context import Floor, Setting
from tracker.services.free_texts import refuse_personal
from tracker.services.moving import write_back
from tracker.services.recording import Doer, doer_at, event
from tracker.services.redating import NewDates, Redated, redate_below, tell_redated
from tracker.services.rising import settle
from tracker.services.seeing import check_version, see
from tracker.services.separation import Separation, may_answer_own, separation_for
from tracker.services.telling import tell

#: Clocks that a unit may ask to have extended, in the order in which they are looked for.
EXTENDABLE = ("finish", "reply")
#: Questions whose clocks end with the answer that ends the request.
QUESTIONS = (EXTENSION_PENDING, EXTENSION_EXAMINED)
NOT_YOURS = {
    AnswerStep.ONLY: "延期申请由办公室或督导组审批。",
    AnswerStep.FIRST: "延期申请先由办公室或督导组初审。",
    AnswerStep.FINAL: "延期申请已初审，由领导小组领导批准。",
}


@dataclass(frozen=True)
class _Case:
    """An open request under its locks, and who answers it in which post."""

    task: Task
    setting: Setting
    rows: dict[str, ClockRow]
    extension: Extension
    step: AnswerStep
    by: Doer


class ExtensionService:
    """A unit asks, the office or the supervisors decide. While it is undecided the clock's rungs rest."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def ask(
        self, viewer: Viewer, *, task_ref: str, expected_version: int, wanted_on: str, reason: str, progress: str,
        ticks: Mapping[str, object] | None = None,
    ) -> None:  # fmt: skip
        """Ask for a later date. Raises InvalidInput for a late, doubled or earlier-dated request.

        `ticks` are those by which the person stands by a number in a text (`check_personal`), here and below.
        """
        fire_due(self._floor, task_ref)
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            task = uow.tasks.get_by_ref(task_ref, lock=True)
            setting = see(uow, viewer, task)
            place = setting.place(task)
            if not may(viewer, Action.ACT_AS_UNIT, place):
                raise NotAllowed("延期由承办单位的联络员或负责人申请。")
            self._check(task, expected_version)
            refuse_personal(self._floor, task, ticks, reason=reason, progress=progress)
            row = self._running_clock(uow, task)
            deadline = Deadline(row.due_on, row.due_at, uow.tasks.open_extension(task.id) is not None)
            wanted, reason = check_request(deadline, wanted_on=wanted_on, reason=reason, now=now)
            by = doer_at(viewer, place, Action.ACT_AS_UNIT)
            uow.tasks.add_extension(
                Extension(
                    task_id=task.id, clock_id=row.id, occurrence=row.occurrence, old_due_on=row.due_on,
                    wanted_on=wanted, reason=reason, progress=cleaned(progress)[:2000], asked_by=viewer.person_id,
                    asked_at=now, steps=1 if task.tie == "share" else setting.extension_steps,
                )
            )  # fmt: skip
            clock = clock_from(row, uow.clocks.fired([row])[row.id])
            paused = pause(clock, reason=EXTENSION_PENDING, now=now) if self._pauses(task, row) else clock
            write_back(uow, self._floor, task, row, paused, now=now)
            rows = uow.clocks.of_task(task.id, lock=True)
            waiting = await_answer(uow, self._floor, task, rows, EXTENSION_PENDING, now=now)
            task.version += 1
            uow.form_drafts.forget(task.id, person_id=viewer.person_id, act="extension")
            payload = {
                "clock": row.name, "wanted_on": wanted.isoformat(), "old_due_on": row.due_on.isoformat(),
                "reason": reason, "clocks": {row.name: clock_payload(paused, row.ladder_version_id), **waiting},
            }  # fmt: skip
            (event_id,) = uow.events.append([event(("task", task.id), "extension.asked", payload, at=now, by=by)])
            settle(uow, self._floor, task, setting, now=now)
            facts = _facts(task, setting) | {"wanted_on": wanted.isoformat(), "reason": reason}
            tell(uow, cause=f"event:{event_id}", message="extension_asked", facts=facts,
                 audience=setting.audience(task), roles=("supervisor",), now=now, task_id=task.id)  # fmt: skip
            self._floor.ring_deliveries(uow)
            uow.commit()

    def decide(
        self, viewer: Viewer, *, task_ref: str, expected_version: int, grant: bool, granted_on: str, reason: str,
        ticks: Mapping[str, object] | None = None,
    ) -> AnswerStep:  # fmt: skip
        """Grant a definite new date, or refuse; return which step of the answer this was.

        In the first of two steps a grant is a proposal, with which the leader is asked; everything else ends the
        request. A granted date is the clock's next occurrence: rungs of the old one are cancelled. A refused one goes
        on with the old date, and the days of waiting are not the unit's lateness. The clock runs again either way,
        unless an objection still holds it.
        """
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            case = self._open_case(uow, viewer, task_ref, expected_version, reason, ticks, now=now)
            row = next(one for one in case.rows.values() if one.id == case.extension.clock_id)
            bounds = row.due_on, _latest(uow, case.task)
            new_date, reason = check_answer(bounds, grant=grant, granted_on=granted_on, reason=reason, now=now)
            if case.step is AnswerStep.FIRST and new_date is not None:
                self._examined(uow, case, new_date, reason, now=now)
            else:
                self._end(uow, case, row, new_date, reason, now=now)
            self._floor.ring_deliveries(uow)
            uow.commit()
        return case.step

    def _open_case(
        self, uow: UnitOfWork, viewer: Viewer, task_ref: str, expected_version: int, reason: str,
        ticks: Mapping[str, object] | None, *, now: datetime,
    ) -> _Case:  # fmt: skip
        """Lock the request and make sure that this person may answer it now."""
        task = uow.tasks.get_by_ref(task_ref, lock=True)
        setting = see(uow, viewer, task)
        place = setting.place(task)
        extension = uow.tasks.open_extension(task.id, lock=True)
        asked = uow.tasks.asked(extension) if extension is not None else None
        check_may_answer(viewer, place, asked.step if asked else AnswerStep.ONLY)
        self._check(task, expected_version)
        refuse_personal(self._floor, task, ticks, reason=reason)
        if extension is None or asked is None:
            raise StaleVersion("这项任务现在没有待审批的延期申请，可能已有人先办理。")
        if viewer.person_id in asked.excluded:
            definition = self._floor.catalog.workflow(task.workflow_version_id)
            separation = separation_for(uow, task, setting, definition, now=now, extension=asked)
            _check_own(separation, asked, viewer.person_id, reason)
        by = doer_at(viewer, place, ANSWERING[asked.step])
        return _Case(task, setting, uow.clocks.of_task(task.id, lock=True), extension, asked.step, by)

    def _examined(self, uow: UnitOfWork, case: _Case, proposed: date, opinion: str, *, now: datetime) -> None:
        """Keep what the supervisors propose and ask the leader, on a clock of his own."""
        task, extension = case.task, case.extension
        extension.examined_by, extension.examined_at = case.by.person_id, now
        extension.examined_on, extension.examination = proposed, opinion
        over = end_waiting(uow, self._floor, task, case.rows, [EXTENSION_PENDING], now=now)
        waiting = await_answer(uow, self._floor, task, case.rows, EXTENSION_EXAMINED, now=now)
        task.version += 1
        payload = {
            "proposed_on": proposed.isoformat(), "wanted_on": extension.wanted_on.isoformat(), "reason": opinion,
            "clocks": {**over, **waiting},
        }  # fmt: skip
        (event_id,) = uow.events.append(
            [event(("task", task.id), "extension.examined", payload, at=now, by=case.by)]
        )  # fmt: skip
        uow.flush()
        settle(uow, self._floor, task, case.setting, now=now)
        facts = _facts(task, case.setting) | {"wanted_on": proposed.isoformat(), "reason": opinion}
        tell(uow, cause=f"event:{event_id}", message="extension_examined", facts=facts,
             audience=case.setting.audience(task), roles=("leader",), now=now, task_id=task.id)  # fmt: skip

    def _end(
        self, uow: UnitOfWork, case: _Case, row: ClockRow, new_date: date | None, reason: str, *, now: datetime
    ) -> None:
        """Write the answer that ends the request."""
        task, extension, by = case.task, case.extension, case.by
        clock = clock_from(row, uow.clocks.fired([row])[row.id])
        decided = self._answered(uow, task, row, clock, new_date, now=now)
        write_back(uow, self._floor, task, row, decided, now=now)
        over = end_waiting(uow, self._floor, task, case.rows, QUESTIONS, now=now)
        extension.status = "granted" if new_date else "refused"
        extension.granted_on, extension.decided_by, extension.decided_at = new_date, by.person_id, now
        extension.decision_reason = reason
        task.version += 1
        payload = {
            "clock": row.name, "granted": new_date is not None, "reason": reason, "step": case.step.value,
            "old_due_on": extension.old_due_on.isoformat(), "due_on": decided.due.due_on.isoformat(),
            "clocks": {row.name: clock_payload(decided, row.ladder_version_id), **over},
        }  # fmt: skip
        (event_id,) = uow.events.append([event(("task", task.id), "extension.decided", payload, at=now, by=by)])
        uow.flush()
        if new_date is not None:
            moved = [Redated(task, clock.due.due_on, decided.due, event_id)]
            act = NewDates(f"上级任务经批准延期：{reason}".rstrip("："), by, now)
            tell_redated(uow, case.setting.campaign, redate_below(uow, self._floor, moved, act), act)
        settle(uow, self._floor, task, case.setting, now=now)
        facts = _facts(task, case.setting) | {
            "granted": new_date is not None, "due_on": decided.due.due_on.isoformat(), "reason": reason,
        }  # fmt: skip
        tell(uow, cause=f"event:{event_id}", message="extension_decided", facts=facts,
             audience=case.setting.audience(task), roles=("liaison", "head"), now=now, task_id=task.id)  # fmt: skip

    def _check(self, task: Task, expected_version: int) -> None:
        definition = self._floor.catalog.workflow(task.workflow_version_id)
        check_version(task.version, expected_version, definition.states[task.state].title)

    def _running_clock(self, uow: UnitOfWork, task: Task) -> ClockRow:
        rows = uow.clocks.of_task(task.id, lock=True)
        for name in EXTENDABLE:
            row = rows.get(name)
            if row is not None and (row.status == ClockStatus.RUNNING.value or row.pause_reason == OBJECTION_PENDING):
                return row
        raise InvalidInput([FieldProblem("wanted_on", "这项任务现在没有在走的办理期限，不需要申请延期。")])

    def _answered(
        self, uow: UnitOfWork, task: Task, row: ClockRow, clock: Clock, new_date: date | None, *, now: datetime
    ) -> Clock:
        """Return the clock after the answer; an objection that is open as well must be answered before it runs."""
        calendar = self._floor.calendars.newest()
        contested = bool(uow.objections.frozen([task.id]))
        if new_date is None:
            return answer_extension(clock, contested=contested, now=now, calendar=calendar)
        granted = next_occurrence(clock, by_date(new_date, row.cutoff, calendar=calendar, source="经批准延期"), now=now)
        definition = self._floor.catalog.workflow(task.workflow_version_id)
        return freeze(granted, definition.clocks[row.name], now=now) if contested else granted

    def _pauses(self, task: Task, row: ClockRow) -> bool:
        definition = self._floor.catalog.workflow(task.workflow_version_id)
        return EXTENSION_PENDING in definition.clocks[row.name].pauses_for


def _latest(uow: UnitOfWork, task: Task) -> date | None:
    """Return the day beyond which a share may not go: that of the duty which was handed down."""
    if task.tie != "share" or task.parent_id is None:
        return None
    return uow.tasks.get(task.parent_id).due_on


def check_may_answer(viewer: Viewer, place: Place, step: AnswerStep) -> None:
    """Raise NotAllowed for those who see the request and may not give the answer that it waits for."""
    if not may(viewer, ANSWERING[step], place):
        raise NotAllowed(NOT_YOURS[step])


def _check_own(separation: Separation, asked: Asked, person_id: int, reason: str) -> None:
    """Refuse to let the asker or the examiner decide, unless nobody else can; then a reason is due (DESIGN.md §3.5)."""
    if not may_answer_own(separation, asked):
        examined = person_id == asked.examined_by
        raise NotAllowed(
            "这份延期申请由您本人初审，要由另一个人批准。"
            if examined
            else "这份延期申请是您本人提出的，要由另一个人审批。"
        )
    if separation.binds and not cleaned(reason):
        raise InvalidInput([FieldProblem("reason", "没有其他人可以审批，由本人决定的要写明理由。")])


def _facts(task: Task, setting: Setting) -> dict[str, object]:
    return {
        "task_ref": task.ref, "title": task.title, "unit": setting.unit_name, "campaign": setting.campaign.title,
        "due_on": task.due_on.isoformat() if task.due_on else "",
    }  # fmt: skip
