"""The append-only record: streams, events, their personal fields apart, and seals. Triggers refuse UPDATE and DELETE."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.persistence.models.base import Base, Id, link, one_of


class Stream(Base):
    """One hash chain: of a task, a notice, a unit, a campaign, a visit, a plan, or the office's settings. The row is its lock."""

    __tablename__ = "stream"
    __table_args__ = (
        UniqueConstraint("kind", "subject_id"),
        CheckConstraint(
            one_of("kind", "task", "notice", "unit", "campaign", "visit", "plan", "person", "settings"), name="kind"
        ),
        Index("ix_stream__unsealed", "id", postgresql_where=text("seq > sealed_seq")),
    )
    id: Mapped[Id]
    kind: Mapped[str]
    subject_id: Mapped[int]
    seq: Mapped[int] = mapped_column(default=0)
    head: Mapped[bytes] = mapped_column(LargeBinary, default=b"")
    sealed_seq: Mapped[int] = mapped_column(default=0)


class Event(Base):
    """Who, in which post, when, what, from, to, why, and under which versions. Never updated, never deleted."""

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("stream_id", "seq"),
        Index("ix_event__at", "at", postgresql_using="brin"),
    )
    id: Mapped[Id]
    stream_id: Mapped[int] = link("stream.id")
    seq: Mapped[int]
    at: Mapped[datetime]
    kind: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(default=None)
    post_id: Mapped[int | None] = mapped_column(default=None)
    payload: Mapped[dict[str, Any]]
    commitment: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    previous: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class EventPersonal(Base):
    """Personal fields of an event. The event holds SHA-256(salt ‖ fields); blanking the row keeps the chain whole."""

    __tablename__ = "event_personal"
    event_id: Mapped[int] = link("event.id", primary_key=True)
    salt: Mapped[bytes | None] = mapped_column(LargeBinary)
    fields: Mapped[dict[str, Any] | None]
    blanked_at: Mapped[datetime | None] = mapped_column(default=None)


class Seal(Base):
    """A root over the heads of all streams that grew since the last seal, chained; handed out of the database too."""

    __tablename__ = "seal"
    id: Mapped[Id]
    at: Mapped[datetime]
    leaves: Mapped[int]
    root: Mapped[bytes] = mapped_column(LargeBinary)
    previous: Mapped[bytes] = mapped_column(LargeBinary)


class SealLeaf(Base):
    """One stream's head under a seal."""

    __tablename__ = "seal_leaf"
    seal_id: Mapped[int] = link("seal.id", primary_key=True)
    stream_id: Mapped[int] = link("stream.id", primary_key=True)
    seq: Mapped[int]
    head: Mapped[bytes] = mapped_column(LargeBinary)
