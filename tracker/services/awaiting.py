"""A question that awaits its answer has a clock of its own: who sits on it is reminded, then the leader is told.

Called inside a transaction that holds the task. What is returned goes into the event of the question or the answer,
as every event that changes a clock carries its whole value.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from tracker.domain.clocks import begin_again, end, start
from tracker.domain.escalation import next_fire_at
from tracker.persistence.models import ClockRow, Task
from tracker.persistence.repositories.clocks import NewClock, clock_from, clock_payload
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.context import Floor
from tracker.services.ladder_choice import ladders_of_campaign
from tracker.services.moving import write_back


def await_answer(
    uow: UnitOfWork, floor: Floor, task: Task, rows: Mapping[str, ClockRow], question: str, *, now: datetime
) -> dict[str, Any]:
    """Start the clocks of a task that run while `question` is open (extension_pending); return their values."""
    definition = floor.catalog.workflow(task.workflow_version_id)
    calendar = floor.calendars.newest()
    changed: dict[str, Any] = {}
    for one in definition.clocks.values():
        if one.runs_while != question or task.state not in one.runs_in:
            continue
        row = rows.get(one.name)
        if row is not None:
            clock = begin_again(clock_from(row, frozenset()), one, now=now, calendar=calendar)
            write_back(uow, floor, task, row, clock, now=now)
            changed[one.name] = clock_payload(clock, row.ladder_version_id)
            continue
        newest = ladders_of_campaign(floor.catalog, uow.campaigns.get(task.campaign_id).settings)
        climbed = newest(definition.key, one.ladder)
        if climbed is None:
            continue
        clock = start(one, now=now, calendar=calendar, given=None)
        fire = next_fire_at(clock, climbed[1], calendar, now=now)
        uow.clocks.insert_many([NewClock(task.id, clock, climbed[0], fire)], now=now)
        uow.wake()
        changed[one.name] = clock_payload(clock, climbed[0])
    return changed


def end_waiting(
    uow: UnitOfWork,
    floor: Floor,
    task: Task,
    rows: Mapping[str, ClockRow],
    questions: Collection[str],
    *,
    now: datetime,
) -> dict[str, Any]:
    """End the clocks that ran while one of `questions` was open; return their values."""
    definition = floor.catalog.workflow(task.workflow_version_id)
    changed: dict[str, Any] = {}
    for name, row in rows.items():
        one = definition.clocks.get(name)
        if one is None or one.runs_while not in questions:
            continue
        over = end(clock_from(row, uow.clocks.fired([row])[row.id]))
        write_back(uow, floor, task, row, over, now=now)
        changed[name] = clock_payload(over, row.ladder_version_id)
    return changed
