"""Reading the record back: streams in order, for verifying, sealing, auditing and explaining."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

EVENTS = text("""
    SELECT e.id, s.kind AS stream_kind, s.subject_id, e.seq, e.at, e.kind, e.person_id, e.post_id, e.payload,
        e.commitment, e.previous, e.hash
    FROM event e JOIN stream s ON s.id = e.stream_id
    WHERE s.id > :after AND s.id <= :upto AND (CAST(:kind AS text) IS NULL OR s.kind = :kind)
    ORDER BY s.id, e.seq""")

OF_STREAM = text("""
    SELECT e.id, s.kind AS stream_kind, s.subject_id, e.seq, e.at, e.kind, e.person_id, e.post_id, e.payload,
        e.commitment, e.previous, e.hash
    FROM event e JOIN stream s ON s.id = e.stream_id
    WHERE s.kind = :kind AND s.subject_id = :subject ORDER BY e.seq""")

GROWN = text("SELECT id, seq, head FROM stream WHERE seq > sealed_seq ORDER BY id LIMIT :many FOR UPDATE")


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event as it is stored."""

    id: int
    stream_kind: str
    subject_id: int
    seq: int
    at: datetime
    kind: str
    person_id: int | None
    post_id: int | None
    payload: dict[str, Any]
    commitment: bytes | None
    previous: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class LeafRow:
    """A sealed head, with the event that it should be."""

    seal_id: int
    stream_id: int
    seq: int
    head: bytes
    event_hash: bytes | None


class LedgerRepository:
    """Reads chains and seals; writes seals."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def stream_batches(self, *, size: int = 500, kind: str | None = None) -> Iterator[list[EventRow]]:
        """Yield the events of whole streams, some streams at a time, so that memory stays flat."""
        last = self._session.execute(text("SELECT coalesce(max(id), 0) FROM stream")).scalar_one()
        for after in range(0, last, size):
            found = self._session.execute(EVENTS, {"after": after, "upto": after + size, "kind": kind})
            yield [_event_row(row) for row in found]

    def events_of(self, kind: str, subject: int) -> list[EventRow]:
        """Return one stream's events in order."""
        return [_event_row(row) for row in self._session.execute(OF_STREAM, {"kind": kind, "subject": subject})]

    def heads_that_disagree(self) -> list[str]:
        """Return streams whose head is not their last event."""
        found = self._session.execute(
            text("""
                SELECT s.kind, s.subject_id FROM stream s
                LEFT JOIN event e ON e.stream_id = s.id AND e.seq = s.seq
                WHERE s.seq > 0 AND (e.hash IS NULL OR e.hash <> s.head)""")
        )
        return [f"{row.kind}:{row.subject_id}" for row in found]

    def grown_streams(self, many: int) -> list[tuple[int, int, bytes]]:
        """Lock and return streams that grew since they were sealed."""
        return [(row.id, row.seq, bytes(row.head)) for row in self._session.execute(GROWN, {"many": many})]

    def last_seal(self) -> tuple[int, bytes] | None:
        """Return id and root of the newest seal."""
        row = self._session.execute(text("SELECT id, root FROM seal ORDER BY id DESC LIMIT 1")).one_or_none()
        return (row.id, bytes(row.root)) if row else None

    def add_seal(self, *, at: datetime, root: bytes, previous: bytes, leaves: Sequence[tuple[int, int, bytes]]) -> int:
        """Write a seal over these heads."""
        self._session.execute(text("SELECT pg_advisory_xact_lock(7204914)"))
        seal_id = self._session.execute(
            text("""
                INSERT INTO seal (at, leaves, root, previous) VALUES (:at, :leaves, :root, :previous)
                RETURNING id"""),
            {"at": at, "leaves": len(leaves), "root": root, "previous": previous},
        ).scalar_one()
        columns = {
            "ids": [leaf[0] for leaf in leaves],
            "seqs": [leaf[1] for leaf in leaves],
            "heads": [leaf[2] for leaf in leaves],
        }
        self._session.execute(
            text("""
                INSERT INTO seal_leaf (seal_id, stream_id, seq, head)
                SELECT :seal, r.* FROM unnest(CAST(:ids AS bigint[]), CAST(:seqs AS bigint[]), CAST(:heads AS bytea[])) AS r"""),
            {"seal": seal_id, **columns},
        )
        self._session.execute(
            text("""
                UPDATE stream s SET sealed_seq = r.seq
                FROM unnest(CAST(:ids AS bigint[]), CAST(:seqs AS bigint[])) AS r(id, seq) WHERE s.id = r.id"""),
            {"ids": columns["ids"], "seqs": columns["seqs"]},
        )
        return int(seal_id)

    def lock_sealing(self) -> None:
        """Let one sealer at a time chain the next seal to the last."""
        self._session.execute(text("SELECT pg_advisory_xact_lock(7204914)"))

    def seals(self) -> list[tuple[int, bytes, bytes]]:
        """Return (id, root, previous) of all seals in order."""
        found = self._session.execute(text("SELECT id, root, previous FROM seal ORDER BY id"))
        return [(row.id, bytes(row.root), bytes(row.previous)) for row in found]

    def leaves_of(self, seal_id: int) -> list[LeafRow]:
        """Return the leaves of a seal, each beside the event that it sealed."""
        found = self._session.execute(
            text("""
                SELECT l.seal_id, l.stream_id, l.seq, l.head, e.hash FROM seal_leaf l
                LEFT JOIN event e ON e.stream_id = l.stream_id AND e.seq = l.seq
                WHERE l.seal_id = :seal ORDER BY l.stream_id"""),
            {"seal": seal_id},
        )
        return [
            LeafRow(r.seal_id, r.stream_id, r.seq, bytes(r.head), bytes(r.hash) if r.hash is not None else None)
            for r in found
        ]

    def firings(self) -> set[tuple[int, str, int, int]]:
        """Return every firing as (task id, clock name, occurrence, rung)."""
        found = self._session.execute(
            text("SELECT f.task_id, c.name, f.occurrence, f.rung FROM firing f JOIN clock c ON c.id = f.clock_id")
        )
        return {(r.task_id, r.name, r.occurrence, r.rung) for r in found}


def _event_row(row: Any) -> EventRow:
    return EventRow(
        row.id, row.stream_kind, row.subject_id, row.seq, row.at, row.kind, row.person_id, row.post_id, row.payload,
        bytes(row.commitment) if row.commitment is not None else None, bytes(row.previous), bytes(row.hash),
    )  # fmt: skip
