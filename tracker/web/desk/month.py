"""A month of a desk: each day with what falls due on it, rest days marked as the working-day calendar has them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.lights import LIGHTS, TO_ACCEPT, Light
from tracker.domain.months import Month
from tracker.persistence.queries.due_month import DueItem
from tracker.web.calendar.presenters import FIRST_YEAR, LAST_YEAR, DayCell, day_cell
from tracker.web.showing import WEEKDAYS


@dataclass(frozen=True)
class MonthItem:
    """One thing of a day, with its light."""

    row: DueItem
    light: Light


@dataclass(frozen=True)
class MonthDay:
    """One day. `column` is its place in the week, from 1 on Monday."""

    day: date
    cell: DayCell
    weekday: str
    column: int
    is_today: bool
    items: tuple[MonthItem, ...]


@dataclass(frozen=True)
class MonthView:
    """One month; `before` and `after` are the neighbours as addresses have them, None beyond the calendar."""

    title: str
    days: tuple[MonthDay, ...]
    before: str | None
    after: str | None
    provisional: bool

    @property
    def busy(self) -> tuple[MonthDay, ...]:
        """Return the days on which something falls due."""
        return tuple(day for day in self.days if day.items)


def month_asked(text: str | None, today: date) -> tuple[date, date]:
    """Return the first and the last day of the month asked for (2026-03); anything else counts as the present one."""
    found = Month.read(text or "")
    month = found if found is not None and FIRST_YEAR <= found.year <= LAST_YEAR else Month.of(today)
    return month.first, month.last


def present_month(
    first: date, last: date, items: Iterable[DueItem], calendar: WorkingCalendar, *, today: date
) -> MonthView:
    """Return a month with its items, each on its day."""
    by_day: dict[date, list[MonthItem]] = {}
    for row in items:
        light = TO_ACCEPT if row.to_accept else LIGHTS[row.light]
        by_day.setdefault(row.due_on, []).append(MonthItem(row, light))
    days = tuple(
        MonthDay(day, day_cell(calendar, day), WEEKDAYS[day.weekday()], day.isoweekday(), day == today, tuple(by_day.get(day, ())))
        for day in (first + timedelta(days=n) for n in range(last.day))
    )  # fmt: skip
    return MonthView(
        Month.of(first).title, days, _address(first - timedelta(days=1)), _address(last + timedelta(days=1)),
        first.year not in calendar.published_years,
    )  # fmt: skip


def _address(day: date) -> str | None:
    return Month.of(day).key if FIRST_YEAR <= day.year <= LAST_YEAR else None
