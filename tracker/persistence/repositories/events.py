"""Events: append to chains, in bulk. Nothing here updates or deletes an event; triggers would refuse it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.chain import GENESIS, EventFacts, canonical, commit_to, event_hash
from tracker.persistence.arrays import as_arrays
from tracker.persistence.engine import to_json

MAKE_STREAMS = text("""
    INSERT INTO stream (kind, subject_id, seq, head, sealed_seq)
    SELECT kind, subject_id, 0, ''::bytea, 0
    FROM unnest(CAST(:kinds AS text[]), CAST(:subjects AS bigint[])) AS w(kind, subject_id) ORDER BY kind, subject_id
    ON CONFLICT (kind, subject_id) DO NOTHING""")

BEGIN_STREAMS = text("""
    INSERT INTO stream (kind, subject_id, seq, head, sealed_seq)
    SELECT kind, subject_id, 1, head, 0
    FROM unnest(CAST(:kinds AS text[]), CAST(:subjects AS bigint[]), CAST(:heads AS bytea[])) AS w(kind, subject_id, head)
    ORDER BY kind, subject_id
    RETURNING id, kind, subject_id""")

READ_STREAMS = text("""
    SELECT s.id, s.kind, s.subject_id, s.seq, s.head
    FROM unnest(CAST(:kinds AS text[]), CAST(:subjects AS bigint[])) AS w(kind, subject_id)
    JOIN stream s USING (kind, subject_id)
    ORDER BY s.id FOR UPDATE OF s""")

INSERT_EVENTS = text("""
    INSERT INTO event (stream_id, seq, at, kind, person_id, post_id, payload, commitment, previous, hash)
    SELECT * FROM unnest(CAST(:stream_ids AS bigint[]), CAST(:seqs AS bigint[]), CAST(:ats AS timestamptz[]),
        CAST(:kinds AS text[]), CAST(:persons AS bigint[]), CAST(:posts AS bigint[]), CAST(:payloads AS jsonb[]),
        CAST(:commitments AS bytea[]), CAST(:previous AS bytea[]), CAST(:hashes AS bytea[]))""")

INSERT_EVENTS_FOR_IDS = text(f"{INSERT_EVENTS.text} RETURNING id, stream_id, seq")

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
        salts = [secrets.token_bytes(16) if event.personal else None for event in events]
        rows = self._chain_on(events, salts)
        found = self._session.execute(INSERT_EVENTS_FOR_IDS, as_arrays(rows)).all()
        ids = {(stream_id, seq): int(event_id) for event_id, stream_id, seq in found}
        placed = [ids[key] for key in zip(rows["stream_ids"], rows["seqs"], strict=True)]
        self._keep_personal(events, placed, salts)
        return placed

    def record(self, events: Sequence[NewEvent]) -> None:
        """Append events without personal fields whose ids nobody needs: a batch's way."""
        if events:
            self._session.execute(INSERT_EVENTS, as_arrays(self._chain_on(events, [None] * len(events))))

    def begin(self, events: Sequence[NewEvent]) -> None:
        """Write the first event of streams that do not exist yet, one each, without personal fields."""
        if not events:
            return
        payloads = [canonical(event.facts.payload) for event in events]
        hashes = [_hash_of(event, GENESIS, 1, None, payload) for event, payload in zip(events, payloads, strict=True)]
        streams: dict[str, list[Any]] = {
            "kinds": [event.stream[0] for event in events], "subjects": [event.stream[1] for event in events],
            "heads": hashes,
        }  # fmt: skip
        found = self._session.execute(BEGIN_STREAMS, as_arrays(streams)).all()
        ids = {(kind, subject): stream_id for stream_id, kind, subject in found}
        rows = _columns()
        for event, payload, hashed in zip(events, payloads, hashes, strict=True):
            _add(rows, (ids[event.stream], 1, event, payload, None, GENESIS, hashed))
        self._session.execute(INSERT_EVENTS, as_arrays(rows))

    def _chain_on(self, events: Sequence[NewEvent], salts: Sequence[bytes | None]) -> dict[str, list[Any]]:
        """Lock the streams, move their heads past the events, and return the events' rows."""
        heads = self._lock_streams({event.stream for event in events})
        rows = _columns()
        for event, salt in zip(events, salts, strict=True):
            head = heads[event.stream]
            commitment = commit_to(salt, event.personal) if salt and event.personal else None
            payload = canonical(event.facts.payload)
            hashed = _hash_of(event, head.head, head.seq + 1, commitment, payload)
            _add(rows, (head.id, head.seq + 1, event, payload, commitment, head.head, hashed))
            head.seq, head.head = head.seq + 1, hashed
        moved = list(heads.values())
        columns: dict[str, list[Any]] = {
            "stream_ids": [h.id for h in moved],
            "seqs": [h.seq for h in moved],
            "heads": [h.head for h in moved],
        }
        self._session.execute(MOVE_HEADS, as_arrays(columns))
        return rows

    def _lock_streams(self, streams: set[tuple[str, int]]) -> dict[tuple[str, int], _Head]:
        heads = self._read_streams(sorted(streams))
        missing = sorted(streams - heads.keys())
        if missing:
            self._session.execute(MAKE_STREAMS, _names(missing))
            heads |= self._read_streams(missing)
        return heads

    def _read_streams(self, streams: Sequence[tuple[str, int]]) -> dict[tuple[str, int], _Head]:
        found = self._session.execute(READ_STREAMS, _names(streams)).all()
        return {
            (kind, subject): _Head(stream_id, seq, bytes(head) or GENESIS)
            for stream_id, kind, subject, seq, head in found
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


def _names(streams: Sequence[tuple[str, int]]) -> dict[str, str]:
    return as_arrays({"kinds": [kind for kind, _ in streams], "subjects": [subject for _, subject in streams]})


def _hash_of(event: NewEvent, previous: bytes, seq: int, commitment: bytes | None, payload: bytes) -> bytes:
    kind, subject = event.stream
    return event_hash(
        previous, stream=f"{kind}:{subject}", seq=seq, at=event.at, facts=event.facts, commitment=commitment,
        payload=payload,
    )  # fmt: skip


#: stream id, seq, event, canonical payload, commitment, previous hash, hash
_Placed = tuple[int, int, NewEvent, bytes, bytes | None, bytes, bytes]


def _columns() -> dict[str, list[Any]]:
    """Return empty columns in the order in which `_add` fills them."""
    names = ("stream_ids", "seqs", "ats", "kinds", "persons", "posts", "payloads", "commitments", "previous", "hashes")
    return {name: [] for name in names}


def _add(rows: dict[str, list[Any]], placed: _Placed) -> None:
    stream_id, seq, event, payload, commitment, previous, hashed = placed
    values = (
        stream_id, seq, event.at, event.facts.kind, event.facts.person_id, event.facts.post_id,
        payload.decode(), commitment, previous, hashed,
    )  # fmt: skip
    for column, value in zip(rows.values(), values, strict=True):
        column.append(value)
