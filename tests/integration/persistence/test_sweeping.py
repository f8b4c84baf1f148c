"""What a sweep leaves behind does not slow down the next look."""

from __future__ import annotations

from tests.support.world import World, morning, small_campaign

SURVEY = (
    "{key: s1, ordinal: （一）, title: 摸排, text: 摸排, workflow: survey, units: [各村], due: {by_date: 2026-03-20}}"
)
VACUUMED = "SELECT last_vacuum IS NOT NULL FROM pg_stat_user_tables WHERE relname = 'clock'"


def test_the_clocks_are_tidied_up_beside_any_transaction_that_runs(fresh_database_url: str) -> None:
    with World(fresh_database_url, start=morning("2026-03-02")) as world:
        world.load(small_campaign(measures=[SURVEY]))
        world.move_to("2026-03-27")
        assert not world.value(VACUUMED)
        with world.container.uows() as acting:
            acting.sweeping.next_moment()
            with world.container.uows() as uow:
                uow.sweeping.tidy()
        assert world.value(VACUUMED)
