"""Objections and the tasks that they freeze."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tracker.persistence.models import Campaign, ClockRow, Finding, Firing, FrozenTask, Objection

#: What comes of contesting a paper (or one line): its own life, the duties its lines are about, what they opened.
CONTESTED = text("""
    SELECT n.task_id FROM notice n WHERE n.id = :notice AND CAST(:item AS bigint) IS NULL
    UNION
    SELECT unnest(ARRAY[i.task_id, i.rectification_task_id] || coalesce(f.period_tasks, '{}'))
    FROM notice_item i LEFT JOIN finding f ON f.id = i.finding_id
    WHERE i.notice_id = :notice AND i.struck_at IS NULL AND (CAST(:item AS bigint) IS NULL OR i.id = :item)""")

FROZEN = text("""
    SELECT DISTINCT z.task_id FROM frozen_task z JOIN objection b ON b.id = z.objection_id
    WHERE z.task_id = ANY(CAST(:tasks AS bigint[])) AND b.outcome = 'open'
      AND (CAST(:but AS bigint) IS NULL OR b.id <> :but)""")

FREEZE = text("""
    INSERT INTO frozen_task (objection_id, task_id)
    SELECT :objection, task_id FROM unnest(CAST(:tasks AS bigint[])) AS t(task_id) ON CONFLICT DO NOTHING""")

#: Everybody who had a hand in a paper before it left the office.
HANDS = text("""
    SELECT DISTINCT e.person_id FROM stream s JOIN event e ON e.stream_id = s.id
    WHERE s.kind = 'notice' AND s.subject_id = :notice AND e.person_id IS NOT NULL AND e.kind IN (
        'notice.drafted', 'notice.edited', 'notice.item_added', 'notice.item_struck', 'notice.item_restored', 'notice.items_merged', 'notice.sealed',
        'notice.approved', 'notice.issued')
    ORDER BY 1""")

FIRED_BY = text("SELECT id FROM firing WHERE id = ANY(CAST(:firings AS bigint[])) AND cause = :cause")

TOLD = text("""
    SELECT DISTINCT t.person_id FROM told t
    WHERE t.notice_id = :notice OR t.task_id = (SELECT n.task_id FROM notice n WHERE n.id = :notice) ORDER BY 1""")

#: A sealed copy stays with its paper, whoever names it.
MOVE_FILES = text("""
    UPDATE attachment SET task_id = :to WHERE task_id = :from AND submission_id IS NULL
      AND ref = ANY(CAST(:refs AS text[]))
      AND NOT EXISTS (
        SELECT FROM notice n JOIN stream s ON s.kind = 'notice' AND s.subject_id = n.id
        JOIN event e ON e.stream_id = s.id AND e.kind = 'notice.signed_copy'
        WHERE n.task_id = :from AND e.payload ->> 'attachment' = attachment.ref)
    RETURNING ref""")

_RESTING = (
    select(Finding)
    .join(Firing, Firing.id == Finding.firing_id)
    .where(Finding.status == "objected")
    .order_by(Finding.id)
)


class ObjectionRepository:
    """Loads and adds objections. The contested paper's row is locked by whoever files or decides."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, objection: Objection, tasks: Sequence[int]) -> Objection:
        """Add an objection with the tasks that it freezes; its id exists afterwards."""
        self._session.add(objection)
        self._session.flush()
        self.freeze(objection.id, tasks)
        return objection

    def freeze(self, objection_id: int, tasks: Sequence[int]) -> None:
        """Let an objection freeze more tasks."""
        self._session.execute(FREEZE, {"objection": objection_id, "tasks": list(tasks)})

    def of_task(self, task_id: int) -> Objection | None:
        """Return the objection whose state machine a task is, as it stands now."""
        query = select(Objection).where(Objection.task_id == task_id).execution_options(populate_existing=True)
        return self._session.scalars(query).one_or_none()

    def of_notice(self, notice_id: int) -> list[Objection]:
        """Return every objection against a paper or its lines, oldest first."""
        query = select(Objection).where(Objection.notice_id == notice_id).order_by(Objection.id)
        return list(self._session.scalars(query.execution_options(populate_existing=True)))

    def tasks_of(self, objection_id: int) -> list[int]:
        """Return the tasks that an objection freezes, in order of id."""
        query = select(FrozenTask.task_id).where(FrozenTask.objection_id == objection_id).order_by(FrozenTask.task_id)
        return list(self._session.scalars(query))

    def contested(self, *, notice_id: int, item_id: int | None) -> list[int]:
        """Return the tasks that contesting a paper, or one of its lines, freezes."""
        found = self._session.execute(CONTESTED, {"notice": notice_id, "item": item_id}).scalars()
        return sorted(task_id for task_id in found if task_id is not None)

    def frozen(self, task_ids: Sequence[int], *, but: int | None = None) -> frozenset[int]:
        """Return which of these tasks an open objection freezes; `but` = other than this one."""
        if not task_ids:
            return frozenset()
        return frozenset(self._session.execute(FROZEN, {"tasks": sorted(set(task_ids)), "but": but}).scalars())

    def hands_on(self, notice_id: int) -> list[int]:
        """Return the persons who drafted, sealed, approved or issued a paper."""
        return list(self._session.execute(HANDS, {"notice": notice_id}).scalars())

    def told_of(self, notice_id: int) -> list[int]:
        """Return the persons who were told anything about a paper."""
        return list(self._session.execute(TOLD, {"notice": notice_id}).scalars())

    def resting_findings(self, task_ids: Sequence[int]) -> list[Finding]:
        """Return the findings about these tasks that were kept out of papers while an objection was open.

        Those that count papers rest for other reasons and are found by `resting_counts`.
        """
        query = _RESTING.where(Finding.task_id.in_(task_ids), Firing.cause != "history")
        return list(self._session.scalars(query))

    def resting_counts(self, *, office_id: int, unit_id: int) -> list[Finding]:
        """Return the findings that count a unit's papers from an office and were kept out of papers meanwhile."""
        query = _RESTING.join(Campaign, Campaign.id == Finding.campaign_id).where(
            Firing.cause == "history", Finding.unit_id == unit_id, Campaign.office_id == office_id
        )
        return list(self._session.scalars(query))

    def move_files(self, refs: Sequence[str], *, task_id: int, to: int) -> list[str]:
        """Take files that were put to a paper's task, and not sent yet, over to an objection; return those taken."""
        found = self._session.execute(MOVE_FILES, {"refs": list(refs), "from": task_id, "to": to})
        return list(found.scalars())

    def fired_by(self, firing_ids: Sequence[int], cause: str) -> frozenset[int]:
        """Return which of these firings a cause brought about."""
        if not firing_ids:
            return frozenset()
        found = self._session.execute(FIRED_BY, {"firings": sorted(set(firing_ids)), "cause": cause})
        return frozenset(found.scalars())

    def firings(self, firing_ids: Sequence[int]) -> dict[int, tuple[Firing, int]]:
        """Return firings by id, each with the version of the ladder that its clock climbs."""
        query = (
            select(Firing, ClockRow.ladder_version_id)
            .join(ClockRow, ClockRow.id == Firing.clock_id)
            .where(Firing.id.in_(firing_ids))
        )
        return {firing.id: (firing, ladder_id) for firing, ladder_id in self._session.execute(query)}
