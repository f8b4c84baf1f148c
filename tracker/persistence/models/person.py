"""People, posts, accounts, sessions. person ≠ account ≠ post (DESIGN.md §3a)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from tracker.persistence.models.base import Base, Id, link, one_of

ROLES = (
    "office", "supervisor", "leader", "area_leader", "head", "liaison", "system_admin", "security_admin", "audit_admin",
)  # fmt: skip


class Person(Base):
    """A person. Addresses are encrypted and purged when the person leaves; events keep only the id."""

    __tablename__ = "person"
    id: Mapped[Id]
    name: Mapped[str]
    phone_cipher: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    email_cipher: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    created_at: Mapped[datetime]
    left_on: Mapped[date | None] = mapped_column(default=None)
    mail_refused_at: Mapped[datetime | None] = mapped_column(default=None)  # since when without optional mails


class PostHeld(Base):
    """A person holds a role at a unit between two dates; `campaign_id` None = for every campaign."""

    __tablename__ = "post"
    __table_args__ = (
        CheckConstraint(one_of("role", *ROLES), name="role"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="span"),
        Index("ix_post__unit_role", "unit_id", "role"),
        Index("ix_post__person", "person_id"),
    )
    id: Mapped[Id]
    person_id: Mapped[int] = link("person.id")
    unit_id: Mapped[int] = link("unit.id")
    role: Mapped[str]
    title: Mapped[str] = mapped_column(default="")
    campaign_id: Mapped[int | None] = link("campaign.id", default=None)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None] = mapped_column(default=None)


class Account(Base):
    """A login. Lock-out is kept here, so that it holds on every web machine and after a restart."""

    __tablename__ = "account"
    id: Mapped[Id]
    person_id: Mapped[int] = link("person.id", index=True)
    username: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    must_change: Mapped[bool] = mapped_column(default=False)
    disabled: Mapped[bool] = mapped_column(default=False)
    failed_tries: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(default=None)
    last_login_at: Mapped[datetime | None] = mapped_column(default=None)
    created_at: Mapped[datetime]


class LoginSession(Base):
    """One browser's session; the cookie holds a random token, the table its SHA-256. Real time, never sample time."""

    __tablename__ = "login_session"
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    account_id: Mapped[int] = link("account.id", index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
