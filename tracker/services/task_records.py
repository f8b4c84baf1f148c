"""What the record says of one task: its events, what follows from them, and how far a viewer may look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tracker.domain.auditing import TaskEvent
from tracker.domain.clock_words import starts_anew
from tracker.domain.clocks import DUTY_CLOCKS, ClockStatus
from tracker.domain.definition import WorkflowDefinition
from tracker.domain.errors import NotFound
from tracker.domain.papers import INTERNAL_STATES, is_internal
from tracker.domain.permissions import OFFICE_SIDE, Action, Place, Viewer, may
from tracker.domain.timeline import Rules, Timeline, timeline
from tracker.domain.timeline_words import Words
from tracker.domain.values import WaitsFor
from tracker.persistence.models import Notice, Task
from tracker.persistence.queries.history import HistoryEvent, read_histories
from tracker.persistence.queries.units import unit_names
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.context import Floor, Setting, setting_of, settings_of

#: Clocks of the office's own that a unit does not see on a paper that it was issued.
OFFICE_CLOCKS = frozenset({"decide"})
NOT_THERE = "没有这个编号，或者您无权查看。"


@dataclass(frozen=True)
class TaskRecord:
    """A task as its events tell it. `state` is theirs, not the table's; `inside` = the viewer is of the issuing office."""

    task: Task
    setting: Setting
    definition: WorkflowDefinition
    history: Sequence[HistoryEvent]
    events: Sequence[TaskEvent]
    state: str
    words: Words
    line: Timeline
    inside: bool
    issued_at: datetime | None
    over: frozenset[str] = frozenset()


def check_may_see(uow: UnitOfWork, viewer: Viewer | None, task: Task, *, internal: bool) -> Setting:
    """Return the setting of a task; raises NotFound where the viewer may not see it. None = the operator."""
    setting = setting_of(uow, task)
    if not _may_see(viewer, setting, task, internal=internal):
        raise NotFound(NOT_THERE)
    return setting


def _may_see(viewer: Viewer | None, setting: Setting, task: Task, *, internal: bool) -> bool:
    return viewer is None or may(viewer, Action.SEE_TASK, setting.place(task, internal=internal))


def is_inside(viewer: Viewer | None, setting: Setting, task: Task) -> bool:
    """Tell whether the viewer sees the matter from within the issuing office, or decides in its place."""
    if viewer is None:
        return True
    risen = setting.risen(task)
    place = Place(setting.office.unit_id, task.campaign_id, internal=True, risen=risen)
    return bool(viewer.roles() & OFFICE_SIDE or risen) and may(viewer, Action.SEE_TASK, place)


def read_record(uow: UnitOfWork, floor: Floor, viewer: Viewer | None, task: Task) -> TaskRecord:
    """Return what the record says of a task; raises NotFound where the viewer may not see it."""
    found = read_records(uow, floor, viewer, [task])
    if task.id not in found:
        raise NotFound(NOT_THERE)
    return found[task.id]


@dataclass(frozen=True)
class _Read:
    """What was read for several tasks at once, by task; names by unit."""

    settings: Mapping[int, Setting]
    histories: Mapping[int, Sequence[HistoryEvent]]
    notices: Mapping[int, Notice]
    uppers: Mapping[int, str]


def read_records(uow: UnitOfWork, floor: Floor, viewer: Viewer | None, tasks: Sequence[Task]) -> dict[int, TaskRecord]:
    """Return the records of those tasks that the viewer may see, by task, in as many queries as that of one takes."""
    settings = settings_of(uow, tasks)
    seen = [
        task for task in tasks
        if _may_see(viewer, settings[task.id], task, internal=is_internal(task.workflow_key, task.state))
    ]  # fmt: skip
    ids = [task.id for task in seen]
    uppers = [unit for task in seen if (unit := _upper_of(task)) is not None]
    read = _Read(
        settings, read_histories(uow.session, kind="task", subjects=ids), uow.notices.of_tasks(ids),
        unit_names(uow.session, uppers),
    )  # fmt: skip
    now = floor.clock.now()
    return {task.id: _record(floor, viewer, task, read, now=now) for task in seen}


def _upper_of(task: Task) -> int | None:
    """Return the unit that judges a share."""
    return task.upper_unit_id if task.tie == "share" else None


def _record(floor: Floor, viewer: Viewer | None, task: Task, read: _Read, *, now: datetime) -> TaskRecord:
    setting, history = read.settings[task.id], read.histories[task.id]
    definition = floor.catalog.workflow(task.workflow_version_id)
    events = [TaskEvent(one.at, one.kind, one.payload) for one in history]
    state = state_by_events(events, definition)
    inside = is_inside(viewer, setting, task)
    waits_for = definition.states[state].waits_for
    upper = _upper_of(task)
    judge = read.uppers[upper] if upper is not None else "督导组"
    shown = definition.states[state]
    ended = "已办结" if shown.done or not shown.final else f"“{shown.title}”"
    words = Words(definition, now, judge, waits_for.value, ended)
    over = clocks_that_are_over(events, definition, state)
    line = timeline(events, Rules(floor.catalog.ladder, floor.calendars.calendar), now=now, over=over)
    notice = read.notices.get(task.id) if definition.paper else None
    issued_at = notice.issued_at if notice is not None else None
    if issued_at is not None and not inside:
        line = line.seen_from(_left_the_office(events), issued_at, hidden=OFFICE_CLOCKS)
    return TaskRecord(task, setting, definition, history, events, state, words, line, inside, issued_at, over)


def state_by_events(events: Sequence[TaskEvent], definition: WorkflowDefinition) -> str:
    """Return the state in which the record leaves the task."""
    named = (str(e.payload.get("to") or e.payload.get("state")) for e in reversed(events) if e.kind in STATE_KINDS)
    return next((state for state in named if state in definition.states), definition.initial)


STATE_KINDS = frozenset({"task.moved", "task.opened"})


def _left_the_office(events: Sequence[TaskEvent]) -> int:
    """Return the place of the event by which a paper was issued; past the last one while it was not."""
    moves = (n for n, e in enumerate(events) if e.kind == "task.moved" and e.payload.get("to") not in INTERNAL_STATES)
    return next(moves, len(events))


def clocks_that_are_over(events: Sequence[TaskEvent], definition: WorkflowDefinition, state: str) -> frozenset[str]:
    """Return the stopped clocks whose present due moment can never count again, whatever step is taken from `state`.

    A duty that is met is over, even if a look-back could still give it its next date.
    """
    statuses = {
        name: ClockStatus(said["status"]) for e in events for name, said in (e.payload.get("clocks") or {}).items()
    }
    held = {name for name, status in statuses.items() if status is ClockStatus.HELD}
    done = definition.states[state].done
    reachable = _reachable(definition, state)
    return frozenset(
        name for name in held
        if (done and name in DUTY_CLOCKS) or starts_anew(name, definition)
        or (name in definition.clocks and not definition.clocks[name].runs_in & reachable)
    )  # fmt: skip


def _reachable(definition: WorkflowDefinition, state: str) -> frozenset[str]:
    found: set[str] = set()
    waiting = [state]
    while waiting:
        here = waiting.pop()
        ahead = {step.target for step in definition.transitions if here in step.sources} - found
        found |= ahead
        waiting += sorted(ahead)
    return frozenset(found)


def waits_for_at(record: TaskRecord, moment: datetime) -> WaitsFor:
    """Return whose move it was from `moment` on, by the record."""
    until = [event for event in record.events if event.at <= moment]
    return record.definition.states[state_by_events(until, record.definition)].waits_for
