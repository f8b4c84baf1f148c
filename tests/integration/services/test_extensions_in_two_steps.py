"""Where a leader approves: the supervisors examine an extension first, and nothing moves before the second answer."""

from __future__ import annotations

import pytest

from tests.support.kept import standing_world
from tests.support.world import World, morning, small_campaign
from tracker.domain.errors import InvalidInput, NotAllowed, StaleVersion
from tracker.domain.extending import AnswerStep

MEASURE = (
    "{key: t1, ordinal: （一）, title: 报送, text: 略, workflow: return, units: [各村], due: {by_date: 2026-03-20}}"
)
FIRST, FINAL = AnswerStep.FIRST, AnswerStep.FINAL


@standing_world()
def world(world: World) -> None:
    world.load(small_campaign(measures=[MEASURE], villages=["east"], settings=["extension_steps: 2"]))
    world.act("clerk-east", world.task("t1", "east")["ref"], "accept")
    ask(world)


def ask(world: World) -> None:
    task = world.task("t1", "east")
    world.container.extensions.ask(
        world.viewer("clerk-east"), task_ref=task["ref"], expected_version=task["version"], wanted_on="2026-03-31",
        reason="口径未定", progress="完成八成",
    )  # fmt: skip


def answer(
    world: World, by: str, *, grant: bool = True, on: str = "2026-03-30", reason: str = "略", stale: int = 0
) -> AnswerStep:
    task = world.task("t1", "east")
    return world.container.extensions.decide(
        world.viewer(by), task_ref=task["ref"], expected_version=task["version"] - stale, grant=grant,
        granted_on=on if grant else "", reason=reason,
    )  # fmt: skip


def duty(world: World) -> tuple[int, str, str]:
    (row,) = world.rows("SELECT occurrence, status, due_on::text FROM clock WHERE name = 'finish'")
    return row["occurrence"], row["status"], row["due_on"]


def told(world: World, *messages: str) -> list[tuple[str, str, str]]:
    return [(at, who, what) for at, who, what in world.told() if what in messages]


def test_the_first_answer_moves_nothing_and_asks_the_leader(world: World) -> None:
    world.move_to("2026-03-04", "10:00")
    assert answer(world, "sup1") is FIRST
    assert duty(world) == (1, "paused", "2026-03-20")
    (kept,) = world.rows("SELECT status, examined_on::text, examination, granted_on FROM extension")
    assert kept == {"status": "asked", "examined_on": "2026-03-30", "examination": "略", "granted_on": None}
    assert told(world, "extension_examined", "extension_decided") == [("03-04 10:00", "boss", "extension_examined")]


def test_the_leaders_date_counts_and_the_old_one_stays_in_the_record(world: World) -> None:
    answer(world, "sup1")
    world.move_to("2026-03-04", "10:00")
    assert answer(world, "boss", on="2026-03-27") is FINAL
    assert duty(world) == (2, "running", "2026-03-27")
    (kept,) = world.rows("SELECT old_due_on::text, wanted_on::text, examined_on::text, granted_on::text FROM extension")
    assert list(kept.values()) == ["2026-03-20", "2026-03-31", "2026-03-30", "2026-03-27"]
    assert [who for _, who, _ in told(world, "extension_decided")] == ["clerk-east", "head-east"]
    assert world.container.audits.audit().clean


@pytest.mark.parametrize("steps", [1, 2])
def test_a_refusal_in_either_step_ends_it_and_the_old_date_goes_on(world: World, steps: int) -> None:
    if steps == 2:
        answer(world, "sup1")
    answer(world, "boss" if steps == 2 else "sup1", grant=False, reason="理由不充分")
    assert duty(world) == (1, "running", "2026-03-20")
    assert world.value("SELECT status FROM extension") == "refused"
    assert world.rows("SELECT FROM clock WHERE name LIKE 'extension%' AND status <> 'done'") == []
    assert world.container.audits.audit().clean


def test_each_step_is_taken_by_those_whose_it_is(world: World) -> None:
    with pytest.raises(NotAllowed, match="先由办公室或督导组初审"):
        answer(world, "boss")
    answer(world, "sup1")
    for person in ("sup2", "office1"):
        with pytest.raises(NotAllowed, match="由领导小组领导批准"):
            answer(world, person)
    with pytest.raises(NotAllowed):
        answer(world, "clerk-east")


def test_an_answer_to_the_request_as_it_was_before_is_too_late(world: World) -> None:
    answer(world, "sup1")
    with pytest.raises(StaleVersion):
        answer(world, "boss", stale=1)


def test_a_proposal_needs_a_definite_date_and_a_refusal_its_reason(world: World) -> None:
    for person in ("sup1", "boss"):
        with pytest.raises(InvalidInput) as dateless:
            answer(world, person, on="")
        with pytest.raises(InvalidInput) as wordless:
            answer(world, person, grant=False, reason="")
        assert [one.field for refused in (dateless, wordless) for one in refused.value.problems] == [
            "granted_on", "reason",
        ]  # fmt: skip
        if person == "sup1":
            answer(world, "sup1")


def test_whoever_sits_on_the_first_answer_is_reminded_and_then_the_leader_on_the_second(world: World) -> None:
    world.move_to("2026-03-05", "10:00")
    assert {who for at, who, _ in told(world, "remind")} == {"sup1", "sup2", "boss"}
    answer(world, "sup1")
    world.move_to("2026-03-12", "10:00")
    later = [(at, who) for at, who, _ in told(world, "remind") if at > "03-05 10:00"]
    assert later == [("03-09 09:10", "boss"), ("03-11 09:10", "boss"), ("03-11 09:10", "office1")]
    assert world.container.audits.audit().clean


def test_who_examined_does_not_approve_and_what_nobody_else_may_decide_rises(fresh_database_url: str) -> None:
    both = "[{role: leader, unit: office}, {role: supervisor, unit: office}]"
    text = small_campaign(measures=[MEASURE], villages=["east"], settings=["extension_steps: 2"])
    text = text.replace("posts: [{role: leader, unit: office}]", f"posts: {both}")
    text = text.replace(
        "people:\n",
        "people:\n  - {key: mayor, name: mayor, email: mayor@example.invalid, posts: [{role: head, unit: town}]}\n",
    )
    with World(fresh_database_url, start=morning("2026-03-02")) as world:
        world.load(text)
        world.act("clerk-east", world.task("t1", "east")["ref"], "accept")
        ask(world)
        answer(world, "boss")
        with pytest.raises(NotAllowed, match="本人初审"):
            answer(world, "boss")
        assert told(world, "decision_risen") == [("03-02 08:30", "mayor", "decision_risen")]
        assert answer(world, "mayor") is FINAL
        assert duty(world) == (2, "running", "2026-03-30")
        assert world.container.audits.audit().clean


def test_a_report_makes_the_request_pointless_in_either_step(world: World) -> None:
    answer(world, "sup1")
    monthly = {"title": "月报", "as_of": "2026-03-02", "summary": "无", "actions": "0", "problems_found": "0"}
    world.act("clerk-east", world.task("t1", "east")["ref"], "report", given=monthly)
    assert world.value("SELECT status FROM extension") == "dropped"
    assert world.rows("SELECT FROM clock WHERE name LIKE 'extension%' AND status <> 'done'") == []
    assert world.container.audits.audit().clean
