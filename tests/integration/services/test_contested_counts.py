"""A count over a unit's papers rests while one of them is contested, and ends with one that is taken back."""

from __future__ import annotations

import pytest

from tests.support.contested import contest, decide
from tests.support.kept import standing_world
from tests.support.world import World, small_campaign
from tracker.domain.errors import CannotIssue

COUNTED = ["ladders: {standard: cards_when_late, history: cards_counted}"]


def measure(key: str) -> str:
    return f"{{key: {key}, ordinal: （一）, title: {key}, text: 略, workflow: publicity, units: [各村], due: {{by_date: 2026-03-10}}}}"


@standing_world()
def world(world: World) -> None:
    """Village west was issued three red cards in a row; the draft of a listing holds their count and a line by hand."""
    world.load(small_campaign(measures=[measure(f"m{n}") for n in (1, 2, 3)], villages=["west"], settings=COUNTED))
    for row in world.rows("SELECT ref FROM task WHERE assignment_id IS NOT NULL ORDER BY id"):
        world.act("clerk-west", row["ref"], "accept")
    world.move_to("2026-03-11", "10:00")
    for ref in cards(world):
        sign(world, ref)
    world.engine_works()
    draft = listing(world)
    world.container.notices.add_item(
        world.viewer("sup1"), notice_ref=draft, expected_version=version(world, draft), text="另有一项"
    )


def cards(world: World) -> list[str]:
    return [row["ref"] for row in world.rows("SELECT ref FROM notice WHERE kind = 'red_card' ORDER BY id")]


def listing(world: World) -> str:
    """Return the newest draft of a listing."""
    return str(world.rows("SELECT ref FROM notice WHERE kind = 'listing' ORDER BY id DESC LIMIT 1")[0]["ref"])


def version(world: World, ref: str) -> int:
    return int(world.value("SELECT version FROM notice WHERE ref = :ref", ref=ref))


def sign(world: World, ref: str) -> None:
    world.act_on_notice("sup1", ref, "seal")
    world.act_on_notice("boss", ref, "approve")
    world.act_on_notice("sup1", ref, "issue")


def count(world: World) -> tuple[str, str]:
    """Return (status, reason) of the finding that counts."""
    (row,) = world.rows("SELECT status, reason FROM finding WHERE kind = 'listing'")
    return row["status"], row["reason"]


def lines(world: World, ref: str) -> list[str]:
    return [
        row["text"]
        for row in world.rows(
            "SELECT i.text FROM notice_item i JOIN notice n ON n.id = i.notice_id"
            " WHERE n.ref = :ref AND i.struck_at IS NULL ORDER BY i.position", ref=ref,
        )
    ]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_count_stays_out_of_papers_while_any_counted_one_is_contested(world, which):
    contest(world, cards(world)[which])
    sign(world, listing(world))
    assert count(world)[0] == "objected"
    assert lines(world, listing(world)) == ["另有一项"]
    number = world.value("SELECT printed_number FROM notice WHERE ref = :ref", ref=cards(world)[which])
    assert number in count(world)[1]


def test_a_draft_that_says_nothing_else_waits_for_the_decision_and_loses_nothing(world):
    draft = listing(world)
    item = world.value("SELECT max(id) FROM notice_item")
    world.container.notices.strike_item(
        world.viewer("sup1"), notice_ref=draft, expected_version=version(world, draft), item_id=item, reason="略"
    )
    objection = contest(world, cards(world)[0])
    with pytest.raises(CannotIssue):
        world.act_on_notice("sup1", draft, "seal")
    assert count(world)[0] == "waiting"
    decide(world, objection, "reject", by="office1")
    sign(world, draft)
    assert count(world)[0] == "issued"


def test_a_rejected_objection_puts_the_count_back_into_a_draft(world):
    objection = contest(world, cards(world)[0])
    sign(world, listing(world))
    decide(world, objection, "reject", by="office1")
    assert count(world) == ("waiting", "")
    sign(world, listing(world))
    assert count(world)[0] == "issued"
    assert world.container.audits.audit().clean


def test_of_two_counted_papers_contested_the_count_rests_until_both_are_decided(world):
    first, second = (contest(world, ref) for ref in cards(world)[:2])
    sign(world, listing(world))
    decide(world, first, "reject", by="office1")
    assert count(world)[0] == "objected"
    decide(world, second, "reject", by="office1")
    assert count(world)[0] == "waiting"


def test_an_upheld_objection_ends_the_count_for_good(world):
    first, second = (contest(world, ref) for ref in cards(world)[:2])
    sign(world, listing(world))
    world.move_to("2026-03-11", "11:00")
    decide(world, first, "uphold", by="office1")
    assert count(world)[0] == "overturned"
    decide(world, second, "reject", by="office1")
    assert count(world)[0] == "overturned"
    assert world.container.audits.audit().clean


def test_a_voided_paper_is_counted_no_more_when_the_draft_leaves(world):
    world.act_on_notice("office1", cards(world)[1], "void", reason="印错单位")
    sign(world, listing(world))
    status, reason = count(world)
    assert status == "obsolete"
    assert "次数不足" in reason


def test_a_contested_paper_that_is_voided_ends_the_count_that_rested_on_it(world):
    contest(world, cards(world)[1])
    sign(world, listing(world))
    world.act_on_notice("office1", cards(world)[1], "void", reason="印错单位")
    assert count(world)[0] == "obsolete"


def test_a_card_that_was_made_good_meanwhile_is_counted_all_the_same(world):
    ref = cards(world)[2]
    world.act_on_notice("clerk-west", ref, "accept")
    world.act_on_notice("clerk-west", ref, "reply", {"situation": "略", "leader": "主任"})
    world.act_on_notice("sup2", ref, "close", {"checked_on": "2026-03-11", "opinion": "到位"})
    sign(world, listing(world))
    assert count(world)[0] == "issued"
