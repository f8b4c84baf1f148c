"""The hash chain: whatever is altered, moved or dropped shows; what is blanked does not break it."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime, timedelta

import pytest

from tracker.domain.chain import GENESIS, EventFacts, canonical, commit_to, event_hash, root_of
from tracker.domain.values import SHANGHAI

AT = datetime(2026, 3, 2, 0, 30, 0, 123456, tzinfo=UTC)
FACTS = EventFacts("task.moved", {"from": "assigned", "to": "surveying", "原因": "签收"}, person_id=7, post_id=9)
SALT = b"s" * 16


def hashed(previous: bytes = GENESIS, **change: object) -> bytes:
    whole = {"stream": "task:17", "seq": 1, "at": AT, "facts": FACTS, "commitment": None} | change
    return event_hash(previous, **whole)


def test_a_verifier_of_a_few_lines_gets_the_same_hash():
    body = json.dumps(
        {
            "stream": "task:17", "seq": 1, "at": "2026-03-02T00:30:00.123456+00:00", "kind": "task.moved", "person": 7,
            "post": 9, "payload": {"from": "assigned", "to": "surveying", "原因": "签收"}, "commitment": None,
        },
        ensure_ascii=False, sort_keys=True, separators=(",", ":"),
    )  # fmt: skip
    assert hashed() == hashlib.sha256(bytes(32) + body.encode()).digest()


@pytest.mark.parametrize(
    "change",
    [
        {"stream": "task:18"},
        {"seq": 2},
        {"at": AT + timedelta(microseconds=1)},
        {"facts": EventFacts("task.moved", {"from": "assigned", "to": "verifying"}, 7, 9)},
        {"facts": EventFacts("task.opened", FACTS.payload, 7, 9)},
        {"facts": EventFacts("task.moved", FACTS.payload, 8, 9)},
        {"facts": EventFacts("task.moved", FACTS.payload, 7, None)},
        {"commitment": commit_to(SALT, {"name": "李明"})},
        {"previous": b"\x01" * 32},
    ],
)
def test_whatever_is_altered_changes_the_hash(change):
    assert hashed(**change) != hashed()


def test_the_zone_in_which_a_moment_is_written_does_not_matter():
    assert hashed(at=AT.astimezone(SHANGHAI)) == hashed()


def test_the_order_of_keys_does_not_matter():
    assert canonical({"b": 1, "a": {"d": 2, "c": 3}}) == b'{"a":{"c":3,"d":2},"b":1}'


def test_dates_are_written_as_iso_and_what_has_no_plain_form_is_refused():
    assert canonical({"on": date(2026, 3, 2)}) == b'{"on":"2026-03-02"}'
    with pytest.raises(TypeError, match="set cannot enter an event"):
        canonical({"x": {1, 2}})


def test_a_commitment_binds_the_fields_and_tells_nothing_without_its_salt():
    bound = commit_to(SALT, {"name": "李明"})
    assert commit_to(SALT, {"name": "李明"}) == bound
    assert commit_to(SALT, {"name": "李敏"}) != bound
    assert commit_to(b"t" * 16, {"name": "李明"}) != bound


def test_a_root_covers_each_leaf_their_order_and_the_root_before():
    leaves = [(1, 4, b"a" * 32), (2, 1, b"b" * 32)]
    root = root_of(GENESIS, leaves)
    assert root_of(GENESIS, iter(leaves)) == root
    assert root_of(GENESIS, leaves[:1]) != root
    assert root_of(GENESIS, leaves[::-1]) != root
    assert root_of(GENESIS, [(1, 5, b"a" * 32), leaves[1]]) != root
    assert root_of(root, leaves) != root
