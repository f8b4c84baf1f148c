"""How a campaign goes: how far its tasks got, by unit, by kind, by week against what was scheduled. Four queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.permissions import Viewer
from tracker.persistence.queries.campaign_page import CampaignRow
from tracker.persistence.queries.lights import SUMS, TO_ACCEPT
from tracker.persistence.queries.visibility import DUTY_SEEN, NO_PAPER, scope

#: The tasks that the list of campaigns counts: no papers, nothing withdrawn.
_COUNTED = f"""
    FROM task t JOIN campaign c ON c.id = t.campaign_id JOIN office o ON o.id = c.office_id
    JOIN unit_name un ON un.unit_id = t.unit_id AND un.valid_to IS NULL
    WHERE c.ref = :ref AND {NO_PAPER} AND (t.done OR NOT t.final) AND {DUTY_SEEN}"""

FUNNEL = text(f"""
    SELECT {SUMS}, count(*) FILTER (WHERE t.done OR NOT {TO_ACCEPT}) AS accepted,
        count(*) FILTER (WHERE t.done OR t.waits_for <> 'unit') AS reported
    {_COUNTED}""")

BY_UNIT = text(f"""
    SELECT t.unit_id, un.name AS title, {SUMS} {_COUNTED} GROUP BY t.unit_id, un.name, un.position
    ORDER BY un.position, t.unit_id""")

BY_KIND = text(f"""
    SELECT t.workflow_key AS title, {SUMS} {_COUNTED} GROUP BY t.workflow_key ORDER BY count(*) DESC, t.workflow_key""")

BY_WEEK = text(f"""
    SELECT CAST(date_trunc('week', t.due_on) AS date) AS due_week,
        CASE WHEN t.done THEN CAST(date_trunc('week', t.done_at AT TIME ZONE 'Asia/Shanghai') AS date) END AS done_week,
        count(*) AS many
    {_COUNTED} GROUP BY 1, 2""")


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
    return Trends(
        Funnel(**session.execute(FUNNEL, given).mappings().one()),
        tuple(Part(**row) for row in session.execute(BY_UNIT, given).mappings()),
        tuple(Part(**row) for row in session.execute(BY_KIND, given).mappings()),
        tuple(WeekPair(**row) for row in session.execute(BY_WEEK, given).mappings()),
    )
