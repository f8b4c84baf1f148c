"""回头看抽查: which of the items that were signed off in a month are looked at again by somebody else. Pure.

The draw can be made again by anybody: its seed is the campaign, the month and the root of the first seal after the
month was over, so that whoever presses the button can neither choose nor foresee who is drawn.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from tracker.domain.months import Month

#: Percent of the items signed off in a month, unless the campaign says otherwise (DOMAIN.md §9, sensible defaults).
SHARE = 20
DRAWN = "look_back.drawn"


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
