"""A unit's desk: what it must do, by when, how late it is, what the engine did. Four queries, whatever the count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.permissions import Viewer
from tracker.persistence.queries.lights import ASKED, CONTESTED, LIGHT, light_moment
from tracker.persistence.queries.paging import Page, fetch_page
from tracker.persistence.queries.visibility import UNIT_SEES, scope

#: An area leader of a whole county could see thousands; what is beyond this is counted and said.
MOST_TASKS = 500
LAST_DONE = 20
PROBLEMS_A_PAGE = 50

_FROM = """
    FROM task t JOIN campaign c ON c.id = t.campaign_id
    JOIN unit_name un ON un.unit_id = t.unit_id AND un.valid_to IS NULL
    LEFT JOIN measure m ON m.id = t.measure_id"""
_ALL_SEEN = UNIT_SEES.format(unit="t.unit_id")
_SEEN = f"(CAST(:unit AS bigint) IS NULL OR t.unit_id = :unit) AND {_ALL_SEEN}"

OPEN_TASKS = text(f"""
    SELECT t.id, t.ref, t.title, t.state, t.version, t.workflow_version_id, t.waits_for, t.sent_back, t.due_on,
        t.due_at, t.unit_id, t.campaign_id, un.name AS unit_name, c.title AS campaign_title,
        m.ordinal AS measure_ordinal, t.assignment_id, t.period_key, t.period_title, t.quota, t.recorded, t.tie,
        t.upper_unit_id, {LIGHT} AS light, k.id AS clock_id, k.occurrence, k.status AS clock_status,
        k.due_on AS clock_due_on, k.ladder_from_on, k.ladder_version_id, k.next_fire_at, a.due_on AS accept_due_on,
        a.due_at AS accept_due_at,
        coalesce((SELECT jsonb_agg(jsonb_build_object('rung', f.rung, 'act', f.act, 'at', f.fired_at) ORDER BY f.id)
                  FROM firing f WHERE f.clock_id = k.id AND f.occurrence = k.occurrence AND f.act <> 'skip'), '[]'::jsonb) AS fired,
        {ASKED} AS extension_asked, {CONTESTED} AS contested,
        count(*) OVER () AS total
    {_FROM}
    LEFT JOIN clock k ON k.task_id = t.id AND k.name = 'finish'
    LEFT JOIN clock a ON a.task_id = t.id AND a.name = 'accept' AND a.status = 'running'
    WHERE NOT t.final AND NOT t.done AND NOT EXISTS (SELECT FROM notice n WHERE n.task_id = t.id) AND {_SEEN}
    ORDER BY t.due_at NULLS LAST, un.position, t.id LIMIT :most""")

DONE_TASKS = text(f"""
    SELECT t.ref, t.title, un.name AS unit_name, m.ordinal AS measure_ordinal, t.state, t.workflow_version_id,
        t.done_at, count(*) OVER () AS total
    {_FROM}
    WHERE t.done AND NOT EXISTS (SELECT FROM notice n WHERE n.task_id = t.id) AND {_SEEN}
    ORDER BY t.done_at DESC, t.id DESC LIMIT :most""")

OPEN_NOTICES = text(f"""
    SELECT n.ref, n.title, n.printed_number, n.severity, c.settings, un.name AS unit_name, t.state,
        t.workflow_version_id, t.due_on, t.due_at, t.waits_for, {LIGHT} AS light, {CONTESTED} AS contested
    FROM notice n JOIN task t ON t.id = n.task_id JOIN campaign c ON c.id = n.campaign_id
    JOIN unit_name un ON un.unit_id = n.unit_id AND un.valid_to IS NULL
    WHERE n.issued_at IS NOT NULL AND NOT t.final AND t.waits_for = 'unit' AND {_SEEN}
    ORDER BY t.due_at NULLS LAST, n.id""")

UNITS = text(f"""
    SELECT un.unit_id, un.name FROM unit_name un
    WHERE un.valid_to IS NULL AND EXISTS (
        SELECT FROM task t JOIN campaign c ON c.id = t.campaign_id WHERE t.unit_id = un.unit_id AND {_ALL_SEEN})
    ORDER BY un.position, un.unit_id""")

_PROBLEMS = f"""
    FROM problem b JOIN task t ON t.id = b.rectification_task_id
    JOIN task s ON s.id = b.found_in_task_id JOIN campaign c ON c.id = b.campaign_id
    JOIN unit_name un ON un.unit_id = b.unit_id AND un.valid_to IS NULL
    WHERE {UNIT_SEES.format(unit="b.unit_id")}"""

PROBLEMS = text(f"""
    SELECT b.ref, un.name AS unit_name, b.place, b.kind, b.risk_grade, b.description, b.measure, b.leader,
        b.limit_on, b.found_at, t.ref AS task_ref, t.state, t.workflow_version_id, t.due_on, {LIGHT} AS light,
        s.ref AS found_in_ref, s.workflow_version_id AS found_in_version_id, count(*) OVER () AS total
    {_PROBLEMS} ORDER BY t.done, t.due_at NULLS LAST, b.id LIMIT :limit OFFSET :offset""")

PROBLEM_SUMS = text(f"""
    SELECT count(*) FILTER (WHERE t.done OR NOT t.final) AS found,
        count(*) FILTER (WHERE NOT t.done AND NOT t.final) AS rectifying,
        count(*) FILTER (WHERE t.done) AS closed, count(*) FILTER (WHERE t.final AND NOT t.done) AS withdrawn
    {_PROBLEMS}""")


@dataclass(frozen=True, slots=True)
class DeskTask:
    """One open task. `fired` lists what the ladder did in the finish clock's present occurrence."""

    id: int
    ref: str
    title: str
    state: str
    version: int
    workflow_version_id: int
    waits_for: str
    sent_back: bool
    due_on: date | None
    due_at: datetime | None
    unit_id: int
    campaign_id: int
    unit_name: str
    campaign_title: str
    measure_ordinal: str | None
    assignment_id: int | None
    period_key: str
    period_title: str | None
    quota: int | None
    recorded: int
    tie: str | None
    upper_unit_id: int | None
    light: str
    clock_id: int | None
    occurrence: int | None
    clock_status: str | None
    clock_due_on: date | None
    ladder_from_on: date | None
    ladder_version_id: int | None
    next_fire_at: datetime | None
    accept_due_on: date | None
    accept_due_at: datetime | None
    fired: list[Mapping[str, Any]]
    extension_asked: bool
    contested: bool


@dataclass(frozen=True, slots=True)
class DoneTask:
    """One task whose duty is met."""

    ref: str
    title: str
    unit_name: str
    measure_ordinal: str | None
    state: str
    workflow_version_id: int
    done_at: datetime


@dataclass(frozen=True, slots=True)
class DeskNotice:
    """One issued paper that waits for the unit."""

    ref: str
    title: str
    printed_number: str | None
    severity: int
    settings: Mapping[str, Any]
    unit_name: str
    state: str
    workflow_version_id: int
    due_on: date | None
    due_at: datetime | None
    waits_for: str
    light: str
    contested: bool


@dataclass(frozen=True, slots=True)
class Desk:
    """All that a desk shows; the totals say what lies beyond the limits."""

    tasks: tuple[DeskTask, ...]
    total: int
    notices: tuple[DeskNotice, ...]
    done: tuple[DoneTask, ...]
    done_total: int
    units: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class UnitProblem:
    """One problem that a unit found, and where its rectification stands."""

    ref: str
    unit_name: str
    place: str
    kind: str
    risk_grade: str
    description: str
    measure: str
    leader: str
    limit_on: date
    found_at: datetime
    task_ref: str
    state: str
    workflow_version_id: int
    due_on: date | None
    light: str
    found_in_ref: str
    found_in_version_id: int


@dataclass(frozen=True, slots=True)
class ProblemSums:
    """found = rectifying + closed; what was withdrawn is counted apart."""

    found: int
    rectifying: int
    closed: int
    withdrawn: int


def read_desk(session: Session, viewer: Viewer, *, unit: int | None, now: datetime, calendar: WorkingCalendar) -> Desk:
    """Return the desk of the viewer's units and the units below them; of one of these when `unit` is given."""
    given = scope(viewer) | light_moment(now, calendar) | {"unit": unit}
    tasks = session.execute(OPEN_TASKS, {**given, "most": MOST_TASKS}).mappings().all()
    done = session.execute(DONE_TASKS, {**given, "most": LAST_DONE}).mappings().all()
    notices = session.execute(OPEN_NOTICES, given).mappings().all()
    return Desk(
        tuple(DeskTask(**_without_total(row)) for row in tasks),
        tasks[0]["total"] if tasks else 0,
        tuple(DeskNotice(**row) for row in notices),
        tuple(DoneTask(**_without_total(row)) for row in done),
        done[0]["total"] if done else 0,
        find_units(session, viewer),
    )


def find_units(session: Session, viewer: Viewer) -> tuple[tuple[int, str], ...]:
    """Return the units of the viewer's desk that have tasks: id and name."""
    return tuple((row.unit_id, row.name) for row in session.execute(UNITS, scope(viewer)))


def find_unit_problems(
    session: Session, viewer: Viewer, *, page: int, now: datetime, calendar: WorkingCalendar
) -> Page[UnitProblem]:
    """Return a page of the problems of the viewer's units, open ones first."""
    given = scope(viewer) | light_moment(now, calendar)
    return fetch_page(session, PROBLEMS, UnitProblem, number=page, size=PROBLEMS_A_PAGE, given=given)


def sum_unit_problems(session: Session, viewer: Viewer) -> ProblemSums:
    """Return how the problems of the viewer's units add up."""
    return ProblemSums(**session.execute(PROBLEM_SUMS, scope(viewer)).mappings().one())


def _without_total(row: Any) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "total"}
