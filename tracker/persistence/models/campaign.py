"""Campaigns, phases, measures, assignments."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ARRAY, CheckConstraint, Index, SmallInteger, Text, UniqueConstraint
from sqlalchemy import text as sql_text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.persistence.models.base import Base, Id, link, one_of


class Campaign(Base):
    """One campaign of an office. `settings`: severity titles, number words, cut-off hour, separation, ladder overrides."""

    __tablename__ = "campaign"
    __table_args__ = (
        CheckConstraint(one_of("status", "draft", "issued", "closed"), name="status"),
        CheckConstraint("ends_on >= starts_on", name="period"),
    )
    id: Mapped[Id]
    ref: Mapped[str] = mapped_column(unique=True)
    key: Mapped[str] = mapped_column(unique=True)
    office_id: Mapped[int] = link("office.id", index=True)
    title: Mapped[str]
    summary: Mapped[str] = mapped_column(default="")
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    status: Mapped[str] = mapped_column(default="draft")
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    issued_at: Mapped[datetime | None] = mapped_column(default=None)


class Phase(Base):
    """A phase of a campaign; phases may overlap (压茬推进)."""

    __tablename__ = "phase"
    __table_args__ = (UniqueConstraint("campaign_id", "key"),)
    id: Mapped[Id]
    campaign_id: Mapped[int] = link("campaign.id")
    key: Mapped[str]
    title: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    position: Mapped[int]


class Measure(Base):
    """One line of the plan; `units` are the sets and units as printed.

    `due` is a rule of domain.measure_dues as JSON, {} for a standing duty; that has `cadence` (domain.standing), and
    `former_cadences` once it was changed while it ran.
    A joint measure has no `units` but a `lead`, the unit that reports, and `support`, those that do their part.
    """

    __tablename__ = "measure"
    __table_args__ = (
        UniqueConstraint("campaign_id", "key"),
        Index("ix_measure__bigrams", "bigrams", postgresql_using="gin"),
    )
    id: Mapped[Id]
    campaign_id: Mapped[int] = link("campaign.id")
    key: Mapped[str]
    ordinal: Mapped[str]
    title: Mapped[str]
    text: Mapped[str]
    workflow_key: Mapped[str]
    units: Mapped[list[Any]]
    lead: Mapped[str | None] = mapped_column(default=None)
    support: Mapped[list[Any]] = mapped_column(default=list, server_default=sql_text("'[]'::jsonb"))
    due: Mapped[dict[str, Any]]
    cadence: Mapped[dict[str, Any] | None] = mapped_column(default=None)
    former_cadences: Mapped[list[Any] | None] = mapped_column(default=None)
    schedule: Mapped[dict[str, Any] | None] = mapped_column(default=None)  # domain.progress.Schedule
    severity_floor: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")  # where its tasks start
    position: Mapped[int]
    withdrawn_at: Mapped[datetime | None] = mapped_column(default=None)
    source_span: Mapped[list[Any] | None] = mapped_column(default=None)
    bigrams: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)


class Assignment(Base):
    """Measure × unit: a duty. A `share` is one that another unit handed down.

    runs_since      when it began to run (the campaign's issue, or later); None = not yet
    opened_until    openings up to this moment exist as tasks
    next_opens_at   when its next task opens; the partial index is all that a sweep with nothing to open reads
    """

    __tablename__ = "assignment"
    __table_args__ = (
        UniqueConstraint("measure_id", "unit_id", "role"),
        CheckConstraint(one_of("role", "lead", "support", "each", "share"), name="role"),
        Index("ix_assignment__unit", "unit_id"),
        Index("ix_assignment__next_opens", "next_opens_at", postgresql_where="next_opens_at IS NOT NULL"),
    )
    id: Mapped[Id]
    measure_id: Mapped[int] = link("measure.id")
    unit_id: Mapped[int] = link("unit.id")
    role: Mapped[str] = mapped_column(default="each")
    runs_since: Mapped[datetime | None] = mapped_column(default=None)
    opened_until: Mapped[datetime | None] = mapped_column(default=None)
    next_opens_at: Mapped[datetime | None] = mapped_column(default=None)
    withdrawn_at: Mapped[datetime | None] = mapped_column(default=None)
