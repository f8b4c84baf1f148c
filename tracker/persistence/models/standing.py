"""Where units stand at an office: cards and listing, counted over their history."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.persistence.models.base import Base, Id, link, one_of


class UnitStanding(Base):
    """The standing of one unit at one office. Whoever issues a paper to the unit locks the row, so papers have an order.

    papers      how many papers the unit was issued by the office; the next one takes the next place
    notice_id   the paper that last changed the standing
    """

    __tablename__ = "unit_standing"
    __table_args__ = (
        UniqueConstraint("office_id", "unit_id"),
        CheckConstraint(one_of("standing", "normal", "released", "yellow", "red", "listed"), name="standing"),
    )
    id: Mapped[Id]
    office_id: Mapped[int] = link("office.id")
    unit_id: Mapped[int] = link("unit.id", index=True)
    standing: Mapped[str] = mapped_column(default="normal")
    since: Mapped[datetime]
    papers: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    notice_id: Mapped[int | None] = link("notice.id", default=None)
