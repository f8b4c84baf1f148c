"""Tables in plain text: lines whose cells are parted by tabs, pipes or wide gaps, under a header that names duties."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tracker.plans.lines import Line
from tracker.plans.ordinals import ordinal_at
from tracker.plans.passages import EMPTY, Passage

_COLUMNS: tuple[tuple[str, str], ...] = (
    ("number", r"^(?:序号|编号|序|号|No\.?)$"),
    ("head", r"牵头(?!领导|人)|主责|主办|第一责任(?:单位|部门)"),
    ("help", r"配合|协办|成员单位|协助|参与|协同"),
    ("person", r"责任人|领导|联系|电话|负责人|备注|姓名|签字|进展|完成情况|得分|分值"),
    (
        "duty",
        r"责任(?:单位|部门|科室|主体|处室|股室|分工)?$|^分工$|(?:负责|落实|承办|实施|执行|主管)(?:单位|部门|科室)|^单位$|^部门$|^责任单位",
    ),
    ("time", r"时限|时间|期限|节点|进度|完成日期"),
    ("goal", r"目标$|成效|标准$|依据"),
    ("task", r"措施|任务|内容|事项|项目|要求|举措|工作|重点|问题|类别|领域|方面"),
)
_COMPILED = tuple((name, re.compile(words)) for name, words in _COLUMNS)
_SEPARATORS = (re.compile(r"\t+"), re.compile(r"[|｜│┃]"), re.compile(r" {2,}"))
_GROUP_TITLE = 24
_RULE = re.compile(r"^[\s|:：—\-─━┌┐└┘├┤┬┴┼+=]+$")


@dataclass(frozen=True)
class TableRow:
    """One row below a header; `columns` says what each cell is."""

    cells: tuple[Passage, ...]
    columns: tuple[str, ...]


def take_tables(lines: list[Line]) -> list[Line | TableRow]:
    """Return the lines, with those of duty tables as rows. Header lines are left out."""
    result: list[Line | TableRow] = []
    columns: tuple[str, ...] = ()
    separator: re.Pattern[str] | None = None
    above: tuple[Passage, ...] = ()
    repeated = False
    for line in lines:
        header = _header(line.whole)
        if header:
            separator, columns = header
            above, repeated = (), False
            continue
        if separator is not None:
            if _RULE.match(line.passage.text):
                continue
            cells = _cells(line.whole, separator)
            if 2 <= len(cells) <= len(columns):
                repeated = repeated or _repeats(above, cells, columns)
                row = cells + (EMPTY,) * (len(columns) - len(cells))
                row = row if repeated else _carried(row, above, columns)
                result.append(TableRow(row, columns))
                above = row
                continue
            if len(cells) == 1 and ordinal_at(line.passage.text) and len(line.passage) <= _GROUP_TITLE:
                above = ()
                result.append(line)  # A cell across the whole table: the heading of the rows below it.
                continue
            separator = None
        result.append(line)
    return result


def _repeats(above: tuple[Passage, ...], cells: tuple[Passage, ...], columns: tuple[str, ...]) -> bool:
    """Whether a row prints again what stands above it, but for its number: such a table has no merged cells."""
    return any(
        cell and cell.text == before.text
        for cell, before, name in zip(cells, above, columns, strict=False)
        if name in ("task", "head", "duty", "other")
    )


def _header(passage: Passage) -> tuple[re.Pattern[str], tuple[str, ...]] | None:
    if len(passage) > 120 or "。" in passage.text:
        return None
    for separator in _SEPARATORS:
        if not separator.search(passage.text):
            continue
        cells = [re.sub(r"\s", "", cell.text) for cell in _cells(passage, separator)]
        if len(cells) < 2 or any(len(cell) > 16 for cell in cells):
            continue
        columns = tuple(_column(re.sub(r"（[^（）]*）$", "", cell)) for cell in cells)
        columns = _without_demands(columns, cells)
        if "task" in columns and {"head", "duty", "help", "time"} & set(columns):
            return separator, columns
    return None


def _without_demands(columns: tuple[str, ...], cells: list[str]) -> tuple[str, ...]:
    """「工作内容 | 责任部门 | 要求」: what is asked of a task is not the task, if another column holds it."""
    says = [name == "task" and not re.search(r"要求$", cell) for name, cell in zip(columns, cells, strict=True)]
    if not any(says):
        return columns
    return tuple("goal" if name == "task" and not told else name for name, told in zip(columns, says, strict=True))


def _column(cell: str) -> str:
    return next((name for name, words in _COMPILED if words.search(cell)), "other")


def _cells(passage: Passage, separator: re.Pattern[str]) -> tuple[Passage, ...]:
    inner = passage.strip("|｜│┃ ") if separator is _SEPARATORS[1] else passage
    if separator is _SEPARATORS[0]:
        separator = re.compile(r"\t")
    cells, start = [], 0
    for found in separator.finditer(inner.text):
        cells.append(inner.cut(start, found.start()).strip().squeezed())
        start = found.end()
    cells.append(inner.cut(start).strip().squeezed())
    return tuple(cells)


def _carried(cells: tuple[Passage, ...], above: tuple[Passage, ...], columns: tuple[str, ...]) -> tuple[Passage, ...]:
    """A cell merged downwards stands empty in the rows below; helpers may truly be none, so theirs is not carried."""
    if not above:
        return cells
    return tuple(
        before if not cell and name in ("head", "duty", "time", "task") else cell
        for cell, before, name in zip(cells, above, columns, strict=True)
    )
