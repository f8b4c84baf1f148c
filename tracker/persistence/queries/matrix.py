"""The units × measures light matrix: one row for each duty, with the worst light of its tasks. One query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.lights import WORST_FIRST
from tracker.domain.permissions import Viewer
from tracker.persistence.queries.campaign_page import CampaignRow
from tracker.persistence.queries.lights import LIGHT, light_moment
from tracker.persistence.queries.visibility import OFFICE_SEES, UNIT_SEES, scope

CELLS = text(f"""
    WITH seen AS MATERIALIZED (
        SELECT a.measure_id, a.unit_id, bool_and(a.role = 'support') AS supports
        FROM campaign c JOIN office o ON o.id = c.office_id JOIN measure m ON m.campaign_id = c.id
        JOIN assignment a ON a.measure_id = m.id
        WHERE c.ref = :ref AND ({OFFICE_SEES} OR {UNIT_SEES.format(unit="a.unit_id")})
        GROUP BY 1, 2),
    lit AS MATERIALIZED (
        SELECT t.measure_id, t.unit_id, t.ref, array_position(CAST(:worst_first AS text[]), {LIGHT}) AS rank,
            t.period_title IS NOT NULL AS standing, t.due_on, t.id,
            t.period_title IS NOT NULL AND NOT t.done AND NOT t.final AND t.due_at <= :now AS missed
        FROM task t JOIN campaign c ON c.id = t.campaign_id WHERE c.ref = :ref AND t.measure_id IS NOT NULL),
    -- A standing duty shows the light of its present period, and how many earlier ones are still open.
    cell AS (SELECT measure_id, unit_id, count(*) AS tasks, (array_agg(ref ORDER BY rank, due_on NULLS LAST, id))[1] AS ref, bool_or(standing) AS standing,
                    CASE WHEN bool_or(standing) THEN (array_agg(rank ORDER BY due_on DESC NULLS LAST, id DESC))[1]
                         ELSE min(rank) END AS rank,
                    (array_agg(ref ORDER BY due_on DESC NULLS LAST, id DESC))[1] AS latest_ref,
                    count(*) FILTER (WHERE missed) AS missed,
                    bool_or(rank = CAST(:wanted AS int)) AS has_wanted
             FROM lit GROUP BY 1, 2),
    row AS (
        SELECT u.id AS unit_id, u.key AS unit_key, un.name AS unit_name, u.kind AS unit_kind, u.ended_on, un.position AS unit_position,
            m.key AS measure_key, m.ordinal, m.title AS measure_title, m.position AS measure_position,
            cell.rank, coalesce(cell.tasks, 0) AS tasks, seen.supports, coalesce(cell.standing, false) AS standing,
            CASE WHEN cell.standing THEN cell.latest_ref ELSE cell.ref END AS task_ref, coalesce(cell.missed, 0) AS missed,
            bool_or(cell.has_wanted) OVER (PARTITION BY u.id) AS unit_wanted
        FROM seen JOIN measure m ON m.id = seen.measure_id JOIN unit u ON u.id = seen.unit_id
        JOIN unit_name un ON un.unit_id = u.id AND un.valid_to IS NULL
        LEFT JOIN cell ON cell.measure_id = seen.measure_id AND cell.unit_id = seen.unit_id)
    SELECT unit_id, unit_key, unit_name, unit_kind, measure_key, ordinal, measure_title, measure_position, rank, tasks,
        task_ref, supports, standing, missed
    FROM row
    WHERE (ended_on IS NULL OR rank IS NOT NULL) AND (CAST(:kind AS text) IS NULL OR unit_kind = :kind)
      AND (CAST(:wanted AS int) IS NULL OR unit_wanted)
    ORDER BY unit_position, unit_key, measure_position, measure_key""")


@dataclass(frozen=True, slots=True)
class CellRow:
    """One duty: its unit and measure, the code of its worst light (None before issuing), how many tasks.

    `task_ref` = the task whose light it is. `supports` = the unit only supports another here; the light is that of its own part.
    `standing` = the duty repeats: the light is its present period's, `missed` counts the periods past and not done.
    """

    unit_id: int
    unit_key: str
    unit_name: str
    unit_kind: str
    measure_key: str
    ordinal: str
    measure_title: str
    measure_position: int
    light: str | None
    tasks: int
    task_ref: str | None
    supports: bool
    standing: bool
    missed: int


def find_cells(
    session: Session, viewer: Viewer, campaign: CampaignRow, *, now: datetime, calendar: WorkingCalendar,
    unit_kind: str | None = None, light: str | None = None,
) -> tuple[CellRow, ...]:  # fmt: skip
    """Return the cells by unit in protocol order, then by measure in the order of the plan.

    unit_kind   only units of this kind
    light       only units with at least one task of this light; their other cells stay
    """
    codes = [seen.code for seen in WORST_FIRST]
    given = {
        **scope(viewer), **light_moment(now, calendar), "ref": campaign.ref, "worst_first": codes,
        "kind": unit_kind, "wanted": codes.index(light) + 1 if light in codes else None,
    }  # fmt: skip
    return tuple(
        CellRow(
            row.unit_id, row.unit_key, row.unit_name, row.unit_kind, row.measure_key, row.ordinal, row.measure_title,
            row.measure_position, codes[row.rank - 1] if row.rank else None, row.tasks, row.task_ref, row.supports,
            row.standing, row.missed,
        )
        for row in session.execute(CELLS, given)
    )  # fmt: skip
