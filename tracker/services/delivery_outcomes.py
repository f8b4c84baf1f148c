"""What becomes of a delivery whose sending failed or whose sender vanished. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tracker.domain.delivery_states import ASK_UNKNOWN, BACK_OFF, DELAY, STOP_PAUSE, tries_left
from tracker.domain.errors import DeliveryFailed
from tracker.domain.provider_codes import Meaning
from tracker.persistence.repositories.delivery_rows import DueDelivery, LockedDelivery, Outcome, StuckDelivery

NOT_KNOWN = "发送时连接中断或进程退出，不知道对方是否收到；提醒类消息不重发"
RESENT_NOT_KNOWN = "重发一次后仍不知道对方是否收到，请电话核实"
SENT_AGAIN = "不知道对方是否收到，用同一编号再发，对方会认出重复"
TO_BE_ASKED = "不知道服务商是否接收，正在向服务商查询"


@dataclass(frozen=True)
class Moment:
    """When something happened: on the clock of deadlines, and in real time (receipts keep real time)."""

    now: datetime
    real: datetime


def unsure(
    delivery: DueDelivery | LockedDelivery, *, at: Moment, again_in: timedelta = timedelta(),
    attempts: int | None = None, askable: bool = False, repeatable: bool = False,
) -> Outcome:  # fmt: skip
    """Nobody knows whether the message went out.

    Where the provider can be asked, it is asked first; where it knows a message again by its key, the message goes
    again under that. Elsewhere a paper goes once more, a reminder never.
    """
    tries = delivery.attempts if attempts is None else attempts
    if askable:
        ask_at = at.now + ASK_UNKNOWN[0]
        return Outcome(delivery.id, tries, "unknown", TO_BE_ASKED, ended_at=at.real, ask_at=ask_at)
    counted = tries - delivery.delays
    if repeatable and tries_left(None, counted):
        again = at.now + BACK_OFF[max(0, counted - 1)]
        return Outcome(delivery.id, tries, "gathered", SENT_AGAIN, next_try_at=again)
    if delivery.grave and not delivery.resent:
        return Outcome(
            delivery.id,
            tries,
            "gathered",
            "上次发送结果不明，用同一编号重发一次",
            next_try_at=at.now + again_in,
            resent=True,
        )
    reason = RESENT_NOT_KNOWN if delivery.grave else NOT_KNOWN
    return Outcome(delivery.id, tries, "unknown", reason, ended_at=at.real)


def never_left(stuck: Sequence[StuckDelivery]) -> frozenset[int]:
    """Return which of these were not handed over, whatever became of their sender.

    What became of one message is committed before the next of its round goes. So only the first without an outcome may
    have left, as long as the round is known; where it is not, each may have.
    """
    first: dict[int, int] = {}
    for each in stuck:
        if each.round_id is not None and each.place is not None:
            first[each.round_id] = min(each.place, first.get(each.round_id, each.place))
    return frozenset(
        each.id
        for each in stuck
        if each.round_id is not None and each.place is not None and each.place > first[each.round_id]
    )


def after_failure(
    due: DueDelivery, attempts: int, failure: DeliveryFailed, *, at: Moment, askable: bool = False,
    repeatable: bool = False,
) -> Outcome:  # fmt: skip
    """Return what a failure leads to, as its verdict says (domain.provider_codes), or else as it says itself."""
    if failure.unknown:
        return unsure(
            due, at=at, again_in=BACK_OFF[0], attempts=attempts, askable=askable, repeatable=repeatable
        )  # fmt: skip
    verdict = failure.verdict
    meaning, code = (verdict.meaning, verdict.code) if verdict else (None, "")
    if verdict is not None and (span := _set_aside(due, verdict.meaning, verdict.wait, at.now)) is not None:
        return Outcome(due.id, attempts, "gathered", failure.sentence, next_try_at=span, code=code, delayed=True)
    tries = attempts - due.delays
    if failure.permanent or not tries_left(meaning, tries):
        return Outcome(due.id, attempts, "failed", failure.sentence, ended_at=at.real, code=code)
    asked = verdict.wait if verdict is not None and verdict.wait is not None else timedelta()
    again = at.now + max(BACK_OFF[tries - 1], asked)
    return Outcome(due.id, attempts, "gathered", failure.sentence, next_try_at=again, code=code)


def _set_aside(due: DueDelivery, meaning: Meaning, wait: timedelta | None, now: datetime) -> datetime | None:
    """Return when a message is tried again that can do nothing for its failing; None when it counts as a try.

    While a provider is away every message keeps its place. One that made the provider stop goes behind the others,
    lest a single bad one stop them all again and again.
    """
    if meaning in (Meaning.AWAY, Meaning.GONE):
        return due.next_try_at
    if meaning is Meaning.STOP:
        return now + STOP_PAUSE + timedelta(minutes=1)
    if meaning is Meaning.DELAY:
        return now + (wait or DELAY)
    return None
