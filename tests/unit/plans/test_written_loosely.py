"""What offices write loosely: stages without numbers, headings of days alone, helpers in passing, firms' own departments."""

from __future__ import annotations

import pytest

from tests.unit.plans.plans_written import measures
from tracker.plans.shapes import Measure


def read(text: str) -> tuple[Measure, ...]:
    return measures(f"一、任务\n1.{text}")


def due(measure: Measure) -> tuple[str, int | None, int | None] | None:
    return (measure.deadline.type, measure.deadline.month, measure.deadline.day) if measure.deadline else None


@pytest.mark.parametrize(
    ("text", "lead", "support"),
    [
        ("各镇街负责，市场监管局指导，每逢集日巡查摊点。", ("各镇街",), ("市场监管局",)),
        ("由各乡镇组织，水利局技术指导，对河湖逐条排查。", ("各乡镇",), ("水利局",)),
        ("镇政府与各村签订责任书，包村干部督促指导。", ("镇政府",), ("包村干部",)),
        ("各学校要及时报告，辖区派出所要参与处置。", ("各学校",), ("辖区派出所",)),
    ],
)
def test_who_guides_or_takes_part_in_passing_helps(text: str, lead: tuple[str, ...], support: tuple[str, ...]) -> None:
    (only,) = read(text)
    assert (only.lead_units, only.support_units) == (lead, support)


def test_who_leads_something_of_its_own_is_one_of_several_doers() -> None:
    assert [found.lead_units for found in read("基教股负责牵头协调，安稳股负责督促安防建设，人事股负责师德监督。")] == [
        ("基教股",),
        ("安稳股",),
        ("人事股",),
    ]


def test_stages_on_lines_without_numbers_give_their_days() -> None:
    found = measures(
        "一、实施步骤\n启动部署（4月）：印发方案，召开部署会。\n集中整治（5月—10月）：按照分工开展整治，每月25日前各责任单位报送进展情况。"
    )
    assert [due(each) for each in found] == [("phase", 4, 30), ("phase", 10, 31), ("recurring", None, None)]
    assert found[2].lead_units == ("各责任单位",)


def test_a_heading_of_days_alone_dates_the_duties_behind_it() -> None:
    found = measures("一、活动安排\n1、6月1日—5日：宣传发动。安环部制作展板，各车间召开班前会。")
    assert [(each.lead_units, due(each)) for each in found] == [
        (("安环部",), ("phase", 6, 5)),
        (("各车间",), ("phase", 6, 5)),
    ]


def test_a_numbered_stage_called_by_its_days_is_a_stage() -> None:
    (only,) = measures("一、时间进度\n（1）3月1日至3月15日，部署启动，制定细则。")
    assert due(only) == ("phase", 3, 15)


def test_how_often_within_the_whole_year_stands_in_the_words() -> None:
    (only,) = measures("事项\t责任单位\t完成时限\n任务内容\t牵头单位\t完成时限\n入户宣传每月不少于2场\t司法所\t全年")
    assert only.deadline is not None
    assert (only.deadline.every, only.deadline.count) == ("month", 2)


def test_what_is_looked_at_in_self_checks_is_no_duty() -> None:
    text = "一、自查内容：1.是否存在违规查询情况；2.是否存在泄露信息情况。\n二、安排\n1.各支行7月26日前自查。"
    assert [found.text for found in measures(text)] == ["各支行7月26日前自查"]


def test_under_requirements_a_named_doer_is_enough() -> None:
    found = measures("一、工作要求\n（一）加强宣传。广播站开设专栏，各村张贴告知书。\n（二）各村要高度重视。")
    assert [each.lead_units for each in found] == [("广播站",), ("各村",)]


@pytest.mark.parametrize(
    ("title_line", "year"),
    [("（2023年3月）", 2023), ("（桥头镇 2022年5月）", 2022)],
)
def test_a_month_below_the_title_tells_the_year(title_line: str, year: int) -> None:
    (only,) = measures(f"{title_line}\n一、任务\n1.各村4月25日前排查。", "柳湾镇隐患整治工作方案")
    assert only.deadline is not None
    assert only.deadline.year == year


def test_a_plan_of_two_years_begins_with_its_first_stage() -> None:
    text = "一、任务\n1.各村6月底前排查。\n2.各村2025年10月底前总结。\n二、步骤\n（一）部署（2024年3月）。召开会议。\n（二）攻坚（2024年4月至2025年9月）。逐项整改。"
    assert [each.deadline.year for each in measures(text, "柳湾镇整治方案") if each.deadline][:2] == [2024, 2025]


@pytest.mark.parametrize(
    ("text", "lead"),
    [
        ("镇消防工作站前置力量备勤。", ("镇消防工作站",)),
        ("各在建项目每半年演练一次。", ("各在建项目",)),
        ("屠宰场做到每日消毒。", ("屠宰场",)),
        ("年级主任30分钟内报告校长。", ("年级主任",)),
        ("住院部各病区夜间巡查一次。", ("住院部各病区",)),
        ("各支行由行长牵头成立自查小组。", ("各支行",)),
        ("每季度进村入户开展一次指导。", ()),
        ("严肃追究学校主要负责人责任。", ()),
    ],
)
def test_names_at_the_head(text: str, lead: tuple[str, ...]) -> None:
    assert [found.lead_units for found in read(text)] == [lead]


def test_a_closing_time_holds_for_every_doer_before_it() -> None:
    found = measures("一、举措\n【入网】\n市场部修订入网规范；渠道部清退违规代理。（完成时限：2025年4月30日）")
    assert [(each.lead_units, due(each)) for each in found] == [
        (("市场部",), ("by_date", 4, 30)),
        (("渠道部",), ("by_date", 4, 30)),
    ]


def test_a_line_beside_a_table_may_order_something() -> None:
    found = measures(
        "事项\t责任单位\t完成时限\n整改措施\t责任部门\t完成时限\n更换灭火器\t工程部\t6月10日\n以上由品质部每周跟踪检查。"
    )
    assert {each.lead_units for each in found} == {("工程部",), ("品质部",)}


def test_what_a_group_has_to_do_stands_beside_its_head() -> None:
    found = measures(
        "二、组织机构\n（一）综合协调组\n组长：办公室主任\n职责：负责后勤保障，每日21时前汇总情况。\n"
        "（二）医疗救护组\n组长：卫生院院长\n职责：设立救护点，配备急救药品。"
    )
    assert [each.lead_units for each in found] == [("综合协调组",), ("医疗救护组",)]


def test_a_return_counted_from_something_and_one_by_a_day_are_two() -> None:
    found = read("及时总结。各妇联每次活动后2个工作日内报送信息；11月20日前上报总结。")
    assert [due(each) for each in found] == [None, ("by_date", 11, 20)]


def test_paragraphs_counted_in_words_stand_above_the_numbers_in_them() -> None:
    found = measures(
        "第一，建强队伍。（1）社区宣讲队4月底前组建到位，责任单位为各社区；（2）网格管家队，责任单位为街道综治中心。\n"
        "第二，建好阵地。学校建设反诈角，养老服务站每月开课1次。"
    )
    assert [each.lead_units for each in found] == [("各社区",), ("街道综治中心",), ("学校",), ("养老服务站",)]


def test_what_is_asked_of_a_task_is_not_the_task_of_a_table() -> None:
    (only,) = measures("时间\t工作内容\t责任部门\t要求\n3月18日前\t公示收费项目\t财务室\t公示不少于7天")
    assert (only.text, only.lead_units) == ("公示收费项目", ("财务室",))


@pytest.mark.parametrize(
    ("text", "lead", "support"),
    [
        ("公安机关建立返还通道；银行机构予以配合。", ("公安机关",), ("银行机构",)),
        ("科工局牵头，各电信企业落实，规范号卡管理。", ("科工局",), ("各电信企业",)),
        ("教育局抓好校园反诈，校长、班主任负总责。", ("教育局",), ()),
        ("人民银行组织治理；银行机构因管理不到位导致账户涉案的，依规处理。", ("人民银行",), ()),
        ("县法院、县司法局要加强业务指导。", ("县法院", "县司法局"), ()),
        ("一般纠纷由村调解委员会3日内化解。", ("村调解委员会",), ()),
    ],
)
def test_who_does_it_and_who_only_stands_beside(text: str, lead: tuple[str, ...], support: tuple[str, ...]) -> None:
    (only,) = read(text)
    assert (only.lead_units, only.support_units) == (lead, support)


def test_the_name_of_a_stage_and_its_days_behind_a_colon_order_nothing() -> None:
    found = measures("一、时间安排\n（一）启动部署：4月10日前。\n（二）督查验收：7月。文明办会同教育局实地督查。")
    assert [(each.lead_units, each.support_units, due(each)) for each in found] == [
        (("文明办",), ("教育局",), ("phase", 7, 31))
    ]


def test_how_villages_are_dealt_out_is_nobody_s_duty() -> None:
    (only,) = read("镇班子成员包片、机关干部包村、村干部包组，3月24日前各村将包保名单报镇林业站。")
    assert (only.lead_units, due(only)) == (("各村",), ("by_date", 3, 24))


def test_an_office_with_its_head_in_a_bracket_heads_its_duties() -> None:
    found = measures(
        "（2025年春季学期）\n一、责任分工\n1.安全办（负责人：副校长）\n（1）每周一检查报警设备。\n（2）每月联合派出所巡查一次。\n"
        "2.总务处\n（1）3月15日前加固护栏。",
        "柳湾小学护校行动计划",
    )
    assert [(each.lead_units, each.support_units) for each in found] == [
        (("安全办",), ()),
        (("安全办",), ("派出所",)),
        (("总务处",), ()),
    ]
    monday, _, last = (each.deadline for each in found)
    assert monday is not None
    assert last is not None
    assert (monday.every, monday.by_day, last.year) == ("week", 1, 2025)


@pytest.mark.parametrize(
    "name",
    [
        "监督管理部门",
        "值班值守组",
        "宣传报道组",
        "疏散引导组",
        "指挥部",
        "向阳镇",
        "迎春镇",
        "建设村",
        "联合村",
        "胜利街道",
    ],
)
def test_a_name_may_begin_like_a_deed(name: str) -> None:
    assert [found.lead_units for found in read(f"{name}要对辖区隐患逐一登记。")] == [(name,)]


def test_a_return_each_day_of_a_season_is_a_duty_of_its_own() -> None:
    found = read("各单位1月8日前将实施方案报局办，春运期间每日16时前报送数据，2月25日前报送总结。")
    assert [each.deadline and (each.deadline.type, each.deadline.every) for each in found] == [
        ("by_date", None),
        ("recurring", "day"),
        ("by_date", None),
    ]


def test_the_head_of_a_group_behind_its_name_orders_nothing() -> None:
    text = "一、领导小组：组长：院长；副组长：业务副院长。\n二、任务\n1.各科室6月5日前自查。"
    assert [found.lead_units for found in measures(text)] == [("各科室",)]
