"""What providers report: once, late, twice, out of order, forged, and of messages that nobody knows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.kept import standing_world
from tests.support.outgoing import DROPPED, Outgoing, refusal
from tests.support.world import World
from tracker.domain.errors import InvalidInput, NotFound
from tracker.domain.provider_codes import Meaning


@standing_world(shown=lambda world: Outgoing(world, "li", "wang"))
def out(_: World) -> None:
    """People and lines, and no campaign."""


def later(out: Outgoing, **span: float) -> None:
    out.world.clock.set(out.world.clock.now() + timedelta(**span))


def sent(out: Outgoing, message: str = "remind", *, asks: bool = False) -> None:
    out.tell("li", message)
    made = out.deliveries(asks=asks)
    made.gather()
    made.send_due()
    assert out.newest()["status"] == "accepted"


# -- callbacks


def test_a_receipt_makes_an_accepted_message_a_delivered_one(out: Outgoing) -> None:
    sent(out)
    later(out, minutes=3)
    assert out.call_back("queue-1:DELIVRD") == "thanks"
    row = out.newest()
    assert (row["status"], row["code"], row["reason"]) == ("delivered", "DELIVRD", "")
    assert row["delivered_at"] == out.world.clock.real_now()
    assert out.world.value("SELECT how FROM receipt WHERE delivery_id = :id", id=row["id"]) == "callback"


def test_what_arrived_stays_arrived_whatever_comes_later_or_twice(out: Outgoing) -> None:
    sent(out)
    for report in ("DELIVRD", "DELIVRD", "ACCEPTD", "UNDELIV"):
        out.call_back(f"queue-1:{report}")
    assert out.newest()["status"] == "delivered"
    times = {row["code"]: row["times"] for row in out.world.rows("SELECT code, times FROM receipt")}
    assert times == {"DELIVRD": 2, "ACCEPTD": 1, "UNDELIV": 1}


def test_a_loss_that_was_reported_first_gives_way_to_the_arrival(out: Outgoing) -> None:
    sent(out)
    out.call_back("queue-1:UNDELIV")
    assert out.newest()["status"] == "failed"
    assert len(out.incidents("delivery_failed")) == 1
    out.call_back("queue-1:DELIVRD")
    assert out.newest()["status"] == "delivered"
    assert out.incidents("delivery_failed") == []


def test_a_receipt_that_comes_before_the_answer_to_the_sending_is_kept_and_counts(out: Outgoing) -> None:
    out.tell("li")
    made = out.deliveries()
    made.gather()
    out.courier.on_send = lambda: out.call_back("queue-1:DELIVRD") and None
    made.send_due()
    assert out.newest()["status"] == "delivered"
    assert out.world.value("SELECT delivery_id FROM receipt") == out.newest()["id"]


def test_a_receipt_of_an_unknown_message_is_answered_and_noted(out: Outgoing) -> None:
    assert out.call_back("nobody-1:DELIVRD") == "thanks"
    assert out.world.rows("SELECT provider_id, delivery_id FROM receipt") == [
        {"provider_id": "nobody-1", "delivery_id": None}
    ]


def test_a_forged_call_is_refused_and_changes_nothing(out: Outgoing) -> None:
    sent(out)
    with pytest.raises(NotFound):
        out.call_back("queue-1:DELIVRD", token="a-token-that-somebody-made")
    out.provider.signed = False
    with pytest.raises(NotFound):
        out.call_back("queue-1:DELIVRD")
    assert out.newest()["status"] == "accepted"
    assert out.world.rows("SELECT 1 FROM receipt") == []


def test_a_call_that_cannot_be_read_changes_nothing(out: Outgoing) -> None:
    sent(out)
    with pytest.raises(InvalidInput):
        out.call_back("queue-1:DELIVRD nonsense")
    assert out.newest()["status"] == "accepted"


def test_the_arrival_of_a_paper_is_in_the_persons_record(out: Outgoing) -> None:
    sent(out, "served")
    out.call_back("queue-1:DELIVRD")
    kinds = out.world.rows("SELECT kind FROM event WHERE kind LIKE 'delivery.%' ORDER BY id")
    assert [row["kind"] for row in kinds] == ["delivery.accepted", "delivery.delivered"]


# -- contacts


def test_a_number_at_which_nobody_is_gets_nothing_more_until_it_is_put_right(out: Outgoing) -> None:
    sent(out)
    out.call_back("queue-1:NOBODY")
    assert out.newest()["status"] == "failed"
    out.tell("li")
    made = out.deliveries()
    made.gather()
    assert made.send_due() == 0
    assert len(out.courier.sent) == 1
    out.change("UPDATE person SET phone_cipher = :phone WHERE name = 'li'",
               phone=out.world.container.cipher.encrypt("13900000000"))  # fmt: skip
    out.tell("li")
    made.gather()
    made.send_due()
    assert out.courier.sent[-1].address == "13900000000"


def test_what_waits_for_a_number_found_dead_meanwhile_is_cancelled_with_that_reason(out: Outgoing) -> None:
    out.tell("li")
    made = out.deliveries(refusal(Meaning.BAD_CONTACT))
    made.gather()
    out.tell("li")
    made.gather()
    made.send_due()
    rows = out.world.rows("SELECT status, reason FROM delivery ORDER BY id")
    assert [row["status"] for row in rows] == ["failed", "cancelled"]
    assert "已查明不通" in rows[1]["reason"]


# -- asking


def test_a_provider_is_asked_after_what_it_accepted_until_it_knows(out: Outgoing) -> None:
    sent(out, asks=True)
    out.provider.answers[:] = ["ACCEPTD", "DELIVRD"]
    receipts = out.receipts()
    assert receipts.ask_due() == 0
    assert receipts.next_moment() == out.world.clock.now() + timedelta(minutes=2)
    later(out, minutes=2)
    assert receipts.ask_due() == 1
    assert out.newest()["status"] == "accepted"
    later(out, minutes=10)
    assert receipts.ask_due() == 1
    assert out.newest()["status"] == "delivered"
    assert receipts.next_moment() is None
    assert out.provider.questions[0].provider_id == "queue-1"


def test_a_reminder_of_unknown_fate_is_looked_for_and_never_sent_again(out: Outgoing) -> None:
    out.tell("li")
    made = out.deliveries(DROPPED, asks=True)
    made.gather()
    made.send_due()
    assert (out.newest()["status"], "正在向服务商查询" in out.newest()["reason"]) == ("unknown", True)
    out.provider.answers[:] = [None, None, None]
    for _ in range(3):
        later(out, minutes=16)
        assert out.receipts().ask_due() == 1
    made.send_due()
    assert (out.newest()["status"], len(out.courier.sent)) == ("unknown", 1)
    assert out.receipts().next_moment() is None


def test_a_message_that_was_taken_after_all_is_found_and_not_sent_again(out: Outgoing) -> None:
    out.tell("li", "served")
    made = out.deliveries(DROPPED, asks=True)
    made.gather()
    made.send_due()
    out.provider.answers[:] = ["ACCEPTD"]
    later(out, minutes=1)
    out.receipts().ask_due()
    row = out.newest()
    assert (row["status"], row["provider_id"], row["ask_at"] is not None) == ("accepted", "late-id", True)
    made.send_due()
    assert len(out.courier.sent) == 1


def test_a_paper_that_the_provider_never_got_is_sent_once_more(out: Outgoing) -> None:
    out.tell("li", "served")
    made = out.deliveries(DROPPED, asks=True)
    made.gather()
    made.send_due()
    out.provider.answers[:] = [None, None, None]
    for _ in range(3):
        later(out, minutes=16)
        out.receipts().ask_due()
    made.send_due()
    assert [message.resent for message in out.courier.sent] == [False, True]
    assert out.newest()["status"] == "accepted"


def test_a_provider_that_does_not_say_is_asked_again_and_the_question_ends_one_day(out: Outgoing) -> None:
    out.tell("li")
    made = out.deliveries(DROPPED, asks=True)
    made.gather()
    made.send_due()
    out.provider.answers[:] = [refusal(Meaning.AWAY)] * 500
    for _ in range(3):
        later(out, minutes=16)
        assert out.receipts().ask_due() == 1
    assert out.receipts().next_moment() is not None
    later(out, days=4)
    out.receipts().ask_due()
    assert out.receipts().next_moment() is None
    assert out.newest()["status"] == "unknown"


def test_a_callback_that_comes_while_we_ask_wins(out: Outgoing) -> None:
    sent(out, asks=True)
    later(out, minutes=2)
    out.provider.answers[:] = [None]
    asked = out.receipts()
    original = out.provider.ask
    out.provider.ask = lambda question: (out.call_back("queue-1:DELIVRD"), original(question))[1]  # type: ignore[method-assign]
    asked.ask_due()
    assert (out.newest()["status"], asked.next_moment()) == ("delivered", None)


def test_a_question_whose_asker_was_killed_is_asked_again(out: Outgoing) -> None:
    sent(out, asks=True)
    later(out, minutes=2)

    def killed(question: object) -> None:
        raise KeyboardInterrupt

    original = out.provider.ask
    out.provider.ask = killed  # type: ignore[method-assign, assignment]
    with pytest.raises(KeyboardInterrupt):
        out.receipts().ask_due()
    assert out.receipts().ask_due() == 0
    out.provider.ask = original  # type: ignore[method-assign]
    out.provider.answers[:] = ["DELIVRD"]
    later(out, minutes=10)
    assert out.receipts().ask_due() == 1
    assert out.newest()["status"] == "delivered"
