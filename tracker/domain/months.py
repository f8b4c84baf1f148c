"""A calendar month. Pure."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

_KEY = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, order=True)
class Month:
    """A month, by Shanghai dates."""

    year: int
    month: int

    @classmethod
    def of(cls, day: date) -> Month:
        """Return the month in which a day lies."""
        return cls(day.year, day.month)

    @classmethod
    def read(cls, key: str) -> Month | None:
        """Return the month that `key` writes; None when it writes none."""
        found = _KEY.fullmatch(key)
        return cls(int(found[1]), int(found[2])) if found and int(found[1]) else None

    @property
    def key(self) -> str:
        """Return 2026-03."""
        return f"{self.year}-{self.month:02}"

    @property
    def title(self) -> str:
        """Return 2026年3月."""
        return f"{self.year}年{self.month}月"

    @property
    def first(self) -> date:
        """Return its first day."""
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        """Return its last day."""
        return date(self.year, self.month, calendar.monthrange(self.year, self.month)[1])

    def until(self, other: Month) -> Iterator[Month]:
        """Yield this month and those that follow, `other` included."""
        one = self
        while one <= other:
            yield one
            one = Month.of(one.last + timedelta(days=1))
