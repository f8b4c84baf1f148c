"""From a deadline to its committed firing, through the real scheduler, Redis and RQ workers.

A trigger on `firing` notifies; PostgreSQL hands a notification out once the transaction has committed, so the moment at
which it arrives here is the moment at which everybody can see the firing.
"""

from __future__ import annotations

import contextlib
import dataclasses
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import redis
from rq import Worker

from tests.bench.county import DUE, FIRST_DAY, connected
from tests.bench.escalating import BEFORE
from tests.bench.figures import Figure
from tests.support.servers import cloned_database
from tests.support.world import WORKFLOWS, World, morning, settings_for, small_campaign
from tracker.bootstrap import build
from tracker.cli.embedded import RunningServers
from tracker.cli.process_tree import ProcessTree
from tracker.cli.up import service_specs
from tracker.definitions.calendar_seed import CALENDAR_YEARS, seed_days
from tracker.definitions.catalog import load_catalog
from tracker.definitions.versioned import texts_of
from tracker.domain.installation import CalendarSeed
from tracker.settings import CHECKOUT

PATIENCE = 60.0
WORKERS = 2
LEAD = timedelta(seconds=3)
#: The rung that raises is reached from here on; the clocks are looked at one after another.
FIRST = morning("2026-04-15", "09:11")
MEASURES = 20

TELL = """
    CREATE FUNCTION tell_bench() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM pg_notify('bench', NEW.clock_id::text); RETURN NEW; END $$;
    CREATE TRIGGER tell_bench AFTER INSERT ON firing FOR EACH ROW EXECUTE FUNCTION tell_bench()"""


def measure(servers: RunningServers, *, deadlines: int, over_seconds: float) -> list[Figure]:
    """Let deadlines fall due one after another, and time each."""
    with cloned_database(servers.database_url, "bench") as url:
        offset = _prepare(url, deadlines)
        with _engine_running(url, servers.redis_url), connected(url) as connection:
            connection.execute("LISTEN bench")
            due = _set_deadlines(connection, deadlines, over_seconds, offset)
            late = _wait_for_all(connection, due, over_seconds)
    late.sort()
    p50, p99 = statistics.median(late), late[min(len(late) - 1, int(len(late) * 0.99))]
    how = f"{deadlines} 个时限分布在 {over_seconds:.0f} 秒内，真实调度进程、Redis 和 {WORKERS} 个工作进程"
    return [
        Figure("deadline_to_commit_p50", deadlines, p50 * 1000, "ms", how),
        Figure("deadline_to_commit_p99", deadlines, p99 * 1000, "ms", how),
    ]


def _prepare(url: str, deadlines: int) -> timedelta:
    """Make a sample county whose clock stands on a working morning; return how far it is off the real one."""
    settings = settings_for(url)
    container = build(settings)
    exceptions, published = seed_days(*CALENDAR_YEARS)
    try:
        container.installations.prepare(
            definitions=texts_of(load_catalog(WORKFLOWS)), calendar=CalendarSeed("bench", exceptions, published),
            is_sample=True, first_moment=FIRST,
        )  # fmt: skip
    finally:
        container.close()
    lines = [
        f"{{key: m{n}, ordinal: （{n}）, title: 排查{n}, text: 略, workflow: survey, units: [各村], due: {{by_date: {DUE}}}}}"
        for n in range(min(MEASURES, deadlines))
    ]
    with World(url, start=morning(FIRST_DAY), is_sample=True) as world:
        world.load(small_campaign(measures=lines, villages=[f"v{n}" for n in range(deadlines // len(lines))]))
    with connected(url) as connection:
        connection.execute(BEFORE, {"now": morning("2026-04-13")})
        connection.execute("UPDATE clock SET status = 'held', next_fire_at = NULL")
        connection.execute("VACUUM ANALYZE")
        connection.execute(TELL)
        connection.execute("UPDATE told SET gathered_at = created_at")
        (offset,) = connection.execute("SELECT sample_offset FROM installation").fetchone() or (timedelta(),)
    return offset


@contextlib.contextmanager
def _engine_running(url: str, bell: str) -> Iterator[None]:
    """The scheduler and two workers as `tracker up` starts them, once they have begun to listen."""
    tree = ProcessTree()
    with tempfile.TemporaryDirectory() as folder:
        settings = dataclasses.replace(settings_for(url, bell), data_dir=Path(folder), workers=WORKERS)
        _, *specs = service_specs(settings)
        log = Path(folder) / "log"
        for spec in specs:
            environ = {**spec.environ, "PYTHONPATH": str(CHECKOUT), "TRACKER_LOG_LEVEL": "error"}
            tree.start(dataclasses.replace(spec, environ=environ, log=log))
        try:
            _wait_for_listeners(url, bell)
            yield
        finally:
            tree.stop()


def _wait_for_listeners(url: str, bell: str) -> None:
    """Return once the scheduler listens and both workers are known to Redis."""
    deadline = time.monotonic() + PATIENCE
    listening = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'tracker-wakeups'"
    with connected(url) as connection, contextlib.closing(redis.Redis.from_url(bell)) as client:
        while time.monotonic() < deadline:
            (schedulers,) = connection.execute(listening).fetchone() or (0,)
            if schedulers and len(Worker.all(connection=client)) >= WORKERS:
                return
            connection.execute("SELECT pg_sleep(0.05)")
    raise AssertionError("the scheduler and the workers did not begin within a minute")


def _set_deadlines(
    connection: psycopg.Connection, many: int, over_seconds: float, offset: timedelta
) -> dict[int, datetime]:
    """Let each clock be looked at in its own moment; return clock id → real moment."""
    clocks = [row[0] for row in connection.execute("SELECT id FROM clock WHERE name = 'finish' ORDER BY id")]
    assert len(clocks) == many, (len(clocks), many)
    (now,) = connection.execute("SELECT clock_timestamp()").fetchone() or (None,)
    assert now is not None
    due = {
        clock_id: now + LEAD + timedelta(seconds=over_seconds * place / many) for place, clock_id in enumerate(clocks)
    }
    with connection.transaction():
        connection.execute(
            "UPDATE clock c SET status = 'running', next_fire_at = d.moment FROM unnest(%s::bigint[], %s::timestamptz[])"
            " AS d(id, moment) WHERE c.id = d.id",
            (list(due), [moment + offset for moment in due.values()]),
        )
        connection.execute("SELECT pg_notify('tracker_wake', '')")
    return due


def _wait_for_all(connection: psycopg.Connection, due: dict[int, datetime], over_seconds: float) -> list[float]:
    """Return, for each deadline, the seconds from it to the arrival of its committed firing."""
    late: list[float] = []
    stop_at = time.monotonic() + over_seconds + PATIENCE
    while len(late) < len(due) and time.monotonic() < stop_at:
        for one in connection.notifies(timeout=1.0, stop_after=1):
            late.append(time.time() - due[int(one.payload)].timestamp())
    assert len(late) == len(due), f"{len(due) - len(late)} of {len(due)} deadlines did not fire"
    return late
