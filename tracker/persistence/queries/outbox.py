"""What each person got, or would have got, by mail and SMS: the delivery rows as the page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.persistence.queries.paging import Page, fetch_page

STATUS_TITLES = {
    "gathered": "待发送", "submitting": "发送中", "accepted": "已发出", "delivered": "已收到",
    "failed": "发送失败", "unknown": "结果不明", "cancelled": "已取消",
}  # fmt: skip
CHANNEL_TITLES = {"email": "邮件", "sms": "短信"}

# A person with posts at several units is shown with the first, which is enough to tell two of one name apart.
OUTBOX = text("""
    SELECT d.id, d.ref, d.person_id, p.name AS recipient, w.unit_name, w.role, d.channel, d.status, d.grave,
        d.resent, d.attempts, d.subject, d.text, d.segments, d.gathered_at, d.next_try_at, d.submitted_at,
        d.accepted_at, d.ended_at, d.reason,
        i.parts, i.cancelled_parts, count(*) OVER () AS total
    FROM delivery d
    JOIN person p ON p.id = d.person_id
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE i.cancelled_reason IS NULL) AS parts,
            count(i.cancelled_reason) AS cancelled_parts
        FROM delivery_item i WHERE i.delivery_id = d.id) i
    LEFT JOIN LATERAL (
        SELECT un.name AS unit_name, o.role FROM post o
        JOIN unit_name un ON un.unit_id = o.unit_id AND un.valid_to IS NULL
        WHERE o.person_id = d.person_id ORDER BY o.id LIMIT 1) w ON true
    WHERE (CAST(:person AS bigint) IS NULL OR d.person_id = :person)
      AND (CAST(:channel AS text) IS NULL OR d.channel = :channel)
      AND (CAST(:status AS text) IS NULL OR d.status = :status)
    ORDER BY d.id DESC LIMIT :limit OFFSET :offset""")

RECIPIENTS = text("""
    SELECT p.id AS person_id, p.name, count(*) AS deliveries
    FROM delivery d JOIN person p ON p.id = d.person_id
    GROUP BY p.id, p.name ORDER BY p.name, p.id""")


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One delivery. `submitted_at`, `accepted_at`, `ended_at` are real time, `gathered_at` the sample's."""

    id: int
    ref: str
    person_id: int
    recipient: str
    unit_name: str | None
    role: str | None
    channel: str
    status: str
    grave: bool
    resent: bool
    attempts: int
    subject: str
    text: str
    segments: int | None
    gathered_at: datetime
    next_try_at: datetime | None
    submitted_at: datetime | None
    accepted_at: datetime | None
    ended_at: datetime | None
    reason: str
    parts: int
    cancelled_parts: int

    @property
    def status_title(self) -> str:
        """Return the status as the screen shows it."""
        return STATUS_TITLES[self.status]

    @property
    def channel_title(self) -> str:
        """Return the channel as the screen shows it."""
        return CHANNEL_TITLES[self.channel]


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person to filter the page by."""

    person_id: int
    name: str
    deliveries: int


def find_outbox(
    session: Session,
    *,
    person_id: int | None = None,
    channel: str | None = None,
    status: str | None = None,
    page: int = 1,
    size: int = 30,
) -> Page[OutboxRow]:
    """Return deliveries, newest first. Who may see them is the caller's to check."""
    given = {"person": person_id, "channel": channel, "status": status}
    return fetch_page(session, OUTBOX, OutboxRow, number=page, size=size, given=given)


def find_recipients(session: Session) -> list[Recipient]:
    """Return everybody who has a delivery, by name."""
    return [Recipient(*row) for row in session.execute(RECIPIENTS)]
