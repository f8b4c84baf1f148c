"""Lines of drafts are struck: by hand, and once more looked at before a paper leaves the office (DESIGN.md §3.5)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tracker.domain.objections import STRUCK_WHILE_OPEN
from tracker.domain.values import local_date
from tracker.persistence.models import NoticeItem, Task
from tracker.persistence.repositories.notices import LineAbout
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.context import Floor
from tracker.services.counted_papers import Counts, count_not_full, counts_of_lines, papers_behind


@dataclass(frozen=True)
class Struck:
    """How many lines a second look struck: duties done or called off meanwhile, and duties that are contested."""

    finished: int = 0
    contested: int = 0

    @property
    def total(self) -> int:
        """Return how many lines were struck."""
        return self.finished + self.contested


def strike(
    uow: UnitOfWork, item: NoticeItem, *, reason: str, person_id: int | None, status: str, now: datetime
) -> None:
    """Strike a line; what raised it takes `status`."""
    item.struck_at, item.struck_by, item.strike_reason = now, person_id, reason
    if item.finding_id is not None:
        finding = uow.notices.findings([item.finding_id])[item.finding_id]
        finding.status, finding.decided_at, finding.decided_by, finding.reason = status, now, person_id, reason


def tasks_about(uow: UnitOfWork, items: Sequence[NoticeItem | LineAbout]) -> set[int]:
    """Return the tasks that lines are about: one, or every missed period of a standing duty."""
    findings = uow.notices.findings([item.finding_id for item in items if item.finding_id is not None])
    periods = {task_id for finding in findings.values() for task_id in finding.period_tasks or ()}
    return periods | {item.task_id for item in items if item.task_id is not None}


def look_again(
    uow: UnitOfWork, floor: Floor, items: Sequence[NoticeItem], locked: Mapping[int, Task], *, plain: Collection[int],
    now: datetime,
) -> Struck:  # fmt: skip
    """Strike the lines whose duty is finished or contested meanwhile, and counts that stand no more.

    `locked` = by id, the tasks that lines are about and those of counted papers, as the caller has locked them;
    `plain` = findings that the caller knows to count nothing.
    """
    kept = [item for item in items if item.struck_at is None]
    counts = counts_of_lines(uow, floor, kept, plain)
    counting = [item for item in kept if item.finding_id in counts]
    duties = _duties_again(uow, [item for item in kept if item.finding_id not in counts], locked, now=now)
    counted = _counts_again(uow, counting, counts, now=now)
    return Struck(duties.finished + counted.finished, duties.contested + counted.contested)


def _counts_again(uow: UnitOfWork, items: Sequence[NoticeItem], counts: Counts, *, now: datetime) -> Struck:
    """Strike counts of which a paper was voided or superseded, or is contested; that a duty is done undoes none."""
    frozen = uow.objections.frozen(sorted(papers_behind(counts)))
    finished = contested = 0
    for item in items:
        papers = counts[item.finding_id or 0]
        ended = [paper.number for paper in papers if paper.ended_at is not None]
        if ended:
            reason = f"印发前复核：{count_not_full(ended)}"
            strike(uow, item, reason=reason, person_id=None, status="obsolete", now=now)
            finished += 1
        elif resting := [paper.number for paper in papers if paper.task_id in frozen]:
            reason = f"计入的{'、'.join(resting)}{STRUCK_WHILE_OPEN}"
            strike(uow, item, reason=reason, person_id=None, status="objected", now=now)
            contested += 1
    return Struck(finished, contested)


def _duties_again(uow: UnitOfWork, kept: Sequence[NoticeItem], locked: Mapping[int, Task], *, now: datetime) -> Struck:
    abouts = [sorted(tasks_about(uow, [item])) for item in kept]
    wanted = {task_id for about in abouts for task_id in about}
    # A line that came in between the look and the locks has a task that is not among them.
    late = sorted(wanted - locked.keys())
    tasks = {**locked, **{task.id: task for task in (uow.tasks.find_many(late) if late else ())}}
    frozen = uow.objections.frozen(sorted(wanted))
    finished = contested = 0
    for item, task_ids in zip(kept, abouts, strict=True):
        about = [tasks[task_id] for task_id in task_ids]
        if not about:
            continue
        if all(task.done or task.final for task in about):
            ended = max(task.done_at or now for task in about)
            reason = f"印发前复核：该任务已办结（{local_date(ended).isoformat()}）。"
            strike(uow, item, reason=reason, person_id=None, status="obsolete", now=now)
            finished += 1
        elif all(task.done or task.final or task.id in frozen for task in about):
            strike(uow, item, reason=STRUCK_WHILE_OPEN, person_id=None, status="objected", now=now)
            contested += 1
    return Struck(finished, contested)
