"""What a sweep costs when nothing is due: an index probe, however many tasks are open."""

from __future__ import annotations

import json
import statistics

from sqlalchemy import text

from tests.bench.county import connected, county, seconds
from tests.bench.figures import Figure
from tests.bench.issuing import issue
from tests.support.world import World, morning
from tracker.cli.embedded import RunningServers
from tracker.persistence.repositories.sweeping import NEXT_MOMENT

SWEEPS = 200

MORE_TASKS = """
    WITH t AS (
        INSERT INTO task (ref, campaign_id, unit_id, workflow_key, workflow_version_id, period_key, title, state, waits_for,
            done, final, sent_back, version, due_on, due_at, opened_at, severity_raise, last_doers)
        SELECT 'X-' || n, campaign_id, unit_id, workflow_key, workflow_version_id, 'once', title, state, waits_for, false,
            false, false, 1, due_on, due_at, opened_at, 0, '{}'
        FROM (SELECT * FROM task ORDER BY id LIMIT 1) one, generate_series(1, %(many)s) AS n RETURNING id)
    INSERT INTO clock (task_id, name, occurrence, status, started_at, due_on, due_at, due_class, due_rule, cutoff, provisional,
        calendar_version_id, ladder_version_id, ladder_from_on, quality_failures, failed_rechecks, ordered_rungs, next_fire_at)
    SELECT t.id, c.name, 1, 'running', started_at, due_on, due_at, due_class, due_rule, cutoff, provisional,
        calendar_version_id, ladder_version_id, ladder_from_on, 0, 0, '{}', next_fire_at + t.id * interval '1 second'
    FROM t, (SELECT * FROM clock ORDER BY id LIMIT 2) c"""


def measure(servers: RunningServers, *, open_tasks: tuple[int, ...]) -> list[Figure]:
    """Sweep with nothing due at each number of open tasks."""
    figures = []
    with county(servers, units=10, measures=1) as url:
        issue(url)
        for many in open_tasks:
            with connected(url) as connection:
                there = (connection.execute("SELECT count(*) FROM task").fetchone() or (0,))[0]
                connection.execute(MORE_TASKS, {"many": many - there})
                connection.execute("UPDATE task SET ref = 'Y-' || id WHERE ref LIKE 'X-%'")
                connection.execute("VACUUM ANALYZE")
            with World(url, start=morning("2026-03-02")) as world:
                figures += nothing_due(world, str(many), many, f"{many} 项在办任务，无到期")
    return figures


def nothing_due(world: World, name: str, many: int, how: str) -> list[Figure]:
    """Return what a sweep with nothing due takes, and how many pages of the database it looks at."""
    sweep = world.container.escalations.sweep
    first = seconds(sweep) * 1000
    took = statistics.median(seconds(sweep) for _ in range(SWEEPS)) * 1000
    return [
        Figure(f"sweep_nothing_due_{name}", many, took, "ms", f"{how}；第一次 {first:.1f} 毫秒，中位数取 {SWEEPS} 次"),
        Figure(f"nothing_due_pages_{name}", many, _pages(world), "pages", f"{how}：读的缓冲页（计时、周期工作）"),
    ]


def _pages(world: World) -> int:
    """Return how many buffers the one statement of such a sweep touches."""
    with world.container.reading() as session:
        explained = session.execute(text(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {NEXT_MOMENT.text}")).scalar_one()
    plan = (explained if isinstance(explained, list) else json.loads(explained))[0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])
