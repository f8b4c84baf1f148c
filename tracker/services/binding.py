"""Bind what people are to be told into messages: one a person and channel, or into one that waits already."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tracker.domain.channels import PERSONAL
from tracker.domain.values import local_date
from tracker.persistence.repositories.delivery_rows import NewDelivery, PersonToTell, TakenTold
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.delivery_incidents import report_unreachable


def bind(
    uow: UnitOfWork, people: Sequence[PersonToTell], told: Sequence[TakenTold], *, channels: Sequence[str], host: str,
    now: datetime,
) -> None:  # fmt: skip
    """Write the deliveries of people whose rows are locked; `host` ends the Message-IDs."""
    rows: dict[int, list[TakenTold]] = {}
    for row in told:
        rows.setdefault(row.person_id, []).append(row)
    wanted: list[tuple[PersonToTell, str]] = []
    for person in people:
        if person.id not in rows:
            continue
        usable = [channel for channel in person.addresses if channel in channels]
        wanted += [(person, channel) for channel in usable]
        if not usable and not person.marked:  # a contact at which nobody is has been reported already
            report_unreachable(uow, person, [channel for channel in channels if channel in PERSONAL], now=now)
    held = uow.deliveries.held_of(list(rows)) if wanted else {}
    uow.deliveries.join_held(
        {
            held[person.id, channel]: rows[person.id]
            for person, channel in wanted
            if (person.id, channel) in held
        },
        now=now,
    )  # fmt: skip
    fresh = [(person, channel) for person, channel in wanted if (person.id, channel) not in held]
    ids = uow.deliveries.take_ids(len(fresh)) if fresh else []
    uow.deliveries.add_all(
        [
            _new_delivery(delivery_id, person, channel, rows[person.id], host=host, now=now)
            for delivery_id, (person, channel) in zip(ids, fresh, strict=True)
        ],
        now=now,
    )


def names_of(delivery_id: int, *, host: str, now: datetime) -> tuple[str, str]:
    """Return what a message is called: its ref for people, and its Message-ID."""
    ref = f"SD-{local_date(now).year}-{delivery_id:04d}"
    return ref, f"<{ref.lower()}@{host}>"


def _new_delivery(
    delivery_id: int, person: PersonToTell, channel: str, rows: Sequence[TakenTold], *, host: str, now: datetime
) -> NewDelivery:
    ref, message_id = names_of(delivery_id, host=host, now=now)
    return NewDelivery(
        id=delivery_id, ref=ref, person_id=person.id, channel=channel,
        grave=any(row.grave for row in rows), address=person.addresses[channel],
        message_id=message_id, told_ids=tuple(row.id for row in rows),
    )  # fmt: skip
