"""Tables as CSV that Excel opens rightly: UTF-8 with its mark, and no cell that it would compute."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

#: A cell that begins with one of these may be run as a formula or a command (full-width forms are read alike).
_FORMULA_SIGNS = frozenset("=+-@\t\r\n|＝＋－＠")
_ROWS_A_CHUNK = 200


def defused(text: str) -> str:
    """Return `text` with an apostrophe before it where a spreadsheet would take it for a formula."""
    begins = text[:1] in _FORMULA_SIGNS or text.lstrip()[:1] in _FORMULA_SIGNS
    return f"'{text}" if text and begins else text


def csv_chunks(rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """Yield the rows as CSV, some hundred lines at a time, so that a long table never stands in memory whole."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write("\ufeff")
    for number, row in enumerate(rows, start=1):
        writer.writerow([defused(cell) for cell in row])
        if number % _ROWS_A_CHUNK == 0:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()
