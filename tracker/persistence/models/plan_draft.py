"""A plan document between reading and campaign: its text, the proposals as edited, and what they were before."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from tracker.persistence.models.base import Base, Id, link


class PlanDraft(Base):
    """One document of one office. `revision` counts the edits; `earlier` holds what they changed, the latest last.

    It is open until a campaign is made of it (`campaign_id`) or it is given up (`dropped_at`).
    """

    __tablename__ = "plan_draft"
    __table_args__ = (Index("ix_plan_draft__office", "office_id"),)
    id: Mapped[Id]
    ref: Mapped[str] = mapped_column(unique=True)
    office_id: Mapped[int] = link("office.id")
    person_id: Mapped[int] = link("person.id")
    file_name: Mapped[str]
    text: Mapped[str]
    content: Mapped[dict[str, Any]]
    earlier: Mapped[list[Any]]
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    campaign_id: Mapped[int | None] = link("campaign.id", default=None)
    dropped_at: Mapped[datetime | None] = mapped_column(default=None)
