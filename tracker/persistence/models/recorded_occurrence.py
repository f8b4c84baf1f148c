"""What happened at a unit (a new case, an accident): kind, day and count. No person, no story."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.persistence.models.base import Base, Id, link


class RecordedOccurrence(Base):
    """One kind of thing at one unit on one day; `count` is how often. `look_back_task_id`: what it opened, if anything."""

    __tablename__ = "recorded_occurrence"
    __table_args__ = (
        UniqueConstraint("campaign_id", "unit_id", "kind", "occurred_on"),
        CheckConstraint("count > 0", name="count"),
    )
    id: Mapped[Id]
    ref: Mapped[str] = mapped_column(unique=True)
    campaign_id: Mapped[int] = link("campaign.id")
    unit_id: Mapped[int] = link("unit.id")
    kind: Mapped[str]
    occurred_on: Mapped[date]
    count: Mapped[int]
    recorded_by: Mapped[int] = link("person.id")
    recorded_at: Mapped[datetime]
    look_back_task_id: Mapped[int | None] = link("task.id", default=None)
