"""The screens over a small county: villages east and west, an area leader of east, an office, administrators."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import pytest

from tests.support.servers import cloned_database
from tests.support.world import World, morning, small_campaign
from tests.web.papers import run_late
from tests.web.site import MEASURES, MORE_PEOPLE, PASSWORD, Browser, Site, copied_database, hidden
from tests.web.two_offices import TwoOffices, build
from tracker.cli.embedded import RunningServers

__all__ = ["MEASURES", "PASSWORD", "Browser", "Site", "hidden"]


@dataclass(frozen=True)
class County:
    """A database in which the campaign runs, at a moment, to be copied for each test."""

    database_url: str
    campaign_ref: str
    person_ids: Mapping[str, int]
    now: datetime

    @classmethod
    def of(cls, world: World) -> County:
        """Keep where a world stands; nobody may be connected when it is copied."""
        return cls(world.database_url, world.campaign_ref, world.person_ids, world.clock.now())

    @contextmanager
    def opened(self, database_url: str) -> Iterator[Site]:
        """Open a copy of it."""
        with World(database_url, start=self.now) as world:
            world.campaign_ref, world.person_ids = self.campaign_ref, self.person_ids
            yield Site(world)

    @contextmanager
    def copied(self) -> Iterator[Site]:
        """Open a copy that is dropped at the end."""
        with copied_database(self.database_url) as url, self.opened(url) as site:
            yield site


@pytest.fixture(scope="session")
def county(servers: RunningServers) -> Iterator[County]:
    """The county on 2 March 2026, made once."""
    with cloned_database(servers.database_url, "county") as url:
        with World(url, start=morning("2026-03-02")) as world:
            text = small_campaign(measures=MEASURES)
            world.load(text.replace("\nmeasures:", f"{MORE_PEOPLE}measures:", 1))
            made = County.of(world)
        yield made


@pytest.fixture
def site(county: County) -> Iterator[Site]:
    """A copy of the county for one test alone."""
    with county.copied() as site:
        yield site


@pytest.fixture(scope="session")
def late_county(county: County) -> Iterator[County]:
    """The county on 25 March 2026, made once: both villages signed for everything and then did nothing."""
    with copied_database(county.database_url) as url:
        with county.opened(url) as site:
            run_late(site)
            made = County.of(site.world)
        yield made


@pytest.fixture
def late(late_county: County) -> Iterator[Site]:
    """A copy of the late county for one test alone."""
    with late_county.copied() as site:
        yield site


@pytest.fixture(scope="session")
def two_offices(servers: RunningServers) -> Iterator[TwoOffices]:
    """The two offices on 3 April 2026, made once."""
    with cloned_database(servers.database_url, "offices") as url:
        with World(url, start=morning("2026-03-02")) as world:
            made = build(world)
        yield made
