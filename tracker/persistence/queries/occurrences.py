"""What was recorded in a campaign, as far as the viewer sees its units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.permissions import Viewer
from tracker.persistence.queries.paging import Page, fetch_page
from tracker.persistence.queries.visibility import OFFICE_SEES, UNIT_SEES, scope

OCCURRENCES = text(f"""
    SELECT r.ref, r.kind, r.occurred_on, r.count, r.recorded_at, un.name AS unit_name, p.name AS recorded_by,
        r.voided_at, v.name AS voided_by, r.void_reason, t.ref AS task_ref, t.state AS task_state, t.workflow_version_id, count(*) OVER () AS total
    FROM recorded_occurrence r JOIN campaign c ON c.id = r.campaign_id JOIN office o ON o.id = c.office_id
    JOIN unit_name un ON un.unit_id = r.unit_id AND un.valid_to IS NULL JOIN person p ON p.id = r.recorded_by
    LEFT JOIN person v ON v.id = r.voided_by LEFT JOIN task t ON t.id = r.look_back_task_id
    WHERE c.ref = :ref AND ({OFFICE_SEES} OR {UNIT_SEES.format(unit="r.unit_id")})
    ORDER BY r.occurred_on DESC, r.id DESC LIMIT :limit OFFSET :offset""")


@dataclass(frozen=True, slots=True)
class OccurrenceRow:
    """One line of the list."""

    ref: str
    kind: str
    occurred_on: date
    count: int
    recorded_at: datetime
    unit_name: str
    recorded_by: str
    voided_at: datetime | None
    voided_by: str | None
    void_reason: str | None
    task_ref: str | None
    task_state: str | None
    workflow_version_id: int | None


def find_occurrences(session: Session, viewer: Viewer, ref: str, *, page: int, size: int) -> Page[OccurrenceRow]:
    """Return what was recorded, the newest day first."""
    return fetch_page(session, OCCURRENCES, OccurrenceRow, number=page, size=size, given={"ref": ref, **scope(viewer)})
