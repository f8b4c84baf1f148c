"""Papers from late duties to served: drafted by a sweep, put up, approved, numbered, printed and sent.

Three people decide, a hundred at a time, as the workbench lets them. The floor copies the rows that all this wrote into
a twin of the county, and nothing else: no decision, no hash, no number, no document.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

from tests.bench.county import connected, seconds, twin
from tests.bench.escalating import LATE, late_county
from tests.bench.figures import Figure
from tests.support.world import World
from tracker.cli.embedded import RunningServers
from tracker.services.triage import MOST_AT_ONCE, Picked

STEPS = (("sup1", "seal"), ("sup2", "approve"), ("sup1", "issue"))
#: In the order in which they name each other, each with the column by which new rows are known.
WRITTEN = (
    ("firing", "id"), ("finding", "id"), ("number_series", "id"), ("task", "id"), ("clock", "id"), ("notice", "id"),
    ("notice_item", "id"), ("stream", "id"), ("event", "id"), ("told", "id"), ("delivery", "id"),
    ("delivery_item", "delivery_id"),
)  # fmt: skip


def measure(servers: RunningServers, *, papers: int) -> list[Figure]:
    """Serve a paper on each of so many units, and copy the same rows."""
    with late_county(servers, campaigns=1, units=papers, measures=1) as url, twin(url) as own:
        with World(own, start=LATE) as world:
            world.person_ids = {row["name"]: row["id"] for row in world.rows("SELECT id, name FROM person")}
            took = {}
            took["拟稿"] = seconds(world.container.escalations.sweep)
            took["办理"] = seconds(lambda: _decide(world))
            took["打印"] = seconds(lambda: _print(world))
            took["送达"] = seconds(world.container.deliver)
            served = world.value("SELECT count(DISTINCT notice_id) FROM told t WHERE message = 'served'")
            assert served == papers, served
        with twin(url) as plain:
            floor = _copied(own, plain)
    total = sum(took.values())
    parts = "，".join(f"{name} {spent:.1f}" for name, spent in took.items())
    return [
        Figure("papers_served", papers, papers / total, "papers/s",
               f"{papers} 份督导通知书，共 {total:.1f} 秒（{parts}）；对照为只写入同样的行", papers / floor)
    ]  # fmt: skip


def _decide(world: World) -> None:
    for who, step in STEPS:
        viewer = world.viewer(who)
        waiting = world.rows("SELECT ref, version FROM notice WHERE issued_at IS NULL ORDER BY id")
        for first in range(0, len(waiting), MOST_AT_ONCE):
            picked = [Picked(row["ref"], row["version"]) for row in waiting[first : first + MOST_AT_ONCE]]
            answers = world.container.team.triage.step(viewer, step, picked)
            assert all(one.done for one in answers), [one for one in answers if not one.done][:3]


def _print(world: World) -> None:
    viewer = world.viewer("sup1")
    for row in world.rows("SELECT ref FROM notice ORDER BY id"):
        assert world.container.printing.print_paper(viewer, notice_ref=row["ref"]).content


def _copied(source: str, target: str) -> float:
    """Return how long it takes to write what `source` has more than `target`."""
    with connected(source) as full, connected(target) as bare:
        rows = {table: _read(full, table, column, _last(bare, table, column)) for table, column in WRITTEN}

        def write() -> None:
            with bare.transaction(), bare.cursor() as cursor:
                for table, content in rows.items():
                    statement = sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(sql.Identifier(table))
                    with cursor.copy(statement) as copy:
                        copy.write(content)

        return seconds(write)


def _last(connection: psycopg.Connection, table: str, column: str) -> int:
    query = sql.SQL("SELECT coalesce(max({}), 0) FROM {}").format(sql.Identifier(column), sql.Identifier(table))
    return int((connection.execute(query).fetchone() or (0,))[0])


def _read(connection: psycopg.Connection, table: str, column: str, after: int) -> bytes:
    query = sql.SQL("COPY (SELECT * FROM {} WHERE {} > {}) TO STDOUT (FORMAT binary)").format(
        sql.Identifier(table), sql.Identifier(column), sql.Literal(after)
    )
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        return b"".join(bytes(piece) for piece in copy)
