"""Recorded occurrences: one row for a kind, a unit and a day of a campaign."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tracker.persistence.models import RecordedOccurrence

UNIT_OF_CAMPAIGN = text("""
    SELECT a.unit_id FROM assignment a JOIN measure m ON m.id = a.measure_id JOIN unit u ON u.id = a.unit_id
    WHERE m.campaign_id = :campaign AND u.key = :key LIMIT 1""")


class OccurrenceRepository:
    """Finds and adds recorded occurrences. The campaign's row lock is the caller's to take."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def unit_of_campaign(self, campaign_id: int, key: str) -> int | None:
        """Return the unit with this key when it has a duty in the campaign."""
        return self._session.execute(UNIT_OF_CAMPAIGN, {"campaign": campaign_id, "key": key}).scalar_one_or_none()

    def find(self, campaign_id: int, unit_id: int, kind: str, occurred_on: date) -> RecordedOccurrence | None:
        """Return what is recorded of a kind at a unit on a day, and was not voided."""
        model = RecordedOccurrence
        return self._session.scalars(
            select(model).where(
                model.campaign_id == campaign_id, model.unit_id == unit_id, model.kind == kind,
                model.occurred_on == occurred_on, model.voided_at.is_(None),
            )
        ).one_or_none()  # fmt: skip

    def find_by_ref(self, campaign_id: int, ref: str) -> RecordedOccurrence | None:
        """Return an occurrence of a campaign by its number."""
        model = RecordedOccurrence
        query = select(model).where(model.campaign_id == campaign_id, model.ref == ref)
        return self._session.scalars(query).one_or_none()

    def add(self, row: RecordedOccurrence) -> RecordedOccurrence:
        """Add a row; it has its id afterwards."""
        self._session.add(row)
        self._session.flush()
        return row
