"""Deliveries: bind told rows, claim what is due, record what became of it (DESIGN.md §3.4)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.orm import Session

from tracker.domain.messages import Standing
from tracker.persistence.engine import run_often
from tracker.persistence.models import Delivery
from tracker.persistence.repositories.delivery_rows import (
    DeliveryPart,
    DueDelivery,
    NewDelivery,
    Outcome,
    Pending,
    PersonToTell,
    StuckDelivery,
    Submitted,
    TakenTold,
)

#: What a calendar moves waits until every clock is counted again, however many batches and crashes that takes: a
#: person's dates come in one message.
TO_GATHER = """gathered_at IS NULL
    AND NOT (starts_with(cause, 'calendar:') AND EXISTS (SELECT 1 FROM recount WHERE finished_at IS NULL))"""

# While a sweep works, clocks are due; its told rows wait, so that one sweep becomes one message a person.
# The 60 seconds keep a long backlog of due clocks from holding everybody's messages up.
CLAIM_PEOPLE = text(f"""
    SELECT p.id, p.name, p.email_cipher, p.phone_cipher,
        ARRAY(SELECT c.channel FROM contact_trouble c WHERE c.person_id = p.id AND c.cleared_at IS NULL
            AND c.address_hash = sha256(CASE c.channel WHEN 'email' THEN p.email_cipher ELSE p.phone_cipher END)
        ) AS marked
    FROM person p
    JOIN (SELECT person_id, min(created_at) AS oldest FROM told WHERE {TO_GATHER} GROUP BY 1) w
        ON w.person_id = p.id
    WHERE NOT EXISTS (SELECT 1 FROM clock WHERE next_fire_at <= :now) OR w.oldest <= :waited
    ORDER BY w.oldest, p.id LIMIT :limit
    FOR NO KEY UPDATE OF p SKIP LOCKED""")

TAKE_TOLD = text(f"""
    UPDATE told SET gathered_at = :now
    WHERE person_id = ANY(CAST(:people AS bigint[])) AND {TO_GATHER}
    RETURNING id, person_id, grave""")

TAKE_IDS = text("SELECT nextval(pg_get_serial_sequence('delivery', 'id')) FROM generate_series(1, :count)")

INSERT_DELIVERIES = text("""
    INSERT INTO delivery (id, ref, person_id, channel, status, grave, address_cipher, message_id, subject,
        text, attempts, resent, gathered_at, next_try_at, reason, provider_id)
    SELECT id, ref, person_id, channel, 'gathered', grave, address, message_id, '', '', 0, false,
        CAST(:now AS timestamptz), CAST(:now AS timestamptz), '', ''
    FROM unnest(CAST(:id AS bigint[]), CAST(:ref AS text[]), CAST(:person_id AS bigint[]),
        CAST(:channel AS text[]), CAST(:grave AS boolean[]), CAST(:address AS bytea[]),
        CAST(:message_id AS text[]))
        AS r(id, ref, person_id, channel, grave, address, message_id)""")

INSERT_ITEMS = text("""
    INSERT INTO delivery_item (delivery_id, told_id)
    SELECT * FROM unnest(CAST(:delivery_id AS bigint[]), CAST(:told_id AS bigint[]))""")

# Every channel on which something waits, by one index probe each.
WAITING = """(WITH RECURSIVE w AS (
        SELECT min(channel) AS channel FROM delivery WHERE status = 'gathered'
        UNION ALL SELECT (SELECT min(d.channel) FROM delivery d WHERE d.status = 'gathered' AND d.channel > w.channel)
            FROM w WHERE w.channel IS NOT NULL)
        SELECT channel FROM w WHERE channel IS NOT NULL) c"""

# The channel first, then its oldest messages: a channel that rests costs nothing, however much waits on it. One that
# had to rest is tried with a single message, and one with a pace has a turn for each.
CLAIM_DUE = text(f"""
    WITH open AS MATERIALIZED (
        SELECT c.channel, coalesce(s.failures, 0) > 0 AS shaken,
            (SELECT min(w.next_try_at) FROM delivery w WHERE w.channel = c.channel AND w.status = 'gathered') AS first
        FROM {WAITING} LEFT JOIN channel_state s USING (channel)
        WHERE coalesce(greatest(s.paused_until, s.next_slot_at) <= :now, true)
        ORDER BY first NULLS LAST, channel LIMIT 1)
    SELECT d.id, d.ref, d.person_id, d.channel, d.grave, d.message_id, d.attempts, d.resent,
        coalesce(p.name, d.receiver) AS name,
        CASE d.channel WHEN 'email' THEN p.email_cipher ELSE p.phone_cipher END AS address,
        d.next_try_at, d.delays, d.put_down, (SELECT shaken FROM open) AS shaken,
        EXISTS (SELECT 1 FROM contact_trouble c WHERE c.person_id = p.id AND c.channel = d.channel
            AND c.cleared_at IS NULL
            AND c.address_hash = sha256(CASE d.channel WHEN 'email' THEN p.email_cipher ELSE p.phone_cipher END)
        ) AS marked
    FROM delivery d LEFT JOIN person p ON p.id = d.person_id
    WHERE d.channel = (SELECT channel FROM open) AND d.status = 'gathered' AND d.next_try_at <= :now
    ORDER BY d.next_try_at, d.id
    LIMIT (SELECT CASE WHEN shaken OR channel = ANY(CAST(:alone AS text[])) THEN 1 ELSE :limit END FROM open)
    FOR UPDATE OF d SKIP LOCKED""")

# In three steps, each of few tables: to find the best order of all at once took the planner longer than the rest.
ITEMS = text("""
    WITH carried AS MATERIALIZED (
        SELECT i.delivery_id, t.id, t.message, t.facts, t.grave, t.cause, t.post_id, t.campaign_id, t.task_id, t.notice_id,
            d.person_id, p.left_on, d.channel = 'email' AND p.mail_refused_at IS NOT NULL AS mail_refused,
            CAST(substring(t.cause FROM '^firing:([0-9]+)') AS bigint) AS firing_id
        FROM delivery_item i JOIN delivery d ON d.id = i.delivery_id
        JOIN told t ON t.id = i.told_id
        JOIN person p ON p.id = t.person_id
        WHERE i.delivery_id = ANY(CAST(:deliveries AS bigint[])) AND i.cancelled_reason IS NULL),
    matter AS MATERIALIZED (
        SELECT b.*, k.id AS matter_id, k.unit_id, k.final, k.waits_for,
            c.status = 'running' AND c.occurrence = f.occurrence AS clock_runs, g.status AS finding_status
        FROM carried b
        LEFT JOIN notice n ON n.id = b.notice_id
        LEFT JOIN task k ON k.id = coalesce(b.task_id, n.task_id)
        LEFT JOIN firing f ON f.id = b.firing_id
        LEFT JOIN clock c ON c.id = f.clock_id
        LEFT JOIN finding g ON g.firing_id = f.id)
    SELECT b.delivery_id, b.id, b.message, b.facts, b.grave,
        CASE WHEN b.person_id IS NOT NULL THEN b.left_on END AS left_on,
        CASE WHEN b.person_id IS NOT NULL THEN o.ends_on END AS ends_on, b.final, b.waits_for, b.clock_runs,
        EXISTS (SELECT 1 FROM extension e WHERE e.task_id = b.matter_id AND e.status = 'asked') AS extension_open,
        b.finding_status, un.short_name AS unit, dn.short_name AS duty_unit,
        b.grave AND coalesce(m.settings ->> 'papers_at_any_hour', 'false') = 'true' AS urgent,
        b.cause, m.key AS campaign, o.role, b.mail_refused
    FROM matter b
    LEFT JOIN post o ON o.id = b.post_id
    LEFT JOIN unit_name un ON un.unit_id = o.unit_id AND un.valid_to IS NULL
    LEFT JOIN campaign m ON m.id = b.campaign_id
    LEFT JOIN unit_name dn ON dn.unit_id = b.unit_id AND dn.valid_to IS NULL
    ORDER BY b.id""")

CANCEL_ITEMS = text("""
    UPDATE delivery_item i SET cancelled_reason = r.reason
    FROM unnest(CAST(:told AS bigint[]), CAST(:reasons AS text[])) AS r(told_id, reason)
    WHERE i.delivery_id = :delivery AND i.told_id = r.told_id""")

STUCK = text("""
    SELECT d.id, d.ref, d.person_id, d.channel, d.grave, d.resent, d.attempts, d.delays, d.put_down,
        r.id AS round_id,
        array_position(r.delivery_ids, d.id) AS place
    FROM delivery d LEFT JOIN LATERAL (SELECT id, delivery_ids FROM sending_round
        WHERE d.id = ANY(delivery_ids) ORDER BY id DESC LIMIT 1) r ON true
    WHERE d.status = 'submitting' AND d.submitted_at <= :before
    ORDER BY d.submitted_at, d.id LIMIT :limit FOR UPDATE OF d SKIP LOCKED""")

BEGIN_ROUND = text("""
    WITH going AS (
        UPDATE delivery d SET status = 'submitting', attempts = d.attempts + 1, submitted_at = :at,
            earlier_submitted_at = d.submitted_at, subject = r.subject, text = r.body, segments = r.segments, address_cipher = r.address
        FROM unnest(CAST(:ids AS bigint[]), CAST(:subject AS text[]), CAST(:body AS text[]),
            CAST(:segments AS bigint[]), CAST(:address AS bytea[])) AS r(id, subject, body, segments, address)
        WHERE d.id = r.id)
    INSERT INTO sending_round (delivery_ids) VALUES (CAST(:ids AS bigint[])) RETURNING id""")

FORGET_ADDRESSES = text("""
    UPDATE delivery SET address_cipher = NULL, ask_at = NULL
    WHERE person_id = ANY(CAST(:people AS bigint[])) AND address_cipher IS NOT NULL""")

END_ROUNDS = text("DELETE FROM sending_round WHERE id = ANY(CAST(:ids AS bigint[]))")

# The try keeps its number and was none: were the number given again, a late word on this try would be taken for one on
# the next.
PUT_DOWN = text("""
    UPDATE delivery d SET status = 'gathered', delays = d.delays + 1, put_down = d.put_down + 1,
        submitted_at = d.earlier_submitted_at, earlier_submitted_at = NULL
    FROM unnest(CAST(:id AS bigint[]), CAST(:attempts AS bigint[])) AS r(id, attempts)
    WHERE d.id = r.id AND d.attempts = r.attempts AND d.status = 'submitting'""")

# Sending may outlive the time after which a delivery counts as stuck; a late answer still corrects "unknown".
OUTCOME = text("""
    WITH over AS (DELETE FROM sending_round WHERE id = CAST(:ends AS bigint))
    UPDATE delivery SET status = :status, reason = :reason, resent = resent OR :resent,
        next_try_at = CAST(:next_try_at AS timestamptz), provider_id = :provider_id,
        accepted_at = CAST(:accepted_at AS timestamptz),
        ended_at = CAST(:ended_at AS timestamptz), code = :code, delays = delays + CAST(:delayed AS int),
        ask_at = CAST(:ask_at AS timestamptz), asked = 0, held = :held
    WHERE id = :id AND attempts = :attempts AND status IN ('gathered', 'submitting', 'unknown')
    RETURNING id, CASE WHEN NOT :on_disk THEN set_config('synchronous_commit', 'off', true) END""")

# As the driver takes it: hundreds of these run a second, and the statement is always the same.
_PLAIN_OUTCOME = str(OUTCOME.compile(dialect=psycopg.dialect()))  # type: ignore[no-untyped-call]

NEXT = text(f"""
    SELECT (SELECT min(greatest(w.first, s.paused_until, s.next_slot_at))
            FROM {WAITING} LEFT JOIN channel_state s USING (channel)
            CROSS JOIN LATERAL (SELECT min(d.next_try_at) AS first FROM delivery d
                WHERE d.channel = c.channel AND d.status = 'gathered') w
            WHERE w.first IS NOT NULL) AS next_try_at,
        (SELECT min(submitted_at) FROM delivery WHERE status = 'submitting') AS oldest_submitted,
        (SELECT created_at FROM told WHERE {TO_GATHER} ORDER BY person_id LIMIT 1) AS ungathered_since""")

HELD = text("""
    SELECT id, person_id, channel FROM delivery
    WHERE person_id = ANY(CAST(:people AS bigint[])) AND status = 'gathered' AND held AND attempts = put_down
    ORDER BY id FOR UPDATE SKIP LOCKED""")

# Something grave makes it due again: whether it breaks through is looked at then.
JOIN_HELD = text("""
    UPDATE delivery d SET grave = d.grave OR r.grave,
        next_try_at = CASE WHEN r.grave THEN CAST(:now AS timestamptz) ELSE d.next_try_at END
    FROM unnest(CAST(:id AS bigint[]), CAST(:grave AS boolean[])) AS r(id, grave) WHERE d.id = r.id""")

SENT_SINCE = text("""
    SELECT count(*) FROM delivery
    WHERE person_id = :person AND channel = :channel AND submitted_at >= :since AND status <> 'cancelled'""")


class DeliveryRepository:
    """One delivery is one message on one channel to one person, or to one receiver (ReceiverRepository adds those)."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, delivery_id: int) -> Delivery | None:
        """Return a delivery, or None."""
        return self._session.get(Delivery, delivery_id)

    def lock(self, delivery_id: int) -> Delivery | None:
        """Return a delivery, locked, or None."""
        return self._session.get(Delivery, delivery_id, with_for_update=True)

    def find_for_person(self, person_id: int) -> list[Delivery]:
        """Return a person's deliveries, oldest first."""
        return list(
            self._session.scalars(select(Delivery).where(Delivery.person_id == person_id).order_by(Delivery.id))
        )

    def claim_people(self, *, now: datetime, waited: datetime, limit: int) -> list[PersonToTell]:
        """Lock people who are to be told something, those who wait longest first, passing over locked ones.

        While a clock is due (a sweep is working), only those are claimed whose oldest row is from `waited`
        or before.
        """
        rows = self._session.execute(CLAIM_PEOPLE, {"now": now, "waited": waited, "limit": limit})
        return [
            PersonToTell(
                row.id,
                row.name,
                {
                    channel: bytes(address)
                    for channel, address in (("email", row.email_cipher), ("sms", row.phone_cipher))
                    if address is not None and channel not in row.marked
                },
                frozenset(row.marked),
            )
            for row in rows
        ]

    def take_told(self, people: Sequence[int], *, now: datetime) -> list[TakenTold]:
        """Mark the ungathered rows of people locked by `claim_people` as gathered, and return them by id."""
        rows = self._session.execute(TAKE_TOLD, {"people": list(people), "now": now})
        return sorted((TakenTold(*row) for row in rows), key=lambda row: row.id)

    def take_ids(self, count: int) -> list[int]:
        """Return fresh ids, so that a reference can carry its id in the same statement that inserts it."""
        return list(self._session.execute(TAKE_IDS, {"count": count}).scalars())

    def add_all(self, deliveries: Sequence[NewDelivery], *, now: datetime) -> None:
        """Insert deliveries, due at once, and the told rows that they carry."""
        names = ("id", "ref", "person_id", "channel", "grave", "address", "message_id")
        columns: dict[str, Any] = {name: [getattr(each, name) for each in deliveries] for name in names}
        self._session.execute(INSERT_DELIVERIES, {**columns, "now": now})
        self.carry({each.id: each.told_ids for each in deliveries})

    def held_of(self, people: Sequence[int]) -> dict[tuple[int, str], int]:
        """Lock the messages that wait because people are spared; return their ids by person and channel."""
        rows = self._session.execute(HELD, {"people": list(people)})
        return {(row.person_id, row.channel): row.id for row in rows}

    def join_held(self, joining: Mapping[int, Sequence[TakenTold]], *, now: datetime) -> None:
        """Let told rows join messages that wait; `joining` is by the message's id."""
        if joining:
            grave = [any(row.grave for row in rows) for rows in joining.values()]
            self._session.execute(JOIN_HELD, {"id": list(joining), "grave": grave, "now": now})
            self.carry({held: [row.id for row in rows] for held, rows in joining.items()})

    def sent_since(self, person_id: int, channel: str, since: datetime) -> int:
        """Return how many messages a person got on a channel since then (real time)."""
        given = {"person": person_id, "channel": channel, "since": since}
        return int(self._session.execute(SENT_SINCE, given).scalar_one())

    def carry(self, told: Mapping[int, Sequence[int]]) -> None:
        """Let messages carry told rows (their ids, by the message's id), whoever gets them."""
        pairs = [(delivery, told_id) for delivery, told_ids in told.items() for told_id in told_ids]
        if pairs:
            deliveries, rows = zip(*pairs, strict=True)
            self._session.execute(INSERT_ITEMS, {"delivery_id": list(deliveries), "told_id": list(rows)})

    def claim_due(self, *, now: datetime, limit: int, alone: Collection[str]) -> list[DueDelivery]:
        """Lock the deliveries that have been due longest on a channel that is open, the oldest first.

        They are all of one channel. On a channel in `alone`, or one that had to rest, it is one.
        """
        given = {"now": now, "limit": limit, "alone": list(alone)}
        return [
            DueDelivery(
                row.id, row.ref, row.person_id, row.channel, row.grave, row.message_id, row.attempts, row.resent,
                row.name, None if row.address is None else bytes(row.address), row.next_try_at, row.marked, row.delays,
                row.put_down, row.shaken,
            )
            for row in self._session.execute(CLAIM_DUE, given)
        ]  # fmt: skip

    def parts_of(self, delivery_ids: Sequence[int]) -> dict[int, list[DeliveryPart]]:
        """Return what deliveries still carry, each part with the present standing of its matter."""
        found: dict[int, list[DeliveryPart]] = {delivery_id: [] for delivery_id in delivery_ids}
        for row in self._session.execute(ITEMS, {"deliveries": list(delivery_ids)}).all():
            standing = Standing(
                person_left_on=row.left_on, post_ends_on=row.ends_on, task_final=row.final,
                task_waits_for=row.waits_for, clock_runs=row.clock_runs,
                extension_open=row.extension_open, finding_status=row.finding_status,
                mail_refused=row.mail_refused, role=row.role,
            )  # fmt: skip
            part = DeliveryPart(
                row.id, row.message, row.facts, standing, row.grave, row.unit, row.duty_unit, row.urgent, row.cause, row.campaign,
                row.role,
            )  # fmt: skip
            found[row.delivery_id].append(part)
        return found

    def cancel_parts(self, delivery_id: int, reasons: Mapping[int, str]) -> None:
        """Strike told rows from a delivery, each with its reason."""
        if reasons:
            self._session.execute(
                CANCEL_ITEMS,
                {"delivery": delivery_id, "told": list(reasons), "reasons": list(reasons.values())},
            )

    def begin_round(self, going: Sequence[Submitted], *, at: datetime) -> int:
        """Record that deliveries go out now, in this order, with the texts as they go; `at` is real time.

        Returns the round that they make; a delivery is in the newest round that names it.
        """
        ids = [one.id for one in going]
        columns: dict[str, Any] = {
            name: [getattr(one, name) for one in going] for name in ("subject", "body", "segments", "address")
        }
        return int(self._session.execute(BEGIN_ROUND, {"ids": ids, **columns, "at": at}).scalar_one())

    def put_down(self, tries: Mapping[int, int]) -> None:
        """Let deliveries that did not leave wait again; `tries` has the number of the try by id.

        One that somebody has moved on meanwhile is left alone.
        """
        if tries:
            self._session.execute(PUT_DOWN, {"id": list(tries), "attempts": list(tries.values())})

    def end_rounds(self, round_ids: Collection[int]) -> None:
        """Forget rounds: what is still submitting in one of them is in doubt from now on."""
        if round_ids:
            self._session.execute(END_ROUNDS, {"ids": list(round_ids)})

    def record(self, outcome: Outcome, *, on_disk: bool = True, ends: int | None = None) -> bool:
        """Write what became of a try; False when the row has moved on to another try or another end.

        `ends` is the round that is over with it.

        Without `on_disk` the present transaction's commit does not wait for the disk. A killed process undoes nothing of
        it; a database that crashes within the second may, though never it alone and not what was committed after it.
        """
        names = (
            "id",
            "attempts",
            "status",
            "reason",
            "next_try_at",
            "resent",
            "provider_id",
            "accepted_at",
            "ended_at",
            "code",
            "delayed",
            "ask_at",
            "held",
        )
        values = {name: getattr(outcome, name) for name in names}
        given = {**values, "on_disk": on_disk, "ends": ends}
        return run_often(self._session.connection(), _PLAIN_OUTCOME, given) is not None

    def forget_addresses(self, people: Sequence[int]) -> None:
        """Wipe the addresses to which people's messages went; who is gone is not asked after any more."""
        self._session.execute(FORGET_ADDRESSES, {"people": list(people)})

    def lock_stuck(self, *, before: datetime, limit: int) -> list[StuckDelivery]:
        """Lock deliveries that have been submitting since `before` (real time) or longer."""
        rows = self._session.execute(STUCK, {"before": before, "limit": limit})
        return [StuckDelivery(*row) for row in rows]

    def pending(self) -> Pending:
        """Return what is still to be gathered, sent or resolved."""
        return Pending(*self._session.execute(NEXT).one())
