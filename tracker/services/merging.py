"""Merging two open drafts of one unit: what the lighter one lists goes over to the other, and the empty one is given up.

Only what nobody has put up yet can be merged; findings keep their refs and their place in the record, and both papers
say where lines went. Nobody is told, for nobody outside the team knew of either draft.
"""

from __future__ import annotations

from dataclasses import dataclass

from tracker.domain.doers import with_drafter
from tracker.domain.errors import NotAllowed, StaleVersion, TransitionNotAllowed
from tracker.domain.papers import missing_paper
from tracker.domain.permissions import Action, Viewer, may_draft
from tracker.persistence.models import Notice, Task
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.context import Floor
from tracker.services.moving import Move, move_task
from tracker.services.recording import doer_at, event
from tracker.services.rising import settle
from tracker.services.seeing import see
from tracker.services.striking import tasks_about
from tracker.services.tasks import doer_for, plan_for

GIVE_UP = "discard"


@dataclass(frozen=True)
class Merged:
    """What became of it: the draft that holds everything now, and how many lines went over."""

    into_ref: str
    lines: int


class MergeService:
    """Merges drafts."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def merge(self, viewer: Viewer, *, notice_ref: str, expected_version: int, into_ref: str) -> Merged:
        """Move every line of a draft that stands into another draft of the same unit and campaign, and give it up.

        Raises NotFound, NotAllowed, StaleVersion, or TransitionNotAllowed where they do not belong together.
        """
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            tasks = self._lock(uow, notice_ref, into_ref)
            source, target = (uow.notices.get_by_ref(ref) for ref in (notice_ref, into_ref))
            for notice in (source, target):
                self._check(uow, viewer, notice, tasks[notice.task_id])
            if source.version != expected_version:
                raise StaleVersion("文书在您打开页面之后有变动（可能引擎并入了新事项，或有人先办理了）。请核对后再办。")
            if source.alone or target.alone:
                raise TransitionNotAllowed("其中一份按规则单独成文，一事一文，不能合并。")
            if source.id == target.id or (source.unit_id, source.campaign_id) != (target.unit_id, target.campaign_id):
                raise TransitionNotAllowed("只能合并同一单位、同一专项行动的两份草稿。")
            if source.severity > target.severity:
                raise TransitionNotAllowed("只能并入轻重相同或更重的一份，轻的不能吸收重的。")
            moved = [item for item in uow.notices.items(source.id) if item.struck_at is None]
            last = max((item.position for item in uow.notices.items(target.id)), default=0)
            for number, item in enumerate(moved, start=1):
                item.notice_id, item.position = target.id, last + number
            task, into = tasks[source.task_id], tasks[target.task_id]
            setting = see(uow, viewer, task)
            definition = self._floor.catalog.workflow(task.workflow_version_id)
            planned = plan_for(uow, viewer, task, setting, definition, GIVE_UP, now=now)
            by = doer_for(viewer, task, setting, planned)
            into.last_doers = with_drafter(into.last_doers, viewer.person_id)
            source.gathering, source.version, target.version = False, source.version + 1, target.version + 1
            uow.flush()
            move_task(uow, self._floor, task, definition, Move(planned, by, f"并入{target.ref}"), now=now)
            settle(uow, self._floor, into, see(uow, viewer, into), now=now)
            place = setting.place(into, internal=True)
            payload = {"from": source.ref, "to": target.ref, "items": [item.id for item in moved]}
            uow.events.append([
                event(("notice", one.id), "notice.items_merged", payload, at=now, by=doer_at(viewer, place, Action.SEE_WORKBENCH))
                for one in sorted((source, target), key=lambda one: one.id)
            ])  # fmt: skip
            uow.commit()
            return Merged(target.ref, len(moved))

    def _lock(self, uow: UnitOfWork, *refs: str) -> dict[int, Task]:
        """Lock the tasks of both papers and of their lines in one order, then both papers."""
        wanted: set[int] = set()
        for ref in refs:
            peek = uow.notices.peek(ref)
            wanted |= {peek.task_id, *tasks_about(uow, peek.lines)}
        tasks = {task.id: task for task in uow.tasks.find_many(sorted(wanted), lock=True)}
        for ref in sorted(set(refs)):
            uow.notices.get_by_ref(ref, lock=True)
        return tasks

    def _check(self, uow: UnitOfWork, viewer: Viewer, notice: Notice, task: Task) -> None:
        setting = see(uow, viewer, task, missing=missing_paper(notice.ref))
        place = setting.place(task, internal=True)
        if not may_draft(viewer, place):
            raise NotAllowed("草稿由督导组和办公室修改。")
        definition = self._floor.catalog.workflow(task.workflow_version_id)
        if task.state != definition.initial:
            raise StaleVersion(f"{notice.ref}已是“{definition.states[task.state].title}”，不能再合并。")
