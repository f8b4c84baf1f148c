"""`domain.lights.light_of` as SQL, for lists that filter, count or sort by light."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.lights import soon_until
from tracker.domain.values import local_date

#: The unit has yet to sign for it: its accept clock runs. Needs `t`.
TO_ACCEPT = """EXISTS (SELECT FROM clock a
    WHERE a.task_id = t.id AND a.name = 'accept' AND a.status = 'running')"""

#: A later date is asked for and nobody has decided yet.
ASKED = "EXISTS (SELECT FROM extension e WHERE e.task_id = t.id AND e.status = 'asked')"

#: What was found about `t` is contested and nobody has decided yet.
CONTESTED = """EXISTS (SELECT FROM frozen_task z JOIN objection b ON b.id = z.objection_id
    WHERE z.task_id = t.id AND b.outcome = 'open')"""

#: The date of `t`, which waits for its unit, has passed, and neither a later one nor an objection is being decided.
#: Needs :now.
LATE = f"(t.waits_for = 'unit' AND t.due_at <= :now AND NOT {ASKED} AND NOT {CONTESTED})"

#: How many tasks, how many of them are done, how many are late. Needs what LATE needs.
SUMS = f"""count(*) AS tasks, count(*) FILTER (WHERE t.done) AS done,
    count(*) FILTER (WHERE NOT t.done AND {LATE}) AS late"""

#: The code of the light of `t`. Needs :now and :soon_until.
LIGHT = f"""CASE
    WHEN t.final AND NOT t.done THEN 'withdrawn'
    WHEN t.done THEN 'done'
    WHEN t.waits_for <> 'unit' THEN 'normal'
    WHEN {LATE} THEN 'late'
    WHEN t.sent_back THEN 'sent_back'
    WHEN t.due_on <= :soon_until THEN 'due_soon'
    WHEN {TO_ACCEPT} THEN 'to_accept'
    ELSE 'normal' END"""


def light_moment(now: datetime, calendar: WorkingCalendar) -> dict[str, Any]:
    """Return the parameters that LIGHT needs."""
    return {"now": now, "soon_until": soon_until(local_date(now), calendar)}
