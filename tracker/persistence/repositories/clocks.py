"""Clock rows ↔ clock values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tracker.domain.clocks import Clock, ClockStatus
from tracker.domain.deadlines import DueMoment
from tracker.domain.progress import pace_from_plain, pace_to_plain
from tracker.domain.values import DueClass
from tracker.persistence.arrays import as_arrays
from tracker.persistence.engine import to_json
from tracker.persistence.models import ClockRow, Firing

INSERT_CLOCKS = text("""
    INSERT INTO clock (task_id, name, occurrence, status, started_at, due_on, due_at, due_class, due_rule, cutoff,
        provisional, calendar_version_id, ladder_version_id, ladder_from_on, quality_failures, failed_rechecks,
        ordered_rungs, next_fire_at, severity_floor, pace)
    SELECT task_id, name, 1, 'running', CAST(:now AS timestamptz), due_on, due_at, due_class, due_rule, cutoff,
        provisional, calendar_version_id, ladder_version_id, ladder_from_on, 0, 0, '{}'::smallint[], next_fire_at,
        severity_floor, pace
    FROM unnest(CAST(:task_id AS bigint[]), CAST(:name AS text[]), CAST(:due_on AS date[]),
        CAST(:due_at AS timestamptz[]), CAST(:due_class AS text[]), CAST(:due_rule AS text[]), CAST(:cutoff AS text[]),
        CAST(:provisional AS boolean[]), CAST(:calendar_version_id AS bigint[]), CAST(:ladder_version_id AS bigint[]),
        CAST(:ladder_from_on AS date[]), CAST(:next_fire_at AS timestamptz[]), CAST(:severity_floor AS smallint[]),
        CAST(:pace AS jsonb[]))
        AS r(task_id, name, due_on, due_at, due_class, due_rule, cutoff, provisional, calendar_version_id,
             ladder_version_id, ladder_from_on, next_fire_at, severity_floor, pace)""")


@dataclass(frozen=True)
class NewClock:
    """A clock to insert, running, in its first occurrence."""

    task_id: int
    clock: Clock
    ladder_version_id: int
    next_fire_at: datetime | None


class ClockRepository:
    """Loads and writes clocks. Clocks are locked after their task."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of_task(self, task_id: int, *, lock: bool = False) -> dict[str, ClockRow]:
        """Return the clock rows of a task by name."""
        query = select(ClockRow).where(ClockRow.task_id == task_id).order_by(ClockRow.id)
        return {row.name: row for row in self._session.scalars(query.with_for_update() if lock else query)}

    def of_tasks(self, task_ids: Sequence[int]) -> list[ClockRow]:
        """Return the clock rows of several tasks."""
        return list(self._session.scalars(select(ClockRow).where(ClockRow.task_id.in_(task_ids)).order_by(ClockRow.id)))

    def lock_of_tasks(self, task_ids: Sequence[int]) -> list[ClockRow]:
        """Lock the clocks of several tasks, in order of task, and return them as they stand under the lock."""
        query = select(ClockRow).where(ClockRow.task_id.in_(task_ids)).order_by(ClockRow.task_id, ClockRow.id)
        locked = query.with_for_update().execution_options(populate_existing=True)
        return list(self._session.scalars(locked))

    def duty_due(self, task_id: int) -> DueMoment:
        """Return the due moment of a task's finish clock; the task is known to have one."""
        row = self.of_task(task_id)["finish"]
        return clock_from(row, frozenset()).due

    def fired(self, rows: Iterable[ClockRow]) -> dict[int, frozenset[int]]:
        """Return, for each clock id, the rungs fired in its present occurrence."""
        present = {row.id: row.occurrence for row in rows}
        found: dict[int, set[int]] = {clock_id: set() for clock_id in present}
        query = select(Firing.clock_id, Firing.occurrence, Firing.rung).where(Firing.clock_id.in_(present))
        for clock_id, occurrence, rung in self._session.execute(query):
            if present[clock_id] == occurrence:
                found[clock_id].add(rung)
        return {clock_id: frozenset(rungs) for clock_id, rungs in found.items()}

    def insert_many(self, clocks: Sequence[NewClock], *, now: datetime) -> None:
        """Insert clocks set-based."""
        if not clocks:
            return
        columns: dict[str, Any] = {
            "task_id": [c.task_id for c in clocks],
            "name": [c.clock.name for c in clocks],
            "due_on": [c.clock.due.due_on for c in clocks],
            "due_at": [c.clock.due.due_at for c in clocks],
            "due_class": [c.clock.due.due_class.value for c in clocks],
            "due_rule": [c.clock.due.rule for c in clocks],
            "cutoff": [c.clock.due.cutoff for c in clocks],
            "provisional": [c.clock.due.provisional for c in clocks],
            "calendar_version_id": [c.clock.due.calendar_version for c in clocks],
            "ladder_version_id": [c.ladder_version_id for c in clocks],
            "ladder_from_on": [c.clock.ladder_from_on for c in clocks],
            "next_fire_at": [c.next_fire_at for c in clocks],
            "severity_floor": [c.clock.severity_floor for c in clocks],
            "pace": [to_json(pace_to_plain(c.clock.pace)) if c.clock.pace else None for c in clocks],
        }
        self._session.execute(INSERT_CLOCKS, {**as_arrays(columns), "now": now})


def likeness(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what rows of equal clocks have in common: all that `clock_from` reads of them, as something to look up by."""
    return (*_plain_columns(row), tuple(row["ordered_rungs"]), repr(row["pace"]))


_plain_columns = itemgetter(
    "name", "occurrence", "status", "started_at", "due_on", "due_at", "due_class", "due_rule", "cutoff", "provisional",
    "calendar_version_id", "ladder_from_on", "held_since", "pause_reason", "quality_failures", "failed_rechecks",
    "severity_floor", "excused",
)  # fmt: skip


def clock_from(row: ClockRow | Mapping[str, Any], fired: frozenset[int]) -> Clock:
    """Return the value of a clock row (an ORM row or a row mapping with the same names)."""
    get = row.__getitem__ if isinstance(row, Mapping) else lambda name: getattr(row, name)
    due = DueMoment(
        due_on=get("due_on"), due_at=get("due_at"), due_class=DueClass(get("due_class")), cutoff=get("cutoff"),
        calendar_version=get("calendar_version_id"), rule=get("due_rule"), provisional=get("provisional"),
    )  # fmt: skip
    return Clock(
        name=get("name"), occurrence=get("occurrence"), status=ClockStatus(get("status")), started_at=get("started_at"),
        due=due, ladder_from_on=get("ladder_from_on"), held_since=get("held_since"), pause_reason=get("pause_reason"),
        quality_failures=get("quality_failures"), failed_rechecks=get("failed_rechecks"),
        ordered=frozenset(get("ordered_rungs")), fired=fired, severity_floor=get("severity_floor"),
        excused=get("excused"), pace=pace_from_plain(get("pace")) if get("pace") else None,
    )  # fmt: skip


def write_clock(row: ClockRow, clock: Clock, *, next_fire_at: datetime | None) -> None:
    """Put a value back into its row."""
    row.occurrence, row.status, row.started_at = clock.occurrence, clock.status.value, clock.started_at
    row.due_on, row.due_at, row.due_class = clock.due.due_on, clock.due.due_at, clock.due.due_class.value
    row.due_rule, row.cutoff, row.provisional = clock.due.rule, clock.due.cutoff, clock.due.provisional
    row.calendar_version_id, row.ladder_from_on = clock.due.calendar_version, clock.ladder_from_on
    row.held_since, row.pause_reason = clock.held_since, clock.pause_reason
    row.quality_failures, row.failed_rechecks = clock.quality_failures, clock.failed_rechecks
    row.ordered_rungs = sorted(clock.ordered)
    row.severity_floor, row.excused = clock.severity_floor, clock.excused
    row.pace = pace_to_plain(clock.pace) if clock.pace else None
    row.next_fire_at = next_fire_at if clock.status is ClockStatus.RUNNING else None


def clock_payload(clock: Clock, ladder_version_id: int) -> dict[str, Any]:
    """Return what an event says of a clock: everything that the auditor needs to judge it from events alone."""
    more: dict[str, Any] = {"severity_floor": clock.severity_floor} if clock.severity_floor else {}
    if clock.excused:
        more["excused"] = True
    if clock.pace is not None:
        more["pace"] = pace_to_plain(clock.pace)
    return {
        **more, "occurrence": clock.occurrence, "status": clock.status.value, "started_at": clock.started_at.isoformat(),
        "due_on": clock.due.due_on.isoformat(), "due_at": clock.due.due_at.isoformat(),
        "due_class": clock.due.due_class.value, "rule": clock.due.rule, "calendar": clock.due.calendar_version,
        "cutoff": clock.due.cutoff, "provisional": clock.due.provisional, "ladder": ladder_version_id,
        "ladder_from_on": clock.ladder_from_on.isoformat(),
        "held_since": clock.held_since.isoformat() if clock.held_since else None, "pause_reason": clock.pause_reason,
        "quality_failures": clock.quality_failures, "failed_rechecks": clock.failed_rechecks,
        "ordered": sorted(clock.ordered),
    }  # fmt: skip
