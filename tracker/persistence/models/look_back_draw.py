"""Draws of items that are looked at again (回头看抽查): one for a campaign and a month."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.persistence.models.base import Base, Id, link


class LookBackDraw(Base):
    """One draw. `pool` and `drawn` are refs; `passed_over` = drawn, but nothing was left to look at: ref → state then."""

    __tablename__ = "look_back_draw"
    __table_args__ = (UniqueConstraint("campaign_id", "month"),)
    id: Mapped[Id]
    campaign_id: Mapped[int] = link("campaign.id")
    month: Mapped[str]
    share: Mapped[int] = mapped_column(SmallInteger)
    seal_id: Mapped[int] = link("seal.id")
    seed: Mapped[str]
    pool: Mapped[list[Any]]
    drawn: Mapped[list[Any]]
    passed_over: Mapped[dict[str, Any]]
    drawn_at: Mapped[datetime]
    drawn_by: Mapped[int] = link("person.id")
