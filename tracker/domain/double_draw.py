"""双随机: drawing the units that are visited and the inspectors who go there. Pure.

First it is settled who takes part and how many are drawn, with an event of its own; the first seal after that event gives
the root from which all follows (domain/sampling.py). Every draw of a campaign has its number, those too of which nothing
came: whoever draws until he likes the result has it in the record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.domain.errors import FieldProblem, InvalidInput
from tracker.domain.inputs import Unreadable, read_count, text_of
from tracker.domain.sampling import draw_first, place_of, seed_of, seed_text

#: Events of a campaign: who takes part, and who was drawn.
SETTLED, DRAWN = "visit.draw_settled", "visit.drawn"
RULE = "对每个单位代码、每位督导员编号，算“种子|代码”的 SHA-256，从小到大排，各取前几个。"


@dataclass(frozen=True)
class Lot:
    """Of whom so many are drawn: units by their codes, people by their numbers."""

    pool: tuple[str, ...]
    many: int

    def plain(self) -> dict[str, Any]:
        """Return it as an event holds it."""
        return {"pool": list(self.pool), "many": self.many}

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> Lot:
        """Return what `plain` made plain."""
        return cls(tuple(plain["pool"]), int(plain["many"]))


@dataclass(frozen=True)
class DoubleDraw:
    """A draw of a campaign with all from which its result follows."""

    campaign: str
    number: int
    seal_id: int
    root: str
    units: Lot
    people: Lot

    @property
    def text(self) -> str:
        """Return what the seed is the hash of."""
        return seed_text(campaign=self.campaign, occasion=f"visit-draw-{self.number}", root=self.root)

    @property
    def seed(self) -> str:
        """Return the seed in hexadecimal."""
        return seed_of(self.text)

    @property
    def drawn_units(self) -> tuple[str, ...]:
        """Return the codes of the units that are drawn, in the order of their places."""
        return draw_first(self.seed, self.units.pool, self.units.many)

    @property
    def drawn_people(self) -> tuple[str, ...]:
        """Return the numbers of the people who are drawn."""
        return draw_first(self.seed, self.people.pool, self.people.many)

    def place(self, code: str) -> str:
        """Return by what a unit or person is put in order, its first signs."""
        return place_of(self.seed, code)[:12]

    def plain(self) -> dict[str, Any]:
        """Return the draw and its result as events hold them."""
        return {
            "campaign": self.campaign, "number": self.number, "seal": self.seal_id, "root": self.root,
            "seed_text": self.text, "seed": self.seed,
            "units": {**self.units.plain(), "drawn": list(self.drawn_units)},
            "people": {**self.people.plain(), "drawn": list(self.drawn_people)},
        }  # fmt: skip

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> DoubleDraw:
        """Return the draw of an event; its result is worked out anew, not read."""
        return cls(
            str(plain["campaign"]), int(plain["number"]), int(plain["seal"]), str(plain["root"]), Lot.read(plain["units"]),
            Lot.read(plain["people"]),
        )  # fmt: skip


def differences(
    settled: Mapping[str, Any], drawn: Mapping[str, Any], first_seal: tuple[int, str] | None
) -> tuple[str, ...]:
    """Draw again from who was to take part and the first seal after that; return where the record differs."""
    if first_seal is None or (drawn["seal"], drawn["root"]) != first_seal:
        return ("所用的封存不是登记之后的第一次封存，或者根值不符。",)
    made = DoubleDraw(
        str(drawn["campaign"]),
        int(settled["number"]),
        *first_seal,
        Lot.read(settled["units"]),
        Lot.read(settled["people"]),
    )
    again, found = made.plain(), []
    if (again["seed_text"], again["seed"]) != (drawn["seed_text"], drawn["seed"]):
        found.append("种子与按封存根值重新算出的不一致。")
    for name, title in (("units", "单位"), ("people", "督导员")):
        if again[name] != drawn[name]:
            found.append(f"{title}的参加范围或抽取结果与登记的不一致。")
    return tuple(found)


def read_lots(given: Mapping[str, object], *, units: Sequence[str], people: Sequence[str]) -> tuple[Lot, Lot]:
    """Return who takes part and how many are drawn, as a form means it; raises InvalidInput with a sentence a field."""
    problems: list[FieldProblem] = []
    lots = (
        _lot(given, "units", "unit_count", units, "单位", problems),
        _lot(given, "people", "people_count", people, "督导员", problems),
    )
    if problems:
        raise InvalidInput(problems)
    return lots


def _lot(
    given: Mapping[str, object], name: str, count: str, known: Sequence[str], title: str, problems: list[FieldProblem]
) -> Lot:  # fmt: skip
    raw = given.get(name)
    chosen = {text for one in (raw if isinstance(raw, list | tuple) else [raw]) if (text := text_of(one))}
    pool = tuple(sorted(chosen & set(known)))
    if chosen - set(known):
        problems.append(FieldProblem(name, f"有{title}已经不在可选范围里，请刷新后重新选择。"))
    elif not pool:
        problems.append(FieldProblem(name, f"请选择参加抽取的{title}。"))
    try:
        many, approximate = read_count(given.get(count))
    except Unreadable as wrong:
        problems.append(FieldProblem(count, f"“抽几个{title}”{wrong}。"))
        return Lot(pool, 0)
    if approximate or not 1 <= many <= max(len(pool), 1):
        problems.append(FieldProblem(count, f"参加抽取的{title}有{len(pool)}个，请填1到{max(len(pool), 1)}的整数。"))
    return Lot(pool, many)
