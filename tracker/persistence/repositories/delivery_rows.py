"""The plain rows that DeliveryRepository takes and gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tracker.domain.messages import Standing


@dataclass(frozen=True, slots=True)
class PersonToTell:
    """A person with ungathered told rows, whose row is locked; addresses are ciphertexts.

    `marked`: channels with an address at which nobody is; `addresses` is without them.
    """

    id: int
    name: str
    addresses: Mapping[str, bytes]
    marked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class TakenTold:
    """A told row that this transaction has taken."""

    id: int
    person_id: int
    grave: bool


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """One message to one person on one channel, with the told rows that it carries."""

    id: int
    ref: str
    person_id: int
    channel: str
    grave: bool
    address: bytes
    message_id: str
    told_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DueDelivery:
    """A delivery to be sent now. `address` is the person's present one, None when it was removed.

    person_id   None: `recipient` is a group or a system, and `channel` is its own
    marked    nobody is at that address
    delays    tries after which it is tried again as if they had not been
    put_down  those of them that never left: it was handed over `attempts - put_down` times
    shaken    the channel had to rest before this one; if it goes well, that is over
    """

    id: int
    ref: str
    person_id: int | None
    channel: str
    grave: bool
    message_id: str
    attempts: int
    resent: bool
    recipient: str
    address: bytes | None
    next_try_at: datetime
    marked: bool = False
    delays: int = 0
    put_down: int = 0
    shaken: bool = False


@dataclass(frozen=True, slots=True)
class LockedDelivery:
    """A delivery about which something is to be settled, locked: its sender never came back, or a receipt came."""

    id: int
    ref: str
    person_id: int | None
    channel: str
    grave: bool
    resent: bool
    attempts: int
    delays: int
    put_down: int


@dataclass(frozen=True, slots=True)
class StuckDelivery(LockedDelivery):
    """A delivery whose sender never came back; `place` is that in its round, both None when there is no such round."""

    round_id: int | None
    place: int | None


@dataclass(frozen=True, slots=True)
class Submitted:
    """A delivery as it goes out; `address` is a ciphertext."""

    id: int
    subject: str
    body: str
    segments: int | None
    address: bytes | None


@dataclass(frozen=True, slots=True)
class DeliveryPart:
    """One told thing of a delivery, and how its matter stands now."""

    told_id: int
    message: str
    facts: Mapping[str, Any]
    standing: Standing
    grave: bool
    unit: str | None = None  # short name of the unit of the post that was told
    duty_unit: str | None = None  # short name of the unit whose task it is
    urgent: bool = False  # a paper of a campaign whose papers go out at any hour
    cause: str = ""
    campaign: str | None = None  # its key
    role: str | None = None  # of the post that was told


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a sending. `attempts` names its try; an answer to an older try is dropped.

    delayed    this try does not bring the message nearer to being given up
    ask_at     when the provider is asked what became of it
    held       the person is spared for a while: what is told meanwhile joins this message
    """

    id: int
    attempts: int
    status: str
    reason: str = ""
    next_try_at: datetime | None = None
    resent: bool = False
    provider_id: str = ""
    accepted_at: datetime | None = None
    ended_at: datetime | None = None
    code: str = ""
    delayed: bool = False
    ask_at: datetime | None = None
    held: bool = False


@dataclass(frozen=True, slots=True)
class Pending:
    """What is still to be done, as moments; `oldest_submitted` is in real time.

    ungathered_since    when the matter of somebody who waits to be told was decided: one index probe, not the oldest
    """

    next_try_at: datetime | None
    oldest_submitted: datetime | None
    ungathered_since: datetime | None
