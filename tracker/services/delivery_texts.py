"""The text of a delivery, made anew from what it still carries whenever it is about to go out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tracker.domain.ports import Cipher, MessagePart, MessageRenderer, OutgoingMessage
from tracker.domain.sms_texts import LONGEST, SmsWording, neutral_values
from tracker.persistence.repositories.delivery_rows import DeliveryPart, DueDelivery


@dataclass(frozen=True)
class DeliveryTexts:
    """Makes the message of a delivery from what it still carries."""

    renderer: MessageRenderer
    cipher: Cipher
    public_url: str
    wording: SmsWording = field(default_factory=SmsWording)

    @property
    def host(self) -> str:
        """Return the host of the public address, for Message-IDs."""
        return self.public_url.split("://")[-1].split("/")[0].split(":")[0] or "localhost"

    def write(self, due: DueDelivery, parts: Sequence[DeliveryPart], *, at: datetime) -> OutgoingMessage:
        """Return the message; `at` is real time. Raises ValueError (MessageUnreadable, or the cipher's) when it cannot be written."""
        told = [MessagePart(part.message, part.facts) for part in parts]
        html: str | None = None
        values: Mapping[str, str] = {}
        if due.channel == "email":
            subject, body, html = self.renderer.email(recipient=due.recipient, parts=told, link=self.public_url)
        else:
            neutral = neutral_values(told, _unit_of(parts))
            subject, body, values = "", self.wording.text(neutral)[:LONGEST], self.wording.values(neutral)
        return OutgoingMessage(
            ref=due.ref, message_id=due.message_id, channel=due.channel,
            address=self.cipher.decrypt(due.address or b""), recipient=due.recipient, subject=subject,
            text=body, html=html, resent=due.resent, values=values, thread=self._thread(parts),
            written_at=at,
        )  # fmt: skip

    def _thread(self, parts: Sequence[DeliveryPart]) -> str:
        tasks = {str(part.facts.get("task_ref", "")) for part in parts}
        one = tasks.pop() if len(tasks) == 1 else ""
        return f"<{one.lower()}@{self.host}>" if one.isascii() and one else ""


def _unit_of(parts: Sequence[DeliveryPart]) -> str | None:
    """Return the short name of the one unit for which the person is told all this; None when there are several."""
    units = {part.unit for part in parts}
    return units.pop() if len(units) == 1 else None
