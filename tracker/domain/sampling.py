"""Drawing lots that anybody can draw again: 回头看抽查, and units and inspectors of a visit (domain/double_draw.py). Pure.

The seed is the campaign, the occasion and the root of the first seal after it was settled who takes part, so that
whoever presses the button can neither choose nor foresee who is drawn. Of a look-back the occasion is the month.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

#: Percent of the items signed off in a month, unless the campaign says otherwise (DOMAIN.md §9, sensible defaults).
SHARE = 20
DRAWN = "look_back.drawn"


def seed_text(*, campaign: str, occasion: str, root: str) -> str:
    """Return what the seed is the hash of, as it is printed: 编号|月份或第几次|封存根值."""
    return f"{campaign}|{occasion}|{root}"


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
    """Return the share of the refs that is drawn, in the order of their places."""
    pool = set(refs)
    return draw_first(seed, pool, how_many(len(pool), share))


def draw_first(seed: str, refs: Iterable[str], many: int) -> tuple[str, ...]:
    """Return the `many` refs whose places come first; the order in which they are given is nothing."""
    return tuple(sorted(set(refs), key=lambda ref: (place_of(seed, ref), ref))[:many])
