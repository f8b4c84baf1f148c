"""The returns that a campaign requires: a form of a workflow, under the plan's own title, owed by some units."""

from __future__ import annotations

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from tracker.persistence.models.base import Base, Id, link


class RequiredReturn(Base):
    """One return, such as 附件2. With `measure_id` only the tasks of that measure answer it."""

    __tablename__ = "required_return"
    __table_args__ = (UniqueConstraint("campaign_id", "key"),)
    id: Mapped[Id]
    campaign_id: Mapped[int] = link("campaign.id")
    key: Mapped[str]
    title: Mapped[str]
    workflow_key: Mapped[str]
    form_key: Mapped[str]
    measure_id: Mapped[int | None] = link("measure.id", default=None)
    position: Mapped[int]


class RequiredReturnUnit(Base):
    """A unit that owes a return."""

    __tablename__ = "required_return_unit"
    __table_args__ = (Index("ix_required_return_unit__unit", "unit_id"),)
    required_return_id: Mapped[int] = link("required_return.id", primary_key=True)
    unit_id: Mapped[int] = link("unit.id", primary_key=True)
