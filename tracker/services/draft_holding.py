"""A paper with its locks taken, in one order; its draft while somebody changes it, and who thereby has drafted it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tracker.domain.doers import with_drafter
from tracker.domain.errors import NotAllowed, StaleVersion
from tracker.domain.papers import missing_paper
from tracker.domain.permissions import Action, Viewer, may_draft
from tracker.persistence.models import Finding, Notice, NoticeItem, Task
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.contesting import touched_by_voiding
from tracker.services.context import Floor, Setting
from tracker.services.counted_papers import counts_of, papers_behind
from tracker.services.recording import doer_at, event
from tracker.services.rising import settle
from tracker.services.seeing import see
from tracker.services.striking import tasks_about


@dataclass
class HeldPaper:
    """A notice with its locks taken, and what surrounds it.

    `tasks` = all that are locked with it, by id; `findings` = those of its lines, held so that they are read once;
    `counting` = the ids of those that count papers.
    """

    notice: Notice
    task: Task
    setting: Setting
    items: list[NoticeItem]
    tasks: Mapping[int, Task]
    findings: Mapping[int, Finding] = field(default_factory=dict, repr=False)
    counting: frozenset[int] = frozenset()

    @property
    def plain(self) -> frozenset[int]:
        """Return the findings of its lines that count nothing."""
        return frozenset(self.findings) - self.counting


def hold_paper(uow: UnitOfWork, floor: Floor, viewer: Viewer, notice_ref: str, *, voids: bool = False) -> HeldPaper:
    """Lock a paper with all that a step of it may touch; raises NotFound. `voids` = the step may void it."""
    peek = uow.notices.peek(notice_ref)
    findings = uow.notices.findings([line.finding_id for line in peek.lines if line.finding_id is not None])
    counts = counts_of(uow, floor, list(findings.values()))
    wanted = {peek.task_id, *tasks_about(uow, peek.lines), *papers_behind(counts)}
    if voids:
        # Whoever voids a contested paper ends its objections, so their tasks are locked with it, in one order.
        wanted |= touched_by_voiding(uow, peek.id)
    if peek.about_task_id is not None:
        wanted.add(peek.about_task_id)
    tasks = {task.id: task for task in uow.tasks.find_many(sorted(wanted), lock=True)}
    notice = uow.notices.get_by_ref(notice_ref, lock=True)
    task = tasks[notice.task_id]
    setting = see(uow, viewer, task, missing=missing_paper(notice_ref))
    return HeldPaper(notice, task, setting, uow.notices.items(notice.id), tasks, findings, frozenset(counts))


def hold_draft(uow: UnitOfWork, floor: Floor, viewer: Viewer, notice_ref: str, expected_version: int) -> HeldPaper:
    """Lock an open draft that the viewer may change; raises NotFound, NotAllowed or StaleVersion."""
    held = hold_paper(uow, floor, viewer, notice_ref)
    if not may_draft(viewer, held.setting.place(held.task, internal=True)):
        raise NotAllowed("草稿由督导组和办公室修改。")
    definition = floor.catalog.workflow(held.task.workflow_version_id)
    title = definition.states[held.task.state].title
    check_version(held.notice, expected_version, title)
    if held.task.state != definition.initial:
        raise StaleVersion(f"文书已是“{title}”，不能再改。需要修改请先退回。")
    return held


def note_drafting(
    uow: UnitOfWork, floor: Floor, held: HeldPaper, viewer: Viewer, kind: str, payload: Mapping[str, Any], *, now: datetime
) -> None:  # fmt: skip
    """Write down what the viewer changed in a draft, and that he had a hand in it."""
    by = doer_at(viewer, held.setting.place(held.task, internal=True), Action.SEE_WORKBENCH)
    held.task.last_doers = with_drafter(held.task.last_doers, viewer.person_id)
    held.notice.version += 1
    uow.events.append([event(("notice", held.notice.id), kind, payload, at=now, by=by)])
    settle(uow, floor, held.task, held.setting, now=now)


def check_version(notice: Notice, expected: int, state_title: str) -> None:
    """Raise StaleVersion where the paper is not the one that was looked at."""
    if notice.version != expected:
        raise StaleVersion(
            f"文书在您打开页面之后有变动（可能引擎并入了新事项，或有人先办理了），现在是“{state_title}”。请核对后再办。"
        )
