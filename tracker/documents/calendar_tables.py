"""A holiday notice as a table: 日期, 类型 (休 or 班), 名称. Everything is taken or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from tracker.documents.sheets.reading import FileSheetReader
from tracker.domain.errors import AttachmentRefused, FieldProblem, InvalidInput
from tracker.domain.redating import CalendarTable

_KINDS = {"休": False, "放假": False, "休息": False, "班": True, "上班": True, "调休上班": True}
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
MOST_ROWS = 2000


def read_file(name: str, content: bytes) -> CalendarTable:
    """Read an .xlsx or .csv file. Raises InvalidInput with every row that is wrong, and why."""
    return read_rows(file_rows(name, content))


def file_rows(name: str, content: bytes) -> list[Sequence[str]]:
    """Return a file's rows at their own numbers. Raises InvalidInput for what cannot be read at all."""
    try:
        sheets = FileSheetReader().read(name, content)
    except AttachmentRefused as refused:
        raise InvalidInput([FieldProblem("文件", refused.sentence)]) from None
    rows = next((sheet.rows for sheet in sheets if sheet.rows), ())
    if len(rows) > MOST_ROWS or (rows and rows[-1].number > 2 * MOST_ROWS):
        raise InvalidInput([FieldProblem("文件", f"超过{MOST_ROWS}行，不像是放假安排。请核对文件。")])
    lines: list[Sequence[str]] = []
    for row in rows:
        # An empty row stays one, so that a fault is named by the number that the file's own program shows.
        lines += [()] * (row.number - len(lines) - 1)
        lines.append(row.cells)
    return lines


def read_rows(rows: Iterable[Sequence[str]]) -> CalendarTable:
    """Read the rows of a sheet, the head first; without a head they are day, kind and name.

    A year counts as published when its table has National Day as a rest day: a notice always names it, and a few
    local days alone do not make a year known.
    """
    filled = [(number, row) for number, row in enumerate(rows, start=1) if any(cell.strip() for cell in row)]
    if not filled:
        raise InvalidInput([FieldProblem("文件", "没有内容。第一行应是：日期,类型,名称。")])
    if len(filled) > MOST_ROWS:
        raise InvalidInput([FieldProblem("文件", f"超过{MOST_ROWS}行，不像是放假安排。请核对文件。")])
    head = [cell.strip() for cell in filled[0][1]]
    data = filled[1:]
    if _DATE.fullmatch(head[0]):  # lines that begin at once with a day: the columns stand in the usual order
        head, data = ["日期", "类型", "名称"], filled
    missing = [name for name in ("日期", "类型") if name not in head]
    if missing:
        raise InvalidInput(
            [FieldProblem(f"第{filled[0][0]}行", f"缺少列“{'、'.join(missing)}”。第一行应是：日期,类型,名称。")]
        )
    days: dict[date, bool] = {}
    problems: list[FieldProblem] = []
    for number, row in data:
        cells = dict(zip(head, (cell.strip() for cell in row), strict=False))
        try:
            day, works = _day(cells.get("日期", "")), _kind(cells.get("类型", ""))
            if days.get(day, works) is not works:
                raise ValueError(f"{day.isoformat()} 前面已写过，类型不同。")
            days[day] = works
        except ValueError as problem:
            problems.append(FieldProblem(f"第{number}行", str(problem)))
    if problems:
        raise InvalidInput(problems)
    if not days:
        raise InvalidInput([FieldProblem("文件", "只有表头，没有日期。")])
    return CalendarTable(
        days, frozenset(day.year for day, works in days.items() if day.month == 10 and day.day == 1 and not works)
    )


def _day(text: str) -> date:
    found = _DATE.fullmatch(text)
    if found is None:
        raise ValueError(f"日期“{text}”不对，请写成 2027-02-06。")
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        raise ValueError(f"没有“{text}”这一天。") from None


def _kind(text: str) -> bool:
    if text not in _KINDS:
        raise ValueError(f"类型“{text}”不对，只能写“休”或“班”。")
    return _KINDS[text]
