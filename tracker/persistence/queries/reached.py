"""Who would be reached at units: liaisons, heads, and who of them has a phone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

REACHED = text("""
    SELECT u.key, n.name,
        count(p.id) FILTER (WHERE p.role = 'liaison') AS liaisons,
        count(p.id) FILTER (WHERE p.role = 'head') AS heads,
        count(p.id) FILTER (WHERE h.phone_cipher IS NOT NULL) AS phones
    FROM unit u JOIN unit_name n ON n.unit_id = u.id AND n.valid_to IS NULL
    LEFT JOIN (post p JOIN person h ON h.id = p.person_id AND (h.left_on IS NULL OR h.left_on > :today))
        ON p.unit_id = u.id AND p.role IN ('liaison', 'head') AND p.campaign_id IS NULL
        AND p.starts_on <= :today AND (p.ends_on IS NULL OR p.ends_on >= :today)
    WHERE u.key = ANY(CAST(:keys AS text[]))
    GROUP BY u.id, u.key, n.name, n.position ORDER BY n.position, u.id""")


@dataclass(frozen=True, slots=True)
class Reached:
    """A unit with how many liaisons, heads and people with a phone answer for it in every campaign."""

    key: str
    name: str
    liaisons: int
    heads: int
    phones: int


def find_reached(session: Session, keys: Collection[str], *, today: date) -> list[Reached]:
    """Return who answers at the units asked for, in protocol order."""
    rows = session.execute(REACHED, {"keys": sorted(keys), "today": today}).mappings()
    return [Reached(**row) for row in rows]
