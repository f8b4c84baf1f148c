"""What people are told: the kinds of message, the facts each needs, and when one is no longer worth sending.

The deciding side checks facts against this table before the row is written, so that a text can always be
made.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tracker.domain.values import Role

TASK = frozenset({"task_ref", "title", "unit"})
WITH_DATE = TASK | {"due_on"}
#: Facts that are the date by which a unit has to act.
DATES = frozenset({"due_on", "reply_due_on"})


_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class MessageUnreadable(ValueError):
    """No text can be made: the kind is unknown or a fact that its text needs is missing."""


class SentWhile(StrEnum):
    """What must still be so at the moment of sending."""

    ALWAYS = "always"  # news that stays true whatever happened since
    OPEN = "open"  # the task is not final
    DUE = "due"  # the task is not final and the clock whose rung fired still runs
    WITH_OFFICE = "with_office"  # the office side still has to act
    EXTENSION_OPEN = "extension_open"  # nobody has decided the extension yet
    UNOPENED = "unopened"  # nobody of the unit has opened the paper yet
    FINDING_WAITING = "finding_waiting"  # the supervisors have not dealt with the finding yet


@dataclass(frozen=True)
class MessageKind:
    """One kind of message: its title on the screen, the facts it needs, and when it may still go out."""

    title: str
    required: frozenset[str]
    sent_while: SentWhile = SentWhile.ALWAYS


KINDS: Mapping[str, MessageKind] = {
    "assigned": MessageKind("新任务", WITH_DATE | {"campaign"}, SentWhile.OPEN),
    "support_asked": MessageKind("请你单位配合", WITH_DATE | {"campaign"}, SentWhile.OPEN),
    "part_confirmed": MessageKind("配合已确认", TASK),
    "reworded": MessageKind("任务内容调整", TASK | {"reason"}, SentWhile.OPEN),
    "remind": MessageKind("到期提醒", WITH_DATE | {"working_days_left", "campaign"}, SentWhile.DUE),
    "urge": MessageKind("逾期催办", WITH_DATE | {"working_days_late", "campaign"}, SentWhile.DUE),
    "raised": MessageKind("待处事项", TASK | {"rung_title"}, SentWhile.FINDING_WAITING),
    "to_review": MessageKind("待审核", TASK, SentWhile.WITH_OFFICE),
    "returned": MessageKind("已退回", WITH_DATE | {"reason"}, SentWhile.OPEN),
    "approved": MessageKind("已通过", TASK),
    "passed_on": MessageKind("待办理", TASK | {"state"}, SentWhile.OPEN),
    "concluded": MessageKind("已有结果", TASK | {"state"}),
    "extension_asked": MessageKind("申请延期", TASK | {"wanted_on"}, SentWhile.EXTENSION_OPEN),
    "extension_examined": MessageKind("延期待批准", TASK | {"wanted_on", "reason"}, SentWhile.EXTENSION_OPEN),
    "extension_decided": MessageKind("延期结果", WITH_DATE | {"granted", "reason"}),
    "objection_filed": MessageKind("单位申诉", TASK | {"printed_number", "reason"}, SentWhile.WITH_OFFICE),
    "objection_decided": MessageKind("申诉结果", TASK | {"printed_number", "outcome", "reason"}),
    "superseded": MessageKind("文书已撤销", frozenset({"notice_ref", "printed_number", "title", "unit", "reason"})),
    "served": MessageKind("文书送达", frozenset({"notice_ref", "printed_number", "title", "unit", "reply_due_on"})),
    "unopened": MessageKind(
        "文书无人拆阅",
        frozenset({"notice_ref", "printed_number", "title", "unit", "issued_on", "hours"}),
        SentWhile.UNOPENED,
    ),
    "received": MessageKind(
        "文书已收到", frozenset({"notice_ref", "printed_number", "title", "unit", "how", "reply_due_on"})
    ),
    "reply_judged": MessageKind("回复审查结果", frozenset({"notice_ref", "title", "outcome", "reason"})),
    "signed_off": MessageKind("已销号", TASK),
    "relapsed": MessageKind("回头看未通过", WITH_DATE),
    "draft_waiting": MessageKind(
        "文书待处理", frozenset({"notice_ref", "title", "unit", "state"}), SentWhile.WITH_OFFICE
    ),
    "decision_risen": MessageKind("转请决定", TASK | {"parties", "office"}, SentWhile.OPEN),
    "redated": MessageKind("期限调整", WITH_DATE | {"old_due_on", "reason"}, SentWhile.OPEN),
    "recadenced": MessageKind("报送周期调整", frozenset({"title", "unit", "cadence", "begins_on", "reason"})),
    "vacancy": MessageKind("岗位空缺", frozenset({"role", "unit", "task_ref"})),
    "handed_over": MessageKind("任务交接", WITH_DATE | {"old_unit", "reason"}),
    "withdrawn": MessageKind("任务撤回", TASK | {"reason"}),
    "weekly_brief": MessageKind(
        "每周情况",
        frozenset(
            {
                "campaign",
                "tasks",
                "done",
                "done_week",
                "late",
                "due_week",
                "worst",
                "waiting",
            }
        ),
    ),
    "visit_planned": MessageKind("参加实地督导", frozenset({"visit_ref", "campaign", "days", "units"})),
    "visit_announced": MessageKind(
        "实地督导通知", frozenset({"visit_ref", "campaign", "unit", "days", "office", "ground"})
    ),
    "visit_cancelled": MessageKind("实地督导取消", frozenset({"visit_ref", "campaign", "reason"})),
    "visit_changed": MessageKind("实地督导调整", frozenset({"visit_ref", "campaign", "what", "reason"})),
    "visit_dropped": MessageKind("实地督导不再到", frozenset({"campaign", "unit", "days", "office", "reason"})),
    "visit_refused": MessageKind("单位不接受检查", frozenset({"visit_ref", "campaign", "unit", "reason"})),
    "visitors_unverified": MessageKind("来人身份核验不上", frozenset({"campaign", "unit", "reason"})),
    "trial": MessageKind("试发", frozenset()),
}
MESSAGE_KINDS = frozenset(KINDS)
#: A value for every fact that a text may need, to try texts out on.
SAMPLE_FACTS: Mapping[str, object] = {
    "task_ref": "RW-2026-0007", "title": "出租房屋排查", "unit": "东岭村", "due_on": "2026-09-15", "campaign": "专项行动",
    "working_days_left": 2, "working_days_late": 3, "rung_title": "督导通知", "reason": "照片不清楚",
    "wanted_on": "2026-09-30", "granted": True, "notice_ref": "WS-2026-0003", "printed_number": "某办〔2026〕7号",
    "reply_due_on": "2026-09-20", "outcome": "不通过", "state": "待签发", "old_due_on": "2026-09-10", "role": "联络员",
    "cadence": "每月25日前", "begins_on": "2026-10-01", "issued_on": "2026-09-10", "hours": 4, "parties": "督导组",
    "office": "镇专项办", "old_unit": "旧村", "how": "纸质送达，扫码签收",
    "tasks": 60, "done": 41, "done_week": 7, "late": 4, "due_week": 9, "worst": "东岭村3项、西坪村1项", "waiting": 1,
    "visit_ref": "DC-2026-0001", "days": "2026年9月14日至2026年9月16日", "units": "东岭村、西坪村", "ground": "年度督导计划",
    "what": "日期由2026年9月14日改为2026年9月16日",
}  # fmt: skip
#: What the unit has answered as soon as its task waits for somebody else.
ANSWERED_BY_UNIT = frozenset({
    "assigned", "support_asked", "reworded", "remind", "urge", "returned", "redated", "served", "relapsed", "handed_over", "unopened",
})  # fmt: skip


#: News after which nobody has to do anything.
NEWS = frozenset({"approved", "concluded", "signed_off", "part_confirmed", "weekly_brief"})
#: What a leader is told of others' duties.
OVERSEEN = frozenset({"remind", "urge"})


def sample_facts(message: str) -> dict[str, object]:
    """Return made-up values of the facts that `message` always has."""
    return {name: SAMPLE_FACTS[name] for name in sorted(KINDS[message].required)}


def masked_facts(facts: Mapping[str, object]) -> dict[str, object]:
    """Return facts with every text replaced by a sample of the same length: how long a message gets, and not a word of it.

    Dates, refs, numbers and answers stay: they say nothing of the matter.
    """
    return {name: _masked(name, value) for name, value in facts.items()}


def _masked(name: str, value: object) -> object:
    if isinstance(value, list):
        return [_masked(name, one) for one in value]
    if not isinstance(value, str) or not value or _ISO_DATE.match(value) or name.endswith("_ref"):
        return value
    sample = str(SAMPLE_FACTS.get(name, "示例"))
    return (sample * (len(value) // len(sample) + 1))[: len(value)]


def names_date(message: str) -> bool:
    """Tell whether the text of `message` names the date by which the unit has to act.

    What names a date tells it: from that row on the date may only move later (DESIGN.md §3.9). Pages do not count.
    A page shows what holds at the moment at which it is opened, and nobody can say afterwards what was seen on it;
    a told row is kept for ever and can be held against us.
    """
    kind = KINDS.get(message)
    return kind is not None and not kind.required.isdisjoint(DATES)


def check_facts(message: str, facts: Mapping[str, object]) -> None:
    """Raise MessageUnreadable unless `message` is known and `facts` hold all that its text needs."""
    kind = KINDS.get(message)
    if kind is None:
        raise MessageUnreadable(f"no message is called {message!r}")
    missing = sorted(kind.required - facts.keys())
    if missing:
        raise MessageUnreadable(f"message {message!r} lacks {', '.join(missing)}")


def is_optional(message: str, role: str | None) -> bool:
    """Tell whether a person in a post of `role` may do without the mail of `message`; the inbox has it all the same.

    Optional is news (NEWS) after which nobody has to do anything: that something was taken, signed off or has its
    result, and how the week stands. To a leader, reminders and urges too (OVERSEEN), though they name a date: the leader
    looks on, while the unit's own people, who have to act, are told each on their own. Never optional is what serves a
    paper, or asks for a step or a decision of whoever reads it: rights and lateness hang on that.
    """
    return message in NEWS or (role == Role.LEADER and message in OVERSEEN)


@dataclass(frozen=True)
class Standing:
    """How the matter of one told row stands at the moment of sending. None = it has no such thing."""

    person_left_on: date | None = None
    post_ends_on: date | None = None
    task_final: bool | None = None
    task_waits_for: str | None = None
    clock_runs: bool | None = None  # the clock of the firing runs, and in the occurrence in which it fired
    extension_open: bool = False
    finding_status: str | None = None
    mail_refused: bool = False  # the person has asked to be spared mails that are optional, and this is one
    role: str | None = None  # of the post that was told


def why_not_send(message: str, standing: Standing, *, today: date) -> str | None:
    """Return why a told thing is no longer worth sending, as a Chinese phrase; None when it is.

    Everything here may have changed between the decision and the sending, most often because the unit
    finished in the meantime.
    """
    if standing.person_left_on is not None and standing.person_left_on <= today:
        return "收件人已离任"
    if standing.post_ends_on is not None and standing.post_ends_on < today:
        return "收件人已不在该岗位"
    if standing.mail_refused and is_optional(message, standing.role):
        return "本人已退订知会类邮件，只在系统内显示"
    needed = KINDS[message].sent_while if message in KINDS else SentWhile.ALWAYS
    if needed is SentWhile.ALWAYS:
        return None
    if needed is SentWhile.FINDING_WAITING:
        return None if standing.finding_status in (None, "waiting") else "该事项已处理"
    if standing.task_final:
        return "任务已办结或撤回"
    if needed is SentWhile.UNOPENED and not standing.clock_runs:
        return "文书已有人拆阅或签收"
    if needed is SentWhile.DUE and not _still_due(standing):
        return "任务已报送、延期或重新计时"
    if needed is SentWhile.WITH_OFFICE and standing.task_waits_for in ("unit", "nobody"):
        return "该事项已处理"
    if needed is SentWhile.EXTENSION_OPEN and not standing.extension_open:
        return "延期申请已有结果"
    return None


def _still_due(standing: Standing) -> bool:
    """Without a clock (somebody urged by hand), the unit must still be the one to move."""
    if standing.clock_runs is None:
        return standing.task_waits_for in (None, "unit")
    return standing.clock_runs
