"""Events as people read them: who, in which post, what, why. One line or a few for each event."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tracker.domain.clock_words import clock_words
from tracker.domain.definition import WorkflowDefinition
from tracker.domain.escalation import CAUSE_TITLES, Cause
from tracker.domain.extending import AnswerStep
from tracker.domain.ladder import Ladder, RungAct
from tracker.domain.ledger_reading import EDITABLE
from tracker.domain.objections import OUTCOMES
from tracker.domain.papers import pace_words
from tracker.persistence.queries.history import HistoryEvent
from tracker.web.showing import say_date, show_date

ENGINE_NAME = "系统"
CLOCK_STATUS = {"running": "计时中", "held": "暂不计时", "paused": "已暂停", "done": "已结束"}
HELD_BY_CLOCK = {"accept": "已签收", "finish": "已报送，不计时", "reply": "已回复，不计时"}
RUNG_ACTS = {
    RungAct.REMIND.value: "自动提醒",
    RungAct.URGE.value: "自动催办",
    RungAct.RAISE.value: "报督导组研究",
    RungAct.PASS_ON.value: "改请他人转办",
}


@dataclass(frozen=True)
class Entry:
    """One entry of a history list."""

    at: datetime
    who: str
    what: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Words:
    """Where the words of an event come from: the task's workflow, and ladders by version."""

    workflow: WorkflowDefinition
    ladder: Callable[[int], Ladder]


Payload = Mapping[str, Any]
Teller = Callable[[Payload, Words], tuple[str, list[str]]]


def present_history(
    events: Iterable[HistoryEvent], definition: WorkflowDefinition, ladder: Callable[[int], Ladder]
) -> tuple[Entry, ...]:
    """Return the entries of a history, newest first. An event of a kind without words is shown by its kind."""
    entries, words = [], Words(definition, ladder)
    for event in events:
        teller = TELLERS.get(event.kind)
        what, lines = teller(event.payload, words) if teller else (event.kind, [])
        entries.append(Entry(event.at, who_of(event), what, tuple(line for line in lines if line)))
    return tuple(reversed(entries))


def who_of(event: HistoryEvent) -> str:
    """Return the unit, post and name of the person who did it, or the engine."""
    return event.who or ENGINE_NAME


def _opened(payload: Payload, words: Words) -> tuple[str, list[str]]:
    return "任务下达", _clock_lines(payload, words.workflow)


def _moved(payload: Payload, words: Words) -> tuple[str, list[str]]:
    transition = words.workflow.transition(str(payload.get("transition")))
    title = transition.title if transition else str(payload.get("transition"))
    target = words.workflow.states.get(str(payload.get("to")))
    what = f"{title}，转为“{target.title}”" if target else title
    return what, [_reason(payload), *_clock_lines(payload, words.workflow)]


def _fired(payload: Payload, words: Words) -> tuple[str, list[str]]:
    rungs = words.ladder(int(payload["ladder"])).rungs
    index = int(payload["rung"])
    title = rungs[index].title if index < len(rungs) and rungs[index].title else str(payload.get("rung_name"))
    act = RUNG_ACTS.get(str(payload.get("act")), "")
    cause = CAUSE_TITLES[Cause(str(payload["cause"]))]
    lines = [f"{act}（{cause}）" if payload.get("act") != RungAct.REMIND.value else ""]
    if "scheduled" in payload:
        said = pace_words((int(payload["scheduled"]), int(payload["actual"])), date.fromisoformat(payload["due_on"]))
        lines.append(f"{said}。")
    if payload.get("counted"):
        lines.append(f"计入的文书：{'、'.join(map(str, payload['counted']))}。")
    return title, lines


def _skipped(payload: Payload, words: Words) -> tuple[str, list[str]]:
    rungs = words.ladder(int(payload["ladder"])).rungs
    title = rungs[int(payload["rung"])].title or str(payload.get("rung_name"))
    server = next((one.title for one in rungs if one.name == payload.get("served_by")), str(payload.get("served_by")))
    return f"“{title}”不再重复发出", [f"更高一级的“{server}”已经包含这件事。"]


def _checked(payload: Payload, words: Words) -> tuple[str, list[str]]:
    return f"核对{_said(payload.get('checked_on'))}的序时进度", _clock_lines(payload, words.workflow)


def _excused(payload: Payload, words: Words) -> tuple[str, list[str]]:
    del words
    if payload.get("excused"):
        return "认定有正当理由", [_reason(payload), "以“无正当理由”为条件的措施不启动；期限不变。"]
    return "撤销“有正当理由”的认定", [_reason(payload)]


def _ordered(payload: Payload, words: Words) -> tuple[str, list[str]]:
    clock = (payload.get("clocks") or {}).get(payload.get("clock")) or {}
    rungs = words.ladder(int(clock["ladder"])).rungs if "ladder" in clock else ()
    index = int(payload["rung"])
    title = rungs[index].title if index < len(rungs) and rungs[index].title else str(payload.get("rung_name"))
    return f"领导指定启动“{title}”", [_reason(payload)]


def _urged(payload: Payload, words: Words) -> tuple[str, list[str]]:
    del words
    return "催办", [str(payload.get("text", ""))]


def _asked(payload: Payload, words: Words) -> tuple[str, list[str]]:
    del words
    return f"申请延期到{_said(payload.get('wanted_on'))}", [_reason(payload), "审批期间不催办、不升级。"]


def _examined(payload: Payload, words: Words) -> tuple[str, list[str]]:
    lines = [_reason(payload), "转请领导小组领导批准。", *_clock_lines(payload, words.workflow)]
    return f"初审同意延期到{_said(payload.get('proposed_on'))}", lines


def _decided(payload: Payload, words: Words) -> tuple[str, list[str]]:
    del words
    if payload.get("granted"):
        old, new = _said(payload.get("old_due_on")), _said(payload.get("due_on"))
        return f"同意延期到{new}", [f"原期限{old}。", _reason(payload)]
    title = "初审不同意延期" if payload.get("step") == AnswerStep.FIRST.value else "不同意延期"
    return title, [_reason(payload), f"期限仍为{_said(payload.get('due_on'))}。"]


def _redated(payload: Payload, words: Words) -> tuple[str, list[str]]:
    del words
    old, new = _said(payload.get("old_due_on")), _said(payload.get("due_on"))
    return f"期限由{old}改为{new}", [_reason(payload)]


def _handed_down(payload: Payload, words: Words) -> tuple[str, list[str]]:
    del words
    names = "、".join(str(name) for name in payload.get("unit_names") or ())
    return f"分解下达给{names}", [f"要求{_said(payload.get('due_on'))}前报来。", str(payload.get("note") or "")]


def _reworded(payload: Payload, words: Words) -> tuple[str, list[str]]:
    del words
    return "任务内容调整", [f"名称由“{payload.get('old_title')}”改为“{payload.get('title')}”。"
                      if payload.get("old_title") != payload.get("title") else "", _reason(payload)]  # fmt: skip


def _told(payload: Payload, words: Words) -> tuple[str, list[str]]:
    return "期限已告知，此后只会向后调整", _clock_lines(payload, words.workflow)


def _counted_anew(payload: Payload, words: Words) -> tuple[str, list[str]]:
    old, new = _said(payload.get("old_due_on")), _said(payload.get("due_on"))
    title = clock_words(str(payload.get("clock")), words.workflow)
    return f"{title}由{old}调整到{new}", [_reason(payload)]


def _recounted(payload: Payload, words: Words) -> tuple[str, list[str]]:
    title = clock_words(str(payload.get("clock")), words.workflow)
    return f"{title}按新的工作日历核对，日期不变", []


def _stored(payload: Payload, words: Words) -> tuple[str, list[str]]:
    del words
    return f"上传附件 {payload.get('attachment', '')}", []


def _risen(payload: Payload, words: Words) -> tuple[str, list[str]]:
    return f"转请{payload.get('unit_name', '上一级单位')}决定", [
        "办公室没有其他人可以决定（办的人和定的人须分开，或岗位空缺）。"
    ]


def _came_back(payload: Payload, words: Words) -> tuple[str, list[str]]:
    return "改回由办公室决定", []


def _handed_over(payload: Payload, words: Words) -> tuple[str, list[str]]:
    what = f"由{payload.get('from_name')}交{payload.get('to_name')}接办"
    lines = [_reason(payload), f"自{_said(payload.get('on'))}起；此前的办理和超期记在{payload.get('from_name')}名下。"]
    for name, clock in (payload.get("clocks_standing") or {}).items():
        lines.append(f"{clock_words(name, words.workflow)}不变：到{_day(clock.get('due_on'))}")
    return what, lines


def _paper_opened(payload: Payload, words: Words) -> tuple[str, list[str]]:
    del payload, words
    return "单位首次拆阅文书", ["不再改请他人转办。拆阅不等于签收。"]


def _frozen(payload: Payload, words: Words) -> tuple[str, list[str]]:
    return f"有关事项提出申诉（{payload.get('objection')}），暂停计时", _clock_lines(payload, words.workflow)


def _thawed(payload: Payload, words: Words) -> tuple[str, list[str]]:
    outcome = OUTCOMES.get(str(payload.get("outcome")), "")
    lines = _clock_lines(payload, words.workflow)
    return f"申诉{payload.get('objection')}有了结果：{outcome}", [_reason(payload), *lines]


def _replanned(payload: Payload, _words: Words) -> tuple[str, list[str]]:
    after: Mapping[str, str] = payload.get("after", {})
    lines = [
        f"{EDITABLE[name][0] if name in EDITABLE else name}：{before or '（空）'} → {after.get(name, '')}"
        for name, before in payload.get("before", {}).items()
    ]
    return "按读回的台账修改", [*lines, _reason(payload)]


TELLERS: Mapping[str, Teller] = {
    "task.frozen": _frozen, "task.thawed": _thawed,
    "decision.risen": _risen, "decision.came_back": _came_back,
    "task.redated": _redated, "task.handed_down": _handed_down, "task.reworded": _reworded,
    "task.opened": _opened, "task.moved": _moved, "rung.fired": _fired, "rung.ordered": _ordered,
    "rung.skipped": _skipped, "progress.checked": _checked, "clock.excused": _excused,
    "task.urged": _urged, "extension.asked": _asked, "extension.examined": _examined, "extension.decided": _decided, "attachment.stored": _stored,
    "task.handed_over": _handed_over, "rectification.replanned": _replanned, "paper.opened": _paper_opened,
    "clock.told": _told, "clock.redated": _counted_anew, "clock.recounted": _recounted,
}  # fmt: skip


def _clock_lines(payload: Mapping[str, Any], definition: WorkflowDefinition) -> list[str]:
    lines = []
    for name, clock in (payload.get("clocks") or {}).items():
        title, status = clock_words(name, definition), CLOCK_STATUS.get(str(clock.get("status")), "")
        if clock.get("status") == "held":
            # The duty of this clock is done as far as the unit goes; what follows is for others to do.
            status = HELD_BY_CLOCK.get(name, status)
        due = f"到{_day(clock.get('due_on'))}" if clock.get("status") in ("running", "paused") else ""
        lines.append(f"{title}：{status}{'，' if due else ''}{due}")
    return lines


def _reason(payload: Mapping[str, Any]) -> str:
    return f"理由：{payload['reason']}" if payload.get("reason") else ""


def _said(iso: object) -> str:
    return say_date(date.fromisoformat(str(iso))) if iso else ""


def _day(iso: object) -> str:
    return show_date(date.fromisoformat(str(iso))) if iso else ""
