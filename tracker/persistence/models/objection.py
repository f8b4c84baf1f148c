"""Objections: which paper or which line of it a unit contests, and the tasks whose clocks rest meanwhile."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from tracker.persistence.models.base import Base, Id, link, one_of


class Objection(Base):
    """One objection. `task_id` is its state machine; `item_id` None = the whole paper is contested."""

    __tablename__ = "objection"
    __table_args__ = (
        CheckConstraint(one_of("outcome", "open", "upheld", "rejected", "withdrawn", "lapsed"), name="outcome"),
        CheckConstraint("(outcome = 'open') = (decided_at IS NULL)", name="decided"),
        Index("ix_objection__open_paper", "notice_id", unique=True, postgresql_where="outcome = 'open' AND item_id IS NULL"),
        Index("ix_objection__open_item", "item_id", unique=True, postgresql_where="outcome = 'open' AND item_id IS NOT NULL"),
        Index("ix_objection__notice", "notice_id"),
    )  # fmt: skip
    id: Mapped[Id]
    task_id: Mapped[int] = link("task.id", unique=True)
    notice_id: Mapped[int] = link("notice.id")
    item_id: Mapped[int | None] = link("notice_item.id", default=None)
    filed_by: Mapped[int] = link("person.id")
    filed_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(default="open")
    decided_by: Mapped[int | None] = link("person.id", default=None)
    decided_at: Mapped[datetime | None] = mapped_column(default=None)
    decision_reason: Mapped[str] = mapped_column(default="")


class FrozenTask(Base):
    """A task that rests, or rested, while an objection was open."""

    __tablename__ = "frozen_task"
    __table_args__ = (Index("ix_frozen_task__task", "task_id"),)
    objection_id: Mapped[int] = link("objection.id", primary_key=True)
    task_id: Mapped[int] = link("task.id", primary_key=True)
