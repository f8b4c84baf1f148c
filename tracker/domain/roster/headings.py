"""Which tables a file holds, where their headings stand, and which column is which. Order is free, words are lenient."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracker.domain.roster.problems import RowProblem
from tracker.domain.sheets import Sheet, SheetRow, column_letters

#: A title and notes may stand above the headings.
MOST_ROWS_ABOVE = 10


@dataclass(frozen=True)
class ColumnKind:
    """A column: its field, the heading of the template, other words for it, and whether a table needs it."""

    field: str
    title: str
    others: tuple[str, ...] = ()
    needed: bool = False


@dataclass(frozen=True)
class TableKind:
    """A table: what its sheet is called, its columns, and the fields by which it is told from the others."""

    key: str
    title: str
    names: tuple[str, ...]
    columns: tuple[ColumnKind, ...]
    marks: frozenset[str]

    def title_of(self, field: str) -> str:
        """Return the heading of a field."""
        return next(column.title for column in self.columns if column.field == field)


UNITS = TableKind(
    "units", "单位", ("单位", "单位表", "units"),
    (
        ColumnKind("key", "编码", ("单位编码", "单位代码", "代码", "编号"), needed=True),
        ColumnKind("name", "名称", ("单位名称", "单位全称", "全称", "单位"), needed=True),
        ColumnKind("short_name", "简称", ("单位简称", "短信简称")),
        ColumnKind("aliases", "别名", ("曾用名", "又名", "其他名称")),
        ColumnKind("kind", "类别", ("单位类别", "类型", "单位类型")),
        ColumnKind("parent", "上级编码", ("上级单位编码", "上级代码", "上级", "上级单位", "隶属")),
        ColumnKind("position", "次序", ("排序", "序号", "顺序", "公文次序")),
        ColumnKind("level", "级别", ("层级", "单位级别")),
    ),
    frozenset({"parent", "kind", "short_name"}),
)  # fmt: skip
PEOPLE = TableKind(
    "people", "人员", ("人员", "人员表", "people"),
    (
        ColumnKind("name", "姓名", ("人员姓名", "名字"), needed=True),
        ColumnKind("unit", "单位编码", ("所在单位编码", "单位代码", "单位", "所在单位"), needed=True),
        ColumnKind("role", "岗位", ("角色", "系统岗位", "岗位类别"), needed=True),
        ColumnKind("title", "职务", ("职务名称", "职位")),
        ColumnKind("phone", "手机", ("手机号", "手机号码", "联系电话", "电话", "联系方式")),
        ColumnKind("email", "邮箱", ("电子邮箱", "邮件", "电子邮件", "email", "e-mail")),
        ColumnKind("login", "登录名", ("用户名", "账号", "登录账号")),
        ColumnKind("starts_on", "起", ("开始日期", "任职日期", "起始日期", "开始", "自")),
        ColumnKind("ends_on", "止", ("结束日期", "离任日期", "终止日期", "结束", "至")),
        ColumnKind("campaign", "专项行动", ("行动", "只管专项行动")),
    ),
    frozenset({"role", "phone"}),
)  # fmt: skip
SETS = TableKind(
    "sets", "单位集合", ("单位集合", "集合", "sets"),
    (
        ColumnKind("name", "名称", ("集合名称", "单位集合", "集合"), needed=True),
        ColumnKind("members", "成员编码", ("成员", "成员单位编码", "单位编码"), needed=True),
    ),
    frozenset({"members"}),
)  # fmt: skip
TABLES = (UNITS, PEOPLE, SETS)


@dataclass(frozen=True)
class FoundTable:
    """A table of a file: its sheet, its kind, which column each field stands in, and the rows below the headings."""

    kind: TableKind
    sheet: str
    columns: Mapping[str, int]
    rows: tuple[SheetRow, ...]

    def text(self, row: SheetRow, field: str) -> str:
        """Return the text of a field in a row; empty where the table has no such column."""
        index = self.columns.get(field)
        return row.cell(index) if index is not None else ""

    def problem(self, row: SheetRow, field: str, sentence: str, *, grave: bool = True) -> RowProblem:
        """Return a problem at a cell."""
        index = self.columns.get(field)
        letters = column_letters(index) if index is not None else ""
        return RowProblem(self.sheet, row.number, self.kind.title_of(field), sentence, letters, grave)


def find_tables(sheets: Sequence[Sheet]) -> tuple[list[FoundTable], list[RowProblem]]:
    """Return the tables of a file, and what is wrong with their headings and merged cells.

    A sheet that is no table (a page of help) is passed over; a file without any table is a problem of its own.
    """
    tables: list[FoundTable] = []
    problems: list[RowProblem] = []
    for sheet in sheets:
        kind = _kind_of(sheet)
        if kind is None:
            continue
        head, columns, doubled = _heading_row(sheet, kind)
        found = FoundTable(kind, sheet.name, columns, tuple(row for row in sheet.rows if row.number > head))
        missing = [column.title for column in kind.columns if column.needed and column.field not in columns]
        if missing:
            listed = "、".join(f"“{title}”" for title in missing)
            sentence = f"缺少列{listed}。请对照模板补上这一列，列的先后不限。"
            problems.append(RowProblem(sheet.name, head, "表头", sentence))
        problems += [
            RowProblem(sheet.name, head, title, f"有两列都是“{title}”。请删去多余的一列。") for title in doubled
        ]
        problems += [
            RowProblem(
                sheet.name,
                area.first_row,
                "",
                f"单元格 {area.ref} 是合并的，看不出各行的内容。请取消合并，每行都填上。",
            )
            for area in sheet.merged
            if area.last_row > head
        ]
        if not missing:
            tables.append(found)
    if not tables and not problems:
        sentence = "没有找到“单位”“人员”或“单位集合”的表头。请下载模板，把内容填到对应的列里。"
        problems.append(RowProblem(sheets[0].name if sheets else "文件", 0, "", sentence))
    return tables, problems


def folded(text: str) -> str:
    """Return a heading for comparing: without blanks, marks and what stands in brackets."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s*:：]", "", re.sub(r"[(（\[【].*?[)）\]】]", "", plain))


def _kind_of(sheet: Sheet) -> TableKind | None:
    named = next((kind for kind in TABLES if folded(sheet.name) in kind.names), None)
    if named is not None:
        return named
    best, most = None, 1
    for kind in TABLES:
        _, columns, _ = _heading_row(sheet, kind)
        score = len(columns)
        if score > most and kind.marks & columns.keys():
            best, most = kind, score
    return best


def _heading_row(sheet: Sheet, kind: TableKind) -> tuple[int, dict[str, int], list[str]]:
    """Return number, columns and doubled headings of the row that reads most like headings; the first when none does."""
    words = {folded(word): column for column in reversed(kind.columns) for word in (*column.others, column.title)}
    found: tuple[int, dict[str, int], list[str]] = (sheet.rows[0].number if sheet.rows else 1, {}, [])
    for row in sheet.rows[:MOST_ROWS_ABOVE]:
        columns: dict[str, int] = {}
        doubled: list[str] = []
        for index, cell in enumerate(row.cells):
            column = words.get(folded(cell))
            if column is None:
                continue
            if column.field in columns:
                doubled.append(column.title)
            else:
                columns[column.field] = index
        if len(columns) > len(found[1]):
            found = (row.number, columns, doubled)
    return found
