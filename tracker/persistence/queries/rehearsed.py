"""What goes on in a database in which a campaign is rehearsed, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

OPEN = text("""
    SELECT t.id, t.ref, t.unit_id, u.key AS unit_key, m.key AS measure_key, t.workflow_version_id, t.state, t.version,
        t.done, t.done_at, t.due_on, t.opened_at, t.assignment_id IS NOT NULL OR t.tie = 'part' AS is_duty, t.period_key,
        t.quota, t.recorded, t.last_doers, t.severity_floor, t.upper_unit_id, t.risen_unit_id, n.id AS notice_id, n.ref AS notice_ref,
        n.version AS notice_version
    FROM task t JOIN unit u ON u.id = t.unit_id LEFT JOIN measure m ON m.id = t.measure_id
    LEFT JOIN notice n ON n.task_id = t.id
    WHERE NOT t.final ORDER BY t.id""")

LINES = text("SELECT text FROM notice_item WHERE notice_id = :notice AND struck_at IS NULL ORDER BY position")

#: One message is what one person is told at one moment: the gatherer binds it so.
TOLD = text("""
    SELECT DISTINCT t.person_id, t.created_at, p.name FROM told t JOIN person p ON p.id = t.person_id""")

HOLDERS = text("""
    SELECT DISTINCT ON (p.person_id) p.person_id, n.name AS unit, p.role
    FROM post p JOIN unit_name n ON n.unit_id = p.unit_id AND n.valid_to IS NULL
    WHERE p.person_id = ANY(CAST(:people AS bigint[])) ORDER BY p.person_id, p.id""")

#: Late is what the unit handed in late, or not at all; how long others looked at it afterwards is not its lateness.
DUTIES = text("""
    SELECT t.due_on, t.due_at <= :now AND t.due_at <= coalesce(
        (SELECT max(s.submitted_at) FROM submission s WHERE s.task_id = t.id), t.done_at, 'infinity') AS late
    FROM task t WHERE t.assignment_id IS NOT NULL OR t.tie = 'part'""")

PAPERS = text("""
    SELECT n.kind, n.created_at, n.issued_at IS NOT NULL AS issued,
        (SELECT count(*) FROM notice_item i WHERE i.notice_id = n.id) AS matters
    FROM notice n ORDER BY n.id""")

RUNGS = text("""
    SELECT c.ladder_version_id, f.rung, count(DISTINCT f.id) AS fired,
        coalesce(array_agg(DISTINCT i.notice_id) FILTER (WHERE i.notice_id IS NOT NULL), '{}') AS papers
    FROM firing f JOIN clock c ON c.id = f.clock_id
    LEFT JOIN finding g ON g.firing_id = f.id LEFT JOIN notice_item i ON i.finding_id = g.id
    GROUP BY c.ladder_version_id, f.rung""")

INCIDENTS = text("SELECT kind, sentence FROM incident ORDER BY first_at, id")

UNITS = text("SELECT DISTINCT u.key FROM assignment a JOIN unit u ON u.id = a.unit_id ORDER BY u.key")


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A task that is not over, as far as whoever stands in for people looks at it."""

    id: int
    ref: str
    unit_id: int
    unit_key: str
    measure_key: str | None
    workflow_version_id: int
    state: str
    version: int
    done: bool
    done_at: datetime | None
    due_on: date | None
    opened_at: datetime
    is_duty: bool
    period_key: str
    quota: int | None
    recorded: int
    last_doers: dict[str, Any]
    severity_floor: int
    upper_unit_id: int | None
    risen_unit_id: int | None
    notice_id: int | None
    notice_ref: str | None
    notice_version: int | None


@dataclass(frozen=True, slots=True)
class ToldAt:
    """One message of one person."""

    person_id: int
    at: datetime
    name: str


@dataclass(frozen=True, slots=True)
class PaperRow:
    """One paper, drafted at a moment."""

    kind: str
    drafted_at: datetime
    issued: bool
    matters: int


def find_open(session: Session) -> list[OpenTask]:
    """Return every task that is not over, oldest first."""
    return [OpenTask(**row) for row in session.execute(OPEN).mappings()]


def find_lines(session: Session, notice_id: int) -> list[str]:
    """Return the lines of a paper that were not struck."""
    return list(session.execute(LINES, {"notice": notice_id}).scalars())


def find_told(session: Session) -> list[ToldAt]:
    """Return every message."""
    return [ToldAt(row.person_id, row.created_at, row.name) for row in session.execute(TOLD)]


def find_holders(session: Session, person_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Return the unit's name and the role of one post of each person, the oldest."""
    rows = session.execute(HOLDERS, {"people": list(person_ids)})
    return {row.person_id: (row.unit, row.role) for row in rows}


def find_duties(session: Session, *, now: datetime) -> list[tuple[date | None, bool]]:
    """Return of every duty that was opened its day and whether it came, or stays, late."""
    return [(row.due_on, bool(row.late)) for row in session.execute(DUTIES, {"now": now})]


def find_papers(session: Session) -> list[PaperRow]:
    """Return every paper that was drafted."""
    return [PaperRow(*row) for row in session.execute(PAPERS)]


def find_rungs(session: Session) -> list[tuple[int, int, int, list[int]]]:
    """Return (ladder version, rung, times fired, ids of the papers that its findings stand in)."""
    return [(row.ladder_version_id, row.rung, row.fired, list(row.papers)) for row in session.execute(RUNGS)]


def find_incidents(session: Session) -> list[tuple[str, str]]:
    """Return kind and sentence of what the engine could not do by itself."""
    return [(row.kind, row.sentence) for row in session.execute(INCIDENTS)]


def find_duty_units(session: Session) -> list[str]:
    """Return the keys of the units that owe something."""
    return list(session.execute(UNITS).scalars())
