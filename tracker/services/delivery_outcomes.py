"""What becomes of a delivery whose sending failed or whose sender vanished. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from tracker.domain.errors import DeliveryFailed
from tracker.persistence.repositories.delivery_rows import DueDelivery, Outcome, StuckDelivery

BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
NOT_KNOWN = "发送时连接中断或进程退出，不知道对方是否收到；提醒类消息不重发"
RESENT_NOT_KNOWN = "重发一次后仍不知道对方是否收到，请电话核实"


def unsure(
    delivery: DueDelivery | StuckDelivery, *, again_at: datetime, real: datetime, attempts: int | None = None
) -> Outcome:
    """Nobody knows whether the message went out: a paper goes once more at `again_at`, a reminder never."""
    tries = delivery.attempts if attempts is None else attempts
    if delivery.grave and not delivery.resent:
        return Outcome(
            delivery.id,
            tries,
            "gathered",
            "上次发送结果不明，用同一编号重发一次",
            next_try_at=again_at,
            resent=True,
        )
    reason = RESENT_NOT_KNOWN if delivery.grave else NOT_KNOWN
    return Outcome(delivery.id, tries, "unknown", reason, ended_at=real)


def after_failure(
    due: DueDelivery, attempts: int, failure: DeliveryFailed, *, now: datetime, real: datetime
) -> Outcome:
    if failure.unknown:
        return unsure(due, again_at=now + BACK_OFF[0], real=real, attempts=attempts)
    if failure.permanent or attempts > len(BACK_OFF):
        return Outcome(due.id, attempts, "failed", failure.sentence, ended_at=real)
    again = now + BACK_OFF[attempts - 1]
    return Outcome(due.id, attempts, "gathered", failure.sentence, next_try_at=again)
