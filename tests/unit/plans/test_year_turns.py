"""Years and days that only the rest of the text can tell: over the turn of the year, in a term, in a leap year."""

from __future__ import annotations

import pytest

from tests.unit.plans.plans_written import measures
from tracker.plans.recurrences import find_recurring


def due(body: str, title: str = "柳湾镇隐患整治工作方案") -> list[tuple[str, int | None, int | None, int | None]]:
    found = [each.deadline for each in measures(body, title)]
    return [(each.type, each.year, each.month, each.day) for each in found if each]


def test_a_time_over_the_turn_of_the_year_gives_each_month_its_year() -> None:
    text = "决定自2023年11月15日起至2024年春节前开展行动。\n一、任务\n1.各村12月5日前排查。\n2.各村1月20日前报送总结。"
    assert due(text) == [("by_date", 2023, 12, 5), ("by_date", 2024, 1, 20)]


@pytest.mark.parametrize(
    ("title", "year"),
    [
        ("县中学2023—2024学年度第二学期安全工作计划", 2024),
        ("县中学2023-2024学年第一学期安全工作计划", 2023),
    ],
)
def test_a_term_lies_in_one_of_its_two_years(title: str, year: int) -> None:
    month = 4 if year == 2024 else 10
    assert due(f"一、任务\n1.各班{month}月12日前上好一课。", title) == [("by_date", year, month, 12)]


def test_the_end_of_february_is_the_29th_in_a_leap_year() -> None:
    assert due("一、任务\n1.各科室2月底前整改。", "医院2024年消防方案") == [("by_date", 2024, 2, 29)]


def test_a_past_year_that_describes_an_object_dates_nothing() -> None:
    text = "一、任务\n1.各支行对2022年1月1日以来新开立的账户逐户排查，8月31日前完成。"
    assert due(text, "某行2023年排查方案") == [("by_date", 2023, 8, 31)]


def test_a_goal_by_the_end_of_a_month_tells_the_year() -> None:
    text = "一、工作目标：到2023年10月底，化解率达到90%以上。\n二、任务\n1.各村6月15日前排查。"
    assert due(text) == [("by_date", 2023, 6, 15)]


def test_a_stage_on_a_line_of_its_own_gives_its_days_to_what_stands_below() -> None:
    text = "一、工作步骤\n第一阶段：摸底排查（2022年6月10日—7月10日）\n各社区组织网格员逐栋摸底。"
    assert due(text) == [("phase", 2022, 7, 10)]


def test_a_stage_inside_a_sentence_is_a_stage_and_its_name_alone_no_duty() -> None:
    text = "一、步骤安排\n分两个阶段：第一阶段全面推进（2022年5月11日至8月31日），抓好任务落实；第二阶段总结验收（2022年9月1日至9月30日）。"
    assert due(text) == [("phase", 2022, 8, 31)]


def test_a_day_of_celebration_and_several_months_are_no_deadline() -> None:
    body = "一、任务\n1、3月25日“安全教育日”前后，政教处组织一次讲座。\n2、3月、4月、5月各开展一次演练。\n3、4月、5月、6月各走访一次。"
    assert due(body) == []
    assert len(measures(body)) == 3


@pytest.mark.parametrize(
    ("text", "every", "count"),
    [
        ("总值班每晚对重点部位巡查不少于2次", "day", 2),
        ("全年发起集群打击不少于3起", "year", 3),
        ("每月至少抓获嫌疑人2名", "month", 2),
        ("每日查看预警信息，发现线索24小时内推送", "day", 1),
    ],
)
def test_how_often(text: str, every: str, count: int) -> None:
    found = find_recurring(text)
    assert found is not None
    assert (found[0].every, found[0].count) == (every, count)


def test_what_is_of_each_week_is_no_time() -> None:
    assert find_recurring("公开每周食谱") is None
    assert find_recurring("每月工作安排") is None
