"""A .csv as rows of text: UTF-8 with or without its mark, or GB18030 as Chinese Excel saves it."""

from __future__ import annotations

import csv
import io

from tracker.documents.sheets.limits import MOST_COLUMNS, MOST_ROWS
from tracker.documents.sheets.workbook import text_of_cell
from tracker.domain.errors import AttachmentRefused
from tracker.domain.sheets import Sheet, SheetRow


def read_separated(name: str, content: bytes) -> Sheet:
    """Return the one table of a file; raises AttachmentRefused."""
    text = _decoded(content)
    separator = max(",;\t", key=text[:4096].count)
    rows = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for values in reader:
            cells = tuple(text_of_cell(value) for value in values[:MOST_COLUMNS])
            if any(cells):
                rows.append(SheetRow(reader.line_num, cells))
            if len(rows) > MOST_ROWS:
                raise AttachmentRefused(f"“{name}”超过{MOST_ROWS}行。请拆成几个文件分别导入。")
    except csv.Error as problem:
        sentence = f"“{name}”第{reader.line_num}行读不出来，引号可能没有成对。请用 Excel 重新另存为 CSV。"
        raise AttachmentRefused(sentence) from problem
    return Sheet(name, tuple(rows))


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not any(ord(sign) < 32 and sign not in "\t\r\n\f" for sign in text):
            return text
    raise AttachmentRefused("认不出文件的文字编码。请另存为“CSV UTF-8”，或直接用 .xlsx。")
