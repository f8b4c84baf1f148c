"""Worlds that are made once in a test process, and copied for each test that begins where they stand."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

import pytest

from tests.support.servers import cloned_database, copied_database
from tests.support.world import World, morning
from tracker.domain.ports import OutgoingMessage

#: How many worlds are kept at once: tests come file by file, and a database takes some ten megabytes of memory.
MOST = 6


@dataclass(frozen=True)
class Kept:
    """A database that nobody is connected to, with what a new World over a copy of it has to know."""

    database_url: str
    at: datetime
    campaign_ref: str
    person_ids: Mapping[str, int]
    sent: tuple[tuple[datetime, OutgoingMessage], ...]

    @classmethod
    def of(cls, world: World) -> Self:
        """Keep where a world stands; it is closed before the first copy is taken."""
        return cls(
            world.database_url, world.clock.now(), world.campaign_ref, dict(world.person_ids), tuple(world.mail.sent)
        )

    @contextmanager
    def copied(self) -> Iterator[World]:
        """Give a copy for one test alone."""
        with copied_database(self.database_url) as url, World(url, start=self.at, prepared=True) as world:
            world.campaign_ref, world.person_ids = self.campaign_ref, self.person_ids
            world.mail.sent.extend(self.sent)
            yield world


class KeptWorlds:
    """The worlds that a test process keeps: the ones asked for last."""

    def __init__(self, server_url: str) -> None:
        self._server_url = server_url
        self._kept: OrderedDict[Hashable, tuple[Kept, ExitStack]] = OrderedDict()

    def standing(self, make: Callable[[World], object], start: datetime, *, is_sample: bool = False) -> Kept:
        """Return the world that `make` makes of an empty one which begins at `start`; made when first asked for."""
        key = (make, start, is_sample)
        if key not in self._kept:
            with ExitStack() as stack:
                url = stack.enter_context(cloned_database(self._server_url, "kept"))
                with World(url, start=start, is_sample=is_sample) as world:
                    make(world)
                    kept = Kept.of(world)
                self._kept[key] = kept, stack.pop_all()
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)[1][1].close()
        self._kept.move_to_end(key)
        return self._kept[key][0]

    def close(self) -> None:
        """Drop them all."""
        while self._kept:
            self._kept.popitem()[1][1].close()


def standing_world(
    day: str = "2026-03-02", at: str = "08:30", *, shown: Callable[[World], object] = lambda world: world
) -> Callable[[Callable[[World], object]], Any]:
    """Turn a function that brings a new world to where tests begin into a fixture that gives each a copy of it.

    The function runs once in a test process; its world begins on the day at the Shanghai time. What it keeps outside
    the database and the World (a courier with a script) does not outlive it. `shown` = what the tests get of the copy.
    """

    def as_fixture(make: Callable[[World], object]) -> Any:
        @pytest.fixture(name=make.__name__)
        def fixture(kept_worlds: KeptWorlds) -> Iterator[object]:
            with kept_worlds.standing(make, morning(day, at)).copied() as world:
                yield shown(world)

        return fixture

    return as_fixture
