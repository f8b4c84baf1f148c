"""The record of one thing, as its streams hold it: who, in which post, when, what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.values import ROLE_TITLES, Role

EVENTS = text("""
    SELECT s.subject_id, e.at, e.kind, e.payload, h.name AS person_name, p.title AS post_title, p.role AS post_role,
        un.name AS post_unit
    FROM stream s JOIN event e ON e.stream_id = s.id
    LEFT JOIN person h ON h.id = e.person_id LEFT JOIN post p ON p.id = e.post_id
    LEFT JOIN unit_name un ON un.unit_id = p.unit_id AND un.valid_to IS NULL
    WHERE s.kind = :kind AND s.subject_id = ANY(CAST(:subjects AS bigint[])) ORDER BY s.id, e.seq""")


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    """One event. The engine's own have no person."""

    at: datetime
    kind: str
    payload: Mapping[str, Any]
    person_name: str | None
    post_title: str | None
    post_role: str | None
    post_unit: str | None

    @property
    def who(self) -> str:
        """Return the unit, post and name of the person who did it; the engine has none."""
        if self.person_name is None:
            return ""
        post = self.post_title or (ROLE_TITLES[Role(self.post_role)] if self.post_role else "")
        return " ".join(part for part in (self.post_unit, post, self.person_name) if part)


def read_history(session: Session, *, kind: str, subject: int) -> tuple[HistoryEvent, ...]:
    """Return the events of one stream, oldest first. Whether the viewer may read them is the caller's question."""
    return read_histories(session, kind=kind, subjects=[subject])[subject]


def read_histories(session: Session, *, kind: str, subjects: Iterable[int]) -> dict[int, tuple[HistoryEvent, ...]]:
    """Return the events of several streams of one kind, by subject."""
    found: dict[int, list[HistoryEvent]] = {subject: [] for subject in subjects}
    for subject, *event in session.execute(EVENTS, {"kind": kind, "subjects": sorted(found)}):
        found[subject].append(HistoryEvent(*event))
    return {subject: tuple(events) for subject, events in found.items()}
