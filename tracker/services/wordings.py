"""How messages read: what is shipped, what the office has in its place, a preview on real news, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Protocol

from tracker.domain.channels import Channels
from tracker.domain.errors import NotFound
from tracker.domain.messages import KINDS, MessageUnreadable, masked_facts, sample_facts
from tracker.domain.permissions import Action, Viewer, may
from tracker.domain.ports import MessagePart, MessageRenderer, MessageSources, TextSource
from tracker.domain.remarks import Remark, Weight
from tracker.domain.sms_texts import LONGEST, banned_in, neutral_values, sms_segments
from tracker.persistence.queries.newest_told import newest_told
from tracker.services.context import Floor

#: What frames every mail is no kind of message, and has texts all the same.
FRAME = "digest"
#: A subject that is longer is cut by most mail readers.
LONGEST_SUBJECT = 60


class Texts(MessageRenderer, MessageSources, Protocol):
    """The renderer, which knows its files."""


@dataclass(frozen=True)
class Listed:
    """One kind in the list."""

    key: str
    title: str
    is_own: bool
    problem: str


@dataclass(frozen=True)
class Preview:
    """How a message reads.

    facts       real: the newest that was told | masked: its lengths and dates, not its words | sample: made up
    banned      words that providers turn down, each with its reason
    """

    subject: str
    text: str
    sms: str
    segments: int
    facts: str
    banned: Sequence[str]
    remarks: Sequence[str]


@dataclass(frozen=True)
class Wording:
    """One kind of message with all that is known of its words."""

    key: str
    title: str
    sources: Sequence[TextSource]
    preview: Preview | None


class WordingService:
    """Reads texts and tries them out; changes nothing. A viewer of None is the operator at the command line."""

    def __init__(self, floor: Floor, *, texts: Texts, channels: Channels) -> None:
        self._floor, self._texts, self._channels = floor, texts, channels

    def kinds(self, viewer: Viewer) -> list[Listed]:
        """Return every kind, with whether the office has words of its own; raises NotFound for strangers."""
        self._admit(viewer)
        titles = {FRAME: "每封邮件的外框", **{key: kind.title for key, kind in KINDS.items()}}
        return [self._listed(key, title) for key, title in titles.items()]

    def look(self, viewer: Viewer | None, key: str) -> Wording:
        """Return the texts of a kind and how it reads. Raises NotFound for an unknown kind, and for strangers."""
        self._admit(viewer)
        if key == FRAME:
            return Wording(key, "每封邮件的外框", self._texts.sources(key), None)
        if key not in KINDS:
            near = get_close_matches(key, KINDS, n=1)
            raise NotFound(f"没有“{key}”这种消息。" + (f"是不是 {near[0]}？" if near else ""))
        return Wording(key, KINDS[key].title, self._texts.sources(key), self._preview(viewer, key))

    def examine(self) -> list[Remark]:
        """Say for the doctor which units' short names a provider of SMS may turn down."""
        with self._floor.uows() as uow:
            names = sorted({unit.short_name for unit in uow.units.find_present()})
        found = {name: banned_in(name, self._channels.banned) for name in names}
        return [
            Remark(Weight.WARN, f"单位简称“{name}”含有短信服务商不收的词：{'、'.join(words)}，短信可能被拦，请改简称。")
            for name, words in found.items()
            if words
        ]

    def _preview(self, viewer: Viewer | None, key: str) -> Preview:
        with self._floor.uows() as uow:
            found = newest_told(uow.session, viewer, key)
        told, ours, unit = found if found is not None else (sample_facts(key), True, None)
        facts: Mapping[str, object] = told if ours else masked_facts(told)
        part = MessagePart(key, facts)
        values = neutral_values([part], unit if ours else None)
        sms = self._channels.wording.text(values)
        try:
            subject, text = self._texts.subject(part), self._texts.line(part)
        except MessageUnreadable as problem:
            subject, text = "", f"写不出来（{problem}）"
        body = sms.removeprefix(f"【{self._channels.wording.signature}】")
        kind = "sample" if found is None else "real" if ours else "masked"
        banned = banned_in(body, self._channels.banned)
        return Preview(subject, text, sms, sms_segments(sms), kind, banned, _remarks(subject, sms, banned))

    def _listed(self, key: str, title: str) -> Listed:
        sources = self._texts.sources(key)
        problems = [f"{one.name}：{one.problem}" for one in sources if one.problem]
        return Listed(key, title, any(one.own is not None for one in sources), "；".join(problems))

    @staticmethod
    def _admit(viewer: Viewer | None) -> None:
        if viewer is not None and not may(viewer, Action.SEE_OUTBOX):
            raise NotFound("没有这个页面。")


def _remarks(subject: str, sms: str, banned: Sequence[str]) -> list[str]:
    found = []
    if len(subject) > LONGEST_SUBJECT:
        found.append(f"邮件主题有{len(subject)}个字，超过{LONGEST_SUBJECT}个字的部分多半看不到。")
    if len(sms) > LONGEST:
        found.append(f"短信有{len(sms)}个字，超过{LONGEST}个字的部分会被截去。")
    if banned:
        found.append(f"短信含有服务商不收的词：{'、'.join(banned)}。")
    return found
