"""Six months of a campaign: every message, draft and finding is in the hand-written table, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.scenarios.campaign import MEASURES, VILLAGES, campaign_text
from tests.scenarios.cast import PROBLEM, Cast, all_but
from tests.scenarios.expected import WEEKS, expected_rows
from tests.scenarios.reading import difference, happened, mailed, weekly
from tests.support.servers import cloned_database
from tests.support.world import World, morning
from tracker.cli.embedded import RunningServers
from tracker.domain.errors import CannotIssue, InvalidInput

KEYS = [key for key, _, _ in MEASURES]
SUPERVISION, INTERVIEW = "supervision_notice", "interview_notice"


@pytest.fixture(scope="module")
def world(servers: RunningServers) -> Iterator[World]:
    """The six months, lived once; the tests below only look."""
    with cloned_database(servers.database_url) as url, World(url, start=morning("2026-03-02")) as world:
        world.load(campaign_text())
        march(world, Cast(world))
        april(world, Cast(world))
        may(world, Cast(world))
        june(world, Cast(world))
        july(world, Cast(world))
        world.move_to("2026-08-31", "18:00")
        yield world


def march(world: World, cast: Cast) -> None:
    world.move_to("2026-03-02", "10:00")
    cast.accept(all_but("west"), KEYS)
    cast.accept(["west"], KEYS[1:])
    world.move_to("2026-03-05", "10:00")
    cast.accept(["west"], ["s1"])
    world.move_to("2026-03-12", "10:00")
    for unit in VILLAGES:
        cast.report(unit, "s1", **(PROBLEM if unit == "east" else {}))
        cast.report(unit, "p1")
    world.move_to("2026-03-13", "10:00")
    cast.approve(VILLAGES, ["s1"])
    cast.approve(all_but("south"), ["p1"])
    world.act("sup", cast.ref("south", "p1"), "return", reason="没有写场次")
    world.move_to("2026-03-16", "10:00")
    cast.report("south", "p1")
    world.move_to("2026-03-17", "10:00")
    world.act("sup", cast.ref("south", "p1"), "return", reason="场次与人次对不上")
    world.engine_works()
    paper = cast.issue_paper("south", SUPERVISION, "2026-03-17")
    world.move_to("2026-03-17", "14:00")
    world.act_on_notice("clerk-south", paper, "accept")
    world.move_to("2026-03-19", "10:00")
    cast.reply("south", paper, limit_on="2026-03-31")
    cast.report("south", "p1")
    world.move_to("2026-03-20", "10:00")
    world.act_on_notice("sup", paper, "close")
    cast.approve(["south"], ["p1"])
    world.move_to("2026-03-25", "10:00")
    for unit in VILLAGES:
        cast.report(unit, "r1")
    cast.report("south", "DD3/r")


def april(world: World, cast: Cast) -> None:
    world.move_to("2026-03-26", "10:00")
    for unit in all_but("north"):
        cast.sign_off(unit, "r1")
    cast.sign_off("south", "DD3/r")
    cast.fail_recheck("north", "r1")
    world.engine_works()
    paper = cast.issue_paper("north", SUPERVISION, "2026-03-26")
    world.move_to("2026-03-26", "14:00")
    world.act_on_notice("clerk-north", paper, "accept")
    world.move_to("2026-04-08", "10:00")
    cast.reply("north", paper, limit_on="2026-04-24")
    cast.report("north", "r1")
    cast.report("east", "s1/r")
    world.move_to("2026-04-09", "10:00")
    world.act_on_notice("sup", paper, "close")
    cast.sign_off("north", "r1")
    cast.sign_off("east", "s1/r")
    world.move_to("2026-04-13", "10:00")
    cast.discard("north", INTERVIEW)
    world.move_to("2026-04-20", "10:00")
    for unit in all_but("hill"):
        cast.report(unit, "s2")
    for unit in all_but("hill", "lake"):
        cast.report(unit, "t1")
    for unit in ("east", "north", "hill"):
        cast.report(unit, "p2")
    cast.report("north", "DD3/r")
    world.move_to("2026-04-21", "10:00")
    cast.approve(all_but("hill"), ["s2"])
    cast.approve(all_but("hill", "lake"), ["t1"])
    cast.approve(["east", "north", "hill"], ["p2"])
    cast.sign_off("north", "DD3/r")
    world.move_to("2026-04-27", "10:00")
    cast.extend("hill", "s2", "2026-05-20")
    world.move_to("2026-04-28", "10:00")
    cast.extend("lake", "t1", "2026-05-20")
    world.move_to("2026-04-29", "10:00")
    cast.decide_extension("hill", "s2", reason="理由不充分")
    cast.decide_extension("lake", "t1", granted_on="2026-05-15")


def may(world: World, cast: Cast) -> None:
    world.move_to("2026-05-06", "10:00")
    with pytest.raises(InvalidInput) as refused:
        cast.extend("hill", "s2", "2026-05-20")
    assert "期限届满后不能申请延期" in refused.value.problems[0].sentence
    cast.report("hill", "s2")
    world.move_to("2026-05-11", "10:00")
    cast.report("hill", "t1")
    world.move_to("2026-05-11", "14:00")
    cast.approve(["hill"], ["s2", "t1"])
    world.move_to("2026-05-13", "10:00")
    cast.report("lake", "t1")
    world.move_to("2026-05-14", "10:00")
    cast.approve(["lake"], ["t1"])
    world.move_to("2026-05-20", "10:00")
    cast.report("lake", "p2")
    world.act("office1", cast.ref("lake", "p2"), "withdraw", reason="该村已并入镇上统一宣传")
    world.move_to("2026-05-25", "10:00")
    ref = cast.ref("west", "r2")
    world.container.escalations.order_rung(
        world.viewer("boss"), task_ref=ref, expected_version=cast.version(ref), rung_name="interview", reason="批示约谈"
    )
    world.move_to("2026-05-26", "10:00")
    cast.discard("west", INTERVIEW)


def june(world: World, cast: Cast) -> None:
    world.move_to("2026-06-01", "10:00")
    world.container.people.record_leaving(world.person_ids["clerk-west"], by=None)
    world.move_to("2026-06-10", "10:00")
    for unit in all_but("north"):
        cast.look_back(unit, "r1")
    cast.look_back("south", "DD3/r")
    world.move_to("2026-06-16", "10:00")
    cast.report("west", "p2", by="head-west")
    world.move_to("2026-06-17", "10:00")
    cast.approve(["west"], ["p2"])
    world.move_to("2026-06-24", "10:00")
    cast.report("south", "p2")
    world.move_to("2026-06-25", "10:00")
    cast.approve(["south"], ["p2"])
    with pytest.raises(CannotIssue):
        world.act_on_notice("sup", cast.draft("south", SUPERVISION), "seal")
    cast.discard("south", SUPERVISION)
    cast.look_back("north", "r1")
    cast.look_back("north", "DD3/r")
    world.act("sup", cast.ref("east", "s1/r"), "relapse", reason="又有三户没有登记")
    world.move_to("2026-06-30", "10:00")
    cast.report("east", "s1/r")


def july(world: World, cast: Cast) -> None:
    world.move_to("2026-07-01", "10:00")
    cast.fail_recheck("east", "s1/r")
    world.move_to("2026-07-02", "10:00")
    cast.discard("east", SUPERVISION)
    cast.report("east", "s1/r")
    world.move_to("2026-07-03", "10:00")
    cast.sign_off("east", "s1/r")
    world.move_to("2026-07-20", "10:00")
    for unit in VILLAGES:
        by = "head-west" if unit == "west" else ""
        cast.report(unit, "r2", by=by)
        cast.report(unit, "t2", by=by)
    world.move_to("2026-07-21", "10:00")
    for unit in VILLAGES:
        cast.sign_off(unit, "r2")
    cast.approve(VILLAGES, ["t2"])


@pytest.mark.slow
def test_everything_told_and_raised_is_in_the_table_and_nothing_else(world: World) -> None:
    shown = difference(expected_rows(), happened(world))
    assert not shown, f"what happened differs from tests/scenarios/expected.py:\n{shown}"


def test_each_person_gets_one_mail_a_moment_and_all_that_is_worth_sending(world: World) -> None:
    first_day = [("03-02 08:30", f"clerk-{unit}") for unit in VILLAGES]
    rows = [row.split(" | ") for row in expected_rows()]
    sent = [(at, who) for at, who, what in rows if who not in ("finding", "incident") and "†" not in what]
    assert mailed(world) == sorted(first_day + sent + leaders_weeks())


def test_the_leader_is_told_of_each_week_on_its_first_day_of_work(world: World) -> None:
    assert weekly(world) == leaders_weeks()


def leaders_weeks() -> list[tuple[str, str]]:
    return [(f"{day} 08:30", "boss") for day in WEEKS.split()]


def test_the_record_of_six_months_recomputes_without_omission(world: World) -> None:
    report = world.container.audits.audit()
    assert report.clean, report.sentences()
    assert report.late == 0


def test_the_chains_of_six_months_verify(world: World) -> None:
    world.container.ledger.seal()
    assert world.container.ledger.verify().faults == ()


def test_each_draft_was_opened_by_a_finding_of_the_table(world: World) -> None:
    opened = sum(" new " in row for row in expected_rows())
    assert world.value("SELECT count(*) FROM notice") == opened
    assert world.value("SELECT count(*) FROM notice WHERE gathering") == 0
