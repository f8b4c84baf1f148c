"""A ledger that comes back: what differs, row by row, and what may not be taken."""

from __future__ import annotations

import pytest

from tracker.domain.csv_signs import defused, undefused
from tracker.domain.ledger_reading import PlannedItem, compare, read_rows
from tracker.domain.sheets import Sheet, SheetRow

HEAD = ("序号", "编号", "整改事项", "整改措施", "责任人", "版本（勿改）")


def sheet(*rows: tuple[str, ...], head: tuple[str, ...] = HEAD) -> tuple[Sheet, ...]:
    above = (SheetRow(1, ("整改台账",)), SheetRow(2, ("截至2026年3月1日，共2项。",)), SheetRow(3, head))
    return (Sheet("台账", (*above, *(SheetRow(number, row) for number, row in enumerate(rows, start=4)))),)


def row(ref: str = "ZG-2026-0001", measure: str = "逐户补登", leader: str = "村主任", version: str = "3"):
    return ("1", ref, "补台账", measure, leader, version)


def present(**changes: object) -> dict[str, PlannedItem]:
    given: dict[str, object] = {
        "ref": "ZG-2026-0001", "title": "补台账", "unit": "西村", "version": 3,
        "values": {"measure": "逐户补登", "leader": "村主任"},
    }  # fmt: skip
    return {"ZG-2026-0001": PlannedItem(**{**given, **changes})}  # type: ignore[arg-type]


def differences(*rows: tuple[str, ...], **standing: object):
    read, problems = read_rows(sheet(*rows))
    assert problems == ()
    return compare(read, present(**standing))


def test_an_unchanged_ledger_changes_nothing_however_old_it_is():
    assert differences(row(version="1")) == ((), ())


def test_a_changed_cell_is_named_with_its_row_before_and_after():
    (change,), problems = differences(row(leader="村支书"))
    assert (change.row, change.column, change.before, change.after) == (4, "leader", "村主任", "村支书")
    assert problems == ()


def test_an_empty_cell_leaves_alone():
    assert differences(row(measure="", leader="")) == ((), ())


def test_line_ends_that_a_table_loses_are_no_change():
    assert differences(row(measure="第一步 第二步"), values={"measure": "第一步\n第二步", "leader": "村主任"}) == (
        (),
        (),
    )


def test_a_changed_row_of_an_older_version_is_refused():
    _, (problem,) = differences(row(leader="村支书", version="2"))
    assert problem.sentence.startswith("第4行：ZG-2026-0001在导出之后有变动")


def test_a_row_that_may_not_be_edited_is_refused_only_if_it_differs():
    assert differences(row(), why_fixed="已销号。") == ((), ())
    _, (problem,) = differences(row(leader="村支书"), why_fixed="已销号或撤回，不能再改。")
    assert problem.sentence == "第4行：ZG-2026-0001已销号或撤回，不能再改。"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"leader": "人" * 51}, "最多50字，现在是51字"),
        ({"measure": "联系13812345678"}, "像是有私人号码"),
        ({"ref": "ZG-2026-0099", "leader": "村支书"}, "没有编号为ZG-2026-0099"),
    ],
)
def test_every_wrong_row_is_said_by_its_number(changed, said):
    _, problems = differences(row(**changed))
    assert problems[0].sentence.startswith("第4行：")
    assert said in problems[0].sentence


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([row(), row()], "第5行：ZG-2026-0001与第4行重复。"),
        ([row(version="三")], "第4行：ZG-2026-0001的“版本（勿改）”被改动或删去了"),
        ([row(ref="")], "第4行：没有编号，不知道是哪一项。"),
    ],
)
def test_rows_that_cannot_be_read_are_said_by_number(rows, said):
    _, problems = read_rows(sheet(*rows))
    assert said in problems[0].sentence


def test_the_foot_for_signatures_is_no_row():
    read, problems = read_rows(sheet(row(), ("填报单位（盖章）：　　审核人：",)))
    assert (len(read), problems) == (1, ())


def test_a_file_without_the_head_is_refused_with_what_it_needs():
    _, (problem,) = read_rows(sheet(head=("序号", "编号", "整改措施")))
    assert "版本（勿改）" in problem.sentence


@pytest.mark.parametrize("text", ["=1+1", "-补登", "@甲", "'已加", "补登", "＝甲"])
def test_an_apostrophe_against_formulas_comes_off_again(text):
    assert undefused(defused(text)) == text
