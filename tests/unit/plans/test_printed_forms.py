"""Forms that offices print and a reader trips over: each by the words it is made of."""

import pytest

from tests.unit.plans.plans_written import measures, paragraph, word
from tracker.plans.files import original_text, read_file
from tracker.plans.recurrences import find_recurring
from tracker.plans.units import all_units, is_unit, of_person
from tracker.plans.years import year_context


def test_a_first_sentence_that_speaks_to_a_unit_is_no_heading() -> None:
    found = measures("一、任务\n1.广播站、文化站每周播放两期典型案例。学校要在6月底前开一次家长会。")
    assert [m.lead_units for m in found] == [("广播站", "文化站"), ("学校",)]


def test_a_duty_may_end_in_the_word_case() -> None:
    assert len(measures("一、任务\n1.建立村民群，推送典型案例。")) == 1


def test_a_tag_line_says_more_than_the_words_of_its_item() -> None:
    found = measures(
        "一、分工\n1.提取台账数据，派出所核实。\n牵头部门：信息科技部  完成时间：2025年8月15日\n2.抽查网点。\n牵头部门：审计部"
    )
    assert [m.lead_units for m in found] == [("信息科技部",), ("审计部",)]


def test_a_bracket_within_a_bracket_behind_a_stop_stays_whole() -> None:
    found = measures("一、任务\n（一）管住烟花。节前加强检查.(牵头单位:派出所;配合单位:各村（社区）)")
    assert [(m.lead_units, m.support_units) for m in found] == [(("派出所",), ("各村（社区）",))]


def test_one_unit_in_a_bracket_behind_a_stop_has_the_duty() -> None:
    assert measures("一、任务\n1.每年评一次文明户。（村党支部）")[0].lead_units == ("村党支部",)


def test_a_heading_of_responsibilities_names_whose_they_are() -> None:
    found = measures("一、乡镇（街道）责任\n1.明确楼栋长。\n二、产权人、经营者责任\n配齐灭火器，保持通道畅通。")
    assert [m.lead_units for m in found] == [("乡镇（街道）",), ("产权人", "经营者")]


def test_a_heading_of_responsibilities_in_general_names_nobody() -> None:
    assert measures("一、部门责任\n1.明确楼栋长，每月检查一次。")[0].lead_units == ()


def test_a_partner_named_first_helps_the_unit_of_the_heading() -> None:
    found = measures("一、职责\n水务站：\n1.会同派出所推动拆除违建。\n2.检查堤防。")
    assert [(m.lead_units, m.support_units) for m in found] == [(("水务站",), ("派出所",)), (("水务站",), ())]


def test_a_group_is_set_up_without_anybody_s_having_to() -> None:
    found = measures("一、措施\n1.健全组织。林场成立防火指挥部，场长任指挥长。各站组建巡护队。")
    assert [m.lead_units for m in found] == [("各站",)]


@pytest.mark.parametrize(
    "text",
    [
        "镇里成立由副镇长任组长的督查组，对各村开展不定期督查",
        "推选德高望重的老党员担任会长，设理事5名",
        "案件组：组长由副所长担任。负责线索研判、案件侦办",
    ],
)
def test_what_a_group_does_is_a_duty_whoever_leads_it(text: str) -> None:
    assert len(measures(f"一、任务\n（一）{text}。\n（二）各村巡查。")) == 2


@pytest.mark.parametrize(
    ("text", "lead"),
    [
        ("各牵头单位每季度首月5日前报送进展", ("各牵头单位",)),
        ("各班主任要逐户家访", ("各班主任",)),
        ("各企业、用气场所对照标准开展自查", ("各企业", "用气场所")),
        ("发生案件的学校，须在24小时内书面报告", ("学校",)),
        ("党员干部操办喜事，须提前报告", ("党员干部",)),
        ("各支行行长为第一责任人，要亲自抓", ("各支行",)),
        ("村治保主任每半月排查一次纠纷", ("村治保主任",)),
    ],
)
def test_whom_a_sentence_speaks_to(text: str, lead: tuple[str, ...]) -> None:
    assert measures(f"一、任务\n1.{text}。")[0].lead_units == lead


def test_what_is_done_to_a_unit_is_not_its_duty() -> None:
    assert measures("一、任务\n1.对工作不力的单位，要追究责任。")[0].lead_units == ()


def test_names_with_work_words_in_them() -> None:
    assert is_unit("各村劝导站")
    assert not is_unit("健全红白理事会")
    assert all_units("联合文化站、市场监管所") is None
    assert of_person("各村劝导员") == "各村劝导员"


def test_who_helps_may_be_a_person_of_a_village() -> None:
    found = measures("一、任务\n1.派出所要在集日上路执勤，各村劝导员配合开展劝导。")
    assert (found[0].lead_units, found[0].support_units) == (("派出所",), ("各村劝导员",))


def test_zeal_with_modals_left_over_is_still_zeal() -> None:
    found = measures(
        "一、任务\n1.各村巡查。\n二、要求\n（一）各部门要切实提高认识，压实工作责任。\n（二）各村要把巡查作为当前的政治任务。"
    )
    assert len(found) == 1


def test_loss_of_pay_is_a_consequence_to_carry_out() -> None:
    assert len(measures("一、工作要求\n（一）对整改不到位的科室，扣发当月绩效。")) == 1


def test_what_a_time_is_called_is_no_duty() -> None:
    assert len(measures("一、任务\n1.各村巡查。\n二、时间要求\n即日起至5月底为动员阶段，6月1日起全面实施。")) == 1


def test_a_table_that_repeats_itself_has_no_merged_cells() -> None:
    found = measures(
        "序号\t任务\t措施\t责任单位\t完成时限\n1\t清理\t清理柴草\t各村\t5月底前\n2\t清理\t清理落叶\t学校\t\n3\t查处\t查处野火\t派出所\t"
    )
    assert [m.deadline is not None for m in found] == [True, False, False]


def test_a_row_across_the_whole_table_heads_the_rows_below() -> None:
    found = measures(
        "序号\t工作任务\t责任分工\t时间节点\n一、清理类\n1\t清理柴草\t牵头：林业站 配合：各村\t3月底前\n二、宣传类\n2\t每周2次巡回宣讲\t学校\t每周"
    )
    assert [(m.text, m.lead_units, m.support_units) for m in found] == [
        ("清理柴草", ("林业站",), ("各村",)),
        ("每周2次巡回宣讲", ("学校",), ()),
    ]
    assert found[1].deadline is not None
    assert found[1].deadline.count == 2


def test_cells_of_several_paragraphs_and_rows_across_in_word() -> None:
    def row(*cells: str, span: int = 1) -> str:
        return "<w:tr>" + "".join(
            f'<w:tc><w:tcPr><w:gridSpan w:val="{span}"/></w:tcPr>{"".join(map(paragraph, cell.split("/")))}</w:tc>'
            for cell in cells
        ) + "</w:tr>"  # fmt: skip

    content = word(
        paragraph("柳湾镇隐患整治任务清单"), paragraph("（2025年度）"),
        "<w:tbl>" + row("序号", "整治任务", "责任分工", "时间节点") + row("一、源头类", span=4)
        + row("1", "检查门店", "牵头：市场监管所/配合：经发办", "3月底前") + "</w:tbl>",
    )  # fmt: skip
    found = read_file("a.docx", content).measures[0]
    assert (found.path[-1:], found.lead_units, found.support_units) == (("源头类",), ("市场监管所",), ("经发办",))
    assert found.deadline is not None
    assert found.deadline.year == 2025
    assert "检查门店" in original_text("a.docx", content)


@pytest.mark.parametrize(
    ("paragraphs", "year"),
    [
        (["一、措施", "1.检查账户。完成时间：2024年8月15日"], 2024),
        (["一、安排", "1.学习动员（2023年4月1日至4月5日）：全院学习。"], 2023),
        (["（2022年度）", "一、任务"], 2022),
        (["为做好防火，决定即日起至2026年2月28日开展检查。", "一、任务"], 2026),
    ],
)
def test_more_places_where_the_plan_s_year_stands(paragraphs: list[str], year: int) -> None:
    assert year_context("柳湾镇工作方案", paragraphs).year == year


def test_regular_meetings_come_back() -> None:
    found = find_recurring("镇安委办实行周调度、月通报")
    assert found is not None
    assert found[0].every == "week"
    assert find_recurring("建立周调度机制") is None
    yearly = find_recurring("党群服务中心全年组织2次培训")
    assert yearly is not None
    assert (yearly[0].every, yearly[0].count) == ("year", 2)


def test_a_clause_of_nothing_but_time_belongs_to_the_next() -> None:
    found = measures("一、要求\n（一）信息报送。4—10月，各村于每月25日前报送统计表。")
    assert [(m.lead_units, m.deadline and m.deadline.type) for m in found] == [(("各村",), "recurring")]


def test_a_stage_s_time_may_stand_behind_its_colon() -> None:
    found = measures(
        "一、时间步骤\n（一）动员阶段：3月10日前。各村召开动员会。\n（二）整治阶段：3月11日至5月10日。严查隐患。"
    )
    assert [(m.deadline.type, m.deadline.month, m.deadline.day) for m in found if m.deadline] == [
        ("phase", 3, 10),
        ("phase", 5, 10),
    ]


def test_partners_and_advisers_in_a_bracket_help() -> None:
    found = measures("一、任务\n1.提起诉讼。（县检察院会同县水利局负责）\n2.划分网格。（各镇负责，农业局指导）")
    assert [(m.lead_units, m.support_units) for m in found] == [
        (("县检察院",), ("县水利局",)),
        (("各镇",), ("农业局",)),
    ]


def test_a_bracket_may_hold_a_unit_and_a_time_only() -> None:
    found = measures(
        "一、任务\n1.检查加油站。（市场监管局，5月底前）\n2.排查线路。（各镇负责，商务局督导；3月31日前完成）"
    )
    assert [(m.lead_units, m.support_units, m.deadline and m.deadline.month) for m in found] == [
        (("市场监管局",), (), 5),
        (("各镇",), ("商务局",), 3),
    ]


def test_dots_behind_chinese_numbers_number_items() -> None:
    found = measures("一.加强摸排.各村要逐户登记,4月20日前建立台账.\n二.强化监管.水务站每年检查一次.")
    assert [(m.lead_units, m.text[:4]) for m in found] == [(("各村",), "加强摸排"), (("水务站",), "强化监管")]


def test_a_line_of_a_timetable_is_due_on_its_day() -> None:
    found = measures("一、活动安排\n11月25日（星期一）：升旗仪式上讲话。（德育处、安全办）\n11月26日：各班召开班会。")
    assert [m.deadline and (m.deadline.type, m.deadline.day) for m in found] == [("by_date", 25), ("by_date", 26)]


def test_one_before_holds_for_each_day_of_a_list() -> None:
    found = measures("一、要求\n1.各村5月10日、7月10日、10月10日前分别报送进展。")[0]
    assert found.deadline is not None
    assert (found.deadline.month, found.deadline.day) == (5, 10)
    assert found.questions


def test_the_end_of_each_month() -> None:
    found = find_recurring("每月月底前报送台账")
    assert found is not None
    assert found[0].by_day == 31


def test_a_stage_s_name_behind_its_days_is_no_duty() -> None:
    found = measures(
        "一、实施步骤\n第一阶段（2025年2月10日—28日）：动员部署。各村召开动员会。\n第二阶段（2025年3月1日—5月10日）：组织实施。各村排查。"
    )
    assert [(m.lead_units, m.deadline and m.deadline.type) for m in found] == [(("各村",), "phase")] * 2


def test_a_time_column_that_says_no_day_leaves_the_words_their_own() -> None:
    found = measures("序号\t工作要求\t牵头单位\t完成时限\n1\t每月开展一次宣传\t林业站\t防火期内")
    assert found[0].deadline is not None
    assert found[0].deadline.every == "month"


def test_a_column_s_name_may_have_a_bracket_behind_it() -> None:
    found = measures("序号\t具体措施\t责任领导\t责任股室（单位）\n1\t检查校车\t分管副局长\t安全股、各学校")
    assert found[0].lead_units == ("安全股", "各学校")


@pytest.mark.parametrize(
    "text", ["各村、各单位要深刻汲取火灾教训，切实把思想和行动统一到上级部署上来", "清单中的“各学校”含民办学校"]
)
def test_neither_a_state_of_mind_nor_a_definition_is_a_duty(text: str) -> None:
    assert len(measures(f"一、任务\n1.各村巡查。\n二、工作要求\n1.{text}。")) == 1


def test_any_kind_of_goal_is_silent() -> None:
    assert len(measures("一、攻坚目标\n通过攻坚，实现隐患全面整改。\n二、任务\n1.各村巡查。")) == 1


def test_numbers_that_count_on_need_no_stop_before_them() -> None:
    found = measures(
        "一、活动时间：4月8日至4月30日二、活动对象：全体学生三、活动内容1、召开会议。4月10日前，德育处召开会议。2、张贴海报。团委于4月19日张贴海报。"
    )
    assert [(m.lead_units, m.deadline and m.deadline.day) for m in found] == [(("德育处",), 10), (("团委",), 19)]


def test_each_unit_with_a_time_of_its_own_has_a_duty_of_its_own() -> None:
    found = measures("一、任务\n1.推进建设。各镇要在9月底前建成中心，县平安办四季度组织验收。")
    assert [(m.lead_units, m.deadline and m.deadline.month) for m in found] == [(("各镇",), 9), (("县平安办",), 12)]


def test_the_time_of_a_tag_does_not_part_the_sentences_before_it() -> None:
    found = measures("一、任务\n（一）织密网络\n网点每月走进一个社区；设立专区。牵头部门：综合部；完成时限：12月底前。")
    assert [(m.lead_units, m.deadline and m.deadline.month) for m in found] == [(("综合部",), 12)]


def test_a_duty_that_comes_back_from_a_month_on_comes_back() -> None:
    found = measures("一、任务\n1.督查通报。6月起，督查室每月开展督查。")
    assert [m.deadline and m.deadline.every for m in found] == ["month"]


@pytest.mark.parametrize(
    ("text", "lead"),
    [
        ("县教育局组织学校开展教育", ("县教育局",)),
        ("各系部负责开展一次主题班会", ("各系部",)),
        ("各村（社区）修订完善防汛预案", ("各村（社区）",)),
        ("各村防疫员要如实填写档案", ("各村防疫员",)),
        ("区平安办上下半年各举办一期培训班", ("区平安办",)),
        ("镇畜牧站要把疫苗发放到村，并安排技术人员包村指导", ("镇畜牧站",)),
    ],
)
def test_who_is_spoken_to_and_who_is_only_sent(text: str, lead: tuple[str, ...]) -> None:
    assert measures(f"一、任务\n1.{text}。")[0].lead_units == lead


def test_being_first_responsible_is_no_duty_by_itself() -> None:
    assert len(measures("一、任务\n1.各村巡查。\n二、要求\n1.各网点负责人为本网点第一责任人。")) == 1
