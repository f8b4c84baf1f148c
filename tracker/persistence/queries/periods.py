"""The periods of one standing duty, each with its light: the row of past ones beside the present one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.persistence.queries.lights import LIGHT

#: Two years of months, half a year of weeks; what lies before is in the ledger.
MOST_PERIODS = 26

PERIODS = text(f"""
    SELECT * FROM (
        SELECT t.id, t.ref, t.period_title, t.due_on, t.nil, t.id = :task AS is_this, {LIGHT} AS light
        FROM task t WHERE t.assignment_id = :assignment AND t.period_title IS NOT NULL
        ORDER BY t.due_on DESC NULLS LAST, t.id DESC LIMIT :most) latest
    ORDER BY due_on NULLS LAST, id""")


#: The last return of each form in the periods of a duty that lie before this one, by the day on which they were due.
EARLIER = text("""
    SELECT DISTINCT ON (s.form_key) p.ref AS task_ref, p.period_title, s.form_key, s.values, s.submitted_at
    FROM task t JOIN task p ON p.assignment_id = t.assignment_id AND (p.due_on, p.id) < (t.due_on, t.id)
    JOIN submission s ON s.task_id = p.id
    WHERE t.id = :task ORDER BY s.form_key, p.due_on DESC, p.id DESC, s.id DESC""")


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """One period of a standing duty. `nil` = it was answered by a nil return (零报告)."""

    id: int
    ref: str
    period_title: str
    due_on: date | None
    nil: bool
    is_this: bool
    light: str


@dataclass(frozen=True, slots=True)
class EarlierReturn:
    """What was last returned for the same duty in an earlier period."""

    task_ref: str
    period_title: str | None
    form_key: str
    values: Mapping[str, Any]
    submitted_at: datetime


def find_earlier_returns(session: Session, *, task_id: int) -> tuple[EarlierReturn, ...]:
    """Return what was last sent of each form before this period; who may see the task may see that one as well."""
    return tuple(EarlierReturn(**row) for row in session.execute(EARLIER, {"task": task_id}).mappings())


def find_periods(
    session: Session, *, task_id: int, assignment_id: int, moment: dict[str, Any]
) -> tuple[PeriodRow, ...]:
    """Return the latest periods of a duty, the earliest first; who may see one of them may see all."""
    given = {**moment, "task": task_id, "assignment": assignment_id, "most": MOST_PERIODS}
    return tuple(PeriodRow(**row) for row in session.execute(PERIODS, given).mappings())
