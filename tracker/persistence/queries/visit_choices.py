"""What a visit may be planned with: units and measures of the campaign, people of its office; and earlier visits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.visit_changes import Named, VisitNames

UNITS = text("""
    SELECT DISTINCT u.id, u.key AS code, un.name AS title, u.kind, un.position
    FROM measure m JOIN assignment a ON a.measure_id = m.id JOIN unit u ON u.id = a.unit_id
    JOIN unit_name un ON un.unit_id = u.id AND un.valid_to IS NULL
    WHERE m.campaign_id = :campaign AND m.withdrawn_at IS NULL AND a.withdrawn_at IS NULL AND u.ended_on IS NULL
    ORDER BY un.position, u.id""")

MEASURES = text("""
    SELECT m.id, m.key AS code, concat_ws(' ', m.ordinal, m.title) AS title FROM measure m
    WHERE m.campaign_id = :campaign AND m.withdrawn_at IS NULL ORDER BY m.position, m.id""")

PEOPLE = text("""
    SELECT DISTINCT ON (p.person_id) p.person_id AS id, p.id AS post_id, h.name AS title, p.role
    FROM post p JOIN person h ON h.id = p.person_id
    WHERE p.unit_id = :office AND p.role IN ('supervisor', 'office', 'leader')
      AND (p.campaign_id IS NULL OR p.campaign_id = :campaign)
      AND p.starts_on <= :today AND (p.ends_on IS NULL OR p.ends_on >= :today)
      AND (h.left_on IS NULL OR h.left_on > :today)
    ORDER BY p.person_id, array_position(ARRAY['supervisor', 'office', 'leader'], p.role), p.id""")

#: Of every office in this installation: a unit counts how often anybody comes, not how often one office does.
EARLIER = text("""
    SELECT s.unit_id, v.ref, v.from_on, v.to_on, v.campaign_id = :campaign AS own FROM visit_stop s
    JOIN visit v ON v.id = s.visit_id
    WHERE s.unit_id = ANY(CAST(:units AS bigint[])) AND v.state <> 'cancelled' AND s.refused_at IS NULL
      AND (v.state <> 'ended' OR s.task_id IS NOT NULL) AND v.ref <> :but
    ORDER BY v.from_on, v.id""")


PLANNED = text("""
    SELECT 'units' AS field, u.key AS code FROM visit v JOIN visit_stop s ON s.visit_id = v.id JOIN unit u ON u.id = s.unit_id
    WHERE v.ref = :ref
    UNION ALL SELECT 'measures', m.key FROM visit v JOIN visit_measure x ON x.visit_id = v.id
    JOIN measure m ON m.id = x.measure_id WHERE v.ref = :ref
    UNION ALL SELECT 'people', p.person_id::text FROM visit v JOIN visit_member p ON p.visit_id = v.id
    WHERE v.ref = :ref""")

#: Names of what is no longer to be chosen too.
NAMES = text("""
    SELECT 'unit' AS kind, u.id, u.key, un.name FROM unit u
    JOIN unit_name un ON un.unit_id = u.id AND un.valid_to IS NULL
    WHERE u.id = ANY(CAST(:units AS bigint[])) OR u.key = ANY(CAST(:unit_keys AS text[]))
    UNION ALL SELECT 'measure', m.id, m.key, concat_ws(' ', nullif(m.ordinal, ''), m.title) FROM measure m
    WHERE m.id = ANY(CAST(:measures AS bigint[]))
    UNION ALL SELECT 'person', h.id, '', h.name FROM person h WHERE h.id = ANY(CAST(:people AS bigint[]))""")


@dataclass(frozen=True, slots=True)
class UnitChoice:
    """A unit with a duty in the campaign."""

    id: int
    code: str
    title: str
    kind: str


@dataclass(frozen=True, slots=True)
class MeasureChoice:
    """A measure of the campaign."""

    id: int
    code: str
    title: str


@dataclass(frozen=True, slots=True)
class PersonChoice:
    """Somebody of the office, and the post in which he would come."""

    id: int
    post_id: int
    title: str
    role: str

    @property
    def code(self) -> str:
        """Return what a form posts for the person."""
        return str(self.id)


@dataclass(frozen=True, slots=True)
class VisitChoices:
    """Everything that a plan may name."""

    units: tuple[UnitChoice, ...]
    measures: tuple[MeasureChoice, ...]
    people: tuple[PersonChoice, ...]


@dataclass(frozen=True, slots=True)
class EarlierVisit:
    """Another visit to a unit. `own` = of the same campaign."""

    unit_id: int
    ref: str
    from_on: date
    to_on: date
    own: bool


def find_visit_choices(session: Session, *, campaign_id: int, office_unit_id: int, today: date) -> VisitChoices:
    """Return what a visit of a campaign may be planned with. Whether the viewer may ask is the caller's question."""
    given = {"campaign": campaign_id, "office": office_unit_id, "today": today}
    units = session.execute(UNITS, {"campaign": campaign_id})
    return VisitChoices(
        tuple(UnitChoice(row.id, row.code, row.title, row.kind) for row in units),
        tuple(MeasureChoice(*row) for row in session.execute(MEASURES, {"campaign": campaign_id})),
        tuple(PersonChoice(*row) for row in session.execute(PEOPLE, given)),
    )


def find_planned_codes(session: Session, ref: str) -> dict[str, list[str]]:
    """Return what a visit's form would post for units, measures and people. Whether one may ask is the caller's question."""
    found: dict[str, list[str]] = {"units": [], "measures": [], "people": []}
    for row in session.execute(PLANNED, {"ref": ref}):
        found[row.field].append(row.code)
    return found


def find_visit_names(session: Session, named: Named) -> VisitNames:
    """Return today's names of what plans named, in one query."""
    given = {name: sorted(getattr(named, name)) for name in ("units", "measures", "people", "unit_keys")}
    rows = session.execute(NAMES, given).all()
    by_kind = {kind: {row.id: row.name for row in rows if row.kind == kind} for kind in ("unit", "measure", "person")}
    keys = {row.key: row.id for row in rows if row.kind == "unit"}
    return VisitNames(by_kind["unit"], by_kind["measure"], by_kind["person"], keys)


def find_earlier_visits(
    session: Session, unit_ids: Iterable[int], *, campaign_id: int, but: str = ""
) -> Mapping[int, tuple[EarlierVisit, ...]]:
    """Return the visits to units, past and to come, except the one called `but`; cancelled, refused and missed left out."""
    found: dict[int, list[EarlierVisit]] = {unit_id: [] for unit_id in unit_ids}
    for row in session.execute(EARLIER, {"units": sorted(found), "campaign": campaign_id, "but": but}):
        found[row.unit_id].append(EarlierVisit(*row))
    return {unit_id: tuple(visits) for unit_id, visits in found.items()}
