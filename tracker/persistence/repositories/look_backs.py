"""What a draw of items to be looked at again is made from, and the draws."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tracker.persistence.models import LookBackDraw

#: The items of a campaign that were signed off in a span, whatever became of them since.
SIGNED_OFF = text("""
    SELECT DISTINCT t.ref, t.id FROM submission s JOIN task t ON t.id = s.task_id
    WHERE t.campaign_id = :campaign AND t.workflow_key = 'rectification' AND s.transition = 'sign_off'
      AND s.submitted_at >= :since AND s.submitted_at < :until""")

FIRST_SEAL = text("SELECT id, encode(root, 'hex') AS root FROM seal WHERE at >= :moment ORDER BY id LIMIT 1")
ROOT = text("SELECT encode(root, 'hex') FROM seal WHERE id = :seal")


class LookBackRepository:
    """Finds and adds draws. The campaign's row lock is the caller's to take."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def signed_off(self, campaign_id: int, *, since: datetime, until: datetime) -> Mapping[str, int]:
        """Return ref → task of every item that was signed off in a span."""
        rows = self._session.execute(SIGNED_OFF, {"campaign": campaign_id, "since": since, "until": until})
        return {row.ref: row.id for row in rows}

    def first_seal(self, moment: datetime) -> tuple[int, str] | None:
        """Return id and root of the first seal at or after a moment; None as long as there is none."""
        row = self._session.execute(FIRST_SEAL, {"moment": moment}).one_or_none()
        return (int(row.id), str(row.root)) if row is not None else None

    def root(self, seal_id: int) -> str:
        """Return the root of a seal."""
        return str(self._session.execute(ROOT, {"seal": seal_id}).scalar_one())

    def find(self, campaign_id: int, month: str) -> LookBackDraw | None:
        """Return the draw of a month, if it was made."""
        query = select(LookBackDraw).where(LookBackDraw.campaign_id == campaign_id, LookBackDraw.month == month)
        return self._session.scalars(query).one_or_none()

    def add(self, draw: LookBackDraw) -> None:
        """Add a draw."""
        self._session.add(draw)
        self._session.flush()
