"""A storm: very many clocks fall due at one moment. How fast it drains, and how long a desk takes to open meanwhile.

The pages are asked for in this process and the sweep is a worker's, so that they share the database and the machine only.
"""

from __future__ import annotations

import statistics
import time
from itertools import cycle

from tests.bench.county import connected
from tests.bench.escalating import LATE, late_county
from tests.bench.figures import Figure
from tests.bench.idle import nothing_due
from tests.bench.sweepers import Sweepers
from tests.support.world import World
from tests.web.site import Browser, Site
from tracker.cli.embedded import RunningServers

DESKS = 20
#: Between two pages.
BREATH = 0.05

#: Each task of the county so many times more, with its clocks, the rungs that they fired, and a stream.
MORE = """
    WITH more AS MATERIALIZED (
        SELECT t.*, nextval(pg_get_serial_sequence('task', 'id')) AS new_id FROM task t, generate_series(2, %(times)s)),
    t AS (
        INSERT INTO task (id, ref, campaign_id, unit_id, workflow_key, workflow_version_id, period_key, title, state,
            waits_for, done, final, sent_back, version, due_on, due_at, opened_at, severity_raise, last_doers)
        OVERRIDING SYSTEM VALUE
        SELECT new_id, 'X-' || new_id, campaign_id, unit_id, workflow_key, workflow_version_id, period_key, title, state,
            waits_for, done, final, sent_back, version, due_on, due_at, opened_at, severity_raise, last_doers FROM more),
    c AS MATERIALIZED (
        SELECT c.*, more.new_id AS of_task, nextval(pg_get_serial_sequence('clock', 'id')) AS new_id
        FROM more JOIN clock c ON c.task_id = more.id),
    k AS (
        INSERT INTO clock (id, task_id, name, occurrence, status, started_at, due_on, due_at, due_class, due_rule, cutoff,
            provisional, calendar_version_id, ladder_version_id, ladder_from_on, quality_failures, failed_rechecks,
            ordered_rungs, next_fire_at)
        OVERRIDING SYSTEM VALUE
        SELECT new_id, of_task, name, occurrence, status, started_at, due_on, due_at, due_class, due_rule, cutoff,
            provisional, calendar_version_id, ladder_version_id, ladder_from_on, quality_failures, failed_rechecks,
            ordered_rungs, next_fire_at FROM c),
    f AS (
        INSERT INTO firing (clock_id, task_id, occurrence, rung, rung_name, cause, act, fell_due_at, fired_at)
        SELECT c.new_id, c.of_task, f.occurrence, f.rung, f.rung_name, f.cause, f.act, f.fell_due_at, f.fired_at
        FROM c JOIN firing f ON f.clock_id = c.id)
    INSERT INTO stream (kind, subject_id, seq, head, sealed_seq) SELECT 'task', new_id, 0, '', 0 FROM more"""


def measure(servers: RunningServers, *, clocks: int, campaigns: int, units: int) -> list[Figure]:
    """Let `clocks` clocks of campaigns × units tasks fall due at one moment; then look at a sweep with nothing due."""
    with late_county(servers, campaigns=campaigns, units=units, measures=1) as url:
        with connected(url) as connection:
            connection.execute(MORE, {"times": clocks // (campaigns * units)})
            connection.execute("VACUUM ANALYZE")
        with World(url, start=LATE) as world:
            browsers = _desks(world)
            _open_in_turn(browsers, times=DESKS)
            sweepers = Sweepers(url, LATE, many=1)
            sweepers.go()
            pages: list[float] = []
            for browser in cycle(browsers):
                if not sweepers.at_work:
                    break
                pages.append(_opened(browser))
                time.sleep(BREATH)
            (swept,) = sweepers.results()
            after = nothing_due(
                world, f"after_storm_{clocks}", clocks, f"{clocks} 个计时同时到期刚清扫完，未手工 VACUUM"
            )
    assert swept.fired >= clocks
    pages.sort()
    how = f"清扫期间打开办事台 {len(pages)} 次，中位数 {statistics.median(pages) * 1000:.0f} 毫秒"
    return [
        Figure("storm_drained", clocks, clocks / swept.seconds, "clocks/s", f"同一时刻到期，{swept.seconds:.1f} 秒清完"),
        Figure("desk_in_storm_p95", len(pages), pages[int(len(pages) * 0.95)] * 1000, "ms", how),
        *after,
    ]  # fmt: skip


def _desks(world: World) -> list[Browser]:
    """Return the signed-in browsers of some clerks."""
    world.person_ids = {row["name"]: row["id"] for row in world.rows("SELECT id, name FROM person ORDER BY id")}
    site = Site(world)
    clerks = [name for name in world.person_ids if name.startswith("clerk-")]
    return [site.browser(clerk) for clerk in clerks[:DESKS]]


def _open_in_turn(browsers: list[Browser], *, times: int) -> None:
    for browser, _ in zip(cycle(browsers), range(times), strict=False):
        _opened(browser)


def _opened(browser: Browser) -> float:
    """Return how long the desk took."""
    began = time.perf_counter()
    answer = browser.get("/desk")
    took = time.perf_counter() - began
    assert answer.status_code == 200, answer.status
    return took
