"""Many tasks end at once: states, clocks, extensions and events in a few statements. Rows are locked by the caller."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tracker.domain.clocks import enter_state
from tracker.domain.definition import TransitionDefinition
from tracker.persistence.models import Task
from tracker.persistence.repositories.clocks import clock_from, clock_payload, write_clock
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.context import Floor
from tracker.services.recording import Doer, event


@dataclass(frozen=True)
class Ending:
    """A task that ended, and the event that says so."""

    task: Task
    event_id: int


def end_many(
    uow: UnitOfWork, floor: Floor, moves: Sequence[tuple[Task, TransitionDefinition]], *, reason: str, by: Doer,
    now: datetime,
) -> list[Ending]:  # fmt: skip
    """Let locked tasks take a step each into a final state. Raises ValueError for a step that ends nothing."""
    if not moves:
        return []
    calendar = floor.calendars.newest()
    clocks: dict[int, list[Any]] = {}
    rows = uow.clocks.lock_of_tasks([task.id for task, _ in moves])
    fired = uow.clocks.fired(rows)
    for row in rows:
        clocks.setdefault(row.task_id, []).append(row)
    events = []
    for task, step in moves:
        definition = floor.catalog.workflow(task.workflow_version_id)
        after = definition.states[step.target]
        if not after.final:
            raise ValueError(f"transition {step.name!r} does not end a task")
        changed: dict[str, Any] = {}
        for row in clocks.get(task.id, ()):
            clock = clock_from(row, fired[row.id])
            over = enter_state(
                clock, definition.clocks[row.name], state=after.name, final=True, now=now, calendar=calendar
            )
            if over != clock:
                write_clock(row, over, next_fire_at=None)
                changed[row.name] = clock_payload(over, row.ladder_version_id)
        payload = {
            "transition": step.name, "from": task.state, "to": after.name, "reason": reason,
            "workflow_version": task.workflow_version_id, "submission": None, "clocks": changed,
        }  # fmt: skip
        events.append(event(("task", task.id), "task.moved", payload, at=now, by=by))
        task.state, task.waits_for, task.done, task.final = after.name, after.waits_for.value, after.done, True
        task.done_at = (task.done_at or now) if after.done else None
        task.sent_back = False
        task.version += 1
    uow.tasks.drop_extensions([task.id for task, _ in moves], reason="任务已结束，申请自动撤下。", now=now)
    ids = uow.events.append(events)
    return [Ending(task, event_id) for (task, _), event_id in zip(moves, ids, strict=True)]
