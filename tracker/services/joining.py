"""Joint duties: one task at the unit that leads, and a part of it for each unit that supports (DESIGN.md §3a).

A part is a task of the shipped workflow `support`: its own clock, its own ladder, its own lateness. When the
lead's task ends, its parts end with it; when it is called off, so is all that hangs below.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tracker.domain.definition import TransitionDefinition
from tracker.domain.reachability import SUPPORT
from tracker.persistence.models import Campaign, Task
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.announcing import Announcement, announce, facts_of
from tracker.services.context import Floor, Setting
from tracker.services.ending import Ending, end_many
from tracker.services.opening import NewTask, OpenedTask, open_tasks
from tracker.services.recording import ENGINE, Doer

LEAD_ENDED = "牵头任务已办结，这一部分不再需要。"


def open_parts(
    uow: UnitOfWork, floor: Floor, leads: Sequence[OpenedTask], *, now: datetime, by: Doer = ENGINE
) -> list[OpenedTask]:
    """Open the part of every supporter of the joint measures among tasks just opened, with the lead's due moment."""
    measures = {lead.new.measure_id for lead in leads if lead.new.measure_id is not None and lead.new.tie is None}
    supporters = uow.campaigns.supporters(sorted(measures)) if measures else []
    return open_parts_for(uow, floor, leads, [(s.id, s.measure_id, s.unit_id) for s in supporters], now=now, by=by)


def open_parts_for(
    uow: UnitOfWork, floor: Floor, leads: Sequence[OpenedTask], supporters: Sequence[tuple[int, int, int]], *,
    now: datetime, by: Doer = ENGINE,
) -> list[OpenedTask]:  # fmt: skip
    """Open parts for supporters (assignment, measure, unit) of the tasks that lead these measures."""
    by_measure: dict[int, list[tuple[int, int]]] = {}
    for assignment_id, measure_id, unit_id in supporters:
        by_measure.setdefault(measure_id, []).append((assignment_id, unit_id))
    new = [
        NewTask(
            lead.new.campaign_id, unit_id, SUPPORT, f"配合：{lead.new.title}", due=lead.new.due,
            assignment_id=assignment_id, measure_id=lead.new.measure_id, parent_id=lead.id,
            period_key=lead.new.period_key, tie="part", upper_unit_id=lead.new.unit_id,
        )
        for lead in leads
        if lead.new.tie is None and lead.new.measure_id is not None
        for assignment_id, unit_id in by_measure.get(lead.new.measure_id, ())
    ]  # fmt: skip
    return open_tasks(uow, floor, new, now=now, by=by)


def follow_move(
    uow: UnitOfWork, floor: Floor, task: Task, setting: Setting, by: Doer, reason: str, *, now: datetime
) -> None:
    """Carry on what a move of a task means for the tasks that hang on it, and for the one that it hangs on."""
    if task.final and not task.done:
        ended = withdraw_below(uow, floor, [task], reason, by, now=now)
        tell_withdrawn(uow, setting.campaign, ended, reason, now=now)
    elif task.done:
        _end_parts(uow, floor, task, setting, now=now)
        if task.tie == "part" and not task.final and task.upper_unit_id is not None:
            _tell_lead(uow, task, setting, now=now)


def withdraw_below(
    uow: UnitOfWork, floor: Floor, tasks: Sequence[Task], reason: str, by: Doer, *, now: datetime
) -> list[Ending]:
    """Call off the open parts and shares below tasks that are called off; what is done already keeps."""
    below = uow.tasks.lock_many(uow.tasks.tied_below([task.id for task in tasks]))
    moves = [(task, step) for task in below if (step := _way_out(floor, task)) is not None]
    return end_many(uow, floor, moves, reason=reason, by=by, now=now)


def tell_withdrawn(uow: UnitOfWork, campaign: Campaign, ended: Sequence[Ending], reason: str, *, now: datetime) -> int:
    """Tell units that a task was called off, or that the duty it supports has ended."""
    news = [
        Announcement(
            f"event:{one.event_id}", "withdrawn", one.task.unit_id, one.task.id, facts_of(one.task, reason=reason)
        )
        for one in ended
        if not one.task.done
    ]
    return announce(uow, campaign, news, now=now)


def _end_parts(uow: UnitOfWork, floor: Floor, lead: Task, setting: Setting, *, now: datetime) -> None:
    parts = uow.tasks.lock_many(uow.tasks.tied_below([lead.id], tie="part"))
    moves = []
    for part in parts:
        definition = floor.catalog.workflow(part.workflow_version_id)
        step = definition.transition("settle" if part.done else "lapse")
        if step is not None and part.state in step.sources:
            moves.append((part, step))
    ended = end_many(uow, floor, moves, reason=LEAD_ENDED, by=ENGINE, now=now)
    tell_withdrawn(uow, setting.campaign, ended, LEAD_ENDED, now=now)


def _tell_lead(uow: UnitOfWork, part: Task, setting: Setting, *, now: datetime) -> None:
    news = Announcement(
        f"part:{part.id}:{part.version}", "part_confirmed", part.upper_unit_id or 0, part.id, facts_of(part),
        about=part.unit_id,
    )  # fmt: skip
    announce(uow, setting.campaign, [news], now=now)


def _way_out(floor: Floor, task: Task) -> TransitionDefinition | None:
    """Return the step that ends a task when what it hangs on is called off; None when it must be left as it is."""
    definition = floor.catalog.workflow(task.workflow_version_id)
    step = definition.transition("settle" if task.done else "withdraw")
    return step if step is not None and task.state in step.sources else None
