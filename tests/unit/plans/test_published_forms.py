"""What published plans are built of: duties under a heading of things, duties counted off in one paragraph, returns."""

from __future__ import annotations

import pytest

from tests.unit.plans.plans_written import measures
from tracker.plans.reading import read_text
from tracker.plans.shapes import Measure

RULES = "柳湾镇食堂管理办法\n第一条 为规范食堂，制定本办法。\n第二条 各单位应当每月盘点一次。\n第三条 后勤科负责检查。"
ANSWERS = "禁毒法普法问答\n一、学校有什么责任？\n答：应当开展宣传教育，发现线索及时报告。\n二、什么是毒品？\n答：略。"
BOTH = "柳湾镇上半年综治工作总结及下半年工作计划\n一、成效\n（一）每周排查矛盾，化解61起。\n二、计划\n（一）9月底前完成积案化解。"
CALL = "倡议书\n全体职工：\n我们发出如下倡议：\n一、人人要节约用电。\n二、各科室要带头关灯。"


def read(text: str) -> tuple[Measure, ...]:
    return measures(f"一、任务\n1.{text}")


def told(found: tuple[Measure, ...]) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    return [(each.lead_units, each.support_units) for each in found]


HOUSE = "第三小学门卫制度\n一、门卫必须坚守岗位，不得脱岗。\n二、保卫处每周检查一次，并做好记录。"
MEETING = (
    "关于召开全县防汛会议的通知\n一、参会人员\n各乡镇主要负责人。\n二、要求\n请参会人员提前入场，严格遵守会议纪律。"
)
ASKED = "殡葬改革宣传材料\n一、为什么要改革？\n为了节约土地。\n二、党员应当怎么做？\n党员干部要带头执行，严禁大操大办。"
LECTURE = "安全教育专题党课讲稿\n一、怎样抓好安全\n第一，各车间每天班前检查。\n第二，安全科要每周督查。"
SHOWN = "关于低保对象的公示\n一、公示期间如有异议，应当如实反映。\n二、民政办负责核实，3个工作日内答复。"
POINTS = "镇长在防汛会上的讲话要点\n一、认清形势\n形势严峻。\n二、抓好落实\n一要抓排查。各责任单位要逐处检查，5月底前整改。\n二要抓值守。水利站要每周通报。"


@pytest.mark.parametrize("text", [RULES, ANSWERS, BOTH, CALL, HOUSE, POINTS, MEETING, ASKED, LECTURE, SHOWN])
def test_rules_answers_reports_with_an_outlook_and_calls_are_no_plans(text: str) -> None:
    assert read_text(text).document != "plan"


def test_deeds_under_a_heading_of_things_are_duties_and_things_are_none() -> None:
    deeds = "一、整治重点\n1.清沟渠。对堵塞的沟渠进行清淤。\n2.清除占用通道的杂物和旧家具。"
    things = "一、整治重点\n1.利用虚假名义行骗的社会组织。\n2.与企业勾连开展活动的协会。"
    assert [len(measures(text)) for text in (deeds, things)] == [2, 0]


def test_duties_counted_off_in_one_paragraph_are_several() -> None:
    found = measures(
        "一、工作要求\n一是加强领导。各村要成立专班。二是明确分工。要制定任务清单；三是按时报送。各站所每周四报送台账。"
    )
    assert [each.ordinal for each in found] == ["一是", "二是", "三是"]
    assert found[2].text.startswith("按时报送")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("文化和旅游局负责检查。", [(("文化和旅游局",), ())]),
        ("各网点布置宣传栏，每个网点开展两次户外宣传。", [(("各网点",), ())]),
        ("各学校配合城管部门清理校门口摊点。", [(("各学校",), ())]),
        ("各处室密切配合，确保演练顺利。", [(("各处室",), ())]),
        ("食品股牵头，各监管所对超市逐户检查。", [(("食品股",), ("各监管所",))]),
        ("发生险情的村（社区）要立即报告镇应急办。", [(("村（社区）",), ())]),
        ("举报中心安排专人接听电话。", [(("举报中心",), ())]),
        ("政法委牵头抓总，法院、检察院各负其责，对案件集中评查。", [(("政法委",), ("法院", "检察院"))]),
        ("残联与公安局、民政局开展数据比对。", [(("残联", "公安局", "民政局"), ())]),
        ("镇政府与各村签订责任书。", [(("镇政府",), ())]),
        ("药学部储备药物不少于一个月用量。", [(("药学部",), ())]),
        ("安全部牵头，各部门参与，开展演练。", [(("安全部",), ("各部门",))]),
        ("办公室协调县融媒体中心播出专题。", [(("办公室",), ())]),
        ("社区从党建经费中列支两万元，业委会通过收益解决电费。", [(("社区",), ()), (("业委会",), ())]),
    ],
)
def test_who_has_to_do_what(text: str, said: list[tuple[tuple[str, ...], tuple[str, ...]]]) -> None:
    assert told(read(text)) == said


def test_a_return_of_somebody_else_with_a_day_of_its_own_stands_apart() -> None:
    found = read("2月20日前报送总结，综合股2月28日前形成全县总结。")
    assert [each.deadline.day for each in found if each.deadline] == [20, 28]
    found = read("组织一次集中发放仪式，执行局于1月22日前形成报告报党组。")
    assert told(found) == [((), ()), (("执行局",), ())]


def test_in_a_stage_a_sentence_with_its_doer_stands_apart_but_not_from_the_stage_s_name() -> None:
    body = "一、实施步骤\n（一）集中执行（5月1日至6月30日）。综合运用限高、失信措施，逐案推进。法警队保障行动。"
    assert told(measures(body)) == [((), ()), (("法警队",), ())]
    assert told(measures("一、实施步骤\n（一）督查验收：7月。文明办实地督查。")) == [(("文明办",), ())]


def test_what_each_unit_must_set_up_is_a_duty_and_a_line_of_contact_is_none() -> None:
    body = "一、工作要求\n1.提高认识。各学校要充分认识其重要性，成立以校长为组长的工作小组。\n2.街道将此项工作纳入年终考核。\n联系人：街道办公室，电话：略"
    assert told(measures(body)) == [(("各学校",), ()), (("街道",), ())]


def test_a_season_and_a_state_of_mind_order_nothing() -> None:
    season = "一、防火期\n2025年2月1日至5月15日为防火期，其中3月为高火险期。"
    zeal = "一、工作要求\n1.统一思想。全体干警要充分认识重要意义，以饱满的精神状态投入行动。"
    assert not measures(season)
    assert not measures(zeal)


def test_how_often_is_said_by_pairs_of_ones() -> None:
    (only,) = read("专项办实行一月一调度、一季一通报。")
    assert only.deadline is not None
    assert (only.deadline.every, only.deadline.count) == ("month", 1)


def test_a_year_that_turns_after_the_signing() -> None:
    autumn = read_text(
        "关于做好2024年度参保工作的通知\n1.各社区10月15日前发放宣传单。\n2.医保办2月底前形成总结。\n2023年9月26日"
    )
    winter = read_text(
        "节日检查工作方案\n自即日起至2025年2月28日开展检查。\n1.抽检办1月25日前公布结果。\n2024年12月20日"
    )
    assert [each.deadline.year for each in autumn.measures if each.deadline] == [2023, 2024]
    assert [each.deadline.year for each in winter.measures if each.deadline] == [2025]


def test_a_month_at_the_head_of_an_item_holds_for_all_of_it() -> None:
    found = measures("一、活动安排\n1.9月：组织新生参观禁毒展馆，各班出一期禁毒黑板报。")
    assert [(each.lead_units, each.deadline and each.deadline.month) for each in found] == [((), 9), (("各班",), 9)]


def test_numbered_labels_beside_a_task_say_whose_it_is() -> None:
    (only,) = measures(
        "一、整改任务\n（一）巡查不到位\n1.整改措施：逐月开展巡查。\n2.责任单位：水务站、各村\n3.整改时限：6月底前"
    )
    assert only.lead_units == ("水务站", "各村")
    assert only.deadline is not None
    assert (only.deadline.type, only.deadline.month) == ("by_date", 6)


def test_whose_summary_is_sent_in_sends_it() -> None:
    (only,) = measures("一、备汛\n1.各乡镇、各成员单位备汛工作总结于5月10日前报防汛办。")
    assert only.lead_units == ("各乡镇", "各成员单位")


def test_what_is_done_each_year_is_due_by_the_day_that_the_plan_says() -> None:
    (only,) = read("为老年人每年提供一次体检，10月31日前完成。")
    assert only.deadline is not None
    assert (only.deadline.type, only.deadline.month, only.deadline.day) == ("by_date", 10, 31)


def test_lines_under_a_group_say_who_leads_it_and_what_it_has_to_do() -> None:
    found = measures(
        "一、组织领导\n成立专班，下设工作组。\n（一）综合组\n牵头单位：住建局\n成员单位：信访局\n工作职责：负责日常工作，每周汇总进展。\n"
        "（二）项目推进组\n牵头单位：发改局\n工作职责：负责督促企业复工。\n二、步骤\n（一）摸底阶段（4月底前）。项目推进组摸清底数。"
    )
    assert told(found) == [(("住建局",), ("信访局",)), (("发改局",), ()), (("项目推进组",), ())]


@pytest.mark.parametrize(
    ("text", "lead"),
    [
        ("各村成立走访队，由包村领导任队长，村干部为队员，逐户走访。", ("各村",)),
        ("镇每周召开一次调度会。", ("镇",)),
        ("乡组建三十人的扑火队。", ("乡",)),
    ],
)
def test_who_is_only_a_member_does_not_do_it_and_an_office_may_have_a_name_of_one_letter(
    text: str, lead: tuple[str, ...]
) -> None:
    (only,) = read(text)
    assert only.lead_units == lead


def test_a_day_inside_a_stage_is_a_day_and_not_the_stage_s() -> None:
    (only,) = measures("一、安排\n第二阶段：排查整改（2月26日—3月15日）。各部门逐项排查，3月5日前交保卫处。")
    assert only.deadline is not None
    assert (only.deadline.type, only.deadline.day) == ("by_date", 5)


def test_bare_units_in_a_bracket_behind_a_stop_may_be_short() -> None:
    (only,) = read("推进粪污处理设施建设，与改厕同步运行。（农业农村局、各镇）")
    assert only.lead_units == ("农业农村局", "各镇")
