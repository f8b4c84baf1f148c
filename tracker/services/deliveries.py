"""Gather what people are to be told into messages, and send them (DESIGN.md §3.4).

A message is a row before it is a message. What happens to it in between is written down before and after
the sending, never during it, so that a killed process leaves at worst a row that says "submitting".

A sender takes up a round of a few messages: one commit, on disk before anything leaves, says that they go out and in
which order. It then hands them over one by one, and what became of each is committed before the next one goes.

- A killed worker leaves one message in doubt, the first of its round without an outcome. The others without one did not
  leave and are sent by the next.
- A mail that the server took is committed without waiting for the disk. Commits reach it in order, and any that waits
  (the next round's, a seal's, a person's step) takes all before it along; nothing is handed out of the database on the
  word of one that does not. Only a database that crashes within the same second loses it, and the order of its last
  rounds with it (`SendingRound`); then all of such a round without an outcome are in doubt, and shown so.
- The outcome of a paper waits for the disk: were it lost, the paper would be served twice.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
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
    Submitted,
)
from tracker.persistence.unit_of_work import UnitOfWork, UnitOfWorkFactory
from tracker.services.binding import bind
from tracker.services.channel_pauses import has_gone_well, pause_after
from tracker.services.delivery_incidents import report_missing_receiver, report_no_channel, report_unwritable
from tracker.services.delivery_outcomes import Moment, after_failure, never_left, unsure
from tracker.services.delivery_records import mark_contact, record_end, settle
from tracker.services.delivery_texts import DeliveryTexts
from tracker.services.manners import Manners, one_a_person
from tracker.services.receiver_news import bind_receivers, drop_removed

logger = structlog.get_logger(__name__)

QUEUE = "deliveries"
GATHER_JOB = "tracker.jobs.deliveries.gather_and_send"
SEND_JOB = "tracker.jobs.deliveries.send"

#: Finding who waits longest looks at all that is to be told, so that few large bites cost less than many small ones.
PEOPLE_AT_ONCE = 500
#: So many messages at most are in doubt after a crash of the database, and wait two minutes for a killed sender.
ROUND = 10
#: What was looked at again longer ago than this is looked at once more before it goes.
FRESH = timedelta(seconds=5)
#: After so many looks in a row that took longer than that, a message goes all the same: the next would not be quicker.
LOOKS = 3
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
        uows: UnitOfWorkFactory,
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
        self._drop_removed()
        handled = 0
        with self._uows(at_once=True) as steps:
            while handled < limit:
                taken = self._send_round(min(ROUND, limit - handled), steps)
                if not taken:
                    return handled
                handled += taken
        self._queue.enqueue(QUEUE, SEND_JOB)
        return limit

    def resolve_stuck(self, limit: int = 200) -> int:
        """Settle deliveries whose sender never came back, and return how many.

        What did not leave waits again. Of the rest, a reminder becomes "unknown" and is never sent again; the serving
        of a paper is sent once more under the same Message-ID.
        """
        at = _moment(self._clock)
        with self._uows() as uow:
            stuck = uow.deliveries.lock_stuck(before=at.real - STUCK_AFTER, limit=limit)
            here = never_left(stuck)
            uow.deliveries.put_down({each.id: each.attempts for each in stuck if each.id in here})
            for each in stuck:
                if each.id not in here:
                    outcome = unsure(
                        each, at=at, askable=each.channel in self._askers, repeatable=each.channel in self._repeatable
                    )
                    self._record(uow, each, outcome, now=at.now)
            uow.deliveries.end_rounds({each.round_id for each in stuck if each.round_id is not None})
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

    def _drop_removed(self) -> None:
        at = _moment(self._clock)
        with self._uows() as uow:
            drop_removed(uow, self._couriers, now=at.now, real=at.real)
            uow.commit()  # with nothing dropped too: after a rollback the driver prepares every statement anew

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

    def _send_round(self, most: int, steps: UnitOfWork) -> int:
        """Take up the deliveries that are due longest and send them; return how many, 0 when none is due.

        What became of each is written in `steps`, each of which stands at once.
        """
        too_slow = 0
        while True:
            clock = self._clock.for_a_while()
            at = _moment(clock)
            with self._uows() as uow:
                claimed = uow.deliveries.claim_due(now=at.now, limit=most, alone=self._paces)
                if not claimed:
                    return 0
                taken = one_a_person(claimed)
                going = self._prepare(uow, taken, at=at)
                if going and not self._may_go(uow, claimed[0].channel, now=at.now):
                    uow.rollback()  # another worker took the slot; the next look sees that the channel is closed
                    continue
                begun = clock.real_now()  # the look may have taken longer than what makes a delivery stuck
                round_id = uow.deliveries.begin_round([row for _, _, row in going], at=begun) if going else 0
                uow.commit()
            messages = [
                (due, replace(message, followed=place < len(going)))
                for place, (due, message, _) in enumerate(going, start=1)
            ]
            left = self._hand_over(
                messages, round_id, clock, steps, looked_at=at.real, at_any_age=too_slow + 1 >= LOOKS
            )
            if left < len(going) or not going:
                return len(taken) - left
            too_slow, most = too_slow + 1, 1  # one alone is looked at faster

    def _may_go(self, uow: UnitOfWork, channel: str, *, now: datetime) -> bool:
        pace = self._paces.get(channel)
        return pace is None or uow.channels.take_slot(channel, pace, now=now)

    def _hand_over(
        self, going: Sequence[tuple[DueDelivery, OutgoingMessage]], round_id: int, clock: Clock, steps: UnitOfWork, *,
        looked_at: datetime, at_any_age: bool,
    ) -> int:  # fmt: skip
        """Hand a round over one by one; return how many were put down, the channel at rest or the look too long ago.

        `looked_at` is real time. With `at_any_age` the first goes however long ago that was.
        """
        for place, (due, message) in enumerate(going):
            if clock.real_now() - looked_at > FRESH and (place or not at_any_age):
                return self._stop(going[place:], round_id)
            provider_id, failure = self._carry(message)
            at, left = _moment(clock), going[place + 1 :]
            if failure is None and self._is_plain(due):
                self._accept(steps, due, provider_id, at=at, ends=None if left else round_id)
                continue
            with self._uows() as uow:
                rests = self._write_down(uow, due, provider_id, failure, at=at)
                if rests or not left:
                    self._end(uow, left, round_id)
                uow.commit()
            if rests:
                return len(left)
        return 0

    def _stop(self, left: Sequence[tuple[DueDelivery, OutgoingMessage]], round_id: int) -> int:
        with self._uows() as uow:
            self._end(uow, left, round_id)
            uow.commit()
        return len(left)

    @staticmethod
    def _end(uow: UnitOfWork, left: Sequence[tuple[DueDelivery, OutgoingMessage]], round_id: int) -> None:
        """End a round, and let what did not leave wait again."""
        uow.deliveries.put_down({one.id: one.attempts + 1 for one, _ in left})
        uow.deliveries.end_rounds([round_id])

    def _is_plain(self, due: DueDelivery) -> bool:
        """Tell whether nothing but its own row says that a message was accepted."""
        return not (due.grave or due.shaken or due.channel in self._reported)

    def _carry(self, message: OutgoingMessage) -> tuple[str, DeliveryFailed | None]:
        """Send; return the provider's id of the message, and how it failed if it did."""
        try:
            return self._couriers[message.channel].send(message), None
        except DeliveryFailed as problem:
            return "", problem

    def _write_down(
        self, uow: UnitOfWork, due: DueDelivery, provider_id: str, failure: DeliveryFailed | None, *, at: Moment
    ) -> bool:
        """Write what became of a message and of its channel; tell whether the channel rests now."""
        if failure is not None:
            outcome = after_failure(
                due, due.attempts + 1, failure, at=at, askable=due.channel in self._askers,
                repeatable=due.channel in self._repeatable,
            )  # fmt: skip
            self._record(uow, due, outcome, now=at.now)
            if failure.verdict is not None and failure.verdict.meaning is Meaning.BAD_CONTACT:
                mark_contact(uow, due, failure.sentence, now=at.now)
            return pause_after(uow, due.channel, failure, now=at.now)
        self._accept(uow, due, provider_id, at=at)
        if due.shaken:
            has_gone_well(uow, due.channel, now=at.now)
        if provider_id and due.channel in self._reported:
            for early in uow.receipts.claim_early(due.id, due.channel, provider_id):
                settle(uow, due, "accepted", early, at=at)
        return False

    def _accept(
        self, uow: UnitOfWork, due: DueDelivery, provider_id: str, *, at: Moment, ends: int | None = None
    ) -> None:
        """Write that a message was taken; `ends` is the round of which it was the last."""
        outcome = Outcome(
            due.id, due.attempts + 1, "accepted", provider_id=provider_id, accepted_at=at.real, ended_at=at.real,
            ask_at=at.now + ASK_ACCEPTED[0] if due.channel in self._askers else None,
        )  # fmt: skip
        self._record(uow, due, outcome, now=at.now, on_disk=due.grave, ends=ends)

    def _prepare(
        self, uow: UnitOfWork, claimed: Sequence[DueDelivery], *, at: Moment
    ) -> list[tuple[DueDelivery, OutgoingMessage, Submitted]]:
        """Look again, and return what goes out, with its text; of the rest write down why it does not."""
        carried = uow.deliveries.parts_of([due.id for due in claimed])
        going = []
        for due in claimed:
            message = self._write(uow, due, carried[due.id], at=at)
            if message is not None:
                segments = sms_segments(message.text) if due.channel == "sms" else None
                row = Submitted(due.id, message.subject, message.text, segments, due.address)
                going.append((due, message, row))
        return going

    def _write(
        self, uow: UnitOfWork, due: DueDelivery, carried: Sequence[DeliveryPart], *, at: Moment
    ) -> OutgoingMessage | None:
        if due.channel not in self._couriers:
            # Perhaps one process was started with a slip in its settings; what is to be sent must not die of it.
            if due.person_id is None:
                report_missing_receiver(uow, due.channel, now=at.now)
            else:
                report_no_channel(uow, now=at.now)
            self._wait(uow, due, "该送达方式现在没有设置", now=at.now)
            return None
        parts = self._look_again(uow, due, carried, now=at.now)
        reason = "" if parts else "要说的事都已办结、变动或退订，不再发送"
        if due.address is None and due.person_id is not None:
            reason = "本人已没有登记的地址"
        elif due.marked:
            reason = "这个号码或邮箱已查明不通，等更正后再用"
        if reason:
            self._record(uow, due, Outcome(due.id, due.attempts, "cancelled", reason, ended_at=at.real), now=at.now)
            return None
        if (rest := self._manners.spared(uow, due, parts)) is not None:
            held = due.attempts == due.put_down
            uow.deliveries.record(
                Outcome(due.id, due.attempts, "gathered", rest.reason, next_try_at=rest.until, held=held)
            )
            return None
        try:
            return self._texts.write(due, parts, at=at.real)
        except ValueError as problem:
            self._put_back(uow, due, problem, now=at.now)
            return None

    def _look_again(
        self, uow: UnitOfWork, due: DueDelivery, carried: Sequence[DeliveryPart], *, now: datetime
    ) -> list[DeliveryPart]:
        """Strike the parts that events have overtaken; return the rest."""
        kept, struck = [], {}
        for part in carried:
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
        self, uow: UnitOfWork, delivery: DueDelivery | LockedDelivery, outcome: Outcome, *, now: datetime,
        on_disk: bool = True, ends: int | None = None,
    ) -> None:  # fmt: skip
        if uow.deliveries.record(outcome, on_disk=on_disk, ends=ends):
            record_end(uow, delivery, outcome, now=now)


def _moment(clock: Clock) -> Moment:
    return Moment(clock.now(), clock.real_now())
