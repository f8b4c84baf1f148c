"""实地督导: visits of a team to units of a campaign, their members, their measures, and their stops at units."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from tracker.persistence.models.base import Base, Id, link, one_of


class Visit(Base):
    """One visit. `announced` = its units were told beforehand; `filed_as` = where it stands in the year's plan."""

    __tablename__ = "visit"
    __table_args__ = (
        CheckConstraint(one_of("state", "planned", "under_way", "ended", "cancelled"), name="state"),
        CheckConstraint("to_on >= from_on", name="period"),
        Index("ix_visit__campaign", "campaign_id", "from_on"),
    )
    id: Mapped[Id]
    ref: Mapped[str] = mapped_column(unique=True)
    campaign_id: Mapped[int] = link("campaign.id")
    from_on: Mapped[date]
    to_on: Mapped[date]
    ground: Mapped[str]
    filed_as: Mapped[str] = mapped_column(default="")
    announced: Mapped[bool]
    state: Mapped[str] = mapped_column(default="planned")
    version: Mapped[int] = mapped_column(default=1)
    planned_by: Mapped[int] = link("person.id")
    planned_at: Mapped[datetime]
    started_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    cancel_reason: Mapped[str | None] = mapped_column(default=None)


class VisitMember(Base):
    """One person of a visit's team, in the post held when it was planned; one of them is in charge."""

    __tablename__ = "visit_member"
    __table_args__ = (
        Index("uq_visit_member__in_charge", "visit_id", unique=True, postgresql_where="in_charge"),
        Index("ix_visit_member__person", "person_id"),
    )
    visit_id: Mapped[int] = link("visit.id", primary_key=True)
    person_id: Mapped[int] = link("person.id", primary_key=True)
    post_id: Mapped[int] = link("post.id")
    in_charge: Mapped[bool] = mapped_column(default=False)


class VisitMeasure(Base):
    """One measure that a visit looks at; a visit without any looks at all of them."""

    __tablename__ = "visit_measure"
    visit_id: Mapped[int] = link("visit.id", primary_key=True)
    measure_id: Mapped[int] = link("measure.id", primary_key=True)


class VisitStop(Base):
    """A visit at one unit. `task_id` is the inspection in which the record is kept; the code is kept as a hash alone."""

    __tablename__ = "visit_stop"
    __table_args__ = (
        CheckConstraint("(code_hash IS NULL) = (code_expires_at IS NULL)", name="code"),
        CheckConstraint("(refused_at IS NULL) = (refusal_reason IS NULL)", name="refused"),
        Index("ix_visit_stop__unit", "unit_id"),
    )
    visit_id: Mapped[int] = link("visit.id", primary_key=True)
    unit_id: Mapped[int] = link("unit.id", primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger)
    task_id: Mapped[int | None] = link("task.id", default=None, unique=True)
    code_hash: Mapped[str | None] = mapped_column(default=None)
    code_expires_at: Mapped[datetime | None] = mapped_column(default=None)
    tries: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    verified_at: Mapped[datetime | None] = mapped_column(default=None)
    verified_by: Mapped[int | None] = link("person.id", default=None)
    refused_at: Mapped[datetime | None] = mapped_column(default=None)
    refused_by: Mapped[int | None] = link("person.id", default=None)
    refusal_reason: Mapped[str | None] = mapped_column(default=None)
