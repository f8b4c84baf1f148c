"""How offices word things when nobody edits them: verbs, brackets, quotations and dates as they come."""

import pytest

from tests.unit.plans.plans_written import measures
from tracker.plans.reading import read_text
from tracker.plans.shapes import Measure


def one(text: str) -> Measure:
    (found,) = measures(f"一、任务\n1.{text}")
    return found


@pytest.mark.parametrize(
    ("text", "lead", "support"),
    [
        ("清理河岸垃圾。由水务站、环卫所和各村（社区）负责具体实施。", ("水务站", "环卫所", "各村（社区）"), ()),
        ("县住建局会同县水务局、县财政局加快管网改造，年底前完工。", ("县住建局",), ("县水务局", "县财政局")),
        ("县督查室、县府办联合县教育局每月不少于一次暗访。", ("县督查室", "县府办"), ("县教育局",)),
        ("各乡镇、各有关部门自9月起每月20日前报送进展。", ("各乡镇", "各有关部门"), ()),
        ("每月5日主题党日由驻村第一书记讲一次反诈课。", ("驻村第一书记",), ()),
        ("10月31日前，各年级组上交总结，结果纳入文明班级考核。", ("各年级组",), ()),
        ("盯紧追赃，年底前挽损率不低于40%。牵头：县法院；配合：县检察院、县公安局", ("县法院",), ("县检察院", "县公安局")),
        ("发放一封信并收齐回执。责任人：各班班主任、体育组", ("各班班主任", "体育组"), ()),
        ("检查一遍线路。责任人：张某某", (), ()),
        ("保卫处牵头，学生工作部、研究生院、团委配合，每月开展一次宣传。", ("保卫处",), ("学生工作部", "研究生院", "团委")),
        ("后勤保障部在食堂电子屏播放短视频，每周更新。", ("后勤保障部",), ()),
        ("6月28日召开家长会，由德育处主讲暑期安全。", ("德育处",), ()),
        ("逐人劝返。（责任单位：政法办（牵头）、派出所、各村）", ("政法办",), ("派出所", "各村")),
        ("逐人劝返。（派出所、各村（配合））", ("派出所",), ("各村",)),
        ("每季度会商一次。〔牵头领导：×××，责任单位：政法办，配合单位：派出所、各村〕", ("政法办",), ("派出所", "各村")),
    ],
)  # fmt: skip
def test_who_is_meant_is_read_as_it_is_worded(text: str, lead: tuple[str, ...], support: tuple[str, ...]) -> None:
    found = one(text)
    assert (found.lead_units, found.support_units) == (lead, support)


@pytest.mark.parametrize(
    "text", ["发生3户以上的网点，由行长约谈网点主任，暂停业务。", "对工作滞后的，约谈社区主要负责人。"]
)
def test_who_is_called_in_bears_no_duty(text: str) -> None:
    assert one(text).lead_units == ()


def test_a_year_in_such_brackets_stays_the_number_of_a_paper() -> None:
    assert one("各村按照县安委〔2026〕3号责任清单开展排查。").lead_units == ("各村",)


def test_a_quotation_left_open_ends_with_its_bracket_and_swallows_no_sentence() -> None:
    found = one("清理小广告（俗称“牛皮癣）行动。城管队、公用事业办负责实施。")
    assert found.lead_units == ("城管队", "公用事业办")


@pytest.mark.parametrize("text", ["作品9月25日截止，美术组评选。", "征集作品，截止时间为9月25日。"])
def test_a_closing_day_is_the_last_day(text: str) -> None:
    deadline = one(text).deadline
    assert deadline is not None
    assert (deadline.type, deadline.month, deadline.day) == ("by_date", 9, 25)


def test_a_screen_that_plays_so_many_times_a_day_is_asked_for_each_day() -> None:
    deadline = one("电视台每日播放防溺水公益广告不少于3次。").deadline
    assert deadline is not None
    assert (deadline.every, deadline.count) == ("day", 3)


def test_an_item_that_begins_with_a_date_keeps_its_number() -> None:
    found = measures("一、任务\n（一）管住通道\n2、各村划好消防通道的线。\n3、6月30日前各村完成标识。")
    assert [(m.ordinal, m.deadline.day if m.deadline else None) for m in found] == [("(一)2", None), ("(一)3", 30)]


def test_a_date_within_a_stage_makes_no_stage_and_a_bare_stage_no_duty() -> None:
    plan = read_text(
        "柳湾镇整治方案\n一、实施步骤\n（一）集中整治阶段（2026年3月1日至5月31日）\n1.各村清理河道。\n"
        "2.4月20日组织一次大扫除。\n（二）长效机制阶段（2026年6月至12月）。"
    )
    assert [phase.name for phase in plan.phases] == ["集中整治阶段", "长效机制阶段"]
    assert [measure.text for measure in plan.measures] == ["各村清理河道", "4月20日组织一次大扫除"]


def test_a_heading_that_announces_duties_says_nothing_of_their_kind() -> None:
    (found,) = measures("一、任务分工\n县民政局结合移风易俗一并开展防骗宣传。")
    assert found.kind == "宣传"


def test_a_cell_marks_who_leads_among_its_units() -> None:
    (found,) = measures(
        "序号\t工作任务\t责任单位\t完成时限\n1\t逐人制定劝返方案\t政法办（牵头）、派出所、各村\t6月底前"
    )
    assert (found.lead_units, found.support_units) == (("政法办",), ("派出所", "各村"))


def test_who_has_to_stands_over_the_list_of_what() -> None:
    found = measures("一、任务\n1.各交管站应当：\n（1）每日巡查辖区路口；\n（2）赶集日增派人员劝导。")
    assert [m.lead_units for m in found] == [("各交管站",), ("各交管站",)]


def test_a_list_of_targets_under_a_heading_of_both_holds_duties() -> None:
    found = measures("一、整治重点及责任分工\n1.防汛安全。城建办会同各社区7月1日前完成低洼易涝点排查。")
    assert [(m.lead_units, m.support_units) for m in found] == [(("城建办",), ("各社区",))]


@pytest.mark.parametrize(
    "body", ["一、工作要求\n（一）广泛宣传，营造氛围。", "第一条 本次专项整治时间自2026年4月1日起至6月30日止。"]
)
def test_phrases_and_the_time_of_the_campaign_are_no_duties(body: str) -> None:
    assert measures(body) == ()


def test_a_broadcast_so_many_times_a_day_may_count_in_characters() -> None:
    deadline = one("文化站利用“村村通”广播每天播放两次音频。").deadline
    assert deadline is not None
    assert (deadline.every, deadline.count) == ("day", 2)


def test_a_house_by_house_visit_names_no_unit() -> None:
    assert measures("一、各村。逐村逐户宣传，每周走访一次困难户。")[0].lead_units == ("各村",)


def test_a_numbered_office_heads_its_duties_and_is_no_signature() -> None:
    found = measures("一、公安局\n（一）每季度开展集中收网。\n二、法院、检察院\n（二）及时发布典型案例，每季度一批。")
    assert [m.lead_units for m in found] == [("公安局",), ("法院", "检察院")]


def test_a_bullet_before_an_office_stands_above_the_numbers_under_it() -> None:
    found = measures(
        "一、职责分工\n★派出所\n1.每周入户2次；\n★各社区\n1.建立入户台账。\n★物业公司\n配合做好公告栏宣传。"
    )
    assert [m.lead_units for m in found] == [("派出所",), ("各社区",), ("物业公司",)]


@pytest.mark.parametrize(
    ("closing", "lead", "support"),
    [
        ("以上工作于2月底前完成，责任单位：宣传办、各村。", ("宣传办", "各村"), ()),
        ("上述任务由宣传办牵头，各村配合，2月底前完成。", ("宣传办",), ("各村",)),
    ],
)
def test_a_line_about_all_of_the_above_governs_every_item(closing: str, lead: tuple[str], support: tuple[str]) -> None:
    found = measures(f"一、任务\n（一）强化宣传\n（1）出动宣传车巡回宣传；\n（2）召开主题班会。\n{closing}")
    assert [(m.lead_units, m.support_units, m.deadline.month if m.deadline else None) for m in found] == [
        (lead, support, 2), (lead, support, 2)
    ]  # fmt: skip
    assert "以上" not in found[1].text


def test_short_lines_of_labels_are_no_wrapped_text_and_leave_the_title_whole() -> None:
    plan = read_text(
        "柳湾县平安建设领导小组文件\n柳平组〔2026〕5号\n柳湾县2026年“护航”铁路沿线环境安全综合治理工作方案\n"
        "为推进治理，制定本方案。\n一、任务\n（一）清理轻飘物，4月15日前完成。\n责任单位：沿线各乡镇人民政府\n"
        "配合单位：县住建局、县城管局\n（二）清除违建，5月底前销号。\n责任单位：县自然资源局、沿线乡镇\n配合单位：县水务局、县交通局\n"
        "柳湾县平安建设领导小组\n2026年3月5日"
    )
    assert plan.title == "柳湾县2026年“护航”铁路沿线环境安全综合治理工作方案"
    assert [m.support_units for m in plan.measures] == [("县住建局", "县城管局"), ("县水务局", "县交通局")]


def test_a_title_broken_over_two_lines_is_one_and_an_office_above_it_is_none() -> None:
    broken = read_text("柳湾区关于开展打击治理电信网络诈骗\n违法犯罪“清源”行动的实施方案\n一、任务\n1.各村开展排查。")
    assert broken.title == "柳湾区关于开展打击治理电信网络诈骗违法犯罪“清源”行动的实施方案"
    issued = read_text("柳湾区联席会议办公室\n关于开展“断卡”行动的通知\n一、任务\n1.各村开展排查。")
    assert issued.title == "关于开展“断卡”行动的通知"


def test_a_paragraph_without_a_number_may_begin_with_its_heading() -> None:
    (found,) = measures("主要任务\n全面清查涉诈人员。由派出所牵头，各村配合，5月底前完成一轮核查。")
    assert (found.lead_units, found.support_units) == (("派出所",), ("各村",))
    assert found.text.startswith("全面清查涉诈人员")


def test_markdown_is_only_how_it_was_typed() -> None:
    found = measures(
        "## 一、任务\n1. **农机安全**：农业站5月20日前逐台检查。\n## 二、工作要求\n- 各村6月底前报送总结。"
    )
    assert [m.text for m in found] == ["农机安全：农业站5月20日前逐台检查", "各村6月底前报送总结"]


def test_a_week_named_in_an_item_is_not_the_time_of_the_plan() -> None:
    plan = read_text("柳湾县妇联2026年工作计划\n1、开展活动。结合维权周（3月1日—3月8日）宣传。\n2、6月底前组建队伍。")
    assert plan.period is None


def test_who_is_named_behind_a_heading_of_standards_has_to_meet_them() -> None:
    found = measures(
        "一、整治内容及标准（责任单位：各村）\n1、清垃圾。3月底前清理沟渠积存垃圾。\n2、清柴草。4月底前堆放到指定地点。"
    )
    assert [(m.lead_units, m.deadline.month if m.deadline else None) for m in found] == [(("各村",), 3), (("各村",), 4)]


def test_a_line_for_the_time_says_more_than_the_words_of_its_item() -> None:
    (found,) = measures(
        "一、任务\n1.2026年底前达标率不低于60%，以后逐年提高。\n牵头单位：县委政法委\n责任单位：县教体局\n完成时限：2027年12月"
    )
    assert found.deadline is not None
    assert (found.deadline.year, found.deadline.month) == (2027, 12)


def test_the_last_month_of_a_quarter_may_be_spelled_out() -> None:
    deadline = one("每季度最后一个月25日前报送进展。").deadline
    assert deadline is not None
    assert (deadline.every, deadline.by_day) == ("quarter", 25)


def test_each_village_sets_up_what_the_town_does() -> None:
    assert one("镇成立由书记任指挥长的指挥部，各村相应成立指挥所，名单于3月12日前报指挥部。").lead_units == ("各村",)


def test_a_day_before_a_deed_is_its_last_day_whatever_its_object_did() -> None:
    deadline = one("4月15日前拆除无人居住、影响村容的旧房。").deadline
    assert deadline is not None
    assert (deadline.month, deadline.day) == (4, 15)


def test_who_steps_in_where_it_was_not_done_does_not_have_the_duty() -> None:
    found = measures("一、清理（责任单位：各村）\n1.清理墙面小广告，逾期不清的由执法中队强制清理。\n2.清理沟渠。")
    assert [m.lead_units for m in found] == [("各村",), ("各村",)]


def test_first_next_and_last_begin_items_that_were_never_numbered() -> None:
    found = measures("首先，摸清底数。网格员8月10日前登记造册。\n第三，结对守护。党员与老人结对，每月至少上门一次。")
    assert [m.text for m in found] == [
        "首先，摸清底数。网格员8月10日前登记造册",
        "第三，结对守护。党员与老人结对，每月至少上门一次",
    ]


def test_a_day_that_comes_again_each_year_keeps_its_month() -> None:
    deadline = one("各村每年1月31日前对照标准自评。").deadline
    assert deadline is not None
    assert (deadline.type, deadline.every, deadline.month, deadline.day) == ("recurring", "year", 1, 31)


def test_a_step_of_a_few_words_and_a_bracket_is_a_stage_and_a_dated_task_elsewhere_is_none() -> None:
    plan = read_text(
        "柳湾镇整治方案\n一、实施步骤\n（一）集中整治（4月11日—8月31日）。各村清理河道。\n（二）总结巩固（9月1日—9月30日）。"
    )
    assert [m.text for m in plan.measures] == ["集中整治（4月11日—8月31日）。各村清理河道"]
    assert len(measures("一、任务\n（一）开展全面排查（5月底前）。\n（二）召开动员部署会（3月底前）。")) == 2


def test_a_monday_is_one_before_the_flag_is_raised_too() -> None:
    deadline = one("中心校每周一升旗仪式开展安全教育。").deadline
    assert deadline is not None
    assert (deadline.every, deadline.by_day) == ("week", 1)
