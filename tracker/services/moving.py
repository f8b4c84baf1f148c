"""One task takes one transition. Called inside a transaction that already holds the task's row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.clocks import DUTY_CLOCKS, Clock, ClockStatus, count, enter_state, next_occurrence, report_progress
from tracker.domain.deadlines import DueMoment, told
from tracker.domain.definition import StateDefinition, TransitionDefinition, WorkflowDefinition
from tracker.domain.escalation import next_fire_at
from tracker.domain.measure_dues import due_from_plain, resolve
from tracker.domain.objections import freeze
from tracker.domain.progress import schedule_from_plain, share_of
from tracker.persistence.models import ClockRow, Task
from tracker.persistence.repositories.clocks import NewClock, clock_from, clock_payload, write_clock
from tracker.persistence.repositories.events import NewEvent
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.context import Floor
from tracker.services.ladder_choice import ladders_of_campaign
from tracker.services.opening import ClockSource, start_clocks
from tracker.services.recording import Doer, event


@dataclass(frozen=True)
class Move:
    """What a transition needs besides its name."""

    transition: TransitionDefinition
    by: Doer
    reason: str = ""
    values: Mapping[str, Any] | None = None
    submission_id: int | None = None
    relapse_due: DueMoment | None = None
    how: Mapping[str, Any] | None = None  # domain.receiving.Received, where nobody signed in for it
    counted_from: date | None = None  # when it happened, where that is known only now
    beside: Sequence[NewEvent] = ()  # what is recorded before it, of streams of other kinds


def move_task(
    uow: UnitOfWork, floor: Floor, task: Task, definition: WorkflowDefinition, move: Move, *, now: datetime
) -> int:
    """Change the state, the clocks and the record of a locked task; return the event's id.

    The transition was allowed by `domain.machine`; what it opens (rectification items, messages) is the caller's.
    """
    before, after = task.state, definition.states[move.transition.target]
    changed = _move_clocks(uow, floor, task, definition, after, move, now=now)
    if move.by.person_id is not None:
        uow.form_drafts.forget(task.id, person_id=move.by.person_id, act=move.transition.name)
    _write_state(task, after, move, now=now)
    *_, event_id = uow.events.append([
        *move.beside,
        event(
            ("task", task.id),
            "task.moved",
            {
                "transition": move.transition.name, "from": before, "to": after.name, "reason": move.reason,
                "workflow_version": task.workflow_version_id, "submission": move.submission_id, "clocks": changed,
                **({"how": dict(move.how)} if move.how else {}),
            },
            at=now,
            by=move.by,
        )
    ])  # fmt: skip
    return event_id


def _write_state(task: Task, after: StateDefinition, move: Move, *, now: datetime) -> None:
    task.state, task.waits_for = after.name, after.waits_for.value
    task.done, task.final = after.done, after.final
    task.done_at = (task.done_at or now) if after.done else None
    task.version += 1
    if move.transition.until_quota:
        task.recorded += 1
    if move.transition.nil or move.transition.form is not None:
        task.nil = move.transition.nil
    if move.transition.counts_as is not None:
        task.sent_back = True
    elif task.waits_for != "unit":
        task.sent_back = False
    if move.by.person_id is not None:
        task.last_doers = {**task.last_doers, move.transition.name: move.by.person_id}


def _move_clocks(
    uow: UnitOfWork, floor: Floor, task: Task, definition: WorkflowDefinition, after: StateDefinition, move: Move, *,
    now: datetime,
) -> dict[str, Any]:  # fmt: skip
    calendar = floor.calendars.newest()
    rows = uow.clocks.of_task(task.id, lock=True)
    fired = uow.clocks.fired(rows.values())
    changed: dict[str, Any] = {}
    share = _reported_share(definition, move)
    contested = bool(uow.objections.frozen([task.id]))
    for name, row in rows.items():
        clock = clock_from(row, fired[row.id])
        moved = enter_state(
            clock, definition.clocks[name], state=after.name, final=after.final, now=now, calendar=calendar
        )
        if move.transition.counts_as is not None and moved.status is ClockStatus.RUNNING:
            moved = count(moved, move.transition.counts_as)
        if share is not None:
            moved = report_progress(moved, share, now=now)
        if move.transition.next_occurrence and move.relapse_due and definition.clocks[name].from_measure:
            moved = next_occurrence(moved, move.relapse_due, now=now)
        if contested:
            moved = freeze(moved, definition.clocks[name], now=now)
        if moved != clock:
            write_back(uow, floor, task, row, moved, now=now)
            changed[name] = clock_payload(moved, row.ladder_version_id)
    begun = start_clocks(
        ladders_of_campaign(floor.catalog, uow.campaigns.get(task.campaign_id).settings),
        definition,
        after.name,
        _source_of_new_clocks(uow, task, definition, after.name, rows, now=now, calendar=calendar),
        task_id=task.id,
        now=now,
        calendar=calendar,
        already=frozenset(rows),
        counted_from=move.counted_from,
    )
    uow.clocks.insert_many(begun, now=now)
    changed |= {c.clock.name: clock_payload(c.clock, c.ladder_version_id) for c in begun}
    for new in begun:
        _show_due(task, new.clock)
    if begun:
        uow.wake()
    if begun and contested:
        changed |= _freeze_begun(uow, floor, task, definition, begun, now=now)
    return changed


def _freeze_begun(
    uow: UnitOfWork, floor: Floor, task: Task, definition: WorkflowDefinition, begun: Sequence[NewClock], *,
    now: datetime,
) -> dict[str, Any]:  # fmt: skip
    """Let clocks that begin while their task is contested rest at once; return what changed."""
    rows = uow.clocks.of_task(task.id, lock=True)
    changed: dict[str, Any] = {}
    for new in begun:
        name = new.clock.name
        frozen = freeze(new.clock, definition.clocks[name], now=now)
        if frozen != new.clock:
            write_back(uow, floor, task, rows[name], frozen, now=now)
            changed[name] = clock_payload(frozen, new.ladder_version_id)
    return changed


def _reported_share(definition: WorkflowDefinition, move: Move) -> int | None:
    """Return the share that a form reports as scheduled progress; None when the move reports none."""
    named = move.transition.progress
    if named is None or move.transition.form is None or not move.values:
        return None
    one = next(one for one in definition.forms[move.transition.form].fields if one.name == named)
    part, whole = move.values.get(named), move.values.get(one.rate_of or one.at_most or "")
    return share_of(part["value"], whole["value"]) if part and whole else None


def _source_of_new_clocks(
    uow: UnitOfWork, task: Task, definition: WorkflowDefinition, state: str, rows: Mapping[str, ClockRow], *,
    now: datetime, calendar: WorkingCalendar,
) -> ClockSource:  # fmt: skip
    """Return what the measure says to clocks that begin only now.

    A due moment that counts from the unit's acceptance begins to exist here; so does the clock of scheduled progress
    of a workflow that asks for it from a later state on.
    """
    begins = [
        one
        for one in definition.clocks.values()
        if one.name not in rows and state in one.runs_in and not one.runs_while
    ]
    if task.measure_id is None or not any(one.from_measure or one.paced for one in begins):
        return ClockSource(severity_floor=task.severity_floor)
    measure = uow.campaigns.get_measure(task.measure_id)
    due = None
    if any(one.from_measure for one in begins):
        due = told(resolve(due_from_plain(measure.due), opened_at=now, phases={}, calendar=calendar))
    schedule = schedule_from_plain(measure.schedule) if measure.schedule else None
    return ClockSource(due, schedule, task.severity_floor)


def write_back(uow: UnitOfWork, floor: Floor, task: Task, row: ClockRow, clock: Clock, *, now: datetime) -> None:
    """Write a clock's new value with its next fire time; wake the scheduler; keep the task's shown date in step."""
    ladder = floor.catalog.ladder(row.ladder_version_id)
    calendar = floor.calendars.calendar(clock.due.calendar_version)
    write_clock(row, clock, next_fire_at=next_fire_at(clock, ladder, calendar, now=now))
    _show_due(task, clock)
    uow.wake()


def _show_due(task: Task, clock: Clock) -> None:
    """Keep the date that the task shows in step with the clock of its duty."""
    if clock.name in DUTY_CLOCKS:
        task.due_on, task.due_at = clock.due.due_on, clock.due.due_at
