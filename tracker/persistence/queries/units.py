"""Names and the tree of units, as they are today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

NAMES = text("SELECT unit_id, name FROM unit_name WHERE valid_to IS NULL AND unit_id = ANY(CAST(:ids AS bigint[]))")

BELOW = text("""
    WITH RECURSIVE tree(top, unit_id) AS (
        SELECT id, id FROM unnest(CAST(:ids AS bigint[])) AS roots(id)
        UNION
        SELECT tree.top, n.unit_id FROM tree JOIN unit_name n ON n.parent_id = tree.unit_id AND n.valid_to IS NULL)
    SELECT top, unit_id FROM tree""")


def unit_names(session: Session, unit_ids: Sequence[int]) -> dict[int, str]:
    """Return today's names by unit id."""
    return {row.unit_id: row.name for row in session.execute(NAMES, {"ids": sorted(set(unit_ids))})}


def units_below(session: Session, unit_ids: Sequence[int]) -> dict[int, frozenset[int]]:
    """Return, for each unit, itself and every unit below it."""
    found: dict[int, set[int]] = {unit_id: set() for unit_id in unit_ids}
    for row in session.execute(BELOW, {"ids": sorted(set(unit_ids))}):
        found[row.top].add(row.unit_id)
    return {top: frozenset(units) for top, units in found.items()}


DIRECTLY_BELOW = text("""
    SELECT u.id, n.name FROM unit u JOIN unit_name n ON n.unit_id = u.id AND n.valid_to IS NULL
    WHERE n.parent_id = :unit ORDER BY n.position, u.id""")


@dataclass(frozen=True, slots=True)
class NamedUnit:
    """A unit and its name of today."""

    id: int
    name: str


def units_directly_below(session: Session, unit_id: int) -> list[NamedUnit]:
    """Return the units whose parent this unit is, in protocol order."""
    return [NamedUnit(*row) for row in session.execute(DIRECTLY_BELOW, {"unit": unit_id})]


TREE = text("""
    SELECT u.id, u.key, u.kind, n.name, n.parent_id,
        (SELECT count(DISTINCT p.person_id) FROM post p
         WHERE p.unit_id = u.id AND p.role IN ('liaison', 'head') AND p.starts_on <= current_date
             AND (p.ends_on IS NULL OR p.ends_on >= current_date)) AS answerable
    FROM unit u JOIN unit_name n ON n.unit_id = u.id AND n.valid_to IS NULL
    WHERE u.ended_on IS NULL ORDER BY n.position, u.id""")


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A unit of the tree, and how many people answer for it (liaisons and heads)."""

    id: int
    key: str
    kind: str
    name: str
    parent_id: int | None
    answerable: int


def unit_tree(session: Session) -> list[UnitLine]:
    """Return every unit in protocol order."""
    return [UnitLine(*row) for row in session.execute(TREE)]
