"""Extensions: asked before expiry, decided by people, a definite new date, the old one kept (DESIGN.md §3.9)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from tracker.domain.clocks import Clock, ClockStatus, next_occurrence, pause
from tracker.domain.deadlines import by_date, show_day
from tracker.domain.errors import FieldProblem, InvalidInput, NotAllowed, StaleVersion
from tracker.domain.inputs import cleaned
from tracker.domain.objections import EXTENSION_PENDING, OBJECTION_PENDING, answer_extension, freeze
from tracker.domain.permissions import Action, Viewer, may
from tracker.domain.values import local_date
from tracker.persistence.models import ClockRow, Extension, Task
from tracker.persistence.repositories.clocks import clock_from, clock_payload
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.catching_up import fire_due
from tracker.services.context import Floor, Setting
from tracker.services.free_texts import refuse_personal
from tracker.services.moving import write_back
from tracker.services.recording import doer_at, event
from tracker.services.redating import NewDates, Redated, redate_below, tell_redated
from tracker.services.rising import settle
from tracker.services.seeing import check_version, see
from tracker.services.separation import Separation, may_answer_own, separation_for
from tracker.services.telling import tell

PAUSE_REASON = EXTENSION_PENDING
#: Clocks that a unit may ask to have extended, in the order in which they are looked for.
EXTENDABLE = ("finish", "reply")


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
            wanted, reason = _check_request(uow, task, row, wanted_on, reason, now=now)
            by = doer_at(viewer, place, Action.ACT_AS_UNIT)
            uow.tasks.add_extension(
                Extension(
                    task_id=task.id, clock_id=row.id, occurrence=row.occurrence, old_due_on=row.due_on,
                    wanted_on=wanted, reason=reason, progress=cleaned(progress)[:2000], asked_by=viewer.person_id,
                    asked_at=now,
                )
            )  # fmt: skip
            clock = clock_from(row, uow.clocks.fired([row])[row.id])
            paused = pause(clock, reason=PAUSE_REASON, now=now) if self._pauses(task, row) else clock
            write_back(uow, self._floor, task, row, paused, now=now)
            task.version += 1
            payload = {
                "clock": row.name, "wanted_on": wanted.isoformat(), "old_due_on": row.due_on.isoformat(),
                "reason": reason, "clocks": {row.name: clock_payload(paused, row.ladder_version_id)},
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
    ) -> None:  # fmt: skip
        """Grant a definite new date, or refuse; the clock runs again either way, unless an objection still holds it.

        A granted date is the clock's next occurrence: rungs of the old one are cancelled. A refused one goes on with
        the old date, and the days of waiting are not the unit's lateness.
        """
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            task = uow.tasks.get_by_ref(task_ref, lock=True)
            setting = see(uow, viewer, task)
            place = setting.place(task)
            if not may(viewer, Action.DECIDE_EXTENSION, place):
                raise NotAllowed("延期申请由办公室或督导组审批。")
            self._check(task, expected_version)
            refuse_personal(self._floor, task, ticks, reason=reason)
            asked = uow.tasks.open_extension(task.id, lock=True)
            if asked is None:
                raise StaleVersion("这项任务现在没有待审批的延期申请，可能已有人先办理。")
            if asked.asked_by == viewer.person_id:
                definition = self._floor.catalog.workflow(task.workflow_version_id)
                separation = separation_for(uow, task, setting, definition, now=now, extension_asked_by=asked.asked_by)
                _check_own(separation, reason)
            row = next(r for r in uow.clocks.of_task(task.id, lock=True).values() if r.id == asked.clock_id)
            bounds = row.due_on, _latest(uow, task)
            new_date, reason = _check_decision(bounds, grant, granted_on, reason, now=now)
            clock = clock_from(row, uow.clocks.fired([row])[row.id])
            decided = self._answered(uow, task, row, clock, new_date, now=now)
            write_back(uow, self._floor, task, row, decided, now=now)
            asked.status = "granted" if new_date else "refused"
            asked.granted_on, asked.decided_by, asked.decided_at = new_date, viewer.person_id, now
            asked.decision_reason = reason
            task.version += 1
            by = doer_at(viewer, place, Action.DECIDE_EXTENSION)
            payload = {
                "clock": row.name, "granted": new_date is not None, "reason": reason,
                "old_due_on": asked.old_due_on.isoformat(), "due_on": decided.due.due_on.isoformat(),
                "clocks": {row.name: clock_payload(decided, row.ladder_version_id)},
            }  # fmt: skip
            (event_id,) = uow.events.append([event(("task", task.id), "extension.decided", payload, at=now, by=by)])
            uow.flush()
            if new_date is not None:
                moved = [Redated(task, clock.due.due_on, decided.due, event_id)]
                act = NewDates(f"上级任务经批准延期：{reason}".rstrip("："), by, now)
                tell_redated(uow, setting.campaign, redate_below(uow, self._floor, moved, act), act)
            settle(uow, self._floor, task, setting, now=now)
            facts = _facts(task, setting) | {
                "granted": new_date is not None, "due_on": decided.due.due_on.isoformat(), "reason": reason,
            }  # fmt: skip
            tell(uow, cause=f"event:{event_id}", message="extension_decided", facts=facts,
                 audience=setting.audience(task), roles=("liaison", "head"), now=now, task_id=task.id)  # fmt: skip
            self._floor.ring_deliveries(uow)
            uow.commit()

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
        return PAUSE_REASON in definition.clocks[row.name].pauses_for


def _check_request(
    uow: UnitOfWork, task: Task, row: ClockRow, wanted_on: str, reason: str, *, now: datetime
) -> tuple[date, str]:
    problems: list[FieldProblem] = []
    reason = cleaned(reason)
    if not reason:
        problems.append(FieldProblem("reason", "请写明申请延期的原因。"))
    if len(reason) > 1000:
        problems.append(FieldProblem("reason", f"原因最多1000字，现在是{len(reason)}字。"))
    if now >= row.due_at:
        problems.append(
            FieldProblem(
                "wanted_on", f"已过办理期限（{show_day(row.due_on)}），期限届满后不能申请延期，请尽快办结并说明原因。"
            )
        )
    if uow.tasks.open_extension(task.id) is not None:
        problems.append(FieldProblem("wanted_on", "已有一份延期申请在等审批，不能重复申请。"))
    wanted = _date(wanted_on)
    if wanted is None:
        problems.append(FieldProblem("wanted_on", "请填写希望延到的日期，例如 2026-06-30。"))
    elif wanted <= row.due_on:
        problems.append(FieldProblem("wanted_on", f"希望延到的日期要晚于现在的期限（{show_day(row.due_on)}）。"))
    elif (wanted - row.due_on).days > 366:
        problems.append(FieldProblem("wanted_on", "一次延期不能超过一年。"))
    if problems or wanted is None:
        raise InvalidInput(problems)
    return wanted, reason


def _latest(uow: UnitOfWork, task: Task) -> date | None:
    """Return the day beyond which a share may not go: that of the duty which was handed down."""
    if task.tie != "share" or task.parent_id is None:
        return None
    return uow.tasks.get(task.parent_id).due_on


def _check_decision(
    bounds: tuple[date, date | None], grant: bool, granted_on: str, reason: str, *, now: datetime
) -> tuple[date | None, str]:
    present, latest = bounds
    reason = cleaned(reason)
    if not grant:
        if not reason:
            raise InvalidInput([FieldProblem("reason", "不同意延期需要写明理由。")])
        return None, reason[:1000]
    new_date = _date(granted_on)
    if new_date is None:
        raise InvalidInput([FieldProblem("granted_on", "同意延期要给出确定的新期限，例如 2026-06-30。")])
    if latest is not None and new_date > latest:
        sentence = f"分解下去的任务不能晚于本单位自己的期限（{show_day(latest)}）；请先申请延长本单位的期限。"
        raise InvalidInput([FieldProblem("granted_on", sentence)])
    if new_date <= present or new_date < local_date(now):
        raise InvalidInput([FieldProblem("granted_on", f"新期限要晚于原期限（{show_day(present)}），也不能早于今天。")])
    return new_date, reason[:1000]


def _check_own(separation: Separation, reason: str) -> None:
    """Refuse to let the asker decide, unless nobody else can; then a reason is due (DESIGN.md §3.5)."""
    if not may_answer_own(separation):
        raise NotAllowed("这份延期申请是您本人提出的，要由另一个人审批。")
    if separation.binds and not cleaned(reason):
        raise InvalidInput([FieldProblem("reason", "没有其他人可以审批，由申请人本人决定的要写明理由。")])


def _facts(task: Task, setting: Setting) -> dict[str, object]:
    return {
        "task_ref": task.ref, "title": task.title, "unit": setting.unit_name, "campaign": setting.campaign.title,
        "due_on": task.due_on.isoformat() if task.due_on else "",
    }  # fmt: skip


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None
