"""What stands in the tables beside the record: firings, findings with their papers, where a calendar comes from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

FIRINGS = text("""
    SELECT c.name, f.occurrence, f.rung FROM firing f JOIN clock c ON c.id = f.clock_id WHERE f.task_id = :task""")

FINDINGS = text("""
    SELECT f.ref, f.summary, f.status, f.raised_at, f.kind, i.id AS item_id, n.id AS notice_id, n.ref AS notice_ref,
        n.printed_number, n.issued_at
    FROM finding f LEFT JOIN notice_item i ON i.finding_id = f.id LEFT JOIN notice n ON n.id = i.notice_id
    WHERE f.task_id = :task ORDER BY f.id, i.id""")

SOURCES = text("SELECT id, source FROM calendar_version WHERE id = ANY(:ids)")


@dataclass(frozen=True, slots=True)
class FindingStanding:
    """A finding and the paper that holds its line."""

    ref: str
    summary: str
    status: str
    raised_at: datetime
    kind: str
    item_id: int | None
    notice_id: int | None
    notice_ref: str | None
    printed_number: str | None
    issued_at: datetime | None


def firings_of_task(session: Session, task_id: int) -> set[tuple[str, int, int]]:
    """Return (clock, occurrence, rung) of every firing in the table."""
    return {(row.name, row.occurrence, row.rung) for row in session.execute(FIRINGS, {"task": task_id})}


def findings_of_task(session: Session, task_id: int) -> list[FindingStanding]:
    """Return the findings about a task, the oldest first."""
    return [FindingStanding(**row) for row in session.execute(FINDINGS, {"task": task_id}).mappings()]


def calendar_sources(session: Session, versions: Iterable[int]) -> dict[int, str]:
    """Return where each calendar version comes from: the notice that it was read from."""
    return {row.id: row.source for row in session.execute(SOURCES, {"ids": sorted(set(versions))})}
