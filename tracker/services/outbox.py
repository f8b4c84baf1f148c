"""What people do about messages: try one again, let a channel go on, try a channel out, take a contact's mark away."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from tracker.domain.channels import CHANNEL_TITLES
from tracker.domain.errors import DeliveryFailed, NotAllowed, NotFound
from tracker.domain.messages import KINDS, sample_facts
from tracker.domain.permissions import Action, Viewer, may
from tracker.domain.ports import ChannelCheck, MessagePart, MessageRenderer
from tracker.domain.remarks import Remark, Weight
from tracker.persistence.queries.outbox import OutboxItem, find_channels, get_outbox_item
from tracker.persistence.repositories.told import NewTold
from tracker.services.channel_pauses import go_on
from tracker.services.context import Floor
from tracker.services.person_events import person_event
from tracker.services.recording import Doer, event

#: Only these can be tried again: what is on its way or arrived is not sent twice, what was cancelled is not wanted.
AGAIN = frozenset({"gathered", "failed", "unknown"})


@dataclass(frozen=True)
class Preview:
    """How a message reads; `is_real` = with facts that somebody was told."""

    subject: str
    text: str
    is_real: bool


class OutboxService:
    """Acts on deliveries; every act is in the record. A viewer of None is the operator at the command line."""

    def __init__(
        self, floor: Floor, *, renderer: MessageRenderer, checks: Mapping[str, ChannelCheck], in_use: frozenset[str]
    ) -> None:
        self._floor, self._renderer = floor, renderer
        self._checks, self._in_use = checks, in_use

    @property
    def channels(self) -> list[str]:
        """Return the channels that are set up."""
        return [channel for channel in CHANNEL_TITLES if channel in self._in_use]

    def retry(self, viewer: Viewer | None, ref: str) -> None:
        """Let a delivery be sent again at once, courtesy and all looked at anew.

        Raises NotFound for one that the viewer may not see, NotAllowed for one that cannot be sent again.
        """
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            found = self._seen(get_outbox_item(uow.session, viewer, ref))
            row = uow.deliveries.lock(found.row.id)
            if row is None or row.status not in AGAIN:
                raise NotAllowed("这条消息已经发出、送达或取消，不能再发。页面可能旧了，请刷新看看。")
            if row.channel not in self._in_use:
                raise NotAllowed(f"{CHANNEL_TITLES[row.channel]}通道没有设置，发不出去。")
            resent = row.status == "unknown"
            row.status, row.next_try_at, row.held, row.ask_at = "gathered", now, False, None
            row.ended_at, row.delays, row.reason = (
                None,
                row.attempts,
                "人工要求重发" if row.attempts else "人工要求立即发送",
            )
            row.resent = row.resent or (resent and row.grave)
            uow.events.append([
                person_event(row.person_id, "delivery.retried", at=now, by=viewer.person_id if viewer else None,
                             delivery=row.ref, channel=row.channel),
            ])  # fmt: skip
            self._floor.ring_deliveries(uow)
            uow.commit()

    def resume(self, viewer: Viewer | None, channel: str) -> None:
        """Let a channel go on before its rest is over; raises NotFound for an unknown one."""
        now = self._floor.clock.now()
        if channel not in CHANNEL_TITLES or not _may(viewer):
            raise NotFound("没有这个通道。")
        with self._floor.uows() as uow:
            if go_on(uow, channel, now=now):
                by = Doer(viewer.person_id if viewer else None, None)
                uow.events.append([event(("settings", 1), "channel.resumed", {"channel": channel}, at=now, by=by)])
            self._floor.ring_deliveries(uow)
            uow.commit()

    def try_out(self, viewer: Viewer) -> None:
        """Tell the viewer a message that says nothing, on every channel at which he can be reached."""
        if not _may(viewer):
            raise NotFound("没有这个页面。")
        cause = f"trial:{secrets.token_hex(8)}"
        with self._floor.uows() as uow:
            uow.told.add([NewTold(cause, viewer.person_id, None, "trial", {})], now=self._floor.clock.now())
            self._floor.ring_deliveries(uow)
            uow.commit()

    def preview(self, message: str) -> Preview:
        """Return how a kind of message reads, on the newest that anybody was told, or on made-up facts.

        Raises NotFound for an unknown kind.
        """
        if message not in KINDS:
            near = get_close_matches(message, KINDS, n=1)
            raise NotFound(f"没有“{message}”这种消息。" + (f"是不是 {near[0]}？" if near else ""))
        with self._floor.uows() as uow:
            told = uow.told.newest_facts(message)
        part = MessagePart(message, told or sample_facts(message))
        return Preview(self._renderer.subject(part), self._renderer.line(part), is_real=told is not None)

    def examine(self) -> Iterator[Remark]:
        """Say of each channel whether its provider can be reached, whether it rests, and how much waits."""
        now = self._floor.clock.now()
        if not self._in_use:
            yield Remark(Weight.WARN, "没有设置任何送达通道，消息只显示在各人的“消息”页。")
        for channel in self.channels:
            try:
                if channel in self._checks:
                    yield Remark(Weight.GOOD, self._checks[channel].check())
            except DeliveryFailed as problem:
                yield Remark(Weight.BAD, f"{CHANNEL_TITLES[channel]}：{problem.sentence}")
        with self._floor.uows() as uow:
            states = find_channels(uow.session, list(CHANNEL_TITLES))
            unmatched = uow.receipts.count_unmatched()
        for one in states:
            if one.rests(now):
                yield Remark(Weight.BAD if one.stopped else Weight.WARN, f"{one.title}通道暂停中：{one.reason}")
            if one.waiting:
                yield Remark(
                    Weight.GOOD if one.channel in self._in_use else Weight.BAD, f"{one.title}有{one.waiting}条待发送。"
                )
        if unmatched:
            yield Remark(Weight.WARN, f"收到{unmatched}条对不上号的回执，可能是别的系统发的短信，或回调网址给错了。")

    def clear_contact(self, viewer: Viewer, person_id: int, channel: str) -> bool:
        """Use an address again at which nobody was; the caller has checked whose it is. False when it was not marked."""
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            cleared = uow.channels.clear_contact(person_id, channel, now=now)
            if cleared:
                uow.events.append([
                    person_event(person_id, "contact.cleared", at=now, by=viewer.person_id, channel=channel),
                ])  # fmt: skip
                uow.commit()
        return cleared

    @staticmethod
    def _seen(found: OutboxItem | None) -> OutboxItem:
        if found is None:
            raise NotFound("没有这条消息，或者您无权查看。")
        return found


def _may(viewer: Viewer | None) -> bool:
    return viewer is None or may(viewer, Action.SEE_OUTBOX)
