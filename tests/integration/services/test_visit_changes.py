"""A planned visit is changed as long as nobody set out: whoever knew of it is told, and nobody is told who knew nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.racing import at_once
from tests.support.visits import begin, plan, plan_of, stop, unit_id
from tests.support.world import World, morning, small_campaign
from tests.web.site import MEASURES
from tracker.domain.errors import InvalidInput, NotAllowed, NotFound, StaleVersion, TransitionNotAllowed

WHY = "与会议冲突，推迟一天。"


@pytest.fixture
def world(fresh_database_url: str) -> Iterator[World]:
    with World(fresh_database_url, start=morning("2026-03-02")) as world:
        world.load(small_campaign(measures=MEASURES))
        yield world


def change(
    world: World, ref: str, *, who: str = "office1", version: int = 1, reason: str = WHY, **changes: Any
) -> bool:
    given = plan_of(world, **changes) | {"reason": reason}
    done: bool = world.container.team.visit_changes.change(
        world.viewer(who), ref=ref, expected_version=version, given=given
    )
    return done


def person(world: World, *keys: str) -> list[str]:
    return [str(world.person_ids[key]) for key in keys]


def told(world: World, message: str) -> dict[str, str]:
    """Return who was told → what became different."""
    rows = world.rows(
        "SELECT p.name, t.facts ->> 'what' AS what FROM told t JOIN person p ON p.id = t.person_id"
        " WHERE t.message = :message", message=message,
    )  # fmt: skip
    return {row["name"]: row["what"] for row in rows}


def visit(world: World, ref: str) -> dict[str, Any]:
    (row,) = world.rows("SELECT * FROM visit WHERE ref = :ref", ref=ref)
    return row


def villages(world: World, ref: str) -> list[str]:
    rows = world.rows(
        "SELECT u.key FROM visit_stop s JOIN visit v ON v.id = s.visit_id JOIN unit u ON u.id = s.unit_id"
        " WHERE v.ref = :ref ORDER BY s.position", ref=ref,
    )  # fmt: skip
    return [row["key"] for row in rows]


def test_days_scope_team_and_ground_change_under_the_same_number_and_the_record_says_how(world: World) -> None:
    ref = plan(world)
    assert change(
        world, ref, from_on="2026-03-04", to_on="2026-03-06", units=["west"], measures=["talk"], ground="群众反映。",
        people=person(world, "sup2", "boss"), in_charge=person(world, "boss")[0],
    )  # fmt: skip
    row = visit(world, ref)
    assert (str(row["from_on"]), str(row["to_on"]), row["ground"], row["version"]) == (
        "2026-03-04", "2026-03-06", "群众反映。", 2,
    )  # fmt: skip
    assert villages(world, ref) == ["west"]
    payload = world.value("SELECT payload FROM event WHERE kind = 'visit.changed'")
    assert payload["reason"] == WHY
    assert (payload["was"]["from_on"], payload["now"]["from_on"]) == ("2026-03-03", "2026-03-04")
    assert payload["now"]["units"] == [unit_id(world, "west")]
    assert "filed_as" not in payload["now"]
    assert not world.container.ledger.verify().faults


def test_who_joins_stays_and_leaves_is_told_what_concerns_him(world: World) -> None:
    ref = plan(world)
    change(world, ref, from_on="2026-03-04", people=person(world, "sup2", "boss"), in_charge=person(world, "boss")[0])
    assert "sup2" in told(world, "visit_planned")
    changed = told(world, "visit_changed")
    assert changed["sup1"] == "您不再参加这次督导"
    assert changed["boss"] == (
        "日期由2026年3月3日至2026年3月5日改为2026年3月4日至2026年3月5日；增加成员1人；减少成员1人；负责人改为另一位成员"
    )
    assert set(changed) == {"sup1", "boss"}


def test_who_left_and_joins_again_is_told_again(world: World) -> None:
    ref = plan(world)
    both, without = person(world, "sup1", "boss"), person(world, "sup1")
    change(world, ref, people=without)
    change(world, ref, people=both, version=2)
    assert sum(who == "boss" for _, who, what in world.told() if what == "visit_planned") == 2


def test_units_that_know_nothing_of_a_visit_are_told_nothing(world: World) -> None:
    ref = plan(world)
    change(world, ref, from_on="2026-03-04", units=["west"])
    assert not {who for _, who, what in world.told() if "east" in who or "west" in who if what.startswith("visit")}


def test_units_that_were_told_hear_of_new_days_and_of_being_spared(world: World) -> None:
    ref = plan(world, announced="yes")
    change(world, ref, announced="yes", units=["west"], from_on="2026-03-04")
    days = "日期由2026年3月3日至2026年3月5日改为2026年3月4日至2026年3月5日"
    assert told(world, "visit_changed") == {"clerk-west": days, "head-west": days, "boss": f"{days}；去掉单位：east村", "sup1": f"{days}；去掉单位：east村"}  # fmt: skip
    assert set(told(world, "visit_dropped")) == {"clerk-east", "head-east"}
    facts = world.value("SELECT facts FROM told WHERE message = 'visit_dropped' LIMIT 1")
    assert "visit_ref" not in facts  # the visit is no longer there for them


def test_a_visit_that_units_know_of_does_not_become_a_surprise(world: World) -> None:
    ref = plan(world)
    change(world, ref, announced="yes")
    assert set(told(world, "visit_announced")) == {"clerk-east", "head-east", "clerk-west", "head-west"}
    with pytest.raises(InvalidInput) as refused:
        change(world, ref, announced="no", version=2)
    assert "已经告知" in refused.value.by_field()["announced"]


def test_who_joins_nothing_but_a_team_is_not_told_of_the_team(world: World) -> None:
    ref = plan(world, announced="yes")
    change(world, ref, announced="yes", people=person(world, "sup1", "sup2"))
    assert set(told(world, "visit_changed")) == {"sup1", "boss"}


def test_a_unit_that_refused_keeps_its_stop_and_its_answer(world: World) -> None:
    ref = plan(world, announced="yes")
    world.container.visiting.refuse(
        world.viewer("clerk-east"), ref=ref, unit_id=unit_id(world, "east"), given={"reason": "与换届冲突。"}
    )
    assert change(world, ref, announced="yes", units=["west"], from_on="2026-03-04", version=2)
    assert villages(world, ref) == ["east", "west"]
    assert stop(world, ref)["refusal_reason"] == "与换届冲突。"
    assert "clerk-east" not in told(world, "visit_changed")


def test_a_stale_page_never_wins_and_the_same_again_changes_nothing(world: World) -> None:
    ref = plan(world)
    assert change(world, ref, from_on="2026-03-04")
    with pytest.raises(StaleVersion):
        change(world, ref, from_on="2026-03-05")
    assert not change(world, ref, from_on="2026-03-04")
    assert world.value("SELECT count(*) FROM event WHERE kind = 'visit.changed'") == 1


def test_of_two_who_change_at_once_one_is_too_late(world: World) -> None:
    ref = plan(world)
    done = at_once(lambda: try_to(world, ref, "2026-03-04"), lambda: try_to(world, ref, "2026-03-05"))
    assert sorted(done) == ["done", "stale"]


def try_to(world: World, ref: str, day: str) -> str:
    try:
        change(world, ref, from_on=day)
    except StaleVersion:
        return "stale"
    return "done"


def test_a_reason_is_asked_for_and_the_plan_is_judged_like_a_new_one(world: World) -> None:
    ref = plan(world)
    with pytest.raises(InvalidInput) as refused:
        change(world, ref, from_on="2026-03-04", reason=" ")
    assert set(refused.value.by_field()) == {"reason"}
    with pytest.raises(InvalidInput) as refused:
        change(world, ref, from_on="2026-03-01", units=[], people=[])
    assert set(refused.value.by_field()) == {"from_on", "units", "people", "in_charge"}
    world.move_to("2026-03-04")
    assert change(world, ref, units=["west"])  # the first day stays, though it is past by now
    world.move_to("2026-03-09")
    with pytest.raises(InvalidInput) as refused:
        change(world, ref, units=["east"], version=2)
    assert set(refused.value.by_field()) == {"to_on"}


def test_nothing_is_changed_once_somebody_set_out(world: World) -> None:
    ref = plan(world)
    world.move_to("2026-03-03")
    begin(world, ref, "west")
    with pytest.raises(TransitionNotAllowed, match="进行中"):
        change(world, ref, units=["west"], version=2)


def test_who_plans_changes_and_nobody_else(world: World) -> None:
    ref = plan(world)
    with pytest.raises(NotAllowed):
        change(world, ref, who="boss", units=["west"])
    with pytest.raises(NotFound):
        change(world, ref, who="clerk-east", units=["west"])
    assert change(world, ref, who="sup2", units=["west"])


def test_a_changed_visit_is_carried_out_as_it_stands_now(world: World) -> None:
    ref = plan(world)
    change(
        world,
        ref,
        from_on="2026-03-04",
        units=["west"],
        people=person(world, "sup2"),
        in_charge=person(world, "sup2")[0],
    )
    world.move_to("2026-03-04")
    with pytest.raises(NotAllowed):
        begin(world, ref, "west")
    with pytest.raises(NotFound):
        begin(world, ref, "east", who="sup2")
    assert begin(world, ref, "west", who="sup2")
