"""How the supervision team shares its work: who has a matter in hand just now, and which views a person saved."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.persistence.models.base import Base, Id, link


class TriageClaim(Base):
    """A matter (by its ref) that somebody has in hand until `lapses_at`. Real time: a sample's leaps hold nobody up."""

    __tablename__ = "triage_claim"
    ref: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[int] = link("person.id")
    claimed_at: Mapped[datetime]
    lapses_at: Mapped[datetime]


class SavedView(Base):
    """A named view of one person: the list, and its filters and grouping as the address line has them."""

    __tablename__ = "saved_view"
    __table_args__ = (
        UniqueConstraint("person_id", "name"),
        Index("ix_saved_view__first", "person_id", unique=True, postgresql_where="comes_first"),
    )
    id: Mapped[Id]
    person_id: Mapped[int] = link("person.id")
    name: Mapped[str]
    place: Mapped[str]
    query: Mapped[dict[str, Any]]
    comes_first: Mapped[bool] = mapped_column(default=False)  # the workbench opens with it
    created_at: Mapped[datetime]
