"""Objections (申诉): until when a unit may contest a paper, and what the contesting does to clocks. Pure.

While an objection is open nothing comes of what it contests: clocks are paused for OBJECTION_PENDING. A rejected one
lets them run on with the same due date, less the days of waiting; an upheld one takes back what was counted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.clocks import Clock, ClockStatus, pause, resume
from tracker.domain.deadlines import DueMoment, within
from tracker.domain.definition import ClockDefinition, DayUnit, Within
from tracker.domain.escalation import Cause
from tracker.domain.extending import EXTENSION_PENDING
from tracker.domain.ladder import Rung
from tracker.domain.values import local_date

#: The workflow that an objection is a task of.
OBJECTION = "objection"
OBJECTION_PENDING = "objection_pending"
#: Days after the serving of a paper within which it may be contested, unless the campaign says otherwise.
DEFAULT_DAYS = 30
#: What became of an objection → how it is said. "lapsed" = the paper ended by itself, there is nothing left to decide.
OUTCOMES = {
    "open": "审理中", "upheld": "申诉成立", "rejected": "申诉不成立", "withdrawn": "单位已撤回", "lapsed": "申诉终止",
}  # fmt: skip
STRUCK_WHILE_OPEN = "申诉审理中，结果出来前不列入文书。"


@dataclass(frozen=True)
class CountedAgainst:
    """What a finding was raised for: which clock, in which of its occurrences, why, and the rung's own conditions."""

    clock_id: int
    occurrence: int
    cause: Cause
    rung: Rung


def last_moment(served_at: datetime, days: int, calendar: WorkingCalendar) -> DueMoment:
    """Return until when a paper may be contested; a last day that is a rest day rolls forward."""
    return within(served_at, Within(days, DayUnit.CALENDAR_DAY), calendar)


def freeze(clock: Clock, definition: ClockDefinition, *, now: datetime) -> Clock:
    """Pause a running clock for an objection, where its workflow lets it be."""
    return pause(clock, reason=OBJECTION_PENDING, now=now) if OBJECTION_PENDING in definition.pauses_for else clock


def thaw(clock: Clock, *, extension_asked: bool, now: datetime, calendar: WorkingCalendar) -> Clock:
    """Let a clock go on once no objection holds it; one for which a later date is asked waits for that answer too."""
    if clock.status is not ClockStatus.PAUSED or clock.pause_reason != OBJECTION_PENDING:
        return clock
    if extension_asked:
        return replace(clock, pause_reason=EXTENSION_PENDING)
    return resume(clock, now=now, calendar=calendar)


def answer_extension(clock: Clock, *, contested: bool, now: datetime, calendar: WorkingCalendar) -> Clock:
    """Let a clock go on after a refused extension, unless an objection still holds it."""
    if contested and clock.status is ClockStatus.PAUSED:
        return replace(clock, pause_reason=OBJECTION_PENDING)
    return resume(clock, now=now, calendar=calendar)


def overturn(clock: Clock, counted: CountedAgainst | None, *, now: datetime) -> Clock:
    """Take back what a finding that was overturned had counted, so that nothing counts it once more.

    Lateness begins anew on the day of the decision; the due date stays as it was told. Failures that the rung had
    asked for are taken off; those that came later stay. `counted` None = another clock of the same matter.
    """
    if clock.status is ClockStatus.DONE:
        return clock
    if counted is None or counted.cause in (Cause.LATE, Cause.ORDER):
        return replace(clock, ladder_from_on=max(clock.ladder_from_on, local_date(now)))
    if counted.occurrence != clock.occurrence:
        return clock
    returned = (counted.rung.quality_failures or 0) if counted.cause is Cause.QUALITY else 0
    failed = (counted.rung.failed_rechecks or 0) if counted.cause is Cause.RECHECK else 0
    return replace(
        clock, quality_failures=max(0, clock.quality_failures - returned),
        failed_rechecks=max(0, clock.failed_rechecks - failed),
    )  # fmt: skip
