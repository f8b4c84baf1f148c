"""What a new calendar does to a running clock. Pure.

The rule (DESIGN.md §2, §3.9):

- A date moves only when it was counted (never a fixed one), when it counts to another day now, and when that day is
  not over yet. A told date moves later only. A date moved by a calendar is a re-dating, so the next occurrence
  begins: rungs of the old one that had not fired are cancelled, and those that had fired belong to the old date.
- Where both days lie in the past nothing moves: people were told of that lateness and acted on it, and a new
  occurrence would fire every rung once more for the same lateness.
- What counts is how far a day was over when the calendar came into force, not when somebody got round to counting: a
  recount that was cut off, or that waited for a dead worker, gives the same dates hours later.
- Every other clock keeps its occurrence and its date, and takes the new version, so that the rungs still to come
  count the days as they are now known. A rung that has fired stays fired, by the key (clock, occurrence, rung).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.clocks import Clock, next_occurrence
from tracker.domain.deadlines import DueMoment, local_moment, period_in, show_day, within
from tracker.domain.values import DueClass

#: Any hour will do: a period counts days.
_NOON = time(12, 0)


@dataclass(frozen=True, slots=True)
class CalendarTable:
    """Days as a notice names them (True = worked); `years` are those whose notice this is."""

    days: Mapping[date, bool]
    years: frozenset[int]


@dataclass(frozen=True, slots=True)
class ChangedDay:
    """A day that was worked and is not any more, or the other way round."""

    day: date
    works: bool


def merged(calendar: WorkingCalendar, table: CalendarTable, *, version: int) -> WorkingCalendar:
    """Return the calendar with a table in it: a published year is the table's whole, other years keep the rest."""
    kept = {day: works for day, works in calendar.exceptions.items() if day.year not in table.years}
    return WorkingCalendar(version, {**kept, **table.days}, calendar.published_years | table.years)


def changed_days(old: WorkingCalendar, new: WorkingCalendar) -> list[ChangedDay]:
    """Return the days on which two calendars differ, in order."""
    named = sorted(old.exceptions.keys() | new.exceptions.keys())
    return [ChangedDay(day, new.is_workday(day)) for day in named if old.is_workday(day) != new.is_workday(day)]


def recount(clock: Clock, calendar: WorkingCalendar, *, now: datetime, since: datetime | None = None) -> Clock:
    """Return the clock as the new calendar makes it; `occurrence` tells whether its date has moved.

    `since` is when the calendar came into force, None where it does so now.
    """
    kept = replace(clock, due=replace(clock.due, calendar_version=calendar.version))
    counted = _counted_again(clock.due, calendar)
    if counted is None:
        return kept
    if counted.due_on == clock.due.due_on:
        return replace(clock, due=counted)
    if counted.due_at <= (now if since is None else since):
        return kept
    if clock.due.due_class is DueClass.TOLD and counted.due_on < clock.due.due_on:
        rule = f"{counted.rule}原已告知{show_day(clock.due.due_on)}，已告知的期限不提前。"
        return replace(kept, due=replace(kept.due, rule=rule, provisional=counted.provisional))
    moved = next_occurrence(clock, counted, now=now)
    # A clock that waits goes on waiting, and what a leader ordered and has not fired yet is still ordered.
    return replace(
        moved, status=clock.status, held_since=clock.held_since, pause_reason=clock.pause_reason,
        ordered=clock.ordered - clock.fired,
    )  # fmt: skip


def _counted_again(due: DueMoment, calendar: WorkingCalendar) -> DueMoment | None:
    """Return the due moment counted anew from what its rule says; None for a fixed date."""
    period = period_in(due.rule) if due.due_class is not DueClass.FIXED else None
    if period is None:
        return None
    start, length = period
    noon = local_moment(start, _NOON)
    return within(noon, length, calendar, due.cutoff, due.due_class)
