"""Whoever decides about a running campaign holds it against other decisions, and lets its tasks go on meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event as listening
from sqlalchemy import text

from tests.support.kept import standing_world
from tests.support.world import World, small_campaign

MEASURE = (
    "{key: s1, ordinal: （一）, title: 摸排, text: 摸排, workflow: survey, units: [各村], due: {by_date: 2026-03-20}}"
)
HAPPENED = {"kind": "fire", "unit": "west", "occurred_on": "2026-03-02", "count": "1"}


@standing_world()
def world(world: World) -> None:
    world.load(small_campaign(measures=[MEASURE], villages=("west",), settings=("occurrences: {fire: 火灾}",)))
    world.move_to("2026-04-01", "09:00")
    world.container.ledger.seal()


def record(world: World) -> None:
    world.container.occurrences.record(world.viewer("sup1"), campaign_ref=world.campaign_ref, given=HAPPENED)


def draw(world: World) -> None:
    with pytest.raises(Exception, match="没有销号的整改事项"):
        world.container.sampling.draw(world.viewer("sup1"), campaign_ref=world.campaign_ref, month_key="2026-03")


def switch(world: World) -> None:
    world.container.digests.switch(world.viewer("boss"), campaign_ref=world.campaign_ref, on=False)


@pytest.mark.parametrize("decide", [record, draw, switch])
def test_a_task_may_be_opened_while_the_campaign_is_decided_about(
    world: World, decide: Callable[[World], None]
) -> None:
    with world.container.uows() as uow:
        engine = uow.session.get_bind()
    asked: list[bool] = []

    def point_to_it(*given: Any) -> None:
        """Do what a new row that points to the campaign does, on another connection, without waiting."""
        if "FROM campaign" not in given[2] or "FOR " not in given[2] or asked:
            return
        asked.append(True)
        with world.container.uows() as other:
            other.session.execute(text("SELECT 1 FROM campaign FOR KEY SHARE NOWAIT"))

    listening.listen(engine, "after_cursor_execute", point_to_it)
    decide(world)
    assert asked
