"""Gather what people are to be told into messages, and send them (DESIGN.md §3.4).

A message is a row before it is a message. What happens to it in between is written down before and after
the sending, never during it, so that a killed process leaves at worst a row that says "submitting".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from tracker.domain.chain import EventFacts
from tracker.domain.errors import DeliveryFailed
from tracker.domain.messages import MessageUnreadable, sms_segments, why_not_send
from tracker.domain.ports import (
    Cipher,
    Clock,
    Courier,
    JobQueue,
    MessageRenderer,
    OutgoingMessage,
)
from tracker.domain.values import local_date
from tracker.persistence.repositories.delivery_rows import (
    DeliveryPart,
    DueDelivery,
    NewDelivery,
    Outcome,
    PersonToTell,
    StuckDelivery,
    TakenTold,
)
from tracker.persistence.repositories.events import NewEvent
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.delivery_incidents import (
    report_lost,
    report_no_channel,
    report_unreachable,
    report_unwritable,
)
from tracker.services.delivery_outcomes import after_failure, unsure
from tracker.services.delivery_texts import DeliveryTexts

logger = structlog.get_logger(__name__)

QUEUE = "deliveries"
GATHER_JOB = "tracker.jobs.deliveries.gather_and_send"
SEND_JOB = "tracker.jobs.deliveries.send"

PEOPLE_AT_ONCE = 100
LONGEST_HOLD = timedelta(seconds=60)
STUCK_AFTER = timedelta(minutes=2)
PUT_BACK = timedelta(hours=1)


class DeliveryService:
    """Gathers, sends and resolves. Every method may run anywhere, twice, and at the same time as itself."""

    def __init__(
        self,
        *,
        uows: Callable[[], UnitOfWork],
        clock: Clock,
        couriers: Mapping[str, Courier],
        renderer: MessageRenderer,
        cipher: Cipher,
        queue: JobQueue,
        public_url: str,
    ) -> None:
        self._uows = uows
        self._clock = clock
        self._couriers = couriers
        self._texts = DeliveryTexts(renderer, cipher, public_url)
        self._queue = queue

    def gather(self, limit: int = 500) -> int:
        """Bind what people are to be told into one delivery a person and channel; return the people gathered.

        A person without an address for any channel in use gets an incident instead; the desk shows what
        there is all the same. Rings for the sender, and for itself when `limit` left some for later.
        """
        people = 0
        while people < limit:
            claimed, gathered = self._gather_some(min(PEOPLE_AT_ONCE, limit - people))
            people += gathered
            if not claimed:
                return people
        self._queue.enqueue(QUEUE, GATHER_JOB)
        return people

    def send_due(self, limit: int = 200) -> int:
        """Send the deliveries that are due, oldest first; return how many were taken up.

        Rings for itself when `limit` left some for later.
        """
        self.resolve_stuck()
        for handled in range(limit):
            if not self._send_next():
                return handled
        self._queue.enqueue(QUEUE, SEND_JOB)
        return limit

    def resolve_stuck(self, limit: int = 200) -> int:
        """Settle deliveries whose sender never came back, and return how many.

        A reminder becomes "unknown" and is never sent again; the serving of a paper is sent once more under
        the same Message-ID.
        """
        real, now = self._clock.real_now(), self._clock.now()
        with self._uows() as uow:
            stuck = uow.deliveries.lock_stuck(before=real - STUCK_AFTER, limit=limit)
            for each in stuck:
                self._record(uow, each, unsure(each, again_at=now, real=real), now=now)
            uow.commit()
        return len(stuck)

    def next_moment(self) -> datetime | None:
        """Return when there is next something to do here, on the clock's `now()`; None when nothing waits."""
        with self._uows() as uow:
            pending = uow.deliveries.pending()
        now = self._clock.now()
        # A moment that stays the same until somebody gathers: the scheduler can tell whether anybody came.
        moments = [moment for moment in (pending.ungathered_since, pending.next_try_at) if moment is not None]
        if pending.oldest_submitted is not None:
            moments.append(now + max(timedelta(), pending.oldest_submitted + STUCK_AFTER - self._clock.real_now()))
        return min(moments, default=None)

    def _gather_some(self, count: int) -> tuple[int, int]:
        """Return how many people were claimed, and for how many of them something was left to gather."""
        now = self._clock.now()
        with self._uows() as uow:
            people = uow.deliveries.claim_people(now=now, waited=now - LONGEST_HOLD, limit=count)
            if not people:
                return 0, 0
            # Another gatherer may have been through between our snapshot and our lock; the rows say so.
            told = uow.deliveries.take_told([person.id for person in people], now=now)
            self._bind(uow, people, told, now=now)
            uow.on_commit(lambda: self._queue.enqueue(QUEUE, SEND_JOB))
            uow.commit()
        return len(people), len({row.person_id for row in told})

    def _bind(
        self, uow: UnitOfWork, people: Sequence[PersonToTell], told: Sequence[TakenTold], *, now: datetime
    ) -> None:
        rows: dict[int, list[TakenTold]] = {}
        for row in told:
            rows.setdefault(row.person_id, []).append(row)
        wanted: list[tuple[PersonToTell, str]] = []
        for person in people:
            if person.id not in rows:
                continue
            channels = [channel for channel in person.addresses if channel in self._couriers]
            wanted += [(person, channel) for channel in channels]
            if not channels:
                report_unreachable(uow, person, list(self._couriers), now=now)
        ids = uow.deliveries.take_ids(len(wanted)) if wanted else []
        uow.deliveries.add_all(
            [
                self._new_delivery(delivery_id, person, channel, rows[person.id], now=now)
                for delivery_id, (person, channel) in zip(ids, wanted, strict=True)
            ],
            now=now,
        )

    def _new_delivery(
        self,
        delivery_id: int,
        person: PersonToTell,
        channel: str,
        rows: Sequence[TakenTold],
        *,
        now: datetime,
    ) -> NewDelivery:
        ref = f"SD-{local_date(now).year}-{delivery_id:04d}"
        return NewDelivery(
            id=delivery_id, ref=ref, person_id=person.id, channel=channel,
            grave=any(row.grave for row in rows), address=person.addresses[channel],
            message_id=f"<{ref.lower()}@{self._texts.host}>", told_ids=tuple(row.id for row in rows),
        )  # fmt: skip

    def _send_next(self) -> bool:
        """Take up one delivery, so that no claimed one waits behind a slow one; False when none is due."""
        now = self._clock.now()
        with self._uows() as uow:
            due = uow.deliveries.claim_due(now=now)
            if due is None:
                return False
            message = self._prepare(uow, due, now=now)
            uow.commit()
        if message is None:
            return True
        outcome = self._send(due, message)
        with self._uows() as uow:
            self._record(uow, due, outcome, now=self._clock.now())
            uow.commit()
        return True

    def _prepare(self, uow: UnitOfWork, due: DueDelivery, *, now: datetime) -> OutgoingMessage | None:
        """Look again, then write down that the delivery goes out, and its text; None when it does not."""
        if due.channel not in self._couriers:
            # Perhaps one process was started with a slip in its settings; what is to be sent must not die of it.
            report_no_channel(uow, now=now)
            self._wait(uow, due, "该送达方式现在没有设置", now=now)
            return None
        parts = self._look_again(uow, due, now=now)
        reason = "" if parts else "要说的事都已办结或变动，不再发送"
        if due.address is None:
            reason = "本人已没有登记的地址"
        if reason:
            real = self._clock.real_now()
            self._record(uow, due, Outcome(due.id, due.attempts, "cancelled", reason, ended_at=real), now=now)
            return None
        try:
            message = self._texts.write(due, parts)
        except ValueError as problem:
            self._put_back(uow, due, problem, now=now)
            return None
        segments = sms_segments(message.text) if due.channel == "sms" else None
        uow.deliveries.begin_submitting(
            due, subject=message.subject, body=message.text, segments=segments, at=self._clock.real_now()
        )
        return message

    def _look_again(self, uow: UnitOfWork, due: DueDelivery, *, now: datetime) -> list[DeliveryPart]:
        """Strike the parts that events have overtaken; return the rest."""
        kept, struck = [], {}
        for part in uow.deliveries.parts_of(due.id):
            reason = why_not_send(part.message, part.standing, today=local_date(now))
            if due.resent and not part.grave:
                reason = "上次发送结果不明，重发时只送文书"
            if reason is None:
                kept.append(part)
            else:
                struck[part.told_id] = reason
        uow.deliveries.cancel_parts(due.id, struck)
        return kept

    def _put_back(self, uow: UnitOfWork, due: DueDelivery, problem: ValueError, *, now: datetime) -> None:
        """A message that cannot be written must not stop the others: an hour's wait, and an incident."""
        kind = "unreadable" if isinstance(problem, MessageUnreadable) else "undecipherable"
        report_unwritable(uow, due, problem, now=now)
        self._wait(uow, due, "消息无法生成", now=now)
        logger.error("Delivery put back", action="delivery.put_back", delivery=due.ref, kind=kind)

    def _wait(self, uow: UnitOfWork, due: DueDelivery, reason: str, *, now: datetime) -> None:
        again = now + PUT_BACK
        uow.deliveries.record(Outcome(due.id, due.attempts, "gathered", reason, next_try_at=again))

    def _send(self, due: DueDelivery, message: OutgoingMessage) -> Outcome:
        attempts = due.attempts + 1
        try:
            provider_id = self._couriers[due.channel].send(message)
        except DeliveryFailed as failure:
            real = self._clock.real_now()
            return after_failure(due, attempts, failure, now=self._clock.now(), real=real)
        real = self._clock.real_now()
        return Outcome(due.id, attempts, "accepted", provider_id=provider_id, accepted_at=real, ended_at=real)

    def _record(
        self, uow: UnitOfWork, delivery: DueDelivery | StuckDelivery, outcome: Outcome, *, now: datetime
    ) -> None:
        if not uow.deliveries.record(outcome):
            return
        logger.info(
            "Delivery moved",
            action=f"delivery.{outcome.status}",
            delivery=delivery.ref,
            attempts=outcome.attempts,
        )
        report_lost(uow, delivery, outcome, now=now)
        if delivery.grave and outcome.status != "gathered":
            payload = {
                "delivery": delivery.ref, "channel": delivery.channel, "attempts": outcome.attempts,
                "resent": delivery.resent, "reason": outcome.reason,
            }  # fmt: skip
            facts = EventFacts(f"delivery.{outcome.status}", payload)
            uow.events.append([NewEvent(("person", delivery.person_id), now, facts)])
