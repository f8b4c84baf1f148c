"""What must be true once everything that was killed has come back: each check returns what is not as it must be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from tests.support.mailbox import Mailbox
from tracker.bootstrap import Container
from tracker.domain.clocks import ClockStatus
from tracker.domain.escalation import decide
from tracker.domain.ports import Clock
from tracker.persistence.repositories.clocks import clock_from


class LaterClock:
    """A clock whose real time runs ahead, so that a stuck sending counts as stuck without waiting for it."""

    def __init__(self, clock: Clock, ahead: timedelta) -> None:
        self._clock, self._ahead = clock, ahead

    def now(self) -> datetime:
        """Return the present moment."""
        return self._clock.now()

    def real_now(self) -> datetime:
        """Return the real moment, ahead."""
        return self._clock.real_now() + self._ahead

    def for_a_while(self) -> LaterClock:
        """Return such a clock over one that goes by itself."""
        return LaterClock(self._clock.for_a_while(), self._ahead)


def rows(container: Container, statement: str) -> list[dict[str, Any]]:
    """Return the rows of a statement."""
    with container.reading() as session:
        return [dict(row) for row in session.execute(text(statement)).mappings()]


def misfired(container: Container) -> list[str]:
    """Every rung once, none missing, every raised one with its finding in one line of one paper."""
    audit = container.audits.audit()
    found = [*audit.missing, *audit.extra]
    found += [f"a rung fired without its finding: {row}" for row in rows(container, RAISED_NOTHING)]
    found += [f"a finding stands in {row['n']} lines: {row}" for row in rows(container, FINDING_LINES)]
    found += [f"put back: {row['sentence']}" for row in rows(container, PUT_BACK)]
    return found


def misnumbered(container: Container) -> list[str]:
    """Numbers from one on without a gap, each on one issued paper, none on a paper that is not issued."""
    return [f"numbers: {row}" for row in rows(container, GAPS)]


def mistold(container: Container, mailbox: Mailbox | None = None) -> list[str]:
    """Everything told went out once, or is shown as what it is; the mail server's own count agrees."""
    found = [f"told twice: {row}" for row in rows(container, DOUBLED)]
    found += [f"not told: {row}" for row in rows(container, UNTOLD)]
    if mailbox is None:
        return found
    taken = mailbox.times()
    for row in rows(container, "SELECT ref, message_id, status, grave, resent, attempts FROM delivery"):
        times = taken.pop(row["message_id"], 0)
        most = 2 if row["resent"] else 1
        least = 1 if row["status"] == "accepted" else 0
        if row["status"] not in ("accepted", "unknown", "cancelled"):
            found.append(f"neither sent nor shown as unknown: {row}")
        elif row["status"] == "cancelled" and not row["resent"]:
            most = 0
        if not least <= times <= most:
            found.append(f"the mail server took it {times} times: {row}")
        if row["resent"] and not row["grave"]:
            found.append(f"a reminder was sent again: {row}")
    return found + [f"a mail without its row: {message_id}" for message_id in taken]


def asleep(container: Container) -> list[str]:
    """Every running clock with a rung to come knows when to look next, and no later than the rung."""
    found = []
    now = container.clock.now()
    fired = {(row["clock_id"], row["occurrence"]): frozenset(row["rungs"]) for row in rows(container, FIRED)}
    for row in rows(container, RUNNING):
        clock = clock_from(row, fired.get((row["id"], row["occurrence"]), frozenset()))
        ladder = container.catalog.ladder(row["ladder_version_id"])
        decision = decide(clock, ladder, container.calendars.calendar(row["calendar_version_id"]), now=now)
        wanted, known = now if decision.reached else decision.next_fire_at, row["next_fire_at"]
        if clock.status is ClockStatus.RUNNING and wanted is not None and (known is None or known > wanted):
            found.append(f"clock {row['id']} of {row['ref']} sleeps until {known}, its next rung is at {wanted}")
    return found


def unkept(container: Container, promised: Sequence[tuple[str, str]]) -> list[str]:
    """What a page said was done stands in the record."""
    done = {(row["ref"], row["step"]) for row in rows(container, MOVED)}
    return [f"a page said done, the record does not: {ref} {step}" for ref, step in promised if (ref, step) not in done]


def changed(container: Container) -> list[str]:
    """What was put up, approved and issued is one list, and every chain is whole."""
    found = list(container.ledger.verify().faults)
    found += [f"approved otherwise than put up: {row}" for row in rows(container, OTHER_LIST)]
    return found


RAISED_NOTHING = """
    SELECT e.payload FROM event e WHERE e.kind = 'rung.fired' AND e.payload ->> 'act' = 'raise'
    AND e.payload ->> 'finding' IS NULL"""
FINDING_LINES = """
    SELECT f.ref, count(i.id) AS n FROM finding f LEFT JOIN notice_item i ON i.finding_id = f.id
    GROUP BY f.ref HAVING count(i.id) <> 1"""
PUT_BACK = "SELECT sentence FROM incident WHERE kind IN ('unjudgeable', 'unopenable')"
GAPS = """
    SELECT s.word, s.last_number, count(n.id) AS used, count(n.issued_at) AS issued
    FROM number_series s LEFT JOIN notice n ON n.number_series_id = s.id GROUP BY s.id
    HAVING count(DISTINCT n.number) <> s.last_number OR count(n.id) <> s.last_number
        OR max(n.number) <> s.last_number OR count(n.issued_at) <> s.last_number"""
DOUBLED = """
    SELECT i.told_id, d.channel, count(*) AS n FROM delivery_item i JOIN delivery d ON d.id = i.delivery_id
    GROUP BY 1, 2 HAVING count(*) > 1"""
UNTOLD = """
    SELECT t.id, t.cause, t.message, t.gathered_at, d.status FROM told t
    LEFT JOIN delivery_item i ON i.told_id = t.id LEFT JOIN delivery d ON d.id = i.delivery_id
    WHERE t.gathered_at IS NULL OR d.id IS NULL
        OR (i.cancelled_reason IS NULL AND d.status NOT IN ('accepted', 'unknown'))"""
RUNNING = """
    SELECT c.*, t.ref FROM clock c JOIN task t ON t.id = c.task_id WHERE c.status = 'running' AND NOT t.final"""
FIRED = "SELECT clock_id, occurrence, array_agg(rung) AS rungs FROM firing GROUP BY 1, 2"
MOVED = """
    SELECT coalesce(n.ref, t.ref) AS ref, e.payload ->> 'transition' AS step FROM event e
    JOIN stream s ON s.id = e.stream_id AND s.kind = 'task' JOIN task t ON t.id = s.subject_id
    LEFT JOIN notice n ON n.task_id = t.id WHERE e.kind = 'task.moved'"""
OTHER_LIST = """
    SELECT n.ref, n.approved_hash, sealed.hash FROM notice n JOIN stream s ON s.kind = 'notice' AND s.subject_id = n.id
    CROSS JOIN LATERAL (
        SELECT e.payload ->> 'hash' AS hash, e.payload -> 'items' AS items FROM event e
        WHERE e.stream_id = s.id AND e.kind = 'notice.sealed' ORDER BY e.seq DESC LIMIT 1) sealed
    WHERE n.approved_hash IS NOT NULL AND (n.approved_hash <> sealed.hash OR sealed.items <> (
        SELECT jsonb_agg(i.id ORDER BY i.position) FROM notice_item i WHERE i.notice_id = n.id
        AND (i.struck_at IS NULL OR i.struck_at > (SELECT max(e.at) FROM event e
            WHERE e.stream_id = s.id AND e.kind = 'notice.sealed'))))"""
