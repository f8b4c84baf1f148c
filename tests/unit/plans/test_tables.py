"""Task tables in plain text."""

import pytest

from tests.unit.plans.plans_written import measures


@pytest.mark.parametrize("gap", ["\t", " | ", "    "])
def test_cells_may_be_parted_by_tabs_pipes_or_gaps(gap: str) -> None:
    rows = [
        ["序号", "工作任务", "责任单位", "配合单位", "完成时限"],
        ["1", "清理柴草", "各村、林业站", "派出所", "2025年5月底"],
        ["2", "张贴告示不少于20处", "林业站", "各村", "持续"],
    ]
    found = measures("一、任务清单\n" + "\n".join(gap.join(row) for row in rows))
    assert [(m.ordinal, m.text, m.lead_units, m.support_units) for m in found] == [
        ("1", "清理柴草", ("各村", "林业站"), ("派出所",)),
        ("2", "张贴告示不少于20处", ("林业站",), ("各村",)),
    ]
    assert [m.deadline.type for m in found if m.deadline] == ["by_date", "continuous"]


def test_a_markdown_table_has_a_rule_below_its_header() -> None:
    found = measures("| 任务 | 牵头单位 | 时限 |\n| --- | --- | --- |\n| 清理柴草 | 各村 | 5月底前 |")
    assert [(m.text, m.lead_units) for m in found] == [("清理柴草", ("各村",))]


def test_an_empty_cell_takes_what_stands_above() -> None:
    found = measures("重点任务\t具体措施\t责任单位\n清理\t清理柴草\t各村\n\t清理落叶\t\n")
    assert [(m.path, m.lead_units) for m in found] == [(("清理",), ("各村",)), (("清理",), ("各村",))]


def test_a_form_to_fill_in_is_no_list_of_duties() -> None:
    found = measures("一、任务\n1.各村清理柴草。\n附件1\n登记表\n序号\t场所名称\t存在问题\n1\t\t")
    assert len(found) == 1
