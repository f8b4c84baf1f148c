"""Files between preview and import: encrypted, bound to a person, purged when they expire."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tracker.persistence.models import RosterImport


class RosterImportRepository:
    """Keeps and forgets."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def keep(self, staged: RosterImport) -> None:
        """Keep a file; one that the same person had kept before is forgotten."""
        self._session.execute(delete(RosterImport).where(RosterImport.person_id == staged.person_id))
        self._session.add(staged)
        self._session.flush()

    def find(self, ref: str, *, person_id: int, now: datetime, lock: bool = False) -> RosterImport | None:
        """Return a person's own file that has not expired, or None."""
        query = select(RosterImport).where(
            RosterImport.ref == ref, RosterImport.person_id == person_id, RosterImport.expires_at > now
        )
        return self._session.scalars(query.with_for_update() if lock else query).one_or_none()

    def forget(self, staged: RosterImport) -> None:
        """Forget a file."""
        self._session.delete(staged)

    def forget_expired(self, now: datetime) -> int:
        """Forget what has expired and return how many files that were."""
        gone = self._session.execute(
            delete(RosterImport).where(RosterImport.expires_at <= now).returning(RosterImport.id)
        )
        return len(gone.all())
