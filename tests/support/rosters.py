"""Rosters for tests: tables as text, as CSV and as a workbook; and a county of any size."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import xlsxwriter

from tracker.domain.sheets import MergedArea, Sheet, SheetRow

UNIT_HEAD = ("编码", "名称", "简称", "别名", "类别", "上级编码", "次序", "级别")
PEOPLE_HEAD = ("姓名", "单位编码", "岗位", "职务", "手机", "邮箱", "登录名", "起", "止", "专项行动")
SET_HEAD = ("名称", "成员编码")

Rows = Sequence[Sequence[str]]


def sheet(name: str, *rows: Sequence[str], merged: tuple[MergedArea, ...] = ()) -> Sheet:
    """Return a table as it was read."""
    return Sheet(name, tuple(SheetRow(number, tuple(row)) for number, row in enumerate(rows, start=1)), merged)


def units_sheet(*rows: Sequence[str]) -> Sheet:
    """Return a table of units under the usual headings."""
    return sheet("单位", UNIT_HEAD, *rows)


def people_sheet(*rows: Sequence[str]) -> Sheet:
    """Return a table of people under the usual headings."""
    return sheet("人员", PEOPLE_HEAD, *rows)


def as_csv(head: Sequence[str], rows: Rows, encoding: str = "utf-8-sig") -> bytes:
    """Return a table as a CSV file."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([head, *rows])
    return out.getvalue().encode(encoding)


def as_workbook(units: Rows = (), people: Rows = (), sets: Rows = ()) -> bytes:
    """Return a workbook with the tables that have rows."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        for name, head, rows in (
            ("单位", UNIT_HEAD, units),
            ("人员", PEOPLE_HEAD, people),
            ("单位集合", SET_HEAD, sets),
        ):
            if rows:
                page = book.add_worksheet(name)
                for number, row in enumerate([head, *rows]):
                    page.write_row(number, 0, row)
    return out.getvalue()


def a_county(units: int, people: int) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """Return rows of a county: one root, towns of fifty villages, and people with posts and phones."""
    rows: list[tuple[str, ...]] = [("xian", "示例县", "示例县", "", "其他", "无", "1", "county")]
    for number in range(1, units):
        if number % 50 == 1:
            town = f"z{number}"
            rows.append((town, f"第{number}镇", f"第{number}镇", "", "乡镇街道", "xian", str(number + 1), "township"))
        else:
            rows.append(
                (f"c{number}", f"第{number}村", f"第{number}村", f"{number}号村", "村", town, str(number + 1), "")
            )
    keys = [row[0] for row in rows]
    posts = [
        (f"人{n}", keys[n % units], "联络员" if n < units else "单位负责人", "", f"1{3000000000 + n}",
         f"p{n}@example.invalid", "", "2026-01-01", "", "")
        for n in range(people)
    ]  # fmt: skip
    return rows, posts
