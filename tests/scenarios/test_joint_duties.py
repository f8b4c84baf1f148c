"""A spring of joint work: a lead with three supporters, a township with five villages, and a new date from above."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.support.kept import standing_world
from tests.support.world import World, small_campaign
from tracker.domain.changing import Edit
from tracker.domain.deadlines import DueByDate
from tracker.services.handing import Wanted

VILLAGES = ("one", "two", "three", "four", "five")
CLEARING = (
    "{key: clearing, ordinal: （一）, title: 联合清查, text: 清查一次。, workflow: return, lead: one,"
    " support: [two, three, four], due: {by_date: 2026-03-20}}"
)
COUNTING = (
    "{key: counting, ordinal: （二）, title: 出租房屋排查, text: 逐户排查。, workflow: survey, units: [town],"
    " due: {by_date: 2026-03-20}}"
)
TOWN = """
  - {key: clerk-town, name: clerk-town, email: t@example.invalid, posts: [{role: liaison, unit: town}]}
  - {key: head-town, name: head-town, email: h@example.invalid, posts: [{role: head, unit: town}]}
measures:"""


@standing_world()
def world(one: World) -> None:
    text = small_campaign(measures=[CLEARING, COUNTING], villages=VILLAGES)
    one.load(text.replace("\nmeasures:", TOWN, 1))


def tied(world: World, unit: str, tie: str) -> dict[str, Any]:
    (row,) = world.rows(
        "SELECT t.* FROM task t JOIN unit u ON u.id = t.unit_id WHERE t.tie = :tie AND u.key = :unit",
        tie=tie,
        unit=unit,
    )
    return row


@pytest.mark.slow
def test_lateness_stays_where_it_arose_and_a_new_date_goes_all_the_way_down(world: World) -> None:
    lead, upper = world.task("clearing", "one")["ref"], world.task("counting", "town")["ref"]
    world.act("clerk-one", lead, "accept")
    world.act("clerk-town", upper, "accept")
    units = [str(world.value("SELECT id FROM unit WHERE key = :k", k=key)) for key in VILLAGES]
    world.container.handing.hand_down(
        world.viewer("clerk-town"), task_ref=upper, expected_version=2, wanted=Wanted(units, "2026-03-13", "逐户查")
    )
    for unit in VILLAGES:
        world.act(f"clerk-{unit}", tied(world, unit, "share")["ref"], "accept")

    # The county moves the whole matter by two weeks: everything below keeps its distance.
    world.move_to("2026-03-10")
    edits = tuple(Edit("redate", key, due=DueByDate(date(2026, 4, 3))) for key in ("clearing", "counting"))
    world.container.changes.apply(
        world.viewer("office1"), campaign_ref=world.campaign_ref, expected_version=2, wish=edits, reason="县里统一延后"
    )
    assert {str(tied(world, unit, "part")["due_on"]) for unit in ("two", "three", "four")} == {"2026-04-03"}
    assert {str(tied(world, unit, "share")["due_on"]) for unit in VILLAGES} == {"2026-03-27"}

    # Two supporters and four villages are in time; the lead and the township as well.
    world.move_to("2026-03-26")
    for unit in ("two", "three"):
        world.act(f"clerk-{unit}", tied(world, unit, "part")["ref"], "confirm", {"note": "已办。"})
    for unit in VILLAGES[:4]:
        share = tied(world, unit, "share")["ref"]
        world.act(f"clerk-{unit}", share, "report", {"category": "rental", "should_check": "25", "checked": "25"})
        world.act("head-town", share, "approve")
    report = {"title": "清查", "as_of": "2026-03-26", "summary": "已清查。", "actions": "1", "problems_found": "0"}
    world.act("clerk-one", lead, "report", report)
    world.act("clerk-town", upper, "report", {"category": "rental", "should_check": "100", "checked": "100"})
    world.move_to("2026-04-15")

    found = world.rows(
        "SELECT DISTINCT u.key, t.tie FROM finding f JOIN task t ON t.id = f.task_id JOIN unit u ON u.id = f.unit_id"
        " ORDER BY u.key"
    )
    assert [(row["key"], row["tie"]) for row in found] == [("five", "share"), ("four", "part")]
    old = world.rows("SELECT f.id FROM firing f JOIN clock c ON c.id = f.clock_id WHERE f.occurrence < c.occurrence"
                     " AND f.fired_at > '2026-03-10T03:00Z'")  # fmt: skip
    assert old == []
    assert world.container.audits.audit().clean

    # The lead's task ends: the late part ends with it and is no longer chased.
    world.act("sup1", lead, "approve")
    assert tied(world, "four", "part")["state"] == "lapsed"
    assert tied(world, "two", "part")["state"] == "settled"
