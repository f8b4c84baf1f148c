"""Messages go out in rounds: one commit says that a few go, and each outcome is written before the next one leaves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.support import senders
from tests.support.kept import standing_world
from tests.support.outgoing import DROPPED, Outgoing, refusal
from tests.support.world import World
from tracker.delivery.render import TemplateRenderer
from tracker.domain.provider_codes import Meaning
from tracker.persistence.queries.outbox import find_outbox


def five_told(world: World) -> Outgoing:
    out = Outgoing(world, *(f"p{n}" for n in range(5)))
    for person in out.people:
        out.tell(person)
    world.container.deliveries.gather()
    return out


@standing_world(shown=five_told)
def out(_: World) -> None:
    """Five messages, gathered, and no campaign."""


def rows(out: Outgoing) -> list[tuple[str, int, int]]:
    """Return (status, tries, those that do not count) of every message."""
    found = out.world.rows("SELECT status, attempts, delays FROM delivery ORDER BY id")
    return [(row["status"], row["attempts"], row["delays"]) for row in found]


def recipients(out: Outgoing) -> list[str]:
    return [message.recipient for message in out.courier.sent]


def killed_while_sending(out: Outgoing) -> None:
    """Let a sender take a round up, and kill it while the first of it is under way."""
    child = senders.start("send", out.world.database_url, out.world.clock.now())
    senders.go(child)
    assert senders.heard(child) == "sending"
    child.kill()
    senders.close(child)


@pytest.mark.slow
def test_what_did_not_leave_with_a_killed_sender_waits_again_and_what_may_have_is_shown_as_unknown(
    out: Outgoing,
) -> None:
    killed_while_sending(out)
    assert rows(out) == [("submitting", 1, 0)] * 5
    made = out.deliveries(channel="email")
    assert made.send_due() == 0
    out.world.clock.set(out.world.clock.now() + timedelta(minutes=2))
    made.send_due()
    assert rows(out) == [("unknown", 1, 0)] + [("accepted", 2, 1)] * 4
    assert recipients(out) == ["p1", "p2", "p3", "p4"]
    assert out.world.value("SELECT count(*) FROM sending_round") == 0


@pytest.mark.slow
def test_after_a_crash_of_the_database_nothing_is_known_of_a_round_and_nothing_of_it_is_sent_again(
    out: Outgoing,
) -> None:
    killed_while_sending(out)
    # A database that comes back from a crash has emptied its unlogged tables.
    assert out.world.value("SELECT relpersistence FROM pg_class WHERE relname = 'sending_round'") == "u"
    out.change("TRUNCATE sending_round")
    made = out.deliveries(channel="email")
    out.world.clock.set(out.world.clock.now() + timedelta(minutes=2))
    made.send_due()
    assert rows(out) == [("unknown", 1, 0)] * 5
    assert out.courier.sent == []


def test_what_waited_long_behind_a_slow_one_is_looked_at_again(out: Outgoing) -> None:
    made = out.deliveries(channel="email")

    def slow() -> None:
        out.courier.on_send = lambda: None
        out.world.clock.set(out.world.clock.now() + timedelta(seconds=6))
        out.change("UPDATE person SET left_on = '2026-03-02' WHERE name = 'p3'")

    out.courier.on_send = slow
    made.send_due()
    assert recipients(out) == ["p0", "p1", "p2", "p4"]
    assert [status for status, _, _ in rows(out)] == ["accepted"] * 3 + ["cancelled", "accepted"]


class SlowWriter(TemplateRenderer):
    """Takes its time over mails."""

    def __init__(self, pause: Callable[[], None]) -> None:
        super().__init__()
        self.pause = pause

    def email(self, **given: Any) -> tuple[str, str, str]:
        """Pause, then write."""
        self.pause()
        return super().email(**given)


def test_a_round_that_took_long_to_be_written_is_looked_at_again_before_any_of_it_goes(out: Outgoing) -> None:
    def once() -> None:
        writer.pause = lambda: None
        out.world.clock.set(out.world.clock.now() + timedelta(seconds=6))
        out.change("UPDATE person SET left_on = '2026-03-02' WHERE name = 'p0'")

    writer = SlowWriter(once)
    out.deliveries(channel="email", renderer=writer).send_due()
    assert recipients(out) == ["p1", "p2", "p3", "p4"]
    assert [status for status, _, _ in rows(out)] == ["cancelled"] + ["accepted"] * 4


def test_where_every_look_takes_too_long_each_message_goes_once_all_the_same(out: Outgoing) -> None:
    writer = SlowWriter(lambda: out.world.clock.set(out.world.clock.now() + timedelta(seconds=6)))
    made = out.deliveries(channel="email", renderer=writer)
    while made.send_due():
        pass
    assert recipients(out) == ["p0", "p1", "p2", "p3", "p4"]
    assert {status for status, _, _ in rows(out)} == {"accepted"}


def test_what_goes_after_looks_of_minutes_is_taken_for_stuck_by_nobody(out: Outgoing) -> None:
    writer = SlowWriter(lambda: out.world.clock.set(out.world.clock.now() + timedelta(minutes=3)))
    made, other = out.deliveries(channel="email", renderer=writer), out.deliveries(channel="email")
    stuck: list[int] = []
    out.courier.on_send = lambda: stuck.append(other.resolve_stuck())
    made.send_due(limit=1)
    assert (recipients(out), stuck) == (["p0"], [0])


def test_what_was_put_down_before_its_turn_counts_as_neither_tried_nor_sent(out: Outgoing) -> None:
    began = out.world.clock.real_now()
    first, second = refusal(Meaning.RETRY), refusal(Meaning.AWAY)
    out.deliveries(first, channel="email").send_due(limit=1)  # p0 is busy, and is tried again in a minute
    out.world.clock.set(out.world.clock.now() + timedelta(minutes=2))
    out.deliveries(second, channel="email").send_due()  # p1 finds the server away; all behind it are put down
    with out.world.container.reading() as session:
        found = {row.recipient: row for row in find_outbox(session).rows}
    assert {name: (row.submissions, row.submitted_at) for name, row in found.items()} == {
        "p0": (1, began), "p1": (1, out.world.clock.real_now()), "p2": (0, None), "p3": (0, None), "p4": (0, None),
    }  # fmt: skip
    midnight = began - timedelta(hours=9)
    with out.world.container.uows() as uow:
        sent = [uow.deliveries.sent_since(out.people[name], "email", midnight) for name in ("p0", "p1", "p2")]
    assert sent == [1, 1, 0]


def test_a_mail_of_unknown_fate_holds_up_none_of_its_round(out: Outgoing) -> None:
    made = out.deliveries(None, DROPPED, channel="email")
    assert made.send_due() == 5
    assert [status for status, _, _ in rows(out)] == ["accepted", "unknown", "accepted", "accepted", "accepted"]


def test_somebody_with_two_messages_gets_them_in_two_rounds(out: Outgoing) -> None:
    out.tell("p0")
    out.world.container.deliveries.gather()
    made = out.deliveries(channel="email")
    seen: list[int] = []
    out.courier.on_send = lambda: seen.append(
        out.world.value("SELECT count(*) FROM delivery WHERE status = 'submitting'")
    )
    assert made.send_due() == 6
    assert recipients(out) == ["p0", "p1", "p2", "p3", "p4", "p0"]
    assert seen == [5, 4, 3, 2, 1, 1]


def test_a_limit_is_kept_within_a_round(out: Outgoing) -> None:
    made = out.deliveries(channel="email")
    assert made.send_due(limit=3) == 3
    assert recipients(out) == ["p0", "p1", "p2"]
    assert rows(out)[3:] == [("gathered", 0, 0)] * 2


def test_a_sender_that_wakes_after_its_round_was_given_to_another_touches_nothing(out: Outgoing) -> None:
    made, other = out.deliveries(channel="email"), out.deliveries(channel="email")

    def asleep() -> None:
        out.courier.on_send = lambda: None
        out.world.clock.set(out.world.clock.now() + timedelta(minutes=3))
        other.send_due()

    out.courier.on_send = asleep
    made.send_due()
    assert recipients(out) == ["p0", "p1", "p2", "p3", "p4"]
    # The late word on the first corrects that it was unknown.
    assert [status for status, _, _ in rows(out)] == ["accepted"] * 5
