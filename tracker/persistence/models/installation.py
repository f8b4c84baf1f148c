"""Facts of the whole database: is it a sample, calendars, definitions, number series, incidents."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ARRAY, CheckConstraint, Index, Integer, Interval, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.persistence.models.base import Base, Id, link


class Installation(Base):
    """One row. A trigger refuses any change of `is_sample`, and a sample offset that moves back."""

    __tablename__ = "installation"
    __table_args__ = (
        CheckConstraint("id = 1", name="only_one"),
        CheckConstraint("is_sample OR sample_offset = interval '0'", name="offset_in_samples_only"),
    )
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    is_sample: Mapped[bool]
    sample_offset: Mapped[timedelta] = mapped_column(Interval)
    created_at: Mapped[datetime]


class CalendarVersion(Base):
    """One version of the working-day table. The newest is in force; clocks keep the one they were computed with."""

    __tablename__ = "calendar_version"
    id: Mapped[Id]
    office_id: Mapped[int | None] = link("office.id", default=None)
    source: Mapped[str]
    published_years: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    created_at: Mapped[datetime]


class CalendarDay(Base):
    """A day that differs from Monday to Friday: works or rests."""

    __tablename__ = "calendar_day"
    calendar_version_id: Mapped[int] = link("calendar_version.id", primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    works: Mapped[bool]


class Recount(Base):
    """The counting again of open clocks with a calendar that came into force: how far it is, until it is over.

    It goes on after the clock (`after_task_id`, `after_clock_id`). What it tells people waits until `finished_at`.
    """

    __tablename__ = "recount"
    calendar_version_id: Mapped[int] = link("calendar_version.id", primary_key=True)
    total: Mapped[int]
    counted: Mapped[int] = mapped_column(default=0)
    moved: Mapped[int] = mapped_column(default=0)
    people: Mapped[int] = mapped_column(default=0)  # told of it, once it is over
    after_task_id: Mapped[int] = mapped_column(default=0)
    after_clock_id: Mapped[int] = mapped_column(default=0)
    touched_at: Mapped[datetime]  # real time
    finished_at: Mapped[datetime | None] = mapped_column(default=None)


class WorkflowVersion(Base):
    """A workflow file as it was when it was loaded; a running task keeps its version."""

    __tablename__ = "workflow_version"
    __table_args__ = (UniqueConstraint("key", "content_hash"), Index("ix_workflow_version__newest", "key", "id"))
    id: Mapped[Id]
    key: Mapped[str]
    version: Mapped[int]
    content: Mapped[dict[str, Any]]
    content_hash: Mapped[str]
    loaded_at: Mapped[datetime]


class LadderVersion(Base):
    """A ladder file as it was when it was loaded; a running clock keeps its version."""

    __tablename__ = "ladder_version"
    __table_args__ = (UniqueConstraint("key", "content_hash"), Index("ix_ladder_version__newest", "key", "id"))
    id: Mapped[Id]
    key: Mapped[str]
    version: Mapped[int]
    content: Mapped[dict[str, Any]]
    content_hash: Mapped[str]
    loaded_at: Mapped[datetime]


class NumberSeries(Base):
    """The running number of 机关代字〔year〕n号: one series for each office, word and Shanghai year, without gaps."""

    __tablename__ = "number_series"
    __table_args__ = (UniqueConstraint("office_id", "word", "year"),)
    id: Mapped[Id]
    office_id: Mapped[int] = link("office.id")
    word: Mapped[str]
    year: Mapped[int]
    last_number: Mapped[int] = mapped_column(default=0)


class Incident(Base):
    """Something the engine could not do by itself, for the administrators and the office. Open until resolved."""

    __tablename__ = "incident"
    __table_args__ = (
        Index("ix_incident__open", "kind", "subject", unique=True, postgresql_where="resolved_at IS NULL"),
    )
    id: Mapped[Id]
    kind: Mapped[str]  # unjudgeable, sweep_late, nobody, batch_failed, no_address …
    subject: Mapped[str]
    sentence: Mapped[str]
    campaign_id: Mapped[int | None] = link("campaign.id", default=None)
    times: Mapped[int] = mapped_column(default=1)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None] = mapped_column(default=None)
