"""While an objection is open the clocks of what it contests rest (DESIGN.md §2); afterwards they go on.

Called inside a transaction that holds the tasks. Every event here carries the whole value of the clocks it changes,
so that the auditor sees the rest as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from tracker.domain.clocks import Clock, ClockStatus
from tracker.domain.definition import WorkflowDefinition
from tracker.domain.extending import EXTENSION_PENDING
from tracker.domain.objections import CountedAgainst, freeze, overturn, thaw
from tracker.persistence.models import ClockRow, Notice, NoticeItem, Task
from tracker.persistence.repositories.clocks import clock_from, clock_payload
from tracker.persistence.repositories.events import NewEvent
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.context import Floor
from tracker.services.moving import write_back
from tracker.services.recording import ENGINE, Doer, event

#: Task, clock row, present value → the value that it takes.
Change = Callable[[Task, ClockRow, Clock], Clock]


def freeze_tasks(
    uow: UnitOfWork, floor: Floor, tasks: Sequence[Task], payload: Mapping[str, Any], by: Doer, *, now: datetime
) -> list[NewEvent]:
    """Pause the clocks of locked tasks; return an event for each task, to be appended by the caller."""

    def frozen(task: Task, row: ClockRow, clock: Clock) -> Clock:
        return freeze(clock, _definition(floor, task).clocks[row.name], now=now)

    return _change(uow, floor, tasks, frozen, "task.frozen", payload, by, now=now)


def thaw_tasks(
    uow: UnitOfWork, floor: Floor, tasks: Sequence[Task], payload: Mapping[str, Any], by: Doer, *,
    still_frozen: frozenset[int], now: datetime, overturned: Mapping[int, Sequence[CountedAgainst]] | None = None,
) -> list[NewEvent]:  # fmt: skip
    """Let the clocks of locked tasks go on; return an event for each task, to be appended by the caller.

    still_frozen  tasks that another objection holds as well
    overturned    what findings about a task had counted, which is taken back; None = the objection was not upheld
    """
    calendar = floor.calendars.newest()
    asked = {task.id: uow.tasks.open_extension(task.id) for task in tasks}

    def thawed(task: Task, row: ClockRow, clock: Clock) -> Clock:
        if overturned is not None and task.id in overturned:
            clock = _overturned(clock, row, overturned[task.id], now=now)
        if task.id in still_frozen:
            return clock
        extension = asked[task.id]
        pauses = EXTENSION_PENDING in _definition(floor, task).clocks[row.name].pauses_for
        waits = extension is not None and extension.clock_id == row.id and pauses
        return thaw(clock, extension_asked=waits, now=now, calendar=calendar)

    return _change(uow, floor, tasks, thawed, "task.thawed", payload, by, now=now)


def freeze_opened(
    uow: UnitOfWork, floor: Floor, notice: Notice, opened: Sequence[tuple[NoticeItem, int]], *, now: datetime
) -> None:
    """Let rest at once what a contested line opens: (line, id of the rectification item opened for it)."""
    for objection in uow.objections.of_notice(notice.id):
        if objection.outcome != "open":
            continue
        mine = [task_id for item, task_id in opened if objection.item_id in (None, item.id)]
        if not mine:
            continue
        uow.objections.freeze(objection.id, mine)
        payload = {"objection": uow.tasks.get(objection.task_id).ref, "notice": notice.ref}
        tasks = uow.tasks.find_many(mine, lock=True)
        uow.events.append(freeze_tasks(uow, floor, tasks, payload, ENGINE, now=now))


def _change(
    uow: UnitOfWork, floor: Floor, tasks: Sequence[Task], change: Change, kind: str, payload: Mapping[str, Any],
    by: Doer, *, now: datetime,
) -> list[NewEvent]:  # fmt: skip
    by_id = {task.id: task for task in tasks if not task.final}
    rows = uow.clocks.lock_of_tasks(sorted(by_id)) if by_id else []
    fired = uow.clocks.fired(rows)
    changed: dict[int, dict[str, Any]] = {task_id: {} for task_id in by_id}
    for row in rows:
        task = by_id[row.task_id]
        if row.name not in _definition(floor, task).clocks:
            continue
        before = clock_from(row, fired[row.id])
        after = change(task, row, before)
        if after != before:
            write_back(uow, floor, task, row, after, now=now)
            changed[task.id][row.name] = clock_payload(after, row.ladder_version_id)
    return [
        event(("task", task_id), kind, {**payload, "clocks": clocks}, at=now, by=by)
        for task_id, clocks in changed.items()
    ]


def _overturned(clock: Clock, row: ClockRow, counted: Sequence[CountedAgainst], *, now: datetime) -> Clock:
    mine = [one for one in counted if one.clock_id == row.id]
    for one in mine:
        clock = overturn(clock, one, now=now)
    if not mine and clock.status is not ClockStatus.DONE and _is_about_lateness(counted):
        # The line of a standing duty counts several periods, each with a clock of its own.
        clock = overturn(clock, None, now=now)
    return clock


def _is_about_lateness(counted: Sequence[CountedAgainst]) -> bool:
    return any(one.cause.value in ("late", "order") for one in counted)


def _definition(floor: Floor, task: Task) -> WorkflowDefinition:
    return floor.catalog.workflow(task.workflow_version_id)
