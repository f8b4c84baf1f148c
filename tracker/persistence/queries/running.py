"""How the engine stands by its rows: clocks due, messages waiting, incidents, seals. Each from a partial index."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.running import Engine

ENGINE = text("""
    SELECT
        (SELECT count(*) FROM clock WHERE next_fire_at <= :now) AS due,
        (SELECT min(next_fire_at) FROM clock WHERE next_fire_at <= :now) AS due_since,
        (SELECT min(next_fire_at) FROM clock WHERE next_fire_at > :now) AS next_fire_at,
        (SELECT fired_at FROM firing ORDER BY id DESC LIMIT 1) AS last_fired_at,
        (SELECT count(*) FROM delivery WHERE status IN ('gathered', 'submitting') AND next_try_at <= :now) AS sending,
        (SELECT min(next_try_at) FROM delivery WHERE status IN ('gathered', 'submitting') AND next_try_at <= :now)
            AS sending_since,
        (SELECT count(*) FROM (SELECT status, gathered_at FROM delivery ORDER BY id DESC LIMIT 20000) d
             WHERE d.status IN ('failed', 'unknown')
               AND d.gathered_at > CAST(:now AS timestamptz) - interval '1 day') AS undelivered,
        (SELECT count(*) FROM incident WHERE resolved_at IS NULL) AS incidents,
        (SELECT at FROM seal ORDER BY id DESC LIMIT 1) AS sealed_at,
        (SELECT count(*) FROM stream WHERE seq > sealed_seq) AS unsealed,
        pg_database_size(current_database()) AS database_bytes""")


def read_engine(session: Session, *, now: datetime) -> Engine:
    """Return how the engine stands at `now`, its own clock's present."""
    return Engine(**session.execute(ENGINE, {"now": now}).mappings().one())
