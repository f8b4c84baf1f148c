"""What is to be told, and the deliveries that carry it (DESIGN.md §3.4)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.persistence.models.base import Base, Id, link, one_of


class Told(Base):
    """One thing one person is to be told, written by the deciding transaction: cause × person is unique."""

    __tablename__ = "told"
    __table_args__ = (
        UniqueConstraint("cause", "person_id"),
        Index("ix_told__ungathered", "person_id", postgresql_where="gathered_at IS NULL"),
        Index("ix_told__person", "person_id", "id"),
        Index("ix_told__task", "task_id"),
        Index("ix_told__notice", "notice_id", postgresql_where="notice_id IS NOT NULL"),
        Index("ix_told__unread", "person_id", "id", postgresql_where="read_at IS NULL"),
    )
    id: Mapped[Id]
    cause: Mapped[str]  # firing:17, event:204 …
    person_id: Mapped[int] = link("person.id")
    post_id: Mapped[int | None] = link("post.id", default=None)
    campaign_id: Mapped[int | None] = link("campaign.id", default=None)
    task_id: Mapped[int | None] = link("task.id", default=None)
    notice_id: Mapped[int | None] = link("notice.id", default=None)
    message: Mapped[str]  # assigned, remind, urge, served, returned, to_review, raised …
    facts: Mapped[dict[str, Any]]  # plain values for the message's text
    grave: Mapped[bool] = mapped_column(default=False)  # serves a paper: resent once when unsure
    created_at: Mapped[datetime]
    gathered_at: Mapped[datetime | None] = mapped_column(default=None)
    read_at: Mapped[datetime | None] = mapped_column(default=None)


class Delivery(Base):
    """One message, one channel, one person or one receiver. Accepted, delivered, failed and unknown are different facts."""

    __tablename__ = "delivery"
    __table_args__ = (
        CheckConstraint(
            one_of("status", "gathered", "submitting", "accepted", "delivered", "failed", "unknown", "cancelled"),
            name="status",
        ),
        CheckConstraint("(person_id IS NULL) = (receiver <> '')", name="receiver"),
        Index("ix_delivery__to_send", "next_try_at", postgresql_where="status IN ('gathered', 'submitting')"),
        Index("ix_delivery__waiting", "channel", "next_try_at", "id", postgresql_where="status = 'gathered'"),
        Index("ix_delivery__receiver", "channel", "id", postgresql_where="person_id IS NULL"),
        Index("ix_delivery__to_ask", "ask_at", postgresql_where="ask_at IS NOT NULL"),
        Index("ix_delivery__provider_id", "provider_id", postgresql_where="provider_id <> ''"),
        Index("ix_delivery__person", "person_id", "id"),
    )
    id: Mapped[Id]
    ref: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int | None] = link("person.id", default=None)
    receiver: Mapped[str] = mapped_column(default="", server_default="")  # the group's or system's title
    channel: Mapped[str]  # one of domain.channels.CHANNEL_TITLES, with the receiver's name behind a colon
    status: Mapped[str] = mapped_column(default="gathered")
    grave: Mapped[bool] = mapped_column(default=False)
    address_cipher: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    message_id: Mapped[str]
    subject: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(default="")
    segments: Mapped[int | None] = mapped_column(default=None)
    attempts: Mapped[int] = mapped_column(default=0)  # the number of the newest try
    put_down: Mapped[int] = mapped_column(default=0, server_default="0")  # tries that never left the house
    resent: Mapped[bool] = mapped_column(default=False)
    gathered_at: Mapped[datetime]
    next_try_at: Mapped[datetime | None] = mapped_column(default=None)
    submitted_at: Mapped[datetime | None] = mapped_column(default=None)
    earlier_submitted_at: Mapped[datetime | None] = mapped_column(default=None)  # the try before the newest
    accepted_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    reason: Mapped[str] = mapped_column(default="")
    provider_id: Mapped[str] = mapped_column(default="")
    code: Mapped[str] = mapped_column(default="", server_default="")  # the provider's own word for how it went
    delays: Mapped[int] = mapped_column(default=0, server_default="0")  # tries that do not count as tries
    delivered_at: Mapped[datetime | None] = mapped_column(default=None)
    ask_at: Mapped[datetime | None] = mapped_column(default=None)  # when the provider is asked what became of it
    asked: Mapped[int] = mapped_column(default=0, server_default="0")
    held: Mapped[bool] = mapped_column(
        default=False, server_default="false"
    )  # the person is spared: later news joins it


class DeliveryItem(Base):
    """A delivery carries a told row; one told row may go out by mail and by SMS."""

    __tablename__ = "delivery_item"
    delivery_id: Mapped[int] = link("delivery.id", primary_key=True)
    told_id: Mapped[int] = link("told.id", primary_key=True, index=True)
    cancelled_reason: Mapped[str | None] = mapped_column(default=None)


class SendingRound(Base):
    """A few messages that one sender took up together, in the order in which it hands them over.

    UNLOGGED, and that is the point: a database that crashed comes back with this table empty. While a round is here,
    every outcome committed since is here too, so the first message without one is the only one that may have left.
    """

    __tablename__ = "sending_round"
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)
    id: Mapped[Id]
    delivery_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))


class Receipt(Base):
    """What a provider reported of a message, once for each thing it said; a message that we do not know stays noted."""

    __tablename__ = "receipt"
    __table_args__ = (
        UniqueConstraint("channel", "provider_id", "ref", "code"),
        CheckConstraint(one_of("how", "callback", "query"), name="how"),
        Index("ix_receipt__delivery", "delivery_id"),
        Index("ix_receipt__unmatched", "channel", "provider_id", postgresql_where="delivery_id IS NULL"),
    )
    id: Mapped[Id]
    channel: Mapped[str]
    provider_id: Mapped[str]
    ref: Mapped[str]
    code: Mapped[str]
    meaning: Mapped[str]
    sentence: Mapped[str]
    how: Mapped[str]
    times: Mapped[int] = mapped_column(default=1)
    delivery_id: Mapped[int | None] = link("delivery.id", default=None)
    reported_at: Mapped[datetime | None] = mapped_column(default=None)  # as the provider says
    received_at: Mapped[datetime]


class ChannelState(Base):
    """One channel as all workers share it: when its next message may go, and until when it rests and why."""

    __tablename__ = "channel_state"
    channel: Mapped[str] = mapped_column(primary_key=True)
    next_slot_at: Mapped[datetime | None] = mapped_column(default=None)
    paused_until: Mapped[datetime | None] = mapped_column(default=None)
    stopped: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(default="")
    failures: Mapped[int] = mapped_column(default=0)


class ContactTrouble(Base):
    """Nobody is there at a person's address. It holds for that very address: another one makes it void."""

    __tablename__ = "contact_trouble"
    __table_args__ = (
        Index(
            "ix_contact_trouble__open", "person_id", "channel", unique=True, postgresql_where="cleared_at IS NULL"
        ),
    )  # fmt: skip
    id: Mapped[Id]
    person_id: Mapped[int] = link("person.id")
    channel: Mapped[str]
    address_hash: Mapped[bytes] = mapped_column(LargeBinary)  # of its ciphertext, which says nothing of the address
    reason: Mapped[str]
    delivery_id: Mapped[int | None] = link("delivery.id", default=None)
    since: Mapped[datetime]
    cleared_at: Mapped[datetime | None] = mapped_column(default=None)
