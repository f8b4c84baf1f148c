"""What a unit did and how it stands, for those who follow its work: a fixed number of queries, whatever the count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.errors import NotFound
from tracker.domain.lights import WORST_FIRST
from tracker.domain.permissions import Viewer
from tracker.domain.values import local_date
from tracker.persistence.queries.lateness import LateTask, find_late_tasks
from tracker.persistence.queries.lights import LIGHT, light_moment
from tracker.persistence.queries.visibility import DUTY_SEEN, NO_PAPER, OFFICE_SEES, TASK_SEEN, UNIT_SEES, scope

MOST_TASKS, MOST_PAPERS, MOST_STEPS = 50, 20, 30

#: A unit is followed by whoever sees one of the duties that it has or had.
UNIT = text(f"""
    SELECT u.id, u.key, u.kind, u.ended_on, n.name, pn.name AS parent_name
    FROM unit u JOIN unit_name n ON n.unit_id = u.id AND n.valid_to IS NULL
    LEFT JOIN unit_name pn ON pn.unit_id = n.parent_id AND pn.valid_to IS NULL
    WHERE u.id = :unit AND (
        EXISTS (SELECT FROM assignment a JOIN measure m ON m.id = a.measure_id JOIN campaign c ON c.id = m.campaign_id
                JOIN office o ON o.id = c.office_id
                WHERE a.unit_id = u.id AND ({OFFICE_SEES} OR {UNIT_SEES.format(unit="u.id")}))
        OR EXISTS (SELECT FROM task t JOIN campaign c ON c.id = t.campaign_id JOIN office o ON o.id = c.office_id
                   LEFT JOIN notice n ON n.task_id = t.id WHERE t.unit_id = u.id AND {TASK_SEEN}))""")

_TASKS = f"""
    FROM task t JOIN campaign c ON c.id = t.campaign_id JOIN office o ON o.id = c.office_id
    WHERE t.unit_id = :unit AND {NO_PAPER} AND {DUTY_SEEN}"""

SUMS = text(f"""
    SELECT x.campaign_ref, x.campaign_title, jsonb_object_agg(x.light, x.many) AS lights
    FROM (SELECT c.id, c.ref AS campaign_ref, c.title AS campaign_title, c.starts_on, {LIGHT} AS light, count(*) AS many
          {_TASKS} GROUP BY c.id, 5) x
    GROUP BY x.id, x.campaign_ref, x.campaign_title, x.starts_on ORDER BY x.starts_on DESC, x.id DESC""")

OPEN = text(f"""
    SELECT x.*, count(*) OVER () AS total FROM (
        SELECT t.ref, t.title, t.state, t.workflow_version_id, t.waits_for, t.due_on, t.due_at, c.title AS campaign_title,
            {LIGHT} AS light, t.id
        {_TASKS} AND NOT t.final AND NOT t.done) x
    ORDER BY array_position(CAST(:worst_first AS text[]), x.light), x.due_at NULLS LAST, x.id LIMIT :most""")

DONE = text(f"""
    SELECT t.ref, t.title, t.done_at, t.due_on, c.title AS campaign_title, count(*) OVER () AS total
    {_TASKS} AND t.done ORDER BY t.done_at DESC, t.id DESC LIMIT :most""")

PAPERS = text(f"""
    SELECT n.ref, n.kind, n.title, n.printed_number, n.severity, n.issued_at, n.ended_at, n.reply_due_on, t.state,
        t.workflow_version_id, c.settings, {LIGHT} AS light, count(*) OVER () AS total
    FROM notice n JOIN task t ON t.id = n.task_id JOIN campaign c ON c.id = n.campaign_id
    JOIN office o ON o.id = c.office_id
    WHERE n.unit_id = :unit AND n.issued_at IS NOT NULL AND {TASK_SEEN}
    ORDER BY n.issued_at DESC, n.id DESC LIMIT :most""")

#: A campaign of the office in which the viewer follows the unit. Needs `o`.
_CAMPAIGNS_SEEN = f"""FROM campaign c WHERE c.office_id = o.id AND (
    {OFFICE_SEES} OR ({UNIT_SEES.format(unit="CAST(:unit AS bigint)")}
        AND EXISTS (SELECT FROM task t WHERE t.campaign_id = c.id AND t.unit_id = :unit)))"""

STANDINGS = text(f"""
    SELECT o.name AS office_name, s.standing, s.since,
        (SELECT c.settings {_CAMPAIGNS_SEEN} ORDER BY c.id DESC LIMIT 1) AS settings
    FROM unit_standing s JOIN office o ON o.id = s.office_id
    WHERE s.unit_id = :unit AND EXISTS (SELECT {_CAMPAIGNS_SEEN}) ORDER BY o.id""")

#: Who answers there, leaving out posts for campaigns that the viewer has no part in.
HOLDERS = text(f"""
    SELECT h.name, p.role, p.title, h.phone_cipher IS NOT NULL AS has_phone
    FROM post p JOIN person h ON h.id = p.person_id
    WHERE p.unit_id = :unit AND p.starts_on <= :today AND (p.ends_on IS NULL OR p.ends_on >= :today)
      AND (h.left_on IS NULL OR h.left_on > :today)
      AND (p.campaign_id IS NULL OR EXISTS (
          SELECT FROM campaign c JOIN office o ON o.id = c.office_id WHERE c.id = p.campaign_id
          AND ({OFFICE_SEES} OR {UNIT_SEES.format(unit="p.unit_id")})))
    ORDER BY array_position(ARRAY['head', 'liaison', 'area_leader'], p.role) NULLS LAST, p.id""")

#: A standing is the office's, but the paper that changed it is its campaign's: who has no part in that reads the change
#: alone.
STEPS = text(f"""
    SELECT e.at, o.name AS office_name,
        CASE WHEN e.payload ->> 'notice' IS NULL OR EXISTS (
            SELECT FROM notice n JOIN task t ON t.id = n.task_id JOIN campaign c ON c.id = n.campaign_id
            WHERE n.ref = e.payload ->> 'notice' AND {TASK_SEEN})
        THEN e.payload ELSE e.payload - 'notice' - 'number' - 'reason' END AS payload
    FROM stream s JOIN event e ON e.stream_id = s.id JOIN office o ON o.id = CAST(e.payload ->> 'office' AS bigint)
    WHERE s.kind = 'unit' AND s.subject_id = :unit AND e.kind = 'standing.changed'
      AND EXISTS (SELECT {_CAMPAIGNS_SEEN})
    ORDER BY e.seq DESC LIMIT :most""")


@dataclass(frozen=True, slots=True)
class RecordUnit:
    """The unit that is followed."""

    id: int
    key: str
    kind: str
    ended_on: date | None
    name: str
    parent_name: str | None


@dataclass(frozen=True, slots=True)
class CampaignSum:
    """How many of the unit's tasks in one campaign show which light; the sums of the ledger of tasks."""

    campaign_ref: str
    campaign_title: str
    lights: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class UnitRecord:
    """All that the page shows. Lists are cut; the totals say how long they are."""

    unit: RecordUnit
    sums: tuple[CampaignSum, ...]
    open: Sequence[Mapping[str, Any]]
    done: Sequence[Mapping[str, Any]]
    late: tuple[LateTask, ...]
    papers: Sequence[Mapping[str, Any]]
    standings: Sequence[Mapping[str, Any]]
    steps: Sequence[Mapping[str, Any]]
    holders: Sequence[Mapping[str, Any]]


def read_unit_record(
    session: Session, viewer: Viewer, unit_id: int, *, now: datetime, calendar: WorkingCalendar
) -> UnitRecord:
    """Return what the viewer may see of a unit's work; raises NotFound where that is nothing."""
    given = {
        **scope(viewer), **light_moment(now, calendar), "unit": unit_id, "today": local_date(now),
        "worst_first": [light.code for light in WORST_FIRST],
    }  # fmt: skip
    row = session.execute(UNIT, given).mappings().one_or_none()
    if row is None:
        raise NotFound("没有这个单位，或者您无权查看。")
    opened, done, papers, standings, steps, holders = (
        [dict(one) for one in session.execute(query, {**given, "most": most}).mappings()]
        for query, most in (
            (OPEN, MOST_TASKS), (DONE, MOST_PAPERS), (PAPERS, MOST_PAPERS), (STANDINGS, 0), (STEPS, MOST_STEPS),
            (HOLDERS, 0),
        )
    )  # fmt: skip
    return UnitRecord(
        RecordUnit(**row), tuple(CampaignSum(**one) for one in session.execute(SUMS, given).mappings()), opened, done,
        find_late_tasks(session, viewer, unit_id, now=now, calendar=calendar), papers, standings, steps, holders,
    )  # fmt: skip
