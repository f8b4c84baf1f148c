"""Duties strung together with commas, and what stands beside them: who answers, who helps, what befalls the failing."""

from __future__ import annotations

import pytest

from tests.unit.plans.plans_written import measures
from tracker.plans.shapes import Measure


def read(text: str) -> tuple[Measure, ...]:
    return measures(f"一、任务\n1.{text}")


def told(text: str) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    return [(found.text, found.lead_units, found.support_units) for found in read(text)]


def test_each_doer_behind_a_comma_has_a_duty_of_its_own() -> None:
    assert told("严管炉灶。市场监管所负责查处无证商户，综合执法队对占道炉灶登记造册，司法所提供法律支持。") == [
        ("严管炉灶。市场监管所负责查处无证商户", ("市场监管所",), ()),
        ("综合执法队对占道炉灶登记造册", ("综合执法队",), ()),
        ("司法所提供法律支持", ("司法所",), ()),
    ]


def test_a_verb_that_nobody_thought_of_before_still_ends_the_name() -> None:
    assert [lead for _, lead, _ in told("区信访局开通绿色通道受理欠薪投诉，区法院对欠薪案件快立快审快执。")] == [
        ("区信访局",),
        ("区法院",),
    ]


@pytest.mark.parametrize(
    ("text", "lead", "support"),
    [
        ("水利站牵头，各村配合，对山塘逐口排查。", ("水利站",), ("各村",)),
        ("水利站要对山塘逐口排查，各村要积极配合做好引导。", ("水利站",), ("各村",)),
        ("水利站牵头，应急办、财政所各抽调1人组成专班。", ("水利站",), ("应急办", "财政所")),
        ("各科室6月底前完成自查，护士长为本科室责任人。", ("各科室",), ()),
        ("水利站要发挥牵头作用，应急办、财政所等部门要各司其职、密切配合。", ("水利站",), ("应急办", "财政所")),
        ("社区成立整治领导小组，各物业公司要逐栋排查。", ("各物业公司",), ()),
    ],
)
def test_who_helps_leads_or_answers_beside_a_doer_has_no_duty_apart(
    text: str, lead: tuple[str, ...], support: tuple[str, ...]
) -> None:
    assert [(lead, support)] == [(found.lead_units, found.support_units) for found in read(text)]


def test_a_bracket_behind_them_holds_a_string_of_doers_together() -> None:
    (only,) = read("水利站负责清淤疏浚河道，农技站负责排涝设备检修。（责任单位：水利站、农技站）")
    assert only.lead_units == ("水利站", "农技站")


def test_what_befalls_the_failing_is_nobody_s_duty() -> None:
    (only,) = measures(
        "一、工作要求\n（一）严格奖惩。镇政府每季度评比一次；被通报批评的村，村党支部书记作检讨，包村干部取消评优资格。"
    )
    assert only.lead_units == ("镇政府",)


def test_what_follows_from_who_answers_is_theirs_to_do() -> None:
    first, second = read("案发地乡镇是维稳第一责任主体，要耐心做好疏导，县信访局每周调度一次化解进度。")
    assert (first.lead_units, second.lead_units) == (("案发地乡镇",), ("县信访局",))


@pytest.mark.parametrize("heading", ["责任追究", "奖惩措施", "考核奖惩", "严格责任追究"])
def test_a_section_of_blame_and_praise_holds_consequences(heading: str) -> None:
    text = f"一、任务\n1.各村每天巡山。\n二、{heading}\n（一）对失职造成山火的，依规追究有关人员责任。\n（二）对成绩突出的，予以表彰。"
    assert [found.text for found in measures(text)] == ["各村每天巡山"]


def test_who_acts_in_a_section_of_blame_has_a_duty() -> None:
    found = measures(
        "一、任务\n1.各村每天巡山。\n二、考核奖惩\n（一）镇考核办要每季度对各村打分排名。\n（二）对末位的，取消评优资格。"
    )
    assert [each.lead_units for each in found] == [("各村",), ("镇考核办",)]


def test_a_return_goes_to_its_sender_behind_a_leader() -> None:
    first, second = read("由县处非办牵头，各银行配合，开展进社区活动，活动结束后一周内各乡镇将照片资料报县处非办。")
    assert (first.lead_units, first.support_units) == (("县处非办",), ("各银行",))
    assert second.lead_units == ("各乡镇",)


def test_a_clause_of_nothing_but_when_goes_with_what_is_done_then() -> None:
    first, second = read("11月15日前修订减排清单和应急预案，预警期间，各企业严格执行停限产措施。")
    assert (first.lead_units, first.deadline and first.deadline.month) == ((), 11)
    assert (second.text, second.lead_units) == ("预警期间，各企业严格执行停限产措施", ("各企业",))


def test_a_closing_tag_holds_for_the_sentences_before_it() -> None:
    found = read("深度治理。6月底前完成3家窑炉改造；10月底前完成8家锅炉改造。大气科牵头，执法大队配合。")
    assert [(each.lead_units, each.support_units, each.deadline and each.deadline.month) for each in found] == [
        (("大气科",), ("执法大队",), 6),
        (("大气科",), ("执法大队",), 10),
    ]


@pytest.mark.parametrize(
    ("text", "lead"),
    [
        ("5月28日至6月20日村委会24小时值班备勤。", ("村委会",)),
        ("每日17时前中心校向教办报平安。", ("中心校",)),
        ("放假前后，值周教师对校门口水塘巡查。", ("值周教师",)),
        ("生活老师每晚清点住校人数。", ("生活老师",)),
        ("实验员按规定存放药品。", ("实验员",)),
        ("县博物馆举办法规展览。", ("县博物馆",)),
        ("被检查学校要按照通知书逐条整改。", ("被检查学校",)),
        ("各学校校长（园长）要亲自带队自查。", ("各学校",)),
        ("社区联合辖区派出所清理楼道。", ("社区",)),
        ("房屋产权人、使用人必须落实安全责任。", ("房屋产权人", "使用人")),
        ("其他部门要抓好本行业安全。", ("其他部门",)),
        ("制定燃气经营企业检查标准。", ()),
        ("曝光一批重大火灾隐患单位。", ()),
        ("实行班主任负责制。", ()),
        ("清明期间在重点坟区派专人看守。", ()),
    ],
)
def test_whom_a_sentence_names_first(text: str, lead: tuple[str, ...]) -> None:
    assert [found.lead_units for found in read(text)] == [lead]


def test_a_group_that_others_lead_is_not_itself_responsible() -> None:
    (only,) = measures("一、分工\n排查组：由城建办牵头，各社区参加，负责逐栋排查。")
    assert (only.lead_units, only.support_units) == (("城建办",), ("各社区",))


def test_who_carries_out_beside_a_leader_in_a_bracket_helps() -> None:
    (only,) = read("规范检查。制定检查计划。（司法局牵头，各执法部门落实）")
    assert (only.lead_units, only.support_units) == (("司法局",), ("各执法部门",))


def test_who_provides_the_means_in_a_bracket_helps() -> None:
    (only,) = read("治理隐患路段。（公路局牵头，财政局保障资金）")
    assert (only.lead_units, only.support_units) == (("公路局",), ("财政局",))


def test_items_under_a_heading_with_a_colon_are_items() -> None:
    found = measures(
        "三、活动内容：\n（一）开展进校园活动（2025年6月15日前）\n地点：操场\n内容：讲解案例。\n责任人：各网格员\n"
        "（二）开展进商圈活动（2025年6月25日前）\n张贴海报。\n责任人：各网格长"
    )
    assert [(each.lead_units, each.deadline and (each.deadline.type, each.deadline.day)) for each in found] == [
        (("各网格员",), ("by_date", 15)),
        (("各网格长",), ("by_date", 25)),
    ]
