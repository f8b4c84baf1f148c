"""Scheduled progress (序时进度): how much of a duty should be done by a day, how much is, and when that is checked. Pure.

Shares are basis points (hundredths of a percent), so that nothing is rounded into another colour: 三亚 counts exactly
half of what was due as yellow, 银川 exactly 30 points behind (DOMAIN.md §1.3).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from tracker.domain.cadence import Cadence, Every, periods
from tracker.domain.calendar import WorkingCalendar
from tracker.domain.ladder import Behind, Measured

WHOLE = 10_000
#: Every how long progress may be checked.
CHECKED = (Every.WEEK, Every.TEN_DAYS, Every.MONTH, Every.QUARTER)


@dataclass(frozen=True)
class Milestone:
    """So much is to be done by the end of a day; `share` in basis points."""

    on: date
    share: int


@dataclass(frozen=True)
class Schedule:
    """What should be done by when, and every how long it is looked at.

    Between `starts_on` and `ends_on` the share grows evenly, by calendar days, from 0 to the whole (线性); with
    `milestones` it is that of the last one passed (按节点). Checks are at the end of each `checked` period within.
    """

    starts_on: date
    ends_on: date
    checked: Every = Every.MONTH
    milestones: tuple[Milestone, ...] = ()

    def share_on(self, day: date) -> int:
        """Return the share that should be done by the end of `day`."""
        if self.milestones:
            return max((one.share for one in self.milestones if one.on <= day), default=0)
        if day >= self.ends_on:
            return WHOLE
        if day < self.starts_on:
            return 0
        days = (self.ends_on - self.starts_on).days + 1
        return ((day - self.starts_on).days + 1) * WHOLE // days

    def checks(self, calendar: WorkingCalendar) -> Iterator[date]:
        """Yield the days on which progress is checked, the last one being the last day."""
        for period in periods(Cadence(self.checked), self.starts_on, self.ends_on, calendar):
            yield period.due_on

    def next_check(self, after: date, calendar: WorkingCalendar) -> date | None:
        """Return the first check later than `after`; None when there is none any more."""
        return next((day for day in self.checks(calendar) if day > after), None)


@dataclass(frozen=True)
class Pace:
    """A schedule, and the shares reported since: (moment, share in basis points), the earliest first."""

    schedule: Schedule
    reported: tuple[tuple[datetime, int], ...] = ()

    def share_at(self, moment: datetime) -> int:
        """Return the share last reported before or at `moment`; 0 when nothing was."""
        return next((share for at, share in reversed(self.reported) if at <= moment), 0)

    def with_report(self, at: datetime, share: int) -> Pace:
        """Return the pace after a report; a later one corrects an earlier one, downwards too."""
        return replace(self, reported=(*self.reported, (at, share)))

    def since(self, moment: datetime) -> Pace:
        """Return the pace without what no later check looks at: only the last report until `moment` is kept of it."""
        before = [one for one in self.reported if one[0] <= moment][-1:]
        return replace(self, reported=(*before, *(one for one in self.reported if one[0] > moment)))


def falls_behind(behind: Behind, *, scheduled: int, actual: int) -> bool:
    """Tell whether `actual` lies behind `scheduled` (basis points) by what the condition says."""
    gap = max(0, scheduled - actual)
    if behind.measured is Measured.SHARE:
        # gap / scheduled compared with n %, in whole numbers: gap * 100 against n * scheduled.
        measured, unit = gap * 100, scheduled
        if scheduled == 0:
            return False
    else:
        measured, unit = gap, 100
    return (
        (behind.above is None or measured > behind.above * unit)
        and (behind.at_least is None or measured >= behind.at_least * unit)
        and (behind.at_most is None or measured <= behind.at_most * unit)
    )


def share_of(part: int, whole: int) -> int:
    """Return the share of two counts in basis points, rounded down and at most the whole; nothing of nothing is all."""
    return WHOLE if whole <= 0 else min(WHOLE, part * WHOLE // whole)


def show_share(share: int) -> str:
    """Return a share in words: 37.5%."""
    return f"{share // 100}.{share % 100:02d}".rstrip("0").rstrip(".") + "%"


def schedule_to_plain(schedule: Schedule) -> dict[str, Any]:
    """Return a schedule as JSON."""
    plain: dict[str, Any] = {
        "from": schedule.starts_on.isoformat(), "to": schedule.ends_on.isoformat(), "checked": schedule.checked.value,
    }  # fmt: skip
    if schedule.milestones:
        plain["milestones"] = [[one.on.isoformat(), one.share] for one in schedule.milestones]
    return plain


def schedule_from_plain(plain: Mapping[str, Any]) -> Schedule:
    """Return the schedule that `schedule_to_plain` wrote."""
    return Schedule(
        date.fromisoformat(plain["from"]), date.fromisoformat(plain["to"]), Every(plain["checked"]),
        tuple(Milestone(date.fromisoformat(on), share) for on, share in plain.get("milestones", ())),
    )  # fmt: skip


def pace_to_plain(pace: Pace) -> dict[str, Any]:
    """Return a pace as JSON."""
    return {**schedule_to_plain(pace.schedule), "reported": [[at.isoformat(), share] for at, share in pace.reported]}


def pace_from_plain(plain: Mapping[str, Any]) -> Pace:
    """Return the pace that `pace_to_plain` wrote."""
    reported = tuple((datetime.fromisoformat(at), int(share)) for at, share in plain["reported"])
    return Pace(schedule_from_plain(plain), reported)
