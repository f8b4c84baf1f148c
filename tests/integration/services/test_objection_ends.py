"""Where an objection is decided when everybody at the office had a hand in the paper, and what its end does to a card."""

from __future__ import annotations

import pytest

from tests.support.contested import MEASURES, contest, decide, paper
from tests.support.kept import standing_world
from tests.support.world import World, small_campaign
from tracker.domain.errors import TransitionNotAllowed

MAYOR = "  - {key: mayor, name: mayor, email: mayor@example.invalid, posts: [{role: head, unit: town}]}\n"


def everybodys_paper(world: World, *, mayor: bool) -> str:
    """Serve a paper that the office edited, one supervisor put up, the leader approved, the other issued."""
    text = small_campaign(measures=MEASURES, villages=("west",))
    world.load(text.replace("\npeople:\n", f"\npeople:\n{MAYOR}", 1) if mayor else text)
    for key in ("s1", "p1"):
        world.act("clerk-west", world.task(key, "west")["ref"], "accept")
    world.move_to("2026-03-25", "10:00")
    ref: str = world.value("SELECT ref FROM notice WHERE gathering")
    world.container.notices.edit_draft(
        world.viewer("office1"), notice_ref=ref, expected_version=paper(world, ref)["version"], title="督导通知书",
        body="请整改。",
    )  # fmt: skip
    world.act_on_notice("sup1", ref, "seal")
    world.act_on_notice("boss", ref, "approve")
    world.act_on_notice("sup2", ref, "issue")
    return ref


@standing_world()
def world(_: World) -> None:
    """Nobody and nothing yet."""


def test_when_everybody_had_a_hand_the_objection_rises_to_the_unit_above(world: World) -> None:
    objection = contest(world, everybodys_paper(world, mayor=True))
    assert (
        world.value("SELECT u.key FROM task t JOIN unit u ON u.id = t.risen_unit_id WHERE t.ref = :ref", ref=objection)
        == "town"
    )
    assert "mayor" in [who for _, who, what in world.told() if what == "decision_risen"]
    for person in ("sup1", "sup2", "office1", "boss"):
        with pytest.raises(TransitionNotAllowed):
            decide(world, objection, "uphold", by=person)
    decide(world, objection, "uphold", by="mayor")
    assert world.value("SELECT risen_unit_id IS NULL FROM task WHERE ref = :ref", ref=objection)
    assert world.container.audits.audit().clean


def test_where_nobody_stands_above_one_person_decides_with_a_reason(world: World) -> None:
    ref = everybodys_paper(world, mayor=False)
    decide(world, contest(world, ref), "uphold", by="boss", reason="本级无其他人可办，经集体研究")
    assert paper(world, ref)["state"] == "superseded"


def test_a_superseded_paper_counts_no_more(world: World) -> None:
    ref = everybodys_paper(world, mayor=False)
    decide(world, contest(world, ref), "uphold", by="boss")
    assert world.value("SELECT ended_at IS NOT NULL FROM notice WHERE ref = :ref", ref=ref)
    kinds = [row["kind"] for row in world.rows(
        "SELECT e.kind FROM stream s JOIN event e ON e.stream_id = s.id JOIN notice n ON n.id = s.subject_id"
        " WHERE s.kind = 'notice' AND n.ref = :ref ORDER BY e.seq",
        ref=ref,
    )]  # fmt: skip
    assert [kind for kind in kinds if kind.startswith("objection") or kind == "notice.ended"] == [
        "objection.filed", "notice.ended", "objection.decided",
    ]  # fmt: skip
    assert world.container.ledger.verify().faults == ()
