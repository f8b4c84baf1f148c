"""What people do about messages: try one again, let a channel go on, try a channel out, take a contact's mark away."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from tracker.domain.channels import CHANNEL_TITLES, PERSONAL, Receiver, channel_title, kind_of
from tracker.domain.errors import DeliveryFailed, NotAllowed, NotFound
from tracker.domain.permissions import Action, Viewer, may
from tracker.domain.ports import ChannelCheck
from tracker.domain.remarks import Remark, Weight
from tracker.persistence.models import Delivery
from tracker.persistence.queries.outbox import OutboxItem, find_channels, get_outbox_item
from tracker.persistence.repositories.events import NewEvent
from tracker.persistence.repositories.told import NewTold
from tracker.services.channel_pauses import go_on
from tracker.services.context import Floor
from tracker.services.installations import SETTINGS_STREAM
from tracker.services.person_events import person_event
from tracker.services.receiver_news import send_to
from tracker.services.recording import Doer, event

#: Only these can be tried again: what is on its way or arrived is not sent twice, what was cancelled is not wanted.
AGAIN = frozenset({"gathered", "failed", "unknown"})


class OutboxService:
    """Acts on deliveries; every act is in the record. A viewer of None is the operator at the command line."""

    def __init__(
        self, floor: Floor, *, checks: Mapping[str, ChannelCheck], in_use: frozenset[str],
        receivers: Sequence[Receiver] = (), host: str = "localhost",
    ) -> None:  # fmt: skip
        self._floor, self._checks, self._in_use, self._host = floor, checks, in_use, host
        self._receivers = {one.channel: one for one in receivers if one.channel in in_use}

    @property
    def channels(self) -> list[str]:
        """Return the channels that are set up."""
        order = list(CHANNEL_TITLES)
        return sorted(self._in_use, key=lambda channel: (order.index(kind_of(channel)), channel))

    @property
    def receivers(self) -> frozenset[str]:
        """Return the channels that are a receiver's, not people's."""
        return frozenset(self._receivers)

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
                raise NotAllowed(f"{channel_title(row.channel)}通道没有设置，发不出去。")
            resent = row.status == "unknown"
            row.status, row.next_try_at, row.held, row.ask_at = "gathered", now, False, None
            row.ended_at, row.delays, row.reason = (
                None,
                row.attempts,
                "人工要求重发" if row.attempts > row.put_down else "人工要求立即发送",
            )
            row.resent = row.resent or (resent and row.grave)
            uow.events.append([
                _retried(row, at=now, by=viewer.person_id if viewer else None),
            ])  # fmt: skip
            self._floor.ring_deliveries(uow)
            uow.commit()

    def may_resume(self, channel: str) -> bool:
        """Tell whether a channel is one that can go on: set up, or people's own, which may be set up elsewhere."""
        return channel in self._in_use or channel in PERSONAL

    def resume(self, viewer: Viewer | None, channel: str) -> None:
        """Let a channel go on before its rest is over; raises NotFound for an unknown one."""
        now = self._floor.clock.now()
        if not self.may_resume(channel) or not _may(viewer):
            raise NotFound("没有这个通道。")
        with self._floor.uows() as uow:
            if go_on(uow, channel, now=now):
                by = Doer(viewer.person_id if viewer else None, None)
                uow.events.append([event(SETTINGS_STREAM, "channel.resumed", {"channel": channel}, at=now, by=by)])
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

    def try_out_receiver(self, viewer: Viewer, channel: str) -> None:
        """Tell a receiver a message that says nothing; raises NotFound for an unknown one."""
        receiver, now = self._receivers.get(channel), self._floor.clock.now()
        if receiver is None or not _may(viewer):
            raise NotFound("没有这个通道。")
        cause = f"trial:{secrets.token_hex(8)}"
        with self._floor.uows() as uow:
            told_id = uow.receivers.tell_trial(cause, viewer.person_id, now=now)
            send_to(uow, [(receiver, [told_id])], host=self._host, now=now, at_once=True)
            self._floor.ring_deliveries(uow)
            uow.commit()

    def examine(self) -> Iterator[Remark]:
        """Say of each channel whether its provider can be reached, whether it rests, and how much waits."""
        now = self._floor.clock.now()
        if not self._in_use:
            yield Remark(Weight.WARN, "没有设置任何送达通道，消息只显示在各人的“消息”页。")
        for channel in self.channels:
            try:
                if channel in self._checks:
                    yield Remark(Weight.GOOD, self._named(channel) + self._checks[channel].check())
            except DeliveryFailed as problem:
                yield Remark(Weight.BAD, f"{channel_title(channel)}：{problem.sentence}")
        with self._floor.uows() as uow:
            states = find_channels(uow.session, self.channels, others=True)
            unknown = uow.receivers.unknown_keys(list(self._receivers.values()))
            unmatched = uow.receipts.count_unmatched()
        for one in states:
            if one.rests(now):
                yield Remark(Weight.BAD if one.stopped else Weight.WARN, f"{one.title}通道暂停中：{one.reason}")
            if one.waiting:
                yield Remark(
                    Weight.GOOD if one.channel in self._in_use else Weight.BAD, f"{one.title}有{one.waiting}条待发送。"
                )
        for channel, what, key in unknown:
            yield Remark(Weight.BAD, f"{channel_title(channel)}：没有叫“{key}”的{what}，请核对通道设置文件。")
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

    def _named(self, channel: str) -> str:
        return f"{channel_title(channel)}：" if channel in self._receivers else ""

    @staticmethod
    def _seen(found: OutboxItem | None) -> OutboxItem:
        if found is None:
            raise NotFound("没有这条消息，或者您无权查看。")
        return found


def _retried(row: Delivery, *, at: datetime, by: int | None) -> NewEvent:
    if row.person_id is None:
        said = {"delivery": row.ref, "channel": row.channel}
        return event(SETTINGS_STREAM, "delivery.retried", said, at=at, by=Doer(by, None))
    return person_event(
        row.person_id, "delivery.retried", at=at, by=by, delivery=row.ref, channel=row.channel
    )  # fmt: skip


def _may(viewer: Viewer | None) -> bool:
    return viewer is None or may(viewer, Action.SEE_OUTBOX)
