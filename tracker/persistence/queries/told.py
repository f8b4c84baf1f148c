"""Who was told of a task, and what became of the messages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.channels import channel_title
from tracker.domain.delivery_states import STATUS_TITLES
from tracker.domain.messages import KINDS

TOLD = text("""
    SELECT t.task_id, t.created_at, p.name, t.message,
        (SELECT string_agg(DISTINCT d.channel || ':' || d.status, ',') FROM delivery_item i
         JOIN delivery d ON d.id = i.delivery_id WHERE i.told_id = t.id
            AND d.person_id IS NOT NULL) AS outcomes
    FROM told t JOIN person p ON p.id = t.person_id WHERE t.task_id = ANY(CAST(:tasks AS bigint[])) ORDER BY t.id""")


@dataclass(frozen=True, slots=True)
class ToldLine:
    """One person, one message, what became of it."""

    at: datetime
    person: str
    title: str
    outcome: str
    message: str = ""


def told_of_task(session: Session, task_id: int) -> list[ToldLine]:
    """Return who was told what of a task, oldest first."""
    return told_of_tasks(session, [task_id])[task_id]


def told_of_tasks(session: Session, task_ids: Iterable[int]) -> dict[int, list[ToldLine]]:
    """Return who was told what of each task, oldest first."""
    found: dict[int, list[ToldLine]] = {task_id: [] for task_id in task_ids}
    for row in session.execute(TOLD, {"tasks": sorted(found)}):
        found[row.task_id].append(
            ToldLine(row.created_at, row.name, KINDS[row.message].title, _outcome(row.outcomes), row.message)
        )
    return found


def _outcome(outcomes: str | None) -> str:
    if not outcomes:
        return "站内可见，暂无外发"
    pairs = (one.split(":") for one in outcomes.split(","))
    return "，".join(f"{channel_title(channel)}{STATUS_TITLES[status]}" for channel, status in pairs)
