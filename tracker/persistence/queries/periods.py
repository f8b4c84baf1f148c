"""The periods of one standing duty, each with its light: the row of past ones beside the present one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
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


#: The latest return of each form in the other periods of a duty.
EARLIER = text("""
    SELECT DISTINCT ON (s.form_key) s.form_key, s.values, t.period_title
    FROM submission s JOIN task t ON t.id = s.task_id
    WHERE t.assignment_id = :assignment AND t.id <> :task
    ORDER BY s.form_key, s.id DESC""")


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
    """What was last returned for the same duty, and for which period."""

    form_key: str
    values: Mapping[str, Any]
    period_title: str | None


def find_earlier_returns(session: Session, *, task_id: int, assignment_id: int) -> tuple[EarlierReturn, ...]:
    """Return the latest return of each form in the other periods of a duty."""
    given = {"task": task_id, "assignment": assignment_id}
    return tuple(EarlierReturn(**row) for row in session.execute(EARLIER, given).mappings())


def find_periods(
    session: Session, *, task_id: int, assignment_id: int, moment: dict[str, Any]
) -> tuple[PeriodRow, ...]:
    """Return the latest periods of a duty, the earliest first; who may see one of them may see all."""
    given = {**moment, "task": task_id, "assignment": assignment_id, "most": MOST_PERIODS}
    return tuple(PeriodRow(**row) for row in session.execute(PERIODS, given).mappings())
