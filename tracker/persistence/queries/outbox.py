"""Deliveries as the screens show them: what each person got or would have got, what waits and why, the proof of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.channels import channel_title
from tracker.domain.delivery_states import STATUS_TITLES, UNTIL_RESUMED
from tracker.domain.messages import KINDS
from tracker.domain.permissions import Viewer
from tracker.domain.values import Role
from tracker.persistence.queries.paging import Page, fetch_page
from tracker.persistence.queries.visibility import OFFICE_SEES, scope

#: Those that somebody should look at: not out yet, or out and not arrived.
ATTENTION = ("gathered", "submitting", "failed", "unknown")
SEEING = frozenset({Role.OFFICE})

# A person with posts at several units is shown with the first, which is enough to tell two of one name apart.
_PERSON = """
    LEFT JOIN person p ON p.id = d.person_id
    LEFT JOIN LATERAL (
        SELECT un.name AS unit_name, o.role FROM post o
        JOIN unit_name un ON un.unit_id = o.unit_id AND un.valid_to IS NULL
        WHERE o.person_id = d.person_id ORDER BY o.id LIMIT 1) w ON true"""
_COLUMNS = """d.id, d.ref, d.person_id, coalesce(p.name, d.receiver) AS recipient, w.unit_name, w.role, d.channel, d.status, d.grave,
        d.resent, d.attempts - d.put_down AS submissions, d.subject, d.text, d.segments, d.gathered_at, d.next_try_at, d.submitted_at,
        d.accepted_at, d.delivered_at, d.ended_at, d.reason, d.code, d.provider_id, d.held"""

# An office sees what was said for a campaign of its own, and whoever tries a channel out what came of it; the words, only
# when all of a message is such.
_OURS = f"({OFFICE_SEES} OR t.message = 'trial' AND t.person_id = CAST(:me AS bigint))"
_PARTS = f"""
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE i.cancelled_reason IS NULL) AS parts,
            count(i.cancelled_reason) AS cancelled_parts,
            coalesce(bool_or({_OURS}), false) AS partly_ours, coalesce(bool_and({_OURS}), false) AS ours
        FROM delivery_item i JOIN told t ON t.id = i.told_id
        LEFT JOIN campaign c ON c.id = t.campaign_id LEFT JOIN office o ON o.id = c.office_id
        WHERE i.delivery_id = d.id) i"""
_SEEN = "(CAST(:all AS boolean) OR i.partly_ours)"

_SHOWN = f"{_COLUMNS}, i.parts, i.cancelled_parts, CAST(:words AS boolean) OR i.ours AS words"
_ROWS = f"""delivery d {_PERSON} {_PARTS}
    WHERE (CAST(:person AS bigint) IS NULL OR d.person_id = :person)
      AND (CAST(:channel AS text) IS NULL OR split_part(d.channel, ':', 1) = :channel)
      AND (CAST(:statuses AS text[]) IS NULL OR d.status = ANY(CAST(:statuses AS text[])))
      AND (CAST(:sought AS text) IS NULL OR coalesce(p.name, d.receiver) LIKE :sought OR d.ref LIKE :sought)
      AND {_SEEN}"""

OUTBOX = text(f"""
    SELECT {_SHOWN}, count(*) OVER () AS total FROM {_ROWS} ORDER BY d.id DESC LIMIT :limit OFFSET :offset""")
OLDER = text(f"""
    SELECT {_SHOWN} FROM {_ROWS} AND (CAST(:before AS bigint) IS NULL OR d.id < :before) ORDER BY d.id DESC LIMIT :limit""")

ONE = text(f"""
    SELECT {_SHOWN}
    FROM delivery d {_PERSON} {_PARTS} WHERE d.ref = :ref AND {_SEEN}""")

PARTS = text(f"""
    SELECT t.message, t.facts ->> 'title' AS title, t.created_at, t.read_at, i.cancelled_reason, c.title AS campaign,
        k.ref AS task_ref, n.ref AS notice_ref
    FROM delivery_item i JOIN told t ON t.id = i.told_id
    LEFT JOIN campaign c ON c.id = t.campaign_id LEFT JOIN office o ON o.id = c.office_id
    LEFT JOIN notice n ON n.id = t.notice_id LEFT JOIN task k ON k.id = coalesce(t.task_id, n.task_id)
    WHERE i.delivery_id = :delivery AND (CAST(:words AS boolean) OR {_OURS})
    ORDER BY t.id""")

RECEIPTS = text("""
    SELECT code, sentence, how, times, reported_at, received_at FROM receipt WHERE delivery_id = :delivery ORDER BY id""")

RECIPIENTS = text("""
    SELECT p.id AS person_id, p.name, count(*) AS deliveries
    FROM delivery d JOIN person p ON p.id = d.person_id
    GROUP BY p.id, p.name ORDER BY p.name, p.id""")

STATES = text("""
    SELECT c.channel, w.waiting, s.next_slot_at, s.paused_until, coalesce(s.stopped, false) AS stopped,
        coalesce(s.reason, '') AS reason
    FROM (
        SELECT channel, min(place) AS place FROM (
            SELECT channel, place FROM unnest(CAST(:channels AS text[])) WITH ORDINALITY AS c(channel, place)
            UNION ALL SELECT DISTINCT d.channel, 1000 FROM delivery d
            WHERE CAST(:others AS boolean) AND d.status = 'gathered') a
        GROUP BY channel) c
    LEFT JOIN channel_state s USING (channel)
    CROSS JOIN LATERAL (SELECT count(*) AS waiting FROM delivery d
        WHERE d.channel = c.channel AND d.status = 'gathered') w
    ORDER BY c.place, c.channel""")


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One delivery. `submitted_at`, `accepted_at`, `delivered_at`, `ended_at` are real time, `gathered_at` the sample's.

    submissions   how often it was handed over; a try that was put down before its turn is none
    words         the viewer may read subject and text
    """

    id: int
    ref: str
    person_id: int | None
    recipient: str
    unit_name: str | None
    role: str | None
    channel: str
    status: str
    grave: bool
    resent: bool
    submissions: int
    subject: str
    text: str
    segments: int | None
    gathered_at: datetime
    next_try_at: datetime | None
    submitted_at: datetime | None
    accepted_at: datetime | None
    delivered_at: datetime | None
    ended_at: datetime | None
    reason: str
    code: str
    provider_id: str
    held: bool
    parts: int
    cancelled_parts: int
    words: bool

    @property
    def status_title(self) -> str:
        """Return the status as the screen shows it."""
        return STATUS_TITLES[self.status]

    @property
    def channel_title(self) -> str:
        """Return the channel as the screen shows it."""
        return channel_title(self.channel)


@dataclass(frozen=True, slots=True)
class PartRow:
    """One told thing that a delivery carries or carried."""

    message: str
    title: str | None
    created_at: datetime
    read_at: datetime | None
    cancelled_reason: str | None
    campaign: str | None
    task_ref: str | None
    notice_ref: str | None

    @property
    def kind_title(self) -> str:
        """Return what kind of message it is."""
        return KINDS[self.message].title


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """What the provider reported."""

    code: str
    sentence: str
    how: str
    times: int
    reported_at: datetime | None
    received_at: datetime


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """One delivery with all that is known of it."""

    row: OutboxRow
    parts: Sequence[PartRow]
    receipts: Sequence[ReceiptRow]


@dataclass(frozen=True, slots=True)
class ChannelNow:
    """One channel: what waits on it, and whether it rests."""

    channel: str
    waiting: int
    next_slot_at: datetime | None
    paused_until: datetime | None
    stopped: bool
    reason: str

    @property
    def title(self) -> str:
        """Return the channel as the screen shows it."""
        return channel_title(self.channel)

    @property
    def ends_by_itself(self) -> bool:
        """Tell whether its rest has an end without somebody's doing."""
        return self.paused_until is None or self.paused_until < UNTIL_RESUMED

    def rests(self, now: datetime) -> bool:
        """Tell whether nothing goes out on it now."""
        return self.paused_until is not None and self.paused_until > now


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person to filter the page by."""

    person_id: int
    name: str
    deliveries: int


def find_outbox(
    session: Session,
    viewer: Viewer | None = None,
    *,
    person_id: int | None = None,
    channel: str | None = None,
    statuses: Sequence[str] | None = None,
    sought: str | None = None,
    page: int = 1,
    size: int = 30,
) -> Page[OutboxRow]:
    """Return deliveries that the viewer may see, newest first; without a viewer all, words and all (sample, operator)."""
    given = {
        "person": person_id, "channel": channel, "statuses": None if statuses is None else list(statuses),
        "sought": f"%{sought}%" if sought else None, **_cut(viewer),
    }  # fmt: skip
    return fetch_page(session, OUTBOX, OutboxRow, number=page, size=size, given=given)


def find_outbox_before(
    session: Session, *, before: int | None, channel: str | None, statuses: Sequence[str] | None, size: int
) -> list[OutboxRow]:
    """Return the newest `size` deliveries under ids smaller than `before`, for the operator: all, words and all."""
    given = {
        "person": None, "channel": channel, "statuses": None if statuses is None else list(statuses), "sought": None,
        "before": before, "limit": size, **_cut(None),
    }  # fmt: skip
    return [OutboxRow(**row) for row in session.execute(OLDER, given).mappings()]


def get_outbox_item(session: Session, viewer: Viewer | None, ref: str) -> OutboxItem | None:
    """Return one delivery with its parts and receipts; None when the viewer may not see it."""
    cut = _cut(viewer)
    row = session.execute(ONE, {"ref": ref, **cut}).mappings().one_or_none()
    if row is None:
        return None
    parts = session.execute(PARTS, {"delivery": row["id"], **cut})
    receipts = session.execute(RECEIPTS, {"delivery": row["id"]})
    return OutboxItem(OutboxRow(**row), [PartRow(*part) for part in parts], [ReceiptRow(*one) for one in receipts])


def find_recipients(session: Session) -> list[Recipient]:
    """Return everybody who has a delivery, by name."""
    return [Recipient(*row) for row in session.execute(RECIPIENTS)]


def find_channels(session: Session, channels: Sequence[str], *, others: bool = False) -> list[ChannelNow]:
    """Return how these channels stand; with `others` also those on which something waits though nobody set them up."""
    return [ChannelNow(*row) for row in session.execute(STATES, {"channels": list(channels), "others": others})]


def _cut(viewer: Viewer | None) -> dict[str, Any]:
    """Return what cuts the rows and the words: the system administrator sees every row, and no words."""
    if viewer is None:
        nobody: dict[str, Any] = {"office_units": [], "office_campaigns": []}
        return {"all": True, "words": True, "me": None, **nobody}
    cut = scope(viewer, office_roles=SEEING)
    return {**cut, "all": Role.SYSTEM_ADMIN in viewer.roles(), "words": False, "me": viewer.person_id}
