"""Clocks, dates and roles in plain words, for explanations and time lines. Read aloud, every phrase must make sense."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from tracker.domain.clocks import Clock, ClockStatus
from tracker.domain.deadlines import MIDNIGHT
from tracker.domain.definition import WorkflowDefinition
from tracker.domain.extending import EXTENSION_PENDING
from tracker.domain.objections import OBJECTION_PENDING
from tracker.domain.values import SHANGHAI, DueClass

CLASS_WORDS = {
    DueClass.FIXED: "这是写明的日期，不会变动", DueClass.TOLD: "这是推算并已告知的日期，只会向后调整并另行通知",
    DueClass.COMPUTED: "这是按规则推算的日期，还没有通知到人",
}  # fmt: skip
STATUS_WORDS = {
    ClockStatus.RUNNING: "正在计时", ClockStatus.HELD: "现在不计时", ClockStatus.PAUSED: "暂停计时",
    ClockStatus.DONE: "计时已结束",
}  # fmt: skip
PAUSES = {EXTENSION_PENDING: "等延期申请的答复", OBJECTION_PENDING: "等申诉的结果"}
#: Whom a rung tells, as those who read of it know them: teams, not post holders.
ROLES = {
    "liaison": "联络员", "head": "单位负责人", "area_leader": "包片领导", "supervisor": "督导组", "office": "办公室",
    "leader": "领导小组领导", "first_responsible": "第一责任人",
}  # fmt: skip


def pause_words(clock: Clock) -> str:
    """Return what a paused clock waits for: 等延期申请的答复."""
    return PAUSES.get(clock.pause_reason or "", "等有关决定")


def duty_words(clock: Clock, definition: WorkflowDefinition) -> str:
    """Return what has to be done before the clock runs out, as a verb: 办结, 审核."""
    return _title(clock.name, definition)


def starts_anew(name: str, definition: WorkflowDefinition) -> bool:
    """Tell whether a stopped clock of this name never goes on: when its turn comes again it begins anew."""
    return name in definition.clocks and definition.clocks[name].restarts


def clock_words(name: str, definition: WorkflowDefinition) -> str:
    """Return what a clock is called: 办理期限."""
    title = _title(name, definition)
    return title if title.endswith("期限") else f"{title}期限"


def roles_in_words(roles: Iterable[str], *, judge: str = "督导组") -> str:
    """Return whom a rung tells: 联络员、单位负责人. `judge` stands where the supervisors would."""
    named = [judge if role == "supervisor" else ROLES.get(role, "") for role in roles]
    return "、".join(dict.fromkeys(one for one in named if one))


def say_moment(moment: datetime, today: date | None = None) -> str:
    """Return 12月3日9:10, with the year when it is not that of `today`."""
    local = moment.astimezone(SHANGHAI)
    return f"{say_day(local.date(), today)}{local.hour}:{local.minute:02d}"


def say_day(day: date, today: date | None = None) -> str:
    """Return 12月3日, with the year when it is not that of `today`."""
    year = "" if today is not None and day.year == today.year else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日"


def say_due(clock: Clock, today: date | None = None) -> str:
    """Return the last moment in time: 3月20日24:00 (as people say it, not 0:00 of the next day)."""
    return f"{say_day(clock.due.due_on, today)}{MIDNIGHT if clock.due.cutoff == MIDNIGHT else clock.due.cutoff}"


def _title(name: str, definition: WorkflowDefinition) -> str:
    """Return what the file calls a clock; `definitions` has given the usual ones their names."""
    found = definition.clocks.get(name)
    return found.title if found is not None and found.title != name else "办理"
