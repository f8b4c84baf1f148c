"""Which rungs of a clock have come due. Pure: the facts, the ladder, the calendar and `now` decide.

Lateness, counts and a leader's order are three ways to reach one rung; whichever comes first fires it, once for
an occurrence, because the firing's key is (clock, occurrence, rung) and not the way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.clocks import Clock, ClockStatus
from tracker.domain.deadlines import rung_moment
from tracker.domain.ladder import Ladder, Rung


class Cause(StrEnum):
    """Why a rung fired."""

    LATE = "late"
    QUALITY = "quality"
    RECHECK = "recheck"
    ORDER = "order"


CAUSE_TITLES = {
    Cause.LATE: "到时未办", Cause.QUALITY: "多次退回", Cause.RECHECK: "复查未通过", Cause.ORDER: "领导指定",
}  # fmt: skip


def cause_title(cause: Cause, rung: Rung) -> str:
    """Return why a rung fired, in words; a reminder before the due moment blames nobody."""
    if cause is Cause.LATE and rung.after is not None and rung.after <= 0:
        return "临近期限"
    return CAUSE_TITLES[cause]


@dataclass(frozen=True, slots=True)
class RungReached:
    """A rung that fires now; `fell_due_at` is the moment at which it should have."""

    index: int
    rung: Rung
    cause: Cause
    fell_due_at: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """Rungs to fire, in the order in which they fell due, and when to look again (None = never)."""

    reached: tuple[RungReached, ...]
    next_fire_at: datetime | None


def decide(clock: Clock, ladder: Ladder, calendar: WorkingCalendar, *, now: datetime) -> Decision:
    """Return what to fire at `now` and when the clock must be looked at next.

    After an outage several rungs may be due at once; all are returned, in order, because a unit is reminded before
    it is served a notice. Reminders of the time before the due moment that an occurrence never lived through
    (it was given later, or waited for others until the due day was over) do not exist.
    """
    if clock.status is not ClockStatus.RUNNING:
        return Decision((), None)
    reached = []
    next_fire_at: datetime | None = None
    for index, rung in enumerate(ladder.rungs):
        if index in clock.fired:
            continue
        first = min(ways_reached(clock, index, rung, calendar, now=now), default=None, key=lambda way: way[0])
        if first is None:
            continue
        moment, cause = first
        if moment <= now:
            reached.append(RungReached(index, rung, cause, moment))
        elif next_fire_at is None or moment < next_fire_at:
            next_fire_at = moment
    reached.sort(key=lambda r: (r.fell_due_at, r.index))
    return Decision(tuple(reached), next_fire_at)


def next_fire_at(clock: Clock, ladder: Ladder, calendar: WorkingCalendar, *, now: datetime) -> datetime | None:
    """Return when a sweep must look at the clock: `now` when a rung is already due, else the next moment."""
    decision = decide(clock, ladder, calendar, now=now)
    return now if decision.reached else decision.next_fire_at


def ways_reached(
    clock: Clock, index: int, rung: Rung, calendar: WorkingCalendar, *, now: datetime
) -> Iterator[tuple[datetime, Cause]]:
    """Yield each way by which the rung is or will be reached, with its moment (`now` for counts and orders)."""
    if index in clock.ordered:
        yield now, Cause.ORDER
    if rung.quality_failures is not None and clock.quality_failures >= rung.quality_failures:
        yield now, Cause.QUALITY
    if rung.failed_rechecks is not None and clock.failed_rechecks >= rung.failed_rechecks:
        yield now, Cause.RECHECK
    if rung.after is not None:
        moment = lateness_moment(clock, rung, calendar)
        if rung.after > 0 or (moment > clock.started_at and not _came_back_late(clock)):
            yield moment, Cause.LATE


def _came_back_late(clock: Clock) -> bool:
    """Tell whether the clock ran again only after its due day: then "due in three days" would be untrue."""
    return clock.ladder_from_on > clock.due.due_on


def lateness_moment(clock: Clock, rung: Rung, calendar: WorkingCalendar) -> datetime:
    """Return the moment at which lateness reaches a rung that has `after`."""
    if rung.after is None:
        raise ValueError(f"rung {rung.name!r} is not reached by lateness")
    base = clock.due.due_on if rung.after <= 0 else clock.ladder_from_on
    return rung_moment(base, rung.after, rung.at, calendar)
