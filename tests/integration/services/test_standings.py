"""Where a unit stands: cards are signed by people, counted in an order, taken down by what is made good."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from tests.support.racing import WITHIN
from tests.support.world import World, morning, small_campaign
from tracker.domain.errors import InvalidInput, NotAllowed, NotFound, StaleVersion
from tracker.domain.permissions import Viewer
from tracker.domain.values import Actor, Post, Role
from tracker.persistence.queries.unit_record import read_unit_record

START = "2026-03-02"
COUNTED = ["ladders: {standard: cards_when_late, history: cards_counted}"]


def measure(key: str, due: str = "2026-03-10") -> str:
    return f"{{key: {key}, ordinal: （一）, title: {key}, text: 略, workflow: publicity, units: [各村], due: {{by_date: {due}}}}}"


@pytest.fixture
def world(fresh_database_url: str) -> Iterator[World]:
    """Three duties are late at one village; three red cards are drafted, each alone."""
    with World(fresh_database_url, start=morning(START)) as world:
        world.load(small_campaign(measures=[measure(f"m{n}") for n in (1, 2, 3)], villages=["east"], settings=COUNTED))
        for row in world.rows("SELECT ref FROM task WHERE assignment_id IS NOT NULL ORDER BY id"):
            world.act("clerk-east", row["ref"], "accept")
        world.move_to("2026-03-11")
        yield world


def red_drafts(world: World) -> list[str]:
    return [row["ref"] for row in world.rows("SELECT ref FROM notice WHERE kind = 'red_card' ORDER BY id")]


def standing(world: World) -> str:
    return str(world.value("SELECT standing FROM unit_standing"))


def sign(world: World, ref: str, *, issue: bool = True) -> None:
    world.act_on_notice("sup1", ref, "seal")
    world.act_on_notice("boss", ref, "approve")
    if issue:
        world.act_on_notice("sup1", ref, "issue")


def make_good(world: World, ref: str) -> None:
    world.act_on_notice("clerk-east", ref, "accept")
    world.act_on_notice("clerk-east", ref, "reply", {"situation": "略", "leader": "主任"})
    world.act_on_notice("sup2", ref, "close", {"checked_on": "2026-03-11", "opinion": "到位"})


def test_a_draft_changes_nothing_until_it_is_issued(world):
    (first, *_) = red_drafts(world)
    world.act_on_notice("sup1", first, "seal")
    world.act_on_notice("boss", first, "approve")
    assert world.rows("SELECT * FROM unit_standing") == []
    world.act_on_notice("sup1", first, "issue")
    assert standing(world) == "red"


def test_made_good_it_falls_one_step_when_no_other_card_holds_it_up(world):
    first, second, _ = red_drafts(world)
    sign(world, first)
    sign(world, second)
    make_good(world, first)
    assert standing(world) == "red"
    make_good(world, second)
    assert standing(world) == "yellow"
    changes = world.rows("SELECT payload FROM event WHERE kind = 'standing.changed' ORDER BY id")
    assert [(c["payload"]["from"], c["payload"]["to"]) for c in changes] == [("normal", "red"), ("red", "yellow")]
    assert world.container.ledger.verify().faults == ()


def test_a_voided_card_leaves_no_mark_and_counts_no_more(world):
    first, second, third = red_drafts(world)
    sign(world, first)
    world.act_on_notice("boss", first, "void", reason="印错单位")
    assert standing(world) == "normal"
    sign(world, second)
    sign(world, third)
    world.engine_works()
    assert world.value("SELECT count(*) FROM notice WHERE kind = 'listing'") == 0
    assert world.container.audits.audit().clean


@pytest.mark.slow
def test_three_red_cards_running_draft_a_listing_with_its_own_term_and_acceptance(world):
    for ref in red_drafts(world):
        sign(world, ref)
    world.engine_works()
    listing = world.value("SELECT ref FROM notice WHERE kind = 'listing'")
    sign(world, listing)
    assert standing(world) == "listed"
    world.act_on_notice("clerk-east", listing, "accept")
    plan = {"situation": "略", "measures": "略", "leader": "书记", "finish_on": "2026-12-31"}
    world.act_on_notice("clerk-east", listing, "reply", plan)
    world.act_on_notice("sup1", listing, "confirm_plan")
    due = world.value(
        "SELECT due_on FROM clock k JOIN notice n ON n.task_id = k.task_id WHERE n.ref = :ref AND k.name = 'rectify'",
        ref=listing,
    )
    assert due.isoformat() == "2027-03-11"  # a year at most
    for ref in red_drafts(world):
        make_good(world, ref)
    world.act_on_notice("clerk-east", listing, "apply", {"results": "略"})
    world.act_on_notice("sup2", listing, "fail_acceptance", reason="台账不实")
    assert standing(world) == "listed"
    world.act_on_notice("clerk-east", listing, "apply", {"results": "略"})
    world.act_on_notice("sup2", listing, "close", {"checked_on": "2026-03-11", "method": "现场核查", "opinion": "合格"})
    assert standing(world) == "released"
    assert world.container.audits.audit().clean


def test_papers_issued_at_the_same_time_have_one_order_and_are_counted_once(world):
    refs = red_drafts(world)
    for ref in refs:
        sign(world, ref, issue=False)
    versions = {ref: world.value("SELECT version FROM notice WHERE ref = :ref", ref=ref) for ref in refs}
    viewer, together, failed = world.viewer("sup1"), threading.Barrier(len(refs)), []

    def issue(ref: str) -> None:
        together.wait(WITHIN)
        try:
            world.container.notices.apply_transition(
                viewer, notice_ref=ref, transition="issue", expected_version=versions[ref]
            )
        except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
            failed.append(error)

    threads = [threading.Thread(target=issue, args=(ref,)) for ref in refs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WITHIN)
    assert failed == []
    assert [row["place"] for row in world.rows("SELECT place FROM notice WHERE place IS NOT NULL ORDER BY place")] == [
        1,
        2,
        3,
    ]
    sweeps = [threading.Thread(target=world.container.escalations.sweep) for _ in range(3)]
    for thread in sweeps:
        thread.start()
    for thread in sweeps:
        thread.join(WITHIN)
    assert world.value("SELECT count(*) FROM firing WHERE rung_name = 'listing'") == 1
    assert world.container.audits.audit().clean


def test_what_no_card_holds_up_a_leader_may_take_down_with_a_reason(world):
    first, *_ = red_drafts(world)
    sign(world, first)
    unit = world.value("SELECT unit_id FROM unit_standing")

    def lift(person: str, version: int, reason: str = "已连续两个月达标") -> str:
        return world.container.standings.lift(
            world.viewer(person), unit_id=unit, campaign_ref=world.campaign_ref, expected_version=version, reason=reason
        )

    version = world.value("SELECT version FROM unit_standing")
    with pytest.raises(InvalidInput):
        lift("boss", version)  # the card still holds it
    make_good(world, first)
    version = world.value("SELECT version FROM unit_standing")
    with pytest.raises(NotAllowed):
        lift("clerk-east", version)
    with pytest.raises(StaleVersion):
        lift("boss", version - 1)
    with pytest.raises(InvalidInput):
        lift("boss", version, reason=" ")
    assert lift("boss", version) == "normal"
    with pytest.raises(NotFound):
        world.container.standings.lift(
            world.viewer("boss"), unit_id=unit + 999, campaign_ref=world.campaign_ref, expected_version=1, reason="略"
        )


def test_who_has_no_part_in_a_campaign_reads_the_change_and_not_the_paper_behind_it(world):
    world.load(
        small_campaign(measures=[measure("m9", "2026-05-20")], villages=["east"])
        .replace("key: test_campaign", "key: second_campaign")
        .replace("title: 测试专项行动", "title: 第二专项行动")
    )  # fmt: skip
    (first, *_) = red_drafts(world)
    sign(world, first)
    office, second = world.rows(
        "SELECT o.unit_id, c.id FROM campaign c JOIN office o ON o.id = c.office_id ORDER BY c.id"
    )
    unit = world.value("SELECT id FROM unit WHERE key = 'east'")

    def read(campaign_id):
        viewer = Viewer(Actor(7, "x", (Post(7, 7, office["unit_id"], Role.LEADER, campaign_id),)))
        with world.container.reading() as session:
            return read_unit_record(
                session, viewer, unit, now=world.clock.now(), calendar=world.container.calendars.newest()
            )

    whole, other = read(None), read(second["id"])
    assert whole.steps[0]["payload"]["notice"] == first
    assert whole.steps[0]["payload"]["number"]
    assert (other.steps[0]["payload"]["from"], other.steps[0]["payload"]["to"]) == ("normal", "red")
    assert not {"notice", "number", "reason"} & other.steps[0]["payload"].keys()
    assert other.papers == []
