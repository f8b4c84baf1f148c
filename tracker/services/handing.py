"""Handing a task down (分解下达): a unit splits its duty among units below it, judges what they return, and reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from tracker.domain.deadlines import Cutoff, DueMoment, by_date, show_day
from tracker.domain.definition import FieldType, FormDefinition, TransitionDefinition, WorkflowDefinition
from tracker.domain.errors import FieldProblem, InvalidInput, NotAllowed, NotFound, TransitionNotAllowed
from tracker.domain.inputs import cleaned
from tracker.domain.permissions import Action, Viewer, may
from tracker.domain.rollup import LowerReturn, corrections, roll_up
from tracker.persistence.models import Task
from tracker.persistence.queries.units import units_directly_below
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.announcing import announce, of_opened
from tracker.services.context import Floor
from tracker.services.free_texts import refuse_personal
from tracker.services.opening import NewTask, open_tasks
from tracker.services.recording import doer_at, event
from tracker.services.seeing import check_version, see

LONGEST_NOTE = 500
MOST_TARGET = 100_000_000


@dataclass(frozen=True)
class LowerUnit:
    """A unit directly below. `has_share` = this task is handed down to it already."""

    id: int
    name: str
    has_share: bool


@dataclass(frozen=True)
class Wanted:
    """What was typed: unit ids, the day, a note, targets by count field."""

    units: Sequence[str]
    due_on: str
    note: str = ""
    targets: Mapping[str, str] | None = None


class HandDownService:
    """Opens shares of a task at lower units."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def lower_units(self, viewer: Viewer, *, task_ref: str) -> list[LowerUnit]:
        """Return the units to which the viewer may hand a task down now; empty when there is nothing to offer."""
        with self._floor.uows() as uow:
            task = uow.tasks.get_by_ref(task_ref)
            setting = see(uow, viewer, task)
            definition = self._floor.catalog.workflow(task.workflow_version_id)
            if not may(viewer, Action.HAND_DOWN, setting.place(task)) or why_not(task, definition):
                return []
            shares = {share.unit_id for share in uow.tasks.find_shares(task.id)}
            return [
                LowerUnit(unit.id, unit.name, unit.id in shares)
                for unit in units_directly_below(uow.session, task.unit_id)
            ]

    def hand_down(
        self,
        viewer: Viewer,
        *,
        task_ref: str,
        expected_version: int,
        wanted: Wanted,
        ticks: Mapping[str, object] | None = None,
    ) -> int:
        """Open a share at each unit and tell it; return how many were opened.

        `ticks` are those by which the person stands by a number in the note (`check_personal`).
        Raises NotFound, NotAllowed, TransitionNotAllowed, StaleVersion, or InvalidInput with a sentence a field.
        """
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            task = uow.tasks.get_by_ref(task_ref, lock=True)
            setting = see(uow, viewer, task)
            place = setting.place(task)
            if not may(viewer, Action.HAND_DOWN, place):
                raise NotAllowed("任务由承办单位的联络员或负责人分解下达。")
            definition = self._floor.catalog.workflow(task.workflow_version_id)
            if definition.paper:
                raise NotFound("这是一份文书，不能分解。")
            check_version(task.version, expected_version, definition.states[task.state].title)
            if sentence := why_not(task, definition):
                raise TransitionNotAllowed(sentence)
            refuse_personal(self._floor, task, ticks, note=wanted.note)
            checked = _Checking(uow, self._floor, task, definition, wanted, now).checked()
            by = doer_at(viewer, place, Action.HAND_DOWN)
            brief = {"note": checked.note, "targets": checked.targets}
            opened = open_tasks(
                uow, self._floor,
                [
                    NewTask(
                        task.campaign_id, unit_id, task.workflow_key, task.title, due=checked.due,
                        measure_id=task.measure_id, parent_id=task.id, period_key=task.period_key, tie="share",
                        upper_unit_id=task.unit_id, brief=brief,
                    )
                    for unit_id in checked.names
                ],
                now=now, by=by,
            )  # fmt: skip
            if task.measure_id is not None:
                uow.campaigns.add_shares(task.measure_id, list(checked.names))
            task.version += 1
            uow.form_drafts.forget(task.id, person_id=viewer.person_id, act="hand_down")
            payload = {
                "units": list(checked.names), "unit_names": list(checked.names.values()), "tasks": [o.ref for o in opened],
                "due_on": checked.due.due_on.isoformat(), **brief,
            }  # fmt: skip
            uow.events.append([event(("task", task.id), "task.handed_down", payload, at=now, by=by)])
            announce(uow, setting.campaign, of_opened(opened), now=now)
            self._floor.ring_deliveries(uow)
            uow.commit()
            return len(opened)


def why_not(task: Task, definition: WorkflowDefinition) -> str:
    """Return why a task cannot be handed down now; empty when it can."""
    if task.tie == "part":
        return "配合别的单位的部分不能再往下分解，请直接办理后确认。"
    if task.final or task.done:
        return f"这项任务已经“{definition.states[task.state].title}”，不能再分解。"
    if task.waits_for != "unit" or task.due_on is None:
        return f"这项任务现在是“{definition.states[task.state].title}”，不在本单位手里，不能分解。"
    return ""


def form_sums(uow: UnitOfWork, task: Task, form: FormDefinition) -> Mapping[str, Mapping[str, object]]:
    """Return what the shares of a task add up to in a form."""
    returns = []
    for share in uow.tasks.find_shares(task.id):
        sent = uow.tasks.latest_submission(share.id, form.key)
        stands = sent is not None and (share.done or share.waits_for != "unit")
        returns.append(LowerReturn("", stands, sent.values if sent else None))
    return roll_up(form, returns).sums


def check_corrections(
    uow: UnitOfWork, task: Task, form: FormDefinition, values: Mapping[str, object], reason: str
) -> None:
    """Raise InvalidInput when counts differ from what the lower units returned and nobody says why."""
    differing = corrections(form, form_sums(uow, task, form), values)
    if differing and not reason:
        sentence = f"{'；'.join(differing)}。与下级报来的不一致，请在“理由”里写明更正的原因。"
        raise InvalidInput([FieldProblem("reason", sentence)])


def with_correction(uow: UnitOfWork, task: Task, planned: TransitionDefinition) -> TransitionDefinition:
    """Return the transition, asking for an optional reason where a unit reports what it had handed down."""
    asks = planned.form is not None and planned.reason == "none" and "unit" in planned.by
    return replace(planned, reason="optional") if asks and uow.tasks.find_shares(task.id) else planned


@dataclass(frozen=True)
class _Checked:
    names: dict[int, str]
    due: DueMoment
    note: str
    targets: dict[str, int]


@dataclass(frozen=True)
class _Checking:
    """One reading of what was typed for handing a task down."""

    uow: UnitOfWork
    floor: Floor
    task: Task
    definition: WorkflowDefinition
    wanted: Wanted
    now: datetime

    def checked(self) -> _Checked:
        """Return what was typed, read; raises InvalidInput with a sentence for everything that does not fit."""
        problems: list[FieldProblem] = []
        names = self._units(problems)
        due = self._due(problems)
        note = cleaned(self.wanted.note)
        if len(note) > LONGEST_NOTE:
            problems.append(FieldProblem("note", f"要求最多{LONGEST_NOTE}字，现在是{len(note)}字。"))
        targets = self._targets(problems)
        if problems or due is None:
            raise InvalidInput(problems)
        return _Checked(names, due, note, targets)

    def _units(self, problems: list[FieldProblem]) -> dict[int, str]:
        ids = [
            int(one) for one in dict.fromkeys(self.wanted.units) if one.isascii() and one.isdigit() and len(one) < 16
        ]
        if not ids or len(ids) != len(set(self.wanted.units)):
            problems.append(FieldProblem("units", "请至少勾选一个下级单位。"))
            return {}
        below = self.uow.units.descendants([self.task.unit_id])[self.task.unit_id] - {self.task.unit_id}
        known = self.uow.units.by_id([one for one in ids if one in below])
        if len(known) != len(ids):
            problems.append(
                FieldProblem("units", "只能分解给本单位的下级单位，有勾选的单位不在本单位之下，请重新勾选。")
            )
            return {}
        names = {one: known[one].name for one in ids}
        had = {share.unit_id for share in self.uow.tasks.find_shares(self.task.id)}
        held = self.uow.tasks.units_with_duty(self.task.measure_id, self.task.period_key, ids)
        answering = self.uow.told.answering_units(ids, self.task.campaign_id, now=self.now)
        for unit_id, name in names.items():
            if unit_id in had:
                problems.append(FieldProblem("units", f"已经分解给{name}了，不能重复分解。"))
            elif unit_id in held:
                problems.append(FieldProblem("units", f"{name}自己已有这项措施的任务，不用再分解。"))
            elif unit_id not in answering:
                problems.append(
                    FieldProblem("units", f"{name}没有联络员，也没有负责人，分解下去没有人办，请先登记岗位。")
                )
        return names

    def _due(self, problems: list[FieldProblem]) -> DueMoment | None:
        latest = self.task.due_on
        try:
            day = date.fromisoformat(self.wanted.due_on.strip())
        except ValueError:
            problems.append(FieldProblem("due_on", "请填写要求下级报来的日期，例如 2026-06-30。"))
            return None
        cutoff = next((r.cutoff for r in self.uow.clocks.of_task(self.task.id).values() if r.due_on == latest), "24:00")
        if latest is not None and day > latest:
            problems.append(FieldProblem("due_on", f"不能晚于本单位自己的期限（{show_day(latest)}）。"))
        elif Cutoff(cutoff).on(day) <= self.now:
            problems.append(FieldProblem("due_on", "这个日期已经过去，请改成以后的日期。"))
        return by_date(day, cutoff, calendar=self.floor.calendars.newest(), source="上级单位分解任务时规定")

    def _targets(self, problems: list[FieldProblem]) -> dict[str, int]:
        titles = {
            field.name: field.title
            for step in self.definition.transitions
            if step.form is not None and "unit" in step.by
            for field in self.definition.forms[step.form].fields
            if field.type is FieldType.COUNT
        }
        found: dict[str, int] = {}
        for name, raw in (self.wanted.targets or {}).items():
            typed = cleaned(raw)
            if not typed or name not in titles:
                continue
            if not (typed.isascii() and typed.isdigit()) or int(typed[:12]) > MOST_TARGET:
                problems.append(
                    FieldProblem(f"target_{name}", f"“{titles[name]}”的目标要填整数，现在是“{typed[:20]}”。")
                )
            else:
                found[name] = int(typed)
        return found
