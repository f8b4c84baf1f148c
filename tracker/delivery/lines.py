"""The lines to the outside, one a channel: who carries, who can be asked, who calls back, and how each is checked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from tracker.delivery.posting import Poster
from tracker.delivery.sms.aliyun import AliyunCourier
from tracker.delivery.sms.file import SmsFileCourier
from tracker.delivery.sms.http_gateway import HttpGatewayCourier
from tracker.domain.channels import AliyunSms, HttpGateway, SmsChannel
from tracker.domain.ports import ChannelCheck, Courier, ReceiptAsker, ReceiptReader


@dataclass(frozen=True)
class Lines:
    """What is set up, by channel."""

    couriers: Mapping[str, Courier] = field(default_factory=dict)
    askers: Mapping[str, ReceiptAsker] = field(default_factory=dict)
    readers: Mapping[str, ReceiptReader] = field(default_factory=dict)
    checks: Mapping[str, ChannelCheck] = field(default_factory=dict)

    def beside(self, other: Lines) -> Lines:
        """Return both together."""
        return Lines(
            {**self.couriers, **other.couriers}, {**self.askers, **other.askers}, {**self.readers, **other.readers},
            {**self.checks, **other.checks},
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
