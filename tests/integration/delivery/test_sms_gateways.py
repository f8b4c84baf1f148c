"""SMS to real HTTP servers on this machine that behave like providers: what arrives, and what each answer means."""

from __future__ import annotations

import base64
import csv
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.gateways import (
    ALIYUN_SECRET,
    CUT,
    MAS_FILE,
    MAS_SECRET,
    SILENT,
    Asked,
    Gateway,
    Reply,
    aliyun_checked,
    aliyun_says,
    mas_reply,
    mas_says,
    replying,
    serving,
)
from tests.support.running import free_port
from tracker.definitions.channel_file import read_channels_text
from tracker.delivery.lines import sms_lines
from tracker.delivery.posting import Poster
from tracker.delivery.sms.aliyun import AliyunCourier, sign
from tracker.delivery.sms.file import SmsFileCourier
from tracker.delivery.sms.http_gateway import HttpGatewayCourier
from tracker.domain.channels import AliyunSms, HttpGateway, Question
from tracker.domain.errors import DefinitionInvalid, DeliveryFailed
from tracker.domain.ports import OutgoingMessage
from tracker.domain.provider_codes import Meaning

pytestmark = pytest.mark.enable_socket
HOST = "127.0.0.1"
NOW = datetime(2026, 9, 15, 1, 30, tzinfo=UTC)
MESSAGE = OutgoingMessage(
    ref="SD-2026-0007", message_id="<sd@x>", channel="sms", address="+86 138 0000 0001", recipient="李明", subject="",
    text="【测试镇】东岭村有3件督办事项，请登录系统办理。", html=None, values={"n": "3"},
)  # fmt: skip
QUESTION = Question("SD-2026-0007", "G1", "13800000001", NOW)


def failure(act: Callable[[], object]) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as failed:
        act()
    return failed.value


def meaning(act: Callable[[], object]) -> Meaning | None:
    found = failure(act)
    return found.verdict.meaning if found.verdict else None


def mas(url: str, *, secret: str = MAS_SECRET, patience: float = 5.0) -> HttpGatewayCourier:
    channels = read_channels_text(MAS_FILE.format(url=url), file="c.yaml", hosts=(HOST,))
    assert channels.sms is not None
    assert isinstance(channels.sms.via, HttpGateway)
    poster = Poster((HOST,), patience_seconds=patience)
    return HttpGatewayCourier(channels.sms.via, secret=secret, signature="测试镇", poster=poster, now=lambda: NOW)


def aliyun(url: str, *, secret: str = ALIYUN_SECRET, patience: float = 5.0) -> AliyunCourier:
    poster = Poster((HOST,), patience_seconds=patience)
    return AliyunCourier(
        AliyunSms("LTAI-test", "SMS_1", url), secret=secret, signature="测试镇", poster=poster, now=lambda: NOW
    )


@contextmanager
def asking_mas(*replies: Reply, **options: Any) -> Iterator[tuple[HttpGatewayCourier, Gateway]]:
    gateway = replying(*replies)
    with serving(gateway) as url:
        yield mas(url, **options), gateway


# -- a declared gateway (云MAS)


def test_a_declared_gateway_gets_what_its_file_says_and_gives_its_id() -> None:
    gateway = Gateway(mas_reply)
    with serving(gateway) as url:
        assert mas(url).send(MESSAGE) == "G1"
    given = json.loads(base64.b64decode(gateway.asked[0].body))
    assert given["mobiles"] == "13800000001"
    assert given["content"] == "东岭村有3件督办事项，请登录系统办理。"


def test_a_wrong_secret_stops_the_channel_and_loses_nothing() -> None:
    with serving(Gateway(mas_reply)) as url:
        failed = failure(lambda: mas(url, secret="wrong").send(MESSAGE))
    assert failed.verdict is not None
    assert (failed.verdict.meaning, failed.verdict.code, failed.permanent) == (Meaning.STOP, "IllegalMac", False)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (mas_says("TimeOut"), Meaning.RETRY),
        (mas_says("Flow"), Meaning.DELAY),
        (mas_says("NoNumber"), Meaning.BAD_CONTACT),
        (mas_says("NeverHeardOf"), Meaning.UNLISTED),
        ((503, "busy"), Meaning.RETRY),
        ((429, "slow down"), Meaning.RETRY),
        ((403, "not from there"), Meaning.STOP),
        ((404, ""), Meaning.STOP),
    ],
)
def test_http_200_is_no_success_and_each_code_means_what_the_file_says(reply: Reply, expected: Meaning) -> None:
    with asking_mas(reply) as (courier, _):
        assert meaning(lambda: courier.send(MESSAGE)) is expected


@pytest.mark.parametrize("reply", [CUT, SILENT, (500, ""), (502, "bad gateway"), (200, "<html>"), (200, "{}")])
def test_what_may_have_been_taken_is_unknown(reply: Reply) -> None:
    with asking_mas(reply, patience=0.3) as (courier, _):
        failed = failure(lambda: courier.send(MESSAGE))
    assert failed.unknown
    assert not failed.permanent


def test_a_gateway_that_is_not_there_is_away_and_nothing_went_out() -> None:
    assert meaning(lambda: mas(f"http://{HOST}:{free_port()}").send(MESSAGE)) is Meaning.AWAY


def test_a_redirect_is_not_followed() -> None:
    with asking_mas((302, "")) as (courier, gateway):
        assert failure(lambda: courier.send(MESSAGE)).unknown
    assert len(gateway.asked) == 1


@pytest.mark.parametrize("address", ["057188888888", "", "none"])
def test_a_number_that_is_no_mobile_marks_the_contact_before_anybody_is_asked(address: str) -> None:
    with asking_mas((200, "")) as (courier, gateway):
        assert meaning(lambda: courier.send(replace(MESSAGE, address=address))) is Meaning.BAD_CONTACT
    assert gateway.asked == []


def test_a_gateway_is_asked_what_became_of_a_message() -> None:
    reports = {"reports": [{"msgGroup": "G0", "errorCode": "UNDELIV"}, {"msgGroup": "G1", "errorCode": "DELIVRD"}]}
    with asking_mas((200, json.dumps(reports)), (200, '{"reports":[]}'), (503, "")) as (courier, _):
        found = courier.ask(QUESTION)
        assert found is not None
        assert found.meaning == Meaning.DELIVERED
        assert courier.ask(QUESTION) is None
        assert meaning(lambda: courier.ask(QUESTION)) is Meaning.RETRY


def test_a_callback_is_read_by_the_files_places_and_codes() -> None:
    courier = mas("http://127.0.0.1:1")
    (arrived,) = courier.read(b'{"msgGroup":"G1","errorCode":"DELIVRD","receiveDate":"20260915093005"}')
    (nobody,) = courier.read(b'{"msgGroup":"G2","errorCode":"MK:0013"}')
    (strange,) = courier.read(b'{"msgGroup":"G3","errorCode":"ZZ"}')
    assert (arrived.provider_id, arrived.meaning) == ("G1", Meaning.DELIVERED)
    assert arrived.at == datetime(2026, 9, 15, 1, 30, 5, tzinfo=UTC)
    assert nobody.meaning == Meaning.BAD_CONTACT
    assert (strange.meaning, "ZZ" in strange.sentence) == (Meaning.LOST, True)
    for unreadable in (b"", b"[]", b"{}", b"\xff\xfe"):
        with pytest.raises(ValueError, match="no code"):
            courier.read(unreadable)


def test_a_wrong_name_in_a_template_is_said_at_the_start() -> None:
    text = MAS_FILE.format(url=f"http://{HOST}").replace("{{ phone }}", "{{ fone }}")
    channels = read_channels_text(text, file="c.yaml", hosts=(HOST,))
    assert channels.sms is not None
    with pytest.raises(DefinitionInvalid, match=r"sms\.http\.submit\.body：模板不能用.*fone.*可以用的名称：phone"):
        sms_lines(channels.sms, secret="x", hosts=(HOST,), now=lambda: NOW, folder=Path("/"))


def test_a_template_cannot_reach_behind_its_values() -> None:
    text = MAS_FILE.format(url=f"http://{HOST}").replace("{{ phone }}", "{{ phone.__class__.__mro__ }}")
    channels = read_channels_text(text, file="c.yaml", hosts=(HOST,))
    assert channels.sms is not None
    with pytest.raises(DefinitionInvalid):
        sms_lines(channels.sms, secret="x", hosts=(HOST,), now=lambda: NOW, folder=Path("/"))


# -- where requests may go


@pytest.mark.parametrize("host", ["169.254.169.254", "0.0.0.0", "100.100.100.200", "[fe80::1]", "[::ffff:169.254.1.1]"])
def test_the_machines_own_neighbourhood_is_never_spoken_to(host: str) -> None:
    poster = Poster((host.strip("[]"),), patience_seconds=0.5)
    assert meaning(lambda: poster.post(f"http://{host}/", body=b"", headers={})) is Meaning.STOP


def test_a_host_that_is_not_listed_is_never_spoken_to() -> None:
    assert meaning(lambda: Poster().post(f"http://{HOST}:9/", body=b"", headers={})) is Meaning.STOP


# -- Aliyun


def test_the_signature_is_the_one_of_aliyuns_published_example() -> None:
    image = "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"
    _, headers = sign(
        "https://ecs.cn-shanghai.aliyuncs.com", "RunInstances", {"ImageId": image, "RegionId": "cn-shanghai"},
        key_id="YourAccessKeyId", secret="YourAccessKeySecret", at=datetime(2023, 10, 26, 10, 22, 32, tzinfo=UTC),
        nonce="3156853299f313e23d1673dc12e1703d", version="2014-05-26",
    )  # fmt: skip
    assert headers["Authorization"].endswith(
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_aliyun_takes_a_signed_message_with_its_template() -> None:
    gateway = Gateway(aliyun_checked(lambda *_: aliyun_says("OK", BizId="B1")))
    with serving(gateway) as url:
        assert aliyun(url).send(MESSAGE) == "B1"
    query = gateway.asked[0].query
    assert (query["PhoneNumbers"], query["SignName"], query["TemplateCode"]) == ("13800000001", "测试镇", "SMS_1")
    assert (json.loads(query["TemplateParam"]), query["OutId"]) == ({"n": "3"}, "SD-2026-0007")


def test_aliyun_refuses_another_secret() -> None:
    with serving(Gateway(aliyun_checked(lambda *_: aliyun_says("OK", BizId="B1")))) as url:
        failed = failure(lambda: aliyun(url, secret="wrong").send(MESSAGE))
    assert failed.verdict is not None
    assert (failed.verdict.meaning, failed.verdict.code) == (Meaning.STOP, "SignatureDoesNotMatch")


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (aliyun_says("Throttling.User"), Meaning.RETRY),
        (aliyun_says("isv.BUSINESS_LIMIT_CONTROL"), Meaning.DELAY),
        (aliyun_says("isv.OUT_OF_SERVICE"), Meaning.STOP),
        (aliyun_says("isv.MOBILE_NUMBER_ILLEGAL"), Meaning.BAD_CONTACT),
        ((503, ""), Meaning.RETRY),
    ],
)
def test_aliyuns_answers(reply: Reply, expected: Meaning) -> None:
    with serving(replying(reply)) as url:
        assert meaning(lambda: aliyun(url).send(MESSAGE)) is expected


@pytest.mark.parametrize("reply", [CUT, SILENT, (200, "null"), (504, "")])
def test_aliyun_that_gives_no_answer_leaves_it_unknown(reply: Reply) -> None:
    with serving(replying(reply)) as url:
        assert failure(lambda: aliyun(url, patience=0.3).send(MESSAGE)).unknown


def test_aliyun_is_asked_by_number_and_day_and_finds_ours_by_its_own_number() -> None:
    details = [
        {"OutId": "SD-2026-0001", "SendStatus": 3},
        {"OutId": "SD-2026-0007", "SendStatus": 2, "ErrCode": "MOBILE_NOT_ON_SERVICE", "ReceiveDate": ""},
    ]

    def reply(asked: Asked, before: int) -> Reply:
        found = details if before == 0 else []
        return aliyun_says("OK", SmsSendDetailDTOs={"SmsSendDetailDTO": found})

    gateway = Gateway(aliyun_checked(reply))
    with serving(gateway) as url:
        found = aliyun(url).ask(QUESTION)
        assert found is not None
        assert (found.ref, found.meaning) == ("SD-2026-0007", Meaning.BAD_CONTACT)
        assert aliyun(url).ask(QUESTION) is None
    assert (gateway.asked[0].query["PhoneNumber"], gateway.asked[0].query["SendDate"]) == ("13800000001", "20260915")


def test_aliyuns_callback_is_read() -> None:
    body = [
        {"biz_id": "B1", "out_id": "SD-2026-0007", "success": True, "err_code": "DELIVERED",
         "report_time": "2026-09-15 09:30:05"},
        {"biz_id": "B2", "success": False, "err_code": "NEVER_HEARD_OF", "err_msg": "什么"},
    ]  # fmt: skip
    arrived, lost = aliyun("http://127.0.0.1").read(json.dumps(body).encode())
    assert (arrived.ref, arrived.meaning) == ("SD-2026-0007", Meaning.DELIVERED)
    assert arrived.at == datetime(2026, 9, 15, 1, 30, 5, tzinfo=UTC)
    assert (lost.provider_id, lost.meaning, "NEVER_HEARD_OF" in lost.sentence) == ("B2", Meaning.LOST, True)


def test_the_doctor_hears_whether_aliyun_knows_our_signature() -> None:
    with serving(Gateway(aliyun_checked(lambda *_: aliyun_says("OK")))) as url:
        assert "都认" in aliyun(url).check()
        assert meaning(lambda: aliyun(url, secret="wrong").check()) is Meaning.STOP


# -- a file, for offices without a line


def test_a_file_gets_a_line_a_message_under_one_heading(tmp_path: Path) -> None:
    courier = SmsFileCourier(tmp_path, now=lambda: NOW)
    names = {courier.send(MESSAGE), courier.send(replace(MESSAGE, ref="SD-2026-0008", text='带"引号"，和\n换行'))}
    assert names == {"短信-2026-09-15.csv"}
    with (tmp_path / names.pop()).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["手机号", "短信内容", "编号", "写入时间"]
    assert [row[2] for row in rows[1:]] == ["SD-2026-0007", "SD-2026-0008"]
    assert rows[1][0] == "13800000001"
    assert rows[2][1] == '带"引号"，和\n换行'


def test_a_folder_that_is_not_there_stops_the_channel(tmp_path: Path) -> None:
    courier = SmsFileCourier(tmp_path / "none", now=lambda: NOW)
    assert meaning(lambda: courier.send(MESSAGE)) is Meaning.STOP
    assert meaning(courier.check) is Meaning.STOP
