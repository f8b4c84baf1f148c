"""A draw of units and inspectors as pages show it: who took part, who was drawn, and by what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tracker.domain.double_draw import RULE, DoubleDraw
from tracker.domain.visit_changes import Named, VisitNames


@dataclass(frozen=True)
class OneDrawn:
    """A unit or person that was drawn: name, code, and the place in the draw."""

    name: str
    code: str
    place: str


@dataclass(frozen=True)
class LotView:
    """One of the two lots. `title` is what is drawn, `unit` the word by which it is counted."""

    title: str
    counted: str
    pool: tuple[str, ...]
    drawn: tuple[OneDrawn, ...]

    @property
    def sentence(self) -> str:
        """Return of how many how many were drawn."""
        return f"从{len(self.pool)}{self.counted}{self.title}里抽{len(self.drawn)}{self.counted}"


@dataclass(frozen=True)
class DrawView:
    """A draw with all that is needed to do it again by hand."""

    number: int
    text: str
    seed: str
    seal_id: int
    lots: tuple[LotView, LotView]
    rule: str = RULE

    @property
    def sentence(self) -> str:
        """Return the draw in a sentence without a full stop."""
        return f"第{self.number}次抽取：" + "，".join(lot.sentence for lot in self.lots)


def present_draw(draw: DoubleDraw, names: VisitNames) -> DrawView:
    """Return a draw as a page shows it; its result is worked out from seed and pools."""
    units = LotView(
        "单位", "个", tuple(_coded(names.of_code(code), code) for code in draw.units.pool),
        tuple(OneDrawn(names.of_code(code), code, draw.place(code)) for code in draw.drawn_units),
    )  # fmt: skip
    people = LotView(
        "督导员", "位", tuple(_coded(_person(names, code), code) for code in draw.people.pool),
        tuple(OneDrawn(_person(names, code), code, draw.place(code)) for code in draw.drawn_people),
    )  # fmt: skip
    return DrawView(draw.number, draw.text, draw.seed, draw.seal_id, (units, people))


def named_in_draws(draws: Iterable[DoubleDraw], left_out: Iterable[Mapping[str, Sequence[str]]] = ()) -> Named:
    """Return whom draws name, and who was left out of them."""
    found = Named()
    for some in left_out:
        found.unit_keys.update(some["units"])
        found.people.update(int(code) for code in some["people"])
    for one in draws:
        found.unit_keys.update(one.units.pool)
        found.people.update(int(code) for code in one.people.pool)
    return found


def say_left_out(left_out: Mapping[str, Sequence[str]], names: VisitNames) -> tuple[str, ...]:
    """Return who could have taken part in a draw and was left out."""
    said = (
        ("单位", [names.of_code(code) for code in left_out["units"]]),
        ("督导员", [_person(names, code) for code in left_out["people"]]),
    )
    return tuple(f"没有参加抽取的{title}（{len(found)}）：{'、'.join(found)}。" for title, found in said if found)


def departures(draw: DoubleDraw, names: VisitNames, *, units: Iterable[int], people: Iterable[int]) -> tuple[str, ...]:
    """Return where units and team of a visit are others than were drawn."""
    lines = []
    drawn = {names.unit_keys.get(code, 0) for code in draw.drawn_units}
    lines += _departed(drawn, set(units), lambda one: names.units.get(one, "已撤并的单位"), "单位")
    inspectors = {int(code) for code in draw.drawn_people}
    lines += _departed(inspectors, set(people), lambda one: names.people.get(one, "已离任的人员"), "成员")
    return tuple(lines)


def _departed(drawn: set[int], present: set[int], name: Callable[[int], str], title: str) -> list[str]:
    said = []
    if gone := sorted(drawn - present):
        said.append(f"抽中后改为不去的{title}：{'、'.join(name(one) for one in gone)}。理由见办理记录。")
    if added := sorted(present - drawn):
        said.append(f"不是抽取产生、另外安排的{title}：{'、'.join(name(one) for one in added)}。")
    return said


def _person(names: VisitNames, code: str) -> str:
    return names.people.get(int(code), "已离任的人员")


def _coded(name: str, code: str) -> str:
    return f"{name}（{code}）"
