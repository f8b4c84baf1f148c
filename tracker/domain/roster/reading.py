"""Tables to entries: every cell is read, every problem is kept, and no row stops the next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from tracker.domain.roster import cells
from tracker.domain.roster.cells import Unfit
from tracker.domain.roster.entries import TOP, PostEntry, RosterFile, SetEntry, Source, UnitEntry
from tracker.domain.roster.headings import FoundTable, find_tables
from tracker.domain.roster.problems import RowProblem
from tracker.domain.sheets import Sheet, SheetRow

Value = TypeVar("Value")

NO_PARENT = frozenset({"无", "—", "-", "顶级", "最上级"})
LONGEST_NAME, LONGEST_PERSON, LONGEST_TITLE, LONGEST_ALIASES = 60, 40, 40, 20


def read_roster(sheets: Sequence[Sheet]) -> tuple[RosterFile, list[RowProblem]]:
    """Return what the tables say, and what is wrong with single cells; rows with a grave problem are left out."""
    tables, problems = find_tables(sheets)
    reading = _Reading(problems)
    for table in tables:
        for row in table.rows:
            reading.row(table, row)
    has_people = any(table.kind.key == "people" for table in tables)
    file = RosterFile(tuple(reading.units), tuple(reading.sets), tuple(reading.posts), has_people)
    return file, reading.problems


@dataclass
class _Reading:
    problems: list[RowProblem]
    units: list[UnitEntry] = field(default_factory=list)
    sets: list[SetEntry] = field(default_factory=list)
    posts: list[PostEntry] = field(default_factory=list)

    def row(self, table: FoundTable, row: SheetRow) -> None:
        if not any(table.text(row, name) for name in table.columns):
            return
        before = len(self.problems)
        source = Source(table, row)
        match table.kind.key:
            case "units":
                unit = self._unit(source)
                if not self._grave_since(before):
                    self.units.append(unit)
            case "people":
                post = self._post(source)
                if post is not None and not self._grave_since(before):
                    self.posts.append(post)
            case "sets":
                one = self._set(source)
                if not self._grave_since(before):
                    self.sets.append(one)

    def _grave_since(self, before: int) -> bool:
        return any(problem.grave for problem in self.problems[before:])

    def _unit(self, source: Source) -> UnitEntry:
        parent = self._text(source, "parent")
        aliases = cells.read_list(self._text(source, "aliases") or "") or None
        if aliases is not None and (len(aliases) > LONGEST_ALIASES or max(map(len, aliases)) > LONGEST_NAME):
            self.problems.append(source.problem("aliases", f"别名最多{LONGEST_ALIASES}个，每个{LONGEST_NAME}字以内。"))
        return UnitEntry(
            source, self._read(source, "key", cells.read_code, ""),
            name=self._text(source, "name", LONGEST_NAME), short_name=self._text(source, "short_name"), aliases=aliases,
            kind=self._read(source, "kind", cells.read_kind, None),
            parent=TOP if parent in NO_PARENT else parent,
            position=self._read(source, "position", cells.read_number, None), level=self._text(source, "level", 20),
        )  # fmt: skip

    def _set(self, source: Source) -> SetEntry:
        name = self._text(source, "name", LONGEST_NAME)
        members = cells.read_list(self._text(source, "members") or "")
        if not name:
            self.problems.append(source.problem("name", "没有填写集合的名称。"))
        if not members:
            self.problems.append(source.problem("members", "没有填写成员编码。一格里可写多个，用顿号隔开。"))
        return SetEntry(source, name or "", members)

    def _post(self, source: Source) -> PostEntry | None:
        name = self._text(source, "name", LONGEST_PERSON)
        unit = self._text(source, "unit")
        if not name:
            self.problems.append(source.problem("name", "没有填写姓名。"))
        if not unit:
            self.problems.append(source.problem("unit", "没有填写单位编码。"))
        role = self._read(source, "role", cells.read_role, None)
        starts_on = self._read(source, "starts_on", cells.read_day, None)
        ends_on = self._read(source, "ends_on", cells.read_day, None)
        if starts_on and ends_on and ends_on < starts_on:
            sentence = f"岗位结束于{ends_on}，早于开始的{starts_on}。请改正其中一个日期。"
            self.problems.append(source.problem("ends_on", sentence))
        if role is None:
            return None
        login = self._text(source, "login")
        return PostEntry(
            source, name or "", unit or "", role, title=self._text(source, "title", LONGEST_TITLE),
            phone=cells.read_phone(source.table.text(source.row, "phone")),
            email=cells.read_email(source.table.text(source.row, "email")), login=login.lower() if login else None,
            starts_on=starts_on, ends_on=ends_on, campaign=self._text(source, "campaign"),
        )  # fmt: skip

    def _text(self, source: Source, name: str, longest: int = 200) -> str | None:
        text = source.table.text(source.row, name)
        if len(text) > longest:
            self.problems.append(source.problem(name, f"写了{len(text)}个字，最多{longest}个字。请精简。"))
        return text or None

    def _read(self, source: Source, name: str, read: Callable[[str], Value], default: Value) -> Value:
        try:
            return read(source.table.text(source.row, name))
        except Unfit as unfit:
            self.problems.append(source.problem(name, str(unfit)))
            return default
