"""How a campaign goes: how far its tasks got, by unit, by kind, by week against what was scheduled. Two queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.permissions import Viewer
from tracker.persistence.queries.campaign_page import CampaignRow
from tracker.persistence.queries.lights import LATE
from tracker.persistence.queries.visibility import DUTY_SEEN, NO_PAPER, scope

#: The tasks that the list of campaigns counts (no papers, nothing withdrawn), looked at once and summed up three ways.
#: Nothing in `seen` stands for itself: of a campaign with twenty thousand tasks it is the cost.
PARTS = text(f"""
    WITH seen AS (
        SELECT t.unit_id, t.workflow_key, t.done, NOT t.done AND {LATE} AS late,
            t.done OR t.waits_for <> 'unit' AS reported,
            CASE WHEN t.done THEN CAST(date_trunc('week', t.done_at AT TIME ZONE 'Asia/Shanghai') AS date) END AS done_week,
            CAST(date_trunc('week', t.due_on) AS date) AS due_week
        FROM task t JOIN campaign c ON c.id = t.campaign_id JOIN office o ON o.id = c.office_id
        WHERE c.ref = :ref AND {NO_PAPER} AND (t.done OR NOT t.final) AND {DUTY_SEEN}),
    summed AS (
        SELECT grouping(unit_id) = 0 AS by_unit, grouping(workflow_key) = 0 AS by_kind, grouping(due_week) = 0 AS by_week,
            unit_id, workflow_key, due_week, done_week, count(*) AS tasks, count(*) FILTER (WHERE done) AS done,
            count(*) FILTER (WHERE late) AS late, count(*) FILTER (WHERE reported) AS reported
        FROM seen GROUP BY GROUPING SETS ((unit_id), (workflow_key), (due_week, done_week), ()))
    SELECT s.*, un.name AS unit_name FROM summed s
    LEFT JOIN unit_name un ON un.unit_id = s.unit_id AND un.valid_to IS NULL
    ORDER BY un.position, s.unit_id, s.tasks DESC, s.workflow_key""")

TO_BE_ACCEPTED = text(f"""
    SELECT count(*) FROM (
        SELECT t.* FROM clock k JOIN task t ON t.id = k.task_id
        WHERE k.name = 'accept' AND k.status = 'running' OFFSET 0) t
    JOIN campaign c ON c.id = t.campaign_id
    WHERE c.ref = :ref AND {NO_PAPER} AND NOT t.done AND NOT t.final AND {DUTY_SEEN}""")


@dataclass(frozen=True, slots=True)
class Funnel:
    """How far the tasks got; each step holds the ones after it."""

    tasks: int
    done: int
    late: int
    accepted: int
    reported: int


@dataclass(frozen=True, slots=True)
class Part:
    """The tasks of one unit, or of one kind (`title` is then the workflow's key)."""

    title: str
    tasks: int
    done: int
    late: int
    unit_id: int | None = None


@dataclass(frozen=True, slots=True)
class WeekPair:
    """So many tasks fall due in one week and were finished in another (None = without a date, or not yet)."""

    due_week: date | None
    done_week: date | None
    many: int


@dataclass(frozen=True, slots=True)
class Trends:
    """All of it. The parts by unit and those by kind each add up to the funnel's first, second and third figure."""

    funnel: Funnel
    units: tuple[Part, ...]
    kinds: tuple[Part, ...]
    weeks: tuple[WeekPair, ...]


def read_trends(session: Session, viewer: Viewer, campaign: CampaignRow, *, now: datetime) -> Trends:
    """Return how the viewer's part of a campaign goes."""
    given = {**scope(viewer), "ref": campaign.ref, "now": now}
    found = session.execute(PARTS, given).all()
    (whole,) = (row for row in found if not (row.by_unit or row.by_kind or row.by_week))
    waiting = session.execute(TO_BE_ACCEPTED, given).scalar_one()
    return Trends(
        Funnel(whole.tasks, whole.done, whole.late, whole.tasks - waiting, whole.reported),
        tuple(Part(row.unit_name, row.tasks, row.done, row.late, row.unit_id) for row in found if row.by_unit),
        tuple(Part(row.workflow_key, row.tasks, row.done, row.late) for row in found if row.by_kind),
        tuple(WeekPair(row.due_week, row.done_week, row.tasks) for row in found if row.by_week),
    )
