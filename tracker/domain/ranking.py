"""The table of units in a 通报: only where the campaign names what it rests on, and only like with like. Pure.

Rules now in force forbid ranking by points, by use, or by traces of work (国办函〔2026〕12号, DOMAIN.md §9). What is counted
here are tasks of the plan and their dates, lit as in the matrix and the ledger. A village is compared with villages, never
with a bank.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from itertools import groupby
from typing import Any

#: The one kind of paper that carries such a table.
CIRCULAR = "circular"
#: Where it stands among what is approved of a paper.
DETAIL = "ranking"
SETTING = "ranking_basis"
LONGEST_BASIS = 200
TITLE = "各单位任务办理情况表"
HEADS = ("位次", "单位", "任务", "办结", "逾期")
WHY_NONE = (
    "这次行动没有写明排名的依据，不提供排名表。现行规定不许以积分、使用率和留痕排名通报；确有考核办法等依据的，"
    "由办公室在行动的“调整方案”页“排名表的依据”里写明它的名称和条款，再放入排名表。"
)  # fmt: skip


@dataclass(frozen=True)
class UnitCount:
    """The tasks of the plan that one unit has: how many, how many done, how many late now."""

    unit: str
    kind: str
    tasks: int
    done: int
    late: int


@dataclass(frozen=True)
class RankedUnit:
    """A unit with its place among those of its kind; equals share a place, and the next one is left out."""

    place: int
    unit: str
    tasks: int
    done: int
    late: int

    @property
    def cells(self) -> tuple[str, ...]:
        """Return the line as it is printed."""
        return (str(self.place), self.unit, str(self.tasks), str(self.done), str(self.late))


@dataclass(frozen=True)
class Ranking:
    """The table as it was made. `basis` = what it rests on, by title; `groups` = kind of unit → its units."""

    basis: str
    made_at: datetime
    groups: tuple[tuple[str, tuple[RankedUnit, ...]], ...]

    def to_plain(self) -> dict[str, Any]:
        """Return the table as it is stored with the paper, and enters its approved hash."""
        return {
            "basis": self.basis, "made_at": self.made_at.isoformat(),
            "groups": [
                [title, [[one.place, one.unit, one.tasks, one.done, one.late] for one in units]]
                for title, units in self.groups
            ],
        }  # fmt: skip

    @classmethod
    def of(cls, details: Mapping[str, Any]) -> Ranking | None:
        """Return the table that a paper carries, None where it has none."""
        plain = details.get(DETAIL)
        if not plain:
            return None
        groups = tuple((title, tuple(RankedUnit(*row) for row in rows)) for title, rows in plain["groups"])
        return cls(plain["basis"], datetime.fromisoformat(plain["made_at"]), groups)


def basis_of(settings: Mapping[str, Any]) -> str:
    """Return what a campaign's ranking rests on; empty = there may be none."""
    return str(settings.get(SETTING, ""))


def rank(counts: Iterable[UnitCount], titles: Mapping[str, str]) -> tuple[tuple[str, tuple[RankedUnit, ...]], ...]:
    """Return the units of each kind in their places: the smaller share of late tasks first, then the larger share done.

    A kind with a single unit compares it with nobody, and a unit without tasks has no place: neither is listed.
    """
    counted = sorted((one for one in counts if one.tasks), key=lambda one: list(titles).index(one.kind))
    groups = ((kind, list(found)) for kind, found in groupby(counted, key=lambda one: one.kind))
    return tuple((titles[kind], _places(found)) for kind, found in groups if len(found) > 1)


def _places(counts: Sequence[UnitCount]) -> tuple[RankedUnit, ...]:
    ordered = sorted(counts, key=_merit)
    merits = [_merit(one) for one in ordered]
    return tuple(
        RankedUnit(merits.index(_merit(one)) + 1, one.unit, one.tasks, one.done, one.late) for one in ordered
    )  # fmt: skip


def _merit(one: UnitCount) -> tuple[Fraction, Fraction]:
    return Fraction(one.late, one.tasks), -Fraction(one.done, one.tasks)
