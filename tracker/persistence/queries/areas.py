"""Areas: who covers which units in a campaign, and what an area leader sees of the own area."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.permissions import Viewer
from tracker.domain.values import Role
from tracker.persistence.queries.lights import LIGHT, light_moment

_GOOD = """p.starts_on <= :today AND (p.ends_on IS NULL OR p.ends_on >= :today)
    AND (h.left_on IS NULL OR h.left_on > :today)"""

UNITS = text(f"""
    SELECT u.id, u.key, n.name, u.kind,
        coalesce((SELECT jsonb_agg(jsonb_build_object('post', p.id, 'person', p.person_id, 'name', h.name,
                'label', p.title, 'own', p.campaign_id IS NOT NULL) ORDER BY p.id)
            FROM post p JOIN person h ON h.id = p.person_id
            WHERE p.unit_id = u.id AND p.role = 'area_leader' AND (p.campaign_id IS NULL OR p.campaign_id = :campaign)
              AND {_GOOD}), '[]'::jsonb) AS leaders
    FROM unit u JOIN unit_name n ON n.unit_id = u.id AND n.valid_to IS NULL
    WHERE u.ended_on IS NULL AND u.id IN (
        SELECT a.unit_id FROM assignment a JOIN measure m ON m.id = a.measure_id WHERE m.campaign_id = :campaign)
    ORDER BY n.position, u.id""")

CANDIDATES = text(f"""
    SELECT DISTINCT h.id, h.name, (SELECT string_agg(DISTINCT n.short_name || coalesce(nullif(x.title, ''), ''), '、')
        FROM post x JOIN unit_name n ON n.unit_id = x.unit_id AND n.valid_to IS NULL
        WHERE x.person_id = h.id AND (x.ends_on IS NULL OR x.ends_on >= :today) AND x.campaign_id IS NULL) AS posts
    FROM person h JOIN post p ON p.person_id = h.id
    WHERE {_GOOD} AND p.unit_id = ANY(CAST(:within AS bigint[])) AND (CAST(:name AS text) IS NULL OR h.name = :name)
      AND NOT EXISTS (SELECT FROM post q WHERE q.person_id = h.id
          AND q.role IN ('system_admin', 'security_admin', 'audit_admin')
          AND (q.ends_on IS NULL OR q.ends_on >= :today))
    ORDER BY h.name, h.id LIMIT :most""")

OWN = text(f"""
    WITH seen AS (
        SELECT DISTINCT w.unit_id, w.campaign_only
        FROM unnest(CAST(:units AS bigint[]), CAST(:campaigns AS bigint[])) AS w(unit_id, campaign_only)),
    lit AS (
        SELECT t.id, t.ref, t.title, t.unit_id, t.due_on, c.title AS campaign_title, c.ref AS campaign_ref, {LIGHT} AS light
        FROM task t JOIN campaign c ON c.id = t.campaign_id LEFT JOIN notice n ON n.task_id = t.id
        WHERE c.status <> 'draft' AND (n.id IS NULL OR n.issued_at IS NOT NULL)
          AND EXISTS (SELECT FROM seen WHERE seen.unit_id = t.unit_id
                      AND (seen.campaign_only IS NULL OR seen.campaign_only = c.id)))
    SELECT u.id AS unit_id, u.key, n.name,
        coalesce((SELECT jsonb_object_agg(g.light, g.many) FROM
            (SELECT light, count(*) AS many FROM lit WHERE lit.unit_id = u.id GROUP BY light) g), '{{}}'::jsonb) AS lights,
        coalesce((SELECT jsonb_agg(jsonb_build_object('ref', l.ref, 'title', l.title, 'due_on', l.due_on,
                'light', l.light, 'campaign', l.campaign_title) ORDER BY l.due_on NULLS LAST, l.id)
            FROM lit l WHERE l.unit_id = u.id AND l.light IN ('late', 'due_soon', 'sent_back', 'to_accept')),
            '[]'::jsonb) AS waiting
    FROM (SELECT DISTINCT unit_id FROM seen) s JOIN unit u ON u.id = s.unit_id
    JOIN unit_name n ON n.unit_id = u.id AND n.valid_to IS NULL
    WHERE u.ended_on IS NULL ORDER BY n.position, u.id""")


@dataclass(frozen=True, slots=True)
class AreaUnit:
    """A unit with a duty in a campaign; leaders (post, person, name, label, own = for this campaign only)."""

    id: int
    key: str
    name: str
    kind: str
    leaders: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could cover an area."""

    id: int
    name: str
    posts: str | None


@dataclass(frozen=True, slots=True)
class OwnUnit:
    """A unit of the own area: how many tasks of each light, and those that wait for the unit."""

    unit_id: int
    key: str
    name: str
    lights: Mapping[str, int]
    waiting: Sequence[Mapping[str, Any]]


def area_units(session: Session, campaign_id: int, *, today: date) -> list[AreaUnit]:
    """Return the units of a campaign with their area leaders."""
    rows = session.execute(UNITS, {"campaign": campaign_id, "today": today}).mappings()
    return [AreaUnit(**row) for row in rows]


def find_candidates(
    session: Session, *, within: frozenset[int] | None, today: date, name: str | None = None, most: int = 500
) -> list[Candidate]:
    """Return people of an administration by name, or those of one very name."""
    given = {"within": sorted(within or ()), "today": today, "name": name, "most": most}
    return [Candidate(**row) for row in session.execute(CANDIDATES, given).mappings()]


def own_area(session: Session, viewer: Viewer, *, now: datetime, calendar: WorkingCalendar) -> list[OwnUnit]:
    """Return the units that the viewer covers, with their lights."""
    pairs = [
        (unit_id, post.campaign_id)
        for post in viewer.actor.posts
        if post.role is Role.AREA_LEADER
        for unit_id in sorted(viewer.below.get(post.unit_id, frozenset({post.unit_id})))
    ]
    given = {
        "units": [unit for unit, _ in pairs], "campaigns": [campaign for _, campaign in pairs],
        **light_moment(now, calendar),
    }  # fmt: skip
    return [OwnUnit(**{**row, "waiting": _dated(row["waiting"])}) for row in session.execute(OWN, given).mappings()]


def _dated(tasks: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Give days back as days: JSON has none."""
    return [{**task, "due_on": date.fromisoformat(task["due_on"]) if task["due_on"] else None} for task in tasks]
