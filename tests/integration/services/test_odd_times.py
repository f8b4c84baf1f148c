"""A host in another time zone, a clock that goes backwards, a leap day: each rung once, at its Shanghai moment."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime, timedelta

import psycopg
import pytest

from tests.support.kept import standing_world
from tests.support.servers import plain_url
from tests.support.world import World, morning, small_campaign
from tracker.domain.values import SHANGHAI
from tracker.settings import CHECKOUT

VILLAGES = ["east", "west"]
ZONES = ["America/Los_Angeles", "Pacific/Kiritimati"]


def publicity(due: str) -> str:
    return f"{{key: p1, ordinal: （一）, title: 宣传, text: 略, workflow: publicity, units: [各村], due: {{by_date: {due}}}}}"


@standing_world()
def world(world: World) -> None:
    world.load(small_campaign(measures=[publicity("2026-03-20")], villages=VILLAGES))


def fired(world: World, clock: str = "finish") -> list[str]:
    """Return the rungs of one village's clock, each with its Shanghai moment."""
    rows = world.rows(
        "SELECT f.rung_name, f.fell_due_at FROM firing f JOIN clock c ON c.id = f.clock_id JOIN task t ON t.id = c.task_id"
        " JOIN unit u ON u.id = t.unit_id JOIN measure m ON m.id = t.measure_id"
        " WHERE u.key = 'east' AND m.key = 'p1' AND c.name = :clock ORDER BY f.fell_due_at, f.id",
        clock=clock,
    )
    return [f"{row['rung_name']} {row['fell_due_at'].astimezone(SHANGHAI):%m-%d %H:%M}" for row in rows]


def assert_whole(world: World) -> None:
    report = world.container.audits.audit()
    assert report.clean, report.sentences()
    assert world.container.ledger.verify().faults == ()


def sweep_elsewhere(world: World, zone: str, *moments: datetime) -> None:
    """Sweep at moments in a process whose host stands in another zone."""
    subprocess.run(
        [sys.executable, "-m", "tests.faults.sweeping_child", world.database_url, *(one.isoformat() for one in moments)],
        cwd=CHECKOUT, env={**os.environ, "TZ": zone, "PYTHONPATH": str(CHECKOUT)}, check=True,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("zone", ZONES)
def test_a_host_and_a_database_in_another_zone_fire_at_the_shanghai_minute(world: World, zone: str) -> None:
    with psycopg.connect(plain_url(world.database_url), autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {connection.info.dbname} SET timezone TO '{zone}'")
    minute_before, minute = morning("2026-03-23", "09:09"), morning("2026-03-23", "09:10")
    sweep_elsewhere(world, zone, minute_before, minute)
    assert fired(world)[-2:] == ["remind_on_day 03-20 09:10", "urge_1 03-23 09:10"]
    at = "SELECT DISTINCT fired_at FROM firing WHERE rung_name = :rung"
    assert world.value(at, rung="remind_on_day") == minute_before
    assert world.value(f"{at} AND fell_due_at = :moment", rung="urge_1", moment=minute) == minute
    late = "SELECT DISTINCT t.facts ->> 'working_days_late' FROM told t JOIN firing f ON t.cause = 'firing:' || f.id"
    assert world.value(f"{late} WHERE f.rung_name = 'urge_1' AND f.fell_due_at = :moment", moment=minute) == "1"
    world.clock.set(minute)
    assert_whole(world)


@pytest.mark.slow
def test_a_clock_that_goes_back_fires_nothing_twice_and_nobodys_act_in_between_looks_too_early(world: World) -> None:
    world.move_to("2026-03-20", "09:10")
    before, sent = fired(world), len(world.mail.sent)
    assert before[-1] == "remind_on_day 03-20 09:10"
    world.clock.set(world.clock.now() - timedelta(hours=2))
    world.engine_works()
    world.act("clerk-east", world.task("p1", "east")["ref"], "accept")
    assert fired(world) == before
    assert len(world.mail.sent) == sent
    assert_whole(world)
    world.move_to("2026-03-23", "10:00")
    assert fired(world) == [*before, "urge_1 03-23 09:10"]
    assert_whole(world)


@pytest.mark.slow
def test_a_leap_day_is_a_due_day_with_rungs_and_ends_its_month(fresh_database_url: str) -> None:
    monthly = "{key: m1, ordinal: （二）, title: 月报, text: 略, workflow: return, units: [各村], cadence: {every: month, by_day: 30}}"
    measures = [publicity("2028-02-29"), monthly]
    with World(fresh_database_url, start=morning("2028-02-01")) as world:
        world.load(small_campaign(measures=measures, villages=VILLAGES, starts_on="2028-02-01", ends_on="2028-06-30"))
        world.act("clerk-east", world.task("p1", "east")["ref"], "accept")
        world.move_to("2028-03-02")
        assert fired(world)[-3:] == [
            "remind_1_before 02-28 09:10", "remind_on_day 02-29 09:10", "urge_1 03-01 09:10",
        ]  # fmt: skip
        months = world.rows(
            "SELECT DISTINCT period_key, due_on FROM task WHERE period_key IS NOT NULL AND title LIKE '月报%' ORDER BY 1"
        )
        assert [(row["period_key"], f"{row['due_on']:%m-%d}") for row in months] == [
            ("2028-02", "02-29"), ("2028-03", "03-30"),
        ]  # fmt: skip
        assert_whole(world)
