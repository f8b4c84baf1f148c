"""A planned visit that is changed before it begins: what became different, kept as plain values and said in words. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tracker.domain.deadlines import show_day
from tracker.domain.visits import MANNERS, VisitPlan

#: Of a list of names so many are said; the rest is counted.
MOST_NAMES = 8
#: What a unit that was told of a visit is told again when it changes: not who comes, and not where else they go.
FOR_UNITS = frozenset({"from_on", "to_on", "ground", "measures"})


@dataclass(frozen=True)
class Named:
    """What plans name, by row ids; units of a draw by their keys."""

    units: set[int] = field(default_factory=set)
    measures: set[int] = field(default_factory=set)
    people: set[int] = field(default_factory=set)
    unit_keys: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class VisitNames:
    """What plans name, row id → name; of units also key → row id."""

    units: Mapping[int, str]
    measures: Mapping[int, str]
    people: Mapping[int, str]
    unit_keys: Mapping[str, int]

    def of_code(self, code: str) -> str:
        """Return the name of a unit by its key."""
        return self.units.get(self.unit_keys.get(code, 0), code)


@dataclass(frozen=True)
class Changed:
    """What a change made different: field → value before and after. The days always come as a pair."""

    was: Mapping[str, Any]
    now: Mapping[str, Any]

    def only(self, fields: frozenset[str]) -> Changed:
        """Return the part about these fields."""
        return Changed(
            {name: value for name, value in self.was.items() if name in fields},
            {name: value for name, value in self.now.items() if name in fields},
        )

    def __bool__(self) -> bool:
        return bool(self.now)


def plain_plan(plan: VisitPlan) -> dict[str, Any]:
    """Return a plan as an event holds it; what has no order is sorted."""
    return {
        "from_on": plan.from_on.isoformat(), "to_on": plan.to_on.isoformat(), "ground": plan.ground,
        "filed_as": plan.filed_as, "announced": plan.announced, "units": sorted(plan.units),
        "measures": sorted(plan.measures), "team": sorted(plan.people), "in_charge": plan.in_charge,
    }  # fmt: skip


def differences(was: VisitPlan, now: VisitPlan) -> Changed:
    """Return what is different, empty when nothing is."""
    before, after = plain_plan(was), plain_plan(now)
    fields = {name for name in before if before[name] != after[name]}
    if fields & {"from_on", "to_on"}:
        fields |= {"from_on", "to_on"}
    return Changed(
        {name: value for name, value in before.items() if name in fields},
        {name: value for name, value in after.items() if name in fields},
    )


def same_plan(one: VisitPlan, other: VisitPlan) -> bool:
    """Tell whether two plans mean the same, in whatever order their units, measures and people are named."""
    return plain_plan(one) == plain_plan(other)


def change_lines(changed: Changed, names: VisitNames, *, told: bool = False) -> tuple[str, ...]:
    """Return what is different in words, a line for each thing and without a full stop.

    told   for a message, which is kept after people left: it counts them and does not name them
    """
    was, now = changed.was, changed.now
    lines = []
    if "from_on" in now:
        lines.append(f"日期由{_days(was)}改为{_days(now)}")
    if "ground" in now:
        lines.append(f"检查依据改为“{now['ground']}”")
    if "filed_as" in now:
        lines.append(f"计划或备案编号由“{was['filed_as'] or '无'}”改为“{now['filed_as'] or '无'}”")
    if "announced" in now:
        lines.append(f"方式改为{MANNERS[bool(now['announced'])]}")
    if "units" in now:
        lines += _moved(was["units"], now["units"], "增加单位", "去掉单位", _of(names.units, "已撤并的单位"))
    if "measures" in now:
        said = say_names([names.measures.get(one, "已撤回的措施") for one in now["measures"]])
        lines.append(f"检查范围改为{said or '全部措施'}")
    if "team" in now:
        people = None if told else _of(names.people, "已离任的人员")
        lines += _moved(was["team"], now["team"], "增加成员", "减少成员", people)
    if "in_charge" in now:
        other = None if told else names.people.get(now["in_charge"])
        lines.append(f"负责人改为{other or '另一位成员'}")
    return tuple(lines)


def say_names(names: Sequence[str]) -> str:
    """Return names in a row, the first few where there are many."""
    return "、".join(names[:MOST_NAMES]) + (f"等{len(names)}个" if len(names) > MOST_NAMES else "")


def _moved(
    was: Sequence[int], now: Sequence[int], more: str, less: str, name: Callable[[int], str] | None
) -> list[str]:  # fmt: skip
    added, gone = [one for one in now if one not in set(was)], [one for one in was if one not in set(now)]
    both = [(title, some) for title, some in ((more, added), (less, gone)) if some]
    if name is None:
        return [f"{title}{len(some)}人" for title, some in both]
    return [f"{title}：{say_names([name(one) for one in some])}" for title, some in both]


def _of(names: Mapping[int, str], otherwise: str) -> Callable[[int], str]:
    return lambda one: names.get(one, otherwise)


def _days(plain: Mapping[str, Any]) -> str:
    first, last = (show_day(date.fromisoformat(plain[name])) for name in ("from_on", "to_on"))
    return first if first == last else f"{first}至{last}"
