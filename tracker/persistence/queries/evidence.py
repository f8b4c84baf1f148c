"""What proves the life of a paper: whole chains as they were hashed, receipts of its messages, the seal over its record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.evidence import ChainedEvent

CHAINS = text("""
    SELECT s.kind || ':' || s.subject_id AS stream, e.seq, e.at, e.kind, e.person_id, e.post_id, e.payload, e.commitment,
        e.previous, e.hash, h.name, p.title, p.role, un.name AS unit_name
    FROM unnest(CAST(:kinds AS text[]), CAST(:subjects AS bigint[])) AS w(kind, subject_id)
    JOIN stream s USING (kind, subject_id) JOIN event e ON e.stream_id = s.id
    LEFT JOIN person h ON h.id = e.person_id LEFT JOIN post p ON p.id = e.post_id
    LEFT JOIN unit_name un ON un.unit_id = p.unit_id AND un.valid_to IS NULL
    ORDER BY s.id, e.seq""")

#: Findings about these tasks whose paper is out: what a unit may know of them.
KNOWN_FINDINGS = text("""
    SELECT f.ref FROM finding f JOIN notice_item i ON i.finding_id = f.id JOIN notice n ON n.id = i.notice_id
    WHERE f.task_id = ANY(CAST(:tasks AS bigint[])) AND n.issued_at IS NOT NULL
      AND (i.struck_at IS NULL OR i.struck_at > n.issued_at)""")

#: The visits on which these tasks were recorded, or what opened them was.
VISITS = text("""
    SELECT DISTINCT v.id, v.ref FROM task t JOIN visit_stop s ON s.task_id IN (t.id, t.parent_id)
    JOIN visit v ON v.id = s.visit_id WHERE t.id = ANY(CAST(:tasks AS bigint[])) ORDER BY v.id""")

RECEIPTS = text("""
    SELECT d.ref, r.provider_id, r.code, r.meaning, r.sentence, r.how, r.times, r.reported_at, r.received_at
    FROM receipt r JOIN delivery d ON d.id = r.delivery_id WHERE d.ref = ANY(CAST(:refs AS text[])) ORDER BY r.id""")

SEAL = text("""
    SELECT z.id, z.at, z.root, z.previous FROM stream s JOIN seal_leaf l ON l.stream_id = s.id
    JOIN seal z ON z.id = l.seal_id WHERE s.kind = 'notice' AND s.subject_id = :notice ORDER BY z.id DESC LIMIT 1""")

LEAVES = text("""
    SELECT l.stream_id, l.seq, l.head, s.kind || ':' || s.subject_id AS stream
    FROM seal_leaf l JOIN stream s ON s.id = l.stream_id WHERE l.seal_id = :seal ORDER BY l.stream_id""")


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """What a provider said of a message."""

    ref: str
    provider_id: str
    code: str
    meaning: str
    sentence: str
    how: str
    times: int
    reported_at: datetime | None
    received_at: datetime


@dataclass(frozen=True, slots=True)
class SealedOver:
    """A seal with all its leaves (stream id, seq, head); `streams` = which of them are the paper's own chains."""

    id: int
    at: datetime
    root: str
    previous: str
    leaves: Sequence[tuple[int, int, str]]
    streams: Mapping[str, int]


def read_chains(session: Session, streams: Iterable[tuple[str, int]]) -> dict[str, list[ChainedEvent]]:
    """Return whole chains by name, such as task:17, each in its order."""
    wanted = list(streams)
    given = {"kinds": [kind for kind, _ in wanted], "subjects": [subject for _, subject in wanted]}
    found: dict[str, list[ChainedEvent]] = {f"{kind}:{subject}": [] for kind, subject in wanted}
    for row in session.execute(CHAINS, given):
        found[row.stream].append(
            ChainedEvent(
                row.seq, row.at, row.kind, row.person_id, row.post_id, row.payload,
                bytes(row.commitment).hex() if row.commitment is not None else None, bytes(row.previous).hex(),
                bytes(row.hash).hex(), row.name or "", row.title or "", row.role or "", row.unit_name or "",
            )
        )  # fmt: skip
    return found


def known_findings(session: Session, task_ids: Iterable[int]) -> frozenset[str]:
    """Return the findings about these tasks that a unit has been told of by a paper."""
    return frozenset(session.execute(KNOWN_FINDINGS, {"tasks": sorted(task_ids)}).scalars())


def visits_behind(session: Session, task_ids: Iterable[int]) -> dict[int, str]:
    """Return the visits on which these tasks were recorded, or what opened them was: row id → number."""
    return {row.id: row.ref for row in session.execute(VISITS, {"tasks": sorted(task_ids)})}


def find_receipts(session: Session, delivery_refs: Iterable[str]) -> list[ReceiptRow]:
    """Return what providers reported of these messages, oldest first."""
    return [ReceiptRow(*row) for row in session.execute(RECEIPTS, {"refs": sorted(delivery_refs)})]


def newest_seal(session: Session, notice_id: int, *, streams: Iterable[str]) -> SealedOver | None:
    """Return the newest seal that covers a paper's record; None while there is none."""
    seal: Any = session.execute(SEAL, {"notice": notice_id}).one_or_none()
    if seal is None:
        return None
    own = frozenset(streams)
    rows = session.execute(LEAVES, {"seal": seal.id}).all()
    return SealedOver(
        seal.id, seal.at, bytes(seal.root).hex(), bytes(seal.previous).hex(),
        [(row.stream_id, row.seq, bytes(row.head).hex()) for row in rows],
        {row.stream: row.stream_id for row in rows if row.stream in own},
    )  # fmt: skip
