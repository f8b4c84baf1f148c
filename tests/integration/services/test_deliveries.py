"""From told rows to messages: one for each person, looked at again, and never twice (DESIGN.md §3.4)."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import text

from tests.support import senders
from tests.support.kept import standing_world
from tests.support.outgoing import REMIND, SERVED, ScriptedCourier
from tests.support.racing import held
from tests.support.world import World, morning, small_campaign
from tracker.delivery.render import TemplateRenderer
from tracker.domain.errors import DeliveryFailed
from tracker.persistence.queries.outbox import find_outbox, find_recipients
from tracker.persistence.repositories.told import NewTold
from tracker.services.deliveries import DeliveryService

SURVEY = (
    "{key: s1, ordinal: （一）, title: 摸排, text: 摸排, workflow: survey, units: [各村], due: {by_date: 2026-03-20}}"
)
TEMPORARY = DeliveryFailed("发信服务器忙（451）", permanent=False)
PERMANENT = DeliveryFailed("收件人被发信服务器拒绝（550）", permanent=True)
DROPPED = DeliveryFailed("邮件内容发出后连接中断", permanent=False, unknown=True)
causes = count(1)


@standing_world()
def world(world: World) -> None:
    world.load(small_campaign(measures=[SURVEY]))
    world.engine_works()
    world.mail.sent.clear()


def tell(world: World, person: str, message: str = "remind", **changes: Any) -> int:
    """Write what a deciding transaction would write, and return the row's id."""
    facts = {**(SERVED if message == "served" else REMIND), **changes.pop("facts", {})}
    cause = changes.pop("cause", f"test:{next(causes)}")
    post_id = changes.pop("post_id", None)
    row = NewTold(cause, world.person_ids[person], post_id, message, facts, grave=message == "served", **changes)
    with world.container.uows() as uow:
        uow.told.add([row], now=world.clock.now())
        uow.commit()
    return int(world.value("SELECT max(id) AS id FROM told"))


def change(world: World, statement: str, **values: Any) -> None:
    with world.container.uows() as uow:
        uow.session.execute(text(statement), values)
        uow.commit()


def service(world: World, *answers: DeliveryFailed | None) -> tuple[DeliveryService, ScriptedCourier]:
    courier = ScriptedCourier(answers)
    made = DeliveryService(
        uows=world.container.uows, clock=world.clock, couriers={"email": courier},
        renderer=TemplateRenderer(),
        cipher=world.container.cipher, queue=world.queue, public_url="https://tracker.example",
    )  # fmt: skip
    return made, courier


def newest(world: World) -> dict[str, Any]:
    return world.rows("SELECT * FROM delivery ORDER BY id DESC LIMIT 1")[0]


def wait(world: World, **span: float) -> None:
    world.clock.set(world.clock.now() + timedelta(**span))


def incidents(world: World, kind: str) -> list[str]:
    return [row["sentence"] for row in world.rows("SELECT sentence FROM incident WHERE kind = :kind", kind=kind)]


# -- gathering


def test_a_person_gets_one_message_for_all_that_was_decided(world: World) -> None:
    for title in ("摸排", "宣传", "报送"):
        tell(world, "clerk-east", facts={"title": title})
    tell(world, "clerk-west")
    world.engine_works()
    by_person = {message.recipient: message.text for _, message in world.mail.sent}
    assert len(world.mail.sent) == 2
    assert all(title in by_person["clerk-east"] for title in ("摸排", "宣传", "报送"))


def test_the_same_cause_is_told_once(world: World) -> None:
    tell(world, "clerk-east", cause="firing:0")
    tell(world, "clerk-east", cause="firing:0")
    assert world.value("SELECT count(*) FROM told WHERE cause = 'firing:0'") == 1


def test_messages_wait_while_a_sweep_still_has_due_clocks(world: World) -> None:
    tell(world, "clerk-east")
    change(world, "UPDATE clock SET next_fire_at = :now WHERE next_fire_at IS NOT NULL", now=world.clock.now())
    made, _ = service(world)
    assert made.gather() == 0
    change(world, "UPDATE clock SET next_fire_at = :later WHERE next_fire_at IS NOT NULL",
           later=world.clock.now() + timedelta(days=1))  # fmt: skip
    assert made.gather() == 1


def test_messages_wait_no_longer_than_a_minute_for_a_sweep(world: World) -> None:
    tell(world, "clerk-east")
    change(world, "UPDATE clock SET next_fire_at = :now WHERE next_fire_at IS NOT NULL", now=world.clock.now())
    made, _ = service(world)
    wait(world, seconds=61)
    assert made.gather() == 1


def test_each_channel_with_an_address_gets_its_own_message(world: World) -> None:
    change(world, "UPDATE person SET phone_cipher = :phone WHERE name = 'clerk-east'",
           phone=world.container.cipher.encrypt("13800000000"))  # fmt: skip
    tell(world, "clerk-east")
    sms = ScriptedCourier()
    made = DeliveryService(
        uows=world.container.uows, clock=world.clock, couriers={"email": ScriptedCourier(), "sms": sms},
        renderer=TemplateRenderer(), cipher=world.container.cipher, queue=world.queue, public_url="https://x.example",
    )  # fmt: skip
    made.gather()
    assert made.send_due() == 2
    assert (sms.sent[0].address, sms.sent[0].html) == ("13800000000", None)
    assert world.value("SELECT segments FROM delivery WHERE channel = 'sms'") == 1


def test_a_person_without_an_address_is_reported_and_still_sees_it_on_the_desk(world: World) -> None:
    change(world, "UPDATE person SET email_cipher = NULL WHERE name = 'clerk-east'")
    told = tell(world, "clerk-east")
    world.engine_works()
    assert world.mail.sent == []
    assert incidents(world, "no_address") == ["clerk-east没有登记邮箱，消息发不出去，只显示在本人的工作台上。请补登。"]
    assert world.value("SELECT gathered_at IS NOT NULL FROM told WHERE id = :id", id=told)


def test_without_any_mail_server_one_incident_says_so(world: World) -> None:
    tell(world, "clerk-east")
    tell(world, "clerk-west")
    made = DeliveryService(
        uows=world.container.uows, clock=world.clock, couriers={}, renderer=TemplateRenderer(),
        cipher=world.container.cipher, queue=world.queue, public_url="https://x.example",
    )  # fmt: skip
    made.gather()
    assert len(incidents(world, "no_channel")) == 1
    assert incidents(world, "no_address") == []


def test_a_process_without_a_mail_server_kills_no_message(world: World) -> None:
    tell(world, "clerk-east")
    made, courier = service(world)
    made.gather()
    blind = DeliveryService(
        uows=world.container.uows, clock=world.clock, couriers={}, renderer=TemplateRenderer(),
        cipher=world.container.cipher, queue=world.queue, public_url="https://x.example",
    )  # fmt: skip
    blind.send_due()
    assert (newest(world)["status"], len(incidents(world, "no_channel"))) == ("gathered", 1)
    wait(world, hours=1)
    made.send_due()
    assert len(courier.sent) == 1


def test_a_limit_leaves_the_rest_for_later_and_rings_for_it(world: World) -> None:
    for person in ("clerk-east", "clerk-west", "sup1"):
        tell(world, person)
    made, _ = service(world)
    world.queue.rung.clear()
    assert made.gather(limit=2) == 2
    assert ("deliveries", "tracker.jobs.deliveries.gather_and_send", ()) in world.queue.rung
    assert made.gather(limit=2) == 1


def test_what_was_gathered_once_is_not_gathered_again_with_what_comes_later(world: World) -> None:
    earlier = tell(world, "clerk-east")
    world.container.deliveries.gather()
    later = tell(world, "clerk-east")
    world.container.deliveries.gather()
    carried = world.rows(
        "SELECT delivery_id, array_agg(told_id) AS told FROM delivery_item GROUP BY 1 ORDER BY 1 DESC LIMIT 2"
    )
    assert [row["told"] for row in carried] == [[later], [earlier]]


def test_a_second_gatherer_passes_by_whom_the_first_holds_and_does_not_wait(world: World) -> None:
    tell(world, "clerk-east")
    tell(world, "clerk-west")
    with held(world.database_url, "SELECT 1 FROM person WHERE id = %s FOR UPDATE", world.person_ids["clerk-east"]):
        assert world.container.deliveries.gather() == 1
    assert world.container.deliveries.gather() == 1


@pytest.mark.slow
def test_two_gatherers_at_once_bind_each_told_row_once(world: World) -> None:
    many = 60
    change(world, "INSERT INTO person (name, email_cipher, created_at)"
                  " SELECT 'p' || n, (SELECT email_cipher FROM person WHERE name = 'clerk-east'), now()"
                  " FROM generate_series(1, :many) AS n", many=many)  # fmt: skip
    change(world, "INSERT INTO told (cause, person_id, message, facts, grave, created_at)"
                  " SELECT 'race:' || c, p.id, 'approved', '{}', false, :now"
                  " FROM person p, generate_series(1, 3) AS c"
                  " WHERE p.name LIKE 'p%'", now=world.clock.now())  # fmt: skip
    before = world.value("SELECT count(*) FROM delivery")
    children = [senders.start("gather", world.database_url, world.clock.now()) for _ in range(2)]
    for child in children:
        senders.go(child)
    gathered = [int(senders.heard(child)) for child in children]
    for child in children:
        senders.close(child)
    world.container.deliveries.gather()
    assert sum(gathered) == many
    assert world.value("SELECT count(*) FROM delivery") - before == many
    carried = world.rows(
        "SELECT count(*) AS times FROM delivery_item i JOIN told t ON t.id = i.told_id"
        " WHERE t.cause LIKE 'race:%' GROUP BY t.id"
    )
    assert [row["times"] for row in carried] == [1] * many * 3


# -- sending


def test_an_accepted_message_says_when_and_under_which_id(world: World) -> None:
    tell(world, "clerk-east")
    made, courier = service(world)
    made.gather()
    assert made.send_due() == 1
    row = newest(world)
    assert (row["status"], row["attempts"], row["provider_id"]) == ("accepted", 1, "queue-1")
    assert row["accepted_at"] == world.clock.real_now()
    assert row["message_id"] == courier.sent[0].message_id
    assert row["message_id"].endswith("@tracker.example>")
    assert row["text"] == courier.sent[0].text
    assert made.send_due() == 0


def test_a_task_finished_meanwhile_is_not_reminded_of(world: World) -> None:
    task = world.task("s1", "east")
    tell(world, "clerk-east", task_id=task["id"])
    made, courier = service(world)
    made.gather()
    change(world, "UPDATE task SET final = true, waits_for = 'nobody' WHERE id = :id", id=task["id"])
    made.send_due()
    assert courier.sent == []
    assert (newest(world)["status"], newest(world)["reason"]) == (
        "cancelled",
        "要说的事都已办结、变动或退订，不再发送",
    )
    reasons = world.rows("SELECT cancelled_reason FROM delivery_item WHERE delivery_id = :id", id=newest(world)["id"])
    assert [row["cancelled_reason"] for row in reasons] == ["任务已办结或撤回"]


def test_only_what_still_holds_is_left_in_a_mixed_message(world: World) -> None:
    task = world.task("s1", "east")
    tell(world, "clerk-east", task_id=task["id"], facts={"title": "旧事"})
    tell(world, "clerk-east", "approved", facts={"title": "新事"})
    made, courier = service(world)
    made.gather()
    change(world, "UPDATE task SET final = true, waits_for = 'nobody' WHERE id = :id", id=task["id"])
    made.send_due()
    assert "新事" in courier.sent[0].text
    assert "旧事" not in courier.sent[0].text


def test_a_reminder_of_a_clock_that_no_longer_runs_is_not_sent(world: World) -> None:
    world.act("clerk-east", world.task("s1", "east")["ref"], "accept")
    world.clock.set(morning("2026-03-18", "10:00"))
    world.container.escalations.sweep()
    made, courier = service(world)
    made.gather()
    change(world, "UPDATE clock SET status = 'held', next_fire_at = NULL WHERE name = 'finish'")
    made.send_due()
    assert not any("到期提醒" in message.subject for message in courier.sent)


@pytest.mark.parametrize(
    ("change_it", "reason"),
    [
        ("UPDATE person SET left_on = '2026-03-02' WHERE id = :person", "要说的事都已办结、变动或退订，不再发送"),
        ("UPDATE person SET email_cipher = NULL WHERE id = :person", "本人已没有登记的地址"),
        ("UPDATE post SET starts_on = '2026-02-01', ends_on = '2026-03-01' WHERE person_id = :person",
         "要说的事都已办结、变动或退订，不再发送"),
    ],
)  # fmt: skip
def test_whoever_left_the_post_is_not_written_to(world: World, change_it: str, reason: str) -> None:
    person = world.person_ids["clerk-east"]
    post = world.value("SELECT id FROM post WHERE person_id = :person", person=person)
    tell(world, "clerk-east", "served", post_id=post)
    made, courier = service(world)
    made.gather()
    change(world, change_it, person=person)
    made.send_due()
    assert courier.sent == []
    assert (newest(world)["status"], newest(world)["reason"]) == ("cancelled", reason)


def test_a_busy_server_is_tried_again_later_and_later_then_given_up(world: World) -> None:
    tell(world, "clerk-east")
    made, courier = service(world, *[TEMPORARY] * 6)
    made.gather()
    waits = []
    while made.send_due():
        row = newest(world)
        if row["status"] == "gathered":
            waits.append(round((row["next_try_at"] - world.clock.now()).total_seconds() / 60))
            assert made.send_due() == 0
            world.clock.set(row["next_try_at"])
    assert waits == [1, 5, 15, 60, 240]
    assert (newest(world)["status"], newest(world)["reason"]) == ("failed", TEMPORARY.sentence)
    assert len({message.message_id for message in courier.sent}) == 1
    assert len(incidents(world, "delivery_failed")) == 1


def test_a_refused_address_is_not_tried_again(world: World) -> None:
    tell(world, "clerk-east")
    made, _ = service(world, PERMANENT)
    made.gather()
    made.send_due()
    assert (newest(world)["status"], newest(world)["attempts"]) == ("failed", 1)
    assert "请核对本人地址" in incidents(world, "delivery_failed")[0]


def test_a_reminder_with_an_unknown_outcome_is_never_sent_again(world: World) -> None:
    tell(world, "clerk-east")
    made, courier = service(world, DROPPED)
    made.gather()
    made.send_due()
    wait(world, days=1)
    made.send_due()
    assert newest(world)["status"] == "unknown"
    assert len(courier.sent) == 1


def test_a_paper_with_an_unknown_outcome_is_sent_once_more_and_marked(world: World) -> None:
    tell(world, "clerk-east", "served")
    tell(world, "clerk-east", facts={"title": "提醒的事"})
    made, courier = service(world, DROPPED, DROPPED)
    made.gather()
    made.send_due()
    wait(world, days=1)
    made.send_due()
    first, again = courier.sent
    assert (first.message_id, first.resent, again.resent) == (again.message_id, False, True)
    assert "提醒的事" in first.text
    assert "提醒的事" not in again.text
    assert (newest(world)["status"], newest(world)["resent"]) == ("unknown", True)
    assert len(incidents(world, "delivery_failed")) == 1


def test_the_fate_of_a_paper_is_in_the_persons_record(world: World) -> None:
    tell(world, "clerk-east", "served")
    made, _ = service(world)
    made.gather()
    made.send_due()
    events = world.rows(
        "SELECT e.kind, e.payload FROM event e JOIN stream s ON s.id = e.stream_id"
        " WHERE s.kind = 'person' AND s.subject_id = :person AND e.kind LIKE 'delivery.%'",
        person=world.person_ids["clerk-east"],
    )
    assert [(row["kind"], row["payload"]["delivery"]) for row in events] == [
        ("delivery.accepted", newest(world)["ref"])
    ]


def test_a_message_that_cannot_be_written_waits_an_hour_and_stops_nobody(world: World) -> None:
    tell(world, "clerk-east", facts={"due_on": "下周"})
    wait(world, seconds=1)
    tell(world, "clerk-west")
    made, courier = service(world)
    made.gather()
    assert made.send_due() == 2
    assert [message.recipient for message in courier.sent] == ["clerk-west"]
    assert len(incidents(world, "delivery_unwritable")) == 1
    assert made.next_moment() == world.clock.now() + timedelta(hours=1)


@pytest.mark.slow
@pytest.mark.parametrize("message", ["remind", "served"])
def test_a_sender_killed_in_the_middle_leaves_a_row_that_is_settled(world: World, message: str) -> None:
    tell(world, "clerk-east", message)
    world.container.deliveries.gather()
    child = senders.start("send", world.database_url, world.clock.now())
    senders.go(child)
    assert senders.heard(child) == "sending"
    child.kill()
    senders.close(child)
    row = newest(world)
    assert (row["status"], row["attempts"]) == ("submitting", 1)
    made, courier = service(world)
    assert made.next_moment() == world.clock.now() + timedelta(minutes=2)
    assert made.send_due() == 0
    wait(world, minutes=2)
    made.send_due()
    wait(world, days=1)
    made.send_due()
    row = newest(world)
    if message == "remind":
        assert (row["status"], courier.sent) == ("unknown", [])
    else:
        assert (row["status"], row["resent"], row["attempts"]) == ("accepted", True, 2)
        assert [sent.message_id for sent in courier.sent] == [row["message_id"]]


def test_nothing_waits_once_all_is_sent(world: World) -> None:
    made, _ = service(world)
    assert made.next_moment() is None
    tell(world, "clerk-east")
    assert made.next_moment() == world.clock.now()
    made.gather()
    assert made.next_moment() == world.clock.now()
    made.send_due()
    assert made.next_moment() is None


# -- the page


def test_the_page_shows_what_each_person_would_have_got(world: World) -> None:
    tell(world, "clerk-east", facts={"title": "给东村的"})
    tell(world, "clerk-west", facts={"title": "给西村的"})
    world.engine_works()
    with world.container.reading() as session:
        everything = find_outbox(session, size=1)
        east = find_outbox(session, person_id=world.person_ids["clerk-east"], channel="email", statuses=["accepted"])
        nothing = find_outbox(session, statuses=["failed"])
        people = find_recipients(session)
    assert everything.total >= 4
    assert everything.has_next
    assert "给东村的" in east.rows[0].text
    assert (east.rows[0].recipient, east.rows[0].unit_name, east.rows[0].status_title) == (
        "clerk-east",
        "east村",
        "已发出",
    )
    assert all(row.person_id == world.person_ids["clerk-east"] for row in east.rows)
    assert nothing.total == 0
    assert {"clerk-east", "clerk-west"} <= {person.name for person in people}
