"""The units × measures light matrix: one row for each duty, with the worst light of its tasks.

Of hundreds of units a page is shown; the print has all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, groupby
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.lights import WORST_FIRST
from tracker.domain.permissions import Viewer
from tracker.persistence.queries.campaign_page import CampaignRow
from tracker.persistence.queries.lights import LIGHT, light_moment
from tracker.persistence.queries.visibility import OFFICE_SEES, UNIT_SEES, scope

_CELLS = f"""
    WITH seen AS MATERIALIZED (
        SELECT a.measure_id, a.unit_id, bool_and(a.role = 'support') AS supports
        FROM campaign c JOIN office o ON o.id = c.office_id JOIN measure m ON m.campaign_id = c.id
        JOIN assignment a ON a.measure_id = m.id
        WHERE c.ref = :ref AND ({OFFICE_SEES} OR {UNIT_SEES.format(unit="a.unit_id")}) {{duties}}
        GROUP BY 1, 2),
    lit AS MATERIALIZED (
        SELECT t.measure_id, t.unit_id, t.ref, array_position(CAST(:worst_first AS text[]), {LIGHT}) AS rank,
            t.period_title IS NOT NULL AS standing, t.due_on, t.id,
            t.period_title IS NOT NULL AND NOT t.done AND NOT t.final AND t.due_at <= :now AS missed
        FROM task t JOIN campaign c ON c.id = t.campaign_id WHERE c.ref = :ref AND t.measure_id IS NOT NULL {{tasks}}),
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
    ORDER BY unit_position, unit_key, measure_position, measure_key"""
CELLS = text(_CELLS.format(duties="", tasks=""))
CELLS_OF_UNITS = text(
    _CELLS.format(
        duties="AND a.unit_id = ANY(CAST(:units AS bigint[]))", tasks="AND t.unit_id = ANY(CAST(:units AS bigint[]))"
    )
)

#: A page of the units that have a row; a unit that is no more has one where it has a task.
UNITS = text(f"""
    SELECT u.id, count(*) OVER () AS total
    FROM (SELECT DISTINCT a.unit_id FROM campaign c JOIN measure m ON m.campaign_id = c.id
          JOIN assignment a ON a.measure_id = m.id
          WHERE c.ref = :ref AND ({OFFICE_SEES} OR {UNIT_SEES.format(unit="a.unit_id")})) d
    JOIN unit u ON u.id = d.unit_id JOIN unit_name un ON un.unit_id = u.id AND un.valid_to IS NULL
    WHERE (CAST(:kind AS text) IS NULL OR u.kind = :kind)
      AND (u.ended_on IS NULL OR EXISTS (SELECT FROM task t JOIN campaign c ON c.id = t.campaign_id
                                         WHERE c.ref = :ref AND t.unit_id = u.id AND t.measure_id IS NOT NULL))
    ORDER BY un.position, u.key LIMIT :limit OFFSET :offset""")

MEASURES = text(f"""
    SELECT m.key, m.ordinal, m.title FROM campaign c JOIN measure m ON m.campaign_id = c.id
    WHERE c.ref = :ref AND EXISTS (SELECT FROM assignment a WHERE a.measure_id = m.id
        AND ({OFFICE_SEES} OR {UNIT_SEES.format(unit="a.unit_id")}))
    ORDER BY m.position, m.key""")


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


@dataclass(frozen=True, slots=True)
class MatrixPage:
    """Part of the matrix, or all of it.

    columns  (key, ordinal, title) of every measure, whether a unit of this page has it or not
    units    how many units all pages have; `number` is this page's, from 1, `size` how many units a page has
    """

    cells: tuple[CellRow, ...]
    columns: tuple[tuple[str, str, str], ...]
    units: int
    number: int
    size: int

    @property
    def pages(self) -> int:
        """Return how many pages there are; one at least."""
        return max(1, -(-self.units // self.size))


def find_matrix(
    session: Session, viewer: Viewer, campaign: CampaignRow, *, now: datetime, calendar: WorkingCalendar,
    unit_kind: str | None = None, light: str | None = None, page: int = 1, size: int | None = None,
) -> MatrixPage:  # fmt: skip
    """Return the cells by unit in protocol order, then by measure in the order of the plan.

    unit_kind   only units of this kind
    light       only units with at least one task of this light; their other cells stay
    size        units a page; None = all on one. A page past the end is answered with the first
    """
    codes = [seen.code for seen in WORST_FIRST]
    given: dict[str, Any] = {
        **scope(viewer), **light_moment(now, calendar), "ref": campaign.ref, "worst_first": codes,
        "kind": unit_kind, "wanted": codes.index(light) + 1 if light in codes else None,
    }  # fmt: skip
    columns = tuple((row.key, row.ordinal, row.title) for row in session.execute(MEASURES, given))
    if light in codes:  # which units they are is known only once every light is
        by_unit = [tuple(cells) for _, cells in groupby(_cells(session, CELLS, given, codes), key=lambda c: c.unit_id)]
        size, number = size or max(1, len(by_unit)), max(1, page)
        first = (number - 1) * size
        number, first = (number, first) if first < len(by_unit) else (1, 0)
        return MatrixPage(tuple(chain(*by_unit[first : first + size])), columns, len(by_unit), number, size)
    number = max(1, page) if size is not None else 1
    found = session.execute(UNITS, {**given, "limit": size, "offset": (number - 1) * (size or 0)}).all()
    if not found and number > 1:
        return find_matrix(
            session, viewer, campaign, now=now, calendar=calendar, unit_kind=unit_kind, light=light, size=size
        )
    cells = _cells(session, CELLS_OF_UNITS, {**given, "units": [row.id for row in found]}, codes)
    units = found[0].total if found else 0
    return MatrixPage(tuple(cells), columns, units, number, size or max(1, units))


def _cells(session: Session, query: TextClause, given: dict[str, Any], codes: Sequence[str]) -> Iterator[CellRow]:
    for row in session.execute(query, given):
        yield CellRow(
            row.unit_id, row.unit_key, row.unit_name, row.unit_kind, row.measure_key, row.ordinal, row.measure_title,
            row.measure_position, codes[row.rank - 1] if row.rank else None, row.tasks, row.task_ref, row.supports,
            row.standing, row.missed,
        )  # fmt: skip
