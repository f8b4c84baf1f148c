"""What hangs on a task, as its page shows it: parts of a joint duty, shares handed down, their numbers and sums."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.definition import FieldType, FormDefinition, WorkflowDefinition
from tracker.domain.fields import describe_values
from tracker.domain.lights import LATE, LIGHTS, Light
from tracker.domain.rollup import LowerReturn, RollUp, roll_up
from tracker.persistence.queries.task_page import TaskHead, TaskPage
from tracker.persistence.queries.tied import ProblemBelow, TiedTask
from tracker.web.showing import left_or_late

Workflows = Callable[[int], WorkflowDefinition]


@dataclass(frozen=True)
class TiedRow:
    """One part or share in words."""

    row: TiedTask
    light: Light
    state: str
    left: str
    said: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class TiedGroup:
    """The parts, or the shares, of a task; sums and what is missing from them for shares only."""

    key: str
    title: str
    tally: str
    rows: tuple[TiedRow, ...]
    sums: tuple[tuple[str, str], ...] = ()
    missing: tuple[str, ...] = ()
    problems: tuple[ProblemBelow, ...] = ()


@dataclass(frozen=True)
class TiedView:
    """All that hangs on the task, and the targets that the unit above gave it."""

    groups: tuple[TiedGroup, ...]
    targets: tuple[str, ...] = ()


def present_tied(page: TaskPage, workflow: Workflows, *, now: datetime, calendar: WorkingCalendar) -> TiedView:
    """Return the groups that have rows."""
    groups = []
    for key, title in (("part", "配合单位"), ("share", "分解到下级")):
        mine = [one for one in page.tied if one.tie == key]
        if not mine:
            continue
        rows = tuple(_row(one, workflow(one.workflow_version_id), now=now, calendar=calendar) for one in mine)
        done, late = sum(one.done for one in mine), sum(row.light.code == "late" for row in rows)
        tally = f"{len(mine)}个单位，办结{done}个{f'，逾期{late}个' if late else ''}"
        if key == "part":
            groups.append(TiedGroup(key, title, tally, rows))
            continue
        form = report_form(workflow(page.head.workflow_version_id))
        sums = rolled_up(form, mine)
        said = tuple(describe_values(form, dict(sums.sums), {})) if form else ()
        groups.append(TiedGroup(key, title, tally, rows, said, sums.missing, page.problems_below))
    return TiedView(tuple(groups), targets_of(page.head, workflow(page.head.workflow_version_id)))


def report_form(definition: WorkflowDefinition) -> FormDefinition | None:
    """Return the form with which a unit reports: the first that the unit itself fills."""
    keys = (step.form for step in definition.transitions if step.form is not None and "unit" in step.by)
    return next((definition.forms[key] for key in keys), None)


def rolled_up(form: FormDefinition | None, shares: Iterable[TiedTask]) -> RollUp:
    """Return the sums of what the lower units returned; what was called off is not waited for."""
    if form is None:
        return RollUp({}, ())
    return roll_up(form, [
        LowerReturn(one.unit_name, one.form_key == form.key and (one.done or one.waits_for != "unit"), one.values)
        for one in shares
        if one.done or not one.final
    ])  # fmt: skip


def targets_of(head: TaskHead, definition: WorkflowDefinition) -> tuple[str, ...]:
    """Return the targets that the upper unit gave, with the titles and units of their fields."""
    given: Mapping[str, Any] = head.brief.get("targets") or {}
    form = report_form(definition)
    fields = form.fields if form else ()
    return tuple(f"{one.title}{given[one.name]}{one.unit}" for one in fields if one.name in given)


def count_fields(definition: WorkflowDefinition) -> list[tuple[str, str, str]]:
    """Return name, title and unit of the counts that a unit reports."""
    form = report_form(definition)
    return [(one.name, one.title, one.unit) for one in (form.fields if form else ()) if one.type is FieldType.COUNT]


def _row(one: TiedTask, definition: WorkflowDefinition, *, now: datetime, calendar: WorkingCalendar) -> TiedRow:
    left = (
        left_or_late(one.due_on, one.due_at, now=now, calendar=calendar, asked=one.light != LATE.code)
        if one.waits_for == "unit"
        else ""
    )
    return TiedRow(one, LIGHTS[one.light], definition.states[one.state].title, left, tuple(_said(one, definition)))


def _said(one: TiedTask, definition: WorkflowDefinition) -> Sequence[tuple[str, str]]:
    form = definition.forms.get(one.form_key or "")
    if form is None or one.values is None:
        return ()
    shown = FieldType.LONG_TEXT if one.tie == "part" else FieldType.COUNT
    names = {field.name for field in form.fields if field.type is shown}
    return describe_values(form, {name: value for name, value in one.values.items() if name in names}, {})
