"""What stands around an item: those addressed, the signature, the year of its stage, closing paragraphs."""

from tests.unit.plans.plans_written import measures
from tracker.plans.reading import read_text


def test_those_addressed_do_nothing_by_that() -> None:
    found = read_text(
        "关于做好防汛工作的通知\n各村、镇直各单位：\n根据要求，现就有关事项通知如下。\n一、备足物资，5月底前完成。\n二、水务站负责检查。"
    ).measures
    assert [m.lead_units for m in found] == [(), ("水务站",)]


def test_the_signature_is_no_part_of_the_last_item() -> None:
    found = measures("一、任务\n1.各村巡堤。\n2.水务站备足砂石。\n镇防汛办\n2025年5月6日")
    assert found[-1].text == "水务站备足砂石"


def test_a_year_printed_in_a_stage_holds_for_the_dates_behind_it() -> None:
    found = measures(
        "一、步骤\n（一）部署阶段（即日起至2023年11月底）。各村动员。\n（二）总结阶段（2024年3月16日至3月31日）。各村总结，3月25日前报镇应急办。",
        "柳湾镇冬防工作方案",
    )
    assert [(m.deadline.year, m.deadline.month) for m in found if m.deadline] == [(2023, 11), (2024, 3)]


def test_the_period_under_review_is_not_the_plan_s_year() -> None:
    found = measures(
        "一、检查范围\n2022年1月1日至2023年12月31日期间的报销费用。\n二、步骤\n1.各诊所自查，3月底前完成。",
        "柳湾镇医保检查方案",
    )
    assert [m.deadline.year for m in found if m.deadline] == [None]


def test_a_closing_return_belongs_to_those_it_names() -> None:
    found = measures(
        "一、清理。清理柴草。林业站牵头，各村参与。\n二、宣传。张贴告示。学校负责。\n各责任单位每季度末月20日前报送进展。"
    )
    assert [m.lead_units for m in found] == [("林业站",), ("学校",), ("各责任单位",)]
    closing = found[-1].deadline
    assert closing is not None
    assert (closing.type, closing.every, closing.by_day) == ("recurring", "quarter", 20)


def test_labels_parted_by_semicolons_stay_with_their_item() -> None:
    found = measures(
        "一、严把关口。对异常情形一律拒绝。责任部门：运营部；配合部门：各网点；完成时间：持续推进。\n二、每月排查一次账户。责任部门：营业部；完成时间：2025年年底前。"
    )
    assert [(m.lead_units, m.support_units) for m in found] == [(("运营部",), ("各网点",)), (("营业部",), ())]
    assert [m.deadline.type for m in found if m.deadline] == ["continuous", "by_date"]


def test_the_time_of_a_tag_comes_before_the_times_in_the_text() -> None:
    found = measures("一、任务\n1.每月排查一次账户。（责任单位：营业部。完成时限：2025年6月底前）")
    assert found[0].deadline is not None
    assert found[0].deadline.type == "by_date"


def test_by_whom_is_said_with_you() -> None:
    found = measures("一、任务\n1.外出人员由村干部逐户联系。对失联人员，由派出所登记。\n2.对工作不力的，由镇纪委约谈。")
    assert [m.lead_units for m in found] == [("村干部",), ("派出所",), ("镇纪委",)]


def test_a_stage_s_subject_may_stand_behind_its_colon() -> None:
    found = measures("一、步骤\n（一）动员阶段（2025年3月）：各医院制定方案。")
    assert [(m.lead_units, m.deadline and m.deadline.type) for m in found] == [(("各医院",), "phase")]


def test_a_frame_heads_the_items_below_it() -> None:
    found = measures("一、任务\n【材料组】 牵头领导：陈某 责任单位：党政办、禁毒办\n1.整理台账。\n2.起草材料。")
    assert [m.lead_units for m in found] == [("党政办", "禁毒办")] * 2


def test_one_of_the_units_of_the_tag_above_does_not_push_the_leader_aside() -> None:
    found = measures(
        "一、改厕（牵头单位：农业办；责任单位：各村）\n1.摸清底数。各村3月15日前完成登记。\n2.派出所维护秩序。"
    )
    assert [(m.lead_units, m.support_units) for m in found] == [(("农业办",), ("各村",)), (("派出所",), ())]


def test_standards_and_limits_are_no_duties() -> None:
    found = measures("一、创建标准\n1.无重大纠纷。\n2.无重大火灾。\n二、禁放区域\n全镇范围。\n三、措施\n1.各村巡查。")
    assert len(found) == 1


def test_how_a_screen_runs_is_no_deadline() -> None:
    assert measures("一、任务\n1.电子屏每天滚动播放标语。")[0].deadline is None


def test_two_dates_of_one_course_of_action_stay_together() -> None:
    found = measures("一、任务\n1.各村开展排查，5月底前完成排查，9月底前完成整治。")
    assert len(found) == 1
    assert found[0].deadline is not None
    assert (found[0].deadline.month, bool(found[0].questions)) == (5, True)
