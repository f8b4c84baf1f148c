"""What a table of units counts: every task of the plan's measures by its own light, withdrawn ones left out. One query.

A standing duty counts once for each period begun, where the matrix lights its present period alone. Of a joint
measure the lead counts its task and each support unit its part; who was handed a share counts that.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.ranking import UnitCount
from tracker.persistence.queries.lights import LIGHT, light_moment

COUNTS = text(f"""
    SELECT un.name, u.kind, count(*) AS tasks, count(*) FILTER (WHERE light = 'done') AS done,
        count(*) FILTER (WHERE light = 'late') AS late
    FROM (SELECT t.unit_id, {LIGHT} AS light FROM task t WHERE t.campaign_id = :campaign AND t.measure_id IS NOT NULL) lit
    JOIN unit u ON u.id = lit.unit_id JOIN unit_name un ON un.unit_id = u.id AND un.valid_to IS NULL
    WHERE light <> 'withdrawn'
    GROUP BY u.id, un.name, u.kind, un.position ORDER BY un.position, u.id""")


def count_by_unit(
    session: Session, campaign_id: int, *, now: datetime, calendar: WorkingCalendar
) -> tuple[UnitCount, ...]:
    """Return the counts of every unit of a campaign in protocol order."""
    given = {**light_moment(now, calendar), "campaign": campaign_id}
    return tuple(UnitCount(*row) for row in session.execute(COUNTS, given))
