"""Clocks counted with an older calendar than the one in force: find, lock, write back, all set-based; and how far it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.clocks import DUTY_CLOCKS, Clock, ClockStatus
from tracker.persistence.arrays import as_arrays

_OPEN = "FROM clock c JOIN task t ON t.id = c.task_id WHERE c.status <> 'done' AND NOT t.final"
#: By the clock's own columns, of which there is an index: each batch begins where the last one ended.
_OUTDATED = f"""
    SELECT c.id AS clock_id, c.name, c.occurrence, c.status, c.started_at, c.due_on, c.due_at, c.due_class, c.due_rule,
        c.cutoff, c.provisional, c.calendar_version_id, c.ladder_version_id, c.ladder_from_on, c.held_since,
        c.pause_reason, c.quality_failures, c.failed_rechecks, c.ordered_rungs, c.next_fire_at,
        c.severity_floor, c.excused, c.pace,
        t.id AS task_id, t.ref AS task_ref, t.title, t.campaign_id, t.unit_id
    {_OPEN} AND c.calendar_version_id < :version AND c.task_id >= :task AND (c.task_id, c.id) > (:task, :clock)
    ORDER BY c.task_id, c.id LIMIT :many"""

#: Locked in the order of tasks, as everybody who locks several tasks does.
LOCK_OUTDATED = text(f"{_OUTDATED} FOR UPDATE OF t, c")
READ_OUTDATED = text(_OUTDATED)
COUNT_OUTDATED = text(f"SELECT count(*) {_OPEN} AND c.calendar_version_id < :version")
IS_ANY_OUTDATED = text(f"SELECT EXISTS (SELECT 1 {_OPEN} AND c.calendar_version_id < :version)")
COUNT_OPEN = text(f"SELECT count(*) FROM (SELECT 1 {_OPEN} LIMIT :most) one")

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

VERSIONS = text(f"""
    SELECT v.id, v.source, v.published_years, v.created_at,
        (SELECT count(*) FROM calendar_day d WHERE d.calendar_version_id = v.id) AS days, coalesce(o.clocks, 0) AS clocks
    FROM calendar_version v
    LEFT JOIN (SELECT c.calendar_version_id AS id, count(*) AS clocks {_OPEN} GROUP BY 1) o ON o.id = v.id
    WHERE v.office_id IS NULL ORDER BY v.id""")

#: Any number, as long as it is always the same one; no other advisory lock of this database uses it.
WAIT_FOR_TURN = text("SELECT true FROM (SELECT pg_advisory_xact_lock(742611030)) one")
TRY_TURN = text("SELECT pg_try_advisory_xact_lock(742611030)")

#: What an earlier recount had still to count is counted by this one.
SUPERSEDE = text("UPDATE recount SET finished_at = :now WHERE finished_at IS NULL AND calendar_version_id < :version")
BEGIN = text("""
    INSERT INTO recount (calendar_version_id, total, counted, moved, people, after_task_id, after_clock_id, touched_at)
    VALUES (:version, :total, 0, 0, 0, 0, 0, :now)
    ON CONFLICT (calendar_version_id) DO UPDATE SET total = recount.counted + :total, after_task_id = 0,
        after_clock_id = 0, touched_at = :now, finished_at = NULL""")

LATEST = text("""
    SELECT r.calendar_version_id AS version, v.created_at AS since, r.total, r.counted, r.moved, r.people, r.touched_at,
        r.finished_at, r.after_task_id, r.after_clock_id
    FROM recount r JOIN calendar_version v ON v.id = r.calendar_version_id
    ORDER BY r.calendar_version_id DESC LIMIT 1""")

IN_FORCE_SINCE = text("SELECT created_at FROM calendar_version WHERE id = :version")

#: Always the last row that a transaction locks, so that sweeps and recounts wait for it briefly and never in a ring.
ADVANCE = text("""
    UPDATE recount SET counted = counted + :counted, moved = moved + :moved, touched_at = :now,
        after_task_id = coalesce(:task, after_task_id), after_clock_id = coalesce(:clock, after_clock_id)
    WHERE calendar_version_id = :version""")

FINISH = text("""
    UPDATE recount SET finished_at = :now, touched_at = :now, people = (
        SELECT count(DISTINCT person_id) FROM told WHERE starts_with(cause, 'calendar:' || CAST(:version AS text) || ':'))
    WHERE calendar_version_id = :version""")

TAKE_UP = text("""
    UPDATE recount SET touched_at = :now WHERE finished_at IS NULL AND touched_at < :stale RETURNING calendar_version_id""")


@dataclass(frozen=True, slots=True)
class Recounted:
    """A clock to write back, and when it must be looked at next."""

    clock_id: int
    task_id: int
    clock: Clock
    next_fire_at: datetime | None


@dataclass(frozen=True, slots=True)
class RecountState:
    """How far a recount is; `since` = when its calendar came into force. It goes on after the clock `after`."""

    version: int
    since: datetime
    total: int
    counted: int
    moved: int
    people: int
    touched_at: datetime
    finished_at: datetime | None
    after: tuple[int, int]

    @property
    def left(self) -> int:
        """Return about how many clocks are still to be counted; a task that ended meanwhile needs it no more."""
        return 0 if self.finished_at is not None else max(0, self.total - self.counted)


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

    def count_outdated(self, version: int) -> int:
        """Return how many open clocks are counted with an older version than `version`."""
        return int(self._session.execute(COUNT_OUTDATED, {"version": version}).scalar_one())

    def is_any_outdated(self, version: int) -> bool:
        """Tell whether an open clock is counted with an older version than `version`."""
        return bool(self._session.execute(IS_ANY_OUTDATED, {"version": version}).scalar_one())

    def count_open(self, *, most: int | None = None) -> int:
        """Return how many clocks are open; no more than `most` are looked for."""
        return int(self._session.execute(COUNT_OPEN, {"most": most}).scalar_one())

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

    def in_force_since(self, version: int) -> datetime:
        """Return when a calendar came into force."""
        found: datetime = self._session.execute(IN_FORCE_SINCE, {"version": version}).scalar_one()
        return found

    # -- how far it is

    def take_turn(self, *, wait: bool) -> bool:
        """Let one process at a time count on, until its commit; tell whether it is this one's turn."""
        return bool(self._session.execute(WAIT_FOR_TURN if wait else TRY_TURN).scalar_one())

    def begin(self, version: int, *, total: int, now: datetime) -> None:
        """Say that `total` clocks are to be counted with a calendar that came into force. `now` is real time."""
        self._session.execute(SUPERSEDE, {"version": version, "now": now})
        self._session.execute(BEGIN, {"version": version, "total": total, "now": now})

    def latest(self) -> RecountState | None:
        """Return how far the newest recount is, over or not; None where there never was one."""
        row = self._session.execute(LATEST).mappings().one_or_none()
        if row is None:
            return None
        values = dict(row)
        after = (values.pop("after_task_id"), values.pop("after_clock_id"))
        return RecountState(**values, after=after)

    def advance(
        self, version: int, *, counted: int, moved: int, now: datetime, after: tuple[int, int] | None = None
    ) -> None:
        """Say that so many clocks more are counted, and after which to go on (None = a sweep counted them first)."""
        task, clock = after or (None, None)
        given = {"version": version, "counted": counted, "moved": moved, "now": now, "task": task, "clock": clock}
        self._session.execute(ADVANCE, given)

    def finish(self, version: int, *, now: datetime) -> None:
        """Say that every clock is counted; what people are to be told of it may be gathered."""
        self._session.execute(FINISH, {"version": version, "now": now})

    def take_up(self, *, stale: datetime, now: datetime) -> bool:
        """Tell whether a recount is not over and stands still; whoever is told so rings, and nobody else for a while."""
        return self._session.execute(TAKE_UP, {"now": now, "stale": stale}).first() is not None
