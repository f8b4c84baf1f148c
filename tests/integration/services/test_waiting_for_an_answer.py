"""Who sits on an extension is reminded, then the leader and the office are told; the answer ends the waiting."""

from __future__ import annotations

import pytest

from tests.support.kept import standing_world
from tests.support.world import World, small_campaign

MEASURE = (
    "{key: m1, ordinal: （一）, title: 宣传, text: 略, workflow: publicity, units: [各村], due: {by_date: 2026-03-31}}"
)


@standing_world()
def world(world: World) -> None:
    world.load(small_campaign(measures=[MEASURE], villages=["east"]))
    world.act("clerk-east", world.task("m1", "east")["ref"], "accept")


def ask(world: World) -> None:
    task = world.task("m1", "east")
    world.container.extensions.ask(
        world.viewer("clerk-east"), task_ref=task["ref"], expected_version=task["version"], wanted_on="2026-04-20",
        reason="略", progress="略",
    )  # fmt: skip


def answer(world: World, *, grant: bool) -> None:
    task = world.task("m1", "east")
    world.container.extensions.decide(
        world.viewer("sup1"), task_ref=task["ref"], expected_version=task["version"], grant=grant,
        granted_on="2026-04-20" if grant else "", reason="略",
    )  # fmt: skip


def reminded(world: World) -> list[tuple[str, str]]:
    """Return (moment, person) of what was said about the waiting, not about the duty."""
    return [
        (at, who) for at, who, message in world.told() if message == "remind" and who not in ("clerk-east", "head-east")
    ]


def waiting(world: World) -> list[tuple[int, str]]:
    return [
        (r["occurrence"], r["status"])
        for r in world.rows("SELECT occurrence, status FROM clock WHERE name = 'extension'")
    ]


def test_who_sits_on_an_extension_is_reminded_then_the_leader_and_the_office_are_told(world):
    ask(world)
    world.move_to("2026-03-10")
    assert reminded(world) == [
        ("03-04 09:10", "sup1"), ("03-04 09:10", "sup2"),
        ("03-05 09:10", "sup1"), ("03-05 09:10", "sup2"), ("03-05 09:10", "boss"),
        ("03-09 09:10", "boss"), ("03-09 09:10", "office1"),
    ]  # fmt: skip
    assert world.container.audits.audit().clean


@pytest.mark.parametrize("grant", [True, False])
def test_the_answer_ends_the_waiting_and_a_second_question_waits_anew(world, grant):
    ask(world)
    world.move_to("2026-03-03")
    answer(world, grant=grant)
    assert waiting(world) == [(1, "done")]
    world.move_to("2026-03-20")
    assert reminded(world) == []
    if grant:
        return
    ask(world)
    assert waiting(world) == [(2, "running")]
    world.move_to("2026-03-24")
    assert [at for at, _ in reminded(world)] == ["03-24 09:10"] * 2
    assert world.container.audits.audit().clean


def test_a_unit_that_reports_without_waiting_needs_no_answer(world):
    ask(world)
    given = {
        "theme": "略",
        "held_on": "2026-03-02",
        "place": "村委会",
        "forms": ["lecture"],
        "sessions": "1",
        "people_reached": "10",
        "leaflets": "10",
    }
    world.act("clerk-east", world.task("m1", "east")["ref"], "report", given)
    assert waiting(world) == [(1, "done")]
    assert world.value("SELECT status FROM extension") == "dropped"
    assert world.container.audits.audit().clean
