"""The servers and databases of a run: durable servers, a county of any size, and twins of its database.

A measurement and its floor each run on a twin (CREATE DATABASE … TEMPLATE), so that neither finds the other's rows,
and both write through the same indexes, keys and triggers, with fsync on.
"""

from __future__ import annotations

import contextlib
import time
import uuid
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from tests.support.servers import cloned_database, plain_url, scratch_folder
from tests.support.world import World, morning, small_campaign
from tracker.cli.embedded import RunningServers, held_data_dir, start_servers
from tracker.cli.process_tree import ProcessTree

FIRST_DAY = "2026-03-02"
DUE = "2026-04-10"


@contextlib.contextmanager
def durable_servers() -> Iterator[RunningServers]:
    """The embedded servers as `tracker up` runs them: fsync, full page writes and synchronous commit on."""
    tree = ProcessTree()
    with scratch_folder() as folder, held_data_dir(folder / "d"):
        try:
            yield start_servers(folder / "d", tree)
        finally:
            tree.stop()


@contextlib.contextmanager
def county(servers: RunningServers, *, units: int, measures: int, campaigns: int = 1) -> Iterator[str]:
    """The address of a database with draft campaigns that give every unit every measure, a liaison and a head."""
    with cloned_database(servers.database_url, "bench") as url:
        with World(url, start=morning(FIRST_DAY)) as world:
            lines = [
                f"{{key: m{n}, ordinal: （{n}）, title: 第{n}项排查, text: 略, workflow: survey, units: [各村],"
                f" due: {{by_date: {DUE}}}}}"
                for n in range(measures)
            ]
            villages = [f"v{n}" for n in range(units)]
            world.load(small_campaign(measures=lines, villages=villages, starts_on=FIRST_DAY), issue=False)
        with connected(url) as connection:
            for number in range(2, campaigns + 1):
                connection.execute(COPY_CAMPAIGN, {"number": number})
            connection.execute("VACUUM ANALYZE")
        yield url


COPY_CAMPAIGN = """
    WITH k AS (
        INSERT INTO campaign (ref, key, office_id, title, summary, starts_on, ends_on, status, settings, version, created_at)
        SELECT ref || '-' || %(number)s::int, key || '_' || %(number)s::int, office_id, title || %(number)s::int, summary,
            starts_on, ends_on, 'draft', settings, 1, created_at
        FROM campaign ORDER BY id LIMIT 1 RETURNING id),
    p AS (
        INSERT INTO phase (campaign_id, key, title, starts_on, ends_on, position)
        SELECT k.id, key, title, starts_on, ends_on, position FROM phase, k
        WHERE campaign_id = (SELECT min(id) FROM campaign)),
    m AS (
        INSERT INTO measure (campaign_id, key, ordinal, title, text, workflow_key, units, due, position, bigrams)
        SELECT k.id, key, ordinal, title, text, workflow_key, units, due, position, bigrams FROM measure, k
        WHERE campaign_id = (SELECT min(id) FROM campaign) RETURNING id, key)
    INSERT INTO assignment (measure_id, unit_id, role)
    SELECT m.id, a.unit_id, a.role FROM m
    JOIN measure first ON first.key = m.key AND first.campaign_id = (SELECT min(id) FROM campaign)
    JOIN assignment a ON a.measure_id = first.id"""


@contextlib.contextmanager
def connected(url: str) -> Iterator[psycopg.Connection]:
    """A plain connection that commits each statement by itself."""
    with psycopg.connect(plain_url(url), autocommit=True) as connection:
        yield connection


@contextlib.contextmanager
def twin(url: str) -> Iterator[str]:
    """The address of a copy of a database that nobody is connected to, with everything flushed to disk."""
    parts = urlsplit(url)
    name = f"tracker_twin_{uuid.uuid4().hex[:12]}"
    server = urlunsplit(parts._replace(path="/postgres"))
    with connected(server) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(parts.path.lstrip("/"))
            )
        )
        connection.execute("CHECKPOINT")
    try:
        yield urlunsplit(parts._replace(path=f"/{name}"))
    finally:
        with connected(server) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


#: Every table that the engine writes.
TABLES = ("task", "clock", "told", "firing", "finding", "notice", "notice_item")
#: Of the record only the streams of tasks and papers count: a campaign's own event is no part of the work compared.
RECORD = {
    "stream": "stream t WHERE kind IN ('task', 'notice')",
    "event": "event t JOIN stream s ON s.id = t.stream_id AND s.kind IN ('task', 'notice')",
}


def rows_written(url: str) -> dict[str, int]:
    """Return how many rows every table that the engine writes has, so that a floor can be held against the engine."""
    return _of_tables(url, "count(*)")


def row_bytes(url: str) -> dict[str, int]:
    """Return how wide the rows of these tables are together, as they are stored."""
    return _of_tables(url, "coalesce(sum(pg_column_size(t.*)), 0)")


def _of_tables(url: str, asked: str) -> dict[str, int]:
    sources = {name: f"{name} t" for name in TABLES} | RECORD
    with connected(url) as connection:
        return {
            name: int((connection.execute(f"SELECT {asked} FROM {source}").fetchone() or (0,))[0])  # type: ignore[call-overload]
            for name, source in sources.items()
        }


def seconds(act: Callable[[], object]) -> float:
    """Return how long an act took."""
    started = time.perf_counter()
    act()
    return time.perf_counter() - started
