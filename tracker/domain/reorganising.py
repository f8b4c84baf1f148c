"""Merging, renaming and splitting units: what stands against it, and what moves where. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tracker.domain.campaign_file import MAX_SHORT_NAME
from tracker.domain.errors import FieldProblem
from tracker.domain.roster.present import PresentUnit

LONGEST_REASON = 500
LONGEST_BACK = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A task that is not final, with all that a change set shows of it."""

    id: int
    ref: str
    title: str
    version: int
    unit_id: int
    unit_name: str
    campaign_id: int
    campaign_title: str
    office_unit_id: int
    state: str
    due_on: date | None
    workflow_version_id: int
    in_draft: bool = False


@dataclass(frozen=True, slots=True)
class NewUnit:
    """A unit that a split makes."""

    key: str
    name: str
    short_name: str = ""


@dataclass(frozen=True)
class ChangeSet:
    """What a merger or split would do, before it is done.

    sources     the units that are merged away or split up
    blocking    what stands against it, as sentences; nothing is done while there is one
    notes       what people should know of it, as sentences
    """

    sources: tuple[PresentUnit, ...]
    tasks: tuple[OpenTask, ...] = ()
    posts: int = 0
    children: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    target: PresentUnit | None = None
    blocking: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def digest(self) -> str:
        """Return a fingerprint of the tasks and units, so that what is done is what was shown."""
        whole = repr((
            [unit.id for unit in self.sources], self.target.id if self.target else None,
            [(task.id, task.version, task.unit_id) for task in self.tasks], self.children,
        ))  # fmt: skip
        return hashlib.sha256(whole.encode()).hexdigest()[:32]


def why_day_unfit(on: date, today: date) -> str | None:
    """Return why an act cannot bear this date; None when it can."""
    if on > today:
        return "日期不能晚于今天。请到生效当天再办理。"
    if on < today - LONGEST_BACK:
        return "日期早于一年以前。请核对年份。"
    return None


def why_names_unfit(name: str, short_name: str) -> list[FieldProblem]:
    """Return what is wrong with a unit's new names."""
    problems = []
    if not 1 <= len(name) <= 60:
        problems.append(FieldProblem("name", "请填写名称，最多60个字。"))
    if len(short_name) > MAX_SHORT_NAME:
        problems.append(FieldProblem("short_name", f"简称最多{MAX_SHORT_NAME}个字（短信用）。"))
    return problems


def why_name_taken(units: Mapping[str, PresentUnit], name: str, parent_key: str | None, *, but: str = "") -> str | None:
    """Return that another unit bears the name under the same parent; None when none does."""
    for unit in units.values():
        if unit.ended_on is None and unit.key != but and (unit.name, unit.parent_key) == (name, parent_key):
            return f"同一上级下已有“{name}”（编码 {unit.key}）。请换一个名称。"
    return None


def lies_below(units: Mapping[str, PresentUnit], key: str, top: str) -> bool:
    """Tell whether a unit is `top` or hangs below it."""
    at: str | None = key
    seen: set[str] = set()
    while at is not None and at not in seen:
        if at == top:
            return True
        seen.add(at)
        at = units[at].parent_key if at in units else None
    return False


def reasons_against_merging(
    sources: Sequence[PresentUnit],
    target: PresentUnit,
    *,
    units: Mapping[str, PresentUnit],
    office_keys: Collection[str],
) -> list[str]:
    """Return what stands against merging `sources` into `target`."""
    found = []
    if not sources:
        found.append("请至少选择一个要并入的单位。")
    for unit in sources:
        if unit.id == target.id:
            found.append(f"“{unit.name}”不能并入它自己。")
        elif lies_below(units, target.key, unit.key):
            found.append(f"“{target.name}”在“{unit.name}”之下，上级单位不能并入下级。")
        if unit.key in office_keys:
            found.append(f"“{unit.name}”是专项行动的印发单位，不能撤并。")
    for unit in (*sources, target):
        if unit.ended_on is not None:
            found.append(f"“{unit.name}”已在{unit.ended_on}撤并。")
    return list(dict.fromkeys(found))


def reasons_against_splitting(
    unit: PresentUnit, *, ends: bool, children: Sequence[str], office_keys: Collection[str]
) -> list[str]:
    """Return what stands against splitting a unit; `ends` = it does not go on itself."""
    found = []
    if unit.ended_on is not None:
        found.append(f"“{unit.name}”已在{unit.ended_on}撤并。")
    if ends and unit.key in office_keys:
        found.append(f"“{unit.name}”是专项行动的印发单位，不能撤销；可以选“原单位保留”。")
    if ends and children:
        listed = "、".join(children[:5])
        found.append(f"下面还有{len(children)}个单位（{listed}…）。请先改它们的隶属，或选“原单位保留”。")
    return found


def last_day(starts_on: date, on: date) -> tuple[date, date]:
    """Return the span of a post that ends because its unit does on a day: the day before is its last."""
    last = on - timedelta(days=1)
    return min(starts_on, last), last
