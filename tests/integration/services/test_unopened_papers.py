"""A served paper that nobody opens: whoever comes next is told, once a step, until the unit opens it or signs for it."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from tests.support.kept import standing_world
from tests.support.world import World, morning, small_campaign
from tracker.persistence.queries.proof import find_proof

SURVEY = (
    "{key: s1, ordinal: （一）, title: 摸排, text: 摸排, workflow: survey, units: [各村], due: {by_date: 2026-03-20}}"
)
SETTINGS = ["ladders: {unopened: pass_on_unopened}"]
ISSUED = "2026-04-07"  # a Tuesday, at ten


def served(world: World, settings: list[str] = SETTINGS) -> str:
    """Let a supervision notice be issued to the west village, and return its ref."""
    world.load(small_campaign(measures=[SURVEY], villages=("west",), settings=settings))
    world.act("clerk-west", world.task("s1", "west")["ref"], "accept")
    world.move_to(ISSUED, "10:00")
    ref: str = world.value("SELECT ref FROM notice WHERE kind = 'supervision_notice' AND gathering")
    world.act_on_notice("sup1", ref, "seal")
    world.act_on_notice("boss", ref, "approve")
    world.act_on_notice("sup1", ref, "issue")
    return ref


@standing_world()
def world(_: World) -> None:
    """Nobody and nothing yet."""


def asked(world: World) -> list[tuple[str, str]]:
    return [(moment, name) for moment, name, message in world.told() if message == "unopened"]


def appoint(world: World, name: str, role: str) -> None:
    """Let somebody new hold a post at the west village from today on."""
    with world.container.uows() as uow:
        uow.session.execute(
            text("""
                WITH p AS (INSERT INTO person (name, created_at) VALUES (:name, :now) RETURNING id)
                INSERT INTO post (person_id, unit_id, role, title, starts_on)
                SELECT p.id, u.id, :role, '', :today FROM p, unit u WHERE u.key = 'west'"""),
            {"name": name, "role": role, "now": world.clock.now(), "today": world.today},
        )
        uow.commit()


@pytest.mark.slow
def test_step_by_step_somebody_else_is_told_each_once(world: World) -> None:
    served(world)
    appoint(world, "area", "area_leader")
    world.move_to("2026-04-10", "17:00")
    # Four hours of office time, then nine, then eighteen: the only liaison had it, so that the head comes first.
    assert asked(world) == [("04-07 14:00", "head-west"), ("04-08 10:00", "area"), ("04-09 10:00", "office1")]
    assert world.container.audits.audit().clean


def test_a_new_post_holder_of_the_unit_comes_before_its_head(world: World) -> None:
    served(world)
    appoint(world, "new-clerk", "liaison")
    appoint(world, "area", "area_leader")
    world.move_to("2026-04-10", "17:00")
    assert [name for _, name in asked(world)] == ["new-clerk", "head-west", "area"]


def test_once_the_unit_has_opened_it_nobody_else_is_told(world: World) -> None:
    ref = served(world)
    world.move_to(ISSUED, "13:00")
    openings = world.container.paper_openings
    assert not openings.record_opening(world.viewer("sup1"), notice_ref=ref), "the office opens it all the time"
    assert openings.record_opening(world.viewer("clerk-west"), notice_ref=ref)
    assert not openings.record_opening(world.viewer("head-west"), notice_ref=ref), "the first opening is what counts"
    world.move_to("2026-04-10", "17:00")
    assert asked(world) == []
    events = world.rows("SELECT payload FROM event WHERE kind = 'paper.opened'")
    assert [event["payload"]["clocks"]["unopened"]["status"] for event in events] == ["done"]
    assert world.container.audits.audit().clean
    assert world.container.ledger.verify().faults == ()


def test_signing_for_it_ends_it_too(world: World) -> None:
    ref = served(world)
    world.move_to(ISSUED, "13:00")
    world.act_on_notice("clerk-west", ref, "accept")
    world.move_to("2026-04-10", "17:00")
    assert asked(world) == []


def test_who_opens_it_after_an_outage_hides_no_step_that_was_due(world: World) -> None:
    ref = served(world)
    world.clock.set(morning(ISSUED, "15:00"))
    world.container.paper_openings.record_opening(world.viewer("clerk-west"), notice_ref=ref)
    assert [name for _, name in asked(world)] == ["head-west"]
    world.engine_works()
    # It was opened before the message went out, so that there is nothing left to say.
    assert not any("无人拆阅" in message.text for _, message in world.mail.sent)
    assert world.container.audits.audit().clean


def test_a_milder_paper_and_a_campaign_without_the_rule_have_no_steps(world: World) -> None:
    served(world, settings=[])
    world.move_to("2026-04-10", "17:00")
    assert asked(world) == []
    assert world.value("SELECT count(*) FROM clock WHERE name = 'unopened'") == 0


def test_what_is_told_names_the_paper_and_stands_in_its_proof_and_its_record(world: World) -> None:
    ref = served(world)
    world.move_to(ISSUED, "15:00")
    mail = next(message for _, message in world.mail.sent if "无人拆阅" in message.subject)
    assert mail.recipient == "head-west"
    assert "测督〔2026〕1号" in mail.text
    assert "满4个工作小时无人拆阅" in mail.text
    notice_id = world.value("SELECT id FROM notice WHERE ref = :ref", ref=ref)
    with world.container.reading() as session:
        lines = [(line.name, line.kind_title) for line in find_proof(session, notice_id)]
    assert ("head-west", "文书无人拆阅") in lines
    said = world.container.explanations.explain(world.viewer("clerk-west"), ref)
    assert "改请本单位其他经办人" in "".join(said.lines)
