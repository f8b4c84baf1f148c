"""The first opening of a served paper by its unit: it ends the telling of others (`passing_on`)."""

from __future__ import annotations

from tracker.domain.clocks import ClockStatus, end
from tracker.domain.permissions import AT_UNIT, Action, Viewer, may
from tracker.persistence.repositories.clocks import clock_from, clock_payload
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.catching_up import fire_due_on_paper
from tracker.services.context import Floor
from tracker.services.moving import write_back
from tracker.services.recording import doer_at, event
from tracker.services.seeing import see

CLOCK = "unopened"


class PaperOpeningService:
    """Records that the unit has opened a paper."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def record_opening(self, viewer: Viewer, *, notice_ref: str) -> bool:
        """Record the first opening of a served paper by its unit's liaison or head, and return whether this is it.

        From then on nobody else is told in their stead. Does nothing where no such steps run. Raises NotFound.
        """
        if not viewer.roles() & AT_UNIT[Action.ACT_AS_UNIT]:
            return False
        with self._floor.uows() as uow:
            if not self._is_first(uow, viewer, notice_ref):
                return False
        fire_due_on_paper(self._floor, notice_ref)
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            task = uow.tasks.get(uow.notices.get_by_ref(notice_ref).task_id, lock=True)
            row = uow.clocks.of_task(task.id, lock=True)[CLOCK]
            # Two pages opened at once: the second waits for the task, and then sees that it is not the first.
            if row.status != ClockStatus.RUNNING.value:
                return False
            clock = end(clock_from(row, uow.clocks.fired([row])[row.id]))
            write_back(uow, self._floor, task, row, clock, now=now)
            by = doer_at(viewer, see(uow, viewer, task).place(task), Action.ACT_AS_UNIT)
            payload = {"notice": notice_ref, "clocks": {CLOCK: clock_payload(clock, row.ladder_version_id)}}
            uow.events.append([event(("task", task.id), "paper.opened", payload, at=now, by=by)])
            uow.commit()
        return True

    @staticmethod
    def _is_first(uow: UnitOfWork, viewer: Viewer, notice_ref: str) -> bool:
        task_id = uow.notices.get_by_ref(notice_ref).task_id
        row = uow.clocks.of_task(task_id).get(CLOCK)
        if row is None or row.status != ClockStatus.RUNNING.value:
            return False
        task = uow.tasks.get(task_id)
        return may(viewer, Action.ACT_AS_UNIT, see(uow, viewer, task).place(task))
