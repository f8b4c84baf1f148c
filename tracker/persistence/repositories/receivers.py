"""What groups and systems are told of what people are told, as deliveries of their own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.channels import Receiver
from tracker.persistence.repositories.deliveries import WAITING

LANES = text("""
    INSERT INTO channel_state (channel, stopped, reason, failures)
    SELECT channel, false, '', 0 FROM unnest(CAST(:channels AS text[])) AS c(channel) ON CONFLICT (channel) DO NOTHING""")
LOCK = text("""
    SELECT channel FROM channel_state WHERE channel = ANY(CAST(:channels AS text[])) ORDER BY channel FOR UPDATE""")

# What stands behind a matter: what opened it, and for a paper whatever it decides or lists.
BEHIND = """WITH RECURSIVE behind AS (
            SELECT k.id UNION
            SELECT x.id FROM behind b CROSS JOIN LATERAL (
                SELECT p.parent_id AS id FROM task p WHERE p.id = b.id
                UNION ALL SELECT q.about_task_id FROM notice q WHERE q.task_id = b.id
                UNION ALL SELECT coalesce(i.task_id, f.task_id) FROM notice q JOIN notice_item i ON i.notice_id = q.id
                    LEFT JOIN finding f ON f.id = i.finding_id WHERE q.task_id = b.id) x
            WHERE x.id IS NOT NULL)"""

# A matter is told once, to whomever it was told: of the unit whose duty it is, of the post's where it is nobody's duty.
OFFERED = text(f"""
    SELECT t.id, t.cause, t.message, coalesce(k.unit_id, o.unit_id) AS unit_id, c.key AS campaign,
        ARRAY(WITH RECURSIVE up AS (
            SELECT o.unit_id AS id UNION
            SELECT n.parent_id FROM up JOIN unit_name n ON n.unit_id = up.id AND n.valid_to IS NULL)
            SELECT u.key FROM up JOIN unit u ON u.id = up.id) AS units
    FROM told t LEFT JOIN post o ON o.id = t.post_id LEFT JOIN campaign c ON c.id = t.campaign_id
    LEFT JOIN notice n ON n.id = t.notice_id LEFT JOIN task k ON k.id = coalesce(t.task_id, n.task_id)
    WHERE t.id = ANY(CAST(:told AS bigint[])) AND NOT EXISTS (
        {BEHIND} SELECT FROM behind JOIN task m ON m.id = behind.id
        JOIN workflow_version v ON v.id = m.workflow_version_id WHERE v.content ->> 'confidential' = 'true')
    ORDER BY t.id""")

CARRIED = text("""
    SELECT DISTINCT d.channel, t.cause, coalesce(k.unit_id, o.unit_id) AS unit_id
    FROM told t LEFT JOIN post o ON o.id = t.post_id
    LEFT JOIN notice n ON n.id = t.notice_id LEFT JOIN task k ON k.id = coalesce(t.task_id, n.task_id)
    JOIN delivery_item i ON i.told_id = t.id JOIN delivery d ON d.id = i.delivery_id
    WHERE t.cause = ANY(CAST(:causes AS text[])) AND d.channel = ANY(CAST(:channels AS text[]))""")

OPEN = text("""
    SELECT DISTINCT ON (channel) channel, id FROM (
        SELECT channel, id FROM delivery
        WHERE channel = ANY(CAST(:channels AS text[])) AND person_id IS NULL AND status = 'gathered' AND held
          AND attempts = put_down
        ORDER BY id FOR UPDATE SKIP LOCKED) d
    ORDER BY channel, id""")

INSERT = text("""
    INSERT INTO delivery (id, ref, receiver, channel, status, message_id, gathered_at, next_try_at, held, grave,
        subject, text, attempts, resent, reason, provider_id)
    SELECT id, ref, receiver, channel, 'gathered', message_id, CAST(:now AS timestamptz), next_try_at, held, false,
        '', '', 0, false, '', ''
    FROM unnest(CAST(:id AS bigint[]), CAST(:ref AS text[]), CAST(:receiver AS text[]), CAST(:channel AS text[]),
        CAST(:message_id AS text[]), CAST(:next_try_at AS timestamptz[]), CAST(:held AS boolean[]))
        AS r(id, ref, receiver, channel, message_id, next_try_at, held)""")

# By one index probe a channel, as WAITING; an array, so that the index on the waiting ones is used.
CANCEL_REMOVED = text(f"""
    UPDATE delivery SET status = 'cancelled', reason = :reason, ended_at = :at, next_try_at = NULL, held = false
    WHERE status = 'gathered' AND person_id IS NULL AND gathered_at <= :before AND channel = ANY(ARRAY(
        SELECT channel FROM {WAITING} WHERE channel <> ALL(CAST(:kept AS text[]))))
    RETURNING channel, ref""")

TRIAL = text("""
    INSERT INTO told (cause, person_id, message, facts, grave, created_at, gathered_at)
    VALUES (:cause, :person, 'trial', '{}', false, :now, :now) RETURNING id""")

UNKNOWN = text("""
    SELECT r.channel, r.what, r.key FROM unnest(CAST(:channels AS text[]), CAST(:whats AS text[]), CAST(:keys AS text[]))
        AS r(channel, what, key)
    WHERE NOT EXISTS (SELECT FROM unit u WHERE r.what = '单位' AND u.key = r.key AND u.ended_on IS NULL)
      AND NOT EXISTS (SELECT FROM campaign c WHERE r.what = '行动' AND c.key = r.key)""")


@dataclass(frozen=True, slots=True)
class Offered:
    """A told row as a receiver may or may not get it.

    unit_id   whose duty it is
    units     keys of the unit of the post that was told, and of all above it
    """

    id: int
    cause: str
    message: str
    unit_id: int | None
    campaign: str | None
    units: Sequence[str]


@dataclass(frozen=True, slots=True)
class ReceiverDelivery:
    """A new message to a receiver; while it is `held`, later news join it."""

    id: int
    ref: str
    receiver: str
    channel: str
    message_id: str
    next_try_at: datetime
    held: bool
    told_ids: Sequence[int]


class ReceiverRepository:
    """Adds what receivers are told."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def lock(self, channels: Sequence[str]) -> None:
        """Let only one gatherer at a time add to these channels, so that a matter is told once."""
        self._session.execute(LANES, {"channels": list(channels)})
        self._session.execute(LOCK, {"channels": list(channels)}).all()

    def offered(self, told_ids: Sequence[int]) -> list[Offered]:
        """Return these told rows as receivers may get them: without any that a confidential task stands behind."""
        return [Offered(*row) for row in self._session.execute(OFFERED, {"told": list(told_ids)})]

    def carried(self, causes: Sequence[str], channels: Sequence[str]) -> set[tuple[str, str, int | None]]:
        """Return (channel, cause, unit) of what these channels have been told already."""
        given = {"causes": sorted(set(causes)), "channels": list(channels)}
        return {(row.channel, row.cause, row.unit_id) for row in self._session.execute(CARRIED, given)}

    def open_messages(self, channels: Sequence[str]) -> dict[str, int]:
        """Lock the messages that more may join; return their ids by channel."""
        return {row.channel: row.id for row in self._session.execute(OPEN, {"channels": list(channels)})}

    def cancel_removed(
        self, kept: Collection[str], *, reason: str, before: datetime, real: datetime
    ) -> dict[str, list[str]]:
        """Cancel what waits since `before` or longer for receivers other than those on `kept`; return the refs by channel.

        `real` is real time.
        """
        given = {"kept": list(kept), "reason": reason, "before": before, "at": real}
        cancelled: dict[str, list[str]] = {}
        for row in self._session.execute(CANCEL_REMOVED, given):
            cancelled.setdefault(row.channel, []).append(row.ref)
        return cancelled

    def tell_trial(self, cause: str, person_id: int, *, now: datetime) -> int:
        """Note a message that says nothing, told by a person and already taken; return its id."""
        given = {"cause": cause, "person": person_id, "now": now}
        return int(self._session.execute(TRIAL, given).scalar_one())

    def unknown_keys(self, receivers: Sequence[Receiver]) -> list[tuple[str, str, str]]:
        """Return (channel, what, key) of the units and campaigns that receivers name and nobody knows."""
        named = [(one.channel, what, key) for one in receivers
                 for what, keys in (("单位", one.units), ("行动", one.campaigns)) for key in sorted(keys)]  # fmt: skip
        channels, whats, keys = (list(column) for column in zip(*named, strict=True)) if named else ([], [], [])
        given = {"channels": channels, "whats": whats, "keys": keys}
        return [(row.channel, row.what, row.key) for row in self._session.execute(UNKNOWN, given)]

    def add(self, deliveries: Sequence[ReceiverDelivery], *, now: datetime) -> None:
        """Insert messages; what they carry, DeliveryRepository writes down."""
        names = ("id", "ref", "receiver", "channel", "message_id", "next_try_at", "held")
        columns = {name: [getattr(each, name) for each in deliveries] for name in names}
        self._session.execute(INSERT, {**columns, "now": now})
