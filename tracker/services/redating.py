"""A new date from above: the clock's next occurrence, with the old date kept, and the same for all that hangs below.

Called inside a transaction that already holds the tasks' rows. Rungs of the old occurrence are cancelled with it, so
a sweep that waits for these rows finds nothing to fire.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tracker.domain.clocks import ClockStatus, redate
from tracker.domain.deadlines import DueMoment, by_date, follow_upper
from tracker.persistence.models import Campaign, ClockRow, Task
from tracker.persistence.repositories.clocks import clock_from, clock_payload
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.announcing import Announcement, announce, facts_of
from tracker.services.context import Floor
from tracker.services.moving import write_back
from tracker.services.recording import Doer, event


@dataclass(frozen=True)
class Redated:
    """One task with its old and its new due moment, and the event that says so."""

    task: Task
    old_due_on: date
    due: DueMoment
    event_id: int


@dataclass(frozen=True)
class NewDates:
    """Why dates move, by whom, when."""

    reason: str
    by: Doer
    now: datetime


def redate_many(
    uow: UnitOfWork, floor: Floor, tasks: Sequence[Task], dues: Mapping[int, DueMoment], act: NewDates
) -> list[Redated]:
    """Give locked tasks their new dates (by task id); one whose clock is over, or that has the date, is left alone."""
    rows = _duty_clocks(uow, floor, tasks)
    fired = uow.clocks.fired(rows.values())
    moved: list[tuple[Task, date, DueMoment]] = []
    events = []
    for task in tasks:
        row = rows.get(task.id)
        if row is None or row.status == ClockStatus.DONE.value or row.due_at == dues[task.id].due_at:
            continue
        old_due_on, due = row.due_on, dues[task.id]
        clock = redate(clock_from(row, fired[row.id]), due, now=act.now)
        write_back(uow, floor, task, row, clock, now=act.now)
        task.version += 1
        payload = {
            "clock": row.name, "old_due_on": old_due_on.isoformat(), "due_on": due.due_on.isoformat(),
            "reason": act.reason, "clocks": {row.name: clock_payload(clock, row.ladder_version_id)},
        }  # fmt: skip
        events.append(event(("task", task.id), "task.redated", payload, at=act.now, by=act.by))
        moved.append((task, old_due_on, due))
    ids = uow.events.append(events) if events else []
    return [Redated(*one, event_id) for one, event_id in zip(moved, ids, strict=True)]


def redate_below(uow: UnitOfWork, floor: Floor, above: Sequence[Redated], act: NewDates) -> list[Redated]:
    """Let new dates go down to the parts and shares of tasks, at any depth; return what moved."""
    calendar = floor.calendars.newest()
    found: list[Redated] = []
    level = {one.task.id: one for one in above}
    while level:
        children = uow.tasks.lock_many(_direct(uow, list(level)))
        dues: dict[int, DueMoment] = {}
        for child in children:
            upper = level[child.parent_id or 0]
            if child.tie == "part":
                dues[child.id] = upper.due
            elif child.due_on is not None:
                day = follow_upper(child.due_on, upper.old_due_on, upper.due.due_on, calendar)
                dues[child.id] = by_date(day, upper.due.cutoff, calendar=calendar, source="随上级任务期限调整")
        moved = redate_many(uow, floor, [c for c in children if c.id in dues], dues, act)
        found += moved
        level = {one.task.id: one for one in moved}
    return found


def tell_redated(
    uow: UnitOfWork,
    campaign: Campaign,
    redated: Sequence[Redated],
    act: NewDates,
    *,
    roles: tuple[str, ...] = ("liaison",),
) -> int:
    """Tell the units whose move it is of their new dates; return how many people are told."""
    return announce(
        uow, campaign,
        [
            Announcement(
                f"event:{one.event_id}", "redated", one.task.unit_id, one.task.id,
                facts_of(one.task, old_due_on=one.old_due_on.isoformat(), reason=act.reason), roles,
            )
            for one in redated
            if not one.task.done
        ],
        now=act.now,
    )  # fmt: skip


def _direct(uow: UnitOfWork, task_ids: Sequence[int]) -> list[int]:
    return sorted({*uow.tasks.tied_below(task_ids, tie="part"), *uow.tasks.tied_below(task_ids, tie="share")})


def _duty_clocks(uow: UnitOfWork, floor: Floor, tasks: Sequence[Task]) -> dict[int, ClockRow]:
    """Return the clock of each task that takes its due moment from outside, locked."""
    definitions = {task.id: floor.catalog.workflow(task.workflow_version_id) for task in tasks}
    return {
        row.task_id: row
        for row in uow.clocks.lock_of_tasks(sorted(definitions))
        if definitions[row.task_id].clocks[row.name].from_measure
    }
