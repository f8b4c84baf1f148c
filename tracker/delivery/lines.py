"""The lines to the outside, one a channel: who carries, who can be asked, who calls back, and how each is checked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from tracker.delivery.posting import Poster
from tracker.delivery.sms.aliyun import AliyunCourier
from tracker.delivery.sms.file import SmsFileCourier
from tracker.delivery.sms.http_gateway import HttpGatewayCourier
from tracker.delivery.webhook import SHORTEST_SECRET, WebhookCourier
from tracker.delivery.wecom import KEY, WecomCourier
from tracker.domain.channels import AliyunSms, HttpGateway, Receiver, SmsChannel, Webhook
from tracker.domain.errors import DefinitionInvalid
from tracker.domain.ports import ChannelCheck, Courier, NewsWriter, ReceiptAsker, ReceiptReader


@dataclass(frozen=True)
class Lines:
    """What is set up, by channel.

    writers      who makes the text that a receiver gets
    repeatable   channels whose other side knows a message again by its key: what is unsure is sent again
    """

    couriers: Mapping[str, Courier] = field(default_factory=dict)
    askers: Mapping[str, ReceiptAsker] = field(default_factory=dict)
    readers: Mapping[str, ReceiptReader] = field(default_factory=dict)
    checks: Mapping[str, ChannelCheck] = field(default_factory=dict)
    writers: Mapping[str, NewsWriter] = field(default_factory=dict)
    repeatable: frozenset[str] = frozenset()

    def beside(self, other: Lines) -> Lines:
        """Return both together."""
        return Lines(
            {**self.couriers, **other.couriers}, {**self.askers, **other.askers}, {**self.readers, **other.readers},
            {**self.checks, **other.checks}, {**self.writers, **other.writers}, self.repeatable | other.repeatable,
        )  # fmt: skip


def sms_lines(
    channel: SmsChannel, *, secret: str, hosts: Collection[str], now: Callable[[], datetime], folder: Path
) -> Lines:
    """Return the line that the channels file asks for; a relative folder of SMS files lies in `folder`.

    Raises DefinitionInvalid when a template of the file cannot be filled.
    """
    poster, signature = Poster(hosts), channel.wording.signature
    via = channel.via
    if isinstance(via, AliyunSms):
        aliyun = AliyunCourier(via, secret=secret, signature=signature, poster=poster, now=now)
        return Lines({"sms": aliyun}, {"sms": aliyun}, {"sms": aliyun}, {"sms": aliyun})
    if isinstance(via, HttpGateway):
        gateway = HttpGatewayCourier(via, secret=secret, signature=signature, poster=poster, now=now)
        return Lines(
            {"sms": gateway}, {"sms": gateway} if gateway.asks else {}, {"sms": gateway} if via.receipts else {},
            {"sms": gateway},
        )  # fmt: skip
    file = SmsFileCourier(folder / via.folder, now=now)
    return Lines({"sms": file}, checks={"sms": file})


def receiver_lines(
    receivers: Iterable[Receiver], *, secrets: Mapping[str, str], hosts: Collection[str], now: Callable[[], datetime]
) -> Lines:
    """Return a line to each receiver; `secrets` are by its name.

    Raises DefinitionInvalid that names every receiver whose secret is missing or cannot be one, and never the secret.
    """
    lines, problems, poster = Lines(), [], Poster(hosts)
    for receiver in receivers:
        secret, channel, via = secrets.get(receiver.key, ""), receiver.channel, receiver.via
        if not secret:
            problems.append(f"{channel}：没有密钥。请在 TRACKER_CHANNEL_SECRETS 中加上 {receiver.key}=密钥。")
        elif isinstance(via, Webhook):
            if len(secret) < SHORTEST_SECRET:
                problems.append(f"{channel}：密钥太短，至少 {SHORTEST_SECRET} 个字符。")
            hook = WebhookCourier(via, secret=secret, poster=poster, now=now)
            one = Lines(
                {channel: hook}, checks={channel: hook}, writers={channel: hook}, repeatable=frozenset({channel})
            )
            lines = lines.beside(one)
        else:
            if KEY.fullmatch(secret) is None:
                problems.append(f"{channel}：密钥不对，应是机器人地址里 key= 后面那一段。")
            robot = WecomCourier(via, key=secret, poster=poster)
            lines = lines.beside(Lines({channel: robot}, checks={channel: robot}, writers={channel: robot}))
    if problems:
        raise DefinitionInvalid(problems)
    return lines
