"""Rows that a transaction has read already and somebody still holds: they need not be asked for again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

Row = TypeVar("Row")


def held(session: Session, kind: type[Row], ids: Iterable[int]) -> dict[int, Row]:
    """Return, by id, the rows of a kind that the session holds; those that it does not are left out."""
    found = {one: session.identity_map.get(identity_key(kind, one)) for one in ids}
    return {one: row for one, row in found.items() if row is not None}
