"""Handing down: a unit splits its duty among units below it, judges what they return, and reports the sum."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.kept import standing_world
from tests.support.racing import at_once
from tests.support.world import World, small_campaign
from tracker.domain.errors import InvalidInput, NotAllowed, StaleVersion, TransitionNotAllowed
from tracker.services.handing import Wanted

SURVEY = (
    "{key: survey, ordinal: （一）, title: 出租房屋排查, text: 逐户排查。, workflow: survey, units: [town],"
    " due: {by_date: 2026-03-27}}"
)
OWN = (
    "{key: own, ordinal: （二）, title: 报送情况, text: 报送。, workflow: return, units: [east, 测试镇],"
    " due: {by_date: 2026-04-30}}"
)
VILLAGES = ("east", "west", "north", "south", "far")
TOWN = """
  - {key: clerk-town, name: clerk-town, email: t@example.invalid, posts: [{role: liaison, unit: town}]}
  - {key: head-town, name: head-town, email: h@example.invalid, posts: [{role: head, unit: town}]}
measures:"""


def campaign() -> str:
    return small_campaign(measures=[SURVEY, OWN], villages=VILLAGES).replace("\nmeasures:", TOWN, 1)


@standing_world()
def world(one: World) -> None:
    one.load(campaign())
    one.act("clerk-town", one.task("survey", "town")["ref"], "accept")


def upper(world: World) -> dict[str, Any]:
    return world.task("survey", "town")


def unit_id(world: World, key: str) -> int:
    found: int = world.value("SELECT id FROM unit WHERE key = :key", key=key)
    return found


def share(world: World, unit: str) -> dict[str, Any]:
    (row,) = world.rows(
        "SELECT t.* FROM task t JOIN unit u ON u.id = t.unit_id WHERE t.tie = 'share' AND u.key = :unit"
        " AND (t.done OR NOT t.final)",
        unit=unit,
    )  # fmt: skip
    return row


def hand_down(world: World, *units: str, by: str = "clerk-town", due_on: str = "2026-03-20", **more: Any) -> int:
    task = upper(world)
    wanted = Wanted([str(unit_id(world, unit)) for unit in units], due_on, **more)
    return world.container.handing.hand_down(
        world.viewer(by), task_ref=task["ref"], expected_version=task["version"], wanted=wanted
    )


def answer(should: str, checked: str, **more: str) -> dict[str, str]:
    return {
        "category": "rental",
        "should_check": should,
        "should_check__as_of": "2026-03-02",
        "checked": checked,
        **more,
    }


def problem(place: str) -> dict[str, str]:
    row = {
        "place": place, "kind": "not_registered", "risk_grade": "low", "description": "未登记", "measure": "补登",
        "leader": "村主任", "limit_on": "2026-04-10",
    }  # fmt: skip
    return {f"problems.0.{name}": value for name, value in row.items()}


def test_each_lower_unit_gets_a_task_of_the_same_kind_with_its_own_date(world: World) -> None:
    assert hand_down(world, "east", "west", note="逐户查", targets={"should_check": "60"}) == 2
    task = share(world, "east")
    assert (task["workflow_key"], str(task["due_on"]), task["parent_id"]) == (
        "survey",
        "2026-03-20",
        upper(world)["id"],
    )
    assert task["brief"] == {"note": "逐户查", "targets": {"should_check": 60}}
    assert ("clerk-west", "assigned") in {(person, message) for _, person, message in world.told()}
    assert str(upper(world)["due_on"]) == "2026-03-27"


@pytest.mark.parametrize(
    ("units", "due_on", "more", "said"),
    [
        (("office",), "2026-03-20", {}, "没有联络员"),
        (("town",), "2026-03-20", {}, "不在本单位之下"),
        ((), "2026-03-20", {}, "至少勾选一个"),
        (("east",), "2026-03-28", {}, "不能晚于本单位自己的期限"),
        (("east",), "2026-03-01", {}, "已经过去"),
        (("east",), "四月", {}, "请填写要求下级报来的日期"),
        (("east",), "2026-03-20", {"targets": {"checked": "很多"}}, "目标要填整数"),
    ],
)
def test_what_cannot_be_handed_down_is_refused_in_a_sentence(
    world: World, units: tuple[str, ...], due_on: str, more: dict[str, Any], said: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        hand_down(world, *units, due_on=due_on, **more)
    assert said in " ".join(problem.sentence for problem in refused.value.problems)


def test_a_unit_is_not_asked_twice(world: World) -> None:
    hand_down(world, "east")
    with pytest.raises(InvalidInput, match="填写不对") as refused:
        hand_down(world, "east", "west")
    assert "已经分解给east村" in refused.value.problems[0].sentence
    assert world.value("SELECT count(*) FROM task WHERE tie = 'share'") == 1


def test_a_stale_page_a_stranger_and_a_task_that_is_out_of_hand_are_refused(world: World) -> None:
    task = upper(world)
    wanted = Wanted([str(unit_id(world, "east"))], "2026-03-20")
    with pytest.raises(StaleVersion):
        world.container.handing.hand_down(
            world.viewer("clerk-town"), task_ref=task["ref"], expected_version=task["version"] - 1, wanted=wanted
        )
    with pytest.raises(NotAllowed):
        hand_down(world, "east", by="office1")
    world.act("clerk-town", task["ref"], "report", answer("0", "0"))
    with pytest.raises(TransitionNotAllowed, match="不在本单位手里"):
        hand_down(world, "east")
    world.act("sup1", task["ref"], "approve")
    with pytest.raises(TransitionNotAllowed, match="不能再分解"):
        hand_down(world, "east")


def test_the_unit_above_judges_its_shares_and_the_supervisors_do_not(world: World) -> None:
    hand_down(world, "east")
    ref = share(world, "east")["ref"]
    world.act("clerk-east", ref, "accept")
    world.act("clerk-east", ref, "report", answer("60", "60"))
    assert ("clerk-town", "to_review") in {(person, message) for _, person, message in world.told()}
    with pytest.raises(NotAllowed):
        world.act("sup1", ref, "approve")
    with pytest.raises(NotAllowed):
        world.act("clerk-east", ref, "approve")
    world.act("clerk-town", ref, "return", reason="少报两户")
    world.act("clerk-east", ref, "report", answer("62", "62"))
    world.act("head-town", ref, "approve")
    assert share(world, "east")["done"]


def test_the_review_clock_of_a_share_wakes_the_unit_above(world: World) -> None:
    hand_down(world, "east")
    ref = share(world, "east")["ref"]
    world.act("clerk-east", ref, "accept")
    world.act("clerk-east", ref, "report", answer("60", "60"))
    world.move_to("2026-03-13")
    task = share(world, "east")["id"]
    woken = world.rows(
        "SELECT DISTINCT p.name FROM told t JOIN person p ON p.id = t.person_id JOIN firing f ON t.cause = 'firing:' || f.id"
        " JOIN clock k ON k.id = f.clock_id WHERE k.name = 'review' AND f.task_id = :task AND f.act <> 'raise'",
        task=task,
    )  # fmt: skip
    assert {row["name"] for row in woken} == {"clerk-town"}


def test_the_sum_is_filled_in_and_another_number_needs_its_reason(world: World) -> None:
    hand_down(world, "east", "west")
    for unit, number in (("east", "60"), ("west", "40")):
        ref = share(world, unit)["ref"]
        world.act(f"clerk-{unit}", ref, "accept")
        world.act(f"clerk-{unit}", ref, "report", answer(number, number))
    ref = upper(world)["ref"]
    with pytest.raises(InvalidInput) as refused:
        world.act("clerk-town", ref, "report", answer("98", "98"))
    assert "下级合计100，本次填报98" in refused.value.problems[0].sentence
    world.act("clerk-town", ref, "report", answer("98", "98"), reason="两户重复，已核减")
    assert upper(world)["state"] == "verifying"


def test_a_lower_units_problem_is_rectified_by_that_unit_and_only_once(world: World) -> None:
    hand_down(world, "east")
    ref = share(world, "east")["ref"]
    world.act("clerk-east", ref, "accept")
    world.act("clerk-east", ref, "report", answer("60", "60", **problem("三组12号")))
    world.act("clerk-town", upper(world)["ref"], "report", answer("60", "60", **problem("三组12号")))
    units = world.rows("SELECT u.key FROM problem p JOIN unit u ON u.id = p.unit_id")
    assert [row["key"] for row in units] == ["east"]


@pytest.mark.slow
def test_a_lower_units_lateness_is_its_own_while_the_clock_above_goes_on(world: World) -> None:
    hand_down(world, "east", "west", "north", "south", "far", due_on="2026-03-13")
    for unit in ("east", "west", "north", "south", "far"):
        world.act(f"clerk-{unit}", share(world, unit)["ref"], "accept")
    for unit in ("east", "west", "north", "south"):
        world.act(f"clerk-{unit}", share(world, unit)["ref"], "report", answer("10", "10"))
        world.act("clerk-town", share(world, unit)["ref"], "approve")
    world.act("clerk-east", world.task("own", "east")["ref"], "accept")
    world.act("clerk-town", world.task("own", "town")["ref"], "accept")
    world.move_to("2026-03-26")
    late = world.rows("SELECT DISTINCT u.key FROM finding f JOIN unit u ON u.id = f.unit_id")
    assert [row["key"] for row in late] == ["far"]
    assert (
        world.value("SELECT status FROM clock WHERE task_id = :t AND name = 'finish'", t=upper(world)["id"])
        == "running"
    )
    assert world.container.audits.audit().clean


def test_calling_the_duty_off_calls_off_what_was_handed_down(world: World) -> None:
    hand_down(world, "east", "west")
    east = share(world, "east")["ref"]
    world.act("clerk-east", east, "accept")
    world.act("clerk-east", east, "report", answer("60", "60"))
    world.act("clerk-town", east, "approve")
    world.act("office1", upper(world)["ref"], "withdraw", reason="县里统一排查")
    states = {row["state"] for row in world.rows("SELECT state FROM task WHERE tie = 'share'")}
    assert states == {"completed", "withdrawn"}
    assert ("clerk-west", "withdrawn") in {(person, message) for _, person, message in world.told()}


def test_the_unit_above_takes_a_share_back_and_may_hand_it_down_anew(world: World) -> None:
    hand_down(world, "east")
    world.act("clerk-town", share(world, "east")["ref"], "withdraw", reason="改由驻村干部排查")
    hand_down(world, "east", due_on="2026-03-18")
    assert str(share(world, "east")["due_on"]) == "2026-03-18"


def test_a_later_date_above_goes_down_with_its_distance_and_its_reason(world: World) -> None:
    hand_down(world, "east")
    task = upper(world)
    world.container.extensions.ask(
        world.viewer("clerk-town"), task_ref=task["ref"], expected_version=task["version"], wanted_on="2026-04-03",
        reason="雨天", progress="一半",
    )  # fmt: skip
    world.container.extensions.decide(
        world.viewer("sup1"), task_ref=task["ref"], expected_version=task["version"] + 1, grant=True,
        granted_on="2026-04-03", reason="同意",
    )  # fmt: skip
    assert str(share(world, "east")["due_on"]) == "2026-03-27"
    (told,) = world.rows("SELECT facts FROM told WHERE message = 'redated'")
    assert (told["facts"]["old_due_on"], told["facts"]["due_on"]) == ("2026-03-20", "2026-03-27")


def test_a_share_is_not_extended_beyond_the_duty_above(world: World) -> None:
    hand_down(world, "east", due_on="2026-03-26")
    task = share(world, "east")
    world.container.extensions.ask(
        world.viewer("clerk-east"), task_ref=task["ref"], expected_version=1, wanted_on="2026-03-31", reason="雨天",
        progress="一半",
    )  # fmt: skip
    decide = world.container.extensions.decide
    with pytest.raises(NotAllowed):
        decide(
            world.viewer("sup1"),
            task_ref=task["ref"],
            expected_version=2,
            grant=True,
            granted_on="2026-03-27",
            reason="",
        )
    with pytest.raises(InvalidInput) as refused:
        decide(
            world.viewer("clerk-town"), task_ref=task["ref"], expected_version=2, grant=True, granted_on="2026-03-31",
            reason="",
        )  # fmt: skip
    assert "不能晚于本单位自己的期限" in refused.value.problems[0].sentence
    decide(
        world.viewer("clerk-town"),
        task_ref=task["ref"],
        expected_version=2,
        grant=True,
        granted_on="2026-03-27",
        reason="",
    )
    assert str(share(world, "east")["due_on"]) == "2026-03-27"


def test_handing_down_and_calling_off_at_once_leave_no_orphan(world: World) -> None:
    task = upper(world)
    wanted = Wanted([str(unit_id(world, unit)) for unit in ("east", "west")], "2026-03-20")
    town, office = world.viewer("clerk-town"), world.viewer("office1")
    at_once(
        lambda: world.container.handing.hand_down(
            town, task_ref=task["ref"], expected_version=task["version"], wanted=wanted
        ),
        lambda: world.container.tasks.apply_transition(
            office, task_ref=task["ref"], transition="withdraw", expected_version=task["version"], reason="不再需要"
        ),
    )
    left = world.rows("SELECT t.id FROM task t JOIN task p ON p.id = t.parent_id WHERE NOT t.final AND p.final")
    assert left == []
