"""Receipts: what providers call back with, and what they say when asked (DESIGN.md §3.4)."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from datetime import datetime

import structlog

from tracker.domain.channels import Question, Receipt
from tracker.domain.delivery_states import ASK_AGAIN, ASK_NO_LONGER, ask_after
from tracker.domain.errors import DeliveryFailed, FieldProblem, InvalidInput, NotFound
from tracker.domain.ports import Cipher, Clock, ReceiptAsker, ReceiptReader
from tracker.domain.provider_codes import Meaning
from tracker.persistence.repositories.receipts import DeliveryToAsk
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.delivery_outcomes import Moment, unsure
from tracker.services.delivery_records import record_end, settle

logger = structlog.get_logger(__name__)

MOST_AT_ONCE = 500


class ReceiptService:
    """Takes receipts in and asks for them. Every method may run anywhere, twice, and at the same time as itself."""

    def __init__(
        self, *, uows: Callable[[], UnitOfWork], clock: Clock, readers: Mapping[str, ReceiptReader],
        askers: Mapping[str, ReceiptAsker], cipher: Cipher, token: str,
    ) -> None:  # fmt: skip
        self._uows, self._clock, self._cipher = uows, clock, cipher
        self._readers, self._askers, self._token = readers, askers, token

    def take_in(self, channel: str, token: str, *, headers: Mapping[str, str], body: bytes) -> str:
        """Keep the receipts of a provider's call and return what it wants to hear.

        One about a message that we do not know is answered all the same and kept as noted. Raises NotFound for a
        call that is not the provider's (wrong channel, token or signature), InvalidInput for one that cannot be read.
        """
        reader = self._readers.get(channel)
        known = bool(self._token) and hmac.compare_digest(self._token.encode(), token.encode())
        if reader is None or not known or not reader.verify(headers, body):
            logger.warning("Receipt refused", action="receipt.refused", channel=channel)
            raise NotFound("没有这个页面。")
        try:
            receipts = reader.read(body)[:MOST_AT_ONCE]
        except (ValueError, KeyError, TypeError) as problem:
            logger.warning("Receipt unreadable", action="receipt.unreadable", channel=channel)
            raise InvalidInput([FieldProblem("body", "读不懂的回执。")], "读不懂的回执。") from problem
        with self._uows() as uow:
            for receipt in sorted(receipts, key=lambda one: (one.ref, one.provider_id)):
                self._take(uow, channel, receipt)
            uow.commit()
        return reader.answer

    def ask_due(self, limit: int = 50) -> int:
        """Ask providers after the messages whose time has come; return how many were asked after."""
        for asked in range(limit):
            if not self._ask_next():
                return asked
        return limit

    def next_moment(self) -> datetime | None:
        """Return when a provider is next to be asked, None when nothing waits for that."""
        if not self._askers:
            return None
        with self._uows() as uow:
            return uow.receipts.next_ask_at(list(self._askers))

    def _take(self, uow: UnitOfWork, channel: str, receipt: Receipt) -> None:
        at = self._moment()
        delivery = uow.receipts.find_delivery(channel, receipt)
        fresh = uow.receipts.note(
            channel, receipt, delivery_id=delivery.id if delivery else None, how="callback", now=at.real
        )
        if delivery is None:
            logger.warning(
                "Receipt of an unknown message", action="receipt.unknown", channel=channel, code=receipt.code
            )
        elif fresh:
            settle(uow, delivery, delivery.status, receipt, at=at)

    def _ask_next(self) -> bool:
        now = self._clock.now()
        if not self._askers:
            return False
        with self._uows() as uow:
            due = uow.receipts.claim_to_ask(list(self._askers), now=now)
            if due is None:
                return False
            # Were this process killed while it asks, the question is asked again then.
            uow.receipts.ask_again(due.id, now + ASK_AGAIN, asked=due.asked)
            uow.commit()
        self._ask(due)
        return True

    def _ask(self, due: DeliveryToAsk) -> None:
        receipt, answered = None, True
        try:
            address = self._cipher.decrypt(due.address_cipher or b"")
            question = Question(due.ref, due.provider_id, address, due.submitted_at)
            receipt = self._askers[due.channel].ask(question)
        except (DeliveryFailed, ValueError) as problem:
            answered = False
            logger.warning(
                "Provider did not say", action="receipt.not_said", delivery=due.ref, problem=str(problem)[:120]
            )
        at = self._moment()
        with self._uows() as uow:
            self._after_answer(uow, due, receipt, answered=answered, at=at)
            uow.commit()

    def _after_answer(
        self, uow: UnitOfWork, due: DeliveryToAsk, receipt: Receipt | None, *, answered: bool, at: Moment
    ) -> None:
        asked = due.asked + 1 if answered else due.asked
        again = ask_after(due.status, asked) if answered else ASK_AGAIN
        if at.real - due.submitted_at > ASK_NO_LONGER:
            again = None
        if receipt is not None:
            found = uow.receipts.find_delivery(due.channel, receipt)
            if found is None or found.id != due.id:
                return
            uow.receipts.note(due.channel, receipt, delivery_id=due.id, how="query", now=at.real)
            changed = settle(uow, due, found.status, receipt, at=at)
            if changed == "accepted":
                first = ask_after("accepted", 0)
                uow.receipts.ask_again(due.id, at.now + first if first else None, asked=0)
            elif changed is None and Meaning(receipt.meaning) is Meaning.PENDING:
                uow.receipts.ask_again(due.id, at.now + again if again else None, asked=asked)
            return
        uow.receipts.ask_again(due.id, at.now + again if again else None, asked=asked)
        if again is None and due.status == "unknown":
            outcome = unsure(due, at=at)
            if uow.deliveries.record(outcome):
                record_end(uow, due, outcome, now=at.now)

    def _moment(self) -> Moment:
        return Moment(self._clock.now(), self._clock.real_now())
