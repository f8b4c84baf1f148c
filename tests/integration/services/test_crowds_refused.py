"""A server that knows nobody, and thousands to be told: each marked once, with a sentence, and no memory fills up.

TRACKER_TEST_CROWD says how many; 60000 take a quarter of an hour.
"""

from __future__ import annotations

import os
from contextlib import closing

import psutil
import pytest

from tests.integration.delivery.test_email import courier
from tests.support.kept import standing_world
from tests.support.outgoing import Outgoing
from tests.support.refusing import refusing_server
from tests.support.world import World
from tracker.persistence.queries.outbox import find_outbox

pytestmark = [pytest.mark.enable_socket, pytest.mark.slow]
MANY = int(os.environ.get("TRACKER_TEST_CROWD", "2000"))
#: What Python and PostgreSQL's driver keep for later, whatever is sent.
ROOM = 40 * 1024 * 1024


@standing_world(shown=lambda world: Outgoing(world, "p0"))
def out(_: World) -> None:
    """People and lines, and no campaign."""


def test_all_whom_the_server_does_not_know_are_marked_once_each_in_flat_memory(out: Outgoing) -> None:
    out.change(
        "INSERT INTO person (name, email_cipher, created_at) SELECT 'm' || n, p.email_cipher, p.created_at"
        " FROM generate_series(2, :many) n CROSS JOIN person p WHERE p.name = 'p0'", many=MANY,
    )  # fmt: skip
    out.change(
        "INSERT INTO told (cause, person_id, message, facts, grave, created_at)"
        " SELECT 'all:1', id, 'trial', '{}', false, :now FROM person", now=out.world.clock.now(),
    )  # fmt: skip
    out.change("ANALYZE person, told")
    memory = psutil.Process()
    used: list[int] = []
    with refusing_server() as port, closing(courier(port, keeps_open=True)) as line:
        made = out.deliveries(channel="email", couriers={"email": line})
        while made.gather():
            pass
        out.change("ANALYZE delivery, delivery_item")
        while made.send_due():
            used.append(memory.memory_info().rss)
    assert used[-1] - used[len(used) // 6] < ROOM
    with out.world.container.reading() as session:
        failed = find_outbox(session, statuses=["failed"], size=5)
    assert failed.total == MANY
    assert {row.reason for row in failed.rows} == {
        "收件人被发信服务器拒绝（550 5.1.1 <p***@example.invalid>: Recipient address rejected: User unknown）"
    }
    assert {row.submissions for row in failed.rows} == {1}
    marked = "SELECT count(*) AS marks, count(DISTINCT person_id) AS people, count(DISTINCT reason) AS sentences"
    assert out.world.rows(f"{marked} FROM contact_trouble WHERE cleared_at IS NULL") == [
        {"marks": MANY, "people": MANY, "sentences": 1}
    ]
    assert out.world.value("SELECT max(times) FROM incident WHERE kind = 'delivery_failed'") == 1
    assert made.next_moment() is None
