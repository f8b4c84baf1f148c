"""The first filling of the working-day calendar, from the chinesecalendar package.

The package is data of a moment: it knows the years whose notice had been published when it was built. Later
notices are typed into the calendar table; this seed is only its beginning.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from importlib.metadata import version

from chinese_calendar.constants import holidays, workdays

from tracker.domain.redating import CalendarTable

CALENDAR_YEARS = (2020, 2032)

#: Statutory days with a fixed solar date since the revision of 2024: New Year, Labour Day, National Day.
_FIXED_STATUTORY = ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))


def seed_days(first_year: int, last_year: int) -> tuple[dict[date, bool], frozenset[int]]:
    """Return the days that differ from Monday to Friday (True = worked), and the years that are published.

    A year that the package does not cover gets the statutory days with a fixed solar date and is not among
    the published years; the lunar ones and the exchanged weekends wait for the notice.
    """
    published = frozenset(year for year in range(first_year, last_year + 1) if date(year, 10, 1) in holidays)
    exceptions: dict[date, bool] = {}
    for year in range(first_year, last_year + 1):
        for day in _days_of(year):
            works = _published_answer(day) if year in published else _provisional_answer(day)
            if works != (day.weekday() < 5):
                exceptions[day] = works
    return exceptions, published


def library_calendar() -> tuple[CalendarTable, str]:
    """Return the published years of the installed chinesecalendar, and its name and release."""
    days, years = seed_days(*CALENDAR_YEARS)
    kept = {day: works for day, works in days.items() if day.year in years}
    return CalendarTable(kept, years), f"chinesecalendar-import {version('chinesecalendar')}"


def _days_of(year: int) -> Iterator[date]:
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += timedelta(days=1)


def _published_answer(day: date) -> bool:
    return day in workdays or (day.weekday() < 5 and day not in holidays)


def _provisional_answer(day: date) -> bool:
    return day.weekday() < 5 and (day.month, day.day) not in _FIXED_STATUTORY
