"""A county brought to some point once, and copied for each test that begins there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from tests.support.world import World
from tests.web.site import Site, copied_database


@dataclass(frozen=True)
class Made:
    """A database that nobody is connected to, with what a new Site over a copy of it has to know."""

    database_url: str
    at: datetime
    campaign_ref: str
    person_ids: Mapping[str, int]
    accounts: Mapping[str, int]

    @contextmanager
    def copied(self) -> Iterator[Site]:
        """A copy for one test alone."""
        with copied_database(self.database_url) as url, World(url, start=self.at) as world:
            world.campaign_ref, world.person_ids = self.campaign_ref, self.person_ids
            site = Site(world)
            site.accounts = dict(self.accounts)
            yield site


def make(world: World, bring_there: Callable[[Site], object]) -> Made:
    """Bring a world to where the tests begin; it may be closed afterwards."""
    site = Site(world)
    bring_there(site)
    return Made(world.database_url, world.clock.now(), world.campaign_ref, world.person_ids, dict(site.accounts))
