"""Incidents: what the engine could not do by itself. One open row for each kind and subject, counted up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.persistence.models import Incident

RAISE = text("""
    INSERT INTO incident (kind, subject, sentence, campaign_id, times, first_at, last_at)
    SELECT kind, subject, sentence, campaign_id, 1, CAST(:now AS timestamptz), CAST(:now AS timestamptz)
    FROM unnest(CAST(:kind AS text[]), CAST(:subject AS text[]), CAST(:sentence AS text[]),
        CAST(:campaign_id AS bigint[])) WITH ORDINALITY AS r(kind, subject, sentence, campaign_id, place)
    ORDER BY place
    ON CONFLICT (kind, subject) WHERE resolved_at IS NULL
    DO UPDATE SET times = incident.times + 1, last_at = excluded.last_at, sentence = excluded.sentence""")


@dataclass(frozen=True, slots=True)
class NewIncident:
    """What went wrong with which subject, as a sentence that says what to do."""

    kind: str
    subject: str
    sentence: str
    campaign_id: int | None = None


class IncidentRepository:
    """Raises and resolves incidents."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def raise_(self, *, kind: str, subject: str, sentence: str, now: datetime, campaign_id: int | None = None) -> None:
        """Open an incident, or count up the open one of the same kind and subject."""
        self.raise_many([NewIncident(kind, subject, sentence, campaign_id)], now=now)

    def raise_many(self, incidents: Sequence[NewIncident], *, now: datetime) -> None:
        """Raise several, in one order everywhere, so that two who raise the same ones do not block each other."""
        once = {(one.kind, one.subject): one for one in incidents}
        if not once:
            return
        rows = [once[key] for key in sorted(once)]
        names = ("kind", "subject", "sentence", "campaign_id")
        self._session.execute(RAISE, {name: [getattr(row, name) for row in rows] for name in names} | {"now": now})

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
