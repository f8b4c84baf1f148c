"""What stands in the tables beside the record: firings, findings with their papers, where a calendar comes from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

FIRINGS = text("""
    SELECT f.task_id, c.name, f.occurrence, f.rung FROM firing f JOIN clock c ON c.id = f.clock_id
    WHERE f.task_id = ANY(CAST(:tasks AS bigint[]))""")

FINDINGS = text("""
    SELECT f.task_id, f.ref, f.summary, f.status, f.raised_at, f.kind, i.id AS item_id, n.id AS notice_id, n.ref AS notice_ref,
        n.printed_number, n.issued_at
    FROM finding f LEFT JOIN notice_item i ON i.finding_id = f.id LEFT JOIN notice n ON n.id = i.notice_id
    WHERE f.task_id = ANY(CAST(:tasks AS bigint[])) ORDER BY f.id, i.id""")

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


def firings_of_tasks(session: Session, task_ids: Iterable[int]) -> dict[int, set[tuple[str, int, int]]]:
    """Return (clock, occurrence, rung) of every firing in the table, by task."""
    found: dict[int, set[tuple[str, int, int]]] = {task_id: set() for task_id in task_ids}
    for task_id, *fired in session.execute(FIRINGS, {"tasks": sorted(found)}):
        found[task_id].add(tuple(fired))
    return found


def findings_of_tasks(session: Session, task_ids: Iterable[int]) -> dict[int, list[FindingStanding]]:
    """Return the findings about each task, the oldest first."""
    found: dict[int, list[FindingStanding]] = {task_id: [] for task_id in task_ids}
    for task_id, *standing in session.execute(FINDINGS, {"tasks": sorted(found)}):
        found[task_id].append(FindingStanding(*standing))
    return found


def calendar_sources(session: Session, versions: Iterable[int]) -> dict[int, str]:
    """Return where each calendar version comes from: the notice that it was read from."""
    return {row.id: row.source for row in session.execute(SOURCES, {"ids": sorted(set(versions))})}
