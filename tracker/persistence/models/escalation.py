"""What the engine raised: firings, findings, and the notices that hold them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Index, SmallInteger, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.persistence.models.base import Base, Id, link, one_of


class Firing(Base):
    """One rung fired for one occurrence of one clock. The unique key is invariant §3.3.

    `act` is the rung's, or "skip" for one that a higher rung had served already.
    """

    __tablename__ = "firing"
    __table_args__ = (
        UniqueConstraint("clock_id", "occurrence", "rung"),
        CheckConstraint(
            one_of("cause", "late", "quality", "recheck", "order", "pace", "history", "unopened"), name="cause"
        ),
    )
    id: Mapped[Id]
    clock_id: Mapped[int] = link("clock.id")
    task_id: Mapped[int] = link("task.id", index=True)
    occurrence: Mapped[int]
    rung: Mapped[int] = mapped_column(SmallInteger)
    rung_name: Mapped[str]
    cause: Mapped[str]
    act: Mapped[str]
    fell_due_at: Mapped[datetime]
    fired_at: Mapped[datetime]


class Finding(Base):
    """What a firing raises about a unit's duty, waiting for the supervisors. One from a firing at most."""

    __tablename__ = "finding"
    __table_args__ = (
        CheckConstraint(
            one_of("status", "waiting", "struck", "waived", "issued", "obsolete", "objected", "overturned"),
            name="status",
        ),
        Index("ix_finding__waiting", "campaign_id", "unit_id", postgresql_where="status = 'waiting'"),
        Index("ix_finding__task", "task_id"),
        Index("ix_finding__raised", "raised_at", "id", postgresql_where="status = 'waiting'"),
        Index(
            "ix_finding__standing", "assignment_id", postgresql_where="status = 'waiting' AND assignment_id IS NOT NULL"
        ),
    )
    id: Mapped[Id]
    ref: Mapped[str] = mapped_column(unique=True)
    firing_id: Mapped[int] = link("firing.id", unique=True)
    campaign_id: Mapped[int] = link("campaign.id")
    unit_id: Mapped[int] = link("unit.id")
    task_id: Mapped[int] = link("task.id")
    kind: Mapped[str]
    severity: Mapped[int] = mapped_column(SmallInteger)
    summary: Mapped[str]
    status: Mapped[str] = mapped_column(default="waiting")
    raised_at: Mapped[datetime]
    decided_at: Mapped[datetime | None] = mapped_column(default=None)
    decided_by: Mapped[int | None] = link("person.id", default=None)
    reason: Mapped[str] = mapped_column(default="")
    points: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")  # that the rule takes off
    # For a standing duty: later missed periods join the one finding, whose line counts them.
    assignment_id: Mapped[int | None] = link("assignment.id", default=None)
    periods: Mapped[list[str] | None] = mapped_column(ARRAY(Text), default=None)
    period_tasks: Mapped[list[int] | None] = mapped_column(ARRAY(BigInteger), default=None)


class Notice(Base):
    """A numbered paper and, before that, its draft. `task_id` is its state machine; `gathering` = the draft is open."""

    __tablename__ = "notice"
    __table_args__ = (
        Index("ix_notice__unit_place", "office_id", "unit_id", "place", unique=True, postgresql_where="place IS NOT NULL"),
        Index("ix_notice__open_draft", "campaign_id", "unit_id", "kind", "severity", unique=True, postgresql_where="gathering"),
        UniqueConstraint("number_series_id", "number"),
        Index("ix_notice__campaign_unit", "campaign_id", "unit_id"),
        Index("ix_notice__draft", "campaign_id", postgresql_where="issued_at IS NULL"),
        Index("ix_notice__sealed", "campaign_id", postgresql_where="issued_at IS NULL AND content_hash IS NOT NULL"),
        Index("ix_notice__deem", "deem_at", postgresql_where="deem_at IS NOT NULL"),
        CheckConstraint("(number IS NULL) = (number_series_id IS NULL)", name="numbered"),
    )  # fmt: skip
    id: Mapped[Id]
    ref: Mapped[str] = mapped_column(unique=True)
    task_id: Mapped[int] = link("task.id", unique=True)
    campaign_id: Mapped[int] = link("campaign.id")
    office_id: Mapped[int] = link("office.id")
    unit_id: Mapped[int] = link("unit.id")
    kind: Mapped[str]
    severity: Mapped[int] = mapped_column(SmallInteger)
    gathering: Mapped[bool] = mapped_column(default=True)
    alone: Mapped[bool] = mapped_column(default=False, server_default="false")  # one paper for one matter
    title: Mapped[str]
    body: Mapped[str] = mapped_column(default="")
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    version: Mapped[int] = mapped_column(default=1)
    content_hash: Mapped[str | None] = mapped_column(default=None)  # of what was sealed
    approved_hash: Mapped[str | None] = mapped_column(default=None)
    printed_unit_name: Mapped[str] = mapped_column(default="")
    number_series_id: Mapped[int | None] = link("number_series.id", default=None)
    number: Mapped[int | None] = mapped_column(default=None)
    printed_number: Mapped[str | None] = mapped_column(default=None)
    issued_at: Mapped[datetime | None] = mapped_column(default=None)
    reply_due_on: Mapped[date | None] = mapped_column(default=None)
    # Its place in the row of papers that the unit was issued by the office; given under the standing's lock.
    place: Mapped[int | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)  # voided or superseded: it counts no more
    deem_at: Mapped[datetime | None] = mapped_column(default=None)  # when it is deemed received, while it waits
    corrects_id: Mapped[int | None] = link("notice.id", default=None, index=True)  # the paper that this one corrects
    about_task_id: Mapped[int | None] = link("task.id", default=None, index=True)  # whose decision it puts on paper
    created_at: Mapped[datetime]


class NoticeItem(Base):
    """One line of a notice. Struck items stay in the row with who, when and why.

    `agreed_at` = it is no line of the paper itself, but was agreed on when its unit was called in (约谈).
    """

    __tablename__ = "notice_item"
    __table_args__ = (
        Index("ix_notice_item__notice", "notice_id", "position"),
        Index("ix_notice_item__finding", "finding_id", unique=True, postgresql_where="finding_id IS NOT NULL"),
    )
    id: Mapped[Id]
    notice_id: Mapped[int] = link("notice.id")
    finding_id: Mapped[int | None] = link("finding.id", default=None)
    task_id: Mapped[int | None] = link("task.id", default=None)
    position: Mapped[int]
    text: Mapped[str]
    struck_at: Mapped[datetime | None] = mapped_column(default=None)
    struck_by: Mapped[int | None] = link("person.id", default=None)
    strike_reason: Mapped[str] = mapped_column(default="")
    measure: Mapped[str] = mapped_column(default="")
    leader: Mapped[str] = mapped_column(default="")
    limit_on: Mapped[date | None] = mapped_column(default=None)
    rectification_task_id: Mapped[int | None] = link("task.id", default=None, unique=True)
    agreed_at: Mapped[datetime | None] = mapped_column(default=None)
