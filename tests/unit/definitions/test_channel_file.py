"""The channels file: the example loads, and whatever is wrong is said with its place."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from tracker.definitions.channel_file import read_channels, read_channels_text
from tracker.domain.channels import AliyunSms, Channels, HttpGateway, Pace, SmsFile
from tracker.domain.errors import DefinitionInvalid
from tracker.domain.provider_codes import Meaning
from tracker.settings import CHECKOUT

ALIYUN = """
sms:
  provider: aliyun
  signature: 测试镇
  template: ${n}件事项待办
  names: {n: total}
  aliyun: {access_key_id: LTAI, template_code: SMS_1}
"""
HTTP = """
sms:
  provider: own
  http:
    submit: {url: 'https://gw.example/send', body: '{{ phone }}'}
    answer: {code: code, codes: {'0': accepted}}
"""
FILE = "sms: {provider: file, file: {folder: sms}}\n"


def problem(text: str, hosts: tuple[str, ...] = ("gw.example",)) -> str:
    with pytest.raises(DefinitionInvalid) as refused:
        read_channels_text(text, file="channels.yaml", hosts=hosts)
    return str(refused.value)


def test_the_example_loads() -> None:
    channels = read_channels(
        CHECKOUT / "docker" / "channels.example.yaml", hosts=("mas.example.gov.cn", "oa.example.gov.cn")
    )
    assert [one.channel for one in channels.receivers] == ["wecom:villages", "webhook:oa"]
    assert channels.sms is not None
    assert isinstance(channels.sms.via, HttpGateway)
    assert channels.sms.via.answer.table.judge("IllegalMac").meaning is Meaning.STOP
    minute = timedelta(minutes=1)
    assert channels.paces == {"email": Pace(120, minute), "sms": Pace(20, minute), "wecom:villages": Pace(15, minute)}
    assert (channels.courtesy.quiet_from, channels.courtesy.quiet_until) == (time(21), time(8))
    assert channels.courtesy.daily_ceiling == {"sms": 5}


@pytest.mark.parametrize(("text", "kind"), [(ALIYUN, AliyunSms), (FILE, SmsFile), (HTTP, HttpGateway)])
def test_each_way_loads(text: str, kind: type) -> None:
    channels = read_channels_text(text, file="c.yaml", hosts=("gw.example",))
    assert channels.sms is not None
    assert isinstance(channels.sms.via, kind)


def test_what_the_provider_did_approve_is_let_through() -> None:
    text = FILE.replace("file, ", "file, signature: 镇党政办, ") + "allowed_words: [党政]\n"
    channels = read_channels_text(text, file="c.yaml", hosts=())
    assert "党政" not in channels.banned
    assert "刷单" in channels.banned


def test_an_empty_courtesy_spares_nobody() -> None:
    assert read_channels_text(FILE, file="c.yaml", hosts=()).courtesy == Channels().courtesy


WECOM = "wecom: {villages: {title: 各村群, units: [cun-01]}}\n"
HOOK = "webhook: {oa: {title: 平台, url: 'https://gw.example/take', campaigns: [anti_fraud]}}\n"


def test_receivers_load_with_what_they_are_for() -> None:
    group, system = read_channels_text(WECOM + HOOK, file="c.yaml", hosts=("gw.example",)).receivers
    assert (group.channel, group.units, group.pace) == (
        "wecom:villages",
        frozenset({"cun-01"}),
        Pace(15, timedelta(minutes=1)),
    )
    assert (system.channel, system.campaigns, system.pace) == ("webhook:oa", frozenset({"anti_fraud"}), None)
    assert group.is_told("urge", None, ["cun-01", "town"])
    assert not group.is_told("to_review", None, ["cun-01"])
    assert not group.is_told("urge", None, ["cun-02", "town"])
    assert system.is_told("to_review", "anti_fraud", [])
    assert not system.is_told("to_review", "another", [])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HOOK.replace("gw.example", "other.example"), "webhook.oa.url: 主机“other.example”不在允许的名单里"),
        (
            WECOM.replace("title: 各村群", "title: 各村群, base: 'https://x.example'"),
            "wecom.villages.base: 主机“x.example”",
        ),
        (WECOM.replace("title: 各村群, ", ""), "wecom.villages.title"),
        (WECOM.replace("title: 各村群", "title: 各村群, messages: [to_review]"), "消息种类“to_review”不存在"),
        (WECOM + HOOK.replace("oa:", "villages:"), "每个名称只有一个密钥"),
        ("courtesy: {daily_ceiling: {wecom: 3}}\n", "送达方式“wecom”不存在"),
        (HTTP.replace("gw.example", "other.example"), "sms.http.submit.url: 主机“other.example”不在允许的名单里"),
        (HTTP.replace("https://gw.example", "ftp://gw.example"), "要写成 https://主机/路径"),
        (HTTP.replace("https://gw.example", "https://user@gw.example"), "要写成 https://主机/路径"),
        (HTTP.replace("accepted", "acepted"), "sms.http.answer.codes.0: 含义“acepted”不存在。您是不是想写“accepted”？"),
        (HTTP.replace("submit:", "sumbit:"), "您是不是想写“submit”"),
        (HTTP + "  file: {folder: x}\n", "只写一个"),
        ("sms: {provider: none}\n", "只写一个"),
        (FILE.replace("file, ", "file, pace: 20, "), "请写成 20 per minute"),
        (FILE.replace("file, ", "file, signature: 【镇】, "), "签名不带括号"),
        (FILE.replace("file, ", "file, template: '刷单案件${total}件', "), "“刷单”（通知类短信模板不得涉及刷单）"),
        (FILE.replace("file, ", "file, signature: 镇党政办, "), "服务商确已审核通过的，写进 allowed_words"),
        (
            FILE.replace("file, ", "file, template: 乡镇之声, ") + "banned_words: {之声: 本地不收}\n",
            "“之声”（本地不收）",
        ),
        (FILE.replace("file, ", "file, price: cheap, "), "每条价格写成元"),
        (FILE.replace("file, ", "file, template: '${unitt}有', "), "模板里的值“unitt”不存在。您是不是想写“unit”？"),
        (ALIYUN.replace("  template: ${n}件事项待办\n", ""), "阿里云要写审核通过的"),
        ("courtesy: {quiet_hours: '22-8'}\n", "请加引号写成 '21:00-08:00'"),
        ("courtesy: {daily_ceiling: {sms: 0}}\n", "要在 1 到 1000 之间"),
        ("courtesy: {channels: [fax]}\n", "送达方式“fax”不存在"),
        ("courtesy: {channels: [sms, wecom]}\n", "送达方式“wecom”不存在"),
        (HTTP.replace("code: code", "code: '(', kind: pattern"), "正则表达式"),
        (HTTP + "    query: {url: 'https://gw.example/q'}\n", "要一起写"),
        (HTTP + "    receipts: {code: c}\n", "回执里要有消息编号"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, said: str) -> None:
    assert said in problem(text)
