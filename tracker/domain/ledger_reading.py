"""A rectification ledger that comes back edited: which cells may differ, what differs, and each row that is wrong. Pure.

The rows of the file stand for what was exported: each names its item and the version that the item had. An empty cell
leaves alone. A row that differs is taken only while the item still has that version.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tracker.domain.csv_signs import undefused
from tracker.domain.errors import FieldProblem
from tracker.domain.personal_numbers import objection
from tracker.domain.sheets import Sheet, SheetRow

#: The ledger that can be read back, and its columns that may be edited: name → (title, most letters).
LEDGER = "rectification"
EDITABLE: Mapping[str, tuple[str, int]] = {"measure": ("整改措施", 500), "leader": ("责任人", 50)}
REF, VERSION = "编号", "版本（勿改）"
#: The head stands under the title and the remarks.
HEAD_WITHIN = 12
MOST_ROWS = 2_000


@dataclass(frozen=True)
class ReadRow:
    """A row as it came. `number` is the file's own; `values` are the editable cells that hold something."""

    number: int
    ref: str
    version: int
    values: Mapping[str, str]


@dataclass(frozen=True)
class PlannedItem:
    """An item as it stands. `why_fixed` says why nobody, or not this person, may edit it now; empty = may."""

    ref: str
    title: str
    unit: str
    version: int
    values: Mapping[str, str]
    why_fixed: str = ""


@dataclass(frozen=True)
class CellChange:
    """A cell that differs."""

    row: int
    ref: str
    title: str
    unit: str
    version: int
    column: str
    before: str
    after: str

    @property
    def column_title(self) -> str:
        """Return the column's heading."""
        return EDITABLE[self.column][0]


def read_rows(sheets: Sequence[Sheet]) -> tuple[tuple[ReadRow, ...], tuple[FieldProblem, ...]]:
    """Return the rows of the file's ledger, and every row that cannot be read."""
    found = next(((sheet, place) for sheet in sheets if (place := _head(sheet)) is not None), None)
    if found is None:
        sentence = f"文件里没有找到表头：要有“{REF}”“{VERSION}”和{_editable_titles()}中的至少一列。请用本页导出的整改台账修改。"
        return (), (FieldProblem("file", sentence),)
    sheet, place = found
    columns = _columns(sheet.rows[place])
    rows: list[ReadRow] = []
    problems: list[FieldProblem] = []
    seen: dict[str, int] = {}
    for row in sheet.rows[place + 1 :]:
        ref = row.cell(columns[REF]).strip()
        values = {name: _typed(row.cell(columns[title])) for name, (title, _) in EDITABLE.items() if title in columns}
        values = {name: value for name, value in values.items() if value}
        if not ref:
            if values:
                problems.append(_problem(row.number, "没有编号，不知道是哪一项。"))
            continue
        version = row.cell(columns[VERSION]).strip()
        if ref in seen:
            problems.append(_problem(row.number, f"{ref}与第{seen[ref]}行重复。"))
        elif not (version.isascii() and version.isdigit() and len(version) < 10):
            problems.append(_problem(row.number, f"{ref}的“{VERSION}”被改动或删去了，请重新导出后修改。"))
        else:
            rows.append(ReadRow(row.number, ref, int(version), values))
        seen.setdefault(ref, row.number)
    if len(rows) > MOST_ROWS:
        return (), (FieldProblem("file", f"文件有{len(rows)}行，一次最多读回{MOST_ROWS}行。请按单位分次导出、修改。"),)
    return tuple(rows), tuple(problems)


def compare(
    rows: Iterable[ReadRow], present: Mapping[str, PlannedItem]
) -> tuple[tuple[CellChange, ...], tuple[FieldProblem, ...]]:
    """Return the cells that differ from what stands, and every row that may not be taken."""
    changes: list[CellChange] = []
    problems: list[FieldProblem] = []
    for row in rows:
        item = present.get(row.ref)
        if item is None:
            problems.append(_problem(row.number, f"没有编号为{row.ref}的整改事项，或者您无权查看。"))
            continue
        mine = [
            CellChange(row.number, row.ref, item.title, item.unit, row.version, name, item.values[name], value)
            for name, value in row.values.items()
            if value != plain(item.values[name])
        ]
        if not mine:
            continue
        if item.why_fixed:
            problems.append(_problem(row.number, f"{row.ref}{item.why_fixed}"))
        elif item.version != row.version:
            sentence = (
                f"{row.ref}在导出之后有变动（导出时第{row.version}版，现在第{item.version}版），请重新导出后修改。"
            )
            problems.append(_problem(row.number, sentence))
        problems += [wrong for change in mine if (wrong := _wrong(change)) is not None]
        changes += mine
    return tuple(changes), tuple(problems)


def plain(text: str) -> str:
    """Return a text as a table gives it back: line ends and doubled spaces are one space."""
    return " ".join(text.split())


def _wrong(change: CellChange) -> FieldProblem | None:
    title, longest = EDITABLE[change.column]
    if len(change.after) > longest:
        return _problem(change.row, f"{change.ref}的“{title}”最多{longest}字，现在是{len(change.after)}字。")
    if objection(change.after, confirmed=False, confidential=True):
        return _problem(change.row, f"{change.ref}的“{title}”里像是有私人号码，请删去。")
    return None


def _head(sheet: Sheet) -> int | None:
    for place, row in enumerate(sheet.rows[:HEAD_WITHIN]):
        columns = _columns(row)
        if REF in columns and VERSION in columns and any(title in columns for title, _ in EDITABLE.values()):
            return place
    return None


def _columns(row: SheetRow) -> dict[str, int]:
    return {cell.strip(): index for index, cell in enumerate(row.cells) if cell.strip()}


def _typed(cell: str) -> str:
    return plain(undefused(cell))


def _editable_titles() -> str:
    return "、".join(f"“{title}”" for title, _ in EDITABLE.values())


def _problem(number: int, sentence: str) -> FieldProblem:
    return FieldProblem("file", f"第{number}行：{sentence}")
