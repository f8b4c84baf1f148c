"""Where an item stands: marks in all their forms, lost headings, restarted numbers."""

import pytest

from tests.unit.plans.plans_written import measures
from tracker.plans.ordinals import ordinal_at


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("一、总则", "cn"), ("（二）分则", "cnb"), ("3.排查", "num"), ("4、排查", "num"), ("（5）排查", "numb"), ("6）排查", "nump"),
        ("⑦排查", "circle"), ("第八条 排查", "article"), ("第二章 总则", "chapter"), ("一是排查", "is"),
        ("2.1 排查", "decimal"), ("# 总则", "heading"), ("- 排查", "bullet"), ("十一、总则", "cn"),
    ],
)  # fmt: skip
def test_a_mark_is_known_by_its_shape(text: str, kind: str) -> None:
    mark = ordinal_at(text)
    assert mark is not None
    assert mark.kind == kind


@pytest.mark.parametrize("text", ["一个村", "1.5万元", "2025年", "（以下简称）", "三级联动", "十四五规划"])
def test_what_looks_like_a_mark_is_none(text: str) -> None:
    assert ordinal_at(text) is None


def test_the_path_holds_the_headings_above() -> None:
    found = measures(
        "一、工作任务\n（一）严防火灾\n1.各村清理柴草。\n（1）林业站检查。\n二、工作要求\n1.各村要制定方案。"
    )
    assert [(m.ordinal, m.path) for m in found] == [
        ("(一)1(1)", ("工作任务", "严防火灾", "各村清理柴草")),
        ("1", ("工作要求",)),
    ]


def test_lists_may_begin_anywhere_and_begin_again() -> None:
    found = measures("2．各村清理柴草。\n3．林业站检查。\n（四）学校组织演练。\n（一）各村巡查。\n（二）派出所执法。")
    assert [m.ordinal for m in found] == ["2", "3", "(四)", "(一)", "(二)"]


def test_a_plan_without_numbers_is_read_by_paragraphs() -> None:
    found = measures("为做好防火工作，制定本方案。\n各村要清理柴草，5月底前完成。\n派出所负责查处违法用火。")
    assert [m.lead_units for m in found] == [("各村",), ("派出所",)]


def test_an_unnumbered_heading_ends_the_section_before() -> None:
    found = measures("工作目标\n不发生火灾，各村要做到零火情。\n工作任务\n1.各村清理柴草。\n工作要求\n各村要成立专班。")
    assert [m.text for m in found] == ["各村清理柴草", "各村要成立专班"]


def test_things_to_look_at_belong_to_the_item_that_lists_them() -> None:
    found = measures(
        "一、工作任务\n（一）排查场所。各村逐户检查以下场所：\n1.出租房；\n2.养老院；\n3.小餐馆。\n（二）各村清理柴草。"
    )
    assert len(found) == 2
    assert "养老院" in found[0].text


def test_steps_under_an_introduction_are_measures_of_their_own() -> None:
    found = measures("一、工作任务\n各村要做好以下工作：\n1.清理柴草；\n2.张贴告示；\n3.组织巡查。")
    assert [m.text for m in found] == ["清理柴草", "张贴告示", "组织巡查"]


def test_goals_thoughts_and_the_leading_group_are_no_measures() -> None:
    found = measures(
        "一、指导思想\n坚持预防为主，各级要提高站位。\n二、工作目标\n确保零火情。\n三、组织领导\n成立领导小组：\n组长：张某\n"
        "副组长：李某\n领导小组下设办公室，办公室设在林业站，负责日常工作。\n四、工作任务\n1.各村清理柴草。\n附件：检查表\n1.各村填写检查表。"
    )
    assert [m.text for m in found] == ["各村清理柴草"]


def test_the_duties_of_the_working_groups_are_measures() -> None:
    found = measures(
        "一、组织领导\n（一）宣传组。由张某牵头，负责制定宣传方案。\n（二）督导组。由李某牵头，负责督导各村。\n二、任务\n1.各村巡查。"
    )
    assert [m.lead_units for m in found] == [("宣传组",), ("督导组",), ("各村",)]


def test_zeal_alone_orders_nothing() -> None:
    found = measures(
        "一、任务\n1.各村巡查。\n二、工作要求\n（一）提高认识。各村要高度重视，切实增强责任感。\n（二）加强督导。镇督导组要每月通报。"
    )
    assert [m.lead_units for m in found] == [("各村",), ("镇督导组",)]
