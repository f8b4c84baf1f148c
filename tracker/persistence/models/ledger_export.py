"""Files that are written in the background: who asked for what, how far it is, and the file until it expires."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from tracker.persistence.models.base import Base, Id, link


class LedgerExport(Base):
    """One file that one person asked for: a ledger by its kind, or the `evidence` of a paper.

    `touched_at` moves while it is written: one that stands still is begun anew.
    """

    __tablename__ = "ledger_export"
    __table_args__ = (
        Index("ix_ledger_export__person", "person_id"),
        Index("ix_ledger_export__expires", "expires_at"),
        CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", name="state"),
    )
    id: Mapped[Id]
    ref: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = link("person.id")
    ledger: Mapped[str]
    filters: Mapped[dict[str, Any]]
    remarks: Mapped[list[Any]]
    sort: Mapped[str]
    state: Mapped[str] = mapped_column(default="waiting")
    total: Mapped[int]
    written: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)
    size: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    touched_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class LedgerExportChunk(Base):
    """A piece of the file, at most 1 MiB."""

    __tablename__ = "ledger_export_chunk"
    export_id: Mapped[int] = link("ledger_export.id", primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
