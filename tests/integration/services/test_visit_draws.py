"""双随机: units and inspectors are drawn by a seal that nobody could foresee, and whoever draws again is in the record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.racing import at_once
from tests.support.visits import cut_off_draw, plan, plan_of
from tests.support.world import World, morning, small_campaign
from tests.web.site import MEASURES
from tracker.domain.double_draw import DoubleDraw
from tracker.domain.errors import InvalidInput, NotAllowed, NotFound, StaleVersion, TransitionNotAllowed

VILLAGES = ("east", "west", "v3", "v4", "v5", "v6")


@pytest.fixture
def world(fresh_database_url: str) -> Iterator[World]:
    with World(fresh_database_url, start=morning("2026-03-02")) as world:
        world.load(small_campaign(measures=MEASURES, villages=VILLAGES))
        yield world


def draw(world: World, who: str = "sup1", made: int = 0, **changes: object) -> int:
    given: dict[str, object] = {
        "units": list(VILLAGES), "unit_count": "2", "people": [str(world.person_ids[key]) for key in ("sup1", "sup2")],
        "people_count": "1", **changes,
    }  # fmt: skip
    done = world.container.team.visit_draws.draw(
        world.viewer(who), campaign_ref=world.campaign_ref, made=made, given=given
    )
    return int(done.number)


def drawn(world: World, number: int = 1) -> dict[str, Any]:
    payload: dict[str, Any] = world.value(
        "SELECT payload FROM event WHERE kind = 'visit.drawn' AND payload ->> 'number' = :number", number=str(number)
    )
    return payload


def differences(world: World, number: int = 1, who: str = "boss") -> tuple[str, ...]:
    return world.container.team.visit_draws.differences(
        world.viewer(who), campaign_ref=world.campaign_ref, number=number
    )


def by_draw(world: World, number: int = 1, **changes: object) -> str:
    """Plan the visit that carries out a draw."""
    made = drawn(world, number)
    people = made["people"]["drawn"]
    given = {"units": made["units"]["drawn"], "people": people, "in_charge": people[0], "draw": str(number), **changes}
    return plan(world, **given)


def test_who_takes_part_is_put_down_before_the_seal_that_decides(world: World) -> None:
    assert draw(world) == 1
    first, second = world.rows("SELECT kind, id, payload FROM event WHERE kind LIKE 'visit.draw%' ORDER BY id")
    assert (first["kind"], second["kind"]) == ("visit.draw_settled", "visit.drawn")
    seal = world.rows("SELECT id, encode(root, 'hex') AS root FROM seal ORDER BY id DESC LIMIT 1")[0]
    made = second["payload"]
    assert first["payload"]["after_seal"] < seal["id"] == made["seal"]
    assert made["seed_text"] == f"{world.campaign_ref}|visit-draw-1|{seal['root']}"
    assert (len(made["units"]["pool"]), len(made["units"]["drawn"]), len(made["people"]["drawn"])) == (6, 2, 1)
    assert list(DoubleDraw.read(made).drawn_units) == made["units"]["drawn"]
    assert not world.container.ledger.verify().faults


def test_drawing_again_gives_the_same_however_much_was_sealed_since(world: World) -> None:
    draw(world)
    world.container.ledger.seal()
    draw(world, "sup2", made=1)
    assert differences(world) == differences(world, 2) == ()
    with pytest.raises(NotFound):
        differences(world, 3)
    with pytest.raises(NotFound):
        differences(world, who="clerk-east")


def test_each_draw_has_its_number_those_too_of_which_nothing_came(world: World) -> None:
    assert [draw(world, made=made) for made in range(3)] == [1, 2, 3]
    assert len({drawn(world, number)["seed"] for number in (1, 2, 3)}) == 3


def test_sent_twice_it_is_drawn_once_and_a_stale_page_does_not_draw(world: World) -> None:
    assert at_once(lambda: draw(world), lambda: draw(world)) == [1, 1]
    with pytest.raises(StaleVersion):
        draw(world, "sup2")
    with pytest.raises(StaleVersion):
        draw(world, unit_count="3")
    assert world.value("SELECT count(*) FROM event WHERE kind = 'visit.drawn'") == 1


def test_what_ends_between_putting_down_and_drawing_comes_to_the_one_result_that_its_seal_gives(world: World) -> None:
    lots: dict[str, object] = {
        "units": list(VILLAGES), "unit_count": "2", "people": [str(world.person_ids[key]) for key in ("sup1", "sup2")],
        "people_count": "1",
    }  # fmt: skip
    cut_off_draw(world, lots)
    assert world.rows("SELECT 1 FROM event WHERE kind = 'visit.drawn'") == []
    root = world.container.ledger.seal()  # the clock's
    world.container.ledger.seal()
    assert draw(world) == 1, "the same page sent again goes on with what it began"
    assert drawn(world)["root"] == root
    draws = world.container.team.visit_draws
    at_once(*(lambda: draws.finish(world.viewer("sup2"), campaign_ref=world.campaign_ref, number=1) for _ in range(2)))
    assert world.value("SELECT count(*) FROM event WHERE kind = 'visit.drawn'") == 1
    assert differences(world) == ()
    with pytest.raises(NotFound):
        draws.finish(world.viewer("sup1"), campaign_ref=world.campaign_ref, number=2)
    with pytest.raises(NotFound):
        draws.finish(world.viewer("clerk-east"), campaign_ref=world.campaign_ref, number=1)


def test_a_visit_keeps_the_draw_that_it_carries_out(world: World) -> None:
    draw(world)
    by_draw(world)
    kept = world.value("SELECT payload -> 'draw' FROM event WHERE kind = 'visit.planned'")
    assert kept == drawn(world)


def test_who_was_drawn_cannot_be_left_out_and_somebody_may_be_added(world: World) -> None:
    draw(world)
    made = drawn(world)
    with pytest.raises(InvalidInput) as refused:
        by_draw(world, units=made["units"]["drawn"][:1])
    assert "不能去掉" in refused.value.by_field()["units"]
    other = [
        str(world.person_ids[key])
        for key in ("sup1", "sup2")
        if str(world.person_ids[key]) not in made["people"]["drawn"]
    ]
    with pytest.raises(InvalidInput) as refused:
        by_draw(world, people=other, in_charge=other[0])
    assert "不能去掉" in refused.value.by_field()["people"]
    assert by_draw(world, units=list(VILLAGES))


def test_a_draw_is_carried_out_once_unless_its_visit_is_called_off(world: World) -> None:
    draw(world)
    ref = by_draw(world)
    assert by_draw(world) == ref  # the same form, sent twice
    with pytest.raises(InvalidInput) as refused:
        by_draw(world, ground="再去一次。")
    assert ref in refused.value.by_field()["units"]
    world.container.team.visits.cancel(world.viewer("sup1"), ref=ref, expected_version=1, given={"reason": "改期。"})
    assert by_draw(world, ground="再去一次。") != ref


@pytest.mark.parametrize("named", ["2", "x", "一", "9" * 30, "-1"])
def test_a_draw_that_does_not_exist_is_said_not_to(world: World, named: str) -> None:
    draw(world)
    with pytest.raises(InvalidInput) as refused:
        by_draw(world, draw=named)
    assert "没有这次抽取" in refused.value.by_field()["units"]


def test_after_a_draw_somebody_may_be_replaced_for_a_reason(world: World) -> None:
    draw(world)
    ref = by_draw(world)
    given = plan_of(world, units=[drawn(world)["units"]["drawn"][0]]) | {"reason": "道路中断，去不了。"}
    assert world.container.team.visit_changes.change(world.viewer("sup1"), ref=ref, expected_version=1, given=given)
    assert world.value("SELECT count(*) FROM visit_stop") == 1


def test_who_draws_and_who_does_not(world: World) -> None:
    with pytest.raises(NotAllowed):
        draw(world, "boss")
    with pytest.raises(NotFound):
        draw(world, "clerk-east")
    with pytest.raises(InvalidInput) as refused:
        draw(world, people=[str(world.person_ids["boss"])])
    assert "people" in refused.value.by_field()  # records are made by supervisors
    with world.container.uows() as uow:
        uow.campaigns.lock_by_ref(world.campaign_ref).status = "closed"
        uow.commit()
    with pytest.raises(TransitionNotAllowed):
        draw(world)
