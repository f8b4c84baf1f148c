"""Opening tasks, set-based: rows, clocks, first events. Called inside a decision's transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.clocks import start
from tracker.domain.deadlines import DueMoment
from tracker.domain.definition import WorkflowDefinition
from tracker.domain.escalation import next_fire_at
from tracker.domain.ladder import Ladder
from tracker.domain.values import local_date
from tracker.persistence.repositories.clocks import NewClock, clock_payload
from tracker.persistence.repositories.events import NewEvent
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.context import Floor
from tracker.services.recording import ENGINE, Doer, event

NewestLadder = Callable[[str], tuple[int, Ladder]]

REF_PREFIXES = {"rectification": "ZG", "objection": "SS"}


@dataclass(frozen=True)
class NewTask:
    """A task to open.

    due           for the clocks that take their due moment from the source
    due_later     that moment exists only once the unit has signed; the clock starts then
    period_title  the period of a standing duty, in words; None for what is done once
    quota         how many returns the period wants
    tie           "part" of a joint duty, "share" of one handed down; None for a task of its own
    upper_unit_id  with a tie: the unit that leads, or that handed the duty down
    brief         what the upper unit says of a share: note, targets by count field
    """

    campaign_id: int
    unit_id: int
    workflow_key: str
    title: str
    due: DueMoment | None = None
    assignment_id: int | None = None
    measure_id: int | None = None
    parent_id: int | None = None
    state: str | None = None
    period_key: str = "once"
    due_later: bool = False
    period_title: str | None = None
    quota: int | None = None
    tie: str | None = None
    upper_unit_id: int | None = None
    brief: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class OpenedTask:
    """What was opened."""

    id: int
    ref: str
    new: NewTask


def open_tasks(
    uow: UnitOfWork, floor: Floor, new: Sequence[NewTask], *, now: datetime, by: Doer = ENGINE
) -> list[OpenedTask]:
    """Open tasks in one statement a table; each begins its own stream with `task.opened`."""
    if not new:
        return []
    calendar = floor.calendars.newest()
    year = local_date(now).year
    definitions = {key: floor.catalog.newest_workflow(key) for key in sorted({task.workflow_key for task in new})}
    refs = _refs(uow, new, year)
    rows = [_row(task, ref, *definitions[task.workflow_key]) for task, ref in zip(new, refs, strict=True)]
    ids = uow.tasks.insert_many(rows, now=now)
    clocks: list[NewClock] = []
    events: list[NewEvent] = []
    newest_ladder = cache(floor.catalog.newest_ladder)
    alike: dict[tuple[str, str, DueMoment | None, bool], _Started] = {}
    for task_id, task, row in zip(ids, new, rows, strict=True):
        version_id, definition = definitions[task.workflow_key]
        # Thirty thousand tasks of a campaign start a handful of different clocks: those of one measure are alike.
        kind = (task.workflow_key, row["state"], task.due, task.due_later)
        if kind not in alike:
            alike[kind] = _Started.of(
                start_clocks(
                    newest_ladder,
                    definition,
                    row["state"],
                    task.due,
                    task_id=0,
                    now=now,
                    calendar=calendar,
                    due_later=task.due_later,
                )
            )
        clocks += [NewClock(task_id, c.clock, c.ladder_version_id, c.next_fire_at) for c in alike[kind].clocks]
        payload = _payload(task, row, version_id, alike[kind].payloads)
        events.append(event(("task", task_id), "task.opened", payload, at=now, by=by))
    uow.clocks.insert_many(clocks, now=now)
    uow.events.begin(events)
    uow.wake()
    return [OpenedTask(task_id, ref, task) for task_id, ref, task in zip(ids, refs, new, strict=True)]


def start_clocks(
    newest_ladder: NewestLadder, definition: WorkflowDefinition, state: str, due: DueMoment | None, *,
    task_id: int, now: datetime, calendar: WorkingCalendar, already: frozenset[str] = frozenset(),
    due_later: bool = False,
) -> list[NewClock]:  # fmt: skip
    """Return the clocks that begin to run when a task enters `state` and have never run before.

    With `due_later` a clock whose due moment comes from the source waits: it exists only once the unit has signed.
    """
    started = []
    for clock_definition in definition.clocks.values():
        if clock_definition.name in already or state not in clock_definition.runs_in:
            continue
        if due_later and clock_definition.within is None:
            continue
        clock = start(clock_definition, now=now, calendar=calendar, given=due)
        ladder_id, ladder = newest_ladder(clock_definition.ladder)
        fire = next_fire_at(clock, ladder, calendar, now=now)
        started.append(NewClock(task_id, clock, ladder_id, fire))
    return started


@dataclass(frozen=True)
class _Started:
    """The clocks that tasks of one kind start with, and what their events say of them."""

    clocks: list[NewClock]
    payloads: dict[str, Any]

    @classmethod
    def of(cls, clocks: list[NewClock]) -> _Started:
        return cls(clocks, {c.clock.name: clock_payload(c.clock, c.ladder_version_id) for c in clocks})


def _refs(uow: UnitOfWork, new: Sequence[NewTask], year: int) -> list[str]:
    prefixes = [REF_PREFIXES.get(task.workflow_key, "RW") for task in new]
    pools = {prefix: iter(uow.tasks.new_refs(prefix, year, prefixes.count(prefix))) for prefix in sorted(set(prefixes))}
    return [next(pools[prefix]) for prefix in prefixes]


def _row(task: NewTask, ref: str, version_id: int, definition: WorkflowDefinition) -> dict[str, Any]:
    state = task.state or definition.initial
    return {
        "ref": ref, "campaign_id": task.campaign_id, "assignment_id": task.assignment_id,
        "measure_id": task.measure_id, "unit_id": task.unit_id, "workflow_key": task.workflow_key,
        "workflow_version_id": version_id, "period_key": task.period_key, "title": task.title, "state": state,
        "waits_for": definition.states[state].waits_for.value, "due_on": task.due.due_on if task.due else None,
        "due_at": task.due.due_at if task.due else None, "parent_id": task.parent_id,
        "period_title": task.period_title, "quota": task.quota,
        "tie": task.tie, "upper_unit_id": task.upper_unit_id, "brief": dict(task.brief),
    }  # fmt: skip


def _payload(task: NewTask, row: dict[str, Any], version_id: int, clocks: dict[str, Any]) -> dict[str, Any]:
    more: dict[str, Any] = (
        {} if task.period_title is None else {"assignment": task.assignment_id, "period": task.period_key}
    )
    if task.tie:
        more |= {"tie": task.tie, "upper_unit": task.upper_unit_id, "brief": dict(task.brief)}
    return {
        "ref": row["ref"], "campaign": task.campaign_id, "unit": task.unit_id, "measure": task.measure_id,
        "parent": task.parent_id, "workflow": task.workflow_key, "workflow_version": version_id,
        "title": task.title, "state": row["state"], "clocks": clocks, **more,
    }  # fmt: skip
