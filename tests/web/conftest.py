"""The screens over a small county: villages east and west, an area leader of east, an office, administrators."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.kept import Kept, KeptWorlds, standing_world
from tests.support.servers import cloned_database
from tests.support.world import World, morning
from tests.web.papers import run_late
from tests.web.site import MEASURES, PASSWORD, Browser, Site, begin_county, hidden
from tests.web.two_offices import TwoOffices, build
from tracker.cli.embedded import RunningServers

__all__ = ["MEASURES", "PASSWORD", "Browser", "Site", "hidden"]


@pytest.fixture
def county(kept_worlds: KeptWorlds) -> Kept:
    """The county on 2 March 2026."""
    return kept_worlds.standing(begin_county, morning("2026-03-02"))


@pytest.fixture
def site(county: Kept) -> Iterator[Site]:
    """A copy of the county for one test alone."""
    with county.copied() as world:
        yield Site(world)


@standing_world(shown=Site)
def late(world: World) -> None:
    """The county on 25 March 2026: both villages signed for everything and then did nothing."""
    begin_county(world)
    run_late(Site(world))


@pytest.fixture(scope="session")
def two_offices(servers: RunningServers) -> Iterator[TwoOffices]:
    """The two offices on 3 April 2026, made once."""
    with cloned_database(servers.database_url, "offices") as url:
        with World(url, start=morning("2026-03-02")) as world:
            made = build(world)
        yield made
