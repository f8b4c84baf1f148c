"""The SheetWriter: workbooks for filling in and for taking along. A text never becomes a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import IO

import xlsxwriter

from tracker.documents.sheets.ledgers import write_ledger
from tracker.domain.sheets import ColumnLayout, LedgerLayout, SheetLayout

ROWS_WITH_CHOICES = 20_000
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


class FileSheetWriter:
    """Writes .xlsx and .csv."""

    def workbook(self, sheets: tuple[SheetLayout, ...]) -> bytes:
        """Return an .xlsx with these sheets; columns with choices get a drop-down list."""
        out = io.BytesIO()
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(out, options) as book:
            head = book.add_format({"bold": True, "bg_color": "#E6EFF7", "border": 1, "text_wrap": True})
            # Text format keeps the zeros before a code, and long numbers whole.
            plain = book.add_format({"num_format": "@"})
            wrapped = book.add_format({"text_wrap": True, "valign": "top"})
            for sheet in sheets:
                page = book.add_worksheet(sheet.name)
                if sheet.text:
                    page.set_column(0, 0, 100)
                    for number, line in enumerate(sheet.text):
                        page.write_string(number, 0, line, wrapped)
                    continue
                page.freeze_panes(1, 0)
                for index, column in enumerate(sheet.columns):
                    page.set_column(index, index, column.width, plain)
                    page.write_string(0, index, column.title, head)
                    if column.hint:
                        page.write_comment(0, index, column.hint)
                    if column.choices:
                        _offer(page, index, column)
                for number, row in enumerate(sheet.rows, start=1):
                    for index, value in enumerate(row):
                        if value != "":
                            page.write_string(number, index, str(value), plain)
        return out.getvalue()

    def ledger(self, layout: LedgerLayout, rows: Iterable[Sequence[str]]) -> IO[bytes]:
        """Return a printable ledger as an open .xlsx, to be closed by the caller."""
        return write_ledger(layout, rows)

    def separated(self, sheet: SheetLayout) -> bytes:
        """Return a .csv in UTF-8 with its mark, as Excel opens it right; formulas are defused by an apostrophe."""
        out = io.StringIO(newline="")
        writer = csv.writer(out)
        writer.writerow([column.title for column in sheet.columns])
        for row in sheet.rows:
            writer.writerow([_defused(value) for value in row])
        return out.getvalue().encode("utf-8-sig")


def _offer(page: xlsxwriter.worksheet.Worksheet, index: int, column: ColumnLayout) -> None:
    page.data_validation(
        1, index, ROWS_WITH_CHOICES, index,
        {"validate": "list", "source": list(column.choices), "error_title": column.title,
         "error_message": "请从列表中选择。", "error_type": "warning"},
    )  # fmt: skip


def _defused(value: str | int) -> str | int:
    if isinstance(value, str) and value.startswith(FORMULA_SIGNS):
        return f"'{value}"
    return value
