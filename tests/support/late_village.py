"""A village that is late with one duty, and the paper that was drafted about it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.world import World, morning, small_campaign

SURVEY = (
    "{key: s1, ordinal: （一）, title: 摸排, text: 摸排, workflow: survey, units: [各村], due: {by_date: 2026-03-20}}"
)


@contextmanager
def late_village(database_url: str) -> Iterator[World]:
    """Give the world on 25 March at 10:00: west signed and did no more, a 督导通知书 is drafted."""
    with World(database_url, start=morning("2026-03-02")) as world:
        bring_late(world)
        yield world


def bring_late(world: World) -> None:
    """Bring a new world of 2 March to there."""
    world.load(small_campaign(measures=[SURVEY], villages=("west",)))
    world.act("clerk-west", world.task("s1", "west")["ref"], "accept")
    world.move_to("2026-03-25", "10:00")


def draft(world: World) -> str:
    """Return the draft's ref."""
    ref: str = world.value("SELECT ref FROM notice WHERE kind = 'supervision_notice'")
    return ref


def sign(world: World, ref: str) -> str:
    """Let sup1 and sup2 issue a draft; return its printed number."""
    for who, step in (("sup1", "seal"), ("sup2", "approve"), ("sup1", "issue")):
        world.act_on_notice(who, ref, step)
    number: str = world.value("SELECT printed_number FROM notice WHERE ref = :ref", ref=ref)
    return number
