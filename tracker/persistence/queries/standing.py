"""Standing duties as the auditor reads them: what each should have opened, and what the record says was opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

#: A duty that came from a unit that was merged or split began elsewhere; what it opened before stands there.
DUTIES = text("""
    SELECT a.id, m.title, un.name AS unit_name, m.cadence, m.former_cadences, a.runs_since, c.starts_on, c.ends_on, c.settings,
        least(a.withdrawn_at, m.withdrawn_at) AS withdrawn_at, u.ended_on,
        EXISTS (SELECT FROM unit_succession s WHERE s.successor_id = a.unit_id) AS inherited
    FROM assignment a JOIN measure m ON m.id = a.measure_id JOIN campaign c ON c.id = m.campaign_id
    JOIN unit u ON u.id = a.unit_id JOIN unit_name un ON un.unit_id = u.id AND un.valid_to IS NULL
    WHERE m.cadence IS NOT NULL AND a.runs_since IS NOT NULL AND a.role IN ('lead', 'each') ORDER BY a.id""")

OPENED = text("""
    SELECT CAST(e.payload ->> 'assignment' AS bigint) AS assignment_id, e.payload ->> 'period' AS period
    FROM event e WHERE e.kind = 'task.opened' AND e.payload ? 'period'""")


@dataclass(frozen=True, slots=True)
class StandingDuty:
    """One standing duty of one unit. After `withdrawn_at` or `ended_on` it opens nothing more."""

    id: int
    title: str
    unit_name: str
    cadence: Mapping[str, Any]
    former_cadences: Sequence[Mapping[str, Any]] | None
    runs_since: datetime
    starts_on: date
    ends_on: date
    settings: Mapping[str, Any]
    withdrawn_at: datetime | None
    ended_on: date | None
    inherited: bool


def find_standing_duties(session: Session) -> list[StandingDuty]:
    """Return every standing duty that runs or ran."""
    return [StandingDuty(*row) for row in session.execute(DUTIES)]


def find_opened_periods(session: Session) -> dict[int, list[str]]:
    """Return the periods that the record says were opened, by duty, each as often as it was."""
    found: dict[int, list[str]] = {}
    for row in session.execute(OPENED):
        found.setdefault(row.assignment_id, []).append(row.period)
    return found
