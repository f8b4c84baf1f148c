"""Fixtures that every test may use: the run's private PostgreSQL and Redis.

Under pytest-xdist the controlling process owns the servers and tells the workers where they are; without it
they start when the first test asks.
"""

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from hypothesis import settings

from tests.support.kept import KeptWorlds
from tests.support.servers import cloned_database, private_servers
from tracker.cli.embedded import RunningServers

# How fast an example runs says how busy the machine is, and nothing about the code.
settings.register_profile("in its own time", deadline=None)
settings.load_profile("in its own time")

_owned = pytest.StashKey[tuple[contextlib.ExitStack, RunningServers]]()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Start the servers before the first worker, and hand their addresses to each."""
    servers = _start_once(node.config)
    node.workerinput["tracker_servers"] = (servers.database_url, servers.redis_url)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what this process started; under xdist the workers have ended by now."""
    if _owned in config.stash:
        config.stash[_owned][0].close()
        del config.stash[_owned]


def _start_once(config: pytest.Config) -> RunningServers:
    if _owned not in config.stash:
        stack = contextlib.ExitStack()
        config.stash[_owned] = (stack, stack.enter_context(private_servers()))
    return config.stash[_owned][1]


@pytest.fixture(scope="session")
def servers(request: pytest.FixtureRequest) -> RunningServers:
    """The PostgreSQL and Redis of this run."""
    given = getattr(request.config, "workerinput", {}).get("tracker_servers")
    return RunningServers(*given, []) if given else _start_once(request.config)


@pytest.fixture(scope="session")
def database_url(servers: RunningServers) -> Iterator[str]:
    """A migrated database for the tests of this process, which leave it as they found it (rollback)."""
    with cloned_database(servers.database_url, "worker") as url:
        yield url


@pytest.fixture
def fresh_database_url(servers: RunningServers) -> Iterator[str]:
    """A migrated database for one test alone: for races, kills and whatever commits."""
    with cloned_database(servers.database_url) as url:
        yield url


@pytest.fixture(scope="module")
def module_database_url(servers: RunningServers) -> Iterator[str]:
    """A migrated database for the tests of one module that look at the same world."""
    with cloned_database(servers.database_url) as url:
        yield url


@pytest.fixture(scope="session")
def kept_worlds(servers: RunningServers) -> Iterator[KeptWorlds]:
    """The worlds that this process made and copies."""
    with contextlib.closing(KeptWorlds(servers.database_url)) as kept:
        yield kept


@pytest.fixture
def redis_url(servers: RunningServers, worker_id: str) -> Iterator[str]:
    """An empty Redis database, one for each test process."""
    number = int(worker_id.removeprefix("gw")) % 16 if worker_id.startswith("gw") else 0
    url = servers.redis_url.replace("db=0", f"db={number}") if "db=0" in servers.redis_url else servers.redis_url
    with contextlib.closing(redis.Redis.from_url(url)) as client:
        client.flushdb()
        yield url
        client.flushdb()
