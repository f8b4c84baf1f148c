"""The shape of the channels file, as marshmallow schemas."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time, timedelta
from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from tracker.definitions.problems import unknown
from tracker.definitions.schema import StrictSchema
from tracker.definitions.schema_fields import Flag, Name, Number, OneOf, Several, Text
from tracker.domain.channels import CHANNEL_TITLES, Pace
from tracker.domain.provider_codes import ANSWERS, RECEIPTS, Meaning
from tracker.domain.sms_texts import VALUES, names_in

WAYS = ("http", "aliyun", "file")
_PACE = re.compile(r"([1-9][0-9]{0,4}) per (second|minute|hour)")
_SPANS = {"second": timedelta(seconds=1), "minute": timedelta(minutes=1), "hour": timedelta(hours=1)}
_QUIET = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])")


class PaceField(fields.Field[Any]):
    """20 per minute."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Pace:
        found = _PACE.fullmatch(str(value).strip())
        if found is None:
            raise ValidationError(f"“{value}”不是速度，请写成 20 per minute（second、minute 或 hour）。")
        return Pace(int(found[1]), _SPANS[found[2]])


class QuietHours(fields.Field[Any]):
    """21:00-08:00."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> tuple[time, time]:
        found = _QUIET.fullmatch(str(value).strip())
        if found is None or found.group(1, 2) == found.group(3, 4):
            raise ValidationError(f"“{value}”不是时段，请加引号写成 '21:00-08:00'。")
        hours = [int(part) for part in found.groups()]
        return time(hours[0], hours[1]), time(hours[2], hours[3])


class Codes(fields.Field[Any]):
    """A provider's code → what it means; a code that ends in * is a beginning."""

    def __init__(self, meanings: tuple[Meaning, ...], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.meanings = {meaning.value: meaning for meaning in meanings}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, Meaning]:
        if not isinstance(value, Mapping):
            raise ValidationError("Invalid input type.")
        wrong = {
            str(code): [unknown("含义", str(meaning), self.meanings)]
            for code, meaning in value.items()
            if meaning not in self.meanings
        }
        if wrong:
            raise ValidationError(wrong)
        return {str(code): self.meanings[str(meaning)] for code, meaning in value.items()}


class Headers(fields.Field[Any]):
    """Header → template."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, str]:
        if not isinstance(value, Mapping) or not all(re.fullmatch(r"[A-Za-z0-9-]+", str(name)) for name in value):
            raise ValidationError("请写成“名称: 值”，名称只用英文字母、数字和短横线。")
        return {str(name): str(content) for name, content in value.items()}


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
    channels = Several(OneOf("送达方式", list(CHANNEL_TITLES)), load_default=lambda: ["sms"])
    quiet_hours = QuietHours(load_default=None)
    working_days_only = Flag(load_default=False)
    daily_ceiling = fields.Dict(
        keys=OneOf("送达方式", list(CHANNEL_TITLES)), values=Number(1, 1_000), load_default=dict
    )


class EmailSchema(StrictSchema):
    pace = PaceField(required=True)


class ChannelsSchema(StrictSchema):
    sms = fields.Nested(SmsSchema, load_default=None)
    email = fields.Nested(EmailSchema, load_default=None)
    courtesy = fields.Nested(CourtesySchema, load_default=None)
