"""Duty tags, in the forms that offices print."""

import pytest

from tracker.plans.duties import read_tag, take_tags
from tracker.plans.normalising import normalise


@pytest.mark.parametrize(
    ("inner", "lead", "support", "time"),
    [
        ("责任单位：派出所、各村", ["派出所", "各村"], [], None),
        ("责任单位：各银行机构。完成时间：持续推进", ["各银行机构"], [], "持续推进"),
        ("责任单位：县公安局，成员单位：县司法局、各乡镇", ["县公安局"], ["县司法局", "各乡镇"], None),
        ("牵头单位：县教育局；责任单位：各学校", ["县教育局"], ["各学校"], None),
        ("牵头单位：应急办，配合单位：各社区，完成时限：6月底前", ["应急办"], ["各社区"], "6月底前"),
        ("派出所、综治办、各村落实", ["派出所", "综治办", "各村"], [], None),
        ("派出所牵头，综治办、各村配合", ["派出所"], ["综治办", "各村"], None),
        ("县公安局牵头，县司法局、各乡镇按职责分工负责", ["县公安局", "县司法局", "各乡镇"], [], None),
        ("由镇建设办负责，各村协助，5月底前完成", ["镇建设办"], ["各村"], "5月底前完成"),
        ("责任科室：医务科，配合科室：护理部", ["医务科"], ["护理部"], None),
        ("责任单位：各镇（街道）", ["各镇（街道）"], [], None),
        ("责任部门:各乡镇人民政府，县公安局、教育局等", ["各乡镇人民政府", "县公安局", "教育局"], [], None),
    ],
)
def test_a_tag_says_who_and_when(inner: str, lead: list[str], support: list[str], time: str | None) -> None:
    duty = read_tag(normalise(inner).text)
    assert duty is not None
    assert (list(duty.lead), list(duty.support), duty.time) == (lead, support, time)


@pytest.mark.parametrize("inner", ["以下简称专项行动", "一", "见附件2", "5月中旬", "含私立学校", "联系人：王某"])
def test_other_brackets_are_no_tags(inner: str) -> None:
    assert read_tag(inner) is None


def test_a_tag_with_a_bracket_inside_is_taken_whole() -> None:
    rest, duty = take_tags(normalise("开展巡查。（责任单位：各镇（街道）、派出所）"))
    assert rest.text.strip() == "开展巡查。"
    assert duty.lead == ("各镇（街道）", "派出所")


def test_a_tag_without_brackets_at_the_end() -> None:
    rest, duty = take_tags(normalise("完善警示牌。责任单位：水务站。完成时限：5月底前。"))
    assert rest.text.strip("。") == "完善警示牌"
    assert (duty.lead, duty.time) == (("水务站",), "5月底前")


def test_a_bracket_that_explains_a_unit_is_no_tag() -> None:
    rest, duty = take_tags(normalise("通知各镇（街道）。"))
    assert rest.text == "通知各镇（街道）。"
    assert not duty


def test_a_bracket_of_nothing_but_units_is_a_tag() -> None:
    assert take_tags(normalise("每季度会商一次。（禁毒办、各镇街）"))[1].lead == ("禁毒办", "各镇街")
