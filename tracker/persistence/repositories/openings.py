"""Which duties open a task next: an index probe, a claim in bounded batches, and what was opened written back at once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from tracker.persistence.arrays import as_arrays

_DUTIES = """
    SELECT a.id AS assignment_id, a.unit_id, {since} AS runs_since, a.opened_until, m.id AS measure_id,
        m.title, m.workflow_key, c.id AS campaign_id, c.title AS campaign_title, c.starts_on, c.ends_on,
        o.unit_id AS office_unit_id, CAST(m.due AS text) AS due, CAST(m.cadence AS text) AS cadence,
        CAST(m.former_cadences AS text) AS former_cadences,
        CAST(c.settings AS text) AS settings, CAST(m.schedule AS text) AS schedule, m.severity_floor
    FROM assignment a JOIN measure m ON m.id = a.measure_id JOIN campaign c ON c.id = m.campaign_id
    JOIN office o ON o.id = c.office_id
    WHERE {which}"""

#: A supporter's part opens with the lead's task, a share when it is handed down; neither opens by itself.
START = text(
    _DUTIES.format(
        since="CAST(:now AS timestamptz)",
        which="""c.id = :campaign AND a.runs_since IS NULL
      AND a.role IN ('lead', 'each') AND a.withdrawn_at IS NULL AND m.withdrawn_at IS NULL
    ORDER BY m.position, a.id FOR UPDATE OF a""",
    )
)

CLAIM = text(
    _DUTIES.format(
        since="a.runs_since",
        which="""a.next_opens_at <= :now AND a.withdrawn_at IS NULL AND m.withdrawn_at IS NULL
      AND (CAST(:only AS bigint[]) IS NULL OR a.id = ANY(CAST(:only AS bigint[])))
    ORDER BY a.next_opens_at, m.position, a.id LIMIT :many
    FOR UPDATE OF a SKIP LOCKED""",
    )
)

RECORD = text("""
    UPDATE assignment a SET runs_since = coalesce(a.runs_since, CAST(:now AS timestamptz)),
        opened_until = r.opened_until, next_opens_at = r.next_opens_at
    FROM unnest(CAST(:ids AS bigint[]), CAST(:opened_until AS timestamptz[]), CAST(:next_opens_at AS timestamptz[]))
        AS r(id, opened_until, next_opens_at)
    WHERE a.id = r.id""")

LOOK_AGAIN = text("""
    UPDATE assignment SET next_opens_at = :now
    WHERE measure_id = :measure AND runs_since IS NOT NULL AND withdrawn_at IS NULL AND role IN ('lead', 'each')""")

DEFER = text("UPDATE assignment SET next_opens_at = :until WHERE id = ANY(CAST(:ids AS bigint[]))")


@dataclass(frozen=True, slots=True)
class DutyRow:
    """A duty whose next task opens now, claimed, with what its measure and campaign say."""

    assignment_id: int
    unit_id: int
    runs_since: datetime
    opened_until: datetime | None
    measure_id: int
    title: str
    workflow_key: str
    campaign_id: int
    campaign_title: str
    starts_on: date
    ends_on: date
    office_unit_id: int
    due: Mapping[str, Any]
    cadence: Mapping[str, Any] | None
    former_cadences: Sequence[Mapping[str, Any]] | None
    settings: Mapping[str, Any]
    schedule: Mapping[str, Any] | None
    severity_floor: int


#: Columns that are claimed as the text of their JSON.
PLAIN = ("due", "cadence", "former_cadences", "settings", "schedule")


class OpeningRepository:
    """Duties and their openings. Assignments are locked before any task."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def start(self, campaign_id: int, *, now: datetime) -> list[DutyRow]:
        """Lock and return every duty of a campaign that does not run yet; `record` lets it run from now on."""
        return self._duties(START, {"campaign": campaign_id, "now": now})

    def claim(self, *, now: datetime, many: int, only: Sequence[int] | None = None) -> list[DutyRow]:
        """Lock and return duties that open a task now, the longest due first; what others hold is left to them."""
        return self._duties(CLAIM, {"now": now, "many": many, "only": list(only) if only is not None else None})

    def record(self, rows: Sequence[tuple[int, datetime | None, datetime | None]], *, now: datetime) -> None:
        """Write (assignment, opened until, next opening) of claimed or started duties; the latter run since `now`."""
        if rows:
            ids, until, following = (list(column) for column in zip(*rows, strict=True))
            columns = {"ids": ids, "opened_until": until, "next_opens_at": following}
            self._session.execute(RECORD, {**as_arrays(columns), "now": now})

    def look_again(self, measure_id: int, *, now: datetime) -> None:
        """Let the running duties of a measure be claimed now, for when they open next has changed."""
        self._session.execute(LOOK_AGAIN, {"measure": measure_id, "now": now})

    def defer(self, assignment_ids: Sequence[int], *, until: datetime) -> None:
        """Put duties that cannot be judged back."""
        self._session.execute(DEFER, {"ids": list(assignment_ids), "until": until})

    def _duties(self, statement: TextClause, given: Mapping[str, Any]) -> list[DutyRow]:
        # Thousands of duties share a few dues, cadences and settings: each is read once.
        plain = cache(json.loads)
        found = self._session.execute(statement, given).mappings()
        return [DutyRow(**{**row, **{name: plain(row[name]) for name in PLAIN if row[name]}}) for row in found]
