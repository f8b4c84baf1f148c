"""回头看抽查: which of the items that were signed off in a month are looked at again by somebody else. Pure.

The draw can be made again by anybody: its seed is the campaign, the month and the root of the first seal after the
month was over, so that whoever presses the button can neither choose nor foresee who is drawn.
"""

from __future__ import annotations

import calendar
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

#: Percent of the items signed off in a month, unless the campaign says otherwise (DOMAIN.md §9, sensible defaults).
SHARE = 20
DRAWN = "look_back.drawn"


@dataclass(frozen=True, order=True)
class Month:
    """A month of sign-offs, by Shanghai dates."""

    year: int
    month: int

    @classmethod
    def of(cls, day: date) -> Month:
        """Return the month in which a day lies."""
        return cls(day.year, day.month)

    @classmethod
    def read(cls, key: str) -> Month | None:
        """Return the month that `key` writes; None when it writes none."""
        try:
            return cls.of(date.fromisoformat(f"{key}-01"))
        except ValueError:
            return None

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


def seed_text(*, campaign: str, month: Month, root: str) -> str:
    """Return what the seed is the hash of, as it is printed: 编号|月份|封存根值."""
    return f"{campaign}|{month.key}|{root}"


def seed_of(text: str) -> str:
    """Return the seed of a draw in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def place_of(seed: str, ref: str) -> str:
    """Return by what an item is put in order: SHA-256 of the seed and its number."""
    return hashlib.sha256(f"{seed}|{ref}".encode()).hexdigest()


def how_many(pool: int, share: int) -> int:
    """Return how many are drawn of `pool`: so many percent, rounded up."""
    return -(-pool * share // 100)


def draw(seed: str, refs: Iterable[str], share: int) -> tuple[str, ...]:
    """Return the refs that are drawn, in the order of their places; the order in which they are given is nothing."""
    pool = sorted(set(refs), key=lambda ref: (place_of(seed, ref), ref))
    return tuple(pool[: how_many(len(pool), share)])
