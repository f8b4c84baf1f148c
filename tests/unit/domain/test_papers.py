"""What a paper says: its hash, its number, and lines that state facts and figures."""

from __future__ import annotations

from datetime import date

import pytest

from tracker.domain.escalation import Cause
from tracker.domain.papers import (
    BEGUN_BY_PEOPLE,
    NOTICE_TITLES,
    content_hash,
    default_body,
    default_title,
    duty_of,
    finding_line,
    printed_number,
)

PAPER = {
    "kind": "supervision_notice", "unit_id": 11, "severity": 3, "title": "督导通知书", "body": "请整改。",
    "details": {"place": "镇会议室", "held_on": "2026-04-10"}, "items": [(1, "第一项"), (2, "第二项")],
}  # fmt: skip
LINE = {
    "duty": "办结", "title": "排查出租房屋", "due_on": date(2026, 3, 20), "working_days_late": 0, "quality_failures": 0,
    "failed_rechecks": 0,
}  # fmt: skip


def test_the_same_content_has_the_same_hash_in_whatever_order_its_details_came():
    other = PAPER | {"details": {"held_on": "2026-04-10", "place": "镇会议室"}, "items": tuple(PAPER["items"])}
    assert content_hash(**PAPER) == content_hash(**other)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "interview_notice"}, {"unit_id": 12}, {"severity": 4}, {"title": "督导通知书 "}, {"body": "请整改"},
        {"details": {}}, {"items": [(1, "第一项")]}, {"items": [(2, "第二项"), (1, "第一项")]},
        {"items": [(1, "第一项"), (3, "第二项")]}, {"items": [(1, "第一项"), (2, "第二项。")]},
    ],
)  # fmt: skip
def test_whatever_changes_after_approval_changes_the_hash(change):
    assert content_hash(**PAPER | change) != content_hash(**PAPER)


@pytest.mark.parametrize(
    ("number", "expected"), [(1, "某反诈督〔2026〕1号"), (7, "某反诈督〔2026〕7号"), (120, "某反诈督〔2026〕120号")]
)
def test_a_number_is_printed_in_six_angle_brackets_without_leading_zeros(number, expected):
    assert printed_number("某反诈督", 2026, number) == expected


@pytest.mark.parametrize("kind", sorted(NOTICE_TITLES.keys() - BEGUN_BY_PEOPLE))
def test_each_kind_begins_with_a_title_and_a_text_that_name_the_campaign(kind):
    assert default_title(kind, "消防安全专项行动") == f"消防安全专项行动{NOTICE_TITLES[kind]}"
    assert "“消防安全专项行动”" in default_body(kind, "消防安全专项行动")


@pytest.mark.parametrize(
    ("cause", "facts", "expected"),
    [
        (
            Cause.LATE, {"working_days_late": 3},
            "“排查出租房屋”，应于2026年3月20日前办结，至今未办结，截至起草时逾期3个工作日。",
        ),
        (
            Cause.LATE, {"duty": "签收", "working_days_late": 4},
            "“排查出租房屋”，应于2026年3月20日前签收，至今未签收，截至起草时逾期4个工作日。",
        ),
        (
            Cause.QUALITY, {"quality_failures": 2},
            "“排查出租房屋”，应于2026年3月20日前办结，上报材料已被退回2次。",
        ),
        (
            Cause.QUALITY, {"quality_failures": 3, "working_days_late": 2},
            "“排查出租房屋”，应于2026年3月20日前办结，上报材料已被退回3次，截至起草时逾期2个工作日。",
        ),
        (
            Cause.RECHECK, {"failed_rechecks": 1},
            "“排查出租房屋”，应于2026年3月20日前办结，复查未通过1次。",
        ),
        (
            Cause.ORDER, {"ordered_reason": "群众反映强烈"},
            "“排查出租房屋”，应于2026年3月20日前办结，按领导批示督办（群众反映强烈）。",
        ),
        (Cause.ORDER, {"due_on": None}, "“排查出租房屋”，按领导批示督办。"),
    ],
)  # fmt: skip
def test_a_line_says_which_duty_by_when_and_what_is_wrong(cause, facts, expected):
    assert finding_line(cause=cause, **LINE | facts) == expected


@pytest.mark.parametrize(
    ("clock", "duty"), [("accept", "签收"), ("reply", "回复"), ("finish", "办结"), ("review", "办理")]
)
def test_a_clock_asks_for_its_own_duty(clock, duty):
    assert duty_of(clock) == duty
