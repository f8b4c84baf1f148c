"""Objections as pages show them: of one paper, about one task, and what an objection's own page says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.permissions import Viewer
from tracker.persistence.queries.visibility import TASK_SEEN, scope

_COLUMNS = """b.id, q.ref, n.ref AS notice_ref, n.kind AS notice_kind, coalesce(n.printed_number, n.ref) AS number,
    n.title AS notice_title, b.item_id, coalesce(i.text, '') AS item_text, b.outcome, b.filed_at, b.decided_at,
    b.decision_reason"""
_FROM = """
    FROM objection b JOIN task q ON q.id = b.task_id JOIN notice n ON n.id = b.notice_id
    LEFT JOIN notice_item i ON i.id = b.item_id"""

OF_NOTICE = text(f"SELECT {_COLUMNS} {_FROM} WHERE b.notice_id = :notice ORDER BY b.id")
OF_TASK = text(f"SELECT {_COLUMNS} {_FROM} WHERE b.task_id = :task")
ABOUT = text(f"""
    SELECT {_COLUMNS} {_FROM} JOIN frozen_task z ON z.objection_id = b.id
    WHERE z.task_id = :task ORDER BY b.id DESC""")

#: The tasks that an objection freezes, without the paper's own life.
FROZEN = text(f"""
    SELECT t.ref, t.title, {TASK_SEEN} AS seen
    FROM frozen_task z JOIN task t ON t.id = z.task_id JOIN campaign c ON c.id = t.campaign_id
    JOIN office o ON o.id = c.office_id LEFT JOIN notice n ON n.task_id = t.id
    WHERE z.objection_id = :objection AND NOT EXISTS (
        SELECT FROM objection b JOIN notice p ON p.id = b.notice_id WHERE b.id = z.objection_id AND p.task_id = t.id)
    ORDER BY t.id""")

PAPER_SEEN = text(f"""
    SELECT {TASK_SEEN} FROM notice n JOIN task t ON t.id = n.task_id JOIN campaign c ON c.id = t.campaign_id
    JOIN office o ON o.id = c.office_id WHERE n.ref = :ref""")


@dataclass(frozen=True, slots=True)
class ObjectionRow:
    """One objection. `item_id` None = the whole paper; `ref` is the objection's own, as a task."""

    id: int
    ref: str
    notice_ref: str
    notice_kind: str
    number: str
    notice_title: str
    item_id: int | None
    item_text: str
    outcome: str
    filed_at: datetime
    decided_at: datetime | None
    decision_reason: str

    @property
    def is_open(self) -> bool:
        """Tell whether nobody has decided yet."""
        return self.outcome == "open"


@dataclass(frozen=True, slots=True)
class FrozenRow:
    """A task whose clocks rest, or rested, while the objection is open; `seen` = the viewer may open it."""

    ref: str
    title: str
    seen: bool


@dataclass(frozen=True, slots=True)
class ObjectionPage:
    """What an objection's own page says besides the task. `paper_seen` = the viewer may open the paper."""

    row: ObjectionRow
    paper_seen: bool
    frozen: tuple[FrozenRow, ...]


def find_objections(session: Session, notice_id: int) -> tuple[ObjectionRow, ...]:
    """Return the objections against a paper and its lines, oldest first; who may see the paper is the caller's to know."""
    return tuple(ObjectionRow(**row) for row in session.execute(OF_NOTICE, {"notice": notice_id}).mappings())


def find_objections_about(session: Session, task_id: int) -> tuple[ObjectionRow, ...]:
    """Return the objections that freeze, or froze, a task, the latest first."""
    return tuple(ObjectionRow(**row) for row in session.execute(ABOUT, {"task": task_id}).mappings())


def get_objection(session: Session, viewer: Viewer, task_id: int) -> ObjectionPage | None:
    """Return what an objection is about, by its task; None when the task is no objection."""
    found = session.execute(OF_TASK, {"task": task_id}).mappings().one_or_none()
    if found is None:
        return None
    row, seen = ObjectionRow(**found), scope(viewer)
    frozen = session.execute(FROZEN, {**seen, "objection": row.id}).mappings()
    paper_seen = bool(session.execute(PAPER_SEEN, {**seen, "ref": row.notice_ref}).scalar_one())
    return ObjectionPage(row, paper_seen, tuple(FrozenRow(**one) for one in frozen))
