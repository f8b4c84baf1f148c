"""A time line in words that a village clerk reads without a dictionary: what happened, and what comes if nothing does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tracker.domain.clock_changes import Change, ClockChange
from tracker.domain.clock_words import (
    clock_words,
    duty_words,
    pause_words,
    roles_in_words,
    say_day,
    say_due,
    say_moment,
    starts_anew,
)
from tracker.domain.clocks import Clock, ClockStatus
from tracker.domain.definition import WorkflowDefinition
from tracker.domain.escalation import CAUSE_TITLES, Cause
from tracker.domain.ladder import Rung, RungAct
from tracker.domain.ladder_words import say_behind, say_counted
from tracker.domain.objections import OUTCOMES
from tracker.domain.papers import NOTICE_TITLES
from tracker.domain.timeline import Entry, Kind, RungState, Why
from tracker.domain.values import WAITS_FOR_TITLES, WaitsFor, local_date

#: A firing so much after its moment is said to be late.
ON_TIME = timedelta(minutes=2)
STATE_WORDS = {
    RungState.FIRED: "已触发", RungState.SKIPPED: "不重复发", RungState.DUE: "已到时", RungState.COMING: "未到时",
    RungState.NEVER: "不触发", RungState.WAITING: "暂停", RungState.CONDITION: "有条件",
}  # fmt: skip
WHY_WORDS = {
    Why.GIVEN_LATE: "期限给出时已过", Why.WAITED: "等待他方期间不触发", Why.REPLACED: "本次期限已作废",
    Why.EXCUSED: "已认定有正当理由，不启动",
}  # fmt: skip


@dataclass(frozen=True)
class Words:
    """What the words depend on: the workflow, today, who judges in the supervisors' place, whom it waits for now.

    ended   how the task ended, for rungs that therefore never fire
    """

    workflow: WorkflowDefinition
    now: datetime
    judge: str = "督导组"
    waits_for: str = WaitsFor.UNIT.value
    ended: str = "已办结"

    @property
    def today(self) -> date:
        """Return the Shanghai date."""
        return local_date(self.now)


def headline(one: Entry, words: Words) -> str:
    """Return the sentence of an entry."""
    match one.kind:
        case Kind.HAPPENED:
            return _happened(one, words)
        case Kind.DUE:
            return _due(one, words)
        case Kind.RUNG:
            return _rung(one, words)
        case Kind.LEFT:
            return _left(one, words)


def more_lines(one: Entry, words: Words) -> list[str]:
    """Return what else is to be said of an entry, a sentence each."""
    lines = [line for change in one.changes if (line := change_words(change, words))]
    if one.kind is Kind.HAPPENED and one.event is not None:
        reason = one.event.payload.get("reason") or one.event.payload.get("text")
        lines.insert(0, f"理由：{reason}" if reason and one.event.kind != "task.urged" else str(reason or ""))
    if one.kind is Kind.RUNG:
        lines += _rung_lines(one, words)
    return [line for line in lines if line]


def does(rung: Rung, judge: str = "督导组") -> str:
    """Return what a rung does and to whom: 自动提醒联络员. `judge` is woken where the supervisors would be."""
    to = roles_in_words(rung.to, judge=judge)
    match rung.act:
        case RungAct.REMIND:
            return f"自动提醒{to}"
        case RungAct.URGE:
            return f"自动催办{to}"
        case RungAct.PASS_ON:
            return f"改请{to}转办，已请过的顺延到上一级"
        case RungAct.RAISE:
            paper = NOTICE_TITLES.get(rung.raises or "", "文书")
            others = roles_in_words(role for role in rung.to if role != "supervisor")
            told = f"，同时告知{others}" if others else ""
            return f"列为待处事项，由督导组决定是否发{paper}{told}"


def change_words(change: ClockChange, words: Words) -> str:
    """Return what became of a clock, as a sentence."""
    clock, title = change.after, clock_words(change.name, words.workflow)
    due = say_due(clock, words.today)
    old = say_day(change.before.due.due_on, words.today) if change.before else ""
    at_once = clock.due.due_at <= clock.started_at
    match change.change:
        case Change.STARTED if clock.pace is not None:
            return f"按序时进度核对，第一次是{say_day(clock.due.due_on, words.today)}。"
        case Change.STARTED:
            return "" if at_once else f"{title}开始计时，到{due}止。"
        case Change.EXTENDED:
            return f"{title}延到{due}；原期限{old}仍留在记录里。"
        case Change.REDATED:
            return f"{title}改为{due}；原期限{old}仍留在记录里。"
        case Change.RESTARTED:
            return f"{title}重新计时，到{due}止。"
        case Change.NEXT_CHECK:
            return f"下一次核对进度的日子是{say_day(clock.due.due_on, words.today)}。"
        case Change.RECOUNTED:
            return f"{title}按新的工作日历核对过，日期不变。"
        case Change.TOLD:
            return f"{title}{due}已通知到人，以后只会延后，不会提前。"
        case Change.HELD if at_once or starts_anew(change.name, words.workflow):
            return "" if at_once else f"{title}到此为止。"
        case Change.HELD:
            return f"{title}停表，这以后的日子不算超期。"
        case Change.PAUSED:
            return f"{title}暂停计时，{pause_words(clock)}；期间不催办、不升级。"
        case Change.RESUMED:
            return f"{title}继续计时，到{due}止。"
        case Change.DONE:
            return "" if at_once else f"{title}计时结束。"
        case Change.SENT_BACK:
            return f"本次期限内第{clock.quality_failures}次被退回。"
        case Change.RECHECK_FAILED:
            return f"本次期限内第{clock.failed_rechecks}次复查不合格。"


def cause_words(cause: str, rung: Rung) -> str:
    """Return why a rung fired; a cause that this version does not know is said plainly."""
    if cause == Cause.LATE and rung.after is not None and rung.after <= 0:
        return "临近期限"
    return CAUSE_TITLES[Cause(cause)] if cause in set(Cause) else "符合升级规则"


def _happened(one: Entry, words: Words) -> str:
    if one.event is None:
        return ""
    said = one.event.payload
    match one.event.kind:
        case "task.opened":
            return "任务下达"
        case "task.moved":
            step = words.workflow.transition(str(said.get("transition")))
            target = words.workflow.states.get(str(said.get("to")))
            what = step.title if step else "办理"
            return f"{what}，转为“{target.title}”" if target else what
        case "extension.asked":
            return f"申请延期到{_day(said.get('wanted_on'), words)}"
        case "extension.examined":
            return f"初审同意延期到{_day(said.get('proposed_on'), words)}，转请领导批准"
        case "extension.decided":
            return f"同意延期到{_day(said.get('due_on'), words)}" if said.get("granted") else "不同意延期"
        case "task.redated" | "clock.redated":
            return f"期限由{_day(said.get('old_due_on'), words)}改为{_day(said.get('due_on'), words)}"
        case "task.urged":
            return "人工催办"
        case "task.handed_over":
            return f"由{said.get('from_name')}交{said.get('to_name')}接办"
        case "task.frozen":
            return "提出申诉，结果出来前暂停计时"
        case "task.thawed":
            outcome = OUTCOMES.get(str(said.get("outcome")), "有了结果")
            return f"{outcome}，有关的期限接着计时"
        case "rung.ordered":
            return "领导批示，直接启动下一步措施"
        case "clock.excused":
            return "认定有正当理由" if said.get("excused") else "撤销“有正当理由”的认定"
        case "clock.told":
            return "期限已通知到人"
        case "paper.opened":
            return "单位首次拆阅文书"
        case "clock.recounted":
            return "按新公布的放假安排核对期限"
        case "progress.checked":
            return f"核对{_day(said.get('checked_on'), words)}的序时进度"
    return "期限有变化"


def _due(one: Entry, words: Words) -> str:
    if one.clock is None:
        return ""
    what = "核对进度的日子" if one.clock.pace else f"{clock_words(one.clock.name, words.workflow)}到期"
    number = f"（第{one.clock.occurrence}次给定的期限）" if one.clock.occurrence > 1 and not one.clock.pace else ""
    rest = "，当天是休息日，期限不顺延" if one.clock.due.falls_on_rest_day else ""
    return f"{what}：{say_due(one.clock, words.today)}{number}{rest}"


def _rung(one: Entry, words: Words) -> str:
    rung, clock = one.rung, one.clock
    if one.state is RungState.FIRED:
        return f"{_title(rung)}：{does(rung, words.judge)}"
    if one.state is RungState.SKIPPED or one.served_by is not None:
        return f"“{_title(rung)}”不再重复发出，更高一级的措施已经包含这件事"
    if one.state is RungState.DUE:
        return f"“{_title(rung)}”已到时，系统马上处理：{does(rung, words.judge)}"
    if clock is None or one.at is None:
        return _title(rung)
    when = say_moment(one.at, words.today)
    if one.cause == Cause.LATE:
        return f"如到{when}仍未{duty_words(clock, words.workflow)}：{does(rung, words.judge)}"
    if one.cause == Cause.UNOPENED:
        return f"如到{when}仍无人拆阅：{does(rung, words.judge)}"
    if one.cause == Cause.PACE:
        return f"如到核对日进度没有新的变化，{when}：{does(rung, words.judge)}"
    return f"{when}（{cause_words(one.cause, rung)}）：{does(rung, words.judge)}"


def _rung_lines(one: Entry, words: Words) -> Iterator[str]:
    rung, clock = one.rung, one.clock
    if one.state is RungState.FIRED:
        yield f"原因：{cause_words(one.cause, rung)}。"
        if one.event is not None:
            yield from fired_inputs(one, words)
        return
    if rung.after is not None and one.cause == Cause.LATE:
        yield f"{distance(rung, clock)}，升级规则里叫“{_title(rung)}”。"
    if rung.after is not None and one.state is RungState.COMING:
        yield from (f"{line}。" for line in _sooner(rung))


def fired_inputs(one: Entry, words: Words) -> Iterator[str]:
    """Yield what a firing was judged by, and whether it came late."""
    if one.event is None:
        return
    said, day = one.event.payload, one.event.payload.get("due_on")
    if one.cause in (Cause.QUALITY, Cause.RECHECK):
        yield f"当时已被退回{said.get('quality_failures', 0)}次，复查不合格{said.get('failed_rechecks', 0)}次。"
    elif one.cause == Cause.LATE and day:
        yield f"按期限{_day(day, words)}计算，{distance(one.rung, one.clock)}。"
    if "scheduled" in said:
        yield f"当时应完成{_percent(said['scheduled'])}，实际完成{_percent(said.get('actual', 0))}。"
    if said.get("counted"):
        yield f"计入的文书：{'、'.join(map(str, said['counted']))}。"
    if one.at is not None and one.fell_due_at is not None and one.at - one.fell_due_at > ON_TIME:
        yield (
            f"应在{say_moment(one.fell_due_at, words.today)}触发，系统晚了{_span(one.at - one.fell_due_at)}"
            "（当时系统没有运行，恢复后补上）。"
        )


def _left(one: Entry, words: Words) -> str:
    names = "、".join(f"“{_title(rung)}”" for rung in one.rungs)
    if one.clock is None:
        return names
    duty = duty_words(one.clock, words.workflow)
    match one.state:
        case RungState.WAITING:
            paused = one.clock.status is ClockStatus.PAUSED
            waits = pause_words(one.clock) if paused else _waits(words)
            then = "有了结果" if paused else "又回到承办人手里"
            return f"{clock_words(one.clock.name, words.workflow)}现在不计时，{waits}。{names}都不触发；{then}以后，没到的再接着算"
        case RungState.CONDITION:
            return f"{'；'.join(_sooner(one.rung)) or '按累计情况核对'}：{does(one.rung, words.judge)}"
        case _:
            if one.why is Why.OVER:
                done = words.ended if one.clock.status is ClockStatus.DONE else f"已{duty}"
                return f"{names}：{done}，不再触发"
            return f"{names}：{WHY_WORDS.get(one.why, '不触发') if one.why else '不触发'}"


def _waits(words: Words) -> str:
    return WAITS_FOR_TITLES.get(WaitsFor(words.waits_for), "等别的单位办理")


def _sooner(rung: Rung) -> Iterator[str]:
    then = "不等到日子就触发" if rung.after is not None else "就触发"
    if rung.quality_failures:
        yield f"本次期限内被退回满{rung.quality_failures}次，{then}"
    if rung.failed_rechecks:
        yield f"本次期限内复查不合格满{rung.failed_rechecks}次，{then}"
    if rung.behind is not None:
        yield f"核对时落后序时进度{say_behind(rung.behind)}的"
    if rung.not_started:
        yield "核对时应开工还没开工的"
    if rung.streak is not None:
        yield f"连续{rung.streak.times}次核对都落后的"
    if rung.counted is not None:
        yield f"{say_counted(rung.counted, lambda kind: NOTICE_TITLES.get(kind, kind))}的"


def distance(rung: Rung, clock: Clock | None = None) -> str:
    """Return how far from the due day a rung lies: 期限前3个工作日."""
    after = rung.after or 0
    if after > 0 and clock is not None and clock.ladder_from_on > clock.due.due_on:
        return f"期限后第{after}个工作日（等待他方的时间已扣除）"
    if after == 0:
        return "期限当天"
    return f"期限前{-after}个工作日" if after < 0 else f"期限后第{after}个工作日"


def _title(rung: Rung) -> str:
    return rung.title or "下一步措施"


def _day(iso: object, words: Words) -> str:
    return say_day(date.fromisoformat(str(iso)), words.today) if iso else ""


def _percent(basis_points: object) -> str:
    return f"{int(str(basis_points)) / 100:g}%"


def _span(late: timedelta) -> str:
    minutes = int(late.total_seconds() // 60)
    days, hours = divmod(minutes // 60, 24)
    if days:
        return f"{days}天{hours}小时" if hours else f"{days}天"
    return f"{minutes // 60}小时{minutes % 60}分钟" if minutes >= 60 else f"{minutes}分钟"
