"""What people do about messages, and what the operator's commands say of them."""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.support.kept import standing_world
from tests.support.outgoing import DROPPED, Outgoing, refusal
from tests.support.world import World
from tracker.cli.main import main
from tracker.domain.errors import DeliveryFailed, NotAllowed, NotFound
from tracker.domain.provider_codes import Meaning
from tracker.services.outbox import OutboxService

LOST = DeliveryFailed("收件人被拒绝（550）", permanent=True)


@standing_world(shown=lambda world: Outgoing(world, "li", "wang"))
def out(_: World) -> None:
    """People and lines, and no campaign."""


def service(out: Outgoing, check: DeliveryFailed | None = None) -> OutboxService:
    class Check:
        def check(self) -> str:
            if check is not None:
                raise check
            return "网关有应答。"

    return OutboxService(out.world.container.floor, checks={"sms": Check()}, in_use=frozenset({"sms"}))


def sent(out: Outgoing, *answers: DeliveryFailed | None, message: str = "remind") -> str:
    out.tell("li", message)
    made = out.deliveries(*answers)
    made.gather()
    made.send_due()
    return str(out.newest()["ref"])


def command(out: Outgoing, *arguments: str, status: int = 0) -> str:
    done = CliRunner().invoke(
        main, ["deliveries", *arguments],
        env={"TRACKER_DATABASE_URL": out.world.database_url, "TRACKER_REDIS_URL": "unix:///nonexistent/redis.sock",
             "TRACKER_SECRET_KEY": "k" * 48, "TRACKER_SMTP_HOST": "127.0.0.1", "TRACKER_SMTP_PORT": "1"},
    )  # fmt: skip
    assert done.exit_code == status, done.output
    return done.output


# -- trying again


def test_a_failed_message_is_sent_again_on_asking_and_the_record_says_so(out: Outgoing) -> None:
    ref = sent(out, LOST)
    assert out.newest()["status"] == "failed"
    service(out).retry(None, ref)
    out.deliveries().send_due()
    assert (out.newest()["status"], len(out.courier.sent)) == ("accepted", 2)
    assert out.world.value("SELECT count(*) FROM event WHERE kind = 'delivery.retried'") == 1


@pytest.mark.parametrize(("message", "resent"), [("remind", False), ("served", True)])
def test_a_message_of_unknown_fate_goes_again_when_somebody_decides_so(
    out: Outgoing, message: str, resent: bool
) -> None:
    ref = sent(out, DROPPED, DROPPED, message=message)
    out.world.clock.set(out.world.clock.now() + timedelta(minutes=5))
    out.deliveries(DROPPED).send_due()
    assert out.newest()["status"] == "unknown"
    before = len(out.courier.sent)
    service(out).retry(None, ref)
    out.deliveries().send_due()
    assert len(out.courier.sent) == before + 1
    assert (out.courier.sent[-1].resent, out.newest()["status"]) == (resent, "accepted")


def test_what_went_out_is_not_sent_again(out: Outgoing) -> None:
    ref = sent(out)
    with pytest.raises(NotAllowed, match="不能再发"):
        service(out).retry(None, ref)
    with pytest.raises(NotFound):
        service(out).retry(None, "SD-2026-9999")


def test_after_a_retry_a_busy_provider_has_all_its_tries_again(out: Outgoing) -> None:
    ref = sent(out, refusal(Meaning.UNLISTED), refusal(Meaning.UNLISTED))
    out.world.clock.set(out.world.clock.now() + timedelta(hours=1))
    out.deliveries(refusal(Meaning.UNLISTED)).send_due()
    assert out.newest()["status"] == "failed"
    service(out).retry(None, ref)
    out.deliveries(refusal(Meaning.UNLISTED)).send_due()
    assert out.newest()["status"] == "gathered"


# -- channels


def test_a_stopped_channel_goes_on_when_the_administrator_says_so(out: Outgoing) -> None:
    sent(out, refusal(Meaning.STOP, "isv.OUT_OF_SERVICE"))
    out.tell("wang")
    made = out.deliveries()
    made.gather()
    assert made.send_due() == 0
    service(out).resume(None, "sms")
    assert made.send_due() == 1
    assert out.incidents("channel_stopped") == []
    with pytest.raises(NotFound):
        service(out).resume(None, "pigeon")


def test_the_doctor_says_what_is_wrong_with_each_channel(out: Outgoing) -> None:
    sent(out, refusal(Meaning.STOP, "isv.OUT_OF_SERVICE"))
    out.call_back("nobody:DELIVRD")
    said = [(one.weight, one.sentence) for one in service(out, refusal(Meaning.AWAY, "off")).examine()]
    assert said[0] == ("bad", "短信：服务商说了off")
    assert any(kind == "bad" and "短信通道暂停中" in sentence for kind, sentence in said)
    assert any("短信有1条待发送" in sentence for _, sentence in said)
    assert any("收到1条对不上号的回执" in sentence for _, sentence in said)
    nothing = OutboxService(out.world.container.floor, checks={}, in_use=frozenset())
    assert next(iter(nothing.examine())).weight == "warn"


# -- the operator's commands


def test_the_commands_list_retry_and_export(out: Outgoing, tmp_path: Path) -> None:
    ref = sent(out, LOST)
    assert ref in command(out, "list")
    assert "收件人被拒绝" in command(out, "list", "--status", "failed", "--channel", "sms")
    assert "没有符合条件的消息" in command(out, "list", "--channel", "email")
    assert "短信通道没有设置" in command(out, "retry", ref, status=1)
    assert "没有这条消息" in command(out, "retry", "SD-1", status=1)
    file = tmp_path / "送达.csv"
    assert "已导出1条" in command(out, "export", str(file))
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert [(row["编号"], row["收件人"], row["状态"]) for row in rows] == [(ref, "li", "发送失败")]
    assert "138000" not in file.read_text(encoding="utf-8")


def test_a_text_is_previewed_on_the_newest_that_was_told_or_on_a_sample(out: Outgoing) -> None:
    assert "样例内容" in command(out, "preview", "urge")
    sent(out)
    shown = command(out, "preview", "remind")
    assert "主题：到期提醒：摸排" in shown
    assert "最近一条真实消息" in shown
    assert "计费1条" in shown
    assert "remind" in command(out, "preview")
    assert "是不是 remind？" in command(out, "preview", "remnid", status=1)


@pytest.mark.enable_socket
def test_the_doctor_command_ends_with_1_where_a_server_does_not_answer(out: Outgoing) -> None:
    assert "✗ 邮件：连不上发信服务器" in command(out, "doctor", status=1)
