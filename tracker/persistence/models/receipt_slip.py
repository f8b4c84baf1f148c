"""送达回执: a slip of paper by which somebody without an account may sign for one paper. Its token is kept as a hash."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from tracker.persistence.models.base import Base, Id, link


class ReceiptSlip(Base):
    """One slip. Of a paper's slips one at most is good: a new one revokes those before."""

    __tablename__ = "receipt_slip"
    __table_args__ = (
        Index(
            "ix_receipt_slip__good", "notice_id", unique=True,
            postgresql_where="used_at IS NULL AND revoked_at IS NULL",
        ),
        Index("ix_receipt_slip__notice", "notice_id"),
    )  # fmt: skip
    id: Mapped[Id]
    notice_id: Mapped[int] = link("notice.id")
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    code_hash: Mapped[str]
    tries: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime]
    made_by: Mapped[int] = link("person.id")
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None] = mapped_column(default=None)
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)
