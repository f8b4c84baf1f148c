"""The parts and shares that hang on a task: who, how far, what was sent. One query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.permissions import Viewer
from tracker.persistence.queries.lights import LIGHT
from tracker.persistence.queries.visibility import TASK_READABLE, scope

TIED = text(f"""
    SELECT t.id, t.ref, t.tie, t.state, t.workflow_version_id, t.waits_for, t.final, t.done, t.due_on, t.due_at,
        t.brief, un.name AS unit_name, {LIGHT} AS light, s.form_key, s.values, s.submitted_at
    FROM task t JOIN campaign c ON c.id = t.campaign_id JOIN office o ON o.id = c.office_id
    JOIN unit_name un ON un.unit_id = t.unit_id AND un.valid_to IS NULL
    LEFT JOIN notice n ON n.task_id = t.id
    LEFT JOIN LATERAL (SELECT b.form_key, b.values, b.submitted_at FROM submission b
                       WHERE b.task_id = t.id ORDER BY b.id DESC LIMIT 1) s ON true
    WHERE t.parent_id = :task AND t.tie IS NOT NULL AND {TASK_READABLE}
    ORDER BY t.tie, un.position, t.id""")

PROBLEMS_BELOW = text("""
    WITH RECURSIVE below(id) AS (
        SELECT t.id FROM task t WHERE t.parent_id = :task AND t.tie = 'share'
        UNION SELECT t.id FROM below b JOIN task t ON t.parent_id = b.id AND t.tie = 'share')
    SELECT p.place, p.kind, p.description, un.name AS unit_name, r.ref AS task_ref
    FROM below b JOIN problem p ON p.found_in_task_id = b.id JOIN task r ON r.id = p.rectification_task_id
    JOIN unit_name un ON un.unit_id = p.unit_id AND un.valid_to IS NULL
    ORDER BY un.position, p.id""")


@dataclass(frozen=True, slots=True)
class TiedTask:
    """One part or share, with what its unit sent last."""

    id: int
    ref: str
    tie: str
    state: str
    workflow_version_id: int
    waits_for: str
    final: bool
    done: bool
    due_on: date | None
    due_at: datetime | None
    brief: Mapping[str, Any]
    unit_name: str
    light: str
    form_key: str | None
    values: Mapping[str, Any] | None
    submitted_at: datetime | None


@dataclass(frozen=True, slots=True)
class ProblemBelow:
    """A problem that a lower unit found in its share; its rectification is that unit's."""

    place: str
    kind: str
    description: str
    unit_name: str
    task_ref: str


def find_tied(session: Session, viewer: Viewer, task_id: int, moment: Mapping[str, Any]) -> tuple[TiedTask, ...]:
    """Return what hangs on a task, parts first, in protocol order; what the viewer may not see is left out."""
    rows = session.execute(TIED, {"task": task_id, **scope(viewer), **moment}).mappings()
    return tuple(TiedTask(**row) for row in rows)


def find_problems_below(session: Session, task_id: int) -> tuple[ProblemBelow, ...]:
    """Return the problems that shares of a task have found, at any depth; who may see the task is the caller's."""
    return tuple(ProblemBelow(*row) for row in session.execute(PROBLEMS_BELOW, {"task": task_id}))
