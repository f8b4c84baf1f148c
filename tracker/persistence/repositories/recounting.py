"""Clocks counted with an older calendar than the one in force: find, lock, write back, all set-based."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.clocks import DUTY_CLOCKS, Clock, ClockStatus
from tracker.persistence.arrays import as_arrays

_OUTDATED = """
    SELECT c.id AS clock_id, c.name, c.occurrence, c.status, c.started_at, c.due_on, c.due_at, c.due_class, c.due_rule,
        c.cutoff, c.provisional, c.calendar_version_id, c.ladder_version_id, c.ladder_from_on, c.held_since,
        c.pause_reason, c.quality_failures, c.failed_rechecks, c.ordered_rungs,
        c.severity_floor, c.excused, c.pace,
        t.id AS task_id, t.ref AS task_ref, t.title, t.campaign_id, t.unit_id
    FROM clock c JOIN task t ON t.id = c.task_id
    WHERE c.status <> 'done' AND NOT t.final AND c.calendar_version_id < :version AND (t.id, c.id) > (:task, :clock)
    ORDER BY t.id, c.id LIMIT :many"""

#: Locked in the order of tasks, as everybody who locks several tasks does.
LOCK_OUTDATED = text(f"{_OUTDATED} FOR UPDATE OF t, c")
READ_OUTDATED = text(_OUTDATED)

WRITE_CLOCKS = text("""
    UPDATE clock c SET occurrence = r.occurrence, started_at = r.started_at, due_on = r.due_on, due_at = r.due_at,
        due_rule = r.due_rule, provisional = r.provisional, calendar_version_id = r.calendar_version_id,
        ladder_from_on = r.ladder_from_on, quality_failures = r.quality_failures, failed_rechecks = r.failed_rechecks,
        ordered_rungs = CASE WHEN c.occurrence = r.occurrence THEN c.ordered_rungs
            ELSE ARRAY(SELECT jsonb_array_elements_text(r.ordered)::smallint) END,
        next_fire_at = r.next_fire_at
    FROM unnest(CAST(:id AS bigint[]), CAST(:occurrence AS bigint[]), CAST(:started_at AS timestamptz[]),
        CAST(:due_on AS date[]), CAST(:due_at AS timestamptz[]), CAST(:due_rule AS text[]),
        CAST(:provisional AS boolean[]), CAST(:calendar_version_id AS bigint[]), CAST(:ladder_from_on AS date[]),
        CAST(:quality_failures AS bigint[]), CAST(:failed_rechecks AS bigint[]), CAST(:ordered AS jsonb[]),
        CAST(:next_fire_at AS timestamptz[]))
        AS r(id, occurrence, started_at, due_on, due_at, due_rule, provisional, calendar_version_id, ladder_from_on,
             quality_failures, failed_rechecks, ordered, next_fire_at)
    WHERE c.id = r.id""")

SHOW_DATES = text("""
    UPDATE task t SET due_on = r.due_on, due_at = r.due_at, version = t.version + 1
    FROM unnest(CAST(:id AS bigint[]), CAST(:due_on AS date[]), CAST(:due_at AS timestamptz[])) AS r(id, due_on, due_at)
    WHERE t.id = r.id""")

VERSIONS = text("""
    SELECT v.id, v.source, v.published_years, v.created_at, count(d.day) AS days,
        (SELECT count(*) FROM clock c JOIN task t ON t.id = c.task_id
         WHERE c.calendar_version_id = v.id AND c.status <> 'done' AND NOT t.final) AS clocks
    FROM calendar_version v LEFT JOIN calendar_day d ON d.calendar_version_id = v.id
    WHERE v.office_id IS NULL GROUP BY v.id ORDER BY v.id""")


@dataclass(frozen=True, slots=True)
class Recounted:
    """A clock to write back, and when it must be looked at next."""

    clock_id: int
    task_id: int
    clock: Clock
    next_fire_at: datetime | None


class RecountingRepository:
    """The open clocks of older calendar versions. A batch begins after (task id, clock id)."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def outdated(
        self, *, version: int, after: tuple[int, int], many: int, lock: bool = True
    ) -> list[Mapping[str, Any]]:
        """Return the next open clocks counted with an older version than `version`."""
        given = {"version": version, "task": after[0], "clock": after[1], "many": many}
        found = self._session.execute(LOCK_OUTDATED if lock else READ_OUTDATED, given)
        return [dict(row) for row in found.mappings().all()]

    def write(self, rows: Sequence[Recounted]) -> None:
        """Write clocks back."""
        columns: dict[str, list[Any]] = {
            "id": [r.clock_id for r in rows], "occurrence": [r.clock.occurrence for r in rows],
            "started_at": [r.clock.started_at for r in rows], "due_on": [r.clock.due.due_on for r in rows],
            "due_at": [r.clock.due.due_at for r in rows], "due_rule": [r.clock.due.rule for r in rows],
            "provisional": [r.clock.due.provisional for r in rows],
            "calendar_version_id": [r.clock.due.calendar_version for r in rows],
            "ladder_from_on": [r.clock.ladder_from_on for r in rows],
            "quality_failures": [r.clock.quality_failures for r in rows],
            "failed_rechecks": [r.clock.failed_rechecks for r in rows],
            "ordered": [str(sorted(r.clock.ordered)) for r in rows],
            "next_fire_at": [r.next_fire_at if r.clock.status is ClockStatus.RUNNING else None for r in rows],
        }  # fmt: skip
        self._session.execute(WRITE_CLOCKS, as_arrays(columns))

    def show_dates(self, moved: Sequence[Recounted]) -> None:
        """Keep the dates that tasks show in step with the clocks of their duties; pages of these tasks are stale."""
        duties = [row for row in moved if row.clock.name in DUTY_CLOCKS]
        if duties:
            columns: dict[str, list[Any]] = {
                "id": [row.task_id for row in duties], "due_on": [row.clock.due.due_on for row in duties],
                "due_at": [row.clock.due.due_at for row in duties],
            }  # fmt: skip
            self._session.execute(SHOW_DATES, as_arrays(columns))

    def versions(self) -> list[Mapping[str, Any]]:
        """Return the calendar versions, the oldest first, each with how many open clocks count with it."""
        return [dict(row) for row in self._session.execute(VERSIONS).mappings()]
