"""The record of a plan draft as people read it: who changed which field from what to what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tracker.domain.cadence import ON_PAGES
from tracker.domain.plan_changes import FIELD_TITLES, HEAD_TITLES, reworded
from tracker.domain.plan_drafts import EVERY_CHOICES, WHEN_TITLES, timing_in_file
from tracker.domain.timings import say_timing, timing_of
from tracker.persistence.queries.history import HistoryEvent
from tracker.services.plan_drafts import DraftRecord
from tracker.services.plan_records import DROPPED, EDITED, HANDED_IN, UNDONE, USED
from tracker.web.history import Entry, who_of

_TITLES = {HANDED_IN: "交来方案", EDITED: "修改", UNDONE: "撤销上一步", USED: "生成行动", DROPPED: "放弃草稿"}
_FLAGS = {
    "accepted": ("认可", "取消认可"), "kept": ("恢复", "去掉"), "joint": ("改为联合任务", "不再是联合任务"),
}  # fmt: skip
_LONGEST = 200
#: key → (title, last day)
Phases = Mapping[str, tuple[str, date]]


@dataclass(frozen=True)
class Reworded:
    """A measure whose words are other than the plan's: both, and who changed them last."""

    measure: dict[str, Any]
    who: str


@dataclass(frozen=True)
class RecordView:
    """The measures with other words than the plan, and every change, the latest first."""

    reworded: Sequence[Reworded]
    entries: Sequence[Entry]


def present_record(record: DraftRecord) -> RecordView:
    """Return what the page of a draft's record shows."""
    changed = [one for one in record.content["measures"] if one["kept"] and reworded(one)]
    phases = {one["key"]: (one["title"], date.fromisoformat(one["ends_on"])) for one in record.content["phases"]}
    entries = [
        Entry(one.at, who_of(one), _TITLES.get(one.kind, one.kind), _lines(one, phases)) for one in record.events
    ]
    return RecordView([Reworded(one, _who_reworded(record.events, one["id"])) for one in changed], entries[::-1])


def _who_reworded(events: Sequence[HistoryEvent], number: int) -> str:
    for one in reversed(events):
        for line in one.payload.get("lines", ()):
            if line.get("measure") == number and line["field"] in ("text", "measure"):
                return who_of(one)
    return ""


def _lines(one: HistoryEvent, phases: Phases) -> tuple[str, ...]:
    match one.kind:
        case kind if kind == HANDED_IN:
            return (f"读出{one.payload.get('measures')}条措施",)
        case kind if kind == USED:
            many = len(one.payload.get("unaccepted", ()))
            return (f"行动 {one.payload.get('campaign')}", *([f"其中{many}条没有认可，知情后一并生成"] if many else []))
    return tuple(said for line in one.payload.get("lines", ()) if (said := _line(line, phases)))


def _line(line: Mapping[str, Any], phases: Phases) -> str:
    field, before, after = line["field"], line["from"], line["to"]
    if "measure" not in line:
        if field == "rhythm_every":
            before, after = (EVERY_CHOICES.get(one, one) for one in (before, after))
        return f"{HEAD_TITLES[field]}：{_said(before)} → {_said(after)}"
    name = f"“{line['title']}”"
    if field in _FLAGS:
        return f"{name}{_FLAGS[field][0 if after else 1]}"
    match field:
        case "measure":
            return f"{name}{'另立为一条' if before is None else '并入别条，不再单列'}"
        case "place":
            return f"{name}从第{before}条移到第{after}条"
        case "spans":
            return ""  # where the words come from moves with what is said of the words
        case "when":
            before, after = (_said_when(one, phases) for one in (before, after))
    return f"{name}{FIELD_TITLES[field]}：{_said(before)} → {_said(after)}"


def _said_when(when: Mapping[str, str], phases: Phases) -> str:
    """Return it as people say it; what is no time yet, as it was typed."""
    title = WHEN_TITLES.get(when["kind"], "")
    if when["kind"] in ("", "rhythm") or (when["kind"] == "phase_end" and when["phase"] not in phases):
        return title
    rule = timing_in_file(when)
    try:
        return say_timing(timing_of(rule.get("due", {}), rule.get("cadence")), phases)
    except ValueError:
        if when["kind"] != "every":
            return "，".join(filter(None, (title, when["days" if when["kind"] == "within" else "day"])))
        parts = (f"{ON_PAGES[name]}：{when[name]}" for name in ("by_month", "by_day", "times") if when[name])
        return "，".join(filter(None, (title, EVERY_CHOICES.get(when["every"], ""), *parts)))


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return "；".join(f"{name}：{_said(one)}" for name, one in value.items()) or "没有写"
    if isinstance(value, list):
        return "、".join(str(one) for one in value) or "没有写"
    text = str(value or "没有写")
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…（共{len(text)}字）"
