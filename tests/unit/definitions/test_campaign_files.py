"""A campaign file is read whole or refused whole: every problem with its place and the nearest word."""

from datetime import date
from pathlib import Path

import pytest

from tracker.definitions.campaign_files import Known, read_campaign_file, read_campaign_text
from tracker.definitions.catalog import SHIPPED, load_catalog
from tracker.domain.deadlines import DueByDate
from tracker.domain.definition import WorkflowDefinition
from tracker.domain.errors import DefinitionInvalid
from tracker.domain.printed_papers import PaperForm
from tracker.domain.values import Role

GOOD = """
key: spring
version: 1
title: 春季行动
office: office
starts_on: 2026-03-02
ends_on: 2026-05-31
settings:
  cutoff: "17:30"
  number_words: {supervision_notice: 春督, interview_notice: 春约, rectification_notice: 春改}
phases:
  - {key: start, title: 部署, starts_on: 2026-03-02, ends_on: 2026-03-31}
units:
  - {key: zhen, name: 某镇, kind: township}
  - {key: office, name: 行动办公室, kind: office, parent: zhen}
  - {key: cun-01, name: 甲村, kind: village, parent: zhen}
  - {key: cun-02, name: 乙村, kind: village, parent: zhen}
unit_sets:
  各村（社区）: [cun-01, cun-02]
people:
  - {key: p-1, name: 甲村联络员, username: jiacun, posts: [{role: liaison, unit: 甲村}]}
  - {key: p-2, name: 督导员, posts: [{role: supervisor, unit: office}]}
  - {key: p-3, name: 包片领导, posts: [{role: area_leader, units: 各村（社区）, campaign_only: true}]}
measures:
  - {key: m1, ordinal: （一）, title: 排查, text: 逐户排查。, workflow: survey,
     units: 各村（社区）, due: {by_date: 2026-04-10}}
  - {key: m2, ordinal: （二）, title: 报送, text: 报总结。, workflow: return,
     units: [甲村], due: {phase_end: start, cutoff: "12:00"}}
"""  # fmt: skip


@pytest.fixture(scope="module")
def known() -> Known:
    catalog = load_catalog(SHIPPED)
    return Known(catalog.workflows, catalog.ladders)


def problems_of(text: str, known: Known) -> list[str]:
    with pytest.raises(DefinitionInvalid) as refused:
        read_campaign_text(text, file="campaigns/spring.yaml", known=known)
    return list(refused.value.problems)


def test_the_shipped_sample_is_a_whole_township_without_a_real_address(known: Known) -> None:
    file = read_campaign_file(SHIPPED / "campaigns" / "anti_fraud_township.yaml", known)
    assert len(file.unit_sets["各村（社区）"]) == 15
    assert {measure.workflow for measure in file.measures} == {
        "survey",
        "publicity",
        "rectification",
        "return",
        "sub_plan",
        "meeting",
        "pledge_signing",
        "control",
        "training",
        "summary",
        "crackdown",
        "lead_check",
    }
    assert {one.title for one in file.required_returns if "各村（社区）" in one.units} == {
        "附件2 宣传活动登记表",
        "附件3 工作责任书签订情况表",
        "附件4 防骗承诺书签订情况表",
        "附件8 工作总结",
    }
    assert len(file.measures) >= 30
    assert all(person.email is None or person.email.endswith("@example.invalid") for person in file.people)
    assert all(person.phone is None or person.phone.startswith("000") for person in file.people)


def test_a_good_file_becomes_values(known: Known) -> None:
    file = read_campaign_text(GOOD, file="spring.yaml", known=known)
    assert file.measures[0].due == DueByDate(date(2026, 4, 10), "17:30")  # the campaign's hour
    assert file.measures[1].due.cutoff == "12:00"  # its own
    assert [unit.position for unit in file.units] == [1, 2, 3, 4]
    area_leader = file.people[2]
    assert [(post.unit, post.role, post.campaign_only) for post in area_leader.posts] == [
        ("cun-01", Role.AREA_LEADER, True),
        ("cun-02", Role.AREA_LEADER, True),
    ]


def test_units_of_the_database_need_not_stand_in_the_file(known: Known) -> None:
    without = GOOD.replace("  - {key: cun-02, name: 乙村, kind: village, parent: zhen}\n", "")
    assert problems_of(without, known)
    at_home = Known(known.workflows, known.ladders, {"cun-02": ("乙村", "乙村")}, {})
    assert read_campaign_text(without, file="spring.yaml", known=at_home).measures


@pytest.mark.parametrize(
    ("right", "wrong", "sentence"),
    [
        ("units: [甲村]", "units: [甲存]", "measures.第2项.units: 单位或单位集合“甲存”不存在。"),
        ("units: 各村（社区）, due", "units: 各村, due", "“各村”不存在。您是不是想写“各村（社区）”？"),
        ("workflow: survey", "workflow: survay", "第1项.workflow: 流程“survay”不存在。您是不是想写"),
        ("workflow: survey", "workflow: standard", "“standard”是升级规则，不是流程。"),
        ("workflow: survey", "workflow: interview_notice", "“interview_notice”是文书的流程"),
        ("phase_end: start", "phase_end: stat", "阶段“stat”不存在。您是不是想写“start”？"),
        ("by_date: 2026-04-10", "by_date: 2026-06-01", "2026年6月1日不在行动期间（2026年3月2日至"),
        ("by_date: 2026-04-10", "by_date: 2026-04-31", "第1项.due: “2026-04-31”没有这一天，请核对。"),
        ("by_date: 2026-04-10", "by_date: 4月10日", "不是日期，请写成 2026-08-25。"),
        ("by_date: 2026-04-10", "within: 5", "请写成 5 working days"),
        ("by_date: 2026-04-10", "by_day: 2026-04-10", "键“by_day”不存在。您是不是想写“by_date”？"),
        ("ends_on: 2026-03-31", "ends_on: 2026-03-01", "阶段结束日2026年3月1日早于开始日2026年3月2日。"),
        ("key: m2", "key: m1", "措施编码“m1”写了2次"),
        ("kind: township", "kind: township, parent: cun-01", "上级单位绕成了圈：zhen → cun-01 → zhen"),
        ("name: 甲村, kind", "name: 甲村, short_name: 一二三四五六七八九十一二三, kind", "简称最多12个字"),
        ("unit_sets:\n", "unit_sets:\n  空集: []\n", "unit_sets.空集: 至少要写一个。"),
        ("role: liaison, unit", "role: liason, unit", "岗位角色“liason”不存在。您是不是想写“liaison”？"),
        ("role: supervisor, unit: office", "role: supervisor, unit: cun-01", "督导员要登记在发文办公室"),
        ("interview_notice: 春约, ", "", "会形成文书 interview_notice，但没有写它的机关代字。"),
        ("title: 春季行动", "titel: 春季行动", "键“titel”不存在。您是不是想写“title”？"),
        ("office: office", "office: ofice", "office: 单位编码“ofice”不存在。您是不是想写“office”？"),
        ("username: jiacun", "username: 甲村", "people.甲村联络员.username: 用户名要 3 到 32 位"),
    ],
)  # fmt: skip
def test_a_wrong_word_is_told_with_its_place_and_the_nearest_right_one(
    known: Known, right: str, wrong: str, sentence: str
) -> None:
    assert right in GOOD
    told = problems_of(GOOD.replace(right, wrong), known)
    assert any(sentence in one for one in told), told
    assert all(one.startswith("campaigns/spring.yaml: ") for one in told)


def test_all_problems_are_told_at_once(known: Known) -> None:
    text = (
        GOOD.replace("by_date: 2026-04-10", "by_date: 2026-04-31")
        .replace("units: [甲村]", "units: [丙村]")
        .replace("workflow: return", "workflow: retrun")
        .replace("role: liaison, unit", "role: liason, unit")
        .replace("kind: office", "kind: offfice")
    )
    told = "\n".join(problems_of(text, known))
    assert all(word in told for word in ("2026-04-31", "丙村", "retrun", "liason", "offfice"))


def test_a_set_without_members_gives_a_measure_without_units(known: Known) -> None:
    hollow = Known(known.workflows, known.ladders, {}, {"各企业": ()})
    told = problems_of(GOOD.replace("units: [甲村]", "units: [各企业]"), hollow)
    assert any("measures.第2项.units: “各企业”里没有单位" in one for one in told)


def test_administrators_hold_no_other_post(known: Known) -> None:
    text = GOOD.replace(
        "posts: [{role: liaison, unit: 甲村}]",
        "posts: [{role: liaison, unit: 甲村}, {role: audit_admin, unit: zhen}]",
    )
    assert any("不能再任审计管理员" in one for one in problems_of(text, known))


def test_a_file_that_is_not_yaml_is_told_by_line(known: Known, tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text("key: [a\ntitle: b: c\n", encoding="utf-8")
    with pytest.raises(DefinitionInvalid, match="不是正确的 YAML"):
        read_campaign_file(path, known)


def test_a_workflow_whose_dates_no_measure_can_give_is_refused(known: Known) -> None:
    survey = known.workflows["survey"]
    own_clocks: WorkflowDefinition = type(survey)(
        **{**vars(survey), "clocks": {k: c for k, c in survey.clocks.items() if c.within is not None}}
    )
    told = problems_of(GOOD, Known({**known.workflows, "survey": own_clocks}, known.ladders))
    assert any("measures.第1项.workflow: 流程“survey”没有由措施给出时限的计时" in one for one in told)


def test_a_campaign_colours_its_severities_and_cards_and_a_colour_that_is_none_is_named(known: Known) -> None:
    coloured = GOOD.replace("settings:", 'settings:\n  severity_colours: {"3": blue}\n  card_colours: {yellow: orange}')
    stored = read_campaign_text(coloured, file="x.yaml", known=known).settings.to_plain()
    assert (stored["severity_colours"], stored["card_colours"]) == ({"3": "blue"}, {"yellow": "orange"})
    (problem,) = problems_of(coloured.replace("{yellow: orange}", "{yellow: oragne}"), known)
    assert "card_colours" in problem
    assert "orange" in problem


def test_a_ladder_is_put_in_place_for_one_workflow_alone(known: Known) -> None:
    one = GOOD.replace("settings:", "settings:\n  ladders: {survey.standard: three_colours}")
    assert read_campaign_text(one, file="a.yaml", known=known).settings.ladders == {"survey.standard": "three_colours"}
    for wrong, said in (
        ("{survey.standrad: hotline}", "survey.standard"), ("{survey.standard: points_behind}", "settings.ladders.survey.standard"),
        ("{survey.: hotline}", "survey.standard"), ("{survey.standard: hotline}", "urge_notice"),
    ):  # fmt: skip
        assert any(
            said in problem for problem in problems_of(one.replace("{survey.standard: three_colours}", wrong), known)
        ), wrong


def test_an_office_says_how_its_papers_are_printed(known: Known) -> None:
    written = "paper_layout: {letterhead: 某镇人民政府文件, copies: 镇纪委, forms: {supervision_notice: letter}}\n  number_words:"
    layout = read_campaign_text(
        GOOD.replace("number_words:", written), file="a.yaml", known=known
    ).settings.paper_layout
    assert layout is not None
    assert (layout.letterhead, layout.copies) == ("某镇人民政府文件", ("镇纪委",))
    assert layout.form_of("supervision_notice") is PaperForm.LETTER
    assert layout.form_of("urge_notice") is PaperForm.SHEET


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("forms: {supervision_notice: lettre}", "letter"),
        ("forms: {supervision_notce: letter}", "supervision_notice"),
        ("contact: （张三）", "不写括号"),
        ("letterhead: " + "长" * 41, "2到40个字"),
        ("colour: red", "colour"),
    ],
)
def test_a_wrong_layout_is_named_with_its_place(known: Known, written: str, reason: str) -> None:
    text = GOOD.replace("number_words:", f"paper_layout: {{{written}}}\n  number_words:")
    with pytest.raises(DefinitionInvalid) as refused:
        read_campaign_text(text, file="a.yaml", known=known)
    assert "paper_layout" in str(refused.value)
    assert reason in str(refused.value)
