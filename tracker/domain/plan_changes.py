"""What an edit of a plan draft changed: enough to take it back, and in words for the record. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tracker.domain.inputs import cleaned
from tracker.domain.plan_drafts import Content, Measure

#: What is recorded of a proposal, and what the page calls it.
FIELD_TITLES = {
    "ordinal": "序号", "title": "名称", "text": "工作要求", "path": "所在标题", "workflow": "流程", "leads": "责任单位",
    "supports": "配合单位", "joint": "联合任务", "when": "时限", "kept": "保留", "accepted": "认可", "spans": "出处",
}  # fmt: skip
HEAD_TITLES = {
    "title": "行动名称", "summary": "目标和要求", "key": "编码", "word": "机关代字", "starts_on": "开始", "ends_on": "结束",
    "rhythm_every": "长期坚持的周期", "rhythm_by_day": "长期坚持的日期", "units": "单位对应", "ladders": "升级规则",
}  # fmt: skip


def change_between(before: Content, after: Content) -> dict[str, Any]:
    """Return what `taken_back` needs to make `before` of `after`: only what differs, for every edit is kept."""
    changed = {name: value for name, value in before.items() if after[name] != value}
    if "measures" in changed and [one["id"] for one in before["measures"]] == [one["id"] for one in after["measures"]]:
        pairs = zip(changed.pop("measures"), after["measures"], strict=True)
        changed["of_measures"] = [old for old, new in pairs if old != new]
    return changed


def taken_back(content: Content, change: Mapping[str, Any]) -> Content:
    """Return the content before a change."""
    former = {one["id"]: one for one in change.get("of_measures", ())}
    measures = [former.get(one["id"], one) for one in content["measures"]]
    return {**content, "measures": measures, **{name: value for name, value in change.items() if name != "of_measures"}}


def recorded(before: Content, after: Content) -> list[dict[str, Any]]:
    """Return what an edit did, one line for each field, as it enters the record.

    A line is {measure, title, field, from, to}; without `measure` it is about the head. A proposal that is new or
    gone has one line of the field `measure`, one that stands elsewhere in the order one of the field `place`.
    """
    lines: list[dict[str, Any]] = [
        {"field": name, "from": before[name], "to": after[name]} for name in HEAD_TITLES if before[name] != after[name]
    ]
    old = {one["id"]: one for one in before["measures"]}
    new = {one["id"]: one for one in after["measures"]}
    for number, one in new.items():
        if number not in old:
            lines.append(_line(one, "measure", None, one["text"]))
        else:
            lines += [
                _line(one, name, old[number][name], one[name])
                for name in FIELD_TITLES
                if old[number][name] != one[name]
            ]
    lines += [_line(one, "measure", one["text"], None) for number, one in old.items() if number not in new]
    return [*lines, *_elsewhere(before["measures"], after["measures"])]


def reworded(measure: Measure) -> bool:
    """Tell whether somebody has changed a proposal's words from what was read in the plan."""
    return cleaned(measure["text"]) != cleaned(measure["read"])


def _elsewhere(before: Sequence[Measure], after: Sequence[Measure]) -> list[dict[str, Any]]:
    """Return a line for each proposal whose place among those that are in both has changed the most."""
    both = {one["id"] for one in before} & {one["id"] for one in after}
    old = [one["id"] for one in before if one["id"] in both]
    new = [one["id"] for one in after if one["id"] in both]
    if old == new:
        return []
    shifts = {number: new.index(number) - place for place, number in enumerate(old)}
    most = max(abs(shift) for shift in shifts.values())
    named = {one["id"]: one for one in after}
    return [
        _line(named[number], "place", old.index(number) + 1, new.index(number) + 1)
        for number, shift in shifts.items() if abs(shift) == most
    ]  # fmt: skip


def _line(measure: Measure, field: str, before: Any, after: Any) -> dict[str, Any]:
    return {
        "measure": measure["id"], "title": measure["title"] or measure["text"][:20], "field": field, "from": before, "to": after,
    }  # fmt: skip
