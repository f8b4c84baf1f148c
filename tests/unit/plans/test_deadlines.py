"""Dates: what binds, what only describes, what comes back, what never ends."""

from typing import Any

import pytest

from tracker.plans.deadlines import due_in, labelled_due
from tracker.plans.years import YearContext, year_context

IN_2025 = YearContext(2025, "标题写明的年份", (2025, 4, 8))
UNKNOWN = YearContext(None, "文中没有写明年份")


def parts(text: str, years: YearContext = IN_2025) -> dict[str, Any] | None:
    due = due_in(text, years).deadline
    if due is None:
        return None
    named = {"type": due.type, "year": due.year, "month": due.month, "day": due.day,
             "every": due.every, "count": due.count, "by_day": due.by_day}  # fmt: skip
    return {name: value for name, value in named.items() if value is not None}


@pytest.mark.parametrize(
    ("text", "month", "day"),
    [
        ("各村5月20日前上报名单", 5, 20),
        ("于六月十五日之前完成登记", 6, 15),
        ("2月底前完成排查", 2, 28),
        ("3月中旬前完成动员", 3, 20),
        ("9月上旬前完成总结", 9, 10),
        ("年底前建成", 12, 31),
        ("上半年完成改造", 6, 30),
        ("三季度末前完成验收", 9, 30),
        ("力争10月31日完成整治", 10, 31),
        ("7月20日至8月20日完成清理", 8, 20),
        ("7—8月集中开展处置", 8, 31),
        ("5月10日至20日开展自查", 5, 20),
        ("即日起至11月底，集中开展排查", 11, 30),
        ("请务必在4月18日（周五）下午5时前报送", 4, 18),
        ("不迟于8月5日报送方案", 8, 5),
    ],
)
def test_a_day_to_be_done_by(text: str, month: int, day: int) -> None:
    assert parts(text) == {"type": "by_date", "year": 2025, "month": month, "day": day}


@pytest.mark.parametrize(
    "text",
    [
        "对2023年12月31日前开立的账户逐户核对",
        "对6月底前未完成整改的单位，严肃追责",
        "截至3月底全镇共有出租房400间",
        "今年3月以来发生的案件逐案分析",
        "按照2022年5月印发的办法执行",
        "利用6月26日国际禁毒日开展宣传",
        "三年内不得评优",
        "结合《2024年12月底前行动计划》落实",
        "与去年6月相比",
        "持续加强宣传，不断扩大覆盖面",
        "本办法自2025年5月1日起施行",
        "纳入年底考核",
    ],
)
def test_a_time_that_only_describes_is_no_deadline(text: str) -> None:
    assert parts(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("于每月19日前报送进展", {"every": "month", "count": 1, "by_day": 19}),
        ("每季度至少开展1次演练", {"every": "quarter", "count": 1}),
        ("每周不少于2次巡查", {"every": "week", "count": 2}),
        ("每月至少推送三篇稿件", {"every": "month", "count": 3}),
        ("每半年召开一次会议", {"every": "half-year", "count": 1}),
        ("每周五前报送周报", {"every": "week", "count": 1, "by_day": 5}),
        ("每月底前汇总台账", {"every": "month", "count": 1, "by_day": 31}),
        ("每年至少组织2场培训", {"every": "year", "count": 2}),
        ("每旬通报一次", {"every": "ten-days", "count": 1}),
        ("按季度通报情况", {"every": "quarter", "count": 1}),
        ("即日起至9月30日，每周开展一次督查", {"every": "week", "count": 1}),
    ],
)
def test_what_comes_back(text: str, expected: dict[str, Any]) -> None:
    assert parts(text) == {"type": "recurring", **expected}


@pytest.mark.parametrize("text", ["做好日常巡查，长期坚持", "加强监管，持续推进。", "坚持常态化开展"])
def test_what_never_ends(text: str) -> None:
    assert parts(text) == {"type": "continuous"}


def test_a_start_is_no_end() -> None:
    assert parts("9月上旬起转入常态管理") == {"type": "start_by", "year": 2025, "month": 9, "day": 1}


def test_from_now_on_means_the_date_of_signing() -> None:
    assert parts("即日起停止办理") == {"type": "start_by", "year": 2025, "month": 4, "day": 8}


def test_a_month_without_its_end_is_read_to_the_letter_and_asked_about() -> None:
    due = due_in("6月份之前完成培训", IN_2025)
    assert due.deadline is not None
    assert (due.deadline.month, due.deadline.day) == (5, 31)
    assert "6月30日" in due.questions[0]


def test_january_s_eve_is_last_year_s_end() -> None:
    assert parts("1月份之前完成") == {"type": "by_date", "year": 2024, "month": 12, "day": 31}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("持续推进", "continuous"),
        ("长期", "continuous"),
        ("2025年8月", "by_date"),
        ("20xx年12月31日前", "by_date"),
        ("每月5日前", "recurring"),
        ("持续推进，5月31日前开始试点", "start_by"),
    ],
)
def test_the_value_of_a_time_label(value: str, expected: str) -> None:
    due = labelled_due(value, IN_2025).deadline
    assert due is not None
    assert due.type == expected


def test_a_masked_year_stays_unknown() -> None:
    due = labelled_due("20xx年12月31日前", IN_2025).deadline
    assert due is not None
    assert (due.year, due.month, due.day) == (None, 12, 31)


def test_a_time_that_cannot_be_read_is_asked_about() -> None:
    assert labelled_due("3个工作日", IN_2025).questions


def test_the_second_time_of_an_item_is_asked_about() -> None:
    assert any("5月底" in question for question in due_in("4月底前完成摸排并在5月底前完成整改", IN_2025).questions)


def test_a_window_over_new_year_ends_in_the_next() -> None:
    assert parts("2025年11月1日至次年3月31日开展防火") == {"type": "by_date", "year": 2026, "month": 3, "day": 31}


@pytest.mark.parametrize(
    ("title", "paragraphs", "year"),
    [
        ("平安镇2024年工作方案", [], 2024),
        ("平安镇工作方案", ["依据《2019年条例》制定。", "2023年6月1日"], 2023),
        ("平安镇工作方案", ["平政办〔2022〕7号"], 2022),
        ("平安镇20xx年工作方案", ["20xx年5月1日"], None),
        ("平安镇工作方案", ["根据市公安局2021年通报精神"], None),
    ],
)
def test_the_plan_s_year_and_nobody_else_s(title: str, paragraphs: list[str], year: int | None) -> None:
    assert year_context(title, paragraphs).year == year


def test_no_year_is_made_up() -> None:
    assert parts("8月25日前报送总结", UNKNOWN) == {"type": "by_date", "month": 8, "day": 25}
