"""Visits, their teams and stops: found, added, locked; and the tries of their codes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from tracker.domain.double_draw import DRAWN, SETTLED
from tracker.domain.errors import NotFound
from tracker.domain.visit_changes import same_plan
from tracker.domain.visits import INSPECTION, INSPECTION_PLANNED, VisitPlan, VisitState
from tracker.persistence.models import Unit, Visit, VisitMeasure, VisitMember, VisitStop

MISSING = "没有编号为“{}”的督导，或者您无权查看。"

#: One try is counted on every code that waits at these units before any is looked at: a wrong code may be meant for each.
TRY = text("""
    UPDATE visit_stop s SET tries = s.tries + 1 FROM visit v
    WHERE v.id = s.visit_id AND v.state = 'under_way'
      AND EXISTS (SELECT FROM unnest(CAST(:units AS bigint[]), CAST(:campaigns AS bigint[])) AS w(unit_id, campaign_only)
                  WHERE w.unit_id = s.unit_id AND (w.campaign_only IS NULL OR w.campaign_only = v.campaign_id))
      AND s.code_hash IS NOT NULL AND s.code_expires_at > :now AND s.tries < :most
      AND s.verified_at IS NULL AND s.refused_at IS NULL
    RETURNING v.ref, s.unit_id, s.code_hash""")

#: Inspections that a measure asks for and nobody has recorded yet. What somebody else has in hand is passed over: a visit
#: is locked before the task, against the order of all others, and must not wait for one.
LOCK_PLANNED = text(f"""
    SELECT t.id FROM task t
    WHERE t.campaign_id = :campaign AND t.unit_id = :unit AND t.workflow_key = '{INSPECTION}' AND t.state = '{INSPECTION_PLANNED}'
    FOR UPDATE OF t SKIP LOCKED""")
#: A statement of its own, so that it sees what whoever held the lock before has committed.
OF_NO_VISIT = text("""
    SELECT t.id FROM task t
    WHERE t.id = ANY(CAST(:tasks AS bigint[])) AND NOT EXISTS (SELECT FROM visit_stop s WHERE s.task_id = t.id)
    ORDER BY t.due_at NULLS LAST, t.id LIMIT 1""")


@dataclass(frozen=True, slots=True)
class TriedCode:
    """A code that was shown at a unit and waits to be entered there."""

    visit_ref: str
    unit_id: int
    code_hash: str


#: One running campaign of each office that asks something of the unit: its office is asked whether it sent anybody.
ASKING = text("""
    SELECT DISTINCT ON (c.office_id) c.id FROM campaign c
    JOIN measure m ON m.campaign_id = c.id JOIN assignment a ON a.measure_id = m.id
    WHERE a.unit_id = :unit AND c.status = 'issued' AND m.withdrawn_at IS NULL AND a.withdrawn_at IS NULL
      AND (CAST(:only AS bigint[]) IS NULL OR c.id = ANY(CAST(:only AS bigint[])))
    ORDER BY c.office_id, c.starts_on DESC, c.id DESC""")


#: What a campaign's draws of units and inspectors left in its record, oldest first.
DRAW_EVENTS = text("""
    SELECT e.kind, e.payload, e.person_id FROM stream s JOIN event e ON e.stream_id = s.id
    WHERE s.kind = 'campaign' AND s.subject_id = :campaign AND e.kind = ANY(CAST(:kinds AS text[])) ORDER BY e.seq""")
#: The visit for which a draw is used.
USED_FOR = text("""
    SELECT v.ref FROM visit v JOIN stream s ON s.kind = 'visit' AND s.subject_id = v.id
    JOIN event e ON e.stream_id = s.id AND e.kind = 'visit.planned'
    WHERE v.campaign_id = :campaign AND v.state <> 'cancelled' AND (e.payload -> 'draw' ->> 'number')::int = :number
    ORDER BY v.id LIMIT 1""")
SEAL_AFTER = text("SELECT id, encode(root, 'hex') AS root FROM seal WHERE id > :seal ORDER BY id LIMIT 1")


@dataclass(frozen=True, slots=True)
class DrawEvent:
    """One event of a draw."""

    kind: str
    payload: Mapping[str, Any]
    person_id: int


class VisitRepository:
    """Keeps visits. Whoever changes a visit or one of its stops locks the visit's row first."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(
        self, visit: Visit, *, team: Sequence[tuple[int, int, bool]], measures: Iterable[int], units: Iterable[int]
    ) -> Visit:
        """Add a visit with its team as (person, post, in charge), its measures, and its stops in the order of `units`."""
        self._session.add(visit)
        self._session.flush()
        rows: list[object] = [
            VisitMember(visit_id=visit.id, person_id=person, post_id=post, in_charge=leads)
            for person, post, leads in team
        ]
        rows += [VisitMeasure(visit_id=visit.id, measure_id=one) for one in measures]
        rows += [VisitStop(visit_id=visit.id, unit_id=unit, position=place) for place, unit in enumerate(units)]
        self._session.add_all(rows)
        self._session.flush()
        return visit

    def change(
        self, visit: Visit, wanted: VisitPlan, *, team: Sequence[tuple[int, int, bool]], units: Sequence[int]
    ) -> None:
        """Let a locked visit follow another plan; stops that stay keep what was done at them."""
        visit.from_on, visit.to_on, visit.ground = wanted.from_on, wanted.to_on, wanted.ground
        visit.filed_as, visit.announced = wanted.filed_as, wanted.announced
        self._session.execute(delete(VisitMember).where(VisitMember.visit_id == visit.id))
        self._session.execute(delete(VisitMeasure).where(VisitMeasure.visit_id == visit.id))
        rows: list[object] = [
            VisitMember(visit_id=visit.id, person_id=person, post_id=post, in_charge=leads)
            for person, post, leads in team
        ]
        rows += [VisitMeasure(visit_id=visit.id, measure_id=one) for one in wanted.measures]
        standing = {stop.unit_id: stop for stop in self.stops(visit.id)}
        for place, unit in enumerate(units):
            if unit in standing:
                standing.pop(unit).position = place
            else:
                rows.append(VisitStop(visit_id=visit.id, unit_id=unit, position=place))
        for stop in standing.values():
            self._session.delete(stop)
        self._session.add_all(rows)
        self._session.flush()

    def plan_of(self, visit: Visit) -> VisitPlan:
        """Return what a visit is planned as; its units in their order."""
        chosen = select(VisitMeasure.measure_id).where(VisitMeasure.visit_id == visit.id)
        team = self.members(visit.id)
        return VisitPlan(
            visit.from_on, visit.to_on, visit.ground, visit.filed_as, visit.announced,
            tuple(stop.unit_id for stop in self.stops(visit.id)),
            tuple(sorted(self._session.scalars(chosen))), tuple(one.person_id for one in team),
            next(one.person_id for one in team if one.in_charge),
        )  # fmt: skip

    def get_by_ref(self, ref: str, *, lock: bool = False) -> Visit:
        """Return a visit; raises NotFound."""
        query = select(Visit).where(Visit.ref == ref)
        visit = self._session.scalars(query.with_for_update() if lock else query).one_or_none()
        if visit is None:
            raise NotFound(MISSING.format(ref))
        return visit

    def members(self, visit_id: int) -> Sequence[VisitMember]:
        """Return the team."""
        query = select(VisitMember).where(VisitMember.visit_id == visit_id).order_by(VisitMember.person_id)
        return self._session.scalars(query).all()

    def stops(self, visit_id: int) -> Sequence[VisitStop]:
        """Return the stops in their order."""
        query = select(VisitStop).where(VisitStop.visit_id == visit_id).order_by(VisitStop.position)
        return self._session.scalars(query).all()

    def stop(self, visit: Visit, unit_id: int) -> VisitStop:
        """Return a visit's stop at a unit; raises NotFound."""
        stop = self._session.get(VisitStop, (visit.id, unit_id))
        if stop is None:
            raise NotFound(MISSING.format(visit.ref))
        return stop

    def is_over(self, unit_id: int) -> bool:
        """Tell whether a unit was merged or split up since the visit was planned."""
        return self._session.scalars(select(Unit.ended_on).where(Unit.id == unit_id)).one() is not None

    def campaigns_asking(self, unit_id: int, only: Collection[int] | None) -> tuple[int, ...]:
        """Return one running campaign of each office that asks something of a unit; `only` = among these campaigns."""
        given = {"unit": unit_id, "only": None if only is None else sorted(only)}
        return tuple(self._session.execute(ASKING, given).scalars())

    def find_repeated(self, wanted: VisitPlan, *, campaign_id: int, planned_by: int) -> Visit | None:
        """Return the visit that a plan repeats word for word: not yet set out, by the same person; or None."""
        query = select(Visit).where(
            Visit.campaign_id == campaign_id, Visit.planned_by == planned_by, Visit.state == VisitState.PLANNED,
            Visit.from_on == wanted.from_on, Visit.to_on == wanted.to_on, Visit.ground == wanted.ground,
            Visit.filed_as == wanted.filed_as, Visit.announced == wanted.announced,
        ).order_by(Visit.id)  # fmt: skip
        return next((one for one in self._session.scalars(query).all() if same_plan(self.plan_of(one), wanted)), None)

    def draw_events(self, campaign_id: int) -> tuple[DrawEvent, ...]:
        """Return what a campaign's draws left in its record, oldest first."""
        found = self._session.execute(DRAW_EVENTS, {"campaign": campaign_id, "kinds": [SETTLED, DRAWN]})
        return tuple(DrawEvent(*row) for row in found)

    def draw_used_for(self, campaign_id: int, number: int) -> str | None:
        """Return the visit that was planned by a draw, one called off left aside."""
        found: str | None = self._session.execute(
            USED_FOR, {"campaign": campaign_id, "number": number}
        ).scalar_one_or_none()
        return found

    def seal_after(self, seal_id: int) -> tuple[int, str] | None:
        """Return id and root of the first seal after another; None as long as there is none."""
        row = self._session.execute(SEAL_AFTER, {"seal": seal_id}).one_or_none()
        return (int(row.id), str(row.root)) if row is not None else None

    def take_tries(
        self, places: Sequence[tuple[int, int | None]], *, most: int, now: datetime
    ) -> tuple[TriedCode, ...]:
        """Count a try of each good code at these (unit, campaign or None for all) and return those codes' hashes."""
        units, campaigns = [unit for unit, _ in places], [only for _, only in places]
        given = {"units": units, "campaigns": campaigns, "most": most, "now": now}
        return tuple(TriedCode(*row) for row in self._session.execute(TRY, given))

    def take_waiting_inspection(self, campaign_id: int, unit_id: int) -> int | None:
        """Lock and return the inspection of the unit that waits to be recorded and belongs to no visit, if there is one."""
        given = {"campaign": campaign_id, "unit": unit_id}
        planned = list(self._session.execute(LOCK_PLANNED, given).scalars())
        return self._session.execute(OF_NO_VISIT, {"tasks": planned}).scalar_one_or_none() if planned else None
