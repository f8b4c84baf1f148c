"""Events chained a second: the record of a sweep by itself, against the same rows whose hashes chain to nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.bench.county import connected, row_bytes, rows_written, seconds, twin
from tests.bench.figures import Figure
from tests.support.world import World
from tracker.persistence.engine import to_json
from tracker.services.recording import event

BATCH = 1000
SAID: dict[str, Any] = {
    "clock": "finish", "occurrence": 1, "rung": 4, "rung_name": "supervise", "act": "raise", "cause": "late",
    "fell_due_at": "2026-04-15T01:10:00+00:00", "ladder": 11, "finding": "DC-2026-44000", "due_on": "2026-04-10",
    "quality_failures": 0, "failed_rechecks": 0,
}  # fmt: skip
FLOOR = """
    WITH said AS MATERIALIZED (
        SELECT s.id, s.seq + 1 AS seq, p.payload, sha256(convert_to(p.payload::text, 'UTF8')) AS hash
        FROM stream s, LATERAL (SELECT %(said)s::jsonb || jsonb_build_object('task', s.subject_id) AS payload) p
        WHERE s.kind = 'task'),
    s AS (UPDATE stream SET seq = said.seq, head = said.hash FROM said WHERE stream.id = said.id)
    INSERT INTO event (stream_id, seq, at, kind, payload, previous, hash)
    SELECT id, seq, %(now)s, 'rung.fired', payload, hash, hash FROM said"""


def measure(url: str, moment: datetime) -> Figure:
    """Record one event on every task, and write the same rows by plain SQL."""
    with twin(url) as plain:
        with connected(plain) as connection:
            values = {"now": moment, "said": to_json(SAID)}
            floor = seconds(lambda: connection.execute(FLOOR, values))
        expected = rows_written(plain), row_bytes(plain)
    with twin(url) as own:
        with World(own, start=moment) as world:
            tasks = [row["id"] for row in world.rows("SELECT id FROM task ORDER BY id")]
            took = seconds(lambda: _record(world, tasks))
        assert (rows_written(own), row_bytes(own)) == expected
    return Figure("events_chained", len(tasks), len(tasks) / took, "events/s",
                  f"每批 {BATCH} 条，规范化、接链、存入，{took:.1f} 秒；对照为不接链的同样的行", len(tasks) / floor)  # fmt: skip


def _record(world: World, tasks: list[int]) -> None:
    for first in range(0, len(tasks), BATCH):
        with world.container.uows() as uow:
            uow.events.record([
                event(("task", task_id), "rung.fired", {**SAID, "task": task_id}, at=world.clock.now())
                for task_id in tasks[first : first + BATCH]
            ])  # fmt: skip
            uow.commit()
