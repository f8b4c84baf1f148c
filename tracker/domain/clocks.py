"""The life of one clock: start, hold, pause, resume, next occurrence. Pure; the row in the database mirrors the value.

A clock that survives return and redo keeps its due moment (DESIGN.md §3.9). What it does not keep is blame for
days that it spent waiting for others: when it runs again after having been held or paused past its due date,
the date from which lateness rungs count moves so that exactly the working days that were the unit's own remain.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.deadlines import DueMoment, at_once, by_date, local_moment, told, within
from tracker.domain.definition import ClockDefinition, CountsAs
from tracker.domain.progress import Pace, Schedule
from tracker.domain.values import local_date

#: Clocks of a task's duty; the date that the task shows, and that messages about the task name, is theirs.
DUTY_CLOCKS = ("finish", "reply")


class ClockStatus(StrEnum):
    """RUNNING fires rungs; HELD waits in a state that is not the clock's; PAUSED waits for a decision; DONE is over."""

    RUNNING = "running"
    HELD = "held"
    PAUSED = "paused"
    DONE = "done"


@dataclass(frozen=True)
class Clock:
    """One clock of one task.

    started_at      when the present occurrence's due moment was given
    ladder_from_on  Shanghai date from which lateness rungs count
    fired           rungs (positions) already fired in the present occurrence
    severity_floor  what its rungs raise is never milder (a matter that starts at 橙; the paper whose clock it is); 0 = none
    excused         somebody found a good cause for the present occurrence (有正当理由)
    pace            for the clock of scheduled progress; its due days are the checks
    """

    name: str
    occurrence: int
    status: ClockStatus
    started_at: datetime
    due: DueMoment
    ladder_from_on: date
    held_since: datetime | None = None
    pause_reason: str | None = None
    quality_failures: int = 0
    failed_rechecks: int = 0
    ordered: frozenset[int] = frozenset()
    fired: frozenset[int] = frozenset()
    severity_floor: int = 0
    excused: bool = False
    pace: Pace | None = None


def start(
    definition: ClockDefinition, *, now: datetime, calendar: WorkingCalendar, given: DueMoment | None,
    severity_floor: int = 0, counted_from: date | None = None,
) -> Clock:  # fmt: skip
    """Start a clock for the first time.

    `given` is the due moment of the task's source, for clocks that say `due: from_measure`; such a clock without
    one raises ValueError, because a duty without a date must be given a cadence instead. A period counts from the day
    `counted_from` where what began it came to be known later: its lateness rungs count no day before it was known.
    """
    if counted_from is None or definition.within is None:
        due = _due(definition, now=now, calendar=calendar, given=given)
        return Clock(definition.name, 1, ClockStatus.RUNNING, now, due, due.due_on, severity_floor=severity_floor)
    due = within(local_moment(counted_from, time(0, 0)), definition.within, calendar)
    from_on = max(due.due_on, local_date(now))
    return Clock(definition.name, 1, ClockStatus.RUNNING, now, due, from_on, severity_floor=severity_floor)


def start_pace(
    definition: ClockDefinition,
    schedule: Schedule,
    *,
    now: datetime,
    calendar: WorkingCalendar,
    severity_floor: int = 0,
) -> Clock | None:
    """Start the clock of scheduled progress at its first check that is still to come; None when none is."""
    first = schedule.next_check(local_date(now) - timedelta(days=1), calendar)
    if first is None:
        return None
    due = _check(first, calendar)
    return Clock(
        definition.name, 1, ClockStatus.RUNNING, now, due, due.due_on, severity_floor=severity_floor,
        pace=Pace(schedule),
    )  # fmt: skip


def next_check(clock: Clock, *, now: datetime, calendar: WorkingCalendar) -> Clock | None:
    """Return the clock of scheduled progress as it is for its next check; None after the last one."""
    if clock.pace is None:
        return None
    day = clock.pace.schedule.next_check(clock.due.due_on, calendar)
    if day is None:
        return None
    moved = next_occurrence(clock, _check(day, calendar), now=now)
    return replace(moved, pace=clock.pace.since(clock.due.due_at))


def report_progress(clock: Clock, share: int, *, now: datetime) -> Clock:
    """Return the clock of scheduled progress after a report; any other clock as it was."""
    if clock.pace is None or clock.status is ClockStatus.DONE:
        return clock
    return replace(clock, pace=clock.pace.with_report(now, share))


def excuse(clock: Clock, *, excused: bool) -> Clock:
    """Let a good cause stand for the present occurrence, or stand no more."""
    return clock if clock.status is ClockStatus.DONE else replace(clock, excused=excused)


def enter_state(
    clock: Clock, definition: ClockDefinition, *, state: str, final: bool, now: datetime, calendar: WorkingCalendar
) -> Clock:
    """Return the clock as it is once its task has entered `state`."""
    if final:
        return end(clock)
    if definition.runs_while is not None:
        # Nobody waits for an answer any more once the task has gone on without it.
        return clock if state in definition.runs_in else end(clock)
    if state not in definition.runs_in:
        if clock.status in (ClockStatus.HELD, ClockStatus.DONE):
            return clock
        return replace(clock, status=ClockStatus.HELD, held_since=clock.held_since or now, pause_reason=None)
    if clock.status is not ClockStatus.HELD:
        return clock
    if definition.restarts:
        return next_occurrence(clock, _due(definition, now=now, calendar=calendar, given=None), now=now)
    return _run_again(clock, now=now, calendar=calendar)


def begin_again(clock: Clock, definition: ClockDefinition, *, now: datetime, calendar: WorkingCalendar) -> Clock:
    """Start a clock that is over, or stands, once more: its next occurrence, running."""
    return next_occurrence(clock, _due(definition, now=now, calendar=calendar, given=None), now=now)


def end(clock: Clock) -> Clock:
    """Return the clock as it is once it is over."""
    return replace(clock, status=ClockStatus.DONE, held_since=None, pause_reason=None)


def pause(clock: Clock, *, reason: str, now: datetime) -> Clock:
    """Stop the rungs while a decision is awaited; the due moment stays."""
    if clock.status is not ClockStatus.RUNNING:
        return clock
    return replace(clock, status=ClockStatus.PAUSED, pause_reason=reason, held_since=now)


def resume(clock: Clock, *, now: datetime, calendar: WorkingCalendar) -> Clock:
    """Run again after a pause, with the same due moment."""
    return _run_again(clock, now=now, calendar=calendar) if clock.status is ClockStatus.PAUSED else clock


def tell(clock: Clock) -> Clock:
    """Return the clock as it is once its date has been told: a computed one may then only move later."""
    return replace(clock, due=told(clock.due))


def next_occurrence(clock: Clock, due: DueMoment, *, now: datetime) -> Clock:
    """Give the clock its next due moment; counts and rungs begin anew, what was not fired never will be."""
    return replace(
        clock, occurrence=clock.occurrence + 1, status=ClockStatus.RUNNING, started_at=now, due=due,
        ladder_from_on=due.due_on, held_since=None, pause_reason=None, quality_failures=0, failed_rechecks=0,
        ordered=frozenset(), fired=frozenset(), excused=False,
    )  # fmt: skip


def redate(clock: Clock, due: DueMoment, *, now: datetime) -> Clock:
    """Give the clock a new due moment from above: its next occurrence, without letting it run where it rested.

    A clock that waits for others, or for the answer to an extension, goes on waiting; one that is over stays so.
    """
    if clock.status is ClockStatus.DONE:
        return clock
    moved = next_occurrence(clock, due, now=now)
    if clock.status is ClockStatus.RUNNING:
        return moved
    return replace(moved, status=clock.status, held_since=clock.held_since, pause_reason=clock.pause_reason)


def count(clock: Clock, counts_as: CountsAs) -> Clock:
    """Add one failure to what the ladder's conditions look at."""
    if counts_as is CountsAs.QUALITY_FAILURE:
        return replace(clock, quality_failures=clock.quality_failures + 1)
    return replace(clock, failed_rechecks=clock.failed_rechecks + 1)


def order(clock: Clock, rung: int) -> Clock:
    """Let a leader's order make `rung` due at once."""
    return replace(clock, ordered=clock.ordered | {rung})


def _due(
    definition: ClockDefinition, *, now: datetime, calendar: WorkingCalendar, given: DueMoment | None
) -> DueMoment:
    if definition.within is not None:
        return within(now, definition.within, calendar)
    if definition.at_once:
        return at_once(now, calendar)
    if given is None:
        raise ValueError(f"clock {definition.name!r} takes its due moment from the task's source, and none was given")
    return given


def _check(day: date, calendar: WorkingCalendar) -> DueMoment:
    return by_date(day, calendar=calendar, source="序时进度核对日")


def _run_again(clock: Clock, *, now: datetime, calendar: WorkingCalendar) -> Clock:
    if clock.pace is not None and local_date(now) > clock.due.due_on:
        # A check that passed while others had the task is not held against the unit.
        day = clock.pace.schedule.next_check(local_date(now) - timedelta(days=1), calendar)
        due = clock.due if day is None else _check(day, calendar)
        return next_occurrence(clock, due, now=now)
    held_on = local_date(clock.held_since or now)
    today = local_date(now)
    ladder_from_on = clock.ladder_from_on
    if today > ladder_from_on:
        own_lateness = max(0, calendar.working_days_between(ladder_from_on, held_on))
        # Counting back from a rest day would take one working day less than the unit was late.
        counted_from = calendar.last_workday_on_or_before(today) if own_lateness else today
        ladder_from_on = max(ladder_from_on, calendar.add_working_days(counted_from, -own_lateness))
    return replace(clock, status=ClockStatus.RUNNING, ladder_from_on=ladder_from_on, held_since=None, pause_reason=None)
