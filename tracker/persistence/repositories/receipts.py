"""What providers reported, matched to our deliveries; and which deliveries are to be asked after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.channels import Receipt
from tracker.persistence.repositories.delivery_rows import LockedDelivery

FIND = text("""
    SELECT id, ref, person_id, channel, grave, resent, attempts, delays, put_down, status FROM delivery
    WHERE channel = :channel
      AND (ref = :ref OR (:provider_id <> '' AND provider_id = :provider_id))
    ORDER BY ref = :ref DESC, id DESC LIMIT 1 FOR UPDATE""")

NOTE = text("""
    INSERT INTO receipt AS r (channel, provider_id, ref, code, meaning, sentence, how, times, delivery_id, reported_at,
        received_at)
    VALUES (:channel, :provider_id, :ref, :code, :meaning, :sentence, :how, 1, :delivery, :at, :now)
    ON CONFLICT (channel, provider_id, ref, code) DO UPDATE
        SET times = r.times + 1, delivery_id = coalesce(r.delivery_id, excluded.delivery_id)
    RETURNING times""")

ORPHANS = text("""
    UPDATE receipt SET delivery_id = :delivery
    WHERE delivery_id IS NULL AND channel = :channel AND provider_id = :provider_id
    RETURNING id, provider_id, ref, code, meaning, sentence, reported_at""")

SETTLE = text("""
    UPDATE delivery SET status = :status, reason = :reason, code = :code, ended_at = :real, ask_at = :ask_at,
        next_try_at = NULL, provider_id = CASE WHEN provider_id = '' THEN :provider_id ELSE provider_id END,
        delivered_at = CASE WHEN :status = 'delivered' THEN coalesce(:at, CAST(:real AS timestamptz)) ELSE delivered_at END,
        accepted_at = CASE WHEN :status IN ('accepted', 'delivered') THEN coalesce(accepted_at, :real)
            ELSE accepted_at END
    WHERE id = :id""")

CLAIM_TO_ASK = text("""
    SELECT id, ref, person_id, channel, grave, resent, attempts, delays, put_down, status, provider_id, address_cipher,
        submitted_at, asked
    FROM delivery
    WHERE ask_at <= :now AND channel = ANY(CAST(:channels AS text[]))
    ORDER BY ask_at, id LIMIT 1 FOR UPDATE SKIP LOCKED""")


@dataclass(frozen=True, slots=True)
class ReportedDelivery(LockedDelivery):
    """A delivery that a receipt is about, locked, with how it stands."""

    status: str


@dataclass(frozen=True, slots=True)
class DeliveryToAsk(ReportedDelivery):
    """A delivery whose provider is to be asked, locked."""

    provider_id: str
    address_cipher: bytes | None
    submitted_at: datetime
    asked: int


class ReceiptRepository:
    """Receipts, and what is still to be asked."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find_delivery(self, channel: str, receipt: Receipt) -> ReportedDelivery | None:
        """Return the delivery that a receipt is about, locked; None when we do not know it."""
        given = {"channel": channel, "ref": receipt.ref, "provider_id": receipt.provider_id}
        row = self._session.execute(FIND, given).one_or_none()
        return None if row is None else ReportedDelivery(*row)

    def note(self, channel: str, receipt: Receipt, *, delivery_id: int | None, how: str, now: datetime) -> bool:
        """Keep a receipt; False when the provider said the very same before."""
        given = {
            "channel": channel, "provider_id": receipt.provider_id, "ref": receipt.ref, "code": receipt.code,
            "meaning": receipt.meaning, "sentence": receipt.sentence, "how": how, "delivery": delivery_id,
            "at": receipt.at, "now": now,
        }  # fmt: skip
        return int(self._session.execute(NOTE, given).scalar_one()) == 1

    def claim_early(self, delivery_id: int, channel: str, provider_id: str) -> list[Receipt]:
        """Match the receipts that came before we knew the provider's id, and return them in the order of coming."""
        given = {"delivery": delivery_id, "channel": channel, "provider_id": provider_id}
        rows = sorted(self._session.execute(ORPHANS, given), key=lambda row: int(row.id))
        return [Receipt(r.provider_id, r.ref, r.code, r.meaning, r.sentence, r.reported_at) for r in rows]

    def settle(
        self, delivery_id: int, status: str, receipt: Receipt, *, real: datetime, ask_at: datetime | None = None
    ) -> None:
        """Write what a receipt leads to; `real` is real time."""
        given = {
            "id": delivery_id, "status": status, "reason": "" if status == "delivered" else receipt.sentence,
            "code": receipt.code, "provider_id": receipt.provider_id, "at": receipt.at, "real": real, "ask_at": ask_at,
        }  # fmt: skip
        self._session.execute(SETTLE, given)

    def claim_to_ask(self, channels: list[str], *, now: datetime) -> DeliveryToAsk | None:
        """Lock the delivery whose question has been due longest; None when there is none."""
        row = self._session.execute(CLAIM_TO_ASK, {"channels": channels, "now": now}).one_or_none()
        if row is None:
            return None
        address = None if row.address_cipher is None else bytes(row.address_cipher)
        return DeliveryToAsk(
            row.id, row.ref, row.person_id, row.channel, row.grave, row.resent, row.attempts, row.delays,
            row.put_down, row.status, row.provider_id, address, row.submitted_at, row.asked,
        )  # fmt: skip

    def ask_again(self, delivery_id: int, at: datetime | None, *, asked: int) -> None:
        """Say when the provider is asked the next time (None = not any more), and how often it was.

        A delivery that a receipt has ended meanwhile is left alone.
        """
        self._session.execute(
            text(
                "UPDATE delivery SET ask_at = :at, asked = :asked WHERE id = :id AND status IN ('accepted', 'unknown')"
            ),
            {"id": delivery_id, "at": at, "asked": asked},
        )

    def count_unmatched(self) -> int:
        """Return how many receipts are about messages that we do not know."""
        return int(self._session.execute(text("SELECT count(*) FROM receipt WHERE delivery_id IS NULL")).scalar_one())

    def next_ask_at(self, channels: list[str]) -> datetime | None:
        """Return when a provider is next to be asked."""
        found: datetime | None = self._session.execute(
            text("SELECT min(ask_at) FROM delivery WHERE ask_at IS NOT NULL AND channel = ANY(CAST(:channels AS text[]))"),
            {"channels": channels},
        ).scalar_one()  # fmt: skip
        return found
