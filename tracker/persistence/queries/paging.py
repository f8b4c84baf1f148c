"""One page of a long list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import TextClause
from sqlalchemy.orm import Session

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows of page `number` (from 1), `size` a page, of `total`."""

    rows: tuple[Row, ...]
    total: int
    number: int
    size: int

    @property
    def pages(self) -> int:
        """Return how many pages there are; one at least."""
        return max(1, -(-self.total // self.size))

    @property
    def has_previous(self) -> bool:
        """Tell whether a page lies before this one."""
        return self.number > 1

    @property
    def has_next(self) -> bool:
        """Tell whether a page lies after this one."""
        return self.number < self.pages


def fetch_page(
    session: Session, query: TextClause, made: type[Row], *, number: int, size: int | None, given: dict[str, Any],
    drop: Sequence[str] = (),
) -> Page[Row]:  # fmt: skip
    """Run `query`, which ends in LIMIT :limit OFFSET :offset and selects count(*) OVER () AS total.

    Columns named in `drop` only sort. A page past the end is answered with the first. Without a `size` all rows are on one.
    """
    number = 1 if size is None else max(1, number)
    offset = (number - 1) * (size or 0)
    rows = session.execute(query, {**given, "limit": size, "offset": offset}).mappings().all()
    if not rows and number > 1:
        return fetch_page(session, query, made, number=1, size=size, given=given, drop=drop)
    left_out = {"total", *drop}
    total = int(rows[0]["total"]) if rows else 0
    made_rows = tuple(made(**{k: v for k, v in row.items() if k not in left_out}) for row in rows)
    return Page(made_rows, total, number, size or max(1, total))
