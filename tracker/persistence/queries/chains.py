"""The units from an office upwards and who may decide at each: where decisions rise to (DESIGN.md §3.5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.rising import Level

#: No administration is deeper; the bound only keeps a tree that was damaged into a ring from turning for ever.
MOST_LEVELS = 20

CHAINS = text("""
    WITH RECURSIVE up(base, unit_id, height) AS (
        SELECT id, id, 0 FROM unnest(CAST(:offices AS bigint[])) AS given(id)
        UNION ALL
        SELECT up.base, n.parent_id, up.height + 1
        FROM up JOIN unit_name n ON n.unit_id = up.unit_id AND n.valid_to IS NULL
        WHERE n.parent_id IS NOT NULL AND up.height < :most)
    SELECT up.base, up.unit_id, p.role, p.campaign_id, p.person_id
    FROM up LEFT JOIN (post p JOIN person h ON h.id = p.person_id AND (h.left_on IS NULL OR h.left_on > :today))
        ON p.unit_id = up.unit_id AND p.role IN ('office', 'supervisor', 'leader', 'head')
        AND p.starts_on <= :today AND (p.ends_on IS NULL OR p.ends_on >= :today)
    ORDER BY up.base, up.height, p.id""")


@dataclass(frozen=True, slots=True)
class Chain:
    """One office's way up: the units in order, and (unit, role, campaign or None, person) of each deciding post."""

    units: tuple[int, ...]
    posts: tuple[tuple[int, str, int | None, int], ...]

    def levels(self, campaign_id: int) -> tuple[Level, ...]:
        """Return the levels as they stand for one campaign, the office first."""
        holders: dict[int, dict[str, set[int]]] = {unit_id: {} for unit_id in self.units}
        for unit_id, role, only, person_id in self.posts:
            if only in (None, campaign_id):
                holders[unit_id].setdefault(role, set()).add(person_id)
        return tuple(
            Level(unit_id, {role: frozenset(people) for role, people in holders[unit_id].items()})
            for unit_id in self.units
        )


def read_chains(session: Session, office_unit_ids: Iterable[int], *, today: date) -> Mapping[int, Chain]:
    """Return the chain of each office by the office's unit, in one query."""
    units: dict[int, dict[int, None]] = {}
    posts: dict[int, list[tuple[int, str, int | None, int]]] = {}
    given = {"offices": sorted(set(office_unit_ids)), "today": today, "most": MOST_LEVELS}
    for row in session.execute(CHAINS, given):
        units.setdefault(row.base, {})[row.unit_id] = None
        if row.person_id is not None:
            posts.setdefault(row.base, []).append((row.unit_id, row.role, row.campaign_id, row.person_id))
    return {base: Chain(tuple(found), tuple(posts.get(base, ()))) for base, found in units.items()}
