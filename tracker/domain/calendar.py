"""Working days in China: Monday to Friday, minus holidays, plus the weekends that are worked (调休).

The days that differ from Monday to Friday are data, versioned in the database. A calendar is one version of
it, and every due moment records which version it was counted with (DESIGN.md §3.9).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from itertools import accumulate

# 0001-01-01, ordinal 1, is a Monday; so (ordinal - 1) % 7 is the weekday, Monday being 0.
_WORKDAYS_IN_WEEK = 5


@dataclass(frozen=True)
class WorkingCalendar:
    """One version of the working-day calendar.

    exceptions       day → True where it is worked, False where it is a holiday; all others go by the weekday
    published_years  years whose holiday notice is known; in all others an answer is provisional

    No method has a range: before and after the known years the weekday decides, and `is_provisional` says so.
    """

    version: int
    exceptions: Mapping[date, bool] = field(hash=False, repr=False)
    published_years: frozenset[int]

    def is_workday(self, day: date) -> bool:
        """Tell whether `day` is worked."""
        works = self.exceptions.get(day)
        return day.weekday() < _WORKDAYS_IN_WEEK if works is None else works

    def is_provisional(self, day: date) -> bool:
        """Tell whether the holiday notice for the year of `day` is not known yet."""
        return day.year not in self.published_years

    def add_working_days(self, day: date, count: int) -> date:
        """Return the working day `count` working days after `day` (before it when negative).

        The starting day is not counted, worked or not. 0 returns `day` itself.
        """
        # No jump of n days can pass more than n working days, so jumping by what is left never overshoots,
        # and the last jump lands on the working day looked for.
        here = day.toordinal()
        left = count
        # Going back, the starting day is left out by counting from the day before it.
        before = here if count >= 0 else here - 1
        passed = self._worked_until(before)
        while left:
            before += left
            now_passed = self._worked_until(before)
            left -= now_passed - passed
            passed = now_passed
        if count == 0:
            return day
        return date.fromordinal(before if count > 0 else before + 1)

    def working_days_between(self, first: date, last: date) -> int:
        """Return how many working days d have first < d <= last; negative when `last` is before `first`."""
        return self._worked_until(last.toordinal()) - self._worked_until(first.toordinal())

    def roll_forward(self, day: date) -> date:
        """Return the first working day on or after `day` (民法典 §203)."""
        while not self.is_workday(day):
            day += timedelta(days=1)
        return day

    def last_workday_on_or_before(self, day: date) -> date:
        """Return the last working day on or before `day`."""
        while not self.is_workday(day):
            day -= timedelta(days=1)
        return day

    @cached_property
    def _corrections(self) -> tuple[list[int], list[int]]:
        """Ordinals of the days that differ from Monday to Friday, and the running sum of their difference."""
        differing = sorted(
            (day.toordinal(), 1 if works else -1)
            for day, works in self.exceptions.items()
            if works != (day.weekday() < _WORKDAYS_IN_WEEK)
        )
        return [ordinal for ordinal, _ in differing], [0, *accumulate(step for _, step in differing)]

    def _worked_until(self, ordinal: int) -> int:
        """Count the working days from the beginning of the calendar up to and including `ordinal`."""
        weeks, days = divmod(ordinal, 7)
        ordinals, sums = self._corrections
        return weeks * _WORKDAYS_IN_WEEK + min(days, _WORKDAYS_IN_WEEK) + sums[bisect_right(ordinals, ordinal)]
