"""The body under an event's hash is one canonical JSON object, so that any verifier can rebuild it from an export."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest

from tracker.domain.chain import GENESIS, EventFacts, Form, canonical, event_hash

AT = datetime(2026, 3, 20, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize("commitment", [None, b"\x01\x02"])
@pytest.mark.parametrize("payload", [{}, {"z": 1, "a": {"c": None, "b": "“引号”\\"}}, {"on": AT.date()}])
def test_the_hash_is_of_the_previous_one_and_the_canonical_object(
    payload: dict[str, object], commitment: bytes | None
) -> None:
    facts = EventFacts("task.moved", payload, person_id=3, post_id=None)
    body = canonical({
        "stream": "task:17", "seq": 2, "at": "2026-03-20T01:10:00.000000+00:00", "kind": "task.moved", "person": 3,
        "post": None, "payload": payload, "commitment": commitment.hex() if commitment else None,
    })  # fmt: skip
    found = event_hash(GENESIS, stream="task:17", seq=2, at=AT, facts=facts, commitment=commitment)
    assert found == hashlib.sha256(GENESIS + body).digest()
    text = canonical(payload)
    again = event_hash(GENESIS, stream="task:17", seq=2, at=AT, facts=facts, commitment=commitment, payload=text)
    assert again == found


@pytest.mark.parametrize("field", ["a", "m", "z", "“"])
@pytest.mark.parametrize("others", [{}, {"b": 1}, {"b": 1, "y": {"m": None}}])
@pytest.mark.parametrize("value", [None, "DC-2026-0042", '"m":null', ["李"], 7])
def test_a_form_filled_is_the_canonical_payload(others: dict[str, object], field: str, value: object) -> None:
    assert canonical(Form(others, field).filled(value)) == canonical({**others, field: value})
