"""Who opened a confidential task (a lead check): one event for a person and task an hour, in the task's chain."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from tracker.domain.permissions import Action, Viewer, may
from tracker.persistence.queries.access_log import OPENED, find_openings, opened_since
from tracker.persistence.queries.history import HistoryEvent
from tracker.services.context import Floor
from tracker.services.recording import doer_at, event
from tracker.services.seeing import see

ONCE_IN = timedelta(hours=1)
#: The page shows this many; the chain keeps them all.
SHOWN = 100


class AccessLogService:
    """Records openings, and shows them to those who may know."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def record_opening(self, viewer: Viewer, *, task_ref: str) -> bool:
        """Record that the viewer opens a confidential task; return whether a new event was written.

        Does nothing for other work, or within an hour of the same person's last opening. Raises NotFound.
        """
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            task = uow.tasks.get_by_ref(task_ref)
            setting = see(uow, viewer, task)
            if not self._floor.catalog.workflow(task.workflow_version_id).confidential:
                return False
            since = now - ONCE_IN
            if opened_since(uow.session, task.id, person_id=viewer.person_id, since=since):
                return False
            # Two pages opened at once: the second waits here and then sees the first one's event.
            uow.tasks.get(task.id, lock=True)
            if opened_since(uow.session, task.id, person_id=viewer.person_id, since=since):
                return False
            by = doer_at(viewer, setting.place(task), Action.SEE_TASK)
            uow.events.append([event(("task", task.id), OPENED, {"ref": task.ref}, at=now, by=by)])
            uow.commit()
            return True

    def openings(self, viewer: Viewer, *, task_ref: str) -> Sequence[HistoryEvent] | None:
        """Return who opened a confidential task, the newest first; None where that is not the viewer's to know."""
        with self._floor.uows() as uow:
            task = uow.tasks.get_by_ref(task_ref)
            setting = see(uow, viewer, task)
            if not self._floor.catalog.workflow(task.workflow_version_id).confidential:
                return None
            if not may(viewer, Action.SEE_ACCESS_LOG, setting.place(task)):
                return None
            return find_openings(uow.session, task.id, many=SHOWN)
