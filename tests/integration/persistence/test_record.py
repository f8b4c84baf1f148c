"""What was recorded stays: no code path, and nobody with a database prompt, rewrites it unnoticed. DESIGN.md §3.3, §3.6."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import errors

from tests.support.servers import plain_url
from tests.support.world import World, morning, small_campaign

SURVEY = (
    "{key: s1, ordinal: （一）, title: 摸排, text: 摸排, workflow: survey, units: [各村], due: {by_date: 2026-03-20}}"
)


@pytest.fixture(scope="module")
def world(module_database_url: str) -> Iterator[World]:
    """A campaign that ran late and was sealed once."""
    with World(module_database_url, start=morning("2026-03-02")) as world:
        world.load(small_campaign(measures=[SURVEY]))
        world.move_to("2026-03-27")
        world.container.ledger.seal()
        yield world


@pytest.mark.parametrize("table", ["event", "firing", "seal_leaf"])
@pytest.mark.parametrize("act", ["UPDATE {table} SET {column} = {column}", "DELETE FROM {table}"])
def test_what_was_recorded_is_neither_changed_nor_deleted(world: World, table: str, act: str) -> None:
    column = "stream_id" if table == "seal_leaf" else "id"
    with psycopg.connect(plain_url(world.database_url)) as connection, pytest.raises(errors.RestrictViolation):
        connection.execute(act.format(table=table, column=column))  # type: ignore[call-overload]


def test_the_record_is_not_emptied(world: World) -> None:
    with psycopg.connect(plain_url(world.database_url)) as connection, pytest.raises(errors.RestrictViolation):
        connection.execute("TRUNCATE event CASCADE")


def test_a_production_database_is_not_made_a_sample_and_no_sample_runs_back(world: World) -> None:
    for statement in (
        "UPDATE installation SET is_sample = NOT is_sample",
        "UPDATE installation SET sample_offset = sample_offset - interval '1 day'",
        "DELETE FROM installation",
    ):
        with psycopg.connect(plain_url(world.database_url)) as connection, pytest.raises(errors.RestrictViolation):
            connection.execute(statement)  # type: ignore[call-overload]


def test_a_rung_that_was_recorded_is_not_recorded_again_whatever_a_sweeper_believes(world: World) -> None:
    (known,) = world.rows("SELECT clock_id, task_id, occurrence, rung, rung_name FROM firing ORDER BY id LIMIT 1")
    moment = world.clock.now()
    columns = {
        **{name: [value] for name, value in known.items()}, "cause": ["late"], "act": ["remind"], "fell_due_at": [moment],
    }  # fmt: skip
    with world.container.uows() as uow:
        assert uow.sweeping.insert_firings(columns, now=moment) == {}
        uow.rollback()


def test_an_event_that_was_changed_behind_the_triggers_is_found(world: World) -> None:
    with psycopg.connect(plain_url(world.database_url)) as connection:
        connection.execute("ALTER TABLE event DISABLE TRIGGER USER")
        connection.execute(
            "UPDATE event SET payload = jsonb_set(payload, '{title}', '\"别的\"') WHERE id ="
            " (SELECT min(id) FROM event WHERE kind = 'task.opened')"
        )
        connection.execute("ALTER TABLE event ENABLE TRIGGER USER")
    assert len(world.container.ledger.verify().faults) >= 1
