"""What is kept of somebody's addresses: as long as he may be written to, and no longer."""

from __future__ import annotations

from datetime import timedelta

from tests.support.kept import standing_world
from tests.support.outgoing import Outgoing
from tests.support.world import World


@standing_world(shown=lambda world: Outgoing(world, "li", "wang"))
def out(_: World) -> None:
    """People and lines, and no campaign."""


def kept(out: Outgoing, name: str) -> list[bool]:
    """Tell whether the phone of a person is still kept, and then of each message to him, oldest first."""
    rows = out.world.rows(
        "SELECT p.phone_cipher IS NOT NULL AS own, array_agg(d.address_cipher IS NOT NULL ORDER BY d.id) AS sent"
        " FROM person p JOIN delivery d ON d.person_id = p.id WHERE p.name = :name GROUP BY p.id",
        name=name,
    )
    return [rows[0]["own"], *rows[0]["sent"]]


def sent_to_both(out: Outgoing) -> None:
    made = out.deliveries(asks=True)
    out.tell("li")
    out.tell("wang")
    made.gather()
    made.send_due()


def test_whoever_left_leaves_no_address_behind_on_messages_either(out: Outgoing) -> None:
    sent_to_both(out)
    out.world.container.people.record_leaving(out.people["li"], by=None)
    assert (kept(out, "li"), kept(out, "wang")) == ([False, False], [True, True])
    statuses = out.world.rows("SELECT status, text <> '' AS said, ask_at IS NULL AS done FROM delivery ORDER BY id")
    assert [row["status"] for row in statuses] == ["accepted", "accepted"], "that it was sent stays"
    assert [row["said"] for row in statuses] == [True, True]
    assert [row["done"] for row in statuses] == [True, False], "nobody asks with an address that is gone"


def test_a_month_after_the_last_post_ended_the_address_goes_and_the_record_says_so(out: Outgoing) -> None:
    sent_to_both(out)
    out.change("INSERT INTO unit (key, kind, level, created_at) VALUES ('u', 'village', 'member', now())")
    out.change(
        "INSERT INTO post (person_id, unit_id, role, title, starts_on, ends_on)"
        " SELECT p.id, (SELECT id FROM unit WHERE key = 'u'), 'liaison', '', '2026-02-01',"
        " CASE p.name WHEN 'li' THEN CAST('2026-03-02' AS date) END FROM person p"
    )
    people = out.world.container.people
    out.world.clock.set(out.world.clock.now() + timedelta(days=30))
    assert people.forget_idle_addresses() == 0
    out.world.clock.set(out.world.clock.now() + timedelta(days=1))
    assert people.forget_idle_addresses() == 1
    assert people.forget_idle_addresses() == 0
    assert (kept(out, "li"), kept(out, "wang")) == ([False, False], [True, True])
    assert out.world.rows("SELECT payload FROM event WHERE kind = 'person.addresses_changed'")[0]["payload"] == {
        "has_phone": False, "has_email": False, "reason": "岗位结束已满30日",
    }  # fmt: skip
    assert out.world.container.ledger.verify().faults == ()


def test_who_never_held_a_post_keeps_the_address_that_was_entered_for_the_first(out: Outgoing) -> None:
    sent_to_both(out)
    out.world.clock.set(out.world.clock.now() + timedelta(days=400))
    assert out.world.container.people.forget_idle_addresses() == 0
