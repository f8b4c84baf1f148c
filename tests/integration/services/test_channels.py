"""Channels as all workers share them: paces, rests, codes; an outage fills the outbox and drains in order."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from tests.support.kept import standing_world
from tests.support.outgoing import Outgoing, ScriptedCourier, refusal
from tests.support.world import World
from tracker.domain.channels import Channels, Pace, SmsChannel, SmsFile
from tracker.domain.delivery_states import STOP_PAUSE, UNTIL_RESUMED
from tracker.domain.provider_codes import Meaning
from tracker.domain.sms_texts import SmsWording

MINUTE = timedelta(minutes=1)


def sms(pace: Pace | None = None, wording: SmsWording | None = None) -> Channels:
    return Channels(sms=SmsChannel("test", SmsFile("x"), wording or SmsWording(), pace))


@standing_world(shown=lambda world: Outgoing(world, *(f"p{n}" for n in range(6))))
def out(_: World) -> None:
    """People and lines, and no campaign."""


def later(out: Outgoing, span: timedelta) -> None:
    out.world.clock.set(out.world.clock.now() + span)


def everybody_told(out: Outgoing) -> None:
    for person in out.people:
        out.tell(person)


def test_a_pace_is_shared_by_all_workers_and_the_rest_waits_its_turn(out: Outgoing) -> None:
    everybody_told(out)
    pace = Pace(2, MINUTE)
    one, other = out.deliveries(channels=sms(pace)), out.deliveries(channels=sms(pace))
    one.gather()
    moments = []
    while (upcoming := one.next_moment()) is not None:
        out.world.clock.set(max(out.world.clock.now(), upcoming))
        sent = one.send_due() + other.send_due()
        assert sent == 1
        moments.append(out.world.clock.now())
    assert [b - a for a, b in pairwise(moments)] == [timedelta(seconds=30)] * 5
    assert [message.recipient for message in out.courier.sent] == list(out.people)


def test_a_fast_pace_lets_go_at_once_what_fits_into_a_second(out: Outgoing) -> None:
    everybody_told(out)
    made = out.deliveries(channels=sms(Pace(4, timedelta(seconds=1))))
    made.gather()
    assert made.send_due() == 4
    assert made.next_moment() == out.world.clock.now() + timedelta(seconds=0.25)


def test_what_is_cancelled_takes_no_turn_from_what_is_sent(out: Outgoing) -> None:
    everybody_told(out)
    made = out.deliveries(channels=sms(Pace(1, MINUTE)))
    made.gather()
    out.change("UPDATE person SET left_on = '2026-03-02' WHERE name IN ('p0', 'p1')")
    assert made.send_due() == 3
    assert [message.recipient for message in out.courier.sent] == ["p2"]


def test_a_slow_channel_does_not_hold_up_another(out: Outgoing) -> None:
    everybody_told(out)
    mail = ScriptedCourier()
    made = out.deliveries(channels=sms(Pace(1, timedelta(hours=1))), couriers={"sms": out.courier, "email": mail})
    made.gather()
    made.send_due()
    assert (len(out.courier.sent), len(mail.sent)) == (1, 6)


@pytest.mark.slow
def test_a_provider_down_for_a_day_fills_the_outbox_and_drains_in_order_without_what_no_longer_matters(
    out: Outgoing,
) -> None:
    everybody_told(out)
    made = out.deliveries(*[refusal(Meaning.AWAY)] * 500, channels=sms(Pace(60, MINUTE)))
    made.gather()
    end = out.world.clock.now() + timedelta(days=1)
    while (upcoming := made.next_moment()) is not None and upcoming < end:
        out.world.clock.set(max(out.world.clock.now(), upcoming))
        made.send_due()
    tried = len(out.courier.sent)
    assert 90 < tried < 120  # four an hour, whatever waits
    assert {row["status"] for row in out.world.rows("SELECT status FROM delivery")} == {"gathered"}
    assert len(out.incidents("channel_away")) == 1

    out.change("UPDATE person SET left_on = '2026-03-02' WHERE name = 'p3'")
    out.courier.answers.clear()
    out.world.clock.set(end)
    while (upcoming := made.next_moment()) is not None:
        out.world.clock.set(max(out.world.clock.now(), upcoming))
        made.send_due()
    assert [message.recipient for message in out.courier.sent[tried:]] == ["p0", "p1", "p2", "p4", "p5"]
    assert out.incidents("channel_away") == []
    statuses = [row["status"] for row in out.world.rows("SELECT status FROM delivery ORDER BY id")]
    assert statuses == ["accepted"] * 3 + ["cancelled"] + ["accepted"] * 2


def test_a_code_that_asks_for_an_administrator_stops_the_channel_and_loses_nothing(out: Outgoing) -> None:
    everybody_told(out)
    made = out.deliveries(refusal(Meaning.STOP, "isv.OUT_OF_SERVICE"))
    made.gather()
    assert made.send_due() == 1
    (sentence,) = out.incidents("channel_stopped")
    assert "短信通道已暂停" in sentence
    assert "isv.OUT_OF_SERVICE" in sentence
    later(out, timedelta(hours=1))
    assert made.send_due() == 5
    assert out.incidents("channel_stopped") == []
    later(out, MINUTE)
    made.send_due()
    assert out.newest()["status"] == "accepted"
    # The one that made the provider stop came last, lest a single bad one stop them all again.
    assert [message.recipient for message in out.courier.sent] == ["p0", "p1", "p2", "p3", "p4", "p5", "p0"]


@pytest.mark.parametrize(
    ("graver", "other"),
    [(Meaning.GONE, Meaning.AWAY), (Meaning.GONE, Meaning.STOP), (Meaning.STOP, Meaning.AWAY)],
)
@pytest.mark.parametrize("graver_first", [True, False])
def test_of_two_rests_the_longer_one_holds_whichever_worker_was_first(
    out: Outgoing, graver: Meaning, other: Meaning, graver_first: bool
) -> None:
    everybody_told(out)
    mine, others = (other, graver) if graver_first else (graver, other)
    one, second = out.deliveries(), out.deliveries()
    one.gather()

    def meanwhile() -> None:
        out.courier.on_send = lambda: None
        out.courier.answers = [refusal(others)]
        second.send_due()
        out.courier.answers = [refusal(mine)]

    out.courier.on_send = meanwhile
    one.send_due(limit=3)
    (state,) = out.world.rows("SELECT paused_until, stopped, reason FROM channel_state")
    rests_until = UNTIL_RESUMED if graver is Meaning.GONE else out.world.clock.now() + STOP_PAUSE
    assert state == {"paused_until": rests_until, "stopped": True, "reason": refusal(graver).sentence}
    later(out, MINUTE * 2)
    assert one.send_due() == 0
    assert {row["status"] for row in out.world.rows("SELECT status FROM delivery")} == {"gathered"}
    before = len(out.courier.sent)
    with out.world.container.uows() as uow:
        uow.channels.resume("sms")
        uow.commit()
    later(out, STOP_PAUSE * 2)
    one.send_due()
    assert sorted(message.recipient for message in out.courier.sent[before:]) == sorted(out.people)


def test_a_message_that_went_well_wakes_no_channel_that_was_closed_meanwhile(out: Outgoing) -> None:
    everybody_told(out)
    one, other = out.deliveries(refusal(Meaning.AWAY)), out.deliveries(refusal(Meaning.AWAY))
    one.gather()
    one.send_due()
    later(out, MINUTE)

    def meanwhile() -> None:
        out.courier.on_send = lambda: None
        out.courier.answers = [refusal(Meaning.GONE)]
        other.send_due()

    out.courier.on_send = meanwhile
    assert one.send_due() == 1
    assert len(out.incidents("channel_stopped")) == 1
    assert one.next_moment() == UNTIL_RESUMED


def test_a_limit_of_the_provider_is_waited_out_however_often(out: Outgoing) -> None:
    out.tell("p0")
    made = out.deliveries(*[refusal(Meaning.DELAY)] * 9)
    made.gather()
    for _ in range(9):
        assert made.send_due() == 1
        later(out, timedelta(hours=1))
    made.send_due()
    assert (out.newest()["status"], out.newest()["attempts"], out.newest()["delays"]) == ("accepted", 10, 9)


def test_a_code_that_nobody_listed_is_tried_once_more_and_then_shown(out: Outgoing) -> None:
    out.tell("p0")
    made = out.deliveries(*[refusal(Meaning.UNLISTED, "isv.NEW")] * 3)
    made.gather()
    made.send_due()
    assert out.newest()["status"] == "gathered"
    later(out, timedelta(hours=1))
    made.send_due()
    row = out.newest()
    assert (row["status"], row["code"], len(out.courier.sent)) == ("failed", "isv.NEW", 2)
    assert "isv.NEW" in row["reason"]
    assert len(out.incidents("delivery_failed")) == 1


def test_an_sms_is_worded_signed_and_counted_as_the_file_says(out: Outgoing) -> None:
    out.tell("p0")
    out.tell("p0")
    wording = SmsWording("测试镇", "您有${n}件督办事项，请登录系统办理。", {"n": "total"})
    made = out.deliveries(channels=sms(wording=wording))
    made.gather()
    made.send_due()
    (message,) = out.courier.sent
    assert (message.text, message.values) == ("【测试镇】您有2件督办事项，请登录系统办理。", {"n": "2"})
    assert (out.newest()["text"], out.newest()["segments"]) == (message.text, 1)
