"""A webhook: signed JSON to a system of the office's own (README says how the other side checks the signature)."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from tracker.delivery.posting import Answer, Poster
from tracker.domain.channels import Webhook
from tracker.domain.errors import DeliveryFailed
from tracker.domain.messages import KINDS
from tracker.domain.ports import MessagePart, News, OutgoingMessage
from tracker.domain.provider_codes import WEBHOOK, Meaning

SHORTEST_SECRET = 16
LONGEST_REST = timedelta(days=1)


class WebhookCourier:
    """Posts a message's text, which is JSON. The same message has the same key however often it is sent."""

    def __init__(self, hook: Webhook, *, secret: str, poster: Poster, now: Callable[[], datetime]) -> None:
        self._url, self._secret, self._poster, self._now = hook.url, secret, poster, now

    def send(self, message: OutgoingMessage) -> str:
        """Return the receiver's own id where it gave one; raises DeliveryFailed as its status means it."""
        return _id_in(self._post(message.text.encode(), key=message.message_id.strip("<>")))

    def write(self, news: Sequence[News], *, say: Callable[[MessagePart], str], ref: str, link: str) -> str:
        """Return the body: plain values only, no names of persons beyond what a sentence says."""
        items = [_item(one, say(one)) for one in news]
        body = {"event": "told", "ref": ref, "link": link, "items": items}
        return json.dumps(body, ensure_ascii=False, separators=(",", ":"))

    def check(self) -> str:
        """Return a sentence that the receiver takes a signed ping; raises DeliveryFailed with what is wrong."""
        self._post(b'{"event":"ping"}', key=f"ping-{int(self._now().timestamp())}")
        return "接收方有应答，签名也认。"

    def _post(self, body: bytes, *, key: str) -> Answer:
        stamp = str(int(self._now().timestamp()))
        headers = {
            "Content-Type": "application/json; charset=utf-8", "Idempotency-Key": key, "X-Tracker-Timestamp": stamp,
            "X-Tracker-Signature": f"v1={signature(self._secret, stamp, body)}",
        }  # fmt: skip
        answer = self._poster.post(self._url, body=body, headers=headers)
        verdict = WEBHOOK.judge(str(answer.status), answer.text.strip() if answer.status >= 400 else "")
        if verdict.meaning is not Meaning.ACCEPTED:
            raise DeliveryFailed.judged(replace(verdict, wait=rest_asked(answer.retry_after, self._now())))
        return answer


def signature(secret: str, stamp: str, body: bytes) -> str:
    """Return hex HMAC-SHA256 over the time in seconds, a full stop and the exact bytes of the body."""
    return hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def rest_asked(retry_after: str, now: datetime) -> timedelta | None:
    """Return how long a Retry-After asks to wait (seconds or a date), a day at most; None when it says nothing."""
    if retry_after.isascii() and retry_after.isdigit() and len(retry_after) < 10:
        return min(timedelta(seconds=int(retry_after)), LONGEST_REST)
    try:
        until = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max(until - now, timedelta()), LONGEST_REST)


def _item(news: News, line: str) -> dict[str, Any]:
    return {
        "id": news.cause, "message": news.message, "title": KINDS[news.message].title, "text": line,
        "campaign": news.campaign, "unit": news.unit, "role": news.role, "facts": dict(news.facts),
    }  # fmt: skip


def _id_in(answer: Answer) -> str:
    try:
        said = json.loads(answer.text)
    except ValueError:
        return ""
    found = said.get("id") if isinstance(said, dict) else None
    return str(found)[:100] if isinstance(found, str | int) else ""
