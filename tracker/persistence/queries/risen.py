"""Decisions that rose to a unit above the office: which tasks to settle, and what waits for a viewer there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.permissions import Viewer
from tracker.persistence.queries.visibility import RISEN_SEES, scope

#: Tasks that the office side must move, or answer an extension of, and those that rose before.
UNSETTLED = text("""
    SELECT t.id FROM task t
    WHERE t.id > :after AND NOT t.final
      AND (t.waits_for IN ('supervisor', 'office', 'leader') OR t.risen_unit_id IS NOT NULL
           OR EXISTS (SELECT FROM extension e WHERE e.task_id = t.id AND e.status = 'asked'))
    ORDER BY t.id LIMIT :many""")

RISEN = text(f"""
    SELECT t.ref AS task_ref, n.ref AS notice_ref, t.title, un.name AS unit_name, c.title AS campaign_title,
        o.name AS office_name, t.state, t.workflow_version_id, t.risen_parties, k.started_at AS since
    FROM task t JOIN campaign c ON c.id = t.campaign_id JOIN office o ON o.id = c.office_id
    JOIN unit_name un ON un.unit_id = t.unit_id AND un.valid_to IS NULL
    LEFT JOIN notice n ON n.task_id = t.id
    LEFT JOIN LATERAL (SELECT k.started_at FROM clock k
                       WHERE k.task_id = t.id AND k.status = 'running' ORDER BY k.due_at LIMIT 1) k ON true
    WHERE t.risen_unit_id IS NOT NULL AND {RISEN_SEES}
    ORDER BY k.started_at NULLS LAST, t.id LIMIT :most""")

MOST_RISEN = 100


@dataclass(frozen=True, slots=True)
class RisenRow:
    """A matter that the viewer's unit decides in the office's place; `parties` says as whom."""

    task_ref: str
    notice_ref: str | None
    title: str
    unit_name: str
    campaign_title: str
    office_name: str
    state: str
    workflow_version_id: int
    risen_parties: list[str]
    since: datetime | None


def find_unsettled(session: Session, *, after: int, many: int) -> list[int]:
    """Return the next tasks to settle, by id."""
    return list(session.execute(UNSETTLED, {"after": after, "many": many}).scalars())


def find_risen(session: Session, viewer: Viewer) -> tuple[RisenRow, ...]:
    """Return what waits for the viewer's decision at a unit above the office, the oldest first."""
    rows = session.execute(RISEN, {**scope(viewer), "most": MOST_RISEN}).mappings()
    return tuple(RisenRow(**row) for row in rows)
