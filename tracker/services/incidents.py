"""Incidents, as the administrators and the office work them."""

from __future__ import annotations

from tracker.domain.errors import NotFound
from tracker.domain.permissions import Action, Place, Viewer, may
from tracker.domain.values import Role
from tracker.services.context import Floor
from tracker.services.installations import SETTINGS_STREAM
from tracker.services.recording import doer_at, event


class IncidentService:
    """Reports, counts and resolves incidents."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def report(self, *, kind: str, subject: str, sentence: str) -> None:
        """Open an incident, or count up the one that is open."""
        with self._floor.uows() as uow:
            uow.incidents.raise_(kind=kind, subject=subject, sentence=sentence, now=self._floor.clock.now())
            uow.commit()

    def count_open(self) -> int:
        """Return how many incidents are open."""
        with self._floor.uows() as uow:
            return uow.incidents.count_open()

    def resolve(self, viewer: Viewer, incident_id: int) -> None:
        """Close an incident by hand; raises NotFound for one that the viewer may not see."""
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            incident = uow.incidents.get(incident_id)
            if incident is None or incident.resolved_at is not None:
                raise NotFound("没有这条异常，或已处理。")
            office_unit = None
            if incident.campaign_id is not None:
                office_unit = uow.tasks.office_of(incident.campaign_id).unit_id
            place = Place(office_unit, incident.campaign_id, None, internal=True)
            # An incident of no campaign is about the machine, and the system administrator's alone.
            theirs = incident.campaign_id is not None or viewer.actor.holds(Role.SYSTEM_ADMIN)
            if not theirs or not may(viewer, Action.SEE_INCIDENTS, place):
                raise NotFound("没有这条异常，或已处理。")
            incident.resolved_at = now
            payload = {"incident": incident.id, "kind": incident.kind, "subject": incident.subject}
            by = doer_at(viewer, place, Action.SEE_INCIDENTS)
            uow.events.append([event(SETTINGS_STREAM, "incident.resolved", payload, at=now, by=by)])
            uow.commit()
