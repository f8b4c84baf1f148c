"""Group robots and webhooks, to real HTTP servers on this machine that behave like them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.gateways import (
    CUT,
    HOOK_SECRET,
    SILENT,
    WECOM_KEY,
    Gateway,
    Reply,
    hook_checked,
    replying,
    serving,
    wecom_robot,
    wecom_says,
)
from tests.support.running import free_port
from tracker.delivery.lines import receiver_lines
from tracker.delivery.posting import Poster
from tracker.delivery.webhook import WebhookCourier, rest_asked
from tracker.delivery.wecom import WecomCourier
from tracker.domain.channels import Receiver, Webhook, WecomRobot
from tracker.domain.errors import DefinitionInvalid, DeliveryFailed
from tracker.domain.ports import MessagePart, News, OutgoingMessage
from tracker.domain.provider_codes import Meaning

pytestmark = pytest.mark.enable_socket
HOST = "127.0.0.1"
NOW = datetime(2026, 9, 15, 1, 30, tzinfo=UTC)
NEWS = News(
    "remind", {"task_ref": "RW-1", "title": "摸排", "due_on": "2026-09-20"}, "firing:17", "anti_fraud", "东岭村", "liaison",
)  # fmt: skip


def message(text: str) -> OutgoingMessage:
    return OutgoingMessage(
        ref="SD-2026-0007", message_id="<sd-2026-0007@x.gov.cn>", channel="webhook:oa", address="", recipient="政务平台",
        subject="", text=text, html=None,
    )  # fmt: skip


def hook(url: str, *, secret: str = HOOK_SECRET, patience: float = 5.0) -> WebhookCourier:
    return WebhookCourier(
        Webhook(f"{url}/take"), secret=secret, poster=Poster((HOST,), patience_seconds=patience), now=lambda: NOW
    )


def robot(url: str, *, key: str = WECOM_KEY, patience: float = 5.0) -> WecomCourier:
    return WecomCourier(WecomRobot(url), key=key, poster=Poster((HOST,), patience_seconds=patience))


def failure(act: Callable[[], object]) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as failed:
        act()
    return failed.value


def meaning(act: Callable[[], object]) -> Meaning | None:
    found = failure(act)
    return found.verdict.meaning if found.verdict else None


# -- a webhook


def test_a_receiver_that_follows_the_readme_accepts_the_signature_over_the_exact_bytes() -> None:
    gateway = Gateway(hook_checked(lambda *_: (202, '{"id":"their-17"}'), now=NOW.timestamp()))
    with serving(gateway) as url:
        courier = hook(url)
        text = courier.write([NEWS], say=lambda _: "请于9月20日前办结。", ref="SD-2026-0007", link="https://x.gov.cn")
        assert courier.send(message(text)) == "their-17"
    (asked,) = gateway.asked
    assert asked.body == text.encode()
    given = json.loads(asked.body)
    assert (given["ref"], given["items"][0]["message"], given["items"][0]["unit"]) == (
        "SD-2026-0007",
        "remind",
        "东岭村",
    )
    assert given["items"][0]["facts"]["due_on"] == "2026-09-20"
    assert given["items"][0]["text"] == "请于9月20日前办结。"


def test_the_key_of_a_message_is_the_same_however_often_it_is_sent() -> None:
    gateway = replying(CUT, (500, ""), (200, ""))
    with serving(gateway) as url:
        assert failure(lambda: hook(url).send(message("{}"))).unknown
        assert meaning(lambda: hook(url).send(message("{}"))) is Meaning.RETRY
        assert hook(url).send(message("{}")) == ""
    assert {asked.headers["Idempotency-Key"] for asked in gateway.asked} == {"sd-2026-0007@x.gov.cn"}


def test_another_secret_stops_the_channel_and_an_old_signature_is_worth_nothing() -> None:
    with serving(Gateway(hook_checked(lambda *_: (200, ""), now=NOW.timestamp()))) as url:
        assert meaning(lambda: hook(url, secret="another-secret-here").send(message("{}"))) is Meaning.STOP
    with serving(Gateway(hook_checked(lambda *_: (200, ""), now=NOW.timestamp() + 301))) as url:
        assert meaning(lambda: hook(url).send(message("{}"))) is Meaning.STOP


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (429, Meaning.AWAY), (503, Meaning.AWAY), (500, Meaning.RETRY), (502, Meaning.RETRY), (408, Meaning.RETRY),
        (401, Meaning.STOP), (403, Meaning.STOP), (404, Meaning.STOP), (410, Meaning.GONE), (422, Meaning.LOST),
        (413, Meaning.LOST), (418, Meaning.UNLISTED),
    ],
)  # fmt: skip
def test_each_status_means_what_the_one_table_says(status: int, expected: Meaning) -> None:
    with serving(replying((status, "their words"))) as url:
        failed = failure(lambda: hook(url).send(message("{}")))
    assert failed.verdict is not None
    assert (failed.verdict.meaning, failed.verdict.code) == (expected, str(status))
    assert "their words" in failed.sentence


@pytest.mark.parametrize(
    ("asked", "wait"),
    [
        ("90", timedelta(seconds=90)),
        ("Tue, 15 Sep 2026 01:32:00 GMT", timedelta(minutes=2)),
        ("Tue, 15 Sep 2026 01:00:00 GMT", timedelta()),
        ("999999999", timedelta(days=1)),
        ("soon", None),
        ("", None),
        ("-5", None),
    ],
)
def test_a_retry_after_is_heard_up_to_a_day(asked: str, wait: timedelta | None) -> None:
    assert rest_asked(asked, NOW) == wait
    with serving(replying((429, "", {"Retry-After": asked}))) as url:
        failed = failure(lambda: hook(url).send(message("{}")))
    assert failed.verdict is not None
    assert failed.verdict.wait == wait


def test_a_webhook_that_redirects_is_not_followed_and_wants_an_administrator() -> None:
    with serving(replying((200, ""))) as elsewhere, serving(replying((307, "", {"Location": elsewhere}))) as url:
        failed = failure(lambda: hook(url).send(message("{}")))
    assert failed.verdict is not None
    assert (failed.verdict.meaning, "不跟随" in failed.sentence) == (Meaning.STOP, True)


def test_silence_after_the_request_is_unknown() -> None:
    with serving(replying(SILENT)) as url:
        assert failure(lambda: hook(url, patience=0.3).send(message("{}"))).unknown


def test_a_receiver_that_is_not_there_is_away_and_one_that_is_not_listed_is_never_spoken_to() -> None:
    assert meaning(lambda: hook(f"http://{HOST}:{free_port()}").send(message("{}"))) is Meaning.AWAY
    stranger = WebhookCourier(Webhook("https://other.example/x"), secret=HOOK_SECRET, poster=Poster(), now=lambda: NOW)
    assert meaning(lambda: stranger.send(message("{}"))) is Meaning.STOP


def test_the_doctor_pings_with_a_signature() -> None:
    gateway = Gateway(hook_checked(lambda *_: (204, ""), now=NOW.timestamp()))
    with serving(gateway) as url:
        assert "签名也认" in hook(url).check()
        assert meaning(hook(url, secret="another-secret-here").check) is Meaning.STOP
    assert json.loads(gateway.asked[0].body) == {"event": "ping"}


# -- a group robot


def test_a_robot_takes_a_text() -> None:
    gateway = Gateway(wecom_robot())
    with serving(gateway) as url:
        assert robot(url).send(message("东岭村有3件督办事项")) == ""
    (asked,) = gateway.asked
    assert (asked.path, asked.query["key"]) == ("/cgi-bin/webhook/send", WECOM_KEY)
    assert json.loads(asked.body) == {"msgtype": "text", "text": {"content": "东岭村有3件督办事项"}}


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (wecom_says(45009), Meaning.AWAY),
        (wecom_says(45033), Meaning.AWAY),
        (wecom_says(-1), Meaning.RETRY),
        (wecom_says(93000), Meaning.GONE),
        (wecom_says(60020), Meaning.STOP),
        (wecom_says(45002), Meaning.LOST),
        (wecom_says(12345), Meaning.UNLISTED),
        ((429, ""), Meaning.RETRY),
        ((403, ""), Meaning.STOP),
    ],
)
def test_http_200_with_an_error_is_no_success(reply: Reply, expected: Meaning) -> None:
    with serving(replying(reply)) as url:
        assert meaning(lambda: robot(url).send(message("x"))) is expected


def test_the_twenty_first_message_of_a_minute_lets_the_robot_rest_for_a_minute() -> None:
    with serving(Gateway(wecom_robot())) as url:
        for _ in range(20):
            robot(url).send(message("x"))
        failed = failure(lambda: robot(url).send(message("x")))
    assert failed.verdict is not None
    assert (failed.verdict.code, failed.verdict.wait) == ("45009", timedelta(minutes=1))


@pytest.mark.parametrize("reply", [CUT, SILENT, (200, "<html>"), (200, "[]"), (200, "{}"), (302, ""), (500, "")])
def test_what_the_group_may_have_read_is_unknown(reply: Reply) -> None:
    with serving(replying(reply)) as url:
        assert failure(lambda: robot(url, patience=0.3).send(message("x"))).unknown


def test_the_key_stands_in_no_sentence() -> None:
    replies: list[Reply] = [wecom_says(93000, f"invalid key={WECOM_KEY}"), (403, WECOM_KEY), CUT]
    for reply in replies:
        with serving(replying(reply)) as url:
            failed = failure(lambda url=url: robot(url).send(message("x")))  # type: ignore[misc]
        assert WECOM_KEY not in failed.sentence
    assert WECOM_KEY not in failure(lambda: robot(f"http://{HOST}:{free_port()}").send(message("x"))).sentence


def unasked(part: MessagePart) -> str:
    raise AssertionError(f"a group reads no sentence, and {part.message} need not be written")


def test_a_group_reads_counts_without_a_sentence_and_they_fit_into_its_bytes() -> None:
    courier = robot("https://qyapi.weixin.qq.com")
    text = courier.write([NEWS], say=unasked, ref="", link="https://x.gov.cn")
    assert "东岭村有1件督办事项，最近期限9月20日" in text
    many = [replace(NEWS, cause=f"firing:{n}", unit=f"第{n}号特别长名称的村民委员会") for n in range(200)]
    text = courier.write(many, say=unasked, ref="", link="https://x.gov.cn")
    assert len(text.encode()) <= 2048
    assert "另有" in text


def test_whoever_has_no_secret_or_a_wrong_one_is_named_at_the_start_without_it() -> None:
    messages = frozenset({"remind"})
    receivers = [
        Receiver("villages", "各村群", WecomRobot(), messages), Receiver("other", "别的群", WecomRobot(), messages),
        Receiver("oa", "平台", Webhook("https://oa.example/x"), messages),
    ]  # fmt: skip
    secrets = {"other": "not a key", "oa": "short-secret"}
    with pytest.raises(DefinitionInvalid) as refused:
        receiver_lines(receivers, secrets=secrets, hosts=(), now=lambda: NOW)
    said = str(refused.value)
    assert "wecom:villages：没有密钥。请在 TRACKER_CHANNEL_SECRETS 中加上 villages=密钥。" in said
    assert "wecom:other：密钥不对" in said
    assert "webhook:oa：密钥太短" in said
    assert "not a key" not in said
    assert "short-secret" not in said
