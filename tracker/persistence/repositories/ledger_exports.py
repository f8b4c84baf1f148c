"""Ledgers written in the background: asked for, claimed, filled piece by piece, forgotten when they expire."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from tracker.persistence.engine import to_json
from tracker.persistence.models import LedgerExport, LedgerExportChunk

OPEN = ("waiting", "running")

SAME = text("""
    SELECT id FROM ledger_export WHERE person_id = :person AND ledger = :ledger AND sort = :sort
      AND filters = CAST(:filters AS jsonb) AND state IN ('waiting', 'running') AND expires_at > :now LIMIT 1""")

#: Who has begun it and still moves keeps it; one that stood still for too long is taken over.
CLAIM = text("""
    UPDATE ledger_export SET state = 'running', tries = tries + 1, written = 0, touched_at = :now
    WHERE id = :id AND (state = 'waiting' OR (state = 'running' AND touched_at < :stale)) RETURNING tries""")


#: Lets those who ask for what is made one at a time take turns.
LOCK = text("SELECT pg_advisory_xact_lock(7204915)")

LATEST = text("""
    SELECT id FROM ledger_export WHERE person_id = :person AND ledger = :ledger AND filters @> CAST(:about AS jsonb)
      AND expires_at > :now ORDER BY id DESC LIMIT 1""")

MOVING = text("""
    SELECT person_id FROM ledger_export WHERE ledger = :ledger AND state IN ('waiting', 'running') AND expires_at > :now
      AND (touched_at >= :stale OR person_id = :person) ORDER BY id LIMIT 1""")


class LedgerExportRepository:
    """Keeps and forgets."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, export: LedgerExport) -> LedgerExport:
        """Add a request; its id exists afterwards."""
        self._session.add(export)
        self._session.flush()
        return export

    def get(self, export_id: int) -> LedgerExport | None:
        """Return a request, or None."""
        return self._session.get(LedgerExport, export_id, populate_existing=True)

    def find(self, ref: str, *, person_id: int, now: datetime) -> LedgerExport | None:
        """Return a person's own request that has not expired, or None."""
        query = select(LedgerExport).where(
            LedgerExport.ref == ref, LedgerExport.person_id == person_id, LedgerExport.expires_at > now
        )
        return self._session.scalars(query).one_or_none()

    def same(
        self, *, person_id: int, ledger: str, filters: Mapping[str, Any], sort: str, now: datetime
    ) -> LedgerExport | None:
        """Return what the same person has asked for already and not got yet."""
        given = {"person": person_id, "ledger": ledger, "filters": to_json(filters), "sort": sort, "now": now}
        found = self._session.execute(SAME, given).scalar_one_or_none()
        return None if found is None else self.get(found)

    def claim(self, export_id: int, *, now: datetime, stale: datetime) -> int | None:
        """Take a request in hand and return how often that was done; None when another has it, or it is over."""
        return self._session.execute(CLAIM, {"id": export_id, "now": now, "stale": stale}).scalar_one_or_none()

    def touch(self, export_id: int, *, written: int, now: datetime) -> bool:
        """Say how far it is; tell whether anybody still wants it."""
        return self._set(export_id, written=written, touched_at=now)

    def end(self, export_id: int, *, state: str, now: datetime, written: int = 0, size: int = 0) -> None:
        """Say that it is over."""
        self._set(export_id, state=state, written=written, size=size, touched_at=now)

    def _set(self, export_id: int, **values: Any) -> bool:
        changed = update(LedgerExport).where(LedgerExport.id == export_id).values(**values).returning(LedgerExport.id)
        return self._session.execute(changed).first() is not None

    def take_turns(self) -> None:
        """Wait until nobody else asks for something that is made one at a time; held until the commit."""
        self._session.execute(LOCK)

    def latest(self, *, person_id: int, ledger: str, about: Mapping[str, Any], now: datetime) -> LedgerExport | None:
        """Return the newest request of a person for one kind whose filters hold `about`, or None."""
        given = {"person": person_id, "ledger": ledger, "about": to_json(about), "now": now}
        found = self._session.execute(LATEST, given).scalar_one_or_none()
        return None if found is None else self.get(found)

    def whose_is_made(self, ledger: str, *, person_id: int, stale: datetime, now: datetime) -> int | None:
        """Return whose request of this kind is being made: one's own, or somebody's that still moves; None for none."""
        given = {"ledger": ledger, "person": person_id, "stale": stale, "now": now}
        return self._session.execute(MOVING, given).scalar_one_or_none()

    def forget(self, export_id: int) -> None:
        """Forget a request with its file; whoever writes it finds that nobody wants it any more."""
        # Whoever adds a piece holds the row until he commits: only after that is every piece there to be cleared.
        self._session.execute(select(LedgerExport.id).where(LedgerExport.id == export_id).with_for_update())
        self.clear(export_id)
        self._session.execute(delete(LedgerExport).where(LedgerExport.id == export_id))

    def clear(self, export_id: int) -> None:
        """Throw away pieces that an earlier try left."""
        self._session.execute(delete(LedgerExportChunk).where(LedgerExportChunk.export_id == export_id))

    def add_chunk(self, export_id: int, position: int, content: bytes) -> None:
        """Keep a piece."""
        self._session.add(LedgerExportChunk(export_id=export_id, position=position, content=content))
        self._session.flush()

    def chunk(self, export_id: int, position: int) -> bytes | None:
        """Return a piece, None past the last."""
        query = select(LedgerExportChunk.content).where(
            LedgerExportChunk.export_id == export_id, LedgerExportChunk.position == position
        )
        content = self._session.execute(query).scalar_one_or_none()
        return None if content is None else bytes(content)

    def standing_still(self, *, stale: datetime, now: datetime) -> list[int]:
        """Return the ids of requests that nobody works on, though they are not over."""
        query = select(LedgerExport.id).where(
            LedgerExport.state.in_(OPEN), LedgerExport.touched_at < stale, LedgerExport.expires_at > now
        )
        return list(self._session.scalars(query.order_by(LedgerExport.id)))

    def forget_expired(self, now: datetime) -> int:
        """Forget what has expired and return how many files that were."""
        # What is being written to at this moment is forgotten the next time.
        expired = select(LedgerExport.id).where(LedgerExport.expires_at <= now).with_for_update(skip_locked=True)
        gone = list(self._session.scalars(expired))
        self._session.execute(delete(LedgerExportChunk).where(LedgerExportChunk.export_id.in_(gone)))
        self._session.execute(delete(LedgerExport).where(LedgerExport.id.in_(gone)))
        return len(gone)
