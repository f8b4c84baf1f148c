"""A printable ledger as .xlsx: merged heading, borders, a head that stays and comes again, filters, a foot on each page."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from typing import IO, Any

import xlsxwriter

from tracker.domain.sheets import LedgerLayout

A4, A3 = 9, 8
SIGNATURES = (
    "填报单位（盖章）：　　　　　　　　　审核人：　　　　　　　　填报人：　　　　　　　　日期：　　　　年　　月　　日"
)
#: Rows above the head: the title, and the remarks in one cell.
ABOVE = 2
FONT = "宋体"
#: Points from one line of 10 pt to the next.
LINE = 13


def write_ledger(layout: LedgerLayout, rows: Iterable[Sequence[str]]) -> IO[bytes]:
    """Return the workbook, open at its beginning.

    Rows go to disk one by one, and every cell is written as text: a name that begins with = is a name. The first
    column is a number.
    """
    out = tempfile.TemporaryFile()  # noqa: SIM115 the caller closes it
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        page = book.add_worksheet("台账")
        _set_up(page, layout)
        _write_head(book, page, layout)
        last = _write_rows(book, page, rows, [column.width for column in layout.columns[1:]])
        page.autofilter(ABOVE, 0, last, len(layout.columns) - 1)
        page.repeat_rows(ABOVE)
        foot = book.add_format({"font_name": FONT, "font_size": 11})
        page.write_string(last + 2, 0, SIGNATURES, foot)
    out.seek(0)
    return out


def _set_up(page: Any, layout: LedgerLayout) -> None:
    page.set_landscape()
    page.set_paper(A3 if layout.large else A4)
    page.fit_to_pages(1, 0)
    page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    page.center_horizontally()
    page.freeze_panes(ABOVE + 1, 2)
    # In a header & begins a code; doubled it is a letter.
    page.set_footer(f"&L{layout.taken_by.replace('&', '&&')[:180]}&R第 &P 页，共 &N 页")
    for index, column in enumerate(layout.columns):
        page.set_column(index, index, column.width)


def _write_head(book: Any, page: Any, layout: LedgerLayout) -> None:
    last = len(layout.columns) - 1
    title = book.add_format({"font_name": "黑体", "font_size": 18, "align": "center", "valign": "vcenter"})
    remark = book.add_format(
        {"font_name": FONT, "font_size": 10, "align": "left", "valign": "vcenter", "text_wrap": True}
    )
    head = book.add_format({
        "font_name": "黑体", "font_size": 11, "border": 1, "align": "center", "valign": "vcenter", "text_wrap": True,
        "bg_color": "#E6EFF7",
    })  # fmt: skip
    page.set_row(0, 34)
    page.merge_range(0, 0, 0, last, "", title)
    page.write_string(0, 0, layout.title, title)
    page.set_row(1, 16 * max(1, len(layout.remarks)))
    page.merge_range(1, 0, 1, last, "", remark)
    page.write_string(1, 0, "\n".join(layout.remarks), remark)
    page.set_row(ABOVE, 32)
    for index, column in enumerate(layout.columns):
        page.write_string(ABOVE, index, column.title, head)


def _write_rows(book: Any, page: Any, rows: Iterable[Sequence[str]], widths: Sequence[int]) -> int:
    plain = book.add_format({"font_name": FONT, "font_size": 10, "border": 1, "valign": "vcenter", "text_wrap": True})
    number = ABOVE
    for number, row in enumerate(rows, start=ABOVE + 1):
        # Not every program works out the height of wrapped text by itself, and none does for a print in the background.
        lines = max((_lines(text, width) for text, width in zip(row, widths, strict=True)), default=1)
        page.set_row(number, LINE * lines + 4)
        page.write_number(number, 0, number - ABOVE, plain)
        for index, text in enumerate(row, start=1):
            if text:
                page.write_string(number, index, text, plain)
            else:
                page.write_blank(number, index, None, plain)
    return number


def _lines(text: str, width: int) -> int:
    """Return how many lines a text takes in a column: a Chinese letter is as wide as two figures."""
    if 2 * len(text) < width and "\n" not in text:
        return 1
    # In this coding a figure is one byte and a Chinese letter two.
    return sum(max(1, -(-len(line.encode("gb18030", "replace")) // (width - 1))) for line in text.split("\n"))
