"""Sentences that hold more than one duty, or one duty in two; who lends people; days that come back each year."""

from __future__ import annotations

import pytest

from tests.unit.plans.plans_written import measures
from tracker.plans.kinds import words_of_kind
from tracker.plans.reading import read_text
from tracker.plans.recurrences import find_recurring
from tracker.plans.shapes import Measure


def read(text: str) -> tuple[Measure, ...]:
    return measures(f"一、任务\n1.{text}")


def one(text: str) -> Measure:
    (found,) = read(text)
    return found


@pytest.mark.parametrize(
    ("written", "month", "day"),
    [
        ("每年11月9日开展消防宣传", 11, 9),
        ("每年3月底前完成自评", 3, None),
        ("每年9月，各校上好第一课", 9, None),
        ("每年6月1日至6月30日为宣传月", 6, 30),
        ("每年5月10日—16日集中宣传", 5, 16),
        ("每年12月至次年2月值守", 12, None),
    ],
)
def test_a_place_in_the_year_keeps_its_month_and_the_last_of_its_days(
    written: str, month: int, day: int | None
) -> None:
    found = find_recurring(written)
    assert found is not None
    assert (found[0].every, found[0].month, found[0].day) == ("year", month, day)


@pytest.mark.parametrize("written", ["每年3月、9月各普查一次", "每年和3月份一样组织2次"])
def test_two_months_of_a_year_are_no_single_day(written: str) -> None:
    found = find_recurring(written)
    assert found is not None
    assert found[0].month is None


def test_a_return_said_first_and_then_dated_is_one_duty_with_its_day() -> None:
    found = one("各社区每月报送进度。每月28日前将当月进度报街道安监办。")
    assert found.deadline is not None
    assert (found.deadline.every, found.deadline.by_day) == ("month", 28)
    assert found.lead_units == ("各社区",)
    assert found.questions == ()


def test_returns_of_different_things_are_two_duties() -> None:
    first, second = read("各社区每月报送进度。每月28日前将隐患台账报街道安监办。")
    assert (first.text, second.text) == ("各社区每月报送进度", "每月28日前将隐患台账报街道安监办")
    assert (first.lead_units, second.lead_units) == (("各社区",), ("各社区",))


def test_what_is_done_each_week_and_what_each_month_are_two_duties() -> None:
    first, second = read("专班办公室每周一汇总进展，每月5日前通报落后单位。")
    assert first.deadline is not None
    assert second.deadline is not None
    assert (first.deadline.every, first.deadline.by_day) == ("week", 1)
    assert (second.deadline.every, second.deadline.by_day) == ("month", 5)


def test_once_a_week_is_no_monday() -> None:
    deadline = one("专班办公室每周一调度。").deadline
    assert deadline is not None
    assert (deadline.every, deadline.by_day, deadline.count) == ("week", None, 1)


def test_a_period_belongs_to_the_unit_that_it_is_said_of() -> None:
    first, second = read("各网点对照清单逐项整改，市分行检查组每月抽查一遍。")
    assert (first.lead_units, first.deadline) == (("各网点",), None)
    assert second.lead_units == ("市分行检查组",)
    assert second.deadline is not None
    assert second.deadline.every == "month"


def test_what_is_done_each_day_and_told_each_week_stays_one_duty() -> None:
    assert len(read("镇网格中心每天巡查线上线索，每周向各村推送一次提示。")) == 1


def test_a_return_s_day_belongs_to_the_unit_that_sends_it_in() -> None:
    first, second = read("各责任科室限期整改，安全办于11月13日前将整改情况报院长办公会。")
    assert (first.lead_units, first.deadline) == (("各责任科室",), None)
    assert second.lead_units == ("安全办",)
    assert second.deadline is not None
    assert (second.deadline.month, second.deadline.day) == (11, 13)


def test_who_only_leads_shares_the_period_with_those_who_act() -> None:
    found = one("镇平安办牵头，派出所、司法所每月排查一遍矛盾纠纷。")
    assert found.deadline is not None
    assert found.lead_units[0] == "镇平安办"


@pytest.mark.parametrize(
    "text",
    [
        "由镇水务站牵头，镇财政所、镇农技站各抽调2名骨干组成专班。",
        "镇水务站牵头，镇财政所、镇农技站各派1名专人集中办公。",
        "由镇水务站牵头，镇财政所、镇农技站分别选派若干人员参加。",
    ],
)
def test_who_sends_people_to_another_s_work_helps(text: str) -> None:
    assert one(text).lead_units == ("镇水务站",)
    assert one(text).support_units == ("镇财政所", "镇农技站")


def test_who_sends_people_to_nobody_s_work_in_particular_has_the_duty() -> None:
    assert one("各村、镇直各单位各抽调2名人员参加集中整治。").lead_units == ("各村", "镇直各单位")


@pytest.mark.parametrize(
    ("text", "lead", "support"),
    [
        ("对可能生事的，由镇政法办会同派出所、信访办制定一案一策。", ("镇政法办",), ("派出所", "信访办")),
        ("妇联、老干部局面向老人每季度讲一次课。", ("妇联", "老干部局"), ()),
        ("镇文化站组织巡演，由团委、妇联协办。", ("镇文化站",), ("团委", "妇联")),
        ("对整改不到位的单位，镇督查办每月通报一次。", ("镇督查办",), ()),
        (
            "对隐患（含线路老化、设施缺失（损坏）等），由镇应急办（消防站）挂牌督办，各村（社区）包保落实。",
            ("镇应急办（消防站）", "各村（社区）"),
            (),
        ),
        ("县禁毒委各成员单位集中开展宣传。", ("县禁毒委各成员单位",), ()),
        ("小学三年级至初中二年级每学期安排不少于2课时。", (), ()),
        ("宣传办策划“一月一主题”活动。", ("宣传办",), ()),
        ("县应急局牵头，县人武部配合，加固堤防。", ("县应急局",), ("县人武部",)),
    ],
)
def test_names_are_told_from_what_stands_beside_them(
    text: str, lead: tuple[str, ...], support: tuple[str, ...]
) -> None:
    assert (one(text).lead_units, one(text).support_units) == (lead, support)


@pytest.mark.parametrize(
    "text",
    [
        "各村4月1日前启动清淤，5月15日前全面完成。",
        "加快清淤。（责任单位：各村；完成时限：4月1日前开工，5月15日前完工）",
        "各村5月15日前完成清淤，6月1日前启动管护。",
    ],
)
def test_work_that_begins_by_one_day_and_ends_by_another_is_due_when_it_ends(text: str) -> None:
    found = one(text)
    assert found.deadline is not None
    assert (found.deadline.type, found.deadline.month, found.deadline.day) == ("by_date", 5, 15)
    assert found.questions, "the other day is asked about"


def test_a_day_between_who_acts_and_what_is_set_up_is_the_day() -> None:
    deadline = one("区质安站6月16日在中心广场设立咨询台。").deadline
    assert deadline is not None
    assert (deadline.type, deadline.month, deadline.day) == ("by_date", 6, 16)


def test_lessons_count_as_times() -> None:
    deadline = one("各校每学期安排不少于2课时。").deadline
    assert deadline is not None
    assert (deadline.every, deadline.count) == ("half-year", 2)


def test_a_bracket_on_its_own_line_governs_the_items_above_it() -> None:
    first, second = measures(
        "一、任务\n1.对过期气瓶一律收缴。\n2.建立追溯系统，9月10日前完成赋码。\n（以上任务由区市场监管局牵头，各街道配合）"
    )
    for found in (first, second):
        assert (found.lead_units, found.support_units) == (("区市场监管局",), ("各街道",))


def test_a_bracket_governs_as_many_items_above_it_as_it_says() -> None:
    found = measures(
        "一、任务\n1.张贴标语。\n2.开展巡河。\n3.清理河道漂浮物。\n（以上两项责任单位：镇水务站；完成时限：5月底前）\n"
        "4.劝阻野泳。（责任单位：派出所）"
    )
    assert [one.lead_units for one in found] == [(), ("镇水务站",), ("镇水务站",), ("派出所",)]
    assert [one.deadline is not None for one in found] == [False, True, True, False]
    numbered = measures("一、任务\n1.开展巡河。\n2.清理漂浮物。\n3.劝阻野泳。\n（1—3项由镇水务站牵头，各村配合）")
    assert {(one.lead_units, one.support_units) for one in numbered} == {(("镇水务站",), ("各村",))}


def test_a_line_about_all_above_stops_at_an_item_that_names_its_own() -> None:
    found = measures("一、任务\n1.巡查。（责任单位：派出所）\n2.清理垃圾。\n3.修补堤防。\n以上任务由镇水务站负责。")
    assert [one.lead_units for one in found] == [("派出所",), ("镇水务站",), ("镇水务站",)]


def test_a_work_notice_with_duties_and_dates_is_a_paper_of_tasks() -> None:
    body = "\n一、各镇要在6月17日前对低洼易涝区再排查一遍。\n二、县水利局要督促水库责任人24小时在岗。"
    assert read_text("关于做好强降雨防范应对的工作提示" + body).document == "plan"
    assert read_text("出行安全温馨提示\n亲爱的居民朋友们，请您出门带好雨具。").document == "other"
    assert read_text("消费提示\n请广大市民理性消费。").document == "other"


def test_the_words_that_speak_for_a_kind_are_those_of_the_measure_else_of_its_heading() -> None:
    assert words_of_kind("摸排", "逐户排查并登记，再排查。") == ["排查", "登记"]
    assert words_of_kind("宣传", "走进集市。", ("集中宣传",)) == ["宣传"]
