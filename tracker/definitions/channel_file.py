"""Read the channels file: how SMS leave, how fast, and when people are left in peace."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tracker.definitions.channel_schema import ChannelsSchema
from tracker.definitions.problems import Problem
from tracker.definitions.schema import load
from tracker.definitions.yaml_source import parse_yaml, read_yaml
from tracker.domain.channels import (
    KNOWN_HOSTS,
    AliyunSms,
    Channels,
    Courtesy,
    HttpGateway,
    HttpRequest,
    Reading,
    SmsChannel,
    SmsFile,
)
from tracker.domain.errors import DefinitionInvalid
from tracker.domain.provider_codes import CMPP_RECEIPTS, CodeTable, table_of
from tracker.domain.sms_texts import SmsWording


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
        found += _strange_hosts(loaded, frozenset(hosts) | KNOWN_HOSTS)
    if found:
        raise DefinitionInvalid([problem.sentence(file) for problem in found])
    return _channels(loaded)


def _strange_hosts(loaded: Mapping[str, Any], hosts: frozenset[str]) -> Iterator[Problem]:
    sms = loaded["sms"] or {}
    urls = {"sms.aliyun.endpoint": sms["aliyun"]["endpoint"]} if sms.get("aliyun") else {}
    http = sms.get("http") or {}
    urls |= {f"sms.http.{name}.url": http[name]["url"] for name in ("submit", "query") if http.get(name)}
    for path, url in urls.items():
        parts = urlsplit(url)
        if parts.scheme not in ("https", "http") or not parts.hostname or parts.username or "{" in parts.netloc:
            yield Problem(path, "要写成 https://主机/路径，主机名里不能有用户名和模板。")
        elif parts.hostname not in hosts:
            yield Problem(path, f"主机“{parts.hostname}”不在允许的名单里，请在 TRACKER_GATEWAY_HOSTS 中加上。")


def _channels(loaded: Mapping[str, Any]) -> Channels:
    email, courtesy = loaded["email"], loaded["courtesy"]
    return Channels(
        sms=_sms(loaded["sms"]) if loaded["sms"] else None,
        email_pace=email["pace"] if email else None,
        courtesy=_courtesy(courtesy) if courtesy else Courtesy(),
    )


def _courtesy(loaded: Mapping[str, Any]) -> Courtesy:
    quiet_from, quiet_until = loaded["quiet_hours"] or (None, None)
    return Courtesy(
        frozenset(loaded["channels"]), quiet_from, quiet_until, loaded["working_days_only"],
        dict(loaded["daily_ceiling"]),
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
