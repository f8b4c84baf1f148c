"""A campaign as its office and its units see it: the list, the head, phases, measures, and its tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import RowMapping, text
from sqlalchemy.orm import Session

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.errors import NotFound
from tracker.domain.permissions import Viewer
from tracker.persistence.queries.lights import LIGHT, SUMS, light_moment
from tracker.persistence.queries.paging import Page, fetch_page
from tracker.persistence.queries.sought_units import SOUGHT, UnitChoices, choosing, read_choices
from tracker.persistence.queries.tallies import OPEN_AND_LATE, lights_of
from tracker.persistence.queries.visibility import (
    CAMPAIGN_SEEN,
    DUTY_SEEN,
    NO_PAPER,
    OFFICE_SEES,
    UNIT_SEES,
    scope,
)

#: Nobody reads the names of more units under one measure.
MOST_NAMED = 40

_ASSIGNMENT_SEEN = f"({OFFICE_SEES} OR {UNIT_SEES.format(unit='a.unit_id')})"

CAMPAIGNS = text(f"""
    SELECT c.ref, c.title, c.summary, c.starts_on, c.ends_on, c.status, c.version, c.issued_at,
        o.name AS office_name, o.unit_id AS office_unit_id, c.id, c.settings, x.tasks, x.done, x.late,
        {OFFICE_SEES} AS whole
    FROM campaign c JOIN office o ON o.id = c.office_id
    LEFT JOIN LATERAL (
        SELECT {SUMS} FROM task t WHERE t.campaign_id = c.id AND NOT {OFFICE_SEES} AND {NO_PAPER} AND (t.done OR NOT t.final)
            AND {DUTY_SEEN}) x ON true
    WHERE (CAST(:ref AS text) IS NULL OR c.ref = :ref) AND {CAMPAIGN_SEEN}
    ORDER BY c.starts_on DESC, c.id DESC""")

#: Whole campaigns, from what is kept. Who may see them is the caller's to know.
WHOLE = text(f"""
    WITH kept AS (
        SELECT s.campaign_id AS id, sum(s.tasks) AS tasks, sum(s.tasks) FILTER (WHERE s.stage = 'done') AS done
        FROM tally s WHERE s.campaign_id = ANY(CAST(:campaigns AS bigint[])) AND s.stage <> 'withdrawn' GROUP BY 1),
    late AS (SELECT t.campaign_id AS id, count(*) AS late FROM task t
             WHERE {OPEN_AND_LATE} AND t.campaign_id = ANY(CAST(:campaigns AS bigint[])) GROUP BY 1)
    SELECT k.id, CAST(k.tasks AS bigint) AS tasks, CAST(coalesce(k.done, 0) AS bigint) AS done, coalesce(l.late, 0) AS late
    FROM kept k LEFT JOIN late l ON l.id = k.id""")

PHASES = text("""
    SELECT p.key, p.title, p.starts_on, p.ends_on FROM phase p JOIN campaign c ON c.id = p.campaign_id
    WHERE c.ref = :ref ORDER BY p.position, p.id""")

#: The lights of a part of a campaign, task by task, and of a whole one, from what is kept.
_LIGHTS_SEEN = f"""
    SELECT t.measure_id, {LIGHT} AS light, 1 AS many FROM task t
    JOIN campaign c ON c.id = t.campaign_id JOIN office o ON o.id = c.office_id
    WHERE c.ref = :ref AND t.measure_id IS NOT NULL AND {DUTY_SEEN}"""
_LIGHTS_KEPT = f"""
    SELECT measure_id, light, many FROM ({lights_of("ARRAY[CAST(:id AS bigint)]")}) l WHERE measure_id IS NOT NULL"""

_MEASURES = f"""
    WITH seen AS MATERIALIZED ({{seen}}),
    lit AS (SELECT measure_id, jsonb_object_agg(light, tasks) AS lights
            FROM (SELECT measure_id, light, CAST(sum(many) AS bigint) AS tasks FROM seen GROUP BY 1, 2) s
            WHERE tasks > 0 GROUP BY 1),
    duty AS (
        SELECT m.id AS measure_id, a.unit_id, a.role FROM measure m JOIN campaign c ON c.id = m.campaign_id
        JOIN office o ON o.id = c.office_id JOIN assignment a ON a.measure_id = m.id
        WHERE c.ref = :ref AND a.role <> 'share' AND a.withdrawn_at IS NULL AND {_ASSIGNMENT_SEEN}),
    many AS (
        SELECT measure_id, count(*) FILTER (WHERE role <> 'support') AS unit_count,
            count(*) FILTER (WHERE role = 'support') AS support_count
        FROM duty GROUP BY 1),
    named AS (
        SELECT d.measure_id, array_agg(un.name ORDER BY un.position, un.id) FILTER (WHERE d.role <> 'support') AS unit_names,
            array_agg(un.name ORDER BY un.position, un.id) FILTER (WHERE d.role = 'support') AS support_names
        FROM many s JOIN duty d ON d.measure_id = s.measure_id
        JOIN unit_name un ON un.unit_id = d.unit_id AND un.valid_to IS NULL
        WHERE s.unit_count + s.support_count <= {MOST_NAMED} GROUP BY 1)
    SELECT m.key, m.ordinal, m.title, m.text, m.workflow_key, m.units, m.due, m.cadence, m.lead, m.withdrawn_at,
        coalesce(named.unit_names, '{{{{}}}}') AS unit_names, coalesce(named.support_names, '{{{{}}}}') AS support_names,
        coalesce(many.unit_count, 0) AS unit_count, coalesce(many.support_count, 0) AS support_count,
        coalesce(lit.lights, '{{{{}}}}'::jsonb) AS lights
    FROM measure m JOIN campaign c ON c.id = m.campaign_id JOIN office o ON o.id = c.office_id
    LEFT JOIN many ON many.measure_id = m.id LEFT JOIN named ON named.measure_id = m.id
    LEFT JOIN lit ON lit.measure_id = m.id
    WHERE c.ref = :ref AND EXISTS (SELECT FROM assignment a WHERE a.measure_id = m.id AND {_ASSIGNMENT_SEEN})
    ORDER BY m.position, m.id"""
MEASURES = text(_MEASURES.format(seen=_LIGHTS_SEEN))
MEASURES_OF_WHOLE = text(_MEASURES.format(seen=_LIGHTS_KEPT))

PROSPECT = text("""
    WITH duty AS (SELECT a.id, a.unit_id FROM assignment a JOIN measure m ON m.id = a.measure_id
                  JOIN campaign c ON c.id = m.campaign_id WHERE c.ref = :ref)
    SELECT (SELECT count(*) FROM duty) AS tasks, (SELECT count(DISTINCT unit_id) FROM duty) AS units,
        (SELECT count(DISTINCT p.person_id) FROM post p JOIN person h ON h.id = p.person_id
         JOIN campaign c ON c.ref = :ref
         WHERE p.role = 'liaison' AND p.unit_id IN (SELECT unit_id FROM duty)
           AND (p.campaign_id IS NULL OR p.campaign_id = c.id)
           AND p.starts_on <= :today AND (p.ends_on IS NULL OR p.ends_on >= :today)
           AND (h.left_on IS NULL OR h.left_on > :today)) AS people""")

#: First which tasks, in which order, then only those of the page with all that is shown of them.
TASKS = text(f"""
    WITH found AS (
        SELECT t.id, m.position AS measure_position, un.position AS unit_position, count(*) OVER () AS total
        FROM task t JOIN campaign c ON c.id = t.campaign_id JOIN office o ON o.id = c.office_id
        JOIN unit u ON u.id = t.unit_id JOIN unit_name un ON un.unit_id = t.unit_id AND un.valid_to IS NULL
        LEFT JOIN measure m ON m.id = t.measure_id
        WHERE c.ref = :ref AND {NO_PAPER} AND {DUTY_SEEN}
          AND (CAST(:unit AS text) IS NULL OR t.unit_id = ANY({SOUGHT}))
          AND (CAST(:measure AS text) IS NULL OR m.key = :measure)
          AND (CAST(:workflow AS text) IS NULL OR t.workflow_key = :workflow)
          AND (CAST(:waits_for AS text) IS NULL OR (t.waits_for = :waits_for AND NOT t.final AND NOT t.done))
          AND (CAST(:light AS text) IS NULL OR {LIGHT} = :light)
        ORDER BY m.position NULLS LAST, un.position, t.id LIMIT :limit OFFSET :offset)
    SELECT t.ref, t.title, t.unit_id, un.name AS unit_name, t.state, t.waits_for, t.workflow_key, t.workflow_version_id,
        t.due_on, t.done_at, t.nil, m.ordinal, m.title AS measure_title, {LIGHT} AS light, p.ref AS parent_ref,
        pn.ref AS parent_notice_ref, f.total
    FROM found f JOIN task t ON t.id = f.id JOIN unit_name un ON un.unit_id = t.unit_id AND un.valid_to IS NULL
    LEFT JOIN measure m ON m.id = t.measure_id LEFT JOIN task p ON p.id = t.parent_id LEFT JOIN notice pn ON pn.task_id = p.id
    ORDER BY f.measure_position NULLS LAST, f.unit_position, f.id""")

_UNITS = f"""
    SELECT DISTINCT a.unit_id AS id FROM campaign c JOIN office o ON o.id = c.office_id
    JOIN measure m ON m.campaign_id = c.id JOIN assignment a ON a.measure_id = m.id
    WHERE c.ref = :ref AND {_ASSIGNMENT_SEEN}"""
UNITS = text(f"""
    SELECT u.key, un.name FROM ({_UNITS}) d JOIN unit u ON u.id = d.id
    JOIN unit_name un ON un.unit_id = u.id AND un.valid_to IS NULL ORDER BY un.position, u.key""")
UNIT_CHOICES = choosing(_UNITS)
MEASURE_CHOICES = text(f"""
    SELECT m.key, concat_ws(' ', m.ordinal, m.title) AS title, m.workflow_key
    FROM campaign c JOIN office o ON o.id = c.office_id JOIN measure m ON m.campaign_id = c.id
    WHERE c.ref = :ref AND EXISTS (SELECT FROM assignment a WHERE a.measure_id = m.id AND {_ASSIGNMENT_SEEN})
    ORDER BY m.position, m.key""")


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """A campaign and its figures. `whole` = the viewer sees all of it, not only the part of some units."""

    id: int
    ref: str
    title: str
    summary: str
    starts_on: date
    ends_on: date
    status: str
    version: int
    issued_at: datetime | None
    office_name: str
    office_unit_id: int
    settings: Mapping[str, Any]
    tasks: int
    done: int
    late: int
    whole: bool


@dataclass(frozen=True, slots=True)
class PhaseRow:
    """A phase."""

    key: str
    title: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """A measure with the units that it reaches, by name where they are MOST_NAMED at most, and how many tasks show which light."""

    key: str
    ordinal: str
    title: str
    text: str
    workflow_key: str
    units: Sequence[str]
    due: Mapping[str, Any]
    cadence: Mapping[str, Any] | None
    lead: str | None
    withdrawn_at: datetime | None
    unit_names: Sequence[str]
    support_names: Sequence[str]
    unit_count: int
    support_count: int
    lights: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Prospect:
    """What issuing will do: tasks opened, units and people told."""

    tasks: int
    units: int
    people: int


@dataclass(frozen=True, slots=True)
class TaskFilters:
    """What the task list is narrowed to; None = all."""

    unit: str | None = None
    measure: str | None = None
    light: str | None = None
    workflow: str | None = None
    waits_for: str | None = None


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task in a list; `light` is its code. Its parent is the survey, or the notice, that opened it."""

    ref: str
    title: str
    unit_id: int
    unit_name: str
    state: str
    waits_for: str
    workflow_key: str
    workflow_version_id: int
    due_on: date | None
    done_at: datetime | None
    nil: bool
    ordinal: str | None
    measure_title: str | None
    light: str
    parent_ref: str | None
    parent_notice_ref: str | None


@dataclass(frozen=True, slots=True)
class CampaignChoices:
    """What the filters of a campaign's pages offer: units, (key, title) of measures, and the measures' workflows."""

    units: UnitChoices
    measures: tuple[tuple[str, str], ...]
    workflows: frozenset[str]


def find_campaigns(session: Session, viewer: Viewer, *, now: datetime) -> tuple[CampaignRow, ...]:
    """Return the campaigns that the viewer sees, the newest first."""
    rows = session.execute(CAMPAIGNS, {**scope(viewer), "ref": None, "now": now}).mappings().all()
    return _counted(session, rows, now=now)


def get_campaign(session: Session, viewer: Viewer, ref: str, *, now: datetime) -> CampaignRow:
    """Return one campaign; raises NotFound, also for a neighbour's."""
    rows = session.execute(CAMPAIGNS, {**scope(viewer), "ref": ref, "now": now}).mappings().all()
    if not rows:
        raise NotFound("没有这个专项行动，或者您无权查看。")
    return _counted(session, rows, now=now)[0]


def _counted(session: Session, rows: Sequence[RowMapping], *, now: datetime) -> tuple[CampaignRow, ...]:
    """Return campaigns with their figures: a part was counted with its row, what is seen whole is kept."""
    whole = [row["id"] for row in rows if row["whole"]]
    found = session.execute(WHOLE, {"campaigns": whole, "now": now}).mappings() if whole else ()
    kept = {row["id"]: row for row in found}
    return tuple(CampaignRow(**{**row, **kept.get(row["id"], {})}) for row in rows)


def find_phases(session: Session, campaign: CampaignRow) -> tuple[PhaseRow, ...]:
    """Return the phases of a campaign that the viewer was given."""
    return tuple(PhaseRow(**row) for row in session.execute(PHASES, {"ref": campaign.ref}).mappings())


def find_measures(
    session: Session, viewer: Viewer, campaign: CampaignRow, *, now: datetime, calendar: WorkingCalendar
) -> tuple[MeasureRow, ...]:
    """Return the measures that give the viewer's units a duty, in the order of the plan."""
    given = {**scope(viewer), **light_moment(now, calendar), "ref": campaign.ref, "id": campaign.id}
    query = MEASURES_OF_WHOLE if campaign.whole else MEASURES
    return tuple(MeasureRow(**row) for row in session.execute(query, given).mappings())


def prospect(session: Session, campaign: CampaignRow, *, today: date) -> Prospect:
    """Return what issuing the campaign will do."""
    return Prospect(**session.execute(PROSPECT, {"ref": campaign.ref, "today": today}).mappings().one())


def find_tasks(
    session: Session, viewer: Viewer, campaign: CampaignRow, filters: TaskFilters, *, now: datetime,
    calendar: WorkingCalendar, page: int, size: int,
) -> Page[TaskRow]:  # fmt: skip
    """Return the campaign's tasks without its papers, in the order of the plan."""
    given = {
        **scope(viewer), **light_moment(now, calendar), "ref": campaign.ref, "unit": filters.unit,
        "measure": filters.measure, "light": filters.light, "workflow": filters.workflow,
        "waits_for": filters.waits_for,
    }  # fmt: skip
    return fetch_page(session, TASKS, TaskRow, number=page, size=size, given=given)


def campaign_choices(
    session: Session, viewer: Viewer, campaign: CampaignRow, *, unit: str | None = None
) -> CampaignChoices:  # fmt: skip
    """Return what the lists of a campaign can be narrowed to; `unit` is what this one is."""
    given = {**scope(viewer), "ref": campaign.ref}
    measures = session.execute(MEASURE_CHOICES, given).all()
    return CampaignChoices(
        read_choices(session, UNIT_CHOICES, given, chosen=unit), tuple((row.key, row.title) for row in measures),
        frozenset(row.workflow_key for row in measures),
    )  # fmt: skip


def campaign_units(session: Session, viewer: Viewer, campaign: CampaignRow) -> tuple[tuple[str, str], ...]:
    """Return (key, name) of every unit with a duty in a campaign, however many there are."""
    rows = session.execute(UNITS, {**scope(viewer), "ref": campaign.ref})
    return tuple((row.key, row.name) for row in rows)
