"""Units, their names over time, unit sets, and offices (issuing bodies)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ARRAY, CheckConstraint, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.persistence.models.base import Base, Id, link, one_of


class Unit(Base):
    """A node of the unit tree, known by a stable id; what changes over time stands in `unit_name`."""

    __tablename__ = "unit"
    id: Mapped[Id]
    key: Mapped[str] = mapped_column(unique=True)  # the office's own stable code, e.g. cun-01
    kind: Mapped[str]  # village, department, police, bank, school, group, township …
    level: Mapped[str] = mapped_column(default="member")
    created_at: Mapped[datetime]
    successor_id: Mapped[int | None] = link("unit.id", default=None)
    ended_on: Mapped[date | None] = mapped_column(default=None)  # merged or split up; its name stays for its history


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


class UnitAlias(Base):
    """Another word for a unit, as plans and people write it."""

    __tablename__ = "unit_alias"
    unit_id: Mapped[int] = link("unit.id", primary_key=True)
    alias: Mapped[str] = mapped_column(primary_key=True)


class UnitSuccession(Base):
    """What became of a unit: on a day it was merged into a successor, or a successor was split off from it."""

    __tablename__ = "unit_succession"
    __table_args__ = (
        CheckConstraint(one_of("kind", "merge", "split"), name="kind"),
        Index("ix_unit_succession__unit", "unit_id"),
        Index("ix_unit_succession__successor", "successor_id"),
    )
    id: Mapped[Id]
    unit_id: Mapped[int] = link("unit.id")
    successor_id: Mapped[int] = link("unit.id")
    kind: Mapped[str]
    happened_on: Mapped[date]
    reason: Mapped[str]
    created_at: Mapped[datetime]


class RosterImport(Base):
    """A file of units and people between its preview and its import. Encrypted, one person's own, gone when it expires.

    `digest` is the fingerprint of the changes that the preview showed.
    """

    __tablename__ = "roster_import"
    __table_args__ = (Index("ix_roster_import__expires", "expires_at"),)
    id: Mapped[Id]
    ref: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = link("person.id")
    file_names: Mapped[list[Any]]
    content_cipher: Mapped[bytes] = mapped_column(LargeBinary)
    whole: Mapped[bool]
    digest: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


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
