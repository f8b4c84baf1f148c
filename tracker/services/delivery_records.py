"""Writing down what became of a delivery: log line, incident, the person's record, the contact's mark."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

import structlog

from tracker.domain.chain import EventFacts
from tracker.domain.channels import Receipt
from tracker.domain.delivery_states import after_receipt
from tracker.domain.provider_codes import Meaning
from tracker.persistence.repositories.delivery_rows import Outcome
from tracker.persistence.repositories.events import NewEvent
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.delivery_incidents import report_lost
from tracker.services.delivery_outcomes import Moment

logger = structlog.get_logger(__name__)


class Recorded(Protocol):
    """What every row of a delivery says of it."""

    @property
    def id(self) -> int: ...
    @property
    def ref(self) -> str: ...
    @property
    def person_id(self) -> int | None: ...
    @property
    def channel(self) -> str: ...
    @property
    def grave(self) -> bool: ...
    @property
    def resent(self) -> bool: ...
    @property
    def attempts(self) -> int: ...
    @property
    def put_down(self) -> int: ...


def record_end(uow: UnitOfWork, delivery: Recorded, outcome: Outcome, *, now: datetime) -> None:
    """Say what a try led to, once its row is written. A try that is to be repeated is a log line and no more."""
    _say(uow, delivery, outcome.status, outcome.reason, outcome.attempts, now=now)


def settle(uow: UnitOfWork, delivery: Recorded, status: str, receipt: Receipt, *, at: Moment) -> str | None:
    """Let a receipt change a delivery that stands at `status`; return the new status, None when nothing changed."""
    meaning = Meaning(receipt.meaning)
    if (changed := after_receipt(status, meaning)) is None:
        return None
    uow.receipts.settle(delivery.id, changed, receipt, real=at.real)
    reason = "" if changed == "delivered" else receipt.sentence
    _say(uow, delivery, changed, reason, delivery.attempts, now=at.now)
    if changed == "delivered":
        uow.incidents.resolve(
            kind="delivery_failed", subject=f"person:{delivery.person_id}:{delivery.channel}", now=at.now
        )
    if meaning is Meaning.BAD_CONTACT:
        mark_contact(uow, delivery, receipt.sentence, now=at.now)
    return changed


def mark_contact(uow: UnitOfWork, delivery: Recorded, reason: str, *, now: datetime) -> None:
    """Note that nobody is at the address; nothing more is sent there until it is put right."""
    uow.channels.mark_contact(delivery.id, reason=reason, now=now)
    logger.info("Contact marked", action="contact.marked", delivery=delivery.ref, channel=delivery.channel)


def _say(uow: UnitOfWork, delivery: Recorded, status: str, reason: str, attempts: int, *, now: datetime) -> None:
    logger.info("Delivery moved", action=f"delivery.{status}", delivery=delivery.ref, attempts=attempts)
    report_lost(
        uow, ref=delivery.ref, person_id=delivery.person_id, channel=delivery.channel, status=status,
        grave=delivery.grave, reason=reason, now=now,
    )  # fmt: skip
    if delivery.grave and delivery.person_id is not None and status != "gathered":
        payload = {
            "delivery": delivery.ref, "channel": delivery.channel, "attempts": attempts - delivery.put_down,
            "resent": delivery.resent, "reason": reason,
        }  # fmt: skip
        uow.events.append([NewEvent(("person", delivery.person_id), now, EventFacts(f"delivery.{status}", payload))])
