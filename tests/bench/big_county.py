"""A county after years of use: one campaign as the engine made it, copied with all its rows, for as many campaigns.

Every copy has its own ids, a fixed distance from the first ones; the villages of a copy are those of another part of the
county. Copying a million tasks by the engine itself would take an hour and make the same rows.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import psycopg
from psycopg import sql

from tests.bench.county import connected
from tests.support.servers import cloned_database
from tests.support.world import World, morning, small_campaign
from tracker.cli.embedded import RunningServers
from tracker.persistence.models.base import Base

FIRST_DAY, DUE, LATER = "2026-03-02", "2026-04-10", "2026-06-26"
#: A wet Monday after the first half of the measures fell due.
TODAY = morning("2026-04-20", "09:30")
#: Ids of a copy lie so far from those before it.
DISTANCE = 10_000_000
#: One in so many duties that are over was not done, so that units, offices and supervisors have something to work on.
LATE_ONE_IN = 33

COPIED = (
    "campaign", "phase", "measure", "assignment", "task", "clock", "firing", "finding", "notice", "notice_item", "stream",
    "event", "tally",
)  # fmt: skip
#: What must differ from copy to copy.
NAMES = {"campaign": ("ref", "key", "title"), "task": ("ref",), "finding": ("ref",), "notice": ("ref",)}
#: The subject of a stream has no foreign key, for it can be of any kind.
OF_THE_COPY = sql.SQL("kind IN ('campaign', 'task', 'notice', 'measure', 'finding')")

ACCEPTED = """
    UPDATE task SET state = 'surveying' WHERE state = 'assigned';
    UPDATE clock SET status = 'done', next_fire_at = NULL WHERE name = 'accept'"""
DONE = """
    WITH over AS (SELECT id, row_number() OVER (ORDER BY id) AS place FROM task WHERE due_on = %(due)s),
    done AS (
        UPDATE task SET state = 'completed', waits_for = 'nobody', done = true, final = true, done_at = due_at - interval '2 days'
        FROM over WHERE over.id = task.id AND over.place %% %(one_in)s <> 1 RETURNING task.id)
    UPDATE clock SET status = 'done', next_fire_at = NULL FROM done WHERE clock.task_id = done.id"""


@contextlib.contextmanager
def big_county(servers: RunningServers, *, campaigns: int, units: int, measures: int, parts: int) -> Iterator[str]:
    """The address of a sample database of `campaigns` × `units` × `measures` tasks; the county has `parts` × `units` villages.

    Half of the measures fell due and are done but for a few, which the engine has escalated; the rest are under way.
    """
    with cloned_database(servers.database_url, "bench") as url:
        with World(url, start=morning(FIRST_DAY), is_sample=True) as world:
            lines = [
                f"{{key: m{n}, ordinal: （{n + 1}）, title: 第{n + 1}项排查, text: 逐户排查登记, workflow: survey,"
                f" units: [各村], due: {{by_date: {DUE if n % 2 else LATER}}}}}"
                for n in range(measures)
            ]
            world.load(small_campaign(measures=lines, villages=[f"v{n}" for n in range(units)], starts_on=FIRST_DAY))
        with connected(url) as connection:
            connection.execute(ACCEPTED)
            connection.execute(DONE, {"due": DUE, "one_in": LATE_ONE_IN})
            connection.execute("UPDATE told SET gathered_at = created_at")
            connection.execute("UPDATE campaign SET digest_at = NULL")
        with World(url, start=TODAY, is_sample=True) as world:
            world.container.escalations.sweep()
            world.container.tallies.settle()
        with connected(url) as connection:
            connection.execute("UPDATE told SET gathered_at = created_at WHERE gathered_at IS NULL")
            connection.execute("SET session_replication_role = replica")  # the copies are as true as the first
            villages = _villages(connection)
            for part in range(1, parts):
                _copy_villages(connection, villages, part)
            for number in range(1, campaigns):
                _copy_campaign(connection, villages, number, part=number % parts)
            connection.execute("VACUUM ANALYZE")
            connection.execute("CHECKPOINT")  # what the copying left to be written is no load of people who browse
            connection.execute("UPDATE installation SET sample_offset = %s::timestamptz - now()", (TODAY,))
        yield url


def _villages(connection: psycopg.Connection) -> tuple[int, int]:
    found = connection.execute("SELECT min(id), max(id) FROM unit WHERE kind = 'village'").fetchone()
    assert found is not None
    return int(found[0]), int(found[1])


def _copy_villages(connection: psycopg.Connection, villages: tuple[int, int], part: int) -> None:
    for table, owner, changes in (
        ("unit", "id", {"id": _moved("id", part), "key": _named("key", part)}),
        ("unit_name", "unit_id", {"id": _moved("id", part), "unit_id": _moved("unit_id", part), "name": _named("name", part)}),
    ):  # fmt: skip
        only = sql.SQL("{} BETWEEN {} AND {}").format(sql.Identifier(owner), *map(sql.Literal, villages))
        _copy(connection, table, changes, only)


def _copy_campaign(connection: psycopg.Connection, villages: tuple[int, int], number: int, *, part: int) -> None:
    for table in COPIED:
        columns = Base.metadata.tables[table].columns
        changes: dict[str, sql.Composable] = {"id": _moved("id", number)}
        for column in columns:
            target = next(iter(column.foreign_keys)).target_fullname if column.foreign_keys else ""
            if target.removesuffix(".id") in COPIED:
                changes[column.name] = _moved(column.name, number)
            elif target == "unit.id":
                changes[column.name] = sql.SQL("CASE WHEN {name} BETWEEN {first} AND {last} THEN {moved} ELSE {name} END").format(
                    name=sql.Identifier(column.name), first=sql.Literal(villages[0]), last=sql.Literal(villages[1]),
                    moved=_moved(column.name, part),
                )  # fmt: skip
        changes |= {name: _named(name, number) for name in NAMES.get(table, ())}
        only = sql.SQL("id < {}").format(sql.Literal(DISTANCE))
        if table == "stream":
            changes["subject_id"] = _moved("subject_id", number)
            only = sql.SQL("{} AND {}").format(only, OF_THE_COPY)
        if table == "tally":  # has no foreign keys
            changes |= {name: _moved(name, number) for name in ("campaign_id", "measure_id")}
        if table == "event":
            only = sql.SQL("{} AND stream_id IN (SELECT id FROM stream WHERE {})").format(only, OF_THE_COPY)
        _copy(connection, table, changes, only)


def _copy(connection: psycopg.Connection, table: str, changes: dict[str, sql.Composable], only: sql.Composable) -> None:
    there = connection.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND table_schema = 'public'"
        " AND is_generated = 'NEVER'", (table,),
    ).fetchall()  # fmt: skip
    names = [str(row[0]) for row in there]
    connection.execute(
        sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM {} WHERE {}").format(
            sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, names)),
            sql.SQL(", ").join(changes.get(name, sql.Identifier(name)) for name in names), sql.Identifier(table), only,
        )
    )  # fmt: skip


def _moved(column: str, times: int) -> sql.Composable:
    return sql.SQL("{} + {}").format(sql.Identifier(column), sql.Literal(times * DISTANCE))


def _named(column: str, number: int) -> sql.Composable:
    return sql.SQL("{} || {}").format(sql.Identifier(column), sql.Literal(f"-{number}"))
