"""Rectification items with where their measure and leader stand: in the problem or the line that opened them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.persistence.models import NoticeItem, Problem, Task


@dataclass(frozen=True)
class PlanRow:
    """An item and its source; None where a measure of the plan opened it, which has neither measure nor leader."""

    task: Task
    source: Problem | NoticeItem | None


class ReplanningRepository:
    """Loads items by ref, locked in one order."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self, refs: Sequence[str], *, lock: bool = False) -> list[PlanRow]:
        """Return the rectification items among `refs`, by id; what does not exist is left out."""
        query = (
            select(Task, Problem, NoticeItem).outerjoin(Problem, Problem.rectification_task_id == Task.id)
            .outerjoin(NoticeItem, NoticeItem.rectification_task_id == Task.id)
            .where(Task.ref.in_(refs), Task.workflow_key == "rectification").order_by(Task.id)
            .execution_options(populate_existing=lock)
        )  # fmt: skip
        if lock:
            query = query.with_for_update(of=Task)
        return [PlanRow(row.Task, row.Problem or row.NoticeItem) for row in self._session.execute(query)]
