"""Events: append to chains, in bulk. Nothing here updates or deletes an event; triggers would refuse it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.chain import GENESIS, EventFacts, commit_to, event_hash
from tracker.persistence.engine import to_json

LOCK_STREAMS = text("""
    WITH wanted AS (SELECT DISTINCT kind, subject_id FROM unnest(CAST(:kinds AS text[]), CAST(:subjects AS bigint[]))
                    AS w(kind, subject_id)),
         made AS (INSERT INTO stream (kind, subject_id, seq, head, sealed_seq)
                  SELECT kind, subject_id, 0, ''::bytea, 0 FROM wanted ORDER BY kind, subject_id
                  ON CONFLICT (kind, subject_id) DO NOTHING)
    SELECT 1""")

READ_STREAMS = text("""
    SELECT s.id, s.kind, s.subject_id, s.seq, s.head FROM stream s
    JOIN (SELECT DISTINCT kind, subject_id FROM unnest(CAST(:kinds AS text[]), CAST(:subjects AS bigint[]))
          AS w(kind, subject_id)) w USING (kind, subject_id)
    ORDER BY s.id FOR UPDATE OF s""")

INSERT_EVENTS = text("""
    INSERT INTO event (stream_id, seq, at, kind, person_id, post_id, payload, commitment, previous, hash)
    SELECT * FROM unnest(CAST(:stream_ids AS bigint[]), CAST(:seqs AS bigint[]), CAST(:ats AS timestamptz[]),
        CAST(:kinds AS text[]), CAST(:persons AS bigint[]), CAST(:posts AS bigint[]), CAST(:payloads AS jsonb[]),
        CAST(:commitments AS bytea[]), CAST(:previous AS bytea[]), CAST(:hashes AS bytea[]))
    RETURNING id, stream_id, seq""")

MOVE_HEADS = text("""
    UPDATE stream s SET seq = h.seq, head = h.head
    FROM unnest(CAST(:stream_ids AS bigint[]), CAST(:seqs AS bigint[]), CAST(:heads AS bytea[])) AS h(id, seq, head)
    WHERE s.id = h.id""")


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to append: to which stream (kind, subject id), when, what; personal fields apart."""

    stream: tuple[str, int]
    at: datetime
    facts: EventFacts
    personal: Mapping[str, Any] | None = None


class EventRepository:
    """The chains. Streams are the last locks of a transaction (DESIGN.md §3.2), taken in order of id."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def append(self, events: Sequence[NewEvent]) -> list[int]:
        """Append events to their chains, in the given order within each stream; return their ids in that order."""
        if not events:
            return []
        heads = self._lock_streams([event.stream for event in events])
        rows: dict[str, list[Any]] = {
            name: []
            for name in ("stream_ids", "seqs", "ats", "kinds", "persons", "posts", "payloads", "commitments", "previous", "hashes")
        }  # fmt: skip
        salts: list[bytes | None] = []
        for event in events:
            salt = secrets.token_bytes(16) if event.personal else None
            salts.append(salt)
            _chain(rows, heads, event, salt)
        ids = {
            (row.stream_id, row.seq): int(row.id) for row in self._session.execute(INSERT_EVENTS, rows)
        }
        moved = list(heads.values())
        self._session.execute(
            MOVE_HEADS,
            {"stream_ids": [h.id for h in moved], "seqs": [h.seq for h in moved], "heads": [h.head for h in moved]},
        )
        placed = [ids[key] for key in zip(rows["stream_ids"], rows["seqs"], strict=True)]
        self._keep_personal(events, placed, salts)
        return placed

    def _lock_streams(self, streams: Sequence[tuple[str, int]]) -> dict[tuple[str, int], _Head]:
        wanted = {"kinds": [kind for kind, _ in streams], "subjects": [subject for _, subject in streams]}
        self._session.execute(LOCK_STREAMS, wanted)
        return {
            (row.kind, row.subject_id): _Head(row.id, row.seq, bytes(row.head) or GENESIS)
            for row in self._session.execute(READ_STREAMS, wanted)
        }

    def _keep_personal(self, events: Sequence[NewEvent], ids: Sequence[int], salts: Sequence[bytes | None]) -> None:
        kept = [
            {"event_id": event_id, "salt": salt, "fields": to_json(event.personal)}
            for event, event_id, salt in zip(events, ids, salts, strict=True)
            if event.personal
        ]
        if kept:
            self._session.execute(
                text("INSERT INTO event_personal (event_id, salt, fields) VALUES (:event_id, :salt, CAST(:fields AS jsonb))"),
                kept,
            )  # fmt: skip


@dataclass(slots=True)
class _Head:
    id: int
    seq: int
    head: bytes


def _chain(
    rows: dict[str, list[Any]], heads: dict[tuple[str, int], _Head], event: NewEvent, salt: bytes | None
) -> None:
    head = heads[event.stream]
    commitment = commit_to(salt, event.personal) if salt and event.personal else None
    seq = head.seq + 1
    kind, subject = event.stream
    hashed = event_hash(
        head.head, stream=f"{kind}:{subject}", seq=seq, at=event.at, facts=event.facts, commitment=commitment
    )
    values = (
        head.id, seq, event.at, event.facts.kind, event.facts.person_id, event.facts.post_id,
        to_json(dict(event.facts.payload)), commitment, head.head, hashed,
    )  # fmt: skip
    for name, value in zip(rows, values, strict=True):
        rows[name].append(value)
    head.seq, head.head = seq, hashed
