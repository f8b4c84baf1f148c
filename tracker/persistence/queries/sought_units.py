"""The unit that a list is narrowed to: picked from a choice while there are few, found by some of its name where many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from tracker.persistence.queries.visibility import OFFICE_SEES

#: Nobody finds a village among more than so many lines.
MOST = 300

#: The ids of the units that are meant by what was picked (a key) or typed: a unit's whole name, its short name or an alias,
#: else every unit with these words in its name. Needs :unit.
SOUGHT = """ARRAY(
    WITH hit AS (
        SELECT su.id, 1 AS how FROM unit su WHERE su.key = :unit
        UNION ALL
        SELECT sn.unit_id, CASE WHEN sn.name = :unit OR sn.short_name = :unit THEN 2 ELSE 3 END FROM unit_name sn
        WHERE sn.valid_to IS NULL AND (sn.short_name = :unit OR strpos(sn.name, :unit) > 0)
        UNION ALL
        SELECT sa.unit_id, 2 FROM unit_alias sa WHERE sa.alias = :unit)
    SELECT h.id FROM hit h WHERE h.how = (SELECT min(how) FROM hit))"""

#: The unit `u` has a duty of the viewer's. Not EXISTS, for which PostgreSQL would read every duty of the county first;
#: OFFSET 0 has it begin with the unit's own.
HAS_DUTY = f"""(SELECT true FROM (SELECT d.measure_id, d.unit_id FROM assignment d WHERE d.unit_id = u.id OFFSET 0) a
        JOIN measure m ON m.id = a.measure_id JOIN campaign c ON c.id = m.campaign_id JOIN office o ON o.id = c.office_id
        WHERE {OFFICE_SEES} LIMIT 1)"""

NAME = text("""
    SELECT un.name FROM unit u JOIN unit_name un ON un.unit_id = u.id AND un.valid_to IS NULL WHERE u.key = :unit""")


@dataclass(frozen=True, slots=True)
class UnitChoices:
    """What a list's filter offers: (key, name) of each unit, or None where there are too many to pick from.

    typed  what stands in the field then
    """

    few: tuple[tuple[str, str], ...] | None
    typed: str = ""


def choosing(units: str) -> TextClause:
    """Return the statement that reads up to MOST units and one; `units` is a SELECT of ids, each once."""
    return text(f"""
        SELECT u.key, un.name FROM (SELECT x.id FROM ({units}) x LIMIT {MOST + 1}) s JOIN unit u ON u.id = s.id
        JOIN unit_name un ON un.unit_id = u.id AND un.valid_to IS NULL ORDER BY un.position, u.id""")


def read_choices(session: Session, query: TextClause, given: Mapping[str, Any], *, chosen: str | None) -> UnitChoices:
    """Return what the filter offers; `query` is made by `choosing`, `chosen` is what the list is narrowed to."""
    found = [(row.key, row.name) for row in session.execute(query, dict(given))]
    if len(found) <= MOST:
        return UnitChoices(tuple(found))
    name = session.execute(NAME, {"unit": chosen}).scalar_one_or_none() if chosen else None
    return UnitChoices(None, name or chosen or "")
