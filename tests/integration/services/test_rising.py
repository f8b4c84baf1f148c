"""A decision that nobody at the office may take rises one unit, is told there, and is taken there. DESIGN.md §3.5."""

from __future__ import annotations

from datetime import date

import pytest

from tests.integration.services.test_separation import SURVEY, leave_only
from tests.support.kept import standing_world
from tests.support.world import World, small_campaign
from tracker.domain.errors import InvalidInput, NotAllowed, NotFound, TransitionNotAllowed
from tracker.domain.values import Role

SENT = {"category": "rental", "should_check": "10", "checked": "10"}


@standing_world()
def world(world: World) -> None:
    """A campaign of the town's office; the town above it has a head, who is nobody's liaison."""
    world.load(small_campaign(measures=[SURVEY], villages=("west",)))
    people = world.container.people
    mayor = people.add_person(name="mayor", by=None)
    town = world.value("SELECT id FROM unit WHERE key = 'town'")
    people.give_post(person_id=mayor, unit_id=town, role=Role.HEAD, by=None)
    world.person_ids = {**world.person_ids, "mayor": mayor}


def draft(world: World) -> str:
    """Let the village run late until a 督导通知书 is drafted, with one supervisor left at the office."""
    world.act("clerk-west", world.task("s1", "west")["ref"], "accept")
    world.move_to("2026-03-19")
    leave_only(world, "sup1")
    world.move_to("2026-03-21")
    world.container.rising.settle_all()
    return str(world.value("SELECT ref FROM notice WHERE kind = 'supervision_notice'"))


def risen(world: World) -> list[str]:
    """Return the refs of the tasks whose decision stands at the town."""
    rows = world.rows(
        "SELECT t.ref FROM task t JOIN unit u ON u.id = t.risen_unit_id WHERE u.key = 'town' ORDER BY t.id"
    )
    return [row["ref"] for row in rows]


def test_a_draft_that_its_only_supervisor_put_up_is_approved_by_the_head_of_the_unit_above(world: World) -> None:
    ref = draft(world)
    assert risen(world) == [], "one supervisor may put a draft up"
    world.act_on_notice("sup1", ref, "seal")
    assert len(risen(world)) == 1
    assert [(who, what) for _, who, what in world.told()][-1] == ("mayor", "decision_risen")
    with pytest.raises(TransitionNotAllowed):
        world.act_on_notice("sup1", ref, "approve", reason="督导组仅一人在岗")
    world.act_on_notice("mayor", ref, "approve")
    assert risen(world) == [], "the next step is the supervisor's again"
    by = world.value("SELECT person_id FROM event WHERE kind = 'task.moved' AND payload ->> 'transition' = 'approve'")
    assert by == world.person_ids["mayor"]
    world.act_on_notice("sup1", ref, "issue")


def test_a_draft_is_not_seen_above_before_its_decision_rose_nor_after_it_was_taken(world: World) -> None:
    ref = draft(world)
    mayor = world.viewer("mayor")
    with pytest.raises(NotFound):
        world.container.notices.allowed(mayor, ref)
    world.act_on_notice("sup1", ref, "seal")
    assert {step.name for step in world.container.notices.allowed(mayor, ref)} == {"approve", "send_back"}
    world.act_on_notice("mayor", ref, "approve")
    with pytest.raises(NotFound):
        world.container.notices.allowed(mayor, ref)


def test_it_comes_back_when_the_office_has_somebody_again(world: World) -> None:
    ref = draft(world)
    world.act_on_notice("sup1", ref, "seal")
    office = world.value("SELECT id FROM unit WHERE key = 'office'")
    world.container.people.give_post(person_id=world.person_ids["sup2"], unit_id=office, role=Role.SUPERVISOR, by=None)
    assert ("housekeeping", "tracker.jobs.housekeeping.settle_decisions", ()) in world.queue.rung
    world.container.rising.settle_all()
    assert risen(world) == []
    with pytest.raises(NotFound):
        world.act_on_notice("mayor", ref, "approve")
    world.act_on_notice("sup2", ref, "approve")


def test_a_review_whose_supervisors_have_all_left_rises_and_is_told_once(world: World) -> None:
    ref = world.task("s1", "west")["ref"]
    world.act("clerk-west", ref, "accept")
    world.act("clerk-west", ref, "report", SENT)
    leave_only(world, "boss")
    world.move_to("2026-03-23", "08:00")
    for _ in range(2):
        world.container.rising.settle_all()
    assert risen(world) == [ref]
    assert [what for _, who, what in world.told() if who == "mayor"] == ["decision_risen"]
    world.act("mayor", ref, "return", reason="底数不清，请核对后重报")
    assert risen(world) == []
    world.act("clerk-west", ref, "report", SENT)
    assert risen(world) == [ref], "sent again, it is the town's to judge again"
    world.act("mayor", ref, "approve")


def test_an_extension_that_nobody_at_the_office_may_answer_is_answered_above(world: World) -> None:
    ref = world.task("s1", "west")["ref"]
    world.act("clerk-west", ref, "accept")
    leave_only(world, "boss")
    world.move_to("2026-03-11", "08:00")
    world.container.people.end_post(
        world.value("SELECT id FROM post WHERE person_id = :person", person=world.person_ids["sup1"]),
        ends_on=date(2026, 3, 10), by=None,
    )  # fmt: skip
    for key in ("sup2", "office1"):
        world.container.people.end_post(
            world.value("SELECT id FROM post WHERE person_id = :person", person=world.person_ids[key]),
            ends_on=date(2026, 3, 10), by=None,
        )  # fmt: skip
    asked = {"task_ref": ref, "wanted_on": "2026-03-20", "reason": "雨天路断", "progress": ""}
    version = world.task("s1", "west")["version"]
    world.container.extensions.ask(world.viewer("clerk-west"), expected_version=version, **asked)
    assert risen(world) == [ref]
    answer = {"task_ref": ref, "grant": True, "granted_on": "2026-03-20", "reason": ""}
    with pytest.raises(NotAllowed):
        world.container.extensions.decide(world.viewer("boss"), expected_version=version + 1, **answer)
    world.container.extensions.decide(world.viewer("mayor"), expected_version=version + 1, **answer)
    assert risen(world) == []
    assert str(world.task("s1", "west")["due_on"]) == "2026-03-20"


def test_at_the_top_one_person_acts_with_a_reason(world: World) -> None:
    ref = draft(world)
    world.container.people.record_leaving(world.person_ids["mayor"], by=None)
    world.act_on_notice("sup1", ref, "seal")
    assert risen(world) == []
    with pytest.raises(InvalidInput):
        world.act_on_notice("sup1", ref, "approve")
    world.act_on_notice("sup1", ref, "approve", reason="督导组仅一人在岗，镇里暂无负责人")


def test_the_chain_of_a_decision_that_rose_verifies(world: World) -> None:
    ref = draft(world)
    world.act_on_notice("sup1", ref, "seal")
    world.act_on_notice("mayor", ref, "approve")
    world.container.ledger.seal()
    assert world.container.ledger.verify().faults == ()
    assert world.container.audits.audit().clean
