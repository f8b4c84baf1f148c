"""A good cause (有正当理由) for being late or behind: people find it, with a reason; the engine never does.

Rungs that say `unless_excused` are not reached while it stands; the due moment does not move, for that is what an
extension is for. It stands for the present occurrence of each clock and no longer.
"""

from __future__ import annotations

from tracker.domain.clocks import ClockStatus, excuse
from tracker.domain.errors import FieldProblem, InvalidInput, NotAllowed, TransitionNotAllowed
from tracker.domain.inputs import cleaned
from tracker.domain.permissions import Action, Viewer, may
from tracker.persistence.models import ClockRow
from tracker.persistence.repositories.clocks import clock_from, clock_payload
from tracker.services.context import Floor
from tracker.services.free_texts import refuse_personal
from tracker.services.moving import write_back
from tracker.services.recording import doer_at, event
from tracker.services.seeing import check_version, see

#: A clock that is over, or waits for others, has nothing to be excused.
EXCUSABLE = frozenset({ClockStatus.RUNNING.value, ClockStatus.PAUSED.value})


class ExcuseService:
    """Finds a good cause, and takes the finding back."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def excuse(
        self, viewer: Viewer, *, task_ref: str, expected_version: int, excused: bool, reason: str,
        ticks: dict[str, object] | None = None,
    ) -> None:  # fmt: skip
        """Let a good cause stand for the clocks of a task that ask for one, or stand no more.

        Raises NotFound, NotAllowed, InvalidInput, StaleVersion, or TransitionNotAllowed when no clock asks.
        """
        reason = cleaned(reason)
        if not 0 < len(reason) <= 500:
            raise InvalidInput([FieldProblem("reason", "请写明理由和依据，不超过500字。")])
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            task = uow.tasks.get_by_ref(task_ref, lock=True)
            setting = see(uow, viewer, task)
            place = setting.place(task)
            if not may(viewer, Action.ACT_AS_SUPERVISOR, place):
                raise NotAllowed("是否有正当理由由督导组认定。")
            definition = self._floor.catalog.workflow(task.workflow_version_id)
            check_version(task.version, expected_version, definition.states[task.state].title)
            rows = {name: row for name, row in uow.clocks.of_task(task.id, lock=True).items() if self._excusable(row)}
            if not rows or all(row.excused is excused for row in rows.values()):
                raise TransitionNotAllowed("这项任务现在没有以“无正当理由”为条件的措施，或已经这样认定过。")
            refuse_personal(self._floor, task, ticks, reason=reason)
            fired = uow.clocks.fired(rows.values())
            changed = {}
            for name, row in rows.items():
                clock = excuse(clock_from(row, fired[row.id]), excused=excused)
                write_back(uow, self._floor, task, row, clock, now=now)
                changed[name] = clock_payload(clock, row.ladder_version_id)
            by = doer_at(viewer, place, Action.ACT_AS_SUPERVISOR)
            payload = {"excused": excused, "reason": reason, "clocks": changed}
            uow.events.append([event(("task", task.id), "clock.excused", payload, at=now, by=by)])
            task.version += 1
            uow.commit()

    def _excusable(self, row: ClockRow) -> bool:
        return row.status in EXCUSABLE and self._floor.catalog.ladder(row.ladder_version_id).asks_for_cause
