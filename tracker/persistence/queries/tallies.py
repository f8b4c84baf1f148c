"""How many tasks show which light, from what is kept (models/tally.py): of a million tasks only those are looked at that
are late or wait to be signed for, for that changes with the clock and not with a task.

The sums are those that counting `queries.lights.LIGHT` task by task would give (tests/integration/persistence/test_tallies.py).
"""

from __future__ import annotations

from tracker.persistence.queries.lights import LATE

#: The light of a kept kind while nothing in it is late or to be signed for. Needs :soon_until.
_BEFORE = """CASE WHEN {stage} = 'beside' THEN 'normal' WHEN {stage} <> 'unit' THEN {stage} WHEN {sent_back} THEN 'sent_back'
        WHEN {due_on} <= :soon_until THEN 'due_soon' ELSE 'normal' END"""
_OF_TASK = _BEFORE.format(stage="'unit'", sent_back="t.sent_back", due_on="t.due_on")

#: The task waits for its unit and is late. Said as its index says it. Needs `t`, :now.
OPEN_AND_LATE = f"t.waits_for = 'unit' AND NOT t.done AND NOT t.final AND NOT t.paper AND t.due_at <= :now AND {LATE}"

#: (campaign_id, measure_id, workflow_key, due_on, light, many): add `many` up over what is asked for; a row may take off.
#: {kept} and {own} say of which campaigns, of `s` and of `t`; needs what LIGHT needs.
_LIGHTS = f"""
    SELECT s.campaign_id, s.measure_id, s.workflow_key, s.due_on,
        {_BEFORE.format(stage="s.stage", sent_back="s.sent_back", due_on="s.due_on")} AS light, sum(s.tasks) AS many
    FROM tally s WHERE {{kept}} GROUP BY 1, 2, 3, 4, 5
    UNION ALL
    SELECT l.campaign_id, l.measure_id, l.workflow_key, l.due_on, x.light, x.sign * l.many
    FROM (SELECT t.campaign_id, t.measure_id, t.workflow_key, t.due_on, {_OF_TASK} AS before, count(*) AS many
          FROM task t WHERE {OPEN_AND_LATE} AND {{own}} GROUP BY 1, 2, 3, 4, 5) l
    CROSS JOIN LATERAL (VALUES (l.before, -1), ('late', 1)) AS x(light, sign)
    UNION ALL
    SELECT a.campaign_id, a.measure_id, a.workflow_key, a.due_on, x.light, x.sign * a.many
    FROM (SELECT t.campaign_id, t.measure_id, t.workflow_key, t.due_on, count(*) AS many
          FROM (SELECT k.task_id FROM clock k WHERE k.name = 'accept' AND k.status = 'running' OFFSET 0) k  -- the few first
          JOIN task t ON t.id = k.task_id
          WHERE t.waits_for = 'unit' AND NOT t.done AND NOT t.final AND NOT t.paper AND {_OF_TASK} = 'normal'
            AND NOT {LATE} AND {{own}} GROUP BY 1, 2, 3, 4) a
    CROSS JOIN (VALUES ('normal', -1), ('to_accept', 1)) AS x(light, sign)"""


def lights_of(campaigns: str) -> str:
    """Return the SELECT of kept lights of the campaigns whose id stands in the SQL list or subquery `campaigns`."""
    return _LIGHTS.format(kept=f"s.campaign_id = ANY({campaigns})", own=f"t.campaign_id = ANY({campaigns})")
