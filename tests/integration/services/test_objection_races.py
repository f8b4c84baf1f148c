"""Objections and others at the same moment: one outcome, no rung too many or too few, no deadlock."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from tests.support.contested import STATEMENT, clock, contest, item_about, paper, run_late, rungs, serve
from tests.support.kept import standing_world
from tests.support.racing import at_once, held, until_blocked
from tests.support.world import World, morning
from tracker.domain.errors import InvalidInput, StaleVersion, TransitionNotAllowed

REFUSALS = (InvalidInput, StaleVersion, TransitionNotAllowed)


@standing_world()
def world(world: World) -> None:
    run_late(world)


def filing(world: World, ref: str, item: int | None = None, by: str = "clerk-west") -> Callable[[], Any]:
    version = world.value("SELECT version FROM notice WHERE ref = :ref", ref=ref)
    return partial(
        world.container.objections.file, world.viewer(by), notice_ref=ref, expected_version=version, given=STATEMENT,
        item_id=item,
    )  # fmt: skip


def deciding(world: World, ref: str, step: str, by: str) -> Callable[[], Any]:
    version = world.value("SELECT version FROM task WHERE ref = :ref", ref=ref)
    return partial(
        world.container.objections.apply_transition, world.viewer(by), task_ref=ref, transition=step,
        expected_version=version, reason="经核查",
    )  # fmt: skip


def stepping(
    world: World, person: str, ref: str, step: str, given: dict[str, object] | None = None
) -> Callable[[], Any]:
    version = world.value("SELECT version FROM notice WHERE ref = :ref", ref=ref)
    return partial(
        world.container.notices.apply_transition, world.viewer(person), notice_ref=ref, transition=step,
        expected_version=version, given=given or {}, reason="误发" if step == "void" else "",
    )  # fmt: skip


def reply(world: World) -> dict[str, object]:
    given: dict[str, object] = {"situation": "已调整"}
    for number, item in enumerate(world.rows("SELECT text FROM notice_item ORDER BY position")):
        row = {"item": item["text"], "measure": "补办", "leader": "村主任", "limit_on": "2026-04-10"}
        given |= {f"items.{number}.{name}": value for name, value in row.items()}
    return given


def assert_whole(world: World) -> None:
    report = world.container.audits.audit()
    assert report.clean, report.sentences()
    assert world.container.ledger.verify().faults == ()


def test_filed_while_a_sweep_fires_the_rung_fires_before_it_or_not_at_all(world: World) -> None:
    ref = serve(world)
    world.clock.set(morning("2026-04-01", "10:00"))
    filed, _ = at_once(filing(world, ref, item_about(world, ref, "s1")), world.container.escalations.sweep)
    assert filed.ref
    world.container.escalations.sweep()
    assert clock(world, "s1")["status"] == "paused"
    assert rungs(world, "s1").count("interview") <= 1
    before = rungs(world, "s1")
    world.clock.set(morning("2026-04-10", "10:00"))
    world.container.escalations.sweep()
    assert rungs(world, "s1") == before
    assert_whole(world)


def test_contesting_never_freezes_a_rung_away_that_was_due_while_another_held_the_task(world: World) -> None:
    ref = serve(world)
    act = filing(world, ref)
    world.clock.set(morning("2026-04-01", "10:00"))
    with held(
        world.database_url, "SELECT FROM task WHERE id = %s FOR UPDATE", world.task("s1", "west")["id"]
    ) as holder:

        def release() -> None:
            until_blocked(world.database_url, holder)
            holder.rollback()

        refused, _ = at_once(act, release)
    assert isinstance(refused, StaleVersion)
    assert act().ref
    assert rungs(world, "s1")[-1] == "interview"
    assert clock(world, "s1")["status"] == "paused"
    assert_whole(world)


def test_two_people_of_a_unit_file_once(world: World) -> None:
    ref = serve(world)
    results = at_once(filing(world, ref), filing(world, ref, by="head-west"))
    assert len([one for one in results if not isinstance(one, REFUSALS)]) == 1
    assert world.value("SELECT count(*) FROM objection") == 1


def test_two_judges_of_one_objection_give_one_answer(world: World) -> None:
    objection = contest(world, serve(world))
    results = at_once(deciding(world, objection, "uphold", "boss"), deciding(world, objection, "reject", "office1"))
    assert len([one for one in results if not isinstance(one, REFUSALS)]) == 1
    assert world.value("SELECT outcome FROM objection") in ("upheld", "rejected")
    assert_whole(world)


def test_upheld_while_the_unit_replies_leaves_no_rectification_open_or_the_objection_open(world: World) -> None:
    ref = serve(world)
    objection = contest(world, ref)
    replied, upheld = at_once(
        stepping(world, "clerk-west", ref, "reply", reply(world)), deciding(world, objection, "uphold", "boss")
    )
    opened = world.value("SELECT count(*) FROM task WHERE workflow_key = 'rectification' AND NOT final")
    if isinstance(upheld, REFUSALS):
        assert not isinstance(replied, REFUSALS)
        assert (opened, paper(world, ref)["state"]) == (2, "replied")
        assert world.value("SELECT outcome FROM objection") == "open"
    else:
        assert (opened, paper(world, ref)["state"]) == (0, "superseded")
    assert_whole(world)


def test_upheld_while_the_leader_voids_the_paper_ends_it_once(world: World) -> None:
    ref = serve(world)
    objection = contest(world, ref)
    at_once(stepping(world, "office1", ref, "void"), deciding(world, objection, "uphold", "boss"))
    ended = world.rows("SELECT t.state, b.outcome FROM objection b JOIN task t ON t.id = b.task_id")
    assert (paper(world, ref)["state"], ended[0]["outcome"]) in [("voided", "lapsed"), ("superseded", "upheld")]
    assert clock(world, "s1")["status"] == "running"
    assert_whole(world)


def test_filed_while_the_last_paper_is_issued_the_line_is_struck_or_was_told_before(world: World) -> None:
    ref = serve(world)
    world.move_to("2026-04-02")
    draft = world.value("SELECT ref FROM notice WHERE kind = 'interview_notice' AND gathering")
    details: dict[str, object] = {
        "held_on": "2026-04-10", "held_hour": "上午9:00", "place": "镇政府", "host": "组长", "must_attend": "主要负责人",
    }  # fmt: skip
    world.act_on_notice("sup1", draft, "seal", details)
    world.act_on_notice("sup2", draft, "approve")
    item = item_about(world, ref, "s1")
    filed, issued = at_once(filing(world, ref, item), stepping(world, "sup1", draft, "issue"))
    assert filed.ref
    assert issued.contested in (0, 1)
    status = world.value(
        "SELECT status FROM finding WHERE kind = 'interview_notice' AND task_id = :task",
        task=world.task("s1", "west")["id"],
    )
    assert status == ("objected" if issued.contested else "issued")
    assert_whole(world)
