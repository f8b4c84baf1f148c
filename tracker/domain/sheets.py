"""Tables as people send them: rows of text with their places, and how a workbook to be written looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row that holds something. `number` counts as the file's own program shows it, from 1."""

    number: int
    cells: tuple[str, ...]

    def cell(self, index: int) -> str:
        """Return the text of a column (from 0); a short row is empty at its end."""
        return self.cells[index] if index < len(self.cells) else ""


@dataclass(frozen=True, slots=True)
class MergedArea:
    """Cells merged into one, such as A3:B5."""

    ref: str
    first_row: int
    last_row: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a file."""

    name: str
    rows: tuple[SheetRow, ...]
    merged: tuple[MergedArea, ...] = ()


@dataclass(frozen=True, slots=True)
class ColumnLayout:
    """A column of a table to be written: its heading, width in characters, a hint, and what may be chosen."""

    title: str
    width: int = 14
    hint: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class SheetLayout:
    """A table to be written. `text` instead of columns makes a page of lines."""

    name: str
    columns: tuple[ColumnLayout, ...] = ()
    rows: Sequence[Sequence[str | int]] = ()
    text: tuple[str, ...] = ()


@dataclass(frozen=True)
class LedgerLayout:
    """A ledger to be printed: a heading over all columns, remarks under it, who took it out at the foot of each page."""

    title: str
    columns: tuple[ColumnLayout, ...]
    remarks: tuple[str, ...] = ()
    taken_by: str = ""

    @property
    def large(self) -> bool:
        """Tell whether it wants A3: on A4 its letters would become too small to read."""
        return sum(column.width for column in self.columns) > 180


def column_letters(index: int) -> str:
    """Return the letters of a column counted from 0: A, B … Z, AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
