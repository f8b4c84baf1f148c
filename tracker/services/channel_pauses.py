"""When a channel rests because its provider is away or wants an administrator, and when it goes on."""

from __future__ import annotations

from datetime import datetime

from tracker.domain.channels import channel_title
from tracker.domain.delivery_states import AWAY_TOLD, STOP_PAUSE, UNTIL_RESUMED, away_pause
from tracker.domain.errors import DeliveryFailed
from tracker.domain.provider_codes import Meaning
from tracker.persistence.unit_of_work import UnitOfWork

KINDS = ("channel_away", "channel_stopped")


def pause_after(uow: UnitOfWork, channel: str, failure: DeliveryFailed, *, now: datetime) -> bool:
    """Let a channel rest when its failure is not the message's, and return whether it does.

    Tells an administrator when one is needed.
    """
    meaning = failure.verdict.meaning if failure.verdict else None
    title = channel_title(channel)
    if meaning is Meaning.STOP:
        uow.channels.pause(channel, until=now + STOP_PAUSE, stopped=True, reason=failure.sentence)
        sentence = f"{title}通道已暂停：{failure.sentence}。消息都留在发件箱，处理好后请在发件箱点“恢复发送”，或等一小时自动再试。"
        uow.incidents.raise_(kind="channel_stopped", subject=channel, sentence=sentence, now=now)
    elif meaning is Meaning.GONE:
        uow.channels.pause(channel, until=UNTIL_RESUMED, stopped=True, reason=failure.sentence)
        sentence = f"{title}通道已停发：{failure.sentence}。改好设置后请在发件箱点“恢复发送”，不会自动再试。"
        uow.incidents.raise_(kind="channel_stopped", subject=channel, sentence=sentence, now=now)
    elif meaning is Meaning.AWAY:
        failures = uow.channels.failures(channel) + 1
        asked = failure.verdict.wait if failure.verdict else None
        until = now + (asked or away_pause(failures))
        uow.channels.pause(channel, until=until, stopped=False, reason=failure.sentence)
        if failures >= AWAY_TOLD:
            sentence = f"{title}通道连续{failures}次连不上：{failure.sentence}。消息都留在发件箱，通了以后按次序发出。"
            uow.incidents.raise_(kind="channel_away", subject=channel, sentence=sentence, now=now)
    return meaning in (Meaning.STOP, Meaning.GONE, Meaning.AWAY)


def has_gone_well(uow: UnitOfWork, channel: str, *, now: datetime) -> None:
    """Let a channel go on as ever after a message went well; a rest that another worker began meanwhile stays."""
    if uow.channels.resume(channel, over_by=now):
        _close(uow, channel, now=now)


def go_on(uow: UnitOfWork, channel: str, *, now: datetime) -> bool:
    """End the rest of a channel and close what was said of it; False when it did not rest."""
    if not uow.channels.resume(channel):
        return False
    _close(uow, channel, now=now)
    return True


def _close(uow: UnitOfWork, channel: str, *, now: datetime) -> None:
    for kind in KINDS:
        uow.incidents.resolve(kind=kind, subject=channel, now=now)
