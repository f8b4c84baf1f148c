"""Opening tasks, set-based: rows, clocks, first events. Called inside a decision's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.clocks import Clock, start, start_pace
from tracker.domain.deadlines import DueMoment
from tracker.domain.definition import ClockDefinition, WorkflowDefinition
from tracker.domain.escalation import next_fire_at
from tracker.domain.progress import Schedule
from tracker.domain.values import local_date
from tracker.persistence.repositories.clocks import NewClock, clock_payload
from tracker.persistence.repositories.events import NewEvent
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.context import Floor
from tracker.services.ladder_choice import NewestLadder, ladders_of_campaign
from tracker.services.recording import ENGINE, Doer, event

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
    schedule      for the clock of scheduled progress; None = there is none
    severity_floor  where the matter stands already: it starts there, or it is a paper of this severity
    paper         it is the life of a paper, which is added next, and no duty
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
    schedule: Schedule | None = None
    severity_floor: int = 0
    paper: bool = False


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
    settings = uow.campaigns.settings_of({task.campaign_id for task in new})
    ladders = {campaign_id: ladders_of_campaign(floor.catalog, one) for campaign_id, one in settings.items()}
    alike: dict[tuple[Any, ...], _Started] = {}
    for task_id, task, row in zip(ids, new, rows, strict=True):
        version_id, definition = definitions[task.workflow_key]
        # Thirty thousand tasks of a campaign start a handful of different clocks: those of one measure are alike.
        kind = (
            task.campaign_id, task.workflow_key, row["state"], task.due, task.due_later, task.schedule, task.severity_floor,
        )  # fmt: skip
        if kind not in alike:
            source = ClockSource(task.due, task.schedule, task.severity_floor, due_later=task.due_later)
            newest = ladders[task.campaign_id]
            alike[kind] = _Started.of(
                start_clocks(newest, definition, row["state"], source, task_id=0, now=now, calendar=calendar)
            )
        clocks += [NewClock(task_id, c.clock, c.ladder_version_id, c.next_fire_at) for c in alike[kind].clocks]
        payload = _payload(task, row, version_id, alike[kind].payloads)
        events.append(event(("task", task_id), "task.opened", payload, at=now, by=by))
    uow.clocks.insert_many(clocks, now=now)
    uow.events.begin(events)
    uow.wake()
    return [OpenedTask(task_id, ref, task) for task_id, ref, task in zip(ids, refs, new, strict=True)]


@dataclass(frozen=True)
class ClockSource:
    """What a task's source says to its clocks: by when, how much by when, from which severity on.

    due_later     the due moment exists only once the unit has signed; clocks that take it from the source wait
    """

    due: DueMoment | None = None
    schedule: Schedule | None = None
    severity_floor: int = 0
    due_later: bool = False


def start_clocks(
    newest_ladder: NewestLadder, definition: WorkflowDefinition, state: str, source: ClockSource, *,
    task_id: int, now: datetime, calendar: WorkingCalendar, already: frozenset[str] = frozenset(),
    counted_from: date | None = None,
) -> list[NewClock]:  # fmt: skip
    """Return the clocks that begin to run when a task enters `state` and have never run before.

    Their periods count from the day `counted_from` where it did so earlier than anybody here knew.
    """
    started = []
    for one in definition.clocks.values():
        if one.name in already or state not in one.runs_in or one.runs_while is not None:
            continue
        climbed = newest_ladder(definition.key, one.ladder)
        clock = _start(one, source, counted_from, now=now, calendar=calendar) if climbed is not None else None
        if climbed is None or clock is None:
            continue
        ladder_id, ladder = climbed
        started.append(NewClock(task_id, clock, ladder_id, next_fire_at(clock, ladder, calendar, now=now)))
    return started


def _start(
    definition: ClockDefinition, source: ClockSource, counted_from: date | None, *, now: datetime,
    calendar: WorkingCalendar,
) -> Clock | None:  # fmt: skip
    """Return the clock; None when it does not exist for this task, or not yet."""
    floor = source.severity_floor
    if definition.paced:
        if source.schedule is None:
            return None
        return start_pace(definition, source.schedule, now=now, calendar=calendar, severity_floor=floor)
    if source.due_later and definition.from_measure:
        return None
    return start(
        definition, now=now, calendar=calendar, given=source.due, severity_floor=floor, counted_from=counted_from
    )  # fmt: skip


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
        "severity_floor": task.severity_floor, "paper": task.paper,
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
