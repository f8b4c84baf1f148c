"""Sentences inside one item: whose they are, and when they stand alone."""

from tests.unit.plans.plans_written import measures


def test_two_units_in_one_item_are_two_duties() -> None:
    found = measures("一、任务\n（一）加强防范。各村要每天巡山。派出所要查处违法用火。")
    assert [(m.text, m.lead_units) for m in found] == [
        ("加强防范。各村要每天巡山", ("各村",)),
        ("派出所要查处违法用火", ("派出所",)),
    ]


def test_a_subject_carries_over_to_the_sentences_behind_it() -> None:
    found = measures("一、任务\n（一）加强防范。各村要每天巡山。要清理柴草，配齐水桶。")
    assert len(found) == 1
    assert found[0].lead_units == ("各村",)


def test_a_tag_at_the_end_governs_the_whole_item() -> None:
    found = measures("一、任务\n（一）加强防范。各村要巡山；学校要上课。（责任单位：林业站）")
    assert [m.lead_units for m in found] == [("林业站",)]


def test_each_of_several_tags_governs_what_stands_before_it() -> None:
    found = measures("一、任务\n（一）清理柴草（各村、林业站落实）；查处违法用火（派出所负责）。")
    assert [(m.text, m.lead_units) for m in found] == [("清理柴草", ("各村", "林业站")), ("查处违法用火", ("派出所",))]


def test_a_tag_on_a_heading_governs_the_items_under_it() -> None:
    found = measures(
        "一、清理（牵头单位：林业站；责任单位：各村）\n1.清理柴草，5月底前完成。\n2.清理落叶。（责任单位：学校）"
    )
    assert [(m.lead_units, m.support_units) for m in found] == [(("林业站",), ("各村",)), (("学校",), ())]


def test_a_tag_on_its_own_line_behind_several_items_governs_them_all() -> None:
    found = measures(
        "一、任务\n（一）清理\n1.清理柴草。\n2.清理落叶。\n责任单位：林业站\n完成时限：2025年5月底前\n（二）各村巡山。"
    )
    assert [m.lead_units for m in found] == [("林业站",), ("林业站",), ("各村",)]
    assert [m.deadline.month if m.deadline else None for m in found] == [5, 5, None]


def test_a_tag_on_its_own_line_behind_each_item_governs_that_one() -> None:
    found = measures("一、任务\n1.清理柴草。\n责任单位：各村\n2.清理落叶。\n责任单位：学校")
    assert [m.lead_units for m in found] == [("各村",), ("学校",)]


def test_a_sentence_that_only_names_the_units_is_a_tag() -> None:
    found = measures("一、任务\n（一）强化教育。开学前召开家长会。中心学校牵头，各学校配合。")
    assert [(m.lead_units, m.support_units) for m in found] == [(("中心学校",), ("各学校",))]


def test_a_return_with_its_own_day_is_a_duty_of_its_own() -> None:
    found = measures("一、任务\n（一）摸清底数。各村要逐户登记。于6月23日前将名册报林业站。")
    assert [m.deadline.type if m.deadline else None for m in found] == [None, "by_date"]
    assert found[1].lead_units == ("各村",)


def test_two_returns_in_one_sentence_are_two() -> None:
    found = measures("一、要求\n各村每月19日前报送进展，8月25日前报送总结。")
    assert [(m.deadline.type, m.lead_units) for m in found if m.deadline] == [
        ("recurring", ("各村",)),
        ("by_date", ("各村",)),
    ]


def test_lists_of_duties_by_unit() -> None:
    found = measures("一、部门职责\n林业站：负责巡山。\n派出所：\n1.查处违法用火。\n2.维护秩序。")
    assert [(m.text, m.lead_units) for m in found] == [
        ("林业站：负责巡山", ("林业站",)),
        ("查处违法用火", ("派出所",)),
        ("维护秩序", ("派出所",)),
    ]


def test_paragraphs_that_begin_with_a_unit_are_duties_of_that_unit() -> None:
    found = measures("一、任务分工\n林业站负责巡山。\n县教育局负责校园宣传。\n各村做好看护。")
    assert [m.lead_units for m in found] == [("林业站",), ("县教育局",), ("各村",)]


def test_two_senders_in_one_sentence_send_two_returns() -> None:
    found = measures("一、要求\n各村于3月10日前将附件2报综治办，镇直各部门于3月15日前将附件6报综治办。")
    assert [(m.lead_units, m.deadline and m.deadline.day) for m in found] == [(("各村",), 10), (("镇直各部门",), 15)]


def test_what_is_handed_to_others_is_not_their_duty() -> None:
    found = measures("一、任务\n1.宣传办负责编印手册，交由各村发放。")
    assert found[0].lead_units == ("宣传办",)


def test_one_of_several_units_with_a_day_of_its_own_stands_alone() -> None:
    found = measures("一、任务\n（一）全面核查。林业站、农经站组成检查组核查各村台账。农经站要在9月底前完成合同清理。")
    assert [(m.lead_units, m.deadline and m.deadline.month) for m in found] == [
        (("林业站", "农经站"), None),
        (("农经站",), 9),
    ]
