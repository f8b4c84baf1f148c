"""What cannot be judged or written: alone put back an hour and reported, nobody else delayed, healed by a repair."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from tests.support.kept import standing_world
from tests.support.servers import plain_url
from tests.support.world import World, morning, small_campaign
from tracker.services.escalations import EscalationService

DUE = "2026-03-20"
MEASURES = [
    f"{{key: s1, ordinal: （一）, title: 摸排, text: 略, workflow: survey, units: [各村], due: {{by_date: {DUE}}}}}",
    f"{{key: p1, ordinal: （二）, title: 宣传, text: 略, workflow: publicity, units: [各村], due: {{by_date: {DUE}}}}}",
]
VILLAGES = [f"v{number}" for number in range(1, 8)]
TEN = morning("2026-03-25", "10:00")
HOUR = timedelta(hours=1)


@standing_world()
def world(world: World) -> None:
    """Everybody is late for three working days, and nothing was swept yet."""
    world.load(small_campaign(measures=MEASURES, villages=VILLAGES))
    world.clock.set(TEN)


def in_database(world: World, statement: str, *values: Any) -> Any:
    """Change the database behind the engine's back, as a careless hand would."""
    with psycopg.connect(plain_url(world.database_url)) as connection:
        cursor = connection.execute(statement, values or None)
        found = cursor.fetchone() if cursor.description else None
    return found[0] if found else None


def store_ladder(world: World, content: Any) -> int:
    """Store a ladder version as given and return its id; the standard one when `content` is a function of it."""
    standard = world.value("SELECT content FROM ladder_version WHERE key = 'standard'")
    stored = content(standard) if callable(content) else content
    version: int = in_database(
        world,
        "INSERT INTO ladder_version (key, version, content, content_hash, loaded_at)"
        " VALUES ('poison', 1, %s, md5(random()::text), now()) RETURNING id",
        json.dumps(stored),
    )
    return version


def poison(world: World, content: Any) -> int:
    """Give the finish clock of one task a ladder with this content; return the task's id."""
    task_id: int = world.task("p1", "v4")["id"]
    ladder_id = store_ladder(world, content)
    in_database(
        world, "UPDATE clock SET ladder_version_id = %s WHERE task_id = %s AND name = 'finish'", ladder_id, task_id
    )
    return task_id


def supervising_a_paper_that_is_not(standard: dict[str, Any]) -> dict[str, Any]:
    rungs = [{**rung, "raises": "letter_of_praise"} if rung.get("raises") else rung for rung in standard["rungs"]]
    return {**standard, "rungs": rungs}


def due_in_a_way_that_is_not(standard: dict[str, Any]) -> dict[str, Any]:
    return {**standard, "rungs": [{**rung, "after": "soon"} for rung in standard["rungs"]]}


def finish_fired(world: World, task_id: int) -> int:
    count: int = world.value(
        "SELECT count(*) FROM firing f JOIN clock c ON c.id = f.clock_id WHERE c.name = 'finish' AND f.task_id = :id",
        id=task_id,
    )
    return count


def assert_only_one_was_put_back(world: World, task_id: int) -> None:
    rows = world.rows("SELECT id FROM task WHERE measure_id IS NOT NULL")
    late = {row["id"]: finish_fired(world, row["id"]) for row in rows}
    assert late.pop(task_id) == 0
    assert set(late.values()) == {5}
    put_back = world.value("SELECT next_fire_at FROM clock WHERE task_id = :id AND name = 'finish'", id=task_id)
    assert put_back == world.clock.now() + HOUR
    (incident,) = world.rows("SELECT subject, sentence, times FROM incident WHERE kind = 'unjudgeable'")
    assert "已推迟1小时" in incident["sentence"]
    assert incident["times"] == 1


@pytest.mark.parametrize(
    "content",
    [{"rungs": "none"}, {}, due_in_a_way_that_is_not, supervising_a_paper_that_is_not],
    ids=["no rungs", "empty", "a rung that cannot be judged", "a rung that cannot be written"],
)
@pytest.mark.parametrize("batch", [1, 500])
def test_a_poisonous_clock_is_put_back_an_hour_and_delays_nobody(world: World, content: Any, batch: int) -> None:
    task_id = poison(world, content)
    report = EscalationService(world.container.floor, batch=batch).sweep()
    assert report.deferred == 1
    assert_only_one_was_put_back(world, task_id)


def test_it_is_reported_again_each_hour_in_one_incident_and_fires_once_repaired(world: World) -> None:
    task_id = poison(world, {})
    world.container.escalations.sweep()
    world.clock.set(TEN + HOUR)
    assert world.container.escalations.sweep().deferred == 1
    assert [row["times"] for row in world.rows("SELECT times FROM incident WHERE kind = 'unjudgeable'")] == [2]
    in_database(
        world,
        "UPDATE clock SET ladder_version_id = (SELECT id FROM ladder_version WHERE key = 'standard') WHERE task_id = %s"
        " AND name = 'finish'", task_id,
    )  # fmt: skip
    world.clock.set(TEN + 2 * HOUR)
    world.container.escalations.sweep()
    assert finish_fired(world, task_id) == 5
    report = world.container.audits.audit()
    assert report.clean, report.sentences()


@pytest.mark.parametrize(
    ("table", "condition"),
    [("firing", "task_id <> {id}"), ("finding", "task_id <> {id}"), ("told", "task_id <> {id} OR message <> 'urge'")],
)
def test_a_row_that_the_database_refuses_is_found_by_halving_and_the_rest_commit(
    world: World, table: str, condition: str
) -> None:
    task_id = world.task("p1", "v4")["id"]
    in_database(world, f"UPDATE clock SET next_fire_at = NULL WHERE task_id = {task_id} AND name = 'accept'")
    in_database(world, f"ALTER TABLE {table} ADD CONSTRAINT bad_row CHECK ({condition.format(id=task_id)})")
    assert world.container.escalations.sweep().deferred == 1
    assert_only_one_was_put_back(world, task_id)
    in_database(world, f"ALTER TABLE {table} DROP CONSTRAINT bad_row")
    world.clock.set(TEN + HOUR)
    world.container.escalations.sweep()
    assert finish_fired(world, task_id) == 5
    assert world.container.ledger.verify().faults == ()


def test_two_bad_rows_in_one_batch_are_both_found(world: World) -> None:
    bad = [world.task("p1", "v1")["id"], world.task("s1", "v7")["id"]]
    in_database(world, f"ALTER TABLE firing ADD CONSTRAINT bad_row CHECK (task_id NOT IN ({bad[0]}, {bad[1]}))")
    world.container.escalations.sweep()
    assert {row["task_id"] for row in world.rows("SELECT DISTINCT task_id FROM firing")}.isdisjoint(bad)
    assert world.value("SELECT count(DISTINCT task_id) FROM firing") == 2 * len(VILLAGES) - 2
    clocks = world.rows("SELECT subject FROM incident WHERE kind = 'unjudgeable'")
    assert len(clocks) == 4  # both clocks of both tasks


def test_a_batch_of_one_leaves_the_rest_due_and_the_sweep_goes_on_until_none_is(world: World) -> None:
    due = world.value("SELECT count(*) FROM clock WHERE next_fire_at <= :now", now=TEN)
    report = EscalationService(world.container.floor, batch=1).sweep()
    assert report.claimed >= due == 4 * len(VILLAGES)
    assert world.container.escalations.sweep().fired == 0
    assert world.container.audits.audit().clean
