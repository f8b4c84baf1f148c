"""The measures of the plan that a task's unit answers for, as forms offer them to say what a problem is about."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.definition import WorkflowDefinition

#: Of an inspection on a visit with measures of its own, those alone.
DUTIES = text("""
    SELECT DISTINCT m.id, concat_ws(' ', m.ordinal, m.title) AS title, m.position
    FROM task t JOIN measure m ON m.campaign_id = t.campaign_id AND m.withdrawn_at IS NULL
    JOIN assignment a ON a.measure_id = m.id AND a.unit_id = t.unit_id AND a.withdrawn_at IS NULL
    LEFT JOIN visit_stop s ON s.task_id = t.id
    WHERE t.id = :task AND (NOT EXISTS (SELECT FROM visit_measure x WHERE x.visit_id = s.visit_id)
        OR EXISTS (SELECT FROM visit_measure x WHERE x.visit_id = s.visit_id AND x.measure_id = m.id))
    ORDER BY m.position, m.id""")


def find_duties(session: Session, task_id: int) -> Mapping[str, int]:
    """Return the measures that a form of the task offers, in the plan's order: as it is shown → row id."""
    return {row.title: row.id for row in session.execute(DUTIES, {"task": task_id})}


def definition_for(session: Session, task_id: int, definition: WorkflowDefinition) -> WorkflowDefinition:
    """Return the task's definition with what its forms offer; nothing is read where they offer nothing."""
    if not definition.offers_duties:
        return definition
    return definition.with_duties(find_duties(session, task_id))
