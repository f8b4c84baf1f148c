"""Tasks issued a second: one campaign becomes units × measures running tasks, in one transaction."""

from __future__ import annotations

from tests.bench.county import connected, county, rows_written, seconds, twin
from tests.bench.figures import Figure
from tests.support.world import World, morning
from tracker.cli.embedded import RunningServers

FLOOR = """
    WITH opening AS MATERIALIZED (
        SELECT a.id AS assignment_id, m.id AS measure_id, a.unit_id, m.campaign_id, m.workflow_key, m.title, w.id AS workflow_id
        FROM assignment a JOIN measure m ON m.id = a.measure_id
        JOIN workflow_version w ON w.key = m.workflow_key),
    t AS (
        INSERT INTO task (ref, campaign_id, assignment_id, measure_id, unit_id, workflow_key, workflow_version_id,
            period_key, title, state, waits_for, done, final, sent_back, version, due_on, due_at, opened_at,
            severity_raise, last_doers)
        SELECT 'RW-2026-' || nextval('ref_number'), campaign_id, assignment_id, measure_id, unit_id, workflow_key,
            workflow_id, 'once', title, 'assigned', 'unit', false, false, false, 1, %(due)s::date, %(due)s::date + 1,
            %(now)s, 0, '{}'
        FROM opening RETURNING *),
    c AS (
        INSERT INTO clock (task_id, name, occurrence, status, started_at, due_on, due_at, due_class, due_rule, cutoff,
            provisional, calendar_version_id, ladder_version_id, ladder_from_on, quality_failures, failed_rechecks,
            ordered_rungs, next_fire_at)
        SELECT t.id, l.name, 1, 'running', %(now)s, %(due)s, %(due)s::date + 1, 'fixed', repeat('按规定日期', 4), '24:00',
            false, v.id, l.id, %(due)s, 0, 0, '{}', %(due)s::date - 3
        FROM t, (SELECT max(id) AS id FROM calendar_version) v,
            (SELECT 'finish' AS name, id FROM ladder_version WHERE key = 'standard'
             UNION ALL SELECT 'accept', id FROM ladder_version WHERE key = 'accept_gently') l),
    facts AS MATERIALIZED (
        SELECT t.id, p.payload, sha256('\\x00'::bytea || convert_to(p.payload::text, 'UTF8')) AS hash FROM t,
            LATERAL (SELECT jsonb_build_object('ref', t.ref, 'campaign', t.campaign_id, 'unit', t.unit_id, 'measure',
                t.measure_id, 'workflow', t.workflow_key, 'title', t.title, 'state', t.state, 'clocks',
                jsonb_build_object('finish', %(clock)s::jsonb, 'accept', %(clock)s::jsonb)) AS payload) p),
    s AS (
        INSERT INTO stream (kind, subject_id, seq, head, sealed_seq) SELECT 'task', id, 1, hash, 0 FROM facts
        RETURNING id, subject_id),
    e AS (
        INSERT INTO event (stream_id, seq, at, kind, payload, previous, hash)
        SELECT s.id, 1, %(now)s, 'task.opened', f.payload, '\\x00', f.hash FROM s JOIN facts f ON f.id = s.subject_id)
    INSERT INTO told (cause, person_id, post_id, campaign_id, task_id, message, facts, grave, created_at)
    SELECT 'assigned:' || t.id, p.person_id, p.id, t.campaign_id, t.id, 'assigned',
        jsonb_build_object('task_ref', t.ref, 'title', t.title, 'unit', n.name, 'due_on', %(due)s, 'campaign', k.title),
        false, %(now)s
    FROM t JOIN post p ON p.unit_id = t.unit_id AND p.role = 'liaison'
    JOIN unit_name n ON n.unit_id = t.unit_id AND n.valid_to IS NULL JOIN campaign k ON k.id = t.campaign_id"""

#: As long as what an event says of a clock.
A_CLOCK = """{"occurrence": 1, "status": "running", "started_at": "2026-03-02T00:30:00+00:00", "due_on": "2026-04-10",
    "due_at": "2026-04-10T16:00:00+00:00", "due_class": "fixed", "rule": "按规定日期，2026年4月10日前（含当日）。",
    "calendar": 1, "cutoff": "24:00", "provisional": false, "ladder": 1, "ladder_from_on": "2026-04-10",
    "held_since": null, "pause_reason": null, "quality_failures": 0, "failed_rechecks": 0, "ordered": []}"""
FLOOR_VALUES = {"due": "2026-04-10", "now": morning("2026-03-02"), "clock": A_CLOCK}


def issue(url: str) -> None:
    """Issue every draft campaign, as the office does."""
    with World(url, start=morning("2026-03-02")) as world:
        for row in world.rows("SELECT ref FROM campaign WHERE status = 'draft' ORDER BY id"):
            world.container.issuing.issue_campaign(None, campaign_ref=row["ref"], expected_version=1)


def measure(servers: RunningServers, *, units: int, measures: int) -> list[Figure]:
    """Issue units × measures tasks, and write the same rows by plain SQL."""
    tasks = units * measures
    with county(servers, units=units, measures=measures) as url:
        with twin(url) as plain, connected(plain) as connection:
            floor = seconds(lambda: connection.execute(FLOOR, FLOOR_VALUES))
            expected = rows_written(plain)
        with twin(url) as own:
            with World(own, start=morning("2026-03-02")) as world:
                ref = world.value("SELECT ref FROM campaign")
                issuing = world.container.issuing
                took = seconds(lambda: issuing.issue_campaign(None, campaign_ref=ref, expected_version=1))
            written = rows_written(own)
    assert written == expected, (written, expected)
    return [
        Figure("tasks_issued", tasks, tasks / took, "tasks/s", f"{units} 个单位 × {measures} 项措施，一个事务，{took:.1f} 秒",
               tasks / floor)
    ]  # fmt: skip
