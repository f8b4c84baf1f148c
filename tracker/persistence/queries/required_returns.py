"""Which required returns are in and which are missing, unit by unit, as far as the viewer sees the units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.errors import NotFound
from tracker.domain.permissions import Viewer
from tracker.persistence.queries.visibility import OFFICE_SEES, UNIT_SEES, scope

# Of the tasks that may answer a return, the one that did comes first, else the one that is due first.
OWED = """
    SELECT r.key, r.title, r.workflow_key, r.form_key, c.ref AS campaign_ref, c.title AS campaign_title,
        u.id AS unit_id, u.kind AS unit_kind, un.name AS unit_name, x.task_ref, x.due_on, x.sent_back, x.last_at
    FROM required_return r JOIN campaign c ON c.id = r.campaign_id JOIN office o ON o.id = c.office_id
    JOIN required_return_unit ru ON ru.required_return_id = r.id JOIN unit u ON u.id = ru.unit_id
    JOIN unit_name un ON un.unit_id = u.id AND un.valid_to IS NULL
    LEFT JOIN LATERAL (
        SELECT t.ref AS task_ref, t.due_on, t.sent_back, s.last_at
        FROM task t LEFT JOIN LATERAL (
            SELECT max(b.submitted_at) AS last_at FROM submission b
            WHERE b.task_id = t.id AND b.form_key = r.form_key) s ON true
        WHERE t.campaign_id = c.id AND t.unit_id = u.id AND t.workflow_key = r.workflow_key
          AND (r.measure_id IS NULL OR t.measure_id = r.measure_id) AND (t.done OR NOT t.final)
        ORDER BY (s.last_at IS NOT NULL AND NOT t.sent_back) DESC, t.due_on NULLS LAST, t.id LIMIT 1) x ON true"""

OF_CAMPAIGN = text(f"""{OWED}
    WHERE c.ref = :ref AND ({OFFICE_SEES} OR {UNIT_SEES.format(unit="u.id")})
    ORDER BY un.position, u.id, r.position""")

MISSING = text(f"""{OWED}
    WHERE c.status = 'issued' AND {UNIT_SEES.format(unit="u.id")} AND (x.last_at IS NULL OR x.sent_back)
      AND (CAST(:unit AS bigint) IS NULL OR u.id = :unit)
    ORDER BY un.position, u.id, x.due_on NULLS LAST, r.position LIMIT :most""")


@dataclass(frozen=True, slots=True)
class OwedReturn:
    """One return that one unit owes, with the task that answers it. `last_at` = when the form was last sent."""

    key: str
    title: str
    workflow_key: str
    form_key: str
    campaign_ref: str
    campaign_title: str
    unit_id: int
    unit_kind: str
    unit_name: str
    task_ref: str | None
    due_on: date | None
    sent_back: bool | None
    last_at: datetime | None

    @property
    def is_in(self) -> bool:
        """Tell whether the return was sent and stands."""
        return self.last_at is not None and not self.sent_back


def find_owed_returns(session: Session, viewer: Viewer, ref: str) -> tuple[OwedReturn, ...]:
    """Return every return of a campaign for every unit that owes it, unit by unit in protocol order."""
    rows = session.execute(OF_CAMPAIGN, {"ref": ref, **scope(viewer)}).mappings()
    return tuple(OwedReturn(**row) for row in rows)


def find_missing_returns(session: Session, viewer: Viewer, *, unit: int | None, most: int) -> tuple[OwedReturn, ...]:
    """Return what the viewer's units still owe in campaigns that run, the first due first for each unit."""
    rows = session.execute(MISSING, {"unit": unit, "most": most, **scope(viewer)}).mappings()
    return tuple(OwedReturn(**row) for row in rows)


def get_owed_return(session: Session, viewer: Viewer, ref: str, key: str) -> OwedReturn:
    """Return one return of a campaign, of any unit that the viewer sees; raises NotFound."""
    found = next((one for one in find_owed_returns(session, viewer, ref) if one.key == key), None)
    if found is None:
        raise NotFound("没有这张报表，或者您无权查看。")
    return found
