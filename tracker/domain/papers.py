"""What a paper says: its hash, its printed number, the words of its lines. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from tracker.domain.chain import canonical
from tracker.domain.deadlines import show_day
from tracker.domain.escalation import Cause
from tracker.domain.progress import show_share

NOTICE_TITLES = {
    "supervision_notice": "督导通知书", "supervision_letter": "督办函", "interview_notice": "约谈通知书", "rectification_notice": "整改通知书",
    "urge_notice": "催办通知书", "circular": "通报", "yellow_card": "黄牌警告通知书", "red_card": "红牌警告通知书", "listing": "挂牌整治通知书",
    "correction": "更正通知", "extension_reply": "延期批复", "sign_off_opinion": "销号意见", "delisting": "摘牌通知",
    "revocation": "撤销通知", "reminder_letter": "提醒函",
}  # fmt: skip
#: Kinds that a person begins from a page, and no rung raises: what they say comes from what they are about.
BEGUN_BY_PEOPLE = frozenset({"correction", "extension_reply", "sign_off_opinion", "delisting", "revocation"})
#: Kinds that a person may also begin where no rung raised one, each with its usual severity. Cards and listings raise a
#: unit's standing: they come from the rules alone.
BY_HAND = {
    "reminder_letter": 1, "urge_notice": 2, "supervision_notice": 3, "supervision_letter": 3, "interview_notice": 4,
    "rectification_notice": 4, "circular": 4,
}  # fmt: skip

#: States before a paper has left the office; a unit does not know that the paper exists.
INTERNAL_STATES = frozenset({"gathering", "sealed", "approved", "discarded"})


def is_internal(workflow_key: str, state: str) -> bool:
    """Tell whether a task is a paper that is still the office's own."""
    return workflow_key in NOTICE_TITLES and state in INTERNAL_STATES


def content_hash(
    *, kind: str, unit_id: int, severity: int, title: str, body: str, details: Mapping[str, Any],
    items: Sequence[tuple[int, str]],
) -> str:  # fmt: skip
    """Return the hash of what is put up, approved and printed: `items` are (id, text) of the lines not struck."""
    return hashlib.sha256(
        canonical({
            "kind": kind, "unit": unit_id, "severity": severity, "title": title, "body": body,
            "details": dict(details), "items": [[item_id, text] for item_id, text in items],
        })
    ).hexdigest()  # fmt: skip


def printed_number(word: str, year: int, number: int) -> str:
    """Return 机关代字〔2026〕7号: six-angle brackets, no 第, no leading zero (GB/T 9704-2012 7.2; DOMAIN.md §2)."""
    return f"{word}〔{year}〕{number}号"


def default_title(kind: str, campaign_title: str) -> str:
    """Return the title that a draft begins with."""
    return f"{campaign_title}{NOTICE_TITLES[kind]}"


def default_body(kind: str, campaign_title: str) -> str:
    """Return the text that a draft begins with which a rung raised; the supervisor edits it."""
    asks = {
        "supervision_notice": "请逐项查明原因，提出整改措施、责任领导和完成时限，签收后按期书面回复。",
        "supervision_letter": "请予支持，抓紧推动落实，并函复办理情况、原因和预计完成时间。",
        "interview_notice": "现决定对你单位主要负责人进行工作约谈。请本人按时到场，并携带逐项书面说明。",
        "rectification_notice": "现将整改清单印发你单位，请逐项整改，按期反馈佐证，由督导组复查销号。",
        "urge_notice": "请抓紧办理，于签收后2个工作日内书面回复办理情况、逾期原因和预计办结日期。",
        "circular": "现予通报。请引以为戒，限期整改，按期书面报告整改情况。",
        "yellow_card": "经研究，对你单位予以黄牌警告。请逐项整改，按期书面报告整改情况，经核查到位后销牌。",
        "red_card": "经研究，对你单位予以红牌警告。请主要负责人牵头逐项整改，按期书面报告，经核查到位后下调。",
        "reminder_letter": "特此提醒，请抓紧办理；确有困难的，请在期限届满前说明情况、申请延期。",
        "listing": "经研究，决定对你单位挂牌整治。请制定整治方案按期上报，整治期满申请验收，验收合格后摘牌。",
    }
    # To whom one cannot give orders one writes otherwise (DOMAIN.md §2, 督办函: 信函格式, no order verbs).
    unit = "贵单位" if kind == "supervision_letter" else "你单位"
    return f"在“{campaign_title}”推进中，{unit}下列事项未按要求落实。{asks[kind]}"


def correction_title(number: str, kind: str) -> str:
    """Return the title of a paper that corrects another."""
    return f"关于更正{number}{NOTICE_TITLES[kind]}有关内容的通知"


def correction_body(number: str, title: str) -> str:
    """Return the text that a correction begins with; its lines say what was written, and what stands instead."""
    return f"现将{number}《{title}》有关内容更正如下："


#: What a clock asks for, as a verb; other clocks (review, decide …) are the office's own and raise nothing.
DUTIES = {"accept": "签收", "reply": "回复", "finish": "办结", "extension": "延期审批", "extension_final": "延期批准"}


def duty_of(clock_name: str) -> str:
    """Return what a clock asks the unit to do: 签收, 回复 or 办结."""
    return DUTIES.get(clock_name, "办理")


def standing_line(
    *, title: str, periods: Sequence[str], duty: str, due_on: date | None, working_days_late: int
) -> str:  # fmt: skip
    """Return the line of a standing duty: how many of its periods were missed, which, and how late the last one is."""
    due = f"；最近一期应于{show_day(due_on)}前{duty}" if due_on else ""
    late = f"，截至起草时逾期{working_days_late}个工作日" if working_days_late > 0 else ""
    return f"“{title}”累计{len(periods)}期未按时办理：{'、'.join(periods)}{due}{late}。"


def finding_line(
    *, cause: Cause, duty: str, title: str, due_on: date | None, working_days_late: int, quality_failures: int,
    failed_rechecks: int, ordered_reason: str = "", pace: tuple[int, int] | None = None, checked_on: date | None = None,
    counted: Sequence[str] = (), points: int = 0,
) -> str:  # fmt: skip
    """Return the line that a finding becomes in a draft: which duty, by when, what is wrong, in figures."""
    rule = f"按规则扣{points}分。" if points else ""
    if cause is Cause.PACE and pace is not None and checked_on is not None:
        return f"“{title}”{pace_words(pace, checked_on)}。{rule}"
    if cause is Cause.HISTORY:
        return f"累计已印发{len(counted)}份文书（{'、'.join(counted)}），达到规定次数，最近一份为“{title}”。{rule}"
    due = f"，应于{show_day(due_on)}前{duty}" if due_on else ""
    late = f"，截至起草时逾期{working_days_late}个工作日" if working_days_late > 0 else ""
    match cause:
        case Cause.QUALITY:
            return f"“{title}”{due}，上报材料已被退回{quality_failures}次{late}。{rule}"
        case Cause.RECHECK:
            return f"“{title}”{due}，复查未通过{failed_rechecks}次{late}。{rule}"
        case Cause.ORDER:
            why = f"（{ordered_reason}）" if ordered_reason else ""
            return f"“{title}”{due}，按领导批示督办{why}{late}。{rule}"
        case _:
            return f"“{title}”{due}，至今未{duty}{late}。{rule}"


def pace_words(pace: tuple[int, int], checked_on: date) -> str:
    """Return how far behind scheduled progress a check found a duty; `pace` is (scheduled, actual) in basis points."""
    scheduled, actual = pace
    gap = max(0, scheduled - actual)
    return (
        f"截至{show_day(checked_on)}应完成{show_share(scheduled)}，实际完成{show_share(actual)}，"
        f"落后序时进度{show_share(gap).removesuffix('%')}个百分点"
    )


def missing_paper(ref: str) -> str:
    """Return the sentence for a paper that is not there, or somebody else's."""
    return f"没有编号为“{ref}”的文书，或者您无权查看。"
