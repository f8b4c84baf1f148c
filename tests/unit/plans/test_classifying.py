"""A plan, or not: and the reason is said."""

import pytest

from tests.unit.plans.plans_written import measures
from tracker.plans.reading import read_text

LESSON = """防诈骗主题班会教案
一、班会目的
让学生学会识别骗局。
二、班会过程
1.导入：老师播放视频，学生讨论。
2.班主任总结：同学们要守住个人信息。"""
LETTER = """致居民的一封信
亲爱的居民朋友：
请您不要向陌生账户转账。
一、要核实对方身份。
二、遇事先打96110。"""
SUMMARY = """柳湾镇防火工作总结
今年以来，我镇共开展检查40次，整改隐患62处，取得明显成效。
一、加强领导。成立了专班，召开了动员会。
二、下一步打算。各村要继续巡查，6月底前完成。"""
SPEECH = """在全镇防火会上的讲话
同志们：今天我讲三点意见。
一、各村要加强巡查。
二、派出所要严格执法。
谢谢大家。"""
FRAGMENT = "防火工作方案\n坚持以人民为中心，坚持问题导向。"
MINUTES = "防汛工作联席会议纪要\n会议听取了水务站汇报，研究了下步工作。会议强调，各村要提高认识，5月底前完成排查。"
BULLETIN = "全镇防汛例会简报\n3月12日，镇防汛办召开例会。会议要求，各村要提高认识，5月底前完成排查；派出所要严格执法；水务站要备足物资。"
EXPERIENCE = (
    "守护平安柳湾\n近年来，柳湾镇组建了三支队伍，累计开展宣讲200余场次，建立了预警机制，成功劝阻87人，取得显著成效。"
)
FRAME = "全县防汛责任分解表\n县水利局：负责水库巡查，每月通报情况。\n各乡镇：负责辖区排查，组织群众转移。"
UNNAMED = """为做好防汛工作，各村要高度重视。
一、责任单位要落实包保责任，5月底前完成排查。
二、各村要备足物资，水务站负责检查，严禁脱岗。
三、有关部门要密切配合，每月25日前报送进展。"""


@pytest.mark.parametrize(
    ("text", "document"),
    [
        (LESSON, "lesson"),
        (LETTER, "other"),
        (SUMMARY, "summary"),
        (SPEECH, "other"),
        (FRAGMENT, "other"),
        (UNNAMED, "plan"),
        (MINUTES, "other"),
        (BULLETIN, "summary"),
        (EXPERIENCE, "summary"),
        (FRAME, "plan"),
    ],
)
def test_what_a_document_is(text: str, document: str) -> None:
    reading = read_text(text)
    assert reading.document == document
    assert reading.reasons
    assert bool(reading.measures) == (document == "plan")


def test_a_summary_s_figures_can_be_taken_over() -> None:
    reported = [(quantity.target, quantity.unit) for quantity in read_text(SUMMARY).reported]
    assert reported == [(40.0, "次"), (62.0, "处")]


def test_a_school_plan_with_a_class_meeting_in_it_is_a_plan() -> None:
    found = measures("一、活动安排\n1.各班于5月10日前召开主题班会。\n2.政教处负责检查。", "柳湾小学防火宣传活动方案")
    assert [measure.lead_units for measure in found] == [("各班",), ("政教处",)]


def test_a_notice_that_sends_out_a_plan_is_a_plan() -> None:
    text = "关于做好防汛工作的通知\n各村：\n现将有关事项通知如下：\n一、各村要备足物资，5月底前完成。\n二、水务站负责检查。"
    assert read_text(text).document == "plan"


REPORT = """柳湾镇禁烧工作汇报材料
我镇有12个行政村。
一、责任到位。镇干部包村、村干部包组，层层签订责任书。
二、巡查到位。各村设立值守点，派出所负责查处。
三、下一步，各村要继续巡查，农技站要加快离田，派出所必须从严查处。"""
ACCOUNT = """禁毒工作述职报告
一年来，我镇认真履职。现述职如下：
一、履职情况
（一）落实经费8万元，与16个村签订责任书。
二、下步打算
一是各村要完成踏查；二是派出所要加强管控；三是3月底前配齐人员。"""
NEWS = """我县召开反诈工作推进会
5月20日下午，我县召开反诈工作推进会，各成员单位参加会议。
会议要求，公安机关要加大打击力度，各乡镇要加强宣传，6月底前实现全覆盖。"""
LOOKS_BACK = """柳湾镇2025年反诈行动计划
2024年，全镇共立案320起，同比下降15%，累计挽损1200余万元，取得了明显成效，但仍存在宣传不均衡等问题，先后通报6次。
一、派出所每月开展集中打击。
二、各村3月底前完成重点人群摸排。"""


@pytest.mark.parametrize(
    ("text", "document"), [(REPORT, "summary"), (ACCOUNT, "summary"), (NEWS, "other"), (LOOKS_BACK, "plan")]
)
def test_what_is_told_and_what_is_ordered(text: str, document: str) -> None:
    assert read_text(text).document == document


ANALYSIS = """关于我镇诈骗情况的分析报告
今年1至9月，我镇发生案件43起。现分析如下：
一、案件特点。刷单类占42%。
二、工作建议。各村要加强宣传，每月不少于一次；派出所要加强劝阻，10月底前完成排查；银行必须核实。"""
REMINDER = """致全县企业财务人员的提醒函
各企业财务负责人：
近期诈骗案件多发，现提醒您注意：
1.凡要求转账的，务必电话核实；
2.不要混用账户，严格执行审批流程。"""


@pytest.mark.parametrize(("text", "document"), [(ANALYSIS, "summary"), (REMINDER, "other")])
def test_a_report_proposes_and_a_reminder_warns(text: str, document: str) -> None:
    assert read_text(text).document == document


def test_an_essay_thinks_about_work_and_orders_none() -> None:
    text = "基层禁毒宣传的实践与思考\n近年来各地积极探索。\n一、不足。覆盖不均。\n二、对策。教育部门要把禁毒课纳入课表，乡镇要发挥作用，公安机关要以案说法。"
    assert read_text(text).document == "other"
