"""A change set in words, the same on the screen and at the command line. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tracker.domain.changing import ROLE_WORDS, Change, ChangeKind, Impact
from tracker.domain.timings import Timing

SayDue = Callable[[Timing], str]


def change_lines(change: Change, *, say_due: SayDue, names: Mapping[str, str]) -> tuple[str, ...]:
    """Return what a change says, old against new, one line each."""
    present, wanted = change.present, change.wanted
    units = "、".join(f"{names.get(key, key)}{_role(role)}" for key, role in change.duties)
    match change.kind:
        case ChangeKind.ADDED if wanted is not None:
            return (wanted.text, f"单位：{units}。", f"完成时限：{say_due(wanted.due)}。")
        case ChangeKind.REDATED if present is not None and wanted is not None:
            return (f"完成时限由{say_due(present.due)}改为{say_due(wanted.due)}。",)
        case ChangeKind.REWORDED if present is not None and wanted is not None:
            pairs = (("序号", present.ordinal, wanted.ordinal), ("名称", present.title, wanted.title),
                     ("要求", present.text, wanted.text))  # fmt: skip
            return tuple(f"{what}由“{old}”改为“{new}”。" for what, old, new in pairs if old != new)
        case ChangeKind.UNITS_ADDED:
            return (f"增加：{units}。",)
        case _:
            return (f"撤出：{units}。",)


def impact_line(impact: Impact) -> str:
    """Return how much a change touches."""
    opened = f"新下达{impact.opens}项任务" if impact.opens else ""
    parts = "（配合单位各得自己的一部分）" if impact.opens and _joins(impact.change) else ""
    touched = f"涉及{len(impact.tasks)}项任务" if impact.tasks or not opened else ""
    return "，".join(part for part in (f"{opened}{parts}", touched, f"{len(impact.units)}个单位") if part) + "。"


def _joins(change: Change) -> bool:
    return any(role == "support" for _, role in change.duties)


def _role(role: str) -> str:
    word = ROLE_WORDS.get(role, "")
    return f"（{word}）" if word else ""
