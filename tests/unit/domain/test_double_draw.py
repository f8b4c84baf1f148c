"""双随机: whoever has the campaign, the number and the root of the seal draws the same units and the same inspectors."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.double_draw import DoubleDraw, Lot, differences, read_lots
from tracker.domain.errors import InvalidInput

UNITS, PEOPLE = tuple(f"v{number}" for number in range(1, 11)), ("11", "12", "13")
ROOT = "0f" * 32


def draw(number: int = 3, root: str = ROOT, units: int = 3, people: int = 2) -> DoubleDraw:
    return DoubleDraw("XD-2026-0001", number, 7, root, Lot(UNITS, units), Lot(PEOPLE, people))


def test_somebody_with_sha256_and_a_pencil_draws_the_same() -> None:
    text = f"XD-2026-0001|visit-draw-3|{ROOT}"
    seed = hashlib.sha256(text.encode()).hexdigest()

    def by_hand(pool: tuple[str, ...], many: int) -> list[str]:
        return sorted(pool, key=lambda code: hashlib.sha256(f"{seed}|{code}".encode()).hexdigest())[:many]

    assert (draw().text, draw().seed) == (text, seed)
    assert list(draw().drawn_units) == by_hand(UNITS, 3)
    assert list(draw().drawn_people) == by_hand(PEOPLE, 2)


@given(st.integers(1, 10), st.integers(1, 3), st.integers(1, 99))
def test_as_many_as_wanted_are_drawn_and_nobody_twice(units: int, people: int, number: int) -> None:
    made = draw(number, units=units, people=people)
    assert len(set(made.drawn_units)) == units
    assert len(set(made.drawn_people)) == people
    assert set(made.drawn_units) <= set(UNITS)


def test_the_next_draw_and_another_root_draw_others() -> None:
    assert len({draw(number).drawn_units for number in range(1, 9)}) > 1
    assert draw().seed != draw(root="1f" * 32).seed


def test_a_draw_read_from_its_event_is_worked_out_anew() -> None:
    plain = draw().plain()
    assert DoubleDraw.read(plain) == draw()
    plain["units"]["drawn"] = ["v1", "v2", "v3"]
    assert DoubleDraw.read(plain).drawn_units == draw().drawn_units


def settled() -> dict[str, object]:
    return {"number": 3, "units": Lot(UNITS, 3).plain(), "people": Lot(PEOPLE, 2).plain(), "after_seal": 6}


def test_what_was_tampered_with_is_found() -> None:
    assert differences(settled(), draw().plain(), (7, ROOT)) == ()
    assert "第一次封存" in differences(settled(), draw().plain(), (6, "1f" * 32))[0]
    assert "第一次封存" in differences(settled(), draw().plain(), None)[0]
    other = draw().plain()
    other["units"]["drawn"] = sorted(set(UNITS) - set(draw().drawn_units))[:3]
    assert differences(settled(), other, (7, ROOT)) == ("单位的参加范围或抽取结果与登记的不一致。",)
    fewer = DoubleDraw("XD-2026-0001", 3, 7, ROOT, Lot(UNITS, 3), Lot(PEOPLE[:2], 2)).plain()
    assert differences(settled(), fewer, (7, ROOT)) == ("督导员的参加范围或抽取结果与登记的不一致。",)
    assert "种子" in differences(settled(), {**draw().plain(), "seed": "0" * 64}, (7, ROOT))[0]


GIVEN: dict[str, object] = {"units": ["v2", "v1", "v2"], "unit_count": "2", "people": "11", "people_count": "１"}


def test_who_takes_part_is_read_once_each_in_a_fixed_order() -> None:
    assert read_lots(GIVEN, units=UNITS, people=PEOPLE) == (Lot(("v1", "v2"), 2), Lot(("11",), 1))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"units": []}, "units"),
        ({"units": ["v1", "nowhere"]}, "units"),
        ({"people": ["99"]}, "people"),
        ({"unit_count": "3"}, "unit_count"),
        ({"unit_count": "0"}, "unit_count"),
        ({"unit_count": "2余"}, "unit_count"),
        ({"unit_count": "两个"}, "unit_count"),
        ({"people_count": ""}, "people_count"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(changes: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_lots({**GIVEN, **changes}, units=UNITS, people=PEOPLE)
    assert field in refused.value.by_field()
