"""The listed change set of a running campaign: what differs between its measures and the wanted ones. Pure.

A running campaign is not edited in place. Every difference is a change of its own, listed with what it touches before
anybody decides, and applied with all others or not at all. What was done keeps; a date that people were told moves by
such an act only, with a reason, and earlier only when somebody says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from tracker.domain.cadence import Cadence
from tracker.domain.deadlines import DueMoment, show_day
from tracker.domain.timings import Timing


class ChangeKind(StrEnum):
    """What can happen to a measure."""

    ADDED = "added"
    REDATED = "redated"
    REWORDED = "reworded"
    UNITS_ADDED = "units_added"
    UNITS_REMOVED = "units_removed"
    WITHDRAWN = "withdrawn"


KIND_TITLES = {
    ChangeKind.ADDED: "增加措施", ChangeKind.REDATED: "调整期限", ChangeKind.REWORDED: "修改名称或要求",
    ChangeKind.UNITS_ADDED: "增加单位", ChangeKind.UNITS_REMOVED: "撤出单位", ChangeKind.WITHDRAWN: "撤回措施",
}  # fmt: skip
ROLE_WORDS = {"lead": "牵头", "support": "配合", "each": ""}
#: Changes that take something back or move a date need a reason.
NEED_REASON = frozenset({ChangeKind.REDATED, ChangeKind.UNITS_REMOVED, ChangeKind.WITHDRAWN})


@dataclass(frozen=True)
class MeasureState:
    """A measure as it stands, or as it is wanted. `duties` = unit key → role (each, lead, support).

    `units`, `lead` and `support` are the labels as printed; what they address stands in `duties`.
    """

    key: str
    ordinal: str
    title: str
    text: str
    workflow: str
    due: Timing
    duties: Mapping[str, str]
    units: tuple[str, ...] = ()
    lead: str | None = None
    support: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Return what lists call it."""
        return f"{self.ordinal}{self.title}"


@dataclass(frozen=True)
class Change:
    """One difference. `duties` are the (unit key, role) that it concerns; `wanted` is None for what is withdrawn."""

    kind: ChangeKind
    present: MeasureState | None
    wanted: MeasureState | None
    duties: tuple[tuple[str, str], ...] = ()

    @property
    def measure(self) -> MeasureState:
        """Return the measure by the name under which people know it."""
        found = self.present or self.wanted
        if found is None:
            raise ValueError("a change concerns a measure")
        return found


@dataclass(frozen=True)
class TaskState:
    """A running or ended task, as far as changes look at it. `steps` = the transitions that lead on from its state."""

    id: int
    measure_key: str
    unit_key: str
    tie: str | None
    open: bool
    due_on: date | None
    due_at: datetime | None
    steps: frozenset[str]


@dataclass(frozen=True)
class Impact:
    """What one change will do. `tasks` are touched, `opens` are opened; `kept` and `against` are sentences."""

    change: Change
    tasks: tuple[int, ...] = ()
    opens: int = 0
    units: frozenset[str] = frozenset()
    kept: tuple[str, ...] = ()
    against: tuple[str, ...] = ()


@dataclass(frozen=True)
class Edit:
    """One thing that the office does to one measure: add, edit, redate, withdraw. None = as it is."""

    act: str
    key: str
    ordinal: str | None = None
    title: str | None = None
    text: str | None = None
    workflow: str | None = None
    due: Timing | None = None
    duties: tuple[tuple[str, str], ...] | None = None


def wanted_after(
    present: Sequence[MeasureState], edits: Iterable[Edit], names: Mapping[str, str]
) -> list[MeasureState]:
    """Return the measures as they are wanted once the edits are made. `names` = unit key → printed name.

    Raises KeyError for an edit of a measure that is not there.
    """
    measures = {one.key: one for one in present}
    for edit in edits:
        if edit.act == "withdraw":
            del measures[edit.key]
        elif edit.act == "add":
            measures[edit.key] = _edited(
                MeasureState(edit.key, "", "", "", edit.workflow or "", _some(edit.due), {}), edit, names
            )
        else:
            measures[edit.key] = _edited(measures[edit.key], edit, names)
    return list(measures.values())


def diff(present: Sequence[MeasureState], wanted: Sequence[MeasureState]) -> tuple[list[Change], list[str]]:
    """Return the changes, in the order of the wanted measures with what is withdrawn last; and what cannot be."""
    before = {one.key: one for one in present}
    after = {one.key: one for one in wanted}
    changes: list[Change] = []
    refused: list[str] = []
    for key, want in after.items():
        have = before.get(key)
        if have is None:
            changes.append(Change(ChangeKind.ADDED, None, want, tuple(want.duties.items())))
            continue
        refused += _refusals(have, want)
        changes += _differences(have, want)
    changes += [
        Change(ChangeKind.WITHDRAWN, one, None, tuple(one.duties.items()))
        for key, one in before.items()
        if key not in after
    ]
    return changes, refused


def judge(
    change: Change, tasks: Sequence[TaskState], dues: Mapping[int, DueMoment], *, now: datetime, earlier: bool,
    names: Mapping[str, str], begins: date | None = None,
) -> Impact:  # fmt: skip
    """Return what a change will do to the tasks of its measure.

    dues     new due moments by task id; under 0 that of a task opened now
    earlier  somebody has said that dates may move forward
    begins   from when a changed cadence holds; None for a date
    """
    match change.kind:
        case ChangeKind.REDATED if begins is not None:
            return _judge_cadence(change, tasks, dues, now=now, earlier=earlier, begins=begins)
        case ChangeKind.REDATED:
            return _judge_dates(change, tasks, dues, now=now, earlier=earlier)
        case ChangeKind.ADDED | ChangeKind.UNITS_ADDED:
            return _judge_openings(change, tasks, dues, now=now, names=names)
        case ChangeKind.REWORDED:
            open_now = [task for task in tasks if task.open]
            return Impact(change, tuple(t.id for t in open_now), units=frozenset(t.unit_key for t in open_now))
        case ChangeKind.WITHDRAWN | ChangeKind.UNITS_REMOVED:
            return _judge_ends(change, tasks)


def _judge_dates(
    change: Change, tasks: Sequence[TaskState], dues: Mapping[int, DueMoment], *, now: datetime, earlier: bool
) -> Impact:
    touched, kept, against = [], [], []
    done = sum(1 for task in tasks if task.tie is None and not task.open)
    for task in tasks:
        new = dues.get(task.id)
        if not task.open or task.tie is not None or new is None or task.due_at is None or task.due_on is None:
            continue
        if new.due_at == task.due_at:
            continue
        if new.due_at <= now:
            against.append(f"新期限{show_day(new.due_on)}已经过去，请改成以后的日期。")
        elif new.due_at < task.due_at and not earlier:
            against.append(
                f"新期限{show_day(new.due_on)}比有的单位现在的期限{show_day(task.due_on)}早；"
                "已告知的期限只能向后，确要提前的，请勾选“确认提前”并写明理由，系统会通知单位。"
            )
        else:
            touched.append(task)
    if done:
        kept.append(f"{done}项已办结或已撤回，保持不变。")
    return Impact(
        change, tuple(t.id for t in touched), units=frozenset(t.unit_key for t in touched), kept=tuple(kept),
        against=tuple(dict.fromkeys(against)),
    )  # fmt: skip


def _judge_cadence(
    change: Change, tasks: Sequence[TaskState], dues: Mapping[int, DueMoment], *, now: datetime, earlier: bool,
    begins: date,
) -> Impact:  # fmt: skip
    """Move the running period's date along where it may move; every period that begins later follows the new cadence."""
    touched = [
        task for task in tasks
        if task.open and task.tie is None and task.due_at is not None and (new := dues.get(task.id)) is not None
        and new.due_at > now and (new.due_at > task.due_at or (earlier and new.due_at < task.due_at))
    ]  # fmt: skip
    running = sum(1 for task in tasks if task.open and task.tie is None) - len(touched)
    kept = [f"从{show_day(begins)}起开始的各期按新的周期。"]
    kept += [f"已经开始的{running}项期限不变。"] if running else []
    units = frozenset((change.wanted or change.measure).duties)
    return Impact(change, tuple(task.id for task in touched), units=units, kept=tuple(kept))


def _judge_openings(
    change: Change,
    tasks: Sequence[TaskState],
    dues: Mapping[int, DueMoment],
    *,
    now: datetime,
    names: Mapping[str, str],
) -> Impact:
    against = []
    new = dues.get(0)
    if new is not None and new.due_at <= now:
        against.append(f"完成时限{show_day(new.due_on)}已经过去，新增的任务没有办理时间，请同时调整期限。")
    if change.kind is ChangeKind.UNITS_ADDED:
        had = {task.unit_key for task in tasks if task.tie != "share"}
        against += [
            f"{names.get(key, key)}以前承担过这项措施，已撤出，不能加回原措施；确需再办的请另加一项措施。"
            for key, _ in change.duties
            if key in had
        ]
        joins = [key for key, role in change.duties if role == "support"]
        if joins and not any(task.open and task.tie is None for task in tasks):
            against.append("牵头单位的任务已经结束，不能再增加配合单位。")
    units = frozenset(key for key, _ in change.duties)
    return Impact(change, opens=len(change.duties), units=units, against=tuple(against))


def _judge_ends(change: Change, tasks: Sequence[TaskState]) -> Impact:
    leaving = {key for key, _ in change.duties}
    whole = change.kind is ChangeKind.WITHDRAWN
    mine = [task for task in tasks if whole or (task.unit_key in leaving and task.tie != "share")]
    touched = [task for task in mine if task.open and "withdraw" in task.steps]
    done = sum(1 for task in mine if not task.open)
    stuck = sum(1 for task in mine if task.open and "withdraw" not in task.steps)
    kept = [f"{done}项已办结或已撤回，保持不变。"] if done else []
    kept += [f"{stuck}项所处的环节不能撤回，照常办完。"] if stuck else []
    return Impact(change, tuple(t.id for t in touched), units=frozenset(t.unit_key for t in touched), kept=tuple(kept))


def _differences(have: MeasureState, want: MeasureState) -> list[Change]:
    found = []
    if (have.ordinal, have.title, have.text) != (want.ordinal, want.title, want.text):
        found.append(Change(ChangeKind.REWORDED, have, want))
    if have.due != want.due and isinstance(have.due, Cadence) == isinstance(want.due, Cadence):
        found.append(Change(ChangeKind.REDATED, have, want))
    joining = tuple((key, role) for key, role in want.duties.items() if key not in have.duties)
    leaving = tuple((key, role) for key, role in have.duties.items() if key not in want.duties)
    found += [Change(ChangeKind.UNITS_ADDED, have, want, joining)] if joining else []
    found += [Change(ChangeKind.UNITS_REMOVED, have, want, leaving)] if leaving else []
    return found


def _refusals(have: MeasureState, want: MeasureState) -> list[str]:
    if have.workflow != want.workflow:
        return [f"“{have.name}”的流程不能在进行中更换，请撤回这项措施，另加一项。"]
    if isinstance(have.due, Cadence) != isinstance(want.due, Cadence):
        return [f"“{have.name}”不能在进行中由一次性改为按期报送，或者反过来，请撤回这项措施，另加一项。"]
    if not want.duties:
        return [f"“{have.name}”至少要留一个单位；不再需要的，请撤回整项措施。"]
    changed = [key for key, role in want.duties.items() if have.duties.get(key, role) != role]
    if changed or _lead(have) != _lead(want):
        return [f"“{have.name}”的牵头单位和承担方式不能在进行中更换，请撤回这项措施，另加一项。"]
    return []


def _lead(measure: MeasureState) -> list[str]:
    return [key for key, role in measure.duties.items() if role == "lead"]


def _edited(measure: MeasureState, edit: Edit, names: Mapping[str, str]) -> MeasureState:
    worded = replace(
        measure,
        ordinal=measure.ordinal if edit.ordinal is None else edit.ordinal,
        title=measure.title if edit.title is None else edit.title,
        text=measure.text if edit.text is None else edit.text,
        due=_timed(measure.due, edit.due),
    )
    if edit.duties is None or dict(edit.duties) == dict(measure.duties):
        return worded
    by_role: dict[str, list[str]] = {}
    for key, role in edit.duties:
        by_role.setdefault(role, []).append(names.get(key, key))
    return replace(
        worded, duties=dict(edit.duties), units=tuple(by_role.get("each", ())),
        lead=next(iter(by_role.get("lead", ())), None), support=tuple(by_role.get("support", ())),
    )  # fmt: skip


def _timed(present: Timing, typed: Timing | None) -> Timing:
    """Return the wanted timing; a cadence typed anew keeps the days between which the present one runs."""
    if isinstance(typed, Cadence) and isinstance(present, Cadence):
        return replace(typed, starts_by=present.starts_by, from_on=present.from_on, until_on=present.until_on)
    return typed or present


def _some(due: Timing | None) -> Timing:
    if due is None:
        raise ValueError("a new measure needs a due rule")
    return due
