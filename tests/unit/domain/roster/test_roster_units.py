"""Units of a file held against the present tree."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from tests.support.rosters import UNIT_HEAD, sheet, units_sheet
from tracker.domain.campaign_file import MAX_SHORT_NAME
from tracker.domain.roster.comparing import Comparison, compare
from tracker.domain.roster.present import County, Importer, PresentSet, PresentUnit
from tracker.domain.roster.reading import read_roster
from tracker.domain.roster.short_names import propose_short_name
from tracker.domain.sheets import MergedArea, Sheet

TODAY = date(2026, 3, 2)
TOWN = PresentUnit(1, "town", "township", "member", "测试镇", "测试镇", None, 1)
EAST = PresentUnit(2, "east", "village", "member", "东村", "东村", "town", 2, ("东庄",))
WEST = PresentUnit(3, "west", "village", "member", "西村", "西村", "town", 3)


def county(*units: PresentUnit, **more: object) -> County:
    known = {unit.key: unit for unit in units or (TOWN, EAST, WEST)}
    return County(TODAY, known, **more)  # type: ignore[arg-type]


def compared(*sheets: Sheet, at: County | None = None) -> Comparison:
    file, problems = read_roster(sheets)
    return compare(at or county(), file, problems, whole=False)


def sentences(comparison: Comparison) -> list[str]:
    return [f"{one.place}：{one.sentence}" for one in comparison.errors]


def test_new_units_and_their_parents_may_stand_in_any_order() -> None:
    found = compared(
        units_sheet(
            ("n1", "北一村", "", "", "村", "n", "", ""),
            ("n", "北镇", "", "", "乡镇街道", "town", "", ""),
        )
    )
    assert found.problems == ()
    assert [(one.key, one.after.parent_key, one.after.kind) for one in found.changes.units] == [
        ("n1", "n", "village"), ("n", "town", "township"),
    ]  # fmt: skip


def test_an_update_shows_only_what_differs_and_an_empty_cell_leaves_alone() -> None:
    found = compared(
        units_sheet(("east", "东岭村", "", "", "", "", "", ""), ("west", "西村", "西村", "", "村", "town", "3", ""))
    )
    (change,) = found.changes.units
    assert [(one.field, one.before, one.after) for one in change.fields] == [("name", "东村", "东岭村")]
    assert change.after.aliases == ("东庄",)
    assert found.changes.unchanged_units == 1


def test_a_child_does_not_change_when_its_parent_is_renamed() -> None:
    found = compared(
        units_sheet(("town", "测试街道", "", "", "", "", "", ""), ("east", "东村", "", "", "", "town", "", ""))
    )
    assert [one.key for one in found.changes.units] == ["town"]


def test_headings_have_synonyms_stand_below_a_title_and_in_any_order() -> None:
    found = compared(
        sheet(
            "名册", ("2026年单位名册",), ("上级单位编码", "单位名称（全称）", "单位编码 *", "单位类别"),
            ("town", "南村", "s1", "行政村"), merged=(MergedArea("A1:D1", 1, 1),),
        )
    )  # fmt: skip
    assert found.errors == ()
    assert [(one.key, one.after.name, one.after.kind) for one in found.changes.units] == [("s1", "南村", "village")]


def test_merged_cells_below_the_headings_are_named() -> None:
    merged = (MergedArea("F2:F3", 2, 3),)
    found = compared(sheet("单位", UNIT_HEAD, ("a", "甲村", "", "", "村", "town", "", ""), merged=merged))
    assert sentences(found) == ["“单位”第2行：单元格 F2:F3 是合并的，看不出各行的内容。请取消合并，每行都填上。"]


def test_a_missing_column_and_a_doubled_one_are_named() -> None:
    assert "缺少列“编码”" in sentences(compared(sheet("单位", ("名称", "类别", "上级编码"), ("甲", "村", "town"))))[0]
    assert "有两列都是“名称”" in sentences(compared(sheet("单位", ("编码", "名称", "单位全称"), ("a", "甲", "乙"))))[0]


def test_a_file_without_any_table_says_so() -> None:
    assert "没有找到“单位”“人员”" in sentences(compared(sheet("Sheet1", ("你好", "世界"))))[0]


def test_a_parent_that_is_its_own_child_is_refused_with_the_ring() -> None:
    found = compared(units_sheet(("town", "测试镇", "", "", "", "east", "", "")))
    assert sentences(found) == [
        "“单位”第2行“上级编码”（F列）：上下级绕成了圈：测试镇 → 东村 → 测试镇。请改正其中一个上级编码。"
    ]
    assert "写的是它自己" in sentences(compared(units_sheet(("east", "东村", "", "", "", "east", "", ""))))[0]


def test_an_unknown_parent_gets_the_code_of_the_unit_that_is_meant() -> None:
    row = ("a", "甲村", "", "", "村")
    assert "“测试镇”的编码是 town" in sentences(compared(units_sheet((*row, "测试镇", "", ""))))[0]
    assert "是不是“town”？" in sentences(compared(units_sheet((*row, "twon", "", ""))))[0]


def test_one_name_twice_under_one_parent_is_refused_and_elsewhere_only_said() -> None:
    beside = compared(units_sheet(("a", "东村", "", "", "村", "town", "", "")))
    assert "同一上级下已有“东村”（编码 east）" in sentences(beside)[0]
    elsewhere = compared(
        units_sheet(("b", "乙镇", "", "", "乡镇街道", "无", "", ""), ("a", "东村", "", "", "村", "b", "", ""))
    )
    assert elsewhere.errors == ()
    assert "别处也有叫“东村”的单位" in elsewhere.warnings[0].sentence


def test_a_code_twice_names_the_other_row() -> None:
    row = ("a", "甲村", "", "", "村", "town", "", "")
    assert "编码 a 与第2行重复" in sentences(compared(units_sheet(row, ("a", "乙村", *row[2:]))))[0]


def test_a_code_of_a_unit_that_was_merged_is_not_used_again() -> None:
    gone = PresentUnit(9, "old", "village", "member", "旧村", "旧村", "town", 9, ended_on=date(2026, 1, 1))
    found = compared(units_sheet(("old", "旧村", "", "", "村", "town", "", "")), at=county(TOWN, gone))
    assert "已撤并的“旧村”" in sentences(found)[0]


def test_a_long_short_name_is_refused_with_a_proposal_and_a_missing_one_is_proposed() -> None:
    long = "示例县反电信网络诈骗专项行动领导小组办公室"
    found = compared(
        units_sheet(("a", "甲", long, "", "村", "town", "", ""), ("b", long, "", "", "办公室", "town", "", ""))
    )
    assert "最多12个字。可用“" in sentences(found)[0]
    assert "没有简称，暂用“" in found.warnings[0].sentence


@given(st.text(alphabet="示例县镇村民委员会办公室领导小组人民政府（）", min_size=1, max_size=40))
def test_a_proposed_short_name_always_fits(name: str) -> None:
    assert 0 < len(propose_short_name(name, "示例县")) <= MAX_SHORT_NAME or len(name) > MAX_SHORT_NAME


def test_a_kind_that_does_not_exist_gets_the_nearest() -> None:
    assert (
        "没有“派出锁”这个类别。是不是“派出所”？"
        in sentences(compared(units_sheet(("a", "甲所", "", "", "派出锁", "town", "", ""))))[0]
    )


def test_an_office_keeps_to_its_own_administration() -> None:
    other = PresentUnit(5, "other", "township", "member", "邻镇", "邻镇", None, 5)
    at = county(TOWN, EAST, other, importer=Importer(frozenset({"town", "east"}), 7))
    found = compared(
        units_sheet(
            ("other", "邻镇改名", "", "", "", "", "", ""),
            ("a", "甲村", "", "", "村", "other", "", ""),
            ("b", "乙县", "", "", "其他", "无", "", ""),
            ("c", "丙村", "", "", "村", "east", "", ""),
            ("town", "测试镇", "测镇", "", "", "", "", ""),
        ),
        at=at,
    )
    assert [(one.row, one.column) for one in found.errors] == [(2, "编码"), (3, "上级编码"), (4, "上级编码")]


def test_sets_gain_and_lose_members() -> None:
    at = county(sets={"各村": PresentSet(1, "各村", frozenset({"east", "town"}))})
    found = compared(sheet("单位集合", ("名称", "成员编码"), ("各村", "east、west"), ("新集合", "east, nobody")), at=at)
    assert "没有编码为“nobody”的单位" in sentences(found)[0]
    assert [(one.name, one.set_id, one.added, one.removed) for one in found.changes.sets] == [
        ("各村", 1, ("west",), ("town",)), ("新集合", None, ("east",), ()),
    ]  # fmt: skip
