"""Why: each light, finding and notice explained from the record, in words that the unit can read (DESIGN.md §3.7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tracker.domain.clock_words import say_moment
from tracker.domain.errors import NotFound
from tracker.domain.papers import is_internal
from tracker.domain.permissions import Viewer
from tracker.domain.printed_papers import runs_from_acceptance
from tracker.domain.receiving import ACCEPT, Received
from tracker.domain.values import local_date
from tracker.persistence.models import Notice, NoticeItem, Task
from tracker.persistence.queries.explained import findings_of_tasks
from tracker.persistence.queries.history import HistoryEvent, read_history
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.access_log import AccessLogService
from tracker.services.context import Floor
from tracker.services.task_explanations import SEEN_OUTSIDE, STEPS, Told, explain_task, explain_tasks
from tracker.services.task_records import NOT_THERE, check_may_see, is_inside, read_record, read_records


@dataclass(frozen=True)
class Explanation:
    """A title, sentences in order, and the same as data.

    `task_ref` = whose clocks it is about; `opens` = the confidential tasks of which it says more than their line.
    """

    title: str
    lines: tuple[str, ...]
    data: dict[str, Any] = field(default_factory=dict)
    task_ref: str = ""
    opens: tuple[str, ...] = ()


#: What the operator is told of a confidential task.
CLOSED = "这项核查不公开，命令行里不说明。请有权查看的人在系统里看，查看会留下记录。"


class ExplanationService:
    """Explains tasks, findings and notices by their refs.

    Of a confidential task more than its line is said only to a person, and the task's chain keeps that it was opened. The
    operator at the command line is no person of the record, and is told the lines alone.
    """

    def __init__(self, floor: Floor, access_log: AccessLogService) -> None:
        self._floor = floor
        self._access_log = access_log

    def explain(self, viewer: Viewer | None, ref: str) -> Explanation:
        """Explain a ref (RW-…, ZG-…, DC-…, WS-…), and record what is opened by that. `viewer` None = the operator.

        Raises NotFound, in the same words for what is not there and for what is somebody else's.
        """
        try:
            with self._floor.uows() as uow:
                found = self._explain(uow, viewer, ref)
        except NotFound:
            raise NotFound(NOT_THERE) from None
        if viewer is not None:
            for opened in found.opens:
                self._access_log.record_opening(viewer, task_ref=opened)
        return found

    def explain_notice(self, viewer: Viewer | None, ref: str, *, confidential: bool) -> Explanation:
        """Explain a paper; raises NotFound. Without `confidential` nothing but its line is said of a confidential task."""
        with self._floor.uows() as uow:
            return self._notice(uow, viewer, ref, confidential=confidential)

    def _explain(self, uow: UnitOfWork, viewer: Viewer | None, ref: str) -> Explanation:
        if ref.startswith("DC-"):
            return self._finding(uow, viewer, ref)
        if ref.startswith("WS-"):
            return self._notice(uow, viewer, ref, confidential=viewer is not None)
        task = uow.tasks.get_by_ref(ref)
        if viewer is None and self._is_confidential(task):
            return self._closed(task)
        told = self._told(uow, viewer, task)
        return self._explanation(f"{task.ref} {task.title}", told.lines, told.plain, task)

    def _told(self, uow: UnitOfWork, viewer: Viewer | None, task: Task) -> Told:
        return explain_task(uow, self._floor, read_record(uow, self._floor, viewer, task))

    def _explanation(
        self, title: str, lines: tuple[str, ...], plain: dict[str, Any], task: Task, *behind: Task
    ) -> Explanation:
        opens = tuple(one.ref for one in (task, *behind) if self._is_confidential(one))
        return Explanation(title, lines, plain, task.ref, opens)

    @staticmethod
    def _closed(task: Task) -> Explanation:
        return Explanation(task.ref, (CLOSED,), {"task": task.ref, "closed": CLOSED}, task.ref)

    def _is_confidential(self, task: Task) -> bool:
        return self._floor.catalog.workflow(task.workflow_version_id).confidential

    def _finding(self, uow: UnitOfWork, viewer: Viewer | None, ref: str) -> Explanation:
        """Explain a finding; a unit knows of it once its paper is issued."""
        finding = uow.notices.get_finding_by_ref(ref)
        task = uow.tasks.get(finding.task_id)
        if viewer is None and self._is_confidential(task):
            return self._closed(task)
        setting = check_may_see(uow, viewer, task, internal=False)
        standing = [one for one in findings_of_tasks(uow.session, [task.id])[task.id] if one.ref == ref]
        if not is_inside(viewer, setting, task) and not any(one.issued_at for one in standing):
            raise NotFound(NOT_THERE)
        told = self._told(uow, viewer, task)
        return self._explanation(
            f"{ref} 待处事项", (finding.summary, *told.lines), {"finding": ref, "task": told.plain}, task
        )

    def _notice(self, uow: UnitOfWork, viewer: Viewer | None, ref: str, *, confidential: bool) -> Explanation:
        notice = uow.notices.get_by_ref(ref)
        task = uow.tasks.get(notice.task_id)
        setting = check_may_see(uow, viewer, task, internal=is_internal(task.workflow_key, task.state))
        inside = is_inside(viewer, setting, task)
        lines = [f"“{notice.title}”因下列事项拟出："]
        data: dict[str, Any] = {"notice": ref, "number": notice.printed_number, "items": []}
        # A line that was struck before the issue never reached the unit.
        items = [one for one in uow.notices.items(notice.id) if inside or not _never_issued(one, notice)]
        behind = uow.tasks.find_many(sorted({item.task_id for item in items if item.task_id is not None} - {task.id}))
        told_of = [task, *(one for one in behind if confidential or not self._is_confidential(one))]
        about = explain_tasks(uow, self._floor, read_records(uow, self._floor, viewer, told_of))
        for position, item in enumerate(items, start=1):
            struck = f"（已划去：{item.strike_reason}）" if item.struck_at else ""
            lines.append(f"{position}. {item.text}{struck}")
            told = about.get(item.task_id) if item.task_id is not None else None
            if told is not None:
                lines += [f"　　{line}" for line in told.lines[1:]]
                data["items"].append({"text": item.text, "struck": bool(item.struck_at), "task": told.plain})
        steps = self._steps(uow, notice, inside=inside)
        own = about[task.id]
        lines += [
            *self._step_lines(steps),
            *self._receipts(uow, task),
            "这份文书本身的办理：",
            *(f"　　{line}" for line in own.lines),
        ]
        data |= {
            "steps": [{"at": s.at.isoformat(), "kind": s.kind, "who": s.who} for s in steps], "task": own.plain,
        }  # fmt: skip
        told_behind = [one for one in behind if one.id in about]
        return self._explanation(
            f"{notice.printed_number or ref} {notice.title}", tuple(lines), data, task, *told_behind
        )

    def _steps(self, uow: UnitOfWork, notice: Notice, *, inside: bool) -> list[HistoryEvent]:
        steps = read_history(uow.session, kind="notice", subject=notice.id)
        return [
            one for one in steps
            if one.kind in PAPER_STEPS and one.kind not in NOT_STEPS and (inside or one.kind in SEEN_OUTSIDE)
        ]  # fmt: skip

    def _receipts(self, uow: UnitOfWork, task: Task) -> Iterator[str]:
        """Yield how the paper was received: in the system, by a slip of paper, or without a signature."""
        today = local_date(self._floor.clock.now())
        definition = self._floor.catalog.workflow(task.workflow_version_id)
        for one in read_history(uow.session, kind="task", subject=task.id):
            if one.kind == "task.moved" and one.payload.get("transition") == ACCEPT:
                received = Received.of(one.payload)
                runs = runs_from_acceptance(definition, None, received)
                yield f"{say_moment(one.at, today)}{one.who}{received.words}{runs}。"

    def _step_lines(self, steps: list[HistoryEvent]) -> Iterator[str]:
        today = local_date(self._floor.clock.now())
        for one in steps:
            number = f"，编号{one.payload['number']}" if one.payload.get("number") else ""
            yield f"{say_moment(one.at, today)}{one.who or '系统'}{PAPER_STEPS[one.kind]}{number}。"


def _never_issued(item: NoticeItem, notice: Notice) -> bool:
    return item.struck_at is not None and (notice.issued_at is None or item.struck_at <= notice.issued_at)


#: What happened to a paper, in words; lines added and struck stand with the lines.
PAPER_STEPS = {
    "notice.drafted": "起草",
    "notice.slip_made": "开具送达回执（纸质送达）",
    "notice.edited": "修改标题或正文",
    "notice.filed": "归档",
    **STEPS,
}
NOT_STEPS = frozenset({"notice.item_struck", "notice.item_restored"})
