"""What a unit reported before under the same duty, to be read beside what it reports now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

#: The last return of the period before this one (of the same duty), by the day on which it was due.
EARLIER = text("""
    SELECT p.ref AS task_ref, p.period_title, s.form_key, s.values, s.submitted_at
    FROM task t JOIN task p ON p.assignment_id = t.assignment_id AND p.id <> t.id
        AND (p.due_on, p.id) < (t.due_on, t.id)
    JOIN LATERAL (SELECT s.form_key, s.values, s.submitted_at FROM submission s
                  WHERE s.task_id = p.id AND s.form_key = :form ORDER BY s.id DESC LIMIT 1) s ON true
    WHERE t.id = :task ORDER BY p.due_on DESC, p.id DESC LIMIT 1""")


@dataclass(frozen=True, slots=True)
class EarlierReturn:
    """A return of an earlier period."""

    task_ref: str
    period_title: str | None
    form_key: str
    values: Mapping[str, Any]
    submitted_at: datetime


def find_earlier_return(session: Session, task_id: int, *, form_key: str) -> EarlierReturn | None:
    """Return what was last sent for the period before; who may see the task may see that one as well."""
    row = session.execute(EARLIER, {"task": task_id, "form": form_key}).mappings().one_or_none()
    return EarlierReturn(**row) if row is not None else None
