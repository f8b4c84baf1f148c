"""Every campaign file lived from its first day to its last: each period opens and falls due as reckoned by hand.

The tables were written from the calendar of 2026 and the files, not from the program: working days leave out
清明 (4 to 6 April) and 劳动节 (1 to 5 May) and count Saturday 9 May; printed dates stay where they are printed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from tests.scenarios.rehearsed_tables import DROWNING, ELDERS, FUNDS, Row, rows_of
from tests.support.servers import cloned_database
from tests.support.world import WORKFLOWS, World, morning
from tracker.cli.embedded import RunningServers
from tracker.domain.values import SHANGHAI

#: The three lives together take more than half a minute of a processor.
slow = pytest.mark.slow


def loaded(world: World, name: str) -> World:
    """Load and issue a shipped file, and have nothing said against it."""
    text = (WORKFLOWS / "campaigns" / f"{name}.yaml").read_text(encoding="utf-8")
    ref = world.load(text, issue=False)
    assert world.container.campaigns.check_campaign(ref) == []
    world.container.issuing.issue_campaign(None, campaign_ref=ref, expected_version=1)
    world.container.escalations.sweep()
    return world


def live_until(world: World, day: str) -> None:
    """Sweep at each due moment up to late on a day. Messages stay unsent: they are another scenario's, and cost most."""
    target = morning(day, "23:00")
    while (upcoming := world.container.escalations.next_fire_at()) is not None and upcoming <= target:
        world.clock.set(max(world.clock.now(), upcoming))
        world.container.escalations.sweep()
    world.clock.set(target)
    world.container.escalations.sweep()


@pytest.fixture(scope="module")
def funds(servers: RunningServers) -> Iterator[World]:
    with cloned_database(servers.database_url) as url, World(url, start=morning("2026-01-05")) as world:
        live_until(loaded(world, "funds_chain_county"), "2026-12-31")
        yield world


@pytest.fixture(scope="module")
def elders(servers: RunningServers) -> Iterator[World]:
    with cloned_database(servers.database_url) as url, World(url, start=morning("2026-04-15")) as world:
        live_until(loaded(world, "elder_fraud_county"), "2026-08-31")
        yield world


@pytest.fixture(scope="module")
def drowning(servers: RunningServers) -> Iterator[World]:
    with cloned_database(servers.database_url) as url, World(url, start=morning("2026-03-16")) as world:
        live_until(loaded(world, "drowning_school"), "2026-03-19")
        hazard_found(world)
        live_until(world, "2026-09-30")
        yield world


def hazard_found(world: World) -> None:
    """The logistics group surveys the ponds and finds a broken rail."""
    ref = world.task("m01", "fn-houqin")["ref"]
    world.act("fn-houqin-lianluo", ref, "accept")
    problem = {
        "place": "校外东侧水塘", "kind": "hidden_danger", "risk_grade": "high", "description": "护栏缺了一段。",
        "measure": "补齐护栏，先拉警戒带。", "leader": "后勤组长", "limit_on": "2026-03-27",
    }  # fmt: skip
    survey = {"category": "key_place", "should_check": "6", "checked": "6", "problems": [problem]}
    world.act("fn-houqin-lianluo", ref, "report", survey)


def held(world: World, unit: str) -> list[dict[str, Any]]:
    return world.rows(
        "SELECT m.key, t.period_key, t.opened_at, t.due_on, t.due_at FROM task t JOIN measure m ON m.id = t.measure_id"
        " JOIN unit u ON u.id = t.unit_id WHERE u.key = :unit AND (t.assignment_id IS NOT NULL OR t.tie = 'part')",
        unit=unit,
    )


def table_of(world: World, unit: str) -> list[Row]:
    """Return (measure, period, opens on, due on) of every task of a unit, in the order of the hand-written table."""
    return sorted(
        (row["key"], row["period_key"], f"{row['opened_at'].astimezone(SHANGHAI):%m-%d}", f"{row['due_on']:%m-%d}")
        for row in held(world, unit)
    )


@pytest.mark.parametrize(
    ("name", "first", "tables"),
    [
        ("funds_chain_county", "2026-01-05", FUNDS),
        ("elder_fraud_county", "2026-04-15", ELDERS),
        ("drowning_school", "2026-03-16", DROWNING),
    ],
)
def test_a_shipped_plan_is_issued_and_asks_on_its_first_day_for_what_begins_then(
    fresh_database_url: str, name: str, first: str, tables: dict[str, str]
) -> None:
    with World(fresh_database_url, start=morning(first)) as world:
        loaded(world, name)
        for unit, table in tables.items():
            assert table_of(world, unit) == [row for row in rows_of(table) if row[2] == first[5:]]


@slow
@pytest.mark.parametrize("unit", sorted(FUNDS))
def test_a_year_of_the_funds_plan_asks_for_what_was_reckoned_by_hand(funds: World, unit: str) -> None:
    assert table_of(funds, unit) == rows_of(FUNDS[unit])


@slow
@pytest.mark.parametrize("unit", sorted(ELDERS))
def test_the_overlapping_phases_of_the_elder_plan_ask_for_what_was_reckoned_by_hand(elders: World, unit: str) -> None:
    assert table_of(elders, unit) == rows_of(ELDERS[unit])


@slow
@pytest.mark.parametrize("unit", sorted(DROWNING))
def test_two_terms_and_a_summer_at_school_ask_for_what_was_reckoned_by_hand(drowning: World, unit: str) -> None:
    assert table_of(drowning, unit) == rows_of(DROWNING[unit])


@slow
def test_a_task_opens_in_the_morning_and_ends_at_the_hour_of_its_plan(
    funds: World, elders: World, drowning: World
) -> None:
    for world, unit, hour in (
        (funds, "zj-nongshang", timedelta(hours=24)),
        (elders, "yl-beixi", timedelta(hours=17, minutes=30)),
        (drowning, "fn-401", timedelta(hours=24)),
    ):
        rows = held(world, unit)
        assert {row["opened_at"].astimezone(SHANGHAI).time() for row in rows} == {time(8, 30)}
        midnights = [datetime.combine(row["due_on"], time(), SHANGHAI) for row in rows]
        assert {row["due_at"].astimezone(UTC) - day for row, day in zip(rows, midnights, strict=True)} == {hour}


@slow
def test_a_hazard_found_at_school_becomes_a_rectification_by_itself(drowning: World) -> None:
    (found,) = drowning.rows(
        "SELECT t.* FROM task t WHERE t.parent_id IS NOT NULL AND t.workflow_key = 'rectification'"
    )
    assert (str(found["due_on"]), found["done"]) == ("2026-03-27", False)


@slow
def test_the_shares_of_the_funds_plan_are_those_of_the_seed(funds: World) -> None:
    rows = funds.rows("SELECT cadence, due FROM measure ORDER BY id")
    standing = [row["cadence"] for row in rows if row["cadence"] is not None]
    dated = [row["due"] for row in rows if row["cadence"] is None]
    quarterly = [one for one in standing if one["every"] == "quarter"]
    assert (len(rows), len(quarterly)) == (29, 22)
    assert [one["starts_by"] for one in quarterly if "starts_by" in one] == ["2026-03-31"]
    assert [one for one in standing if one["every"] != "quarter"] == [{"every": "month", "by_day": 25}]
    assert sorted(map(str, dated)) == sorted(
        map(str, [{"by_date": "2026-12-31"}] * 4 + [{"by_date": "2026-03-31"}, {"month_end": "2026-12"}])
    )


@slow
def test_the_audit_finds_nothing_amiss_after_any_of_them(funds: World, elders: World, drowning: World) -> None:
    assert [one.container.audits.audit().clean for one in (funds, elders, drowning)] == [True, True, True]
