"""People are left in peace: what is told meanwhile joins one message, and papers break through where they may."""

from __future__ import annotations

from datetime import time, timedelta

from tests.support.kept import standing_world
from tests.support.outgoing import Outgoing
from tests.support.world import World, morning
from tracker.domain.channels import Channels, Courtesy
from tracker.services.deliveries import DeliveryService

NIGHT = Channels(courtesy=Courtesy(frozenset({"sms"}), time(21), time(8)))
FEW = Channels(courtesy=Courtesy(daily_ceiling={"sms": 2}))


@standing_world(at="22:00", shown=lambda world: Outgoing(world, "li", "wang"))
def out(_: World) -> None:
    """People and lines, and no campaign."""


def work(made: DeliveryService) -> int:
    made.gather()
    return made.send_due()


def test_a_night_of_news_is_one_message_in_the_morning(out: Outgoing) -> None:
    made = out.deliveries(channels=NIGHT)
    for _ in range(3):
        out.tell("li")
        work(made)
        out.world.clock.set(out.world.clock.now() + timedelta(hours=1))
    assert out.courier.sent == []
    row = out.newest()
    assert (row["status"], row["reason"]) == ("gathered", "免打扰时段，过后发出")
    assert made.next_moment() == morning("2026-03-03", "08:00")
    out.world.clock.set(morning("2026-03-03", "08:00"))
    assert work(made) == 1
    (message,) = out.courier.sent
    assert "有3件督办事项" in message.text
    assert out.world.value("SELECT count(*) FROM delivery") == 1


def test_what_was_finished_over_night_is_not_said_in_the_morning(out: Outgoing) -> None:
    made = out.deliveries(channels=NIGHT)
    out.tell("li")
    work(made)
    out.change("UPDATE person SET left_on = '2026-03-03' WHERE name = 'li'")
    out.world.clock.set(morning("2026-03-03", "08:00"))
    work(made)
    assert (out.courier.sent, out.newest()["status"]) == ([], "cancelled")


def test_another_channel_is_not_held_up(out: Outgoing) -> None:
    made = out.deliveries(channels=NIGHT, channel="email")
    out.tell("li")
    assert work(made) == 1
    assert len(out.courier.sent) == 1


def test_a_paper_waits_for_the_morning_unless_its_campaign_says_otherwise(out: Outgoing) -> None:
    made = out.deliveries(channels=NIGHT)
    out.tell("li")
    out.tell("li", "served")
    work(made)
    assert out.courier.sent == []
    campaign = out.campaign({"papers_at_any_hour": True})
    out.tell("li", "served", campaign_id=campaign)
    work(made)
    (message,) = out.courier.sent
    assert "有3件督办事项" in message.text  # what waited goes with it


def test_the_ceiling_of_a_day_holds_back_and_gathers_the_rest(out: Outgoing) -> None:
    out.world.clock.set(morning("2026-03-03", "09:00"))
    made = out.deliveries(channels=FEW)
    for _ in range(5):
        out.tell("li")
        work(made)
    out.tell("wang")
    work(made)
    assert [message.recipient for message in out.courier.sent] == ["li", "li", "wang"]
    held = out.world.rows("SELECT reason FROM delivery WHERE status = 'gathered'")
    assert [row["reason"] for row in held] == ["本人今天已收到2条，明天合并发出"]
    out.world.clock.set(morning("2026-03-04", "08:00"))
    work(made)
    assert "有3件督办事项" in out.courier.sent[-1].text
