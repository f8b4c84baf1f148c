"""The hash chain of events: what goes into a hash, how a personal field is committed to, how a root is made.

Everything is canonical JSON (sorted keys, no spaces, UTF-8) under SHA-256, so that a verifier of one page of
code, in any language, can recompute it from an export.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

GENESIS = b"\x00" * 32


@dataclass(frozen=True, slots=True)
class Written:
    """A payload that is canonical JSON already."""

    text: bytes


@dataclass(frozen=True, slots=True)
class EventFacts:
    """What an event says, before it has its place in a chain. `personal` never enters the payload."""

    kind: str
    payload: Mapping[str, Any] | Written
    person_id: int | None = None
    post_id: int | None = None


def canonical(value: Mapping[str, Any] | Written) -> bytes:
    """Return the canonical JSON bytes of plain values."""
    return value.text if isinstance(value, Written) else _CANONICAL.encode(value).encode()


class Form:
    """Payloads of a batch that differ in one field: all the others are written out once."""

    def __init__(self, payload: Mapping[str, Any], field: str) -> None:
        before = canonical({name: value for name, value in payload.items() if name < field})
        after = canonical({name: value for name, value in payload.items() if name > field})
        self._before = (
            before[:-1] + (b"," if len(before) > len(b"{}") else b"") + _CANONICAL.encode(field).encode() + b":"
        )
        self._after = (b"," if len(after) > len(b"{}") else b"") + after[1:]

    def filled(self, value: object) -> Written:
        """Return the payload with its field."""
        return Written(self._before + _CANONICAL.encode(value).encode() + self._after)


def event_hash(
    previous: bytes, *, stream: str, seq: int, at: datetime, facts: EventFacts, commitment: bytes | None,
    payload: bytes | None = None,
) -> bytes:  # fmt: skip
    """Return the hash of one event.

    `stream` is "task:17"; `at` is rounded to nothing: microseconds in UTC, ISO 8601. `payload` is the canonical
    form of the facts' payload, where the caller has it already: the body is put together around it.
    """
    text = canonical(facts.payload) if payload is None else payload
    before = _before(at, commitment, facts.kind)
    after = f',"person":{_number(facts.person_id)},"post":{_number(facts.post_id)},"seq":{seq},"stream":"{stream}"}}'
    # Keys are sorted, and these three parts follow each other in that order: the body is one canonical object.
    return hashlib.sha256(b"".join((previous, before[:-1], b',"payload":', text, after.encode()))).digest()


def _number(row_id: int | None) -> str:
    return "null" if row_id is None else str(row_id)


@lru_cache(maxsize=64)  # the events of a batch are of one moment and of a few kinds
def _before(at: datetime, commitment: bytes | None, kind: str) -> bytes:
    shown = at.astimezone(UTC).isoformat(timespec="microseconds")
    return canonical({"at": shown, "commitment": commitment.hex() if commitment else None, "kind": kind})


def commit_to(salt: bytes, fields: Mapping[str, Any]) -> bytes:
    """Return the salted commitment to personal fields; with the salt gone it tells nothing about them."""
    return hashlib.sha256(salt + canonical(fields)).digest()


def root_of(previous: bytes, leaves: Iterable[tuple[int, int, bytes]]) -> bytes:
    """Return the root over (stream id, seq, head) leaves, chained to the previous root."""
    digest = hashlib.sha256(previous)
    for stream_id, seq, head in leaves:
        digest.update(f"{stream_id}:{seq}:{head.hex()};".encode())
    return digest.digest()


def _plain(value: object) -> str:
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    raise TypeError(f"{type(value).__name__} cannot enter an event")


#: Made once: `json.dumps` makes an encoder a call, and an event is hashed for every row of a sweep.
_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)
