"""Groups and systems are told, beside the people, what their units are told: once, in few messages, by their own pace."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import text

from tests.support.kept import standing_world
from tests.support.outgoing import DROPPED, MEASURE, ScriptedCourier, refusal
from tests.support.world import World, morning, small_campaign
from tracker.delivery.posting import Poster
from tracker.delivery.render import TemplateRenderer
from tracker.delivery.webhook import WebhookCourier
from tracker.delivery.wecom import WecomCourier
from tracker.domain.channels import Channels, Pace, Receiver, Webhook, WecomRobot
from tracker.domain.errors import DeliveryFailed, NotFound
from tracker.domain.group_texts import TRIAL
from tracker.domain.messages import MESSAGE_KINDS
from tracker.domain.ports import NewsWriter
from tracker.domain.provider_codes import Meaning, Verdict
from tracker.domain.sms_texts import TO_DO
from tracker.services.deliveries import DeliveryService
from tracker.services.outbox import OutboxService

VILLAGES = Receiver("villages", "各村工作群", WecomRobot(), TO_DO)
OA = Receiver("oa", "政务平台", Webhook("https://oa.example/take"), TO_DO | {"to_review"})
KEY = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"


@standing_world()
def world(world: World) -> None:
    world.load(small_campaign(measures=[MEASURE]))


class Receiving:
    """The service with mail and some receivers, whose couriers answer as a test says."""

    def __init__(self, world: World, *receivers: Receiver) -> None:
        self.world = world
        self.mail = ScriptedCourier()
        self.heard = {receiver.channel: ScriptedCourier() for receiver in receivers}
        poster = Poster()
        writers: Mapping[str, NewsWriter] = {
            one.channel: WecomCourier(one.via, key=KEY, poster=poster) if isinstance(one.via, WecomRobot)
            else WebhookCourier(one.via, secret="s" * 20, poster=poster, now=world.clock.real_now)
            for one in receivers
        }  # fmt: skip
        parts = world.container
        self.service = DeliveryService(
            uows=parts.uows, clock=world.clock, couriers={"email": self.mail, **self.heard},
            renderer=TemplateRenderer(), cipher=parts.cipher, queue=world.queue,
            public_url="https://tracker.example", channels=Channels(receivers=receivers), writers=writers,
            repeatable={one.channel for one in receivers if isinstance(one.via, Webhook)},
        )  # fmt: skip

    def work(self, span: timedelta = timedelta(minutes=2)) -> None:
        """Gather and send whatever falls due within a span."""
        end = self.world.clock.now() + span
        self.service.gather()
        while (upcoming := self.service.next_moment()) is not None and upcoming <= end:
            self.world.clock.set(max(self.world.clock.now(), upcoming))
            self.service.send_due()
        self.world.clock.set(end)

    def texts(self, receiver: Receiver) -> list[str]:
        """Return what a receiver got."""
        return [message.text for message in self.heard[receiver.channel].sent]

    def delivery(self, receiver: Receiver) -> dict[str, object]:
        """Return its newest message."""
        return self.world.rows(
            "SELECT * FROM delivery WHERE channel = :c ORDER BY id DESC LIMIT 1", c=receiver.channel
        )[0]


def say_again(world: World, reader: str, *, about: str, cause: str) -> None:
    """Tell somebody, under a cause, what somebody else was told of his task."""
    with world.container.uows() as uow:
        uow.session.execute(
            text(
                "INSERT INTO told (cause, person_id, post_id, campaign_id, task_id, message, facts, grave, created_at)"
                " SELECT :cause, o.person_id, o.id, t.campaign_id, t.task_id, t.message, t.facts, false, t.created_at"
                " FROM told t JOIN person p ON p.id = t.person_id, post o JOIN person r ON r.id = o.person_id"
                " WHERE p.name = :about AND r.name = :reader AND t.message = 'assigned' ORDER BY t.id LIMIT 1"
            ),
            {"cause": cause, "about": about, "reader": reader},
        )
        uow.commit()


def test_a_group_gets_one_text_for_all_its_units_and_people_get_their_own_mails(world: World) -> None:
    made = Receiving(world, VILLAGES)
    made.work()
    (said,) = made.texts(VILLAGES)
    assert said.splitlines()[1:3] == [
        "· east村有1件督办事项，最近期限3月20日",
        "· west村有1件督办事项，最近期限3月20日",
    ]
    assert {message.recipient for message in made.mail.sent} == {"clerk-east", "clerk-west"}
    row = made.delivery(VILLAGES)
    assert (row["status"], row["receiver"], row["person_id"], row["grave"]) == ("accepted", "各村工作群", None, False)


def test_a_group_hears_only_of_the_units_and_campaigns_that_it_is_for(world: World) -> None:
    east = Receiver("east", "东村群", WecomRobot(), TO_DO, units=frozenset({"east"}))
    town = Receiver("town", "全镇群", WecomRobot(), TO_DO, units=frozenset({"town"}))
    other = Receiver("other", "别的行动", WecomRobot(), TO_DO, campaigns=frozenset({"another"}))
    made = Receiving(world, east, town, other)
    made.work()
    assert ["west" in said for said in made.texts(east)] == [False]
    assert ["west" in said and "east" in said for said in made.texts(town)] == [True]
    assert made.texts(other) == []


def test_several_gatherings_of_one_sweep_become_one_text_and_a_matter_is_told_once(world: World) -> None:
    made = Receiving(world, VILLAGES)
    with world.container.uows() as uow:  # the heads are told of the very same
        uow.session.connection().exec_driver_sql(
            "INSERT INTO told (cause, person_id, post_id, campaign_id, task_id, message, facts, grave, created_at)"
            " SELECT t.cause, h.person_id, h.id, t.campaign_id, t.task_id, t.message, t.facts, false, t.created_at"
            " FROM told t JOIN post o ON o.id = t.post_id JOIN post h ON h.unit_id = o.unit_id AND h.role = 'head'"
        )
        uow.commit()
    for _ in range(8):
        made.service.gather(limit=1)
    assert world.value("SELECT count(*) FROM delivery WHERE person_id IS NULL") == 1
    made.work()
    assert [said.count("有1件督办事项") for said in made.texts(VILLAGES)] == [2]


def test_a_group_reads_the_unit_whose_duty_it_is_whoever_was_told_and_each_matter_once(world: World) -> None:
    for reader in ("boss", "head-east", "clerk-east"):
        say_again(world, reader, about="clerk-east", cause="firing:0")
    made = Receiving(world, VILLAGES, OA)
    made.service.gather(limit=1)
    made.work()
    said = [line for one in made.texts(VILLAGES) for line in one.splitlines() if line.startswith("·")]
    assert said == ["· east村有2件督办事项，最近期限3月20日", "· west村有1件督办事项，最近期限3月20日"]
    units = [item["unit"] for one in made.texts(OA) for item in json.loads(one)["items"]]
    assert sorted(units) == ["east村", "east村", "west村"]


def test_neither_a_confidential_task_nor_a_paper_about_one_is_told_to_a_receiver(fresh_database_url: str) -> None:
    check = MEASURE.replace("key: s1", "key: l1").replace("workflow: survey", "workflow: lead_check")
    measures = [MEASURE.replace("各村", "west"), check.replace("各村", "east")]
    everything = Receiver("oa", "政务平台", Webhook("https://oa.example/take"), MESSAGE_KINDS)
    with World(fresh_database_url, start=morning("2026-03-02")) as world:
        world.load(small_campaign(measures=measures))
        world.act("clerk-east", world.task("l1", "east")["ref"], "accept")
        world.move_to("2026-03-25")
        for row in world.rows("SELECT ref FROM notice WHERE kind = 'supervision_notice'"):
            for who, step in (("sup1", "seal"), ("sup2", "approve"), ("sup1", "issue")):
                world.act_on_notice(who, row["ref"], step)
        with world.container.uows() as uow:
            uow.session.connection().exec_driver_sql("UPDATE told SET gathered_at = NULL")
            uow.commit()
        made = Receiving(world, everything)
        made.service.gather()
        bound = world.rows(
            "SELECT DISTINCT u.key, t.message FROM delivery d JOIN delivery_item i ON i.delivery_id = d.id"
            " JOIN told t ON t.id = i.told_id LEFT JOIN notice n ON n.id = t.notice_id"
            " JOIN task k ON k.id = coalesce(t.task_id, n.task_id) JOIN unit u ON u.id = k.unit_id"
            " WHERE d.person_id IS NULL"
        )
        told = {row["message"] for row in bound if row["key"] == "west"}
        assert {"assigned", "urge", "raised", "served"} <= told
        assert {row["key"] for row in bound} == {"west"}
        people = world.rows("SELECT DISTINCT message FROM told t JOIN person p ON p.id = t.person_id"
                            " WHERE p.name LIKE '%-east'")  # fmt: skip
        assert {"assigned", "urge", "served"} <= {row["message"] for row in people}


def test_a_system_gets_the_items_as_plain_values_at_once(world: World) -> None:
    made = Receiving(world, OA)
    made.service.gather()
    made.service.send_due()
    (said,) = made.texts(OA)
    assert '"message":"assigned"' in said
    assert '"campaign":"test_campaign","unit":"east村"' in said
    assert "@example.invalid" not in said


def test_what_was_done_in_the_meantime_is_not_told(world: World) -> None:
    made = Receiving(world, VILLAGES)
    made.service.gather()
    with world.container.uows() as uow:
        uow.session.connection().exec_driver_sql("UPDATE task SET final = true, waits_for = 'nobody'")
        uow.commit()
    made.work()
    assert made.texts(VILLAGES) == []
    assert made.delivery(VILLAGES)["status"] == "cancelled"


def test_somebody_who_left_his_post_changes_nothing_for_the_group(world: World) -> None:
    made = Receiving(world, VILLAGES)
    made.service.gather()
    with world.container.uows() as uow:
        uow.session.connection().exec_driver_sql("UPDATE person SET left_on = '2026-03-02'")
        uow.commit()
    made.work()
    assert len(made.texts(VILLAGES)) == 1


def test_each_robot_has_a_pace_of_its_own(world: World) -> None:
    pace = Pace(1, timedelta(minutes=1))
    groups = [
        Receiver(name, name, WecomRobot(), TO_DO, units=frozenset({name}), pace=pace) for name in ("east", "west")
    ]
    made = Receiving(world, *groups)
    moments: list[tuple[str, object]] = []
    for one in groups:
        made.heard[one.channel].on_send = lambda key=one.key: moments.append((key, world.clock.now()))  # type: ignore[misc]
    made.work()
    told = world.rows("SELECT max(id) AS id FROM told WHERE message = 'assigned' GROUP BY task_id")
    for number in range(3):
        with world.container.uows() as uow:
            for row in told:
                uow.session.connection().exec_driver_sql(
                    "INSERT INTO told (cause, person_id, post_id, campaign_id, task_id, message, facts, grave, created_at)"
                    f" SELECT 'again:{number}:{row['id']}', person_id, post_id, campaign_id, task_id, message, facts,"
                    f" false, created_at FROM told WHERE id = {row['id']}"
                )
            uow.commit()
        made.work(timedelta(seconds=40))
    made.work()
    for name in ("east", "west"):
        mine = [at for key, at in moments if key == name]
        assert len(mine) > 1
        assert all(b - a >= timedelta(minutes=1) for a, b in pairwise(mine))  # type: ignore[operator]


def test_a_receiver_that_asks_for_a_rest_keeps_its_place_and_holds_up_nobody(world: World) -> None:
    made = Receiving(world, VILLAGES)
    made.heard[VILLAGES.channel].answers = [refusal(Meaning.AWAY, "45009")]
    made.work(timedelta(seconds=31))
    assert made.delivery(VILLAGES)["status"] == "gathered"
    assert len(made.mail.sent) == 2
    made.work()
    assert made.delivery(VILLAGES)["status"] == "accepted"


@pytest.mark.parametrize(("meaning", "rests"), [(Meaning.AWAY, True), (Meaning.RETRY, False)])
def test_a_retry_after_is_kept_to_the_second_by_the_channel_or_by_the_message(
    world: World, meaning: Meaning, rests: bool
) -> None:
    made = Receiving(world, OA)
    wait = timedelta(minutes=47)
    made.heard[OA.channel].answers = [DeliveryFailed.judged(Verdict(meaning, "503", "晚点再来", wait))]
    made.service.gather()
    began = world.clock.now()
    while made.service.send_due():
        pass
    assert made.service.next_moment() == began + wait
    assert (made.delivery(OA)["next_try_at"] == began) is rests
    world.clock.set(began + wait)
    made.service.send_due()
    assert made.delivery(OA)["status"] == "accepted"


def test_an_address_that_was_closed_is_marked_and_not_spoken_to_until_somebody_says_so(world: World) -> None:
    made = Receiving(world, OA)
    made.heard[OA.channel].answers = [refusal(Meaning.GONE, "410")]
    made.service.gather(limit=1)
    made.service.gather()
    assert world.value("SELECT count(*) FROM delivery WHERE channel = 'webhook:oa'") == 2
    made.work(timedelta(days=3))
    assert len(made.texts(OA)) == 1
    assert made.delivery(OA)["status"] == "gathered"
    said = world.value("SELECT sentence FROM incident WHERE kind = 'channel_stopped' AND resolved_at IS NULL")
    assert "接口推送“oa”通道已停发" in said
    with world.container.uows() as uow:
        assert uow.channels.resume(OA.channel)
        uow.commit()
    made.work()
    assert made.delivery(OA)["status"] == "accepted"


def test_what_a_system_may_have_taken_is_sent_again_under_its_key_and_to_a_group_never(world: World) -> None:
    made = Receiving(world, OA, VILLAGES)
    made.heard[OA.channel].answers = [DROPPED]
    made.heard[VILLAGES.channel].answers = [DROPPED]
    made.work(timedelta(minutes=5))
    first, second = made.heard[OA.channel].sent
    assert first.message_id == second.message_id
    assert (made.delivery(OA)["status"], made.delivery(OA)["attempts"]) == ("accepted", 2)
    assert (made.delivery(VILLAGES)["status"], len(made.texts(VILLAGES))) == ("unknown", 1)


@pytest.mark.parametrize("put_down", [0, 9])
def test_a_killed_sender_leaves_a_webhook_to_be_sent_again_however_often_it_was_put_down(
    world: World, put_down: int
) -> None:
    made = Receiving(world, OA)
    made.service.gather()
    with world.container.uows() as uow:
        uow.session.connection().exec_driver_sql(
            f"UPDATE delivery SET status = 'submitting', attempts = {put_down} + 1, delays = {put_down},"
            f" put_down = {put_down}, submitted_at = '2026-03-01' WHERE channel = 'webhook:oa'"
        )
        uow.commit()
    made.work(timedelta(minutes=5))
    assert made.delivery(OA)["status"] == "accepted"


def test_what_failed_for_good_is_an_incident_of_the_channel(world: World) -> None:
    made = Receiving(world, OA)
    made.heard[OA.channel].answers = [refusal(Meaning.LOST, "422")]
    made.work()
    said = world.value("SELECT sentence FROM incident WHERE kind = 'delivery_failed'")
    assert "各人自己的邮件、短信不受影响" in said


def open_incidents(world: World) -> dict[str, str]:
    found = world.rows("SELECT kind, sentence FROM incident WHERE resolved_at IS NULL")
    return {row["kind"]: row["sentence"] for row in found}


@pytest.mark.parametrize("answer", [None, refusal(Meaning.GONE, "410")])
def test_what_waited_a_day_for_a_receiver_that_was_taken_out_is_cancelled_and_people_get_their_own(
    world: World, answer: DeliveryFailed | None
) -> None:
    before = Receiving(world, OA, VILLAGES)
    before.service.gather(limit=1)
    if answer is not None:  # it closed its address, and its channel rests until somebody lets it go on
        before.heard[OA.channel].answers = [answer]
        before.service.send_due()
    before.service.gather()
    made = Receiving(world, VILLAGES)
    made.work()
    assert made.delivery(OA)["status"] == "gathered"
    world.clock.set(world.clock.now() + timedelta(days=1))
    made.service.send_due()
    assert (made.delivery(OA)["status"], made.delivery(OA)["reason"]) == ("cancelled", "接收方已从通道设置中删除")
    said = open_incidents(world)
    assert set(said) == {"receiver_removed"}
    assert "“oa”，等了一天以上的2条消息已经取消" in said["receiver_removed"]
    assert len(made.texts(VILLAGES)) == 1
    assert {message.recipient for message in (*before.mail.sent, *made.mail.sent)} == {"clerk-east", "clerk-west"}


def test_a_worker_that_was_restarted_without_its_channels_file_keeps_what_waits_for_receivers(world: World) -> None:
    whole, blind = Receiving(world, OA), Receiving(world)
    whole.service.gather()
    blind.work(timedelta(hours=20))
    assert whole.delivery(OA)["status"] == "gathered"
    assert "要发给它的消息先留着" in open_incidents(world)["no_channel"]
    whole.work(timedelta(hours=2))
    assert whole.delivery(OA)["status"] == "accepted"


def outbox(world: World, *receivers: Receiver) -> OutboxService:
    return OutboxService(
        world.container.floor, checks={}, in_use=frozenset(one.channel for one in receivers), receivers=receivers
    )


def test_a_trial_goes_to_the_receiver_alone_and_at_once(world: World) -> None:
    made = Receiving(world, VILLAGES)
    made.work()
    service = outbox(world, VILLAGES)
    before = len(made.mail.sent)
    service.try_out_receiver(world.viewer("office1"), VILLAGES.channel)
    made.service.gather()
    made.service.send_due()
    assert made.texts(VILLAGES)[-1] == TRIAL
    assert len(made.mail.sent) == before
    with pytest.raises(NotFound):
        service.try_out_receiver(world.viewer("office1"), "wecom:none")
    with pytest.raises(NotFound):
        service.try_out_receiver(world.viewer("clerk-east"), VILLAGES.channel)


def test_the_doctor_names_units_and_campaigns_that_nobody_knows(world: World) -> None:
    lost = Receiver(
        "lost", "失联群", WecomRobot(), TO_DO, frozenset({"test_campaign", "typo"}), frozenset({"east", "eats"})
    )
    said = [remark.sentence for remark in outbox(world, lost).examine()]
    assert any("没有叫“eats”的单位" in one for one in said)
    assert any("没有叫“typo”的行动" in one for one in said)
    assert not any("“east”" in one or "test_campaign" in one for one in said)


def test_a_message_of_a_receiver_is_sent_again_on_asking_and_the_record_says_so(world: World) -> None:
    made = Receiving(world, OA)
    made.heard[OA.channel].answers = [refusal(Meaning.LOST, "422")]
    made.work()
    outbox(world, OA).retry(world.viewer("office1"), str(made.delivery(OA)["ref"]))
    made.work()
    assert made.delivery(OA)["status"] == "accepted"
    assert world.value("SELECT count(*) FROM event WHERE kind = 'delivery.retried'") == 1
