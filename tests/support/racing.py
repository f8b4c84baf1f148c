"""Acts that happen at once, and locks that a test holds so that they meet where it wants them to.

Nothing here waits for a guessed time: threads start at a barrier, and `until_blocked` asks PostgreSQL who waits.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg

from tests.support.servers import plain_url
from tracker.domain.errors import TrackerError

WITHIN = 60.0


def at_once(*acts: Callable[[], Any], within: float = WITHIN) -> list[Any]:
    """Run the acts in a thread each, from one barrier; return what each returned, or the refusal it met.

    Only refusals meant for people are returned. A deadlock, a broken key or a bug is raised.
    """
    barrier = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        barrier.wait(WITHIN)
        try:
            return act()
        except TrackerError as refusal:
            return refusal

    with ThreadPoolExecutor(len(acts)) as pool:
        running = [pool.submit(run, act) for act in acts]
        return [one.result(within) for one in running]


@contextlib.contextmanager
def held(database_url: str, statement: str, *values: Any) -> Iterator[psycopg.Connection]:
    """Hold what `statement` locks in a transaction of its own until the block ends."""
    with psycopg.connect(plain_url(database_url)) as connection:
        connection.execute(statement, values)
        yield connection
        connection.rollback()


def until_blocked(database_url: str, by: psycopg.Connection, count: int = 1) -> None:
    """Return once `count` sessions wait for what `by` holds; a minute at most."""
    deadline = time.monotonic() + WITHIN
    with psycopg.connect(plain_url(database_url), autocommit=True) as watching:
        while time.monotonic() < deadline:
            (waiting,) = watching.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid))", (by.info.backend_pid,)
            ).fetchone() or (0,)
            if waiting >= count:
                return
            watching.execute("SELECT pg_sleep(0.01)")
    raise AssertionError(f"fewer than {count} sessions waited for the lock within {WITHIN:.0f} s")
