"""Why: each light, finding and notice explained from the record, in words that the unit can read (DESIGN.md §3.7)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tracker.domain.auditing import Span, TaskEvent, spans
from tracker.domain.clocks import Clock, ClockStatus
from tracker.domain.deadlines import show_day
from tracker.domain.errors import NotFound
from tracker.domain.escalation import Cause, cause_title, decide, lateness_moment
from tracker.domain.ladder import RungAct
from tracker.domain.objections import OBJECTION_PENDING
from tracker.domain.papers import is_internal
from tracker.domain.permissions import Action, Viewer, may
from tracker.domain.values import SHANGHAI, DueClass, local_date
from tracker.persistence.models import Task
from tracker.persistence.queries.told import told_of_task
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.context import Floor, Setting, setting_of

CLASS_WORDS = {
    DueClass.FIXED: "这是写明的日期，不会变动", DueClass.TOLD: "这是推算并已告知的日期，只会向后调整并另行通知",
    DueClass.COMPUTED: "这是按规则推算的日期",
}  # fmt: skip
STATUS_WORDS = {
    ClockStatus.RUNNING: "正在计时", ClockStatus.HELD: "不在单位手里，停表", ClockStatus.PAUSED: "延期申请待批，暂停计时",
    ClockStatus.DONE: "计时已结束",
}  # fmt: skip
ACT_WORDS = {"remind": "自动提醒", "urge": "自动催办", "raise": "列为待处事项，由督导组决定"}


@dataclass(frozen=True)
class Explanation:
    """A title, sentences in order, and the same as data."""

    title: str
    lines: tuple[str, ...]
    data: dict[str, Any] = field(default_factory=dict)


class ExplanationService:
    """Explains tasks, findings and notices by their refs."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def explain(self, viewer: Viewer | None, ref: str) -> Explanation:
        """Explain a ref (RW-…, ZG-…, DC-…, WS-…). `viewer` None = the operator. Raises NotFound."""
        with self._floor.uows() as uow:
            if ref.startswith("DC-"):
                finding = uow.notices.get_finding_by_ref(ref)
                task = uow.tasks.get(finding.task_id)
                self._check(uow, viewer, task, internal=finding.status in ("waiting", "objected"))
                return self._finding(uow, ref, finding.summary, task)
            if ref.startswith("WS-"):
                return self._notice(uow, viewer, ref)
            task = uow.tasks.get_by_ref(ref)
            setting = self._check(uow, viewer, task, internal=is_internal(task.workflow_key, task.state))
            return self._task(uow, task, setting)

    def _check(self, uow: UnitOfWork, viewer: Viewer | None, task: Task, *, internal: bool) -> Setting:
        setting = setting_of(uow, task)
        place = setting.place(task, internal=internal)
        if viewer is not None and not may(viewer, Action.SEE_TASK, place):
            raise NotFound("没有这个编号，或者您无权查看。")
        return setting

    def _task(self, uow: UnitOfWork, task: Task, setting: Setting) -> Explanation:
        now = self._floor.clock.now()
        definition = self._floor.catalog.workflow(task.workflow_version_id)
        rows = uow.ledger.events_of("task", task.id)
        events = [TaskEvent(row.at, row.kind, row.payload) for row in rows]
        lines = [
            f"“{task.title}”由{setting.unit_name}承办，{_moment(task.opened_at)}开始，"
            f"现在是“{definition.states[task.state].title}”。"
        ]
        history = spans(events)
        clocks: list[dict[str, Any]] = []
        for name in dict.fromkeys(span.clock.name for span in history):
            mine = [span for span in history if span.clock.name == name]
            lines += self._clock_lines(definition.clocks[name].title, mine, now=now)
            clocks.append({"name": name, "spans": [_span_data(span) for span in mine]})
        fired = [row for row in rows if row.kind == "rung.fired"]
        told = told_of_task(uow.session, task.id)
        lines += self._fired_lines([TaskEvent(r.at, r.kind, r.payload) for r in fired], task)
        lines += [f"{_moment(t.at)}告知{t.person}（{t.title}）：{t.outcome}。" for t in told]
        data = {
            "ref": task.ref, "state": task.state, "clocks": clocks, "fired": [row.payload for row in fired],
            "told": [{"at": t.at.isoformat(), "person": t.person, "message": t.title, "outcome": t.outcome} for t in told],
        }  # fmt: skip
        return Explanation(f"{task.ref} {task.title}", tuple(lines), data)

    def _clock_lines(self, title: str, mine: Sequence[Span], *, now: datetime) -> Iterable[str]:
        last = mine[-1]
        clock, due = last.clock, last.clock.due
        number = f"（第{clock.occurrence}次期限）" if clock.occurrence > 1 else ""
        yield f"【{title}】{number}{due.rule}{CLASS_WORDS[due.due_class]}。{_status_words(clock)}。"
        earlier = [s for s in mine if s.clock.occurrence != clock.occurrence]
        for occurrence in dict.fromkeys(span.clock.occurrence for span in earlier):
            old = next(s for s in reversed(earlier) if s.clock.occurrence == occurrence)
            yield f"原第{occurrence}次期限为{show_day(old.clock.due.due_on)}，仍留在记录里。"
        for span in mine:
            if span.clock.status in (ClockStatus.HELD, ClockStatus.PAUSED):
                until = _moment(span.until) if span.until else "现在"
                yield f"{_moment(span.since)}至{until}{_status_words(span.clock)}，这段时间不算单位逾期。"
        if clock.status is not ClockStatus.RUNNING:
            return
        calendar = self._floor.calendars.calendar(due.calendar_version)
        late = calendar.working_days_between(clock.ladder_from_on, local_date(now))
        if now >= due.due_at:
            yield f"已过期限，计{max(late, 0)}个工作日（按第{due.calendar_version}版工作日历，等待他方的时间已扣除）。"
        if clock.quality_failures or clock.failed_rechecks:
            yield f"本次期限内被退回{clock.quality_failures}次，复查未通过{clock.failed_rechecks}次。"
        ladder = self._floor.catalog.ladder(last.ladder_id)
        upcoming = decide(clock, ladder, calendar, now=now).next_fire_at
        for rung in ladder.rungs:
            if upcoming and rung.after is not None and lateness_moment(clock, rung, calendar) == upcoming:
                who = "，由督导组决定是否发出" if rung.act is RungAct.RAISE else ""
                yield f"如仍未办结，{_moment(upcoming)}将触发“{rung.title}”{who}。"

    def _fired_lines(self, fired: Sequence[TaskEvent], task: Task) -> Iterable[str]:
        for one in fired:
            ladder = self._floor.catalog.ladder(one.payload["ladder"])
            rung = ladder.rungs[one.payload["rung"]]
            cause = cause_title(Cause(one.payload["cause"]), rung)
            yield f"{_moment(one.at)}因{cause}触发“{rung.title}”：{ACT_WORDS[one.payload['act']]}。"

    def _finding(self, uow: UnitOfWork, ref: str, summary: str, task: Task) -> Explanation:
        setting = setting_of(uow, task)
        whole = self._task(uow, task, setting)
        return Explanation(f"{ref} 待处事项", (summary, *whole.lines), {"finding": ref, "task": whole.data})

    def _notice(self, uow: UnitOfWork, viewer: Viewer | None, ref: str) -> Explanation:
        notice = uow.notices.get_by_ref(ref)
        task = uow.tasks.get(notice.task_id)
        self._check(uow, viewer, task, internal=is_internal(task.workflow_key, task.state))
        lines = [f"“{notice.title}”因下列事项拟出："]
        data: dict[str, Any] = {"notice": ref, "number": notice.printed_number, "items": []}
        for position, item in enumerate(uow.notices.items(notice.id), start=1):
            struck = f"（已划去：{item.strike_reason}）" if item.struck_at else ""
            lines.append(f"{position}. {item.text}{struck}")
            if item.task_id is None:
                continue
            about = uow.tasks.get(item.task_id)
            whole = self._task(uow, about, setting_of(uow, about))
            lines += [f"　　{line}" for line in whole.lines[1:]]
            data["items"].append({"text": item.text, "struck": bool(item.struck_at), "task": whole.data})
        return Explanation(f"{notice.printed_number or ref} {notice.title}", tuple(lines), data)


def _status_words(clock: Clock) -> str:
    contested = clock.status is ClockStatus.PAUSED and clock.pause_reason == OBJECTION_PENDING
    return "有关事项申诉审理中，暂停计时" if contested else STATUS_WORDS[clock.status]


def _moment(moment: datetime | None) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if moment else ""


def _span_data(span: Span) -> dict[str, Any]:
    clock = span.clock
    return {
        "since": span.since.isoformat(), "until": span.until.isoformat() if span.until else None,
        "status": clock.status.value, "occurrence": clock.occurrence, "due_on": clock.due.due_on.isoformat(),
        "due_class": clock.due.due_class.value, "calendar": clock.due.calendar_version, "rule": clock.due.rule,
        "ladder": span.ladder_id, "ladder_from_on": clock.ladder_from_on.isoformat(),
        "quality_failures": clock.quality_failures, "failed_rechecks": clock.failed_rechecks,
    }  # fmt: skip
