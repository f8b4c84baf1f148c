"""The text of a delivery, made anew from what it still carries whenever it is about to go out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tracker.domain.messages import is_optional
from tracker.domain.ports import Cipher, MessagePart, MessageRenderer, News, NewsWriter, OutgoingMessage
from tracker.domain.sms_texts import LONGEST, SmsWording, neutral_values
from tracker.domain.unsubscribing import token_of
from tracker.persistence.repositories.delivery_rows import DeliveryPart, DueDelivery


@dataclass(frozen=True)
class DeliveryTexts:
    """Makes the message of a delivery from what it still carries."""

    renderer: MessageRenderer
    cipher: Cipher
    public_url: str
    wording: SmsWording = field(default_factory=SmsWording)
    writers: Mapping[str, NewsWriter] = field(default_factory=dict)
    secret: str = ""

    @property
    def host(self) -> str:
        """Return the host of the public address, for Message-IDs."""
        return host_of(self.public_url)

    def write(self, due: DueDelivery, parts: Sequence[DeliveryPart], *, at: datetime) -> OutgoingMessage:
        """Return the message; `at` is real time. Raises ValueError (MessageUnreadable, or the cipher's) when it cannot be written."""
        if (writer := self.writers.get(due.channel)) is not None:
            return self._to_receiver(writer, due, parts)
        told = [MessagePart(part.message, part.facts) for part in parts]
        html: str | None = None
        unsubscribe = ""
        values: Mapping[str, str] = {}
        if due.channel == "email":
            unsubscribe = self._unsubscribe(due, parts)
            subject, body, html = self.renderer.email(
                recipient=due.recipient, parts=told, link=self.public_url, unsubscribe=unsubscribe
            )
        else:
            neutral = neutral_values(told, _unit_of(parts))
            subject, body, values = "", self.wording.text(neutral)[:LONGEST], self.wording.values(neutral)
        return OutgoingMessage(
            ref=due.ref, message_id=due.message_id, channel=due.channel,
            address=self.cipher.decrypt(due.address or b""), recipient=due.recipient, subject=subject,
            text=body, html=html, resent=due.resent, values=values, thread=self._thread(parts), unsubscribe=unsubscribe,
            written_at=at,
        )  # fmt: skip

    def _to_receiver(self, writer: NewsWriter, due: DueDelivery, parts: Sequence[DeliveryPart]) -> OutgoingMessage:
        news = [
            News(part.message, part.facts, part.cause, part.campaign, part.duty_unit or part.unit, part.role)
            for part in parts
        ]
        text = writer.write(news, say=self.renderer.line, ref=due.ref, link=self.public_url)
        return OutgoingMessage(
            ref=due.ref, message_id=due.message_id, channel=due.channel, address="", recipient=due.recipient,
            subject="", text=text, html=None, resent=due.resent,
        )  # fmt: skip

    def _unsubscribe(self, due: DueDelivery, parts: Sequence[DeliveryPart]) -> str:
        """Return where the reader may do without such mails, where all that this one says is optional."""
        if not self.secret or due.person_id is None or not all(is_optional(p.message, p.role) for p in parts):
            return ""
        return f"{self.public_url.rstrip('/')}/unsubscribe/{token_of(due.person_id, self.secret)}"

    def _thread(self, parts: Sequence[DeliveryPart]) -> str:
        tasks = {str(part.facts.get("task_ref", "")) for part in parts}
        one = tasks.pop() if len(tasks) == 1 else ""
        return f"<{one.lower()}@{self.host}>" if one.isascii() and one else ""


def host_of(url: str) -> str:
    """Return the host of an address of ours."""
    return url.split("://")[-1].split("/")[0].split(":")[0] or "localhost"


def _unit_of(parts: Sequence[DeliveryPart]) -> str | None:
    """Return the short name of the one unit for which the person is told all this; None when there are several."""
    units = {part.unit for part in parts}
    return units.pop() if len(units) == 1 else None
