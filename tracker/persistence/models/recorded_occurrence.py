"""What happened at a unit (a new case, an accident): kind, day and count. No person, no story."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from tracker.persistence.models.base import Base, Id, link


class RecordedOccurrence(Base):
    """One kind of thing at one unit on one day; `count` is how often. `look_back_task_id`: what it opened, if anything.

    One recorded by mistake is voided with its reason, and stays.
    """

    __tablename__ = "recorded_occurrence"
    __table_args__ = (
        Index(
            "uq_recorded_occurrence__standing",
            "campaign_id",
            "unit_id",
            "kind",
            "occurred_on",
            unique=True,
            postgresql_where="voided_at IS NULL",
        ),
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
    voided_at: Mapped[datetime | None] = mapped_column(default=None)
    voided_by: Mapped[int | None] = link("person.id", default=None)
    void_reason: Mapped[str | None] = mapped_column(default=None)
