"""A paper that nobody signs for is deemed received where the campaign says so, and the limit for the reply runs."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import text

from tests.integration.services.test_printing import MEASURES
from tests.support.contested import contest
from tests.support.kept import standing_world
from tests.support.racing import at_once
from tests.support.world import World, morning, small_campaign
from tracker.domain.receiving import deemed_after, deemed_words
from tracker.services.receiving import deem_due

RULE = "deemed_received_days: 3"
WORDS = "印发后3个工作日内未签收的，期满视为收到，回复期限自视为收到之日起算。"


def bring_late(world: World, *settings: str) -> None:
    """Let west sign and do no more, until 25 March (a Wednesday) at 10:00."""
    world.load(small_campaign(measures=MEASURES[:1], villages=("west",), settings=settings))
    world.act("clerk-west", world.task("s1", "west")["ref"], "accept")
    world.move_to("2026-03-25", "10:00")


@standing_world()
def world(world: World) -> None:
    bring_late(world, RULE)


@standing_world()
def without_rule(world: World) -> None:
    bring_late(world)


def issued(world: World) -> str:
    ref: str = world.value("SELECT ref FROM notice WHERE kind = 'supervision_notice'")
    for who, step in (("sup1", "seal"), ("sup2", "approve"), ("sup1", "issue")):
        world.act_on_notice(who, ref, step)
    return ref


def state(world: World, ref: str) -> str:
    found: str = world.value("SELECT state FROM task t JOIN notice n ON n.task_id = t.id WHERE n.ref = :ref", ref=ref)
    return found


def reply_due(world: World, ref: str) -> str:
    found = world.value(
        "SELECT k.due_on FROM clock k JOIN notice n ON n.task_id = k.task_id WHERE n.ref = :ref AND k.name = 'reply'",
        ref=ref,
    )
    return str(found)


@pytest.mark.slow
def test_after_the_third_working_day_it_is_deemed_received_and_the_replys_limit_runs_from_then(world: World) -> None:
    ref = issued(world)
    assert WORDS in world.container.printing.compose(world.viewer("sup1"), notice_ref=ref).lines[-1].text
    world.move_to("2026-03-30", "23:59")
    assert state(world, ref) == "issued"
    world.move_to("2026-03-31", "00:00")
    assert (state(world, ref), reply_due(world, ref)) == ("accepted", "2026-04-08")  # 清明节 lies in between
    (moved,) = world.rows("SELECT person_id, payload FROM event WHERE payload ? 'how'")
    assert (moved["person_id"], moved["payload"]["how"]) == (None, {"way": "deemed", "days": 3})
    paper = world.container.printing.compose(world.viewer("clerk-west"), notice_ref=ref)
    assert (
        "在印发后3个工作日内未签收，于2026年3月31日0时00分视为收到，回复期限自视为收到起算，至2026年4月8日"
        in paper.notes[-1]
    )
    why = "\n".join(world.container.explanations.explain(world.viewer("clerk-west"), ref).lines)
    assert "印发后3个工作日未签收，按规定视为收到" in why
    assert [who for _, who, message in world.told() if message == "received"] == ["clerk-west", "head-west"]
    assert world.container.audits.audit().clean
    assert world.container.ledger.verify().faults == ()


def test_whoever_signs_in_time_starts_the_limit_and_is_not_deemed_anything(world: World) -> None:
    ref = issued(world)
    world.act_on_notice("clerk-west", ref, "accept")
    due = reply_due(world, ref)
    world.move_to("2026-04-01", "10:00")
    assert (state(world, ref), reply_due(world, ref)) == ("accepted", due)
    assert world.value("SELECT count(*) FROM event WHERE payload ? 'how'") == 0
    assert world.container.next_moment() is None or world.container.next_moment() > world.clock.now()


@pytest.mark.slow
def test_without_the_rule_it_waits_for_the_signature_and_says_nothing_else(without_rule: World) -> None:
    world = without_rule
    ref = issued(world)
    assert "视为" not in world.container.printing.compose(world.viewer("sup1"), notice_ref=ref).lines[-1].text
    world.move_to("2026-04-10", "10:00")
    assert state(world, ref) == "issued"
    assert world.value("SELECT count(*) FROM notice WHERE deem_at IS NOT NULL") == 0


def test_a_rule_that_changes_afterwards_does_not_reach_back(world: World) -> None:
    ref = issued(world)
    with world.container.uows() as uow:
        uow.session.execute(text("UPDATE campaign SET settings = settings - 'deemed_received_days'"))
        uow.commit()
    assert WORDS in world.container.printing.compose(world.viewer("sup1"), notice_ref=ref).lines[-1].text
    world.move_to("2026-03-31", "10:00")
    assert state(world, ref) == "accepted"


@pytest.mark.slow
def test_while_it_is_contested_nothing_is_deemed(world: World) -> None:
    ref = issued(world)
    contest(world, ref)
    world.move_to("2026-04-02", "10:00")
    assert state(world, ref) == "issued"


def test_a_voided_paper_is_not_deemed_received(world: World) -> None:
    ref = issued(world)
    world.act_on_notice("office1", ref, "void", reason="发错单位")
    world.move_to("2026-04-02", "10:00")
    assert state(world, ref) == "voided"


def test_two_sweeps_and_a_signature_at_the_same_moment_are_one_receipt(world: World) -> None:
    ref = issued(world)
    world.clock.set(morning("2026-03-31", "00:00"))
    version = world.value("SELECT version FROM notice WHERE ref = :ref", ref=ref)
    accept = partial(
        world.container.notices.apply_transition, world.viewer("clerk-west"), notice_ref=ref, transition="accept",
        expected_version=version,
    )  # fmt: skip
    at_once(partial(deem_due, world.container.floor), partial(deem_due, world.container.floor), accept)
    assert state(world, ref) == "accepted"
    assert (
        world.value(
            "SELECT count(*) FROM event WHERE payload ->> 'transition' = 'accept' AND payload ->> 'to' = 'accepted'"
        )
        == 1
    )
    assert world.container.ledger.verify().faults == ()


def test_a_campaign_file_takes_one_to_thirty_days(fresh_database_url: str) -> None:
    for days in ("0", "31", "三"):
        with (
            World(fresh_database_url, start=morning("2026-03-02")) as world,
            pytest.raises(Exception, match="deemed_received_days"),
        ):
            world.load(small_campaign(measures=MEASURES[:1], settings=(f"deemed_received_days: {days}",)))


def test_a_paper_that_is_never_deemed_received_does_not_say_so_and_every_one_that_is_does(world: World) -> None:
    rule = {"deemed_received_days": 3}
    papers = {key: one for key, one in world.catalog.workflows.items() if one.paper}
    assert papers
    for key, definition in papers.items():
        words = deemed_words(deemed_after(rule, definition), definition)
        signed_for = definition.transition("accept") is not None
        assert words.startswith("印发后3个工作日内未签收的，期满视为收到") is signed_for, key
        runs = signed_for and "reply" in definition.clocks and key != "interview_notice"
        assert ("回复期限自视为收到之日起算" in words) is runs, key
        assert deemed_words(deemed_after({}, definition), definition) == ""
    unsigned = replace(papers["circular"], transitions=())
    assert deemed_after(rule, unsigned) == 0


def test_an_interview_says_that_it_is_deemed_received_and_is(world: World) -> None:
    world.move_to("2026-04-03", "10:00")
    ref: str = world.value("SELECT ref FROM notice WHERE kind = 'interview_notice' AND gathering")
    world.act_on_notice("sup1", ref, "seal", {
        "held_on": "2026-04-20", "held_hour": "上午9:00", "place": "镇政府", "host": "组长", "must_attend": "主要负责人",
    })  # fmt: skip
    world.act_on_notice("boss", ref, "approve")
    world.act_on_notice("sup1", ref, "issue")
    last = world.container.printing.compose(world.viewer("sup1"), notice_ref=ref).lines[-1].text
    assert last.endswith("书面回复。印发后3个工作日内未签收的，期满视为收到。")
    world.move_to("2026-04-10", "10:00")
    assert state(world, ref) == "accepted"
