"""Putting kept sums together, and comparing them with what they are sums of."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

_KIND = "campaign_id, measure_id, workflow_key, due_on, stage, sent_back"
#: A campaign's rows are put together once so many came in.
MANY = 200

#: One puts them together at a time; rows that come in meanwhile stay for the next time.
MAY_SETTLE = text("SELECT pg_try_advisory_xact_lock(hashtextextended('settle tally', 0))")
MUST_SETTLE = text("SELECT pg_advisory_xact_lock(hashtextextended('settle tally', 0))")

SETTLE = text(f"""
    WITH crowded AS (SELECT campaign_id FROM tally WHERE NOT settled GROUP BY 1 HAVING count(*) >= :many),
    gone AS (DELETE FROM tally s USING crowded c WHERE s.campaign_id = c.campaign_id RETURNING s.*)
    INSERT INTO tally ({_KIND}, tasks, settled)
    SELECT {_KIND}, sum(tasks), true FROM gone GROUP BY {_KIND} HAVING sum(tasks) <> 0""")

_STAGE = """CASE WHEN final AND NOT done THEN 'withdrawn' WHEN done THEN 'done' WHEN waits_for = 'unit' THEN 'unit'
                     ELSE 'beside' END"""
_SENT_BACK = "NOT final AND NOT done AND waits_for = 'unit' AND sent_back"

#: No task is opened or changed until the transaction ends; reading goes on.
HOLD_TASKS = text("LOCK TABLE task IN SHARE ROW EXCLUSIVE MODE")
FORGET = text("DELETE FROM tally")
COUNT = text(f"""
    INSERT INTO tally ({_KIND}, tasks, settled)
    SELECT campaign_id, measure_id, workflow_key, due_on, {_STAGE}, {_SENT_BACK}, count(*), true
    FROM task WHERE NOT paper GROUP BY 1, 2, 3, 4, 5, 6""")

WRONG = text(f"""
    SELECT coalesce(sum(abs(many)), 0) FROM (
        SELECT {_KIND}, sum(many) AS many FROM (
            SELECT {_KIND}, tasks AS many FROM tally
            UNION ALL
            SELECT campaign_id, measure_id, workflow_key, due_on, {_STAGE}, {_SENT_BACK}, -1 FROM task WHERE NOT paper) both_sides
        GROUP BY {_KIND}) differences""")


class TallyRepository:
    """Kept sums of tasks. PostgreSQL keeps them itself (migration 0030); here they are only put together and checked."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def settle(self, *, many: int = MANY) -> bool:
        """Put the rows together of each campaign that got `many` new ones; tell whether it was this call's turn."""
        if not self._session.execute(MAY_SETTLE).scalar_one():
            return False
        self._session.execute(SETTLE, {"many": many})
        return True

    def wrong(self) -> int:
        """Return by how many tasks the kept sums differ from the tasks; reads every task."""
        return int(self._session.execute(WRONG).scalar_one())

    def hold_tasks(self) -> None:
        """Let nobody open or change a task, or put sums together, until the transaction ends."""
        # Otherwise what is put together meanwhile would be kept beside what is counted.
        self._session.execute(MUST_SETTLE)
        self._session.execute(HOLD_TASKS)

    def recount(self) -> None:
        """Keep what counting the tasks gives. The caller holds them."""
        self._session.execute(FORGET)
        self._session.execute(COUNT)
