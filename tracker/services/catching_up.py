"""Before a person moves a task, what is due on it fires; before dates change for many, whatever is due.

In a running system nothing is: a sweep came within the second. After an outage of workers and scheduler the pages may
be used before the first sweep, and a unit that reports five days late would otherwise stop the clock on rungs that
had fallen due and never fired. A change set or a merger would cancel them for all it touches; so would a holiday
notice, which sees to it clock by clock (`calendars`).
"""

from __future__ import annotations

from tracker.domain.errors import NotFound
from tracker.domain.papers import missing_paper
from tracker.services.context import Floor
from tracker.services.escalations import EscalationService


def fire_due(floor: Floor, task_ref: str) -> None:
    """Fire what is due on a task, in a transaction of its own. Raises NotFound."""
    with floor.uows() as uow:
        task_id = uow.tasks.get_by_ref(task_ref).id
    EscalationService(floor).sweep_task(task_id)


def fire_all_due(floor: Floor) -> None:
    """Fire whatever is due anywhere, as any sweep would, in transactions of its own."""
    EscalationService(floor).sweep()


def fire_due_on_paper(floor: Floor, notice_ref: str) -> None:
    """Fire what is due on a paper's own clocks. Raises NotFound."""
    with floor.uows(at_once=True) as uow:
        found = uow.notices.find_due(notice_ref, now=floor.clock.now())
    if found is None:
        raise NotFound(missing_paper(notice_ref))
    task_id, due = found
    if due:
        EscalationService(floor).sweep_task(task_id)
