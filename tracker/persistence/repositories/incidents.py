"""Incidents: what the engine could not do by itself. One open row for each kind and subject, counted up."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.persistence.models import Incident

RAISE = text("""
    INSERT INTO incident (kind, subject, sentence, campaign_id, times, first_at, last_at)
    VALUES (:kind, :subject, :sentence, :campaign_id, 1, :now, :now)
    ON CONFLICT (kind, subject) WHERE resolved_at IS NULL
    DO UPDATE SET times = incident.times + 1, last_at = excluded.last_at, sentence = excluded.sentence""")


class IncidentRepository:
    """Raises and resolves incidents."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def raise_(
        self, *, kind: str, subject: str, sentence: str, now: datetime, campaign_id: int | None = None
    ) -> None:
        """Open an incident, or count up the open one of the same kind and subject."""
        values = {"kind": kind, "subject": subject, "sentence": sentence, "now": now, "campaign_id": campaign_id}
        self._session.execute(RAISE, values)

    def resolve(self, *, kind: str, subject: str, now: datetime) -> None:
        """Close the open incident of this kind and subject, if there is one."""
        self._session.execute(
            text("UPDATE incident SET resolved_at = :now WHERE kind = :kind AND subject = :subject AND resolved_at IS NULL"),
            {"kind": kind, "subject": subject, "now": now},
        )  # fmt: skip

    def get(self, incident_id: int) -> Incident | None:
        """Return an incident, locked, or None."""
        return self._session.get(Incident, incident_id, with_for_update=True)

    def count_open(self) -> int:
        """Return how many incidents are open."""
        return int(self._session.execute(text("SELECT count(*) FROM incident WHERE resolved_at IS NULL")).scalar_one())
