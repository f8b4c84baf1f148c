"""What the lateness of a unit's tasks is cut from, as rows; `domain.lateness` cuts it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.lateness import LateFacts
from tracker.domain.permissions import Viewer
from tracker.domain.values import local_date
from tracker.persistence.queries.lights import LIGHT, light_moment
from tracker.persistence.queries.visibility import DUTY_SEEN, NO_PAPER, scope

_DAY = "CAST({moment} AT TIME ZONE 'Asia/Shanghai' AS date)"

#: Every task (no papers) of a unit that passed, or was finished after, the day first given. An extension counts where
#: the day that it granted is the one that holds. What a task left behind when it was withdrawn is nobody's lateness.
LATE_TASKS = text(f"""
    SELECT t.ref, t.title, c.ref AS campaign_ref, c.title AS campaign_title, {LIGHT} AS light,
        CASE WHEN x.granted_on = k.due_on THEN x.first_due_on ELSE k.due_on END AS first_due_on, k.due_on,
        k.ladder_from_on, greatest({_DAY.format(moment="t.opened_at")}, h.handed_on) AS got_on,
        {_DAY.format(moment="g.given_up_at")} AS given_up_on, {_DAY.format(moment="t.done_at")} AS done_on
    FROM task t JOIN campaign c ON c.id = t.campaign_id JOIN office o ON o.id = c.office_id
    JOIN clock k ON k.task_id = t.id AND k.name = 'finish'
    LEFT JOIN stream s ON s.kind = 'task' AND s.subject_id = t.id
    LEFT JOIN LATERAL (
        SELECT max(e.granted_on) AS granted_on, min(e.old_due_on) AS first_due_on
        FROM extension e WHERE e.task_id = t.id AND e.status = 'granted') x ON true
    LEFT JOIN LATERAL (
        SELECT max(CAST(e.payload ->> 'on' AS date)) AS handed_on
        FROM event e WHERE e.stream_id = s.id AND e.kind = 'task.handed_over') h ON true
    LEFT JOIN LATERAL (
        SELECT min(e.at) AS given_up_at FROM event e
        WHERE e.stream_id = s.id AND e.payload #>> '{{clocks,finish,status}}' IN ('held', 'paused', 'done')
          AND e.seq > (SELECT max(r.seq) FROM event r
                       WHERE r.stream_id = s.id AND r.payload #>> '{{clocks,finish,status}}' = 'running')) g ON true
    WHERE t.unit_id = :unit AND {NO_PAPER} AND (t.done OR NOT t.final) AND {DUTY_SEEN}
      AND coalesce({_DAY.format(moment="t.done_at")}, CAST(:today AS date))
          > CASE WHEN x.granted_on = k.due_on THEN x.first_due_on ELSE k.due_on END
    ORDER BY t.done, k.due_on, t.id""")


@dataclass(frozen=True, slots=True)
class LateTask:
    """One task and what its lateness is cut from; `light` is its code now."""

    ref: str
    title: str
    campaign_ref: str
    campaign_title: str
    light: str
    first_due_on: date
    due_on: date
    ladder_from_on: date
    got_on: date
    given_up_on: date | None
    done_on: date | None

    def facts(self, today: date) -> LateFacts:
        """Return what `domain.lateness` cuts."""
        return LateFacts(
            self.first_due_on, self.due_on, self.ladder_from_on, self.got_on, self.given_up_on, self.done_on or today
        )


def find_late_tasks(
    session: Session, viewer: Viewer, unit_id: int, *, now: datetime, calendar: WorkingCalendar
) -> tuple[LateTask, ...]:
    """Return the unit's tasks that are or were late as far as the viewer sees them, open ones first."""
    given = {**scope(viewer), **light_moment(now, calendar), "unit": unit_id, "today": local_date(now)}
    return tuple(LateTask(**row) for row in session.execute(LATE_TASKS, given).mappings())
