"""What a ladder looks back at: the papers that units were issued, and what earlier checks of a clock found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tracker.domain.counting import IssuedPaper
from tracker.persistence.arrays import array_literal, as_arrays
from tracker.persistence.models import UnitStanding

#: Every paper of the units whose papers are looked at, in the order of their places.
PAPERS = text("""
    SELECT n.office_id, n.unit_id, n.place, n.printed_number, n.kind, n.campaign_id, n.issued_at, n.ended_at,
        n.task_id AS paper_task_id,
        (SELECT array_agg(DISTINCT about.task_id) FROM (
            SELECT i.task_id FROM notice_item i WHERE i.notice_id = n.id AND i.struck_at IS NULL
            UNION SELECT unnest(f.period_tasks) FROM notice_item i JOIN finding f ON f.id = i.finding_id
                WHERE i.notice_id = n.id AND i.struck_at IS NULL) about
         WHERE about.task_id IS NOT NULL) AS tasks
    FROM unnest(CAST(:offices AS bigint[]), CAST(:units AS bigint[])) AS w(office_id, unit_id)
    JOIN notice n USING (office_id, unit_id) WHERE n.place IS NOT NULL ORDER BY n.office_id, n.unit_id, n.place""")

PLACES_OF_TASKS = text("""
    SELECT task_id, office_id, unit_id, place FROM notice
    WHERE task_id = ANY(CAST(:tasks AS bigint[])) AND place IS NOT NULL""")

FIRED_BEFORE = text("""
    SELECT f.clock_id, f.occurrence, array_agg(f.rung) FROM firing f
    JOIN unnest(CAST(:clocks AS bigint[]), CAST(:occurrences AS bigint[])) AS c(id, occurrence)
        ON f.clock_id = c.id AND f.occurrence < c.occurrence
    GROUP BY f.clock_id, f.occurrence""")

NEXT_CHECKS = text("""
    UPDATE clock c SET occurrence = n.occurrence, started_at = n.started_at, due_on = n.due_on, due_at = n.due_at,
        due_class = n.due_class, due_rule = n.due_rule, ladder_from_on = n.due_on, pace = n.pace, excused = false,
        calendar_version_id = n.calendar, quality_failures = 0, failed_rechecks = 0, ordered_rungs = '{}'
    FROM unnest(CAST(:ids AS bigint[]), CAST(:occurrence AS bigint[]), CAST(:started_at AS timestamptz[]),
        CAST(:due_on AS date[]), CAST(:due_at AS timestamptz[]), CAST(:due_class AS text[]), CAST(:due_rule AS text[]),
        CAST(:calendar AS bigint[]), CAST(:pace AS jsonb[]))
        AS n(id, occurrence, started_at, due_on, due_at, due_class, due_rule, calendar, pace) WHERE c.id = n.id""")

#: (office id, unit id)
Row = tuple[int, int]

NEXT_PLACE = text("""
    INSERT INTO unit_standing AS s (office_id, unit_id, standing, since, papers, version)
    VALUES (:office, :unit, 'normal', :now, 1, 1)
    ON CONFLICT (office_id, unit_id) DO UPDATE SET papers = s.papers + 1
    RETURNING papers""")


class HistoryRepository:
    """Reads the past of units and clocks; gives papers their place in the unit's row."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def papers(self, rows: Sequence[Row]) -> dict[Row, tuple[IssuedPaper, ...]]:
        """Return the papers of each (office, unit), by place."""
        wanted = sorted(set(rows))
        given = as_arrays({"offices": [row[0] for row in wanted], "units": [row[1] for row in wanted]})
        found: dict[Row, list[IssuedPaper]] = {row: [] for row in wanted}
        for one in self._session.execute(PAPERS, given):
            paper = IssuedPaper(
                one.place, one.printed_number, one.kind, one.campaign_id, one.issued_at, one.ended_at,
                frozenset(one.tasks or ()), one.paper_task_id,
            )  # fmt: skip
            found[one.office_id, one.unit_id].append(paper)
        return {row: tuple(papers) for row, papers in found.items()}

    def places_of_tasks(self, task_ids: Sequence[int]) -> dict[int, tuple[Row, int]]:
        """Return, for each task that is an issued paper, its row and its place in it."""
        found = self._session.execute(PLACES_OF_TASKS, {"tasks": array_literal(sorted(set(task_ids)))})
        return {one.task_id: ((one.office_id, one.unit_id), one.place) for one in found}

    def fired_before(self, occurrences: Mapping[int, int]) -> dict[int, tuple[frozenset[int], ...]]:
        """Return, for each clock id, the rungs fired at each occurrence before the given one, the latest first."""
        given = as_arrays({"clocks": list(occurrences), "occurrences": list(occurrences.values())})
        fired = {
            (clock_id, occurrence): frozenset(rungs)
            for clock_id, occurrence, rungs in self._session.execute(FIRED_BEFORE, given)
        }
        return {
            clock_id: tuple(fired.get((clock_id, number), frozenset()) for number in range(present - 1, 0, -1))
            for clock_id, present in occurrences.items()
        }

    def move_on(self, checks: Mapping[int, Mapping[str, Any]]) -> None:
        """Write the next check of each clock id; the columns are those of NEXT_CHECKS."""
        ids = sorted(checks)
        columns: dict[str, list[Any]] = {"ids": ids}
        for name in ("occurrence", "started_at", "due_on", "due_at", "due_class", "due_rule", "calendar", "pace"):
            columns[name] = [checks[clock_id][name] for clock_id in ids]
        self._session.execute(NEXT_CHECKS, as_arrays(columns))

    def lock_standing(self, *, office_id: int, unit_id: int, now: datetime) -> UnitStanding:
        """Return the standing of a unit at an office, locked; one that does not exist yet is made.

        Taken after drafts and before number series (DESIGN.md §3.2): whoever holds it issues alone to the unit.
        """
        self._session.execute(
            text("""
                INSERT INTO unit_standing (office_id, unit_id, standing, since, papers, version)
                VALUES (:office, :unit, 'normal', :now, 0, 1) ON CONFLICT (office_id, unit_id) DO NOTHING"""),
            {"office": office_id, "unit": unit_id, "now": now},
        )
        query = select(UnitStanding).where(UnitStanding.office_id == office_id, UnitStanding.unit_id == unit_id)
        return self._session.scalars(query.with_for_update().execution_options(populate_existing=True)).one()

    def next_place(self, *, office_id: int, unit_id: int, now: datetime) -> int:
        """Count one more paper of an office to a unit and return its place; locks the standing as `lock_standing` does."""
        given = {"office": office_id, "unit": unit_id, "now": now}
        return int(self._session.execute(NEXT_PLACE, given).scalar_one())

    def held_cards(self, *, office_id: int, unit_id: int, kinds: Sequence[str], but: int) -> list[str]:
        """Return the kinds of the unit's other cards that were issued, stand, and are not made good."""
        found = self._session.execute(
            text("""
                SELECT n.kind FROM notice n JOIN task t ON t.id = n.task_id
                WHERE n.office_id = :office AND n.unit_id = :unit AND n.kind = ANY(:kinds) AND n.id <> :but
                  AND n.issued_at IS NOT NULL AND n.ended_at IS NULL AND NOT t.final"""),
            {"office": office_id, "unit": unit_id, "kinds": list(kinds), "but": but},
        )
        return list(found.scalars())

    def standing(self, *, office_id: int, unit_id: int) -> UnitStanding | None:
        """Return the standing of a unit at an office, if it has one."""
        query = select(UnitStanding).where(UnitStanding.office_id == office_id, UnitStanding.unit_id == unit_id)
        return self._session.scalars(query).one_or_none()
