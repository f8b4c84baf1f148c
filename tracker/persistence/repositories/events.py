"""Events: append to chains, in bulk. Nothing here updates or deletes an event; triggers would refuse it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence, Set
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
    SELECT kind, subject_id, seq, head, 0
    FROM unnest(CAST(:kinds AS text[]), CAST(:subjects AS bigint[]), CAST(:seqs AS bigint[]), CAST(:heads AS bytea[]))
        AS w(kind, subject_id, seq, head)
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


#: A stream: (kind, subject id)
Name = tuple[str, int]


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to append: to which stream (kind, subject id), when, what; personal fields apart."""

    stream: Name
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

    def record(self, events: Sequence[NewEvent], *, begun: Set[Name] = frozenset()) -> None:
        """Append events without personal fields whose ids nobody needs: a batch's way.

        `begun` are the streams of what this transaction has made; nobody else can write to them yet.
        """
        if events:
            rows = self._chain_on(events, [None] * len(events), begun)
            self._session.execute(INSERT_EVENTS, as_arrays(rows))

    def begin(self, events: Sequence[NewEvent]) -> None:
        """Write the first events of streams that do not exist yet, without personal fields."""
        self.record(events, begun={event.stream for event in events})

    def _chain_on(
        self, events: Sequence[NewEvent], salts: Sequence[bytes | None], begun: Set[Name] = frozenset()
    ) -> dict[str, Sequence[Any]]:
        """Lock the streams, move their heads past the events, and return the events' rows."""
        streams = {event.stream for event in events}
        there, new = self._lock_streams(streams - begun), {one: _Head(0, 0, GENESIS) for one in streams & begun}
        heads = there | new
        chained: list[_Chained] = []
        for event, salt in zip(events, salts, strict=True):
            head = heads[event.stream]
            commitment = commit_to(salt, event.personal) if salt and event.personal else None
            payload = canonical(event.facts.payload)
            hashed = _hash_of(event, head.head, head.seq + 1, commitment, payload)
            chained.append((head, head.seq + 1, event, payload, commitment, head.head, hashed))
            head.seq, head.head = head.seq + 1, hashed
        self._begin_streams(new)
        self._move_heads(list(there.values()))
        return _columns(chained)

    def _begin_streams(self, new: Mapping[Name, _Head]) -> None:
        if not new:
            return
        columns: dict[str, list[Any]] = {"seqs": [h.seq for h in new.values()], "heads": [h.head for h in new.values()]}
        found = self._session.execute(BEGIN_STREAMS, {**_names(list(new)), **as_arrays(columns)}).all()
        for stream_id, kind, subject in found:
            new[kind, subject].id = stream_id

    def _move_heads(self, moved: Sequence[_Head]) -> None:
        if not moved:
            return
        columns: dict[str, list[Any]] = {
            "stream_ids": [h.id for h in moved],
            "seqs": [h.seq for h in moved],
            "heads": [h.head for h in moved],
        }
        self._session.execute(MOVE_HEADS, as_arrays(columns))

    def _lock_streams(self, streams: Set[Name]) -> dict[Name, _Head]:
        heads = self._read_streams(sorted(streams))
        missing = sorted(streams - heads.keys())
        if missing:
            self._session.execute(MAKE_STREAMS, _names(missing))
            heads |= self._read_streams(missing)
        return heads

    def _read_streams(self, streams: Sequence[Name]) -> dict[Name, _Head]:
        if not streams:
            return {}
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


def _names(streams: Sequence[Name]) -> dict[str, str]:
    return as_arrays({"kinds": [kind for kind, _ in streams], "subjects": [subject for _, subject in streams]})


def _hash_of(event: NewEvent, previous: bytes, seq: int, commitment: bytes | None, payload: bytes) -> bytes:
    kind, subject = event.stream
    return event_hash(
        previous, stream=f"{kind}:{subject}", seq=seq, at=event.at, facts=event.facts, commitment=commitment,
        payload=payload,
    )  # fmt: skip


#: head, seq, event, canonical payload, commitment, previous hash, hash
_Chained = tuple[_Head, int, NewEvent, bytes, bytes | None, bytes, bytes]


def _columns(chained: Sequence[_Chained]) -> dict[str, Sequence[Any]]:
    """Return events, of which there is one at least, as columns in the order of INSERT_EVENTS."""
    heads, seqs, events, payloads, commitments, previous, hashes = zip(*chained, strict=True)
    facts = [event.facts for event in events]
    return {
        "stream_ids": [head.id for head in heads], "seqs": seqs, "ats": [event.at for event in events],
        "kinds": [one.kind for one in facts], "persons": [one.person_id for one in facts],
        "posts": [one.post_id for one in facts], "payloads": [payload.decode() for payload in payloads],
        "commitments": commitments, "previous": previous, "hashes": hashes,
    }  # fmt: skip
