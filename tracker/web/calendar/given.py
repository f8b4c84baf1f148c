"""What a person hands in as a holiday notice, and how a preview carries it on to the apply.

A preview writes the rows out as plain lines with a digest over them and over the calendar that they were compared
with. What comes back with another digest is not what was shown.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from werkzeug.datastructures import FileStorage

from tracker.definitions.calendar_seed import library_calendar
from tracker.documents.calendar_tables import file_rows, read_rows
from tracker.domain.errors import FieldProblem, InvalidInput, StaleVersion
from tracker.domain.inputs import cleaned
from tracker.domain.redating import CalendarTable

_BETWEEN = re.compile(r"[,，、;；\s]+")
_KINDS = {",班": True, ",休": False}
_LONGEST_SOURCE = 80
CHANGED_ON_THE_WAY = "送来的内容与预览时不一致，没有导入。请重新预览后再确认。"


@dataclass(frozen=True)
class Given:
    """A table and where it came from."""

    table: CalendarTable
    source: str


@dataclass(frozen=True)
class Carried:
    """A previewed table as the hidden fields of a form."""

    rows: str
    years: str
    source: str
    base: int
    digest: str


def from_lines(text: str) -> Given:
    """Read pasted lines; raises InvalidInput with every line that is wrong."""
    rows = [_BETWEEN.split(line.strip()) for line in text.splitlines()]
    return Given(read_rows(rows), "import 页面填写")


def file_lines(file: FileStorage | None) -> tuple[str, list[Sequence[str]]]:
    """Return a file's name and its rows at their own numbers. Raises InvalidInput for what cannot be read at all."""
    if file is None or not file.filename:
        raise InvalidInput([FieldProblem("文件", "请先选择文件。")])
    return file.filename, file_rows(file.filename, file.read())


def from_rows(name: str, rows: Sequence[Sequence[str]]) -> Given:
    """Read the rows of a file; raises InvalidInput with every row that is wrong."""
    return Given(read_rows(rows), cleaned(f"import {name}")[:_LONGEST_SOURCE])


def from_library() -> Given:
    """Return what the installed library knows."""
    return Given(*library_calendar())


def as_text(rows: Sequence[Sequence[str]]) -> str:
    """Return rows as lines that can be mended on the page."""
    return "\n".join(",".join(row) for row in rows)


def carry(given: Given, base: int) -> Carried:
    """Return the hidden fields for a table that was compared with the calendar of version `base`."""
    rows = "\n".join(f"{day.isoformat()},{'班' if works else '休'}" for day, works in sorted(given.table.days.items()))
    years = ",".join(str(year) for year in sorted(given.table.years))
    return Carried(rows, years, given.source, base, _digest(rows, years, given.source, base))


def carried_back(rows: str, years: str, source: str, base: str, digest: str) -> tuple[Given, int]:
    """Return the previewed table and the version that it was compared with.

    Raises StaleVersion when it is not what was previewed.
    """
    rows = "\n".join(rows.split())  # browsers send line ends as CR LF
    if not base.isascii() or not base.isdigit() or len(base) > 15 or _digest(rows, years, source, int(base)) != digest:
        raise StaleVersion(CHANGED_ON_THE_WAY)
    try:
        days = {date.fromisoformat(line[:10]): _KINDS[line[10:]] for line in rows.split("\n")}
        table = CalendarTable(days, frozenset(int(year) for year in years.split(",") if year))
    except (ValueError, KeyError):
        raise StaleVersion(CHANGED_ON_THE_WAY) from None
    # The digest guards against accidents; who makes up both must still not store a year without its days.
    if not table.years <= {day.year for day in days}:
        raise StaleVersion(CHANGED_ON_THE_WAY)
    return Given(table, cleaned(source)[:_LONGEST_SOURCE]), int(base)


def _digest(rows: str, years: str, source: str, base: int) -> str:
    return hashlib.sha256("\n\n".join((rows, years, source, str(base))).encode()).hexdigest()
