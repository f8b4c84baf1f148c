"""A person's inbox: every told row is in it, whether or not it went out by mail or SMS as well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.messages import ANSWERED_BY_UNIT, KINDS, SentWhile
from tracker.persistence.queries.paging import Page, fetch_page

#: The number in the header says no more than this.
MOST_COUNTED = 99
#: A person who never reads is not counted through on every page.
LOOKED_THROUGH = 500

# Whether the matter still waits for the person: what was done meanwhile is no news any more, read or not.
_WAITS = """CASE
    WHEN t.message = ANY(CAST(:unit_side AS text[])) THEN NOT coalesce(k.final, false) AND coalesce(k.waits_for, 'unit') = 'unit'
    WHEN t.message = ANY(CAST(:always AS text[])) THEN true
    WHEN t.message = 'raised' THEN EXISTS (SELECT 1 FROM finding g JOIN firing f ON f.id = g.firing_id
        WHERE f.id = CAST(substring(t.cause FROM '^firing:([0-9]+)') AS bigint) AND g.status = 'waiting')
    WHEN t.message = ANY(CAST(:office_side AS text[]))
        THEN NOT coalesce(k.final, false) AND coalesce(k.waits_for, 'office') NOT IN ('unit', 'nobody')
    ELSE NOT coalesce(k.final, false) END"""
_MATTER = """LEFT JOIN notice n ON n.id = t.notice_id LEFT JOIN task k ON k.id = coalesce(t.task_id, n.task_id)"""

COUNT = text(f"""
    SELECT count(*) FROM (
        SELECT 1 FROM (SELECT * FROM told WHERE person_id = :person AND read_at IS NULL
                       ORDER BY id DESC LIMIT {LOOKED_THROUGH}) t {_MATTER}
        WHERE {_WAITS} LIMIT {MOST_COUNTED + 1}) AS unread""")

LIST = text(f"""
    SELECT t.id, t.created_at, t.message, t.facts, t.grave, t.read_at, n.ref AS notice_ref, k.ref AS task_ref,
        c.title AS campaign, {_WAITS} AS waits, count(*) OVER () AS total
    FROM told t {_MATTER} LEFT JOIN campaign c ON c.id = t.campaign_id
    WHERE t.person_id = :person AND (NOT :unread OR (t.read_at IS NULL AND {_WAITS}))
    ORDER BY t.id DESC LIMIT :limit OFFSET :offset""")

ONE = text(f"""
    SELECT n.ref AS notice_ref, k.ref AS task_ref, t.facts ->> 'visit_ref' AS visit_ref FROM told t {_MATTER}
    WHERE t.id = :id AND t.person_id = :person""")


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One told thing. `waits`: the matter still waits for this person, or is news."""

    id: int
    created_at: datetime
    message: str
    facts: Mapping[str, Any]
    grave: bool
    read_at: datetime | None
    notice_ref: str | None
    task_ref: str | None
    campaign: str | None
    waits: bool

    @property
    def title(self) -> str:
        """Return what kind of message it is."""
        return KINDS[self.message].title

    @property
    def leads(self) -> bool:
        """Tell whether it leads to a page of its own."""
        return bool(self.notice_ref or self.task_ref or self.facts.get("visit_ref"))

    @property
    def unread(self) -> bool:
        """Tell whether it counts in the header."""
        return self.read_at is None and self.waits


@dataclass(frozen=True, slots=True)
class Leads:
    """Where a told thing leads to."""

    notice_ref: str | None
    task_ref: str | None
    visit_ref: str | None


def count_unread(session: Session, person_id: int) -> int:
    """Return how many unread things wait for a person; more than MOST_COUNTED is not counted out."""
    return int(session.execute(COUNT, {"person": person_id, **_sides()}).scalar_one())


def find_inbox(session: Session, person_id: int, *, unread: bool, page: int, size: int) -> Page[InboxRow]:
    """Return what a person was told, newest first."""
    given = {"person": person_id, "unread": unread, **_sides()}
    return fetch_page(session, LIST, InboxRow, number=page, size=size, given=given)


def get_leads(session: Session, person_id: int, told_id: int) -> Leads | None:
    """Return where a person's told thing leads; None when it is not theirs."""
    row = session.execute(ONE, {"id": told_id, "person": person_id}).one_or_none()
    return None if row is None else Leads(row.notice_ref, row.task_ref, row.visit_ref)


def _sides() -> dict[str, list[str]]:
    return {
        "unit_side": sorted(ANSWERED_BY_UNIT),
        "always": sorted(key for key, kind in KINDS.items() if kind.sent_while is SentWhile.ALWAYS),
        "office_side": sorted(key for key, kind in KINDS.items() if kind.sent_while is SentWhile.WITH_OFFICE),
    }
