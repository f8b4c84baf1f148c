"""What all workers of a channel share: its pace, its pauses, and the contacts at which nobody answers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.channels import Pace

# `next_slot_at` runs behind an even flow by as much as may go at once, so that "not later than now" is the whole test.
TAKE_SLOT = text("""
    INSERT INTO channel_state AS s (channel, next_slot_at, stopped, reason, failures)
    VALUES (:channel, CAST(:behind AS timestamptz) + :interval, false, '', 0)
    ON CONFLICT (channel) DO UPDATE
        SET next_slot_at = greatest(s.next_slot_at, CAST(:behind AS timestamptz)) + :interval
        WHERE s.next_slot_at IS NULL OR s.next_slot_at <= :now
    RETURNING 1""")

# Of two rests the longer one holds, with its reason: a worker that found the line down for a minute wakes no channel that
# another was told to leave alone.
PAUSE = text("""
    INSERT INTO channel_state AS s (channel, paused_until, stopped, reason, failures)
    VALUES (:channel, :until, :stopped, :reason, 1)
    ON CONFLICT (channel) DO UPDATE SET (paused_until, stopped, reason) = (
            SELECT r.* FROM (VALUES (s.paused_until, s.stopped, s.reason),
                (excluded.paused_until, excluded.stopped, excluded.reason)) AS r(until, stopped, reason)
            ORDER BY r.until DESC NULLS LAST LIMIT 1),
        failures = s.failures + 1""")

RESUME = text("""
    UPDATE channel_state SET paused_until = NULL, stopped = false, reason = '', failures = 0
    WHERE channel = :channel AND (failures > 0 OR paused_until IS NOT NULL)
      AND (CAST(:over_by AS timestamptz) IS NULL OR paused_until IS NULL OR paused_until <= :over_by) RETURNING 1""")

MARK = text("""
    INSERT INTO contact_trouble AS c (person_id, channel, address_hash, reason, delivery_id, since)
    SELECT person_id, channel, sha256(address_cipher), :reason, id, :now FROM delivery
    WHERE id = :delivery AND address_cipher IS NOT NULL
    ON CONFLICT (person_id, channel) WHERE cleared_at IS NULL
    DO UPDATE SET address_hash = excluded.address_hash, reason = excluded.reason,
        delivery_id = excluded.delivery_id, since = excluded.since""")

CLEAR = text("""
    UPDATE contact_trouble SET cleared_at = :now
    WHERE person_id = :person AND channel = :channel AND cleared_at IS NULL RETURNING 1""")


class ChannelStateRepository:
    """Slots, pauses and marked contacts."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def take_slot(self, channel: str, pace: Pace, *, now: datetime) -> bool:
        """Take the next moment at which a message may go; False when that is later than `now`."""
        given = {"channel": channel, "interval": pace.interval, "behind": now - pace.ahead, "now": now}
        return self._session.execute(TAKE_SLOT, given).one_or_none() is not None

    def failures(self, channel: str) -> int:
        """Return how often in a row the channel had to rest; the row stays locked."""
        found = self._session.execute(
            text("SELECT failures FROM channel_state WHERE channel = :channel FOR UPDATE"), {"channel": channel}
        ).scalar_one_or_none()
        return int(found or 0)

    def pause(self, channel: str, *, until: datetime, stopped: bool, reason: str) -> None:
        """Let nothing go out on a channel until then, or later if it rests longer; `stopped` = an administrator must act."""
        self._session.execute(PAUSE, {"channel": channel, "until": until, "stopped": stopped, "reason": reason})

    def resume(self, channel: str, *, over_by: datetime | None = None) -> bool:
        """End a pause, or only one that is over by then; False when there was none."""
        return self._session.execute(RESUME, {"channel": channel, "over_by": over_by}).one_or_none() is not None

    def mark_contact(self, delivery_id: int, *, reason: str, now: datetime) -> None:
        """Note that nobody is there at the address to which a delivery went."""
        self._session.execute(MARK, {"delivery": delivery_id, "reason": reason, "now": now})

    def clear_contact(self, person_id: int, channel: str, *, now: datetime) -> bool:
        """Take the mark away; False when there was none."""
        given = {"person": person_id, "channel": channel, "now": now}
        return self._session.execute(CLEAR, given).one_or_none() is not None
