"""Claims on matters, and saved views."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from tracker.persistence.models import SavedView, TriageClaim

#: One statement, so that of two who ask at once exactly one gets the row; a lapsed claim is anybody's.
TAKE = text("""
    INSERT INTO triage_claim (ref, person_id, claimed_at, lapses_at) VALUES (:ref, :person, :now, :until)
    ON CONFLICT (ref) DO UPDATE SET person_id = excluded.person_id, claimed_at = excluded.claimed_at,
        lapses_at = excluded.lapses_at
    WHERE triage_claim.person_id = excluded.person_id OR triage_claim.lapses_at <= excluded.claimed_at
    RETURNING ref""")


#: Claims of one person are made one after the other, so that two of his pages cannot wait for each other.
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('triage_claim:' || :person, 0))")


class TriageRepository:
    """What the members of a team tell each other by working."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def claim(self, ref: str, person_id: int, *, now: datetime, until: datetime) -> bool:
        """Take a matter in hand, or keep it, and let go of the person's former one; False where somebody else has it."""
        self._session.execute(ONE_AT_A_TIME, {"person": str(person_id)})
        given = {"ref": ref, "person": person_id, "now": now, "until": until}
        if self._session.execute(TAKE, given).first() is None:
            return False
        self._session.execute(delete(TriageClaim).where(TriageClaim.person_id == person_id, TriageClaim.ref != ref))
        return True

    def release(self, refs: Sequence[str], person_id: int) -> None:
        """Let go of what the person has in hand."""
        self._session.execute(delete(TriageClaim).where(TriageClaim.ref.in_(refs), TriageClaim.person_id == person_id))

    def forget_lapsed(self, *, before: datetime) -> None:
        """Remove claims that lapsed before a moment."""
        self._session.execute(delete(TriageClaim).where(TriageClaim.lapses_at < before))

    def save_view(
        self, person_id: int, *, name: str, place: str, query: Mapping[str, Any], comes_first: bool, now: datetime
    ) -> None:
        """Save a view under a name; one of the same name is replaced, and at most one comes first."""
        found = self._session.scalars(
            select(SavedView).where(SavedView.person_id == person_id, SavedView.name == name).with_for_update()
        ).one_or_none()
        if comes_first:
            self._session.execute(
                update(SavedView)
                .where(SavedView.person_id == person_id, SavedView.comes_first)
                .values(comes_first=False)
            )
        if found is None:
            found = SavedView(person_id=person_id, name=name, created_at=now)
            self._session.add(found)
        found.place, found.query, found.comes_first = place, dict(query), comes_first
        self._session.flush()

    def forget_view(self, person_id: int, view_id: int) -> bool:
        """Remove one of the person's views; False where there is none."""
        gone = self._session.execute(
            delete(SavedView).where(SavedView.id == view_id, SavedView.person_id == person_id).returning(SavedView.id)
        )
        return gone.first() is not None
