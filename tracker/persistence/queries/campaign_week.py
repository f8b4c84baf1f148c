"""How campaigns stand in a line each, for leaders: on their page, and in the mail of the week."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.digests import WEEK, week_of
from tracker.domain.permissions import Viewer
from tracker.domain.values import local_date
from tracker.persistence.queries.tallies import OPEN_AND_LATE
from tracker.persistence.queries.visibility import OFFICE_SEES, scope

MOST_UNITS = 3

#: The tasks of whole campaigns, kept and counted as for the list of campaigns. Who may see them is the caller's to know.
WEEKS = text(f"""
    WITH kept AS (
        SELECT s.campaign_id, sum(s.tasks) AS tasks, sum(s.tasks) FILTER (WHERE s.stage = 'done') AS done,
            sum(s.tasks) FILTER (WHERE s.stage = 'unit' AND s.due_on BETWEEN :today AND :week_ends) AS due_week,
            sum(s.tasks) FILTER (WHERE s.due_on < :today) AS should_be_done
        FROM tally s WHERE s.campaign_id = ANY(CAST(:campaigns AS bigint[])) AND s.stage <> 'withdrawn' GROUP BY 1),
    done AS (
        SELECT t.campaign_id, count(*) AS many FROM task t
        WHERE t.done AND NOT t.paper AND t.done_at >= CAST(:week_ago AS timestamptz)
          AND t.campaign_id = ANY(CAST(:campaigns AS bigint[])) GROUP BY 1),
    by_unit AS MATERIALIZED (
        SELECT t.campaign_id, t.unit_id, count(*) AS late, min(t.due_at) AS oldest FROM task t
        WHERE {OPEN_AND_LATE} AND t.campaign_id = ANY(CAST(:campaigns AS bigint[])) GROUP BY 1, 2),
    late AS (SELECT campaign_id, sum(late) AS many FROM by_unit GROUP BY 1),
    worst AS (
        SELECT w.campaign_id, jsonb_agg(
            jsonb_build_object('id', w.unit_id, 'name', un.name, 'late', w.late) ORDER BY w.place) AS units
        FROM (SELECT campaign_id, unit_id, late, row_number() OVER (
                  PARTITION BY campaign_id ORDER BY late DESC, oldest, unit_id) AS place
              FROM by_unit) w
        JOIN unit_name un ON un.unit_id = w.unit_id AND un.valid_to IS NULL
        WHERE w.place <= {MOST_UNITS} GROUP BY w.campaign_id),
    his AS (
        SELECT g.id, g.campaign_id FROM task g
        WHERE g.campaign_id = ANY(CAST(:campaigns AS bigint[])) AND NOT g.final AND g.waits_for = 'leader'
        UNION
        SELECT g.id, g.campaign_id FROM extension e JOIN task g ON g.id = e.task_id
        WHERE e.status = 'asked' AND e.steps = 2 AND e.examined_at IS NOT NULL AND NOT g.final
          AND g.campaign_id = ANY(CAST(:campaigns AS bigint[]))),
    waiting AS (SELECT campaign_id, count(*) AS many FROM his GROUP BY 1)
    SELECT c.id AS campaign_id, c.ref, c.title, c.starts_on, c.ends_on, c.digest_at,
        CAST(coalesce(s.tasks, 0) AS bigint) AS tasks, CAST(coalesce(s.done, 0) AS bigint) AS done,
        coalesce(d.many, 0) AS done_week, CAST(coalesce(l.many, 0) AS bigint) AS late,
        CAST(coalesce(s.due_week, 0) AS bigint) AS due_week,
        CAST(coalesce(s.should_be_done, 0) AS bigint) AS should_be_done,
        coalesce(w.units, '[]'::jsonb) AS worst, coalesce(g.many, 0) AS waiting
    FROM campaign c LEFT JOIN kept s ON s.campaign_id = c.id LEFT JOIN done d ON d.campaign_id = c.id
    LEFT JOIN late l ON l.campaign_id = c.id LEFT JOIN worst w ON w.campaign_id = c.id
    LEFT JOIN waiting g ON g.campaign_id = c.id
    WHERE c.id = ANY(CAST(:campaigns AS bigint[])) ORDER BY c.starts_on DESC, c.id DESC""")

#: The campaigns under way of which the viewer sees all.
FOLLOWED = text(f"""
    SELECT c.id FROM campaign c JOIN office o ON o.id = c.office_id WHERE c.status = 'issued' AND {OFFICE_SEES}
    ORDER BY c.id""")

#: What the office side has not decided by its date, by whose move it is.
SITTING = text(f"""
    SELECT t.waits_for, count(*) AS many, min(k.due_on) AS oldest_on
    FROM task t JOIN campaign c ON c.id = t.campaign_id JOIN office o ON o.id = c.office_id
    JOIN clock k ON k.task_id = t.id AND k.status = 'running' AND k.due_at <= :now
    WHERE NOT t.final AND NOT t.done AND t.waits_for IN ('supervisor', 'office') AND t.tie IS DISTINCT FROM 'share'
      AND {OFFICE_SEES}
    GROUP BY 1 ORDER BY 2 DESC""")


@dataclass(frozen=True, slots=True)
class CampaignWeek:
    """One campaign. `should_be_done` = tasks whose day has passed; `waiting` = what waits for a leader."""

    campaign_id: int
    ref: str
    title: str
    starts_on: date
    ends_on: date
    digest_at: datetime | None
    tasks: int
    done: int
    done_week: int
    late: int
    due_week: int
    should_be_done: int
    worst: Sequence[dict[str, Any]]
    waiting: int

    @property
    def worst_units(self) -> str:
        """Return the units with most late tasks in words, empty where none is late."""
        return "、".join(f"{one['name']}{one['late']}项" for one in self.worst)

    def facts(self) -> dict[str, Any]:
        """Return what the mail of the week says of it."""
        return {
            "campaign": self.title, "tasks": self.tasks, "done": self.done, "done_week": self.done_week,
            "late": self.late, "due_week": self.due_week, "worst": self.worst_units, "waiting": self.waiting,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class SittingRow:
    """How many matters one side has not decided by their date, and the oldest date."""

    waits_for: str
    many: int
    oldest_on: date


def find_followed(session: Session, viewer: Viewer) -> list[int]:
    """Return the ids of the campaigns under way of which the viewer sees all."""
    return list(session.execute(FOLLOWED, scope(viewer)).scalars())


def read_weeks(session: Session, campaign_ids: Iterable[int], *, now: datetime) -> tuple[CampaignWeek, ...]:
    """Return how campaigns stand, the newest first, each as a whole."""
    today = local_date(now)
    given = {
        "campaigns": sorted(campaign_ids), "now": now, "today": today, "week_ago": now - WEEK,
        "week_ends": week_of(today) + WEEK - timedelta(days=1),
    }  # fmt: skip
    return tuple(CampaignWeek(**row) for row in session.execute(WEEKS, given).mappings())


def find_sitting(session: Session, given: dict[str, Any], *, now: datetime) -> tuple[SittingRow, ...]:
    """Return what others at the viewer's offices let lie; `given` is the viewer's scope."""
    return tuple(SittingRow(**row) for row in session.execute(SITTING, {**given, "now": now}).mappings())
