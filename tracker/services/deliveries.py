"""Gather what people are to be told into messages, and send them (DESIGN.md §3.4).

A message is a row before it is a message. What happens to it in between is written down before and after
the sending, never during it, so that a killed process leaves at worst a row that says "submitting".
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta

import structlog

from tracker.domain.channels import Channels
from tracker.domain.delivery_states import ASK_ACCEPTED
from tracker.domain.errors import DeliveryFailed
from tracker.domain.messages import MessageUnreadable, why_not_send
from tracker.domain.ports import (
    CalendarCatalog,
    Cipher,
    Clock,
    Courier,
    JobQueue,
    MessageRenderer,
    NewsWriter,
    OutgoingMessage,
    ReceiptAsker,
)
from tracker.domain.provider_codes import Meaning
from tracker.domain.sms_texts import sms_segments
from tracker.domain.values import local_date
from tracker.persistence.repositories.delivery_rows import (
    DeliveryPart,
    DueDelivery,
    LockedDelivery,
    Outcome,
)
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.binding import bind
from tracker.services.channel_pauses import go_on, pause_after
from tracker.services.delivery_incidents import (
    report_no_channel,
    report_unwritable,
)
from tracker.services.delivery_outcomes import Moment, after_failure, unsure
from tracker.services.delivery_records import mark_contact, record_end, settle
from tracker.services.delivery_texts import DeliveryTexts
from tracker.services.manners import Manners
from tracker.services.receiver_news import bind_receivers

logger = structlog.get_logger(__name__)

QUEUE = "deliveries"
GATHER_JOB = "tracker.jobs.deliveries.gather_and_send"
SEND_JOB = "tracker.jobs.deliveries.send"

PEOPLE_AT_ONCE = 100
LONGEST_HOLD = timedelta(seconds=60)
STUCK_AFTER = timedelta(minutes=2)
PUT_BACK = timedelta(hours=1)
MAIL_ONLY = Channels()
NOBODY_TO_ASK: Mapping[str, ReceiptAsker] = {}
NOBODY_ELSE: Mapping[str, NewsWriter] = {}


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
        channels: Channels = MAIL_ONLY,
        calendars: CalendarCatalog | None = None,
        askers: Mapping[str, ReceiptAsker] = NOBODY_TO_ASK,
        reported: Collection[str] = (),
        writers: Mapping[str, NewsWriter] = NOBODY_ELSE,
        repeatable: Collection[str] = (),
        secret: str = "",
    ) -> None:
        self._uows = uows
        self._clock = clock
        self._couriers = couriers
        self._askers = askers
        self._reported, self._repeatable = frozenset(reported), frozenset(repeatable)
        self._receivers = [one for one in channels.receivers if one.channel in couriers]
        self._paces = channels.paces
        self._manners = Manners(channels.courtesy, calendars, clock)
        self._texts = DeliveryTexts(renderer, cipher, public_url, channels.wording, writers, secret)
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
        at = self._moment()
        with self._uows() as uow:
            stuck = uow.deliveries.lock_stuck(before=at.real - STUCK_AFTER, limit=limit)
            for each in stuck:
                outcome = unsure(
                    each, at=at, askable=each.channel in self._askers, repeatable=each.channel in self._repeatable
                )
                self._record(uow, each, outcome, now=at.now)
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
            bind(uow, people, told, channels=list(self._couriers), host=self._texts.host, now=now)
            bind_receivers(uow, self._receivers, told, host=self._texts.host, now=now)
            uow.on_commit(lambda: self._queue.enqueue(QUEUE, SEND_JOB))
            uow.commit()
        return len(people), len({row.person_id for row in told})

    def _send_next(self) -> bool:
        """Take up one delivery, so that no claimed one waits behind a slow one; False when none is due."""
        while True:
            now = self._clock.now()
            with self._uows() as uow:
                due = uow.deliveries.claim_due(now=now)
                if due is None:
                    return False
                message = self._prepare(uow, due, now=now)
                if message is not None and not self._may_go(uow, due.channel, now=now):
                    uow.rollback()  # another worker took the slot; the next look sees that the channel is closed
                    continue
                uow.commit()
            if message is not None:
                self._carry(due, message)
            return True

    def _may_go(self, uow: UnitOfWork, channel: str, *, now: datetime) -> bool:
        pace = self._paces.get(channel)
        return pace is None or uow.channels.take_slot(channel, pace, now=now)

    def _carry(self, due: DueDelivery, message: OutgoingMessage) -> None:
        """Send, and write down what became of it and of the channel."""
        failure: DeliveryFailed | None = None
        provider_id = ""
        try:
            provider_id = self._couriers[due.channel].send(message)
        except DeliveryFailed as problem:
            failure = problem
        at, attempts = self._moment(), due.attempts + 1
        askable = due.channel in self._askers
        with self._uows() as uow:
            if failure is None:
                ask_at = at.now + ASK_ACCEPTED[0] if askable else None
                outcome = Outcome(
                    due.id, attempts, "accepted", provider_id=provider_id, accepted_at=at.real, ended_at=at.real,
                    ask_at=ask_at,
                )  # fmt: skip
            else:
                repeatable = due.channel in self._repeatable
                outcome = after_failure(due, attempts, failure, at=at, askable=askable, repeatable=repeatable)
            self._record(uow, due, outcome, now=at.now)
            if failure is not None:
                pause_after(uow, due.channel, failure, now=at.now)
                if failure.verdict is not None and failure.verdict.meaning is Meaning.BAD_CONTACT:
                    mark_contact(uow, due, failure.sentence, now=at.now)
            elif due.shaken:
                go_on(uow, due.channel, now=at.now)
            if failure is None and provider_id and due.channel in self._reported:
                for early in uow.receipts.claim_early(due.id, due.channel, provider_id):
                    settle(uow, due, "accepted", early, at=at)
            uow.commit()

    def _moment(self) -> Moment:
        return Moment(self._clock.now(), self._clock.real_now())

    def _prepare(self, uow: UnitOfWork, due: DueDelivery, *, now: datetime) -> OutgoingMessage | None:
        """Look again, then write down that the delivery goes out, and its text; None when it does not."""
        if due.channel not in self._couriers:
            # Perhaps one process was started with a slip in its settings; what is to be sent must not die of it.
            report_no_channel(uow, now=now)
            self._wait(uow, due, "该送达方式现在没有设置", now=now)
            return None
        parts = self._look_again(uow, due, now=now)
        reason = "" if parts else "要说的事都已办结、变动或退订，不再发送"
        if due.address is None and due.person_id is not None:
            reason = "本人已没有登记的地址"
        elif due.marked:
            reason = "这个号码或邮箱已查明不通，等更正后再用"
        if reason:
            real = self._clock.real_now()
            self._record(uow, due, Outcome(due.id, due.attempts, "cancelled", reason, ended_at=real), now=now)
            return None
        if (rest := self._manners.spared(uow, due, parts)) is not None:
            uow.deliveries.record(
                Outcome(due.id, due.attempts, "gathered", rest.reason, next_try_at=rest.until, held=due.attempts == 0)
            )
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

    def _record(
        self, uow: UnitOfWork, delivery: DueDelivery | LockedDelivery, outcome: Outcome, *, now: datetime
    ) -> None:
        if uow.deliveries.record(outcome):
            record_end(uow, delivery, outcome, now=now)
