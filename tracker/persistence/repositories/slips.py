"""Slips of paper: made, tried, used, revoked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text, update
from sqlalchemy.orm import Session

from tracker.persistence.models import ReceiptSlip

#: One try is counted before its code is looked at, so that many at once are not more than the limit.
TRY = text("""
    UPDATE receipt_slip SET tries = tries + 1
    WHERE token_hash = :token_hash AND used_at IS NULL AND revoked_at IS NULL AND expires_at > :now AND tries < :most
    RETURNING id, notice_id, code_hash""")

USE = text("""
    UPDATE receipt_slip SET used_at = :now WHERE id = :id AND used_at IS NULL AND revoked_at IS NULL RETURNING id""")

IS_GOOD = text("""
    SELECT expires_at FROM receipt_slip
    WHERE notice_id = :notice AND token_hash = :token_hash AND used_at IS NULL AND revoked_at IS NULL AND expires_at > :now""")


class SlipRepository:
    """Keeps slips."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, slip: ReceiptSlip) -> int:
        """Add a slip and return its id."""
        self._session.add(slip)
        self._session.flush()
        return slip.id

    def revoke(self, notice_id: int, *, now: datetime) -> int:
        """Let no earlier slip of a paper be good any more; return how many were."""
        found = self._session.execute(
            update(ReceiptSlip)
            .where(
                ReceiptSlip.notice_id == notice_id, ReceiptSlip.used_at.is_(None), ReceiptSlip.revoked_at.is_(None)
            )
            .values(revoked_at=now)
            .returning(ReceiptSlip.id)
        )  # fmt: skip
        return len(found.all())

    def take_try(self, token_hash: bytes, *, most: int, now: datetime) -> tuple[int, int, str] | None:
        """Count a try of a good slip and return (id, notice id, the code's hash); None where there is none."""
        row = self._session.execute(TRY, {"token_hash": token_hash, "most": most, "now": now}).one_or_none()
        return None if row is None else (row.id, row.notice_id, row.code_hash)

    def use(self, slip_id: int, *, now: datetime) -> bool:
        """Use a slip up; False where somebody did already, or it was revoked meanwhile."""
        return self._session.execute(USE, {"id": slip_id, "now": now}).one_or_none() is not None

    def good_until(self, notice_id: int, token_hash: bytes, *, now: datetime) -> datetime | None:
        """Return until when a token's slip of a paper is good; None where it is not."""
        given = {"notice": notice_id, "token_hash": token_hash, "now": now}
        return self._session.execute(IS_GOOD, given).scalar_one_or_none()
