"""An .xlsx as rows of text. Formulas are read as the value last saved, never worked out; macros are refused before."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from tracker.documents import packages
from tracker.documents.sheets.limits import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, MOST_SHEETS, MOST_UNPACKED
from tracker.domain.errors import AttachmentRefused
from tracker.domain.sheets import MergedArea, Sheet, SheetRow

PIECE = 1024**2
MERGED = re.compile(rb"<(?:\w+:)?mergeCell\b[^>]*\bref=[\"']([A-Z]+)(\d+):([A-Z]+)(\d+)[\"']")
BROKEN = (
    zipfile.BadZipFile, InvalidFileException, ParseError, KeyError, ValueError, TypeError, IndexError, EOFError, OSError,
    NotImplementedError, AttributeError,
)  # fmt: skip


def read_workbook(
    content: bytes, *, most_rows: int = MOST_ROWS, most_unpacked: int = MOST_UNPACKED
) -> tuple[Sheet, ...]:
    """Return the visible sheets of a workbook in order; raises AttachmentRefused."""
    extension, _ = packages.identify(content)
    if extension != "xlsx":
        raise AttachmentRefused("这不是 Excel 文件。请用 .xlsx 或 .csv。")
    _check_unpacked(content, most_unpacked)
    try:
        # data_only: a formula counts as the value that the sender's program saved beside it.
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        try:
            shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
            if len(shown) > MOST_SHEETS:
                raise AttachmentRefused(f"文件里有{len(shown)}张工作表，最多{MOST_SHEETS}张。请删去无关的工作表。")
            return tuple(Sheet(sheet.title, tuple(_rows(sheet, most_rows)), _merged(content, sheet)) for sheet in shown)
        finally:
            book.close()
    except BROKEN as problem:
        raise AttachmentRefused(packages.BROKEN) from problem


def _check_unpacked(content: bytes, most: int) -> None:
    """Unpack once in small pieces and count: a directory may say anything about the sizes of its parts."""
    unpacked = 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            for part in package.infolist():
                with package.open(part) as stream:
                    before = b""
                    while piece := stream.read(PIECE):
                        unpacked += len(piece)
                        if unpacked > most:
                            raise AttachmentRefused(packages.BOMB)
                        if part.filename.endswith((".xml", ".rels")) and _declares(before + piece):
                            raise AttachmentRefused(packages.BROKEN)
                        before = piece[-16:]
    except BROKEN as problem:
        raise AttachmentRefused(packages.BROKEN) from problem


def _declares(piece: bytes) -> bool:
    """Tell whether XML declares a document type: no office program writes one, and entities can swell."""
    return b"<!DOCTYPE" in piece or b"<!ENTITY" in piece


def _rows(sheet: Any, most: int) -> Iterator[SheetRow]:
    # What a sheet says about its own size is often wrong, also by a million rows.
    sheet.reset_dimensions()
    kept = 0
    for number, values in enumerate(sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS), start=1):
        cells = [text_of_cell(value) for value in values]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            kept += 1
            yield SheetRow(number, tuple(cells))
        if kept > most or number > 4 * MOST_ROWS:
            raise AttachmentRefused(f"工作表“{sheet.title}”超过{most}行。请拆成几个文件分别导入。")


def _merged(content: bytes, sheet: Any) -> tuple[MergedArea, ...]:
    # The read-only reader does not look at merged cells; the part's own name is the only way to them.
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        part = package.read(str(sheet._worksheet_path).lstrip("/"))
    return tuple(
        MergedArea(f"{a.decode()}{first.decode()}:{b.decode()}{last.decode()}", int(first), int(last))
        for a, first, b, last in MERGED.findall(part)
    )


def text_of_cell(value: object) -> str:
    """Return a cell as a person would read it: whole numbers without a point, days as 2026-03-01."""
    match value:
        case None:
            return ""
        case bool():
            return "是" if value else "否"
        case datetime() if value.time() == time(0):
            return value.date().isoformat()
        case datetime() | date() | time():
            return value.isoformat()
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
    return " ".join(str(value).replace("\x00", "").split())[:LONGEST_CELL]
