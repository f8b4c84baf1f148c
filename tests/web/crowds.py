"""More units than fit on a page, each with every duty of the campaign, written into the tables."""

from __future__ import annotations

from sqlalchemy import text

from tests.web.site import Site

UNITS = """
    WITH new AS (
        INSERT INTO unit (key, kind, level, created_at) SELECT 'many' || n, 'village', 'village', now()
        FROM generate_series(1, :many) AS n RETURNING id, key),
    named AS (
        INSERT INTO unit_name (unit_id, name, short_name, position, valid_from, bigrams)
        SELECT id, key || '村', '', 1000, DATE '2026-01-01', '{}' FROM new)
    INSERT INTO assignment (measure_id, unit_id, role) SELECT m.id, new.id, 'each' FROM new, measure m"""

#: A task and a paper of each of them, like the first ones there are.
TASKS = """
    WITH wanted AS (
        SELECT a.unit_id, min(a.id) AS assignment_id FROM assignment a JOIN unit u ON u.id = a.unit_id
        WHERE u.key LIKE 'many%' GROUP BY 1),
    tasks AS (
        INSERT INTO task (ref, campaign_id, assignment_id, measure_id, unit_id, workflow_key, workflow_version_id, period_key,
            title, state, waits_for, done, final, sent_back, version, opened_at, severity_raise, last_doers, paper)
        SELECT 'X-' || w.unit_id || '-' || p.paper, t.campaign_id, CASE WHEN NOT p.paper THEN w.assignment_id END,
            t.measure_id, w.unit_id, t.workflow_key, t.workflow_version_id, t.period_key, t.title, t.state, t.waits_for, t.done,
            t.final, t.sent_back, t.version, t.opened_at, 0, '{}', p.paper
        FROM wanted w, (SELECT * FROM task WHERE NOT paper ORDER BY id LIMIT 1) t, (VALUES (false), (true)) AS p(paper)
        RETURNING id, unit_id, paper)
    INSERT INTO notice (ref, task_id, campaign_id, office_id, unit_id, kind, severity, gathering, title, body, details, version,
        printed_unit_name, created_at)
    SELECT 'N-' || t.id, t.id, n.campaign_id, n.office_id, t.unit_id, n.kind, n.severity, false, n.title, '', '{}', 1, '',
        n.created_at
    FROM tasks t, (SELECT * FROM notice ORDER BY id LIMIT 1) n WHERE t.paper"""


def add_units(site: Site, many: int, *, with_tasks: bool = False) -> None:
    """Add villages many1村, many2村 and so on, after those that are there."""
    with site.world.container.uows() as uow:
        uow.session.execute(text(UNITS), {"many": many})
        if with_tasks:
            uow.session.execute(text(TASKS))
        uow.commit()
