"""Units, their names over time, unit sets, and offices (issuing bodies)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ARRAY, CheckConstraint, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.persistence.models.base import Base, Id, link


class Unit(Base):
    """A node of the unit tree, known by a stable id; what changes over time stands in `unit_name`."""

    __tablename__ = "unit"
    id: Mapped[Id]
    key: Mapped[str] = mapped_column(unique=True)  # the office's own stable code, e.g. cun-01
    kind: Mapped[str]  # village, department, police, bank, school, group, township …
    level: Mapped[str] = mapped_column(default="member")
    created_at: Mapped[datetime]
    successor_id: Mapped[int | None] = link("unit.id", default=None)


class UnitName(Base):
    """Name, parent and protocol order of a unit during a span of days; the row without an end is today's."""

    __tablename__ = "unit_name"
    __table_args__ = (
        UniqueConstraint("unit_id", "valid_from"),
        Index("ix_unit_name__present", "unit_id", unique=True, postgresql_where="valid_to IS NULL"),
        Index("ix_unit_name__parent", "parent_id", postgresql_where="valid_to IS NULL"),
        Index("ix_unit_name__bigrams", "bigrams", postgresql_using="gin"),
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="span"),
    )
    id: Mapped[Id]
    unit_id: Mapped[int] = link("unit.id")
    name: Mapped[str]
    short_name: Mapped[str]  # ≤ 12 characters, for SMS
    parent_id: Mapped[int | None] = link("unit.id", default=None)
    position: Mapped[int]  # protocol order, never alphabetical
    valid_from: Mapped[date]
    valid_to: Mapped[date | None] = mapped_column(default=None)
    bigrams: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)


class UnitSet(Base):
    """A named set such as 各村(社区), which a measure may address."""

    __tablename__ = "unit_set"
    __table_args__ = (UniqueConstraint("office_id", "name"),)
    id: Mapped[Id]
    office_id: Mapped[int] = link("office.id")
    name: Mapped[str]


class UnitSetMember(Base):
    """A unit belongs to a set."""

    __tablename__ = "unit_set_member"
    unit_set_id: Mapped[int] = link("unit_set.id", primary_key=True)
    unit_id: Mapped[int] = link("unit.id", primary_key=True)


class Office(Base):
    """An issuing body: it owns campaigns, number series and calendar overlays (DESIGN.md §3a)."""

    __tablename__ = "office"
    id: Mapped[Id]
    unit_id: Mapped[int] = link("unit.id", unique=True)
    name: Mapped[str]
    created_at: Mapped[datetime]
