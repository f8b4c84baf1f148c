"""Incidents of messages: who cannot be reached, and which message cannot be written or was not taken."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tracker.domain.channels import channel_title
from tracker.persistence.repositories.delivery_rows import DueDelivery, PersonToTell
from tracker.persistence.unit_of_work import UnitOfWork

ADDRESS_TITLES = {"email": "邮箱", "sms": "手机号"}


def report_unreachable(uow: UnitOfWork, person: PersonToTell, channels: Sequence[str], *, now: datetime) -> None:
    """Open an incident: for the person, or one for all when no way of sending is set up at all."""
    if not channels:
        report_no_channel(uow, now=now)
        return
    wanted = "或".join(ADDRESS_TITLES[channel] for channel in sorted(channels))
    uow.incidents.raise_(
        kind="no_address",
        subject=f"person:{person.id}",
        sentence=f"{person.name}没有登记{wanted}，消息发不出去，只显示在本人的工作台上。请补登。",
        now=now,
    )


def report_no_channel(uow: UnitOfWork, *, now: datetime) -> None:
    """Open the one incident that says that no way of sending is set up."""
    uow.incidents.raise_(
        kind="no_channel",
        subject="settings",
        sentence="没有设置发信服务器（TRACKER_SMTP_HOST），消息发不出去，只显示在各人的工作台上。请设置后重启。",
        now=now,
    )


def report_missing_receiver(uow: UnitOfWork, channel: str, *, now: datetime) -> None:
    """Open the incident that says that messages wait for a receiver that is not set up here."""
    uow.incidents.raise_(
        kind="no_channel",
        subject=channel,
        sentence=f"通道设置里没有{channel_title(channel)}，要发给它的消息先留着，等满一天还没有的就取消。如是漏设，请补上后重启。",
        now=now,
    )


def report_removed_receiver(uow: UnitOfWork, channel: str, cancelled: int, *, now: datetime) -> None:
    """Say how many messages were cancelled because their receiver is gone, in place of that they wait."""
    uow.incidents.resolve(kind="no_channel", subject=channel, now=now)
    uow.incidents.raise_(
        kind="receiver_removed",
        subject=channel,
        sentence=f"通道设置里没有{channel_title(channel)}，等了一天以上的{cancelled}条消息已经取消，不再发给它。"
        "如是漏设，请补上后重启，新的消息照常发；各人自己的邮件、短信不受影响。",
        now=now,
    )


def report_unwritable(uow: UnitOfWork, due: DueDelivery, problem: ValueError, *, now: datetime) -> None:
    """Open an incident for a message whose text or address cannot be made."""
    uow.incidents.raise_(
        kind="delivery_unwritable",
        subject=f"delivery:{due.id}",
        sentence=f"消息 {due.ref} 无法生成，一小时后再试。请把这条记录交给系统管理员。（{problem}）",
        now=now,
    )


def report_lost(
    uow: UnitOfWork, *, ref: str, person_id: int | None, channel: str, status: str, grave: bool, reason: str,
    now: datetime,
) -> None:  # fmt: skip
    """Open an incident when a message failed for good, or when nobody knows whether a paper arrived."""
    if person_id is None and status == "failed":
        uow.incidents.raise_(
            kind="delivery_failed",
            subject=channel,
            sentence=f"{channel_title(channel)}没有收下消息 {ref}：{reason}。各人自己的邮件、短信不受影响。",
            now=now,
        )
    elif status == "failed" or (status == "unknown" and grave):
        uow.incidents.raise_(
            kind="delivery_failed",
            subject=f"person:{person_id}:{channel}",
            sentence=f"消息 {ref} 没有送到：{reason}。请核对本人地址，或电话告知。",
            now=now,
        )
