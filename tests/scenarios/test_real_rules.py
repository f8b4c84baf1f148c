"""Four real rules that differ in kind, replayed row by row on a real database (DOMAIN.md §1.3).

三明 (jump start, each step when the one before was not met), 广元 (counts of cards on one task), 银川 (points behind
scheduled progress, months running), 12345 (催办 the day after, 通报 after five more working days).
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.world import World, morning, small_campaign
from tracker.domain.values import SHANGHAI

START = "2026-03-02"


@pytest.fixture
def world(fresh_database_url: str) -> Iterator[World]:
    with World(fresh_database_url, start=morning(START)) as world:
        yield world


def load(world: World, *measures: str, settings: list[str]) -> None:
    """Issue a campaign of these measures to one village, whose clerk signs for all of it at once."""
    world.load(small_campaign(measures=list(measures), villages=["east"], settings=settings))
    for row in world.rows("SELECT ref FROM task WHERE assignment_id IS NOT NULL ORDER BY id"):
        world.act("clerk-east", row["ref"], "accept")


def measure(key: str, due: str, workflow: str = "publicity", more: str = "") -> str:
    return f"{{key: {key}, ordinal: （一）, title: {key}, text: 略, workflow: {workflow}, units: [各村], due: {{by_date: {due}}}{more}}}"


def raised(world: World) -> list[tuple[str, str, int, int]]:
    """Return (local day, kind of paper, severity, points) of every finding, the earliest first."""
    found = world.rows("SELECT raised_at, kind, severity, points FROM finding ORDER BY id")
    return [(f"{r['raised_at'].astimezone(SHANGHAI):%m-%d}", r["kind"], r["severity"], r["points"]) for r in found]


def issue(world: World, kind: str) -> str:
    """Let people sign the one open draft of a kind; return its ref."""
    ref = world.value(
        "SELECT n.ref FROM notice n JOIN task t ON t.id = n.task_id WHERE n.kind = :kind AND t.state = 'gathering'",
        kind=kind,
    )
    for person, step in (("sup1", "seal"), ("boss", "approve"), ("sup1", "issue")):
        given = INTERVIEW if (kind, step) == ("interview_notice", "seal") else None
        world.act_on_notice(person, ref, step, given)
    world.engine_works()
    return str(ref)


INTERVIEW = {
    "held_on": "2026-12-01",
    "held_hour": "上午9:00",
    "place": "会议室",
    "host": "组长",
    "must_attend": "主要负责人",
}


def assert_clean(world: World) -> None:
    report = world.container.audits.audit()
    assert report.clean, report.sentences()


# -- 三明: 蓝 → 橙 → 红, each because the order before was not met; urgent matters start higher

COLOURS = ["ladders: {standard: three_colours, reply_firmly: three_colours_order}",
           "severity_titles: {3: 蓝色督办, 4: 橙色督办, 5: 红色督办}"]  # fmt: skip


def test_each_colour_follows_when_the_order_before_was_not_met(world):
    load(world, measure("m1", "2026-03-10"), settings=COLOURS)
    world.move_to("2026-03-11")
    assert ("03-11", "supervision_notice", 3, 0) in raised(world)
    blue = issue(world, "supervision_notice")
    world.act_on_notice("clerk-east", blue, "accept")  # the reply is due within five working days, on 03-18
    world.move_to("2026-03-19")
    assert raised(world)[-1] == ("03-19", "supervision_notice", 4, 0)
    orange = issue(world, "supervision_notice")
    world.act_on_notice("clerk-east", orange, "accept")
    world.move_to("2026-03-27")
    assert raised(world)[-1] == ("03-27", "supervision_notice", 5, 0)
    assert_clean(world)


def test_poor_quality_moves_an_order_one_colour_up(world):
    load(world, measure("m1", "2026-03-10"), settings=COLOURS)
    world.move_to("2026-03-11")
    blue = issue(world, "supervision_notice")
    world.act_on_notice("clerk-east", blue, "accept")
    text = world.value("SELECT text FROM notice_item")
    plan = {
        "situation": "略",
        "items.0.item": text,
        "items.0.measure": "略",
        "items.0.leader": "主任",
        "items.0.limit_on": "2026-04-10",
    }
    world.act_on_notice("clerk-east", blue, "reply", plan)
    world.act_on_notice("sup1", blue, "return_reply", reason="未写明原因")
    world.engine_works()
    assert raised(world)[-1] == ("03-11", "supervision_notice", 4, 0)
    assert_clean(world)


@pytest.mark.parametrize(("starts_at", "severity"), [(4, 4), (5, 5)])
def test_a_grave_matter_may_start_at_orange_or_red(world, starts_at, severity):
    load(world, measure("m1", "2026-03-10", more=f", starts_at: {starts_at}"), settings=COLOURS)
    world.move_to("2026-03-11")
    assert raised(world)[0] == ("03-11", "supervision_notice", severity, 0)
    assert_clean(world)


def test_one_matter_one_order(world):
    load(world, measure("m1", "2026-03-10"), measure("m2", "2026-03-10"), settings=COLOURS)
    world.move_to("2026-03-11")
    drafts = world.rows("SELECT id, alone, gathering FROM notice")
    assert [(d["alone"], d["gathering"]) for d in drafts] == [(True, False), (True, False)]
    assert world.value("SELECT max(c) FROM (SELECT count(*) AS c FROM notice_item GROUP BY notice_id) counts") == 1


# -- 广元: two yellow cards on one task → a letter and −1; a red card −2 and an interview

CARDS = ["ladders: {keep_pace: cards_by_progress, standard: cards_when_late, history: cards_counted}"]
PACED = ", schedule: {from: 2026-03-02, to: 2026-06-30}"


@pytest.mark.slow
def test_two_yellow_cards_on_one_task_make_a_letter_and_take_one_point(world):
    load(world, measure("m1", "2026-06-30", "scheduled_work", PACED), settings=CARDS)
    world.move_to("2026-04-01")
    assert raised(world) == [("04-01", "yellow_card", 3, 0)]
    issue(world, "yellow_card")
    assert world.value("SELECT standing FROM unit_standing") == "yellow"
    world.move_to("2026-05-06")  # the check of 30 April is acted on after the holiday
    assert raised(world)[-1] == ("05-06", "yellow_card", 3, 0)
    issue(world, "yellow_card")
    assert raised(world)[-1] == ("05-06", "supervision_notice", 4, 1)
    assert "测黄〔2026〕1号、测黄〔2026〕2号" in world.value("SELECT summary FROM finding ORDER BY id DESC LIMIT 1")
    assert_clean(world)


def test_a_task_that_cannot_be_done_in_time_gets_a_red_card_and_an_interview(world):
    load(world, measure("m1", "2026-03-10"), settings=CARDS)
    world.move_to("2026-03-11")
    mine = [one for one in raised(world) if one[1] != "supervision_notice"]
    assert mine == [("03-11", "red_card", 4, 2), ("03-11", "interview_notice", 4, 0)]
    red = issue(world, "red_card")
    assert world.value("SELECT standing FROM unit_standing") == "red"
    world.act_on_notice("clerk-east", red, "accept")
    world.act_on_notice("clerk-east", red, "reply", {"situation": "略", "leader": "主任"})
    world.act_on_notice("sup2", red, "close", {"checked_on": "2026-03-11", "opinion": "到位"})
    assert world.value("SELECT standing FROM unit_standing") == "yellow"  # one step down, not to normal
    assert_clean(world)


# -- 银川: percentage points behind, checked each month; not begun for three months running

POINTS = ["ladders: {keep_pace: points_behind}"]


def report(world: World, done: int) -> None:
    world.act("clerk-east", world.task("m1", "east")["ref"], "update", {"target": "100", "done": str(done)})


def load_points(world: World) -> None:
    load(world, measure("m1", "2026-08-31", "scheduled_work", ", schedule: {from: 2026-03-02, to: 2026-08-31, milestones: {2026-03-31: 20, 2026-04-30: 40, 2026-05-31: 60, 2026-06-30: 70, 2026-08-31: 100}}"), settings=POINTS)  # fmt: skip


@pytest.mark.slow
def test_each_month_has_the_colour_of_its_points_behind(world):
    load_points(world)
    table = [  # (done by the end of the month, acted on, what is raised)
        ("2026-03-31", 11, "2026-04-01", []),  # 9 points behind: green
        ("2026-04-30", 30, "2026-05-06", [("yellow_card", 3)]),  # exactly 10: yellow
        ("2026-05-31", 30, "2026-06-01", [("yellow_card", 3)]),  # exactly 30: yellow still
        ("2026-06-30", 39, "2026-07-01", [("red_card", 4), ("supervision_letter", 4)]),  # 31: red, and a letter
    ]
    seen = 0
    for last_day, done, acted_on, expected in table:
        world.move_to(last_day, "16:00")
        report(world, done)
        world.move_to(acted_on)
        found = raised(world)
        assert [(kind, severity) for _, kind, severity, _ in found[seen:]] == expected, acted_on
        seen = len(found)
    assert_clean(world)


def test_what_is_reported_after_the_month_belongs_to_the_next_check(world):
    load_points(world)
    world.move_to("2026-04-01", "08:00")
    report(world, 20)
    world.move_to("2026-04-01")
    assert [kind for _, kind, _, _ in raised(world)] == ["yellow_card"]  # at the end of March it was 0 of 20
    world.move_to("2026-05-06")
    assert [kind for _, kind, _, _ in raised(world)] == ["yellow_card", "yellow_card"]  # 20 of 40 at the end of April
    assert_clean(world)


@pytest.mark.slow
def test_three_months_not_begun_make_it_red_unless_there_is_a_good_cause(world):
    load_points(world)
    world.move_to("2026-06-01")
    found = [(day, kind) for day, kind, _, _ in raised(world)]
    # 20 behind and not begun: one yellow card, not two. 40 and 60 behind: red each month.
    assert found[:1] == [("04-01", "yellow_card")]
    assert [one for one in found if one[0] == "06-01"] == [("06-01", "red_card"), ("06-01", "supervision_letter")]
    skipped = world.rows("SELECT rung_name FROM firing WHERE act = 'skip' ORDER BY id")
    assert [one["rung_name"] for one in skipped] == ["yellow_not_started"] * 2 + [
        "red_not_started",
        "yellow_not_started",
    ]
    assert_clean(world)


# -- a unit of another line: written to, not ordered

BY_LETTER = ["ladders: {standard: supervise_by_letter}"]


def test_a_unit_of_another_line_is_written_to_twice_and_neither_called_in_nor_ordered(world):
    load(world, measure("m1", "2026-03-10"), settings=BY_LETTER)
    world.move_to("2026-04-10")
    assert raised(world) == [("03-13", "supervision_letter", 3, 0), ("03-20", "supervision_letter", 4, 0)]
    drafts = world.rows("SELECT title, body FROM notice ORDER BY id")
    assert all(row["title"].endswith("督办函") and "贵单位" in row["body"] and "函复" in row["body"] for row in drafts)
    assert_clean(world)


# -- 12345: a written 催办 the day after, a 通报 when five more working days have gone by

HOTLINE = ["ladders: {standard: hotline}"]


def test_urged_in_writing_the_day_after_and_named_after_five_more_working_days(world):
    load(world, measure("m1", "2026-03-10"), settings=HOTLINE)
    world.move_to("2026-03-10")
    assert raised(world) == []
    world.move_to("2026-03-17")
    assert raised(world) == [("03-11", "urge_notice", 2, 0)]
    world.move_to("2026-03-18")
    assert raised(world) == [("03-11", "urge_notice", 2, 0), ("03-18", "circular", 4, 0)]
    assert_clean(world)
