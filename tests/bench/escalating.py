"""Overdue clocks escalated a second: ladder judged, firing, finding, line in a draft, events, messages, clock moved."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from tests.bench import chaining
from tests.bench.county import connected, county, row_bytes, rows_written, seconds, twin
from tests.bench.figures import Figure
from tests.bench.issuing import A_CLOCK, issue
from tests.bench.sweepers import swept_by
from tests.support.world import morning
from tracker.cli.embedded import RunningServers

#: Three working days after the due date, when 督导通知书 is drafted; the rungs before it have fired.
LATE = morning("2026-04-15", "09:11")
MIB = 1024**2
WIDTHS_DIFFER_BY = 0.02
A_QUARTER = """
    UPDATE clock SET next_fire_at = NULL
    WHERE id NOT IN (SELECT id FROM clock WHERE name = 'finish' ORDER BY id
        LIMIT (SELECT count(*) / 4 FROM clock WHERE name = 'finish'))"""

BEFORE = """
    INSERT INTO firing (clock_id, task_id, occurrence, rung, rung_name, cause, act, fell_due_at, fired_at)
    SELECT c.id, c.task_id, 1, r.rung, r.name, 'late', r.act, %(now)s, %(now)s
    FROM clock c, (VALUES (0, 'remind_3_before', 'remind'), (1, 'remind_1_before', 'remind'),
        (2, 'remind_on_day', 'remind'), (3, 'urge_1', 'urge')) AS r(rung, name, act)
    WHERE c.name = 'finish'"""

FLOOR = """
    WITH due AS MATERIALIZED (
        SELECT c.id AS clock_id, c.name, c.occurrence, c.due_on, c.ladder_version_id, c.calendar_version_id, t.id AS task_id,
            t.ref, t.title, t.campaign_id, t.unit_id
        FROM clock c JOIN task t ON t.id = c.task_id WHERE c.next_fire_at <= %(now)s
        ORDER BY c.next_fire_at, c.id FOR UPDATE OF t, c SKIP LOCKED),
    f AS (
        INSERT INTO firing (clock_id, task_id, occurrence, rung, rung_name, cause, act, fell_due_at, fired_at)
        SELECT clock_id, task_id, occurrence, 4, 'supervise', 'late', 'raise', %(now)s, %(now)s FROM due
        RETURNING id, clock_id, task_id),
    keys AS MATERIALIZED (
        SELECT campaign_id, unit_id, 'WS-2026-' || nextval('ref_number') AS ref, 'RW-2026-' || nextval('ref_number') AS task_ref
        FROM (SELECT DISTINCT campaign_id, unit_id FROM due) d),
    dt AS (
        INSERT INTO task (ref, campaign_id, unit_id, workflow_key, workflow_version_id, period_key, title, state, waits_for,
            done, final, sent_back, version, opened_at, severity_raise, last_doers, paper)
        SELECT k.task_ref, k.campaign_id, k.unit_id, w.key, w.id, 'once', c.title || '督导通知书', 'gathering', 'supervisor',
            false, false, false, 1, %(now)s, 0, '{}', true
        FROM keys k JOIN campaign c ON c.id = k.campaign_id JOIN workflow_version w ON w.key = 'supervision_notice'
        RETURNING id, ref, campaign_id, unit_id, title),
    dc AS (
        INSERT INTO clock (task_id, name, occurrence, status, started_at, due_on, due_at, due_class, due_rule, cutoff,
            provisional, calendar_version_id, ladder_version_id, ladder_from_on, quality_failures, failed_rechecks,
            ordered_rungs, next_fire_at)
        SELECT dt.id, 'decide', 1, 'running', %(now)s, %(now)s::date, %(now)s, 'computed',
            '自2026年4月15日起算（当日不计），2个工作日，到2026年4月17日止。', '24:00', false, v.id, l.id, %(now)s::date, 0, 0,
            '{}', %(now)s::timestamptz + interval '2 days'
        FROM dt, (SELECT max(id) AS id FROM calendar_version) v,
            (SELECT id FROM ladder_version WHERE key = 'wake_decider') l),
    n AS (
        INSERT INTO notice (ref, task_id, campaign_id, office_id, unit_id, kind, severity, gathering, title, body, details,
            version, printed_unit_name, created_at)
        SELECT k.ref, dt.id, k.campaign_id, c.office_id, k.unit_id, 'supervision_notice', 3, true, dt.title,
            '在“' || c.title || '”推进中，你单位下列事项未按要求落实。请逐项查明原因，提出整改措施、责任领导和完成时限，签收后按期书面回复。', '{}', 1, '', %(now)s
        FROM keys k JOIN dt USING (campaign_id, unit_id) JOIN campaign c ON c.id = k.campaign_id
        RETURNING id, ref, task_id, campaign_id, unit_id),
    fi AS (
        INSERT INTO finding (ref, firing_id, campaign_id, unit_id, task_id, kind, severity, summary, status, raised_at, reason)
        SELECT 'DC-2026-' || nextval('ref_number'), f.id, d.campaign_id, d.unit_id, d.task_id, 'supervision_notice', 3,
            '“' || d.title || '”，应于2026年4月10日前办结，至今未办结，截至起草时逾期3个工作日。', 'waiting', %(now)s, ''
        FROM due d JOIN f USING (clock_id) RETURNING id, ref, task_id, campaign_id, unit_id, summary),
    i AS MATERIALIZED (
        SELECT fi.*, n.id AS notice_id, row_number() OVER (PARTITION BY n.id ORDER BY fi.id) AS position
        FROM fi JOIN n USING (campaign_id, unit_id)),
    ni AS (
        INSERT INTO notice_item (notice_id, finding_id, task_id, position, text, strike_reason, measure, leader)
        SELECT notice_id, id, task_id, position, summary, '', '', '' FROM i),
    td AS (
        INSERT INTO told (cause, person_id, post_id, campaign_id, task_id, message, facts, grave, created_at)
        SELECT 'firing:' || f.id, p.person_id, p.id, d.campaign_id, d.task_id, 'raised',
            jsonb_build_object('task_ref', d.ref, 'title', d.title, 'unit', u.name, 'campaign', c.title, 'due_on', d.due_on,
                'rung_title', '拟发督导通知书', 'duty', '办结'), false, %(now)s
        FROM due d JOIN f USING (clock_id) JOIN campaign c ON c.id = d.campaign_id JOIN office o ON o.id = c.office_id
        JOIN unit_name u ON u.unit_id = d.unit_id AND u.valid_to IS NULL
        JOIN post p ON p.unit_id = o.unit_id AND p.role = 'supervisor'),
    said AS MATERIALIZED (
        SELECT 'task' AS stream_kind, d.task_id AS subject_id, 1 AS place, 'rung.fired' AS kind, jsonb_build_object(
            'clock', d.name, 'occurrence', d.occurrence, 'rung', 4, 'rung_name', 'supervise', 'act', 'raise', 'cause', 'late',
            'fell_due_at', %(now)s::text, 'ladder', d.ladder_version_id, 'finding', i.ref, 'due_on', d.due_on,
            'quality_failures', 0, 'failed_rechecks', 0) AS payload
        FROM due d JOIN i USING (task_id)
        UNION ALL SELECT 'notice', i.notice_id, 1 + i.position, 'notice.finding_gathered',
            jsonb_build_object('finding', i.ref, 'task', d.ref, 'position', i.position) FROM i JOIN due d USING (task_id)
        UNION ALL SELECT 'notice', n.id, 1, 'notice.drafted', jsonb_build_object('ref', n.ref, 'kind', 'supervision_notice',
            'unit', n.unit_id, 'severity', 3, 'task', n.task_id) FROM n
        UNION ALL SELECT 'task', dt.id, 1, 'task.opened', jsonb_build_object('ref', dt.ref, 'campaign', dt.campaign_id, 'unit',
            dt.unit_id, 'measure', null, 'parent', null, 'workflow', 'supervision_notice', 'workflow_version', 1, 'state',
            'gathering', 'title', dt.title, 'clocks', jsonb_build_object('decide', %(clock)s::jsonb)) FROM dt),
    chained AS MATERIALIZED (
        SELECT said.*, sha256('\\x00'::bytea || convert_to(payload::text, 'UTF8')) AS hash FROM said),
    heads AS MATERIALIZED (
        SELECT stream_kind, subject_id, count(*) AS many, max(hash) AS head FROM chained GROUP BY 1, 2),
    s AS (
        INSERT INTO stream (kind, subject_id, seq, head, sealed_seq)
        SELECT stream_kind, subject_id, many, head, 0 FROM heads
        ON CONFLICT (kind, subject_id) DO UPDATE SET seq = stream.seq + excluded.seq, head = excluded.head
        RETURNING id, kind, subject_id, seq),
    e AS (
        INSERT INTO event (stream_id, seq, at, kind, payload, previous, hash)
        SELECT s.id, s.seq - h.many + c.place, %(now)s, c.kind, c.payload, c.hash, c.hash
        FROM chained c JOIN heads h USING (stream_kind, subject_id)
        JOIN s ON s.kind = c.stream_kind AND s.subject_id = c.subject_id)
    UPDATE clock SET next_fire_at = %(now)s::timestamptz + interval '5 days' FROM due WHERE clock.id = due.clock_id"""


def measure(servers: RunningServers, *, campaigns: int, units: int, measures: int, repeat: int) -> list[Figure]:
    """Escalate campaigns × units × measures overdue clocks, and write the same rows by plain SQL; the best of each.

    The same by two workers at once, against one; and how far a worker grows, against a quarter of the clocks.
    """
    clocks = campaigns * units * measures
    floors, one, two, grown = [], [], [], []
    with late_county(servers, campaigns=campaigns, units=units, measures=measures) as url:
        for _ in range(repeat):
            with twin(url) as plain:
                with connected(plain) as connection:
                    floors.append(seconds(lambda: connection.execute(FLOOR, {"now": LATE, "clock": A_CLOCK})))
                expected = rows_written(plain), row_bytes(plain)
            with twin(url) as swept:
                took, (alone,) = swept_by(swept, LATE)
                one.append(took)
                grown.append(alone.grown)
                _assert_same_rows((rows_written(swept), row_bytes(swept)), expected)
            with twin(url) as swept:
                two.append(swept_by(swept, LATE, many=2)[0])
                assert rows_written(swept)["firing"] == expected[0]["firing"]
        with twin(url) as fewer:
            with connected(fewer) as connection:
                connection.execute(A_QUARTER)
            _, (quarter,) = swept_by(fewer, LATE)
        chained = chaining.measure(url, LATE)
    floor, took = min(floors), min(one)
    return [
        Figure("clocks_escalated", clocks, clocks / took, "clocks/s",
               f"{campaigns} 次行动共 {clocks} 个逾期计时，判级、触发、待处、拟稿、留痕、告知，{took:.1f} 秒", clocks / floor),
        Figure("escalated_by_two", clocks, clocks / min(two), "clocks/s", f"两个工作进程同时，{min(two):.1f} 秒；对照为一个",
               clocks / took),
        Figure("sweep_memory", clocks, min(grown) / MIB, "MiB", f"一次清扫最多多占的内存；对照为 {quarter.fired} 个计时",
               max(quarter.grown, MIB) / MIB),
        chained,
    ]  # fmt: skip


@contextlib.contextmanager
def late_county(servers: RunningServers, *, campaigns: int, units: int, measures: int) -> Iterator[str]:
    """A county in which every finish clock has just come to the rung that raises."""
    with county(servers, units=units, measures=measures, campaigns=campaigns) as url:
        issue(url)
        with connected(url) as connection:
            connection.execute("UPDATE clock SET status = 'held', next_fire_at = NULL WHERE name = 'accept'")
            connection.execute(BEFORE, {"now": morning("2026-04-13")})
            connection.execute("UPDATE campaign SET digest_at = NULL")  # the leaders' week is no part of escalating
            connection.execute(
                "UPDATE clock SET next_fire_at = %s WHERE name = 'finish'", (morning("2026-04-15", "09:10"),)
            )
            connection.execute("VACUUM FULL")
            connection.execute("ANALYZE")
        yield url


def _assert_same_rows(
    written: tuple[dict[str, int], dict[str, int]], expected: tuple[dict[str, int], dict[str, int]]
) -> None:
    """The floor wrote as many rows as the engine, and rows as wide, in every table: neither has the lighter load."""
    assert written[0] == expected[0], (written[0], expected[0])
    for table, size in written[1].items():
        assert abs(expected[1][table] - size) <= size * WIDTHS_DIFFER_BY, (table, size, expected[1][table])
