"""Visits as the office's side and the visited units see them: the list, one visit with its stops, a unit's own stops.

A unit sees its own stop, and only once it knows of the visit: it was told beforehand, it entered the team's code, or the
record was begun there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.errors import NotFound
from tracker.domain.permissions import Viewer
from tracker.domain.visits import INSPECTION_PLANNED, INSPECTION_WITHDRAWN, Outcome, outcome
from tracker.persistence.queries.paging import Page, fetch_page
from tracker.persistence.queries.patterns import like
from tracker.persistence.queries.sought_units import SOUGHT
from tracker.persistence.queries.visibility import OFFICE_SEES, UNIT_SEES, scope
from tracker.persistence.repositories.visits import MISSING

STOP_SEEN = f"""({OFFICE_SEES} OR ({UNIT_SEES.format(unit="s.unit_id")}
    AND (v.announced OR s.verified_at IS NOT NULL OR s.task_id IS NOT NULL)))"""

#: The viewer may open the visit: all of it, or a stop of his own. Needs `v` visit, `c`, `o`.
VISIT_SEEN = f"""({OFFICE_SEES} OR EXISTS (
    SELECT FROM visit_stop s WHERE s.visit_id = v.id AND {STOP_SEEN}))"""

_RECORDED = f"(t.id IS NOT NULL AND t.state NOT IN ('{INSPECTION_PLANNED}', '{INSPECTION_WITHDRAWN}'))"
_HEAD = """v.id, v.ref, c.ref AS campaign_ref, c.title AS campaign_title, v.campaign_id, c.settings AS campaign_settings,
    c.status AS campaign_status,
    o.unit_id AS office_unit_id, o.name AS office_name, v.from_on, v.to_on, v.ground, v.filed_as, v.announced, v.state,
    v.version, v.planned_at, v.started_at, v.ended_at, v.cancel_reason"""
_FROM = "FROM visit v JOIN campaign c ON c.id = v.campaign_id JOIN office o ON o.id = c.office_id"
_NARROWED = f"""(CAST(:state AS text) IS NULL OR v.state = :state)
    AND (CAST(:unit AS text) IS NULL OR EXISTS (SELECT FROM visit_stop x
         WHERE x.visit_id = v.id AND x.unit_id = ANY({SOUGHT})))
    AND (CAST(:words AS text) IS NULL OR concat_ws(' ', v.ref, v.ground, v.filed_as) ILIKE :words)"""

VISITS = text(f"""
    SELECT v.ref, v.from_on, v.to_on, v.announced, v.state, v.ground, v.filed_as, h.name AS in_charge,
        x.stops, x.recorded, x.refused, x.problems, x.closed, count(*) OVER () AS total
    {_FROM} JOIN visit_member l ON l.visit_id = v.id AND l.in_charge JOIN person h ON h.id = l.person_id
    CROSS JOIN LATERAL (
        SELECT count(DISTINCT s.unit_id) AS stops, count(DISTINCT s.unit_id) FILTER (WHERE {_RECORDED}) AS recorded,
            count(DISTINCT s.unit_id) FILTER (WHERE s.refused_at IS NOT NULL) AS refused, count(b.id) AS problems,
            count(b.id) FILTER (WHERE r.done) AS closed
        FROM visit_stop s LEFT JOIN task t ON t.id = s.task_id
        LEFT JOIN (problem b JOIN task r ON r.id = b.rectification_task_id AND (r.done OR NOT r.final))
            ON b.found_in_task_id = t.id
        WHERE s.visit_id = v.id) x
    WHERE c.ref = :ref AND {OFFICE_SEES} AND {_NARROWED}
    ORDER BY v.from_on DESC, v.id DESC LIMIT :limit OFFSET :offset""")

ONE = text(f"""
    SELECT {_HEAD}, {OFFICE_SEES} AS inside {_FROM}
    WHERE v.ref = :ref AND {VISIT_SEEN}""")

_STOP = f"""s.unit_id, un.name AS unit_name, u.kind AS unit_kind, v.ref AS visit_ref, v.from_on, v.to_on, v.state AS visit_state, v.announced,
    t.ref AS task_ref, t.state AS task_state, t.workflow_version_id, {_RECORDED} AS recorded,
    s.code_expires_at, s.tries, s.verified_at, hv.name AS verified_by, s.refused_at, hr.name AS refused_by, s.refusal_reason,
    (SELECT count(*) FROM problem b JOIN task r ON r.id = b.rectification_task_id
     WHERE b.found_in_task_id = s.task_id AND (r.done OR NOT r.final)) AS problems,
    (SELECT count(*) FROM problem b JOIN task r ON r.id = b.rectification_task_id
     WHERE b.found_in_task_id = s.task_id AND r.done) AS closed"""
_STOPS = f"""{_FROM} JOIN visit_stop s ON s.visit_id = v.id JOIN unit u ON u.id = s.unit_id
    JOIN unit_name un ON un.unit_id = s.unit_id AND un.valid_to IS NULL
    LEFT JOIN task t ON t.id = s.task_id AND t.state <> '{INSPECTION_WITHDRAWN}'
    LEFT JOIN person hv ON hv.id = s.verified_by LEFT JOIN person hr ON hr.id = s.refused_by"""

STOPS_OF = text(f"SELECT {_STOP} {_STOPS} WHERE v.ref = :ref AND {STOP_SEEN} ORDER BY s.position")
STOPS_OF_CAMPAIGN = text(f"""
    SELECT {_STOP} {_STOPS} WHERE c.ref = :ref AND {OFFICE_SEES} AND {_NARROWED}
    ORDER BY v.from_on DESC, v.id DESC, s.position""")
OWN_STOPS = text(f"""
    SELECT {_STOP}, count(*) OVER () AS total {_STOPS}
    WHERE {UNIT_SEES.format(unit="s.unit_id")} AND (v.announced OR s.verified_at IS NOT NULL OR s.task_id IS NOT NULL)
    ORDER BY (v.state IN ('planned', 'under_way')) DESC, v.from_on DESC, v.id DESC LIMIT :limit OFFSET :offset""")

#: Those on which the viewer goes and that are not over.
GOING = text(f"""
    SELECT v.ref, c.title AS campaign_title, v.from_on, v.to_on, v.state, l.in_charge,
        (SELECT count(*) FROM visit_stop s WHERE s.visit_id = v.id) AS stops
    {_FROM} JOIN visit_member l ON l.visit_id = v.id AND l.person_id = :person
    WHERE v.state IN ('planned', 'under_way') AND {OFFICE_SEES} ORDER BY v.from_on, v.id""")

TEAM = text("""
    SELECT h.id AS person_id, h.name, p.role, p.title AS post_title, m.in_charge FROM visit_member m
    JOIN visit v ON v.id = m.visit_id JOIN person h ON h.id = m.person_id JOIN post p ON p.id = m.post_id
    WHERE v.ref = :ref ORDER BY m.in_charge DESC, h.id""")

MEASURES = text("""
    SELECT m.ordinal, m.title FROM visit_measure x JOIN visit v ON v.id = x.visit_id JOIN measure m ON m.id = x.measure_id
    WHERE v.ref = :ref ORDER BY m.position, m.id""")

FOUND = text(f"""
    SELECT b.ref, un.name AS unit_name, b.place, b.description, b.limit_on, t.ref AS task_ref, t.state,
        t.workflow_version_id, concat_ws(' ', m.ordinal, m.title) AS duty
    FROM visit v JOIN visit_stop s ON s.visit_id = v.id JOIN problem b ON b.found_in_task_id = s.task_id
    JOIN task t ON t.id = b.rectification_task_id JOIN campaign c ON c.id = v.campaign_id
    JOIN office o ON o.id = c.office_id JOIN unit_name un ON un.unit_id = b.unit_id AND un.valid_to IS NULL
    LEFT JOIN measure m ON m.id = t.measure_id
    WHERE v.ref = :ref AND {STOP_SEEN} AND (t.done OR NOT t.final) ORDER BY s.position, b.id""")


@dataclass(frozen=True, slots=True)
class VisitFilters:
    """What a list is narrowed to; None = all."""

    state: str | None = None
    unit: str | None = None
    words: str | None = None

    def values(self) -> dict[str, Any]:
        """Return the parameters of the lists."""
        return {"state": self.state, "unit": self.unit, "words": like(self.words)}


@dataclass(frozen=True, slots=True)
class VisitRow:
    """One visit of a list, with its sums. problems = those whose items stand, closed = those signed off."""

    ref: str
    from_on: date
    to_on: date
    announced: bool
    state: str
    ground: str
    filed_as: str
    in_charge: str
    stops: int
    recorded: int
    refused: int
    problems: int
    closed: int


@dataclass(frozen=True, slots=True)
class VisitHead:
    """One visit. `inside` = the viewer is of the office's side and sees all of it."""

    id: int
    ref: str
    campaign_ref: str
    campaign_title: str
    campaign_id: int
    campaign_settings: Mapping[str, Any]
    campaign_status: str
    office_unit_id: int
    office_name: str
    from_on: date
    to_on: date
    ground: str
    filed_as: str
    announced: bool
    state: str
    version: int
    planned_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    cancel_reason: str | None
    inside: bool


@dataclass(frozen=True, slots=True)
class StopRow:
    """A visit at one unit. The task is the inspection that holds the record; a withdrawn one counts as none."""

    unit_id: int
    unit_name: str
    unit_kind: str
    visit_ref: str
    from_on: date
    to_on: date
    visit_state: str
    announced: bool
    task_ref: str | None
    task_state: str | None
    workflow_version_id: int | None
    recorded: bool
    code_expires_at: datetime | None
    tries: int
    verified_at: datetime | None
    verified_by: str | None
    refused_at: datetime | None
    refused_by: str | None
    refusal_reason: str | None
    problems: int
    closed: int

    @property
    def outcome(self) -> Outcome:
        """Return what came of it."""
        return outcome(
            self.visit_state, refused=self.refused_at is not None, begun=self.task_ref is not None,
            recorded=self.recorded, problems=self.problems,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class GoingRow:
    """A visit on which the viewer goes."""

    ref: str
    campaign_title: str
    from_on: date
    to_on: date
    state: str
    in_charge: bool
    stops: int


@dataclass(frozen=True, slots=True)
class TeamMember:
    """One person of a team."""

    person_id: int
    name: str
    role: str
    post_title: str | None
    in_charge: bool


@dataclass(frozen=True, slots=True)
class FoundProblem:
    """A problem that was found and whose item stands, and where its rectification stands. `duty` = the measure it is about, or empty."""

    ref: str
    unit_name: str
    place: str
    description: str
    limit_on: date
    task_ref: str
    state: str
    workflow_version_id: int
    duty: str


@dataclass(frozen=True, slots=True)
class VisitPage:
    """Everything on the page of a visit, as far as the viewer sees it."""

    head: VisitHead
    team: tuple[TeamMember, ...]
    measures: tuple[str, ...]
    stops: tuple[StopRow, ...]
    problems: tuple[FoundProblem, ...]


def find_visits(
    session: Session, viewer: Viewer, ref: str, filters: VisitFilters, *, page: int, size: int
) -> Page[VisitRow]:
    """Return the visits of a campaign, the newest first; nothing for those who are not of its office."""
    given = {**scope(viewer), **filters.values(), "ref": ref}
    return fetch_page(session, VISITS, VisitRow, number=page, size=size, given=given)


def find_stops(session: Session, viewer: Viewer, ref: str, filters: VisitFilters) -> tuple[StopRow, ...]:
    """Return every stop of a campaign's visits in the order of the list."""
    given = {**scope(viewer), **filters.values(), "ref": ref}
    return tuple(StopRow(**row) for row in session.execute(STOPS_OF_CAMPAIGN, given).mappings())


def get_visit(session: Session, viewer: Viewer, ref: str) -> VisitPage:
    """Return a visit as the viewer sees it; raises NotFound."""
    given = {**scope(viewer), "ref": ref}
    row = session.execute(ONE, given).mappings().one_or_none()
    if row is None:
        raise NotFound(MISSING.format(ref))
    return VisitPage(
        VisitHead(**row),
        tuple(TeamMember(*one) for one in session.execute(TEAM, {"ref": ref})),
        tuple(f"{one.ordinal} {one.title}".strip() for one in session.execute(MEASURES, {"ref": ref})),
        tuple(StopRow(**one) for one in session.execute(STOPS_OF, given).mappings()),
        tuple(FoundProblem(*one) for one in session.execute(FOUND, given)),
    )


def find_own_stops(session: Session, viewer: Viewer, *, page: int, size: int) -> Page[StopRow]:
    """Return the visits to the viewer's units that these units know of, those still open first."""
    return fetch_page(session, OWN_STOPS, StopRow, number=page, size=size, given=scope(viewer))


def find_going(session: Session, viewer: Viewer) -> tuple[GoingRow, ...]:
    """Return the open visits of whose team the viewer is, the next one first."""
    found = session.execute(GOING, {**scope(viewer), "person": viewer.person_id})
    return tuple(GoingRow(*row) for row in found)
