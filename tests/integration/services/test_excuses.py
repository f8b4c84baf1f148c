"""A good cause is for people to find: it stops what asks whether there is one, and moves no date."""

from __future__ import annotations

import pytest

from tests.support.kept import standing_world
from tests.support.world import World, small_campaign
from tracker.domain.errors import InvalidInput, NotAllowed, StaleVersion, TransitionNotAllowed

MEASURE = (
    "{key: m1, ordinal: （一）, title: 宣传, text: 略, workflow: publicity, units: [各村], due: {by_date: 2026-03-10}}"
)
HOTLINE = ["ladders: {standard: hotline}"]


@standing_world()
def world(world: World) -> None:
    world.load(small_campaign(measures=[MEASURE], villages=["east"], settings=HOTLINE))
    world.act("clerk-east", world.task("m1", "east")["ref"], "accept")


def excuse(
    world: World, person: str, *, excused: bool = True, version: int | None = None, reason: str = "道路中断"
) -> None:
    task = world.task("m1", "east")
    world.container.excuses.excuse(
        world.viewer(person), task_ref=task["ref"], excused=excused, reason=reason,
        expected_version=task["version"] if version is None else version,
    )  # fmt: skip


def raised(world: World) -> list[str]:
    return [row["kind"] for row in world.rows("SELECT kind FROM finding ORDER BY id")]


def test_with_a_good_cause_nobody_is_named_and_the_date_stays(world):
    world.move_to("2026-03-12")
    before = world.task("m1", "east")["due_at"]
    excuse(world, "sup1")
    world.move_to("2026-04-01")
    assert raised(world) == ["urge_notice"]
    assert world.task("m1", "east")["due_at"] == before
    assert world.container.audits.audit().clean


def test_taken_back_it_fires_what_fell_due_meanwhile(world):
    world.move_to("2026-03-12")
    excuse(world, "sup1")
    world.move_to("2026-03-20")
    excuse(world, "sup2", excused=False, reason="核实后不成立")
    world.engine_works()
    assert raised(world) == ["urge_notice", "circular"]
    assert world.container.audits.audit().clean


@pytest.mark.parametrize("person", ["clerk-east", "head-east", "office1", "boss"])
def test_only_supervisors_find_it(world, person):
    with pytest.raises(NotAllowed):
        excuse(world, person)


def test_it_needs_a_reason_an_up_to_date_page_and_is_found_once(world):
    with pytest.raises(InvalidInput):
        excuse(world, "sup1", reason="  ")
    stale = world.task("m1", "east")["version"]
    excuse(world, "sup1")
    with pytest.raises(StaleVersion):
        excuse(world, "sup1", version=stale)
    with pytest.raises(TransitionNotAllowed):
        excuse(world, "sup1")


def test_an_extension_begins_without_the_cause_of_the_date_before(world):
    excuse(world, "sup1")
    task = world.task("m1", "east")
    world.container.extensions.ask(
        world.viewer("clerk-east"), task_ref=task["ref"], expected_version=task["version"], wanted_on="2026-03-20",
        reason="略", progress="略",
    )  # fmt: skip
    task = world.task("m1", "east")
    world.container.extensions.decide(
        world.viewer("sup1"), task_ref=task["ref"], expected_version=task["version"], grant=True,
        granted_on="2026-03-20", reason="同意",
    )  # fmt: skip
    assert world.value("SELECT excused FROM clock WHERE name = 'finish'") is False
    world.move_to("2026-03-30")
    assert raised(world) == ["urge_notice", "circular"]
