"""The rows of a file as values. None stands for an empty cell, which leaves alone what the database has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tracker.domain.roster.headings import FoundTable
from tracker.domain.roster.problems import RowProblem
from tracker.domain.sheets import SheetRow
from tracker.domain.values import Role

#: A parent of this text is no parent: the unit stands at the top.
TOP = ""


@dataclass(frozen=True)
class Source:
    """Where a row stands, so that whatever is found out later can still name the cell."""

    table: FoundTable
    row: SheetRow

    def problem(self, field: str, sentence: str, *, grave: bool = True) -> RowProblem:
        """Return a problem at a cell of this row."""
        return self.table.problem(self.row, field, sentence, grave=grave)


@dataclass(frozen=True)
class UnitEntry:
    """One unit of a file. `parent` is a code, TOP, or None for an empty cell."""

    source: Source
    key: str
    name: str | None = None
    short_name: str | None = None
    aliases: tuple[str, ...] | None = None
    kind: str | None = None
    parent: str | None = None
    position: int | None = None
    level: str | None = None


@dataclass(frozen=True)
class SetEntry:
    """One set of units, with the codes of its members."""

    source: Source
    name: str
    members: tuple[str, ...]


@dataclass(frozen=True)
class PostEntry:
    """One row of people: a person and one post. `campaign` is a title or number as written."""

    source: Source
    name: str
    unit: str
    role: Role
    title: str | None = None
    phone: str | None = None
    email: str | None = None
    login: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    campaign: str | None = None


@dataclass(frozen=True)
class RosterFile:
    """All that a file says. A table that it does not hold is empty; `has_people` tells an empty one from none."""

    units: tuple[UnitEntry, ...] = ()
    sets: tuple[SetEntry, ...] = ()
    posts: tuple[PostEntry, ...] = ()
    has_people: bool = False
