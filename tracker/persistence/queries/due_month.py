"""What falls due in a month at the units of a desk: tasks, papers that wait for an answer, signatures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.permissions import Viewer
from tracker.persistence.queries.lights import LIGHT, light_moment
from tracker.persistence.queries.visibility import UNIT_SEES, scope

#: What lies beyond is counted and said.
MOST_DUE = 600

_ROWS = f"""
    FROM task t JOIN campaign c ON c.id = t.campaign_id
    JOIN unit_name un ON un.unit_id = t.unit_id AND un.valid_to IS NULL
    LEFT JOIN notice n ON n.task_id = t.id
    WHERE NOT (t.final AND NOT t.done) AND (n.id IS NULL OR n.issued_at IS NOT NULL)
      AND (CAST(:unit AS bigint) IS NULL OR t.unit_id = :unit) AND {UNIT_SEES.format(unit="t.unit_id")}"""
_NAMED = (
    f"t.ref, n.ref AS notice_ref, coalesce(n.title, t.title) AS title, un.name AS unit_name, t.done, {LIGHT} AS light"
)

DUE = text(f"""
    SELECT *, count(*) OVER () AS total FROM (
        SELECT {_NAMED}, t.due_on, false AS to_accept, un.position, t.id {_ROWS}
          AND t.due_on BETWEEN :first AND :last
        UNION ALL
        SELECT {_NAMED}, a.due_on, true AS to_accept, un.position, t.id {_ROWS.replace("WHERE", "JOIN clock a ON a.task_id = t.id AND a.name = 'accept' AND a.status = 'running' WHERE", 1)}
          AND t.waits_for = 'unit' AND a.due_on BETWEEN :first AND :last
    ) due ORDER BY due_on, done, position, id, to_accept DESC LIMIT :most""")


@dataclass(frozen=True, slots=True)
class DueItem:
    """One thing that falls due on a day. `to_accept` = it is to be signed for by then."""

    ref: str
    notice_ref: str | None
    title: str
    unit_name: str
    done: bool
    light: str
    due_on: date
    to_accept: bool


@dataclass(frozen=True, slots=True)
class DueMonth:
    """What falls due, the earliest first; `total` says what lies beyond the limit."""

    items: tuple[DueItem, ...]
    total: int


def find_due(
    session: Session, viewer: Viewer, *, unit: int | None, first: date, last: date, now: datetime,
    calendar: WorkingCalendar,
) -> DueMonth:  # fmt: skip
    """Return what falls due from `first` to `last` at the viewer's units, or at one of them."""
    given = scope(viewer) | light_moment(now, calendar) | {"unit": unit, "first": first, "last": last, "most": MOST_DUE}
    rows = session.execute(DUE, given).mappings().all()
    items = tuple(DueItem(**{name: row[name] for name in DueItem.__dataclass_fields__}) for row in rows)
    return DueMonth(items, rows[0]["total"] if rows else 0)
