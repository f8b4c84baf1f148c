"""Tell groups and systems, beside the people themselves, what their units and campaigns are told (domain.channels.Receiver).

What a receiver gets proves nothing of a person, is never grave and never holds a person's own message up.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta

import structlog

from tracker.domain.channels import PERSONAL, Receiver, Webhook
from tracker.persistence.repositories.delivery_rows import TakenTold
from tracker.persistence.repositories.receivers import Offered, ReceiverDelivery
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.binding import names_of
from tracker.services.channel_pauses import go_on
from tracker.services.delivery_incidents import report_removed_receiver

logger = structlog.get_logger(__name__)

#: A group hears at most once in so long, however many gatherers work on one sweep.
COLLECTING = timedelta(seconds=30)
#: A system's body stays small enough for the limits of common servers.
MOST_IN_A_BODY = 200
REMOVED = "接收方已从通道设置中删除"
#: What waits for a receiver that this process does not know is kept so long: perhaps only its channels file is old or missing.
KEPT_FOR_MISSING = timedelta(days=1)


def bind_receivers(
    uow: UnitOfWork, receivers: Sequence[Receiver], told: Sequence[TakenTold], *, host: str, now: datetime
) -> None:
    """Write what receivers get of told rows that this transaction has taken; `host` ends the Message-IDs."""
    if not receivers or not told:
        return
    channels = [receiver.channel for receiver in receivers]
    uow.receivers.lock(channels)
    offered = uow.receivers.offered([row.id for row in told])
    carried = uow.receivers.carried([row.cause for row in offered], channels)
    news = {receiver.channel: _wanted(receiver, offered, carried) for receiver in receivers}
    waiting = uow.receivers.open_messages([channel for channel, rows in news.items() if rows])
    uow.deliveries.carry({waiting[channel]: rows for channel, rows in news.items() if channel in waiting})
    fresh = [
        parcel
        for receiver in receivers
        if receiver.channel not in waiting
        for parcel in _parcels(receiver, news[receiver.channel])
    ]
    send_to(uow, fresh, host=host, now=now)


def drop_removed(uow: UnitOfWork, channels: Collection[str], *, now: datetime, real: datetime) -> bool:
    """Cancel what has waited for a day for receivers that the channels file no longer has, and say how much that was.

    `channels` are those that are set up. A person's channel that is not set up may come back, and keeps what waits.
    """
    cancelled = uow.receivers.cancel_removed(
        [*channels, *PERSONAL], reason=REMOVED, before=now - KEPT_FOR_MISSING, real=real
    )
    for channel, refs in cancelled.items():
        go_on(uow, channel, now=now)
        report_removed_receiver(uow, channel, len(refs), now=now)
        logger.info("Receiver is gone", action="delivery.receiver_removed", channel=channel, deliveries=refs)
    return bool(cancelled)


def send_to(
    uow: UnitOfWork, parcels: Sequence[tuple[Receiver, Sequence[int]]], *, host: str, now: datetime, at_once: bool = False
) -> None:  # fmt: skip
    """Write one message for each receiver and told rows; a group's collects for a while unless `at_once`."""
    ids = uow.deliveries.take_ids(len(parcels)) if parcels else []
    made = [
        _new(delivery_id, receiver, told_ids, host=host, now=now, collects=not at_once and _collects(receiver))
        for delivery_id, (receiver, told_ids) in zip(ids, parcels, strict=True)
    ]
    if made:
        uow.receivers.add(made, now=now)
        uow.deliveries.carry({each.id: each.told_ids for each in made})


def _wanted(receiver: Receiver, offered: Sequence[Offered], carried: set[tuple[str, str, int | None]]) -> list[int]:
    """Return the rows for a receiver, one of each cause and unit that it was not told before."""
    once: dict[tuple[str, int | None], int] = {}
    for row in offered:
        known = (receiver.channel, row.cause, row.unit_id) in carried
        if not known and receiver.is_told(row.message, row.campaign, row.units):
            once.setdefault((row.cause, row.unit_id), row.id)
    return list(once.values())


def _parcels(receiver: Receiver, told_ids: Sequence[int]) -> Iterator[tuple[Receiver, Sequence[int]]]:
    size = len(told_ids) if _collects(receiver) else MOST_IN_A_BODY
    for start in range(0, len(told_ids), max(1, size)):
        yield receiver, told_ids[start : start + size]


def _collects(receiver: Receiver) -> bool:
    return not isinstance(receiver.via, Webhook)


def _new(
    delivery_id: int, receiver: Receiver, told_ids: Sequence[int], *, host: str, now: datetime, collects: bool
) -> ReceiverDelivery:
    ref, message_id = names_of(delivery_id, host=host, now=now)
    return ReceiverDelivery(
        delivery_id, ref, receiver.title, receiver.channel, message_id,
        now + COLLECTING if collects else now, collects, told_ids,
    )  # fmt: skip
