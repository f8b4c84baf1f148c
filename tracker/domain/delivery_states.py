"""How a delivery goes on: after a failed try, after a receipt, after asking the provider. Pure.

told → gathered → submitting → accepted → delivered | failed | unknown | cancelled (DESIGN.md §3.4).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from tracker.domain.provider_codes import FATAL, Meaning

STATUS_TITLES: Mapping[str, str] = {
    "gathered": "待发送", "submitting": "发送中", "accepted": "已发出", "delivered": "已送达",
    "failed": "发送失败", "unknown": "结果不明", "cancelled": "已取消",
}  # fmt: skip
#: From one try of the same message to the next.
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
#: A code that no table knows is tried once more.
UNLISTED_TRIES = 2
#: How long a channel rests after its provider could not be reached, by how often in a row.
AWAY_PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 15))
#: From so many in a row on, an administrator is told.
AWAY_TOLD = 3
#: A rest that only a person ends.
UNTIL_RESUMED = datetime(9000, 1, 1, tzinfo=UTC)
STOP_PAUSE = timedelta(hours=1)
DELAY = timedelta(hours=1)
#: When a provider is asked after what it accepted, and after what it may have taken.
ASK_ACCEPTED = tuple(timedelta(minutes=minutes) for minutes in (2, 10, 60, 360, 1080))
ASK_UNKNOWN = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15))
#: A provider that does not answer our question is asked again so much later, and not for ever.
ASK_AGAIN = timedelta(minutes=10)
ASK_NO_LONGER = timedelta(days=3)


def away_pause(failures: int) -> timedelta:
    """Return how long a channel rests after `failures` (1, 2 …) vain tries to reach its provider."""
    return AWAY_PAUSES[min(max(1, failures), len(AWAY_PAUSES)) - 1]


def tries_left(meaning: Meaning | None, tries: int) -> bool:
    """Tell whether a message that was tried `tries` times, delays not counted, is tried again."""
    return tries < UNLISTED_TRIES if meaning is Meaning.UNLISTED else tries <= len(BACK_OFF)


def ask_after(status: str, asked: int) -> timedelta | None:
    """Return how long after its last change a provider is asked after a message for the next time; None = no more."""
    spans = {"accepted": ASK_ACCEPTED, "unknown": ASK_UNKNOWN}.get(status, ())
    return spans[asked] if asked < len(spans) else None


def after_receipt(status: str, meaning: Meaning) -> str | None:
    """Return the status that a receipt leads to; None when it changes nothing.

    Receipts come late, twice and out of order: what arrived stays arrived, and a message that waits to be sent
    once more is not given up because its first sending was lost.
    """
    if meaning is Meaning.DELIVERED:
        return None if status == "delivered" else "delivered"
    if meaning in FATAL:
        return "failed" if status in ("submitting", "accepted", "unknown") else None
    if meaning is Meaning.PENDING:
        return "accepted" if status == "unknown" else None
    return None
