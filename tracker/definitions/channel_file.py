"""Read the channels file: how messages leave beside mail, how fast, and when people are left in peace."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from marshmallow import ValidationError, fields, validate, validates_schema

from tracker.definitions.banned_words import shipped_banned_words
from tracker.definitions.channel_fields import Codes, Headers, PaceField, QuietHours
from tracker.definitions.problems import Problem, unknown
from tracker.definitions.schema import StrictSchema, load
from tracker.definitions.schema_fields import Flag, MapOf, Name, Number, OneOf, Several, Text
from tracker.definitions.yaml_source import parse_yaml, read_yaml
from tracker.domain.channels import (
    KNOWN_HOSTS,
    PERSONAL,
    WECOM_BASE,
    AliyunSms,
    Channels,
    Courtesy,
    HttpGateway,
    HttpRequest,
    Pace,
    Reading,
    Receiver,
    SmsChannel,
    SmsFile,
    Webhook,
    WecomRobot,
)
from tracker.domain.errors import DefinitionInvalid
from tracker.domain.messages import KINDS
from tracker.domain.provider_codes import ANSWERS, CMPP_RECEIPTS, RECEIPTS, CodeTable, table_of
from tracker.domain.sms_texts import TO_DO, VALUES, SmsWording, banned_in, names_in

WAYS = ("http", "aliyun", "file")
#: What a system may be told: everything but what somebody sends to try a channel out.
TOLD = sorted(KINDS.keys() - {"trial"})


class RequestSchema(StrictSchema):
    url = Text(required=True)
    method = OneOf("方法", ("POST", "GET"), load_default="POST")
    headers = Headers(load_default=dict)
    body = fields.String(load_default="")
    charset = OneOf("编码", ("utf-8", "gbk"), load_default="utf-8")
    wrapped = OneOf("包装", ("plain", "base64"), load_default="plain")


class ReadingSchema(StrictSchema):
    kind = OneOf("格式", ("json", "form", "pattern"), load_default="json")
    code = Text(required=True)
    id = fields.String(load_default="")
    ref = fields.String(load_default="")
    said = fields.String(load_default="")
    at = fields.String(load_default="")

    @validates_schema(skip_on_field_errors=True)
    def patterns_can_be_read(self, data: Any, **_: Any) -> None:
        if data["kind"] != "pattern":
            return
        for name in ("code", "id", "ref", "said", "at"):
            try:
                groups = re.compile(data[name]).groups
            except re.error:
                groups = 0
            if data[name] and groups != 1:
                raise ValidationError({name: ["这里要写正则表达式，用一对括号括出要取的部分。"]})


class AnswerSchema(ReadingSchema):
    codes = Codes(ANSWERS, required=True)


class ReportSchema(ReadingSchema):
    listed = fields.String(load_default="")
    answer = fields.String(load_default='{"code":0,"msg":"ok"}')
    signed_by = fields.String(load_default="")
    codes = Codes(RECEIPTS, load_default=dict)

    @validates_schema(skip_on_field_errors=True)
    def names_its_message(self, data: Any, **_: Any) -> None:
        if not data["id"] and not data["ref"]:
            raise ValidationError({"id": ["回执里要有消息编号：id（服务商的）或 ref（我们的），至少写一个。"]})


class HttpSchema(StrictSchema):
    submit = fields.Nested(RequestSchema, required=True)
    answer = fields.Nested(AnswerSchema, required=True)
    receipts = fields.Nested(ReportSchema, load_default=None)
    query = fields.Nested(RequestSchema, load_default=None)
    found = fields.Nested(ReportSchema, load_default=None)

    @validates_schema(skip_on_field_errors=True)
    def knows_how_to_read_what_it_asks(self, data: Any, **_: Any) -> None:
        if (data["query"] is None) != (data["found"] is None):
            raise ValidationError({"query": ["query（怎样问）和 found（怎样读答复）要一起写。"]})


class AliyunSchema(StrictSchema):
    access_key_id = Text(required=True)
    template_code = Text(required=True)
    endpoint = Text(load_default="https://dysmsapi.aliyuncs.com")


class FileSchema(StrictSchema):
    folder = Text(required=True)


class SmsSchema(StrictSchema):
    provider = Name(required=True)
    signature = Text(load_default="")
    template = Text(load_default="")
    names = fields.Dict(keys=fields.String(), values=OneOf("值", list(VALUES)), load_default=dict)
    pace = PaceField(load_default=None)
    price = fields.Raw(load_default="")
    http = fields.Nested(HttpSchema, load_default=None)
    aliyun = fields.Nested(AliyunSchema, load_default=None)
    file = fields.Nested(FileSchema, load_default=None)

    @validates_schema(skip_on_field_errors=True)
    def is_whole(self, data: Any, **_: Any) -> None:
        ways = [way for way in WAYS if data[way] is not None]
        if len(ways) != 1:
            raise ValidationError("短信通道要写 http、aliyun、file 中的一个，且只写一个。")
        if any(sign in data["signature"] for sign in "【】"):
            raise ValidationError({"signature": ["签名不带括号【】，发送时自动加上。"]})
        if data["aliyun"] is not None and not (data["signature"] and data["template"]):
            raise ValidationError({"template": ["阿里云要写审核通过的 signature（签名）和 template（模板原文）。"]})
        for name in names_in(data["template"]):
            meant = data["names"].get(name, name)
            if meant not in VALUES:
                raise ValidationError({"template": [unknown("模板里的值", meant, VALUES)]})
        if not re.fullmatch(r"|[0-9]{1,3}(\.[0-9]{1,4})?", str(data["price"])):
            raise ValidationError({"price": ["每条价格写成元，例如 0.045。"]})


class CourtesySchema(StrictSchema):
    channels = Several(OneOf("送达方式", list(PERSONAL)), load_default=lambda: ["sms"])
    quiet_hours = QuietHours(load_default=None)
    working_days_only = Flag(load_default=False)
    daily_ceiling = fields.Dict(keys=OneOf("送达方式", list(PERSONAL)), values=Number(1, 1_000), load_default=dict)


class EmailSchema(StrictSchema):
    pace = PaceField(required=True)


class ReceiverSchema(StrictSchema):
    title = Text(required=True, validate=validate.Length(max=40, error="最多 40 个字。"))
    campaigns = Several(Text(), load_default=list)
    units = Several(Text(), load_default=list)
    pace = PaceField(load_default=None)


class WecomSchema(ReceiverSchema):
    base = Text(load_default=WECOM_BASE)
    messages = Several(OneOf("消息种类", sorted(TO_DO)), load_default=lambda: sorted(TO_DO))
    pace = PaceField(load_default=Pace(15, timedelta(minutes=1)))


class WebhookSchema(ReceiverSchema):
    url = Text(required=True)
    messages = Several(OneOf("消息种类", TOLD), load_default=lambda: TOLD)


class ChannelsSchema(StrictSchema):
    sms = fields.Nested(SmsSchema, load_default=None)
    wecom = MapOf(WecomSchema, load_default=dict)
    webhook = MapOf(WebhookSchema, load_default=dict)
    email = fields.Nested(EmailSchema, load_default=None)
    courtesy = fields.Nested(CourtesySchema, load_default=None)
    banned_words = fields.Dict(keys=Text(), values=Text(), load_default=dict)
    allowed_words = fields.List(Text(), load_default=list)

    @validates_schema(skip_on_field_errors=True)
    def names_each_receiver_once(self, data: Any, **_: Any) -> None:
        if twice := sorted(data["wecom"].keys() & data["webhook"].keys()):
            raise ValidationError({"webhook": [f"“{twice[0]}”在 wecom 中已有，请换一个名称：每个名称只有一个密钥。"]})


def read_channels(path: Path, *, hosts: Collection[str]) -> Channels:
    """Return what the file says. `hosts` may be reached beside the known ones.

    Raises DefinitionInvalid that names every place that cannot be used, and why.
    """
    content, problems = read_yaml(path)
    return _checked(content, problems, file=path.name, hosts=hosts)


def read_channels_text(text: str, *, file: str, hosts: Collection[str]) -> Channels:
    """Return what `text` says; as `read_channels`."""
    content, problems = parse_yaml(text)
    return _checked(content, problems, file=file, hosts=hosts)


def _checked(content: object, problems: list[Problem], *, file: str, hosts: Collection[str]) -> Channels:
    loaded, misshapen = load(ChannelsSchema(), content) if content is not None else ({}, [])
    found = [*problems, *misshapen]
    if not found:
        found += [*_strange_hosts(loaded, frozenset(hosts) | KNOWN_HOSTS), *_banned_words(loaded)]
    if found:
        raise DefinitionInvalid([problem.sentence(file) for problem in found])
    return _channels(loaded)


def _strange_hosts(loaded: Mapping[str, Any], hosts: frozenset[str]) -> Iterator[Problem]:
    sms = loaded["sms"] or {}
    urls = {"sms.aliyun.endpoint": sms["aliyun"]["endpoint"]} if sms.get("aliyun") else {}
    http = sms.get("http") or {}
    urls |= {f"sms.http.{name}.url": http[name]["url"] for name in ("submit", "query") if http.get(name)}
    urls |= {f"wecom.{key}.base": one["base"] for key, one in loaded["wecom"].items()}
    urls |= {f"webhook.{key}.url": one["url"] for key, one in loaded["webhook"].items()}
    for path, url in urls.items():
        parts = urlsplit(url)
        if parts.scheme not in ("https", "http") or not parts.hostname or parts.username or "{" in parts.netloc:
            yield Problem(path, "要写成 https://主机/路径，主机名里不能有用户名和模板。")
        elif parts.hostname not in hosts:
            yield Problem(path, f"主机“{parts.hostname}”不在允许的名单里，请在 TRACKER_GATEWAY_HOSTS 中加上。")


def _banned(loaded: Mapping[str, Any]) -> dict[str, str]:
    every = {**shipped_banned_words(), **loaded["banned_words"]}
    return {word: reason for word, reason in every.items() if word not in loaded["allowed_words"]}


def _banned_words(loaded: Mapping[str, Any]) -> Iterator[Problem]:
    sms = loaded["sms"] or {}
    for name in ("signature", "template"):
        if found := banned_in(sms.get(name, ""), _banned(loaded)):
            allowed = "服务商确已审核通过的，写进 allowed_words。"
            yield Problem(f"sms.{name}", f"含有短信服务商不收的词：{'、'.join(found)}。请换个说法；{allowed}")


def _channels(loaded: Mapping[str, Any]) -> Channels:
    email, courtesy = loaded["email"], loaded["courtesy"]
    return Channels(
        sms=_sms(loaded["sms"]) if loaded["sms"] else None,
        receivers=(
            *(_receiver(key, one, WecomRobot(one["base"])) for key, one in loaded["wecom"].items()),
            *(_receiver(key, one, Webhook(one["url"])) for key, one in loaded["webhook"].items()),
        ),
        email_pace=email["pace"] if email else None,
        courtesy=_courtesy(courtesy) if courtesy else Courtesy(),
        banned=_banned(loaded),
    )


def _courtesy(loaded: Mapping[str, Any]) -> Courtesy:
    quiet_from, quiet_until = loaded["quiet_hours"] or (None, None)
    return Courtesy(
        frozenset(loaded["channels"]), quiet_from, quiet_until, loaded["working_days_only"],
        dict(loaded["daily_ceiling"]),
    )  # fmt: skip


def _receiver(key: str, loaded: Mapping[str, Any], via: Webhook | WecomRobot) -> Receiver:
    return Receiver(
        key, loaded["title"], via, frozenset(loaded["messages"]), frozenset(loaded["campaigns"]),
        frozenset(loaded["units"]), loaded["pace"],
    )  # fmt: skip


def _sms(loaded: Mapping[str, Any]) -> SmsChannel:
    wording = SmsWording(loaded["signature"], loaded["template"], dict(loaded["names"]))
    via: HttpGateway | AliyunSms | SmsFile
    if loaded["http"]:
        via = _gateway(loaded["provider"], loaded["http"])
    elif loaded["aliyun"]:
        via = AliyunSms(**loaded["aliyun"])
    else:
        via = SmsFile(**loaded["file"])
    return SmsChannel(loaded["provider"], via, wording, loaded["pace"], str(loaded["price"]))


def _gateway(provider: str, loaded: Mapping[str, Any]) -> HttpGateway:
    query, found, receipts = loaded["query"], loaded["found"], loaded["receipts"]
    return HttpGateway(
        submit=HttpRequest(**loaded["submit"]),
        answer=_reading(provider, loaded["answer"]),
        receipts=_reading(provider, receipts, CMPP_RECEIPTS) if receipts else None,
        query=HttpRequest(**query) if query else None,
        found=_reading(provider, found, CMPP_RECEIPTS) if found else None,
    )


def _reading(provider: str, loaded: Mapping[str, Any], upon: CodeTable | None = None) -> Reading:
    rest = {name: value for name, value in loaded.items() if name != "codes"}
    return Reading(table=table_of(provider, loaded["codes"], upon), **rest)
