"""How many tasks of a kind there are, kept so that nobody has to count a million of them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from tracker.persistence.models.base import Base, Id, one_of


class Tally(Base):
    """So many tasks more (or fewer) of one kind; the sum of a kind's rows is how many there are, in every transaction.

    PostgreSQL itself adds a row with each change of a task (triggers on `task`), so that no writer can forget it and no
    two writers wait for each other; housekeeping puts the rows of a kind together (`settled`). Papers are not counted.

    stage      withdrawn, done, unit (its move), beside (somebody else's move)
    sent_back  it is the unit's move because its last return was sent back
    """

    __tablename__ = "tally"
    __table_args__ = (
        CheckConstraint(one_of("stage", "withdrawn", "done", "unit", "beside"), name="stage"),
        Index("ix_tally__campaign", "campaign_id"),
        Index("ix_tally__fresh", "campaign_id", postgresql_where="NOT settled"),
    )
    id: Mapped[Id]
    # No foreign keys: their check would write a lock into the campaign's row with every step of every task.
    campaign_id: Mapped[int]
    measure_id: Mapped[int | None] = mapped_column(default=None)
    workflow_key: Mapped[str]
    due_on: Mapped[date | None] = mapped_column(default=None)
    stage: Mapped[str]
    sent_back: Mapped[bool] = mapped_column(default=False)
    tasks: Mapped[int]
    settled: Mapped[bool] = mapped_column(default=False, server_default="false")
