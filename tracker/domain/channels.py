"""How messages leave: the values of the channels file (TRACKER_CHANNELS_FILE). Empty = mail only, as ever."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from tracker.domain.provider_codes import CodeTable
from tracker.domain.sms_texts import SmsWording

#: Every kind of channel, and what the screen calls it. What is for a receiver has its name behind it: `wecom:villages`.
CHANNEL_TITLES: Mapping[str, str] = {"email": "邮件", "sms": "短信", "wecom": "企业微信群", "webhook": "接口推送"}
#: Those at which a person has an address; the others belong to a receiver of the channels file.
PERSONAL = ("email", "sms")
#: Hosts that may be reached without being listed in TRACKER_GATEWAY_HOSTS.
WECOM_BASE = "https://qyapi.weixin.qq.com"
KNOWN_HOSTS = frozenset({"dysmsapi.aliyuncs.com", "qyapi.weixin.qq.com"})


def kind_of(channel: str) -> str:
    """Return what kind of channel it is."""
    return channel.partition(":")[0]


def channel_title(channel: str) -> str:
    """Return a channel as people read it, with the receiver's name where it has one."""
    kind, _, name = channel.partition(":")
    title = CHANNEL_TITLES.get(kind, kind)
    return f"{title}“{name}”" if name else title


@dataclass(frozen=True)
class Pace:
    """At most `count` messages in `per`, by all workers of all machines together."""

    count: int
    per: timedelta

    @property
    def interval(self) -> timedelta:
        """Return the time from one message to the next."""
        return self.per / self.count

    @property
    def ahead(self) -> timedelta:
        """Return how far ahead of an even flow messages may run: what fits into one second goes at once."""
        return max(timedelta(), timedelta(seconds=1) - self.interval)


@dataclass(frozen=True)
class HttpRequest:
    """One request as a template: url, headers and body may name phone, text, ref …; `wrapped` is plain or base64."""

    url: str
    body: str
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)
    charset: str = "utf-8"
    wrapped: str = "plain"


@dataclass(frozen=True)
class Reading:
    """Where an answer or a report says what: dotted paths into JSON or form fields, or patterns with one group.

    listed      where the list of reports stands; empty = the whole body is the list or the one report
    answer      what the gateway wants to hear after a report
    signed_by   the header that carries hex HMAC-SHA256 of the body under TRACKER_SMS_SECRET, where the gateway signs
    """

    code: str
    table: CodeTable
    kind: str = "json"
    id: str = ""
    ref: str = ""
    said: str = ""
    at: str = ""
    listed: str = ""
    answer: str = '{"code":0,"msg":"ok"}'
    signed_by: str = ""


@dataclass(frozen=True)
class HttpGateway:
    """A gateway spoken to as its file says: 云MAS, a provincial platform."""

    submit: HttpRequest
    answer: Reading
    receipts: Reading | None = None
    query: HttpRequest | None = None
    found: Reading | None = None


@dataclass(frozen=True)
class AliyunSms:
    """Aliyun Dysmsapi 2017-05-25: a key's id, an approved template."""

    access_key_id: str
    template_code: str
    endpoint: str = "https://dysmsapi.aliyuncs.com"


@dataclass(frozen=True)
class SmsFile:
    """Numbers and texts are appended to one CSV a day in a folder, for an office without a line outside."""

    folder: str


@dataclass(frozen=True)
class SmsChannel:
    """The SMS channel: through what, in which words, how fast, at what price a piece in yuan (as text)."""

    provider: str
    via: HttpGateway | AliyunSms | SmsFile
    wording: SmsWording
    pace: Pace | None = None
    price: str = ""


@dataclass(frozen=True)
class Webhook:
    """A system of the office's own that takes signed JSON at one address."""

    url: str
    kind = "webhook"


@dataclass(frozen=True)
class WecomRobot:
    """A robot in a WeCom group; its key stands in TRACKER_CHANNEL_SECRETS. Private installations have their own base."""

    base: str = WECOM_BASE
    kind = "wecom"


@dataclass(frozen=True)
class Receiver:
    """A group or a system that is told, beside the people themselves, what some units are told.

    key                 its name in the file, in TRACKER_CHANNEL_SECRETS and in the record
    messages            kinds of message that it is told
    campaigns, units    keys; none named = all. A unit stands for all below it, too
    """

    key: str
    title: str
    via: Webhook | WecomRobot
    messages: frozenset[str]
    campaigns: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()
    pace: Pace | None = None

    @property
    def channel(self) -> str:
        """Return the channel that is this receiver's alone."""
        return f"{self.via.kind}:{self.key}"

    def is_told(self, message: str, campaign: str | None, units: Collection[str]) -> bool:
        """Tell whether it is told a message of a campaign to somebody at a unit; `units` are that and all above it."""
        return (
            message in self.messages
            and (not self.campaigns or campaign in self.campaigns)
            and (not self.units or not self.units.isdisjoint(units))
        )


@dataclass(frozen=True)
class Courtesy:
    """When people are left in peace. Everything off unless the file says otherwise.

    channels            personal ones to which quiet hours and working days apply: a group or a system is spared nothing
    quiet_from, until   local hours; past midnight when `quiet_from` is the later
    daily_ceiling       messages a person and channel get in a day; what is over it waits and goes as one
    """

    channels: frozenset[str] = frozenset()
    quiet_from: time | None = None
    quiet_until: time | None = None
    working_days_only: bool = False
    daily_ceiling: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Channels:
    """The whole file. `banned`: words at which providers of SMS turn a message down, each with its reason."""

    sms: SmsChannel | None = None
    receivers: tuple[Receiver, ...] = ()
    email_pace: Pace | None = None
    courtesy: Courtesy = Courtesy()
    banned: Mapping[str, str] = field(default_factory=dict)

    @property
    def wording(self) -> SmsWording:
        """Return how an SMS is worded, the engine's own way without a channel for SMS."""
        return self.sms.wording if self.sms else SmsWording()

    @property
    def paces(self) -> Mapping[str, Pace]:
        """Return the channels that have a pace."""
        paces = {"email": self.email_pace, "sms": self.sms.pace if self.sms else None}
        paces |= {receiver.channel: receiver.pace for receiver in self.receivers}
        return {channel: pace for channel, pace in paces.items() if pace is not None}


@dataclass(frozen=True)
class Receipt:
    """What a provider reports of one message. `ref` is our own number where it gives it back."""

    provider_id: str
    ref: str
    code: str
    meaning: str
    sentence: str
    at: datetime | None = None


@dataclass(frozen=True)
class Question:
    """One message that we ask a provider about."""

    ref: str
    provider_id: str
    address: str
    submitted_at: datetime
