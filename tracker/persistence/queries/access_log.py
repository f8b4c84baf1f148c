"""Who opened a confidential task, from the task's own stream."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.persistence.queries.history import HistoryEvent

#: The kind of event that an opening is. It stands in the task's chain, but not in the history on its page.
OPENED = "task.viewed"

OPENINGS = text("""
    SELECT e.at, e.kind, e.payload, h.name AS person_name, p.title AS post_title, p.role AS post_role,
        un.name AS post_unit
    FROM stream s JOIN event e ON e.stream_id = s.id
    LEFT JOIN person h ON h.id = e.person_id LEFT JOIN post p ON p.id = e.post_id
    LEFT JOIN unit_name un ON un.unit_id = p.unit_id AND un.valid_to IS NULL
    WHERE s.kind = 'task' AND s.subject_id = :task AND e.kind = :kind ORDER BY e.seq DESC LIMIT :many""")

OPENED_SINCE = text("""
    SELECT EXISTS (SELECT FROM stream s JOIN event e ON e.stream_id = s.id
        WHERE s.kind = 'task' AND s.subject_id = :task AND e.kind = :kind AND e.person_id = :person AND e.at > :since)""")


def find_openings(session: Session, task_id: int, *, many: int) -> tuple[HistoryEvent, ...]:
    """Return the newest openings of a task; whether the viewer may read them is the caller's question."""
    rows = session.execute(OPENINGS, {"task": task_id, "kind": OPENED, "many": many}).mappings()
    return tuple(HistoryEvent(**row) for row in rows)


def opened_since(session: Session, task_id: int, *, person_id: int, since: datetime) -> bool:
    """Tell whether an opening of the task by the person is on record after a moment."""
    given = {"task": task_id, "kind": OPENED, "person": person_id, "since": since}
    return bool(session.execute(OPENED_SINCE, given).scalar_one())
