"""Who has which matter in hand, and the views that a person saved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

CLAIMS = text("""
    SELECT q.ref, q.person_id, h.name, q.lapses_at FROM triage_claim q JOIN person h ON h.id = q.person_id
    WHERE q.ref = ANY(CAST(:refs AS text[])) AND q.lapses_at > :now AND q.person_id <> :person""")

CLAIM = text("""
    SELECT q.ref, q.person_id, h.name, q.lapses_at FROM triage_claim q JOIN person h ON h.id = q.person_id
    WHERE q.ref = :ref AND q.lapses_at > :now""")

VIEWS = text("SELECT id, name, place, query, comes_first FROM saved_view WHERE person_id = :person ORDER BY name, id")

#: The lines of a draft, as whoever decides about it reads them.
LINES = text("""
    SELECT i.text, i.struck_at IS NOT NULL AS struck, i.strike_reason, t.ref AS task_ref
    FROM notice n JOIN notice_item i ON i.notice_id = n.id LEFT JOIN task t ON t.id = i.task_id
    WHERE n.ref = :ref ORDER BY i.position, i.id""")

#: The open drafts into which one can go: of the same unit and campaign, as grave or graver, neither standing alone.
MERGEABLE = text("""
    SELECT o.ref, o.kind, o.severity, (SELECT count(*) FROM notice_item i WHERE i.notice_id = o.id AND i.struck_at IS NULL) AS items
    FROM notice n JOIN notice o ON o.unit_id = n.unit_id AND o.campaign_id = n.campaign_id AND o.id <> n.id
        AND o.severity >= n.severity JOIN task t ON t.id = o.task_id
    WHERE n.ref = :ref AND NOT n.alone AND NOT o.alone AND o.content_hash IS NULL AND o.issued_at IS NULL AND NOT t.final
    ORDER BY o.severity, o.id""")


@dataclass(frozen=True, slots=True)
class Claim:
    """A matter that somebody has in hand."""

    ref: str
    person_id: int
    name: str
    lapses_at: datetime


@dataclass(frozen=True, slots=True)
class View:
    """A saved view; `query` are its filters and grouping."""

    id: int
    name: str
    place: str
    query: Mapping[str, Any]
    comes_first: bool


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One line of a draft."""

    text: str
    struck: bool
    strike_reason: str
    task_ref: str | None


@dataclass(frozen=True, slots=True)
class OtherDraft:
    """A draft into which another one can go, with how many lines it has."""

    ref: str
    kind: str
    severity: int
    items: int


def find_claims(session: Session, refs: Iterable[str], *, person_id: int, now: datetime) -> dict[str, Claim]:
    """Return the matters among `refs` that others have in hand; `now` is real time."""
    given = {"refs": sorted(refs), "now": now, "person": person_id}
    return {row["ref"]: Claim(**row) for row in session.execute(CLAIMS, given).mappings()}


def get_claim(session: Session, ref: str, *, now: datetime) -> Claim | None:
    """Return who has a matter in hand, None where nobody has; `now` is real time."""
    row = session.execute(CLAIM, {"ref": ref, "now": now}).mappings().one_or_none()
    return Claim(**row) if row is not None else None


def find_views(session: Session, person_id: int) -> tuple[View, ...]:
    """Return the person's views by name."""
    return tuple(View(**row) for row in session.execute(VIEWS, {"person": person_id}).mappings())


def find_mergeable(session: Session, notice_ref: str) -> tuple[OtherDraft, ...]:
    """Return the drafts into which an open draft can go, the mildest first; who sees one sees the others."""
    return tuple(OtherDraft(**row) for row in session.execute(MERGEABLE, {"ref": notice_ref}).mappings())


def find_lines(session: Session, notice_ref: str) -> tuple[DraftLine, ...]:
    """Return the lines of a draft; who may see it is the caller's to know."""
    return tuple(DraftLine(**row) for row in session.execute(LINES, {"ref": notice_ref}).mappings())
