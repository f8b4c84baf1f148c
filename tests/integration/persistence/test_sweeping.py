"""What a sweep leaves behind does not slow down the next look."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest

from tests.support.servers import plain_url
from tests.support.world import World, morning, small_campaign

SURVEY = (
    "{key: s1, ordinal: （一）, title: 摸排, text: 摸排, workflow: survey, units: [各村], due: {by_date: 2026-03-20}}"
)
VACUUMED = "SELECT last_vacuum IS NOT NULL FROM pg_stat_user_tables WHERE relname = 'clock'"


@pytest.fixture
def world(fresh_database_url: str) -> Iterator[World]:
    with World(fresh_database_url, start=morning("2026-03-02")) as world:
        world.load(small_campaign(measures=[SURVEY]))
        world.move_to("2026-03-27")
        yield world


def test_the_clocks_are_tidied_up_beside_any_transaction_that_runs(world: World) -> None:
    assert not world.value(VACUUMED)
    with world.container.uows() as acting:
        acting.tasks.find_many([world.value("SELECT min(id) FROM task")], lock=True)
        with world.container.uows() as uow:
            assert uow.sweeping.tidy()
    assert world.value(VACUUMED)


def test_a_reader_that_stands_still_on_the_index_does_not_hold_up_the_sweep(world: World) -> None:
    with psycopg.connect(plain_url(world.database_url)) as reader:
        reader.execute("SET enable_seqscan = off; SET enable_indexscan = off; SET enable_bitmapscan = off")
        with reader.cursor("still") as cursor:
            cursor.execute("SELECT task_id FROM clock ORDER BY task_id, name")
            assert cursor.fetchone()
            with world.container.uows() as uow:
                assert not uow.sweeping.tidy(within=timedelta(seconds=1))
    with world.container.uows() as uow:
        assert uow.sweeping.tidy(within=timedelta(seconds=20))
