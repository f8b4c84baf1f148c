"""What an objection's outcome does to the contested paper, its lines, what they opened and what they counted.

Called inside a transaction that holds every task, the paper and its clocks' rows. An upheld objection takes back, a
rejected or withdrawn one lets go on, and one whose paper ended by itself lapses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tracker.domain.escalation import Cause
from tracker.domain.objections import CountedAgainst
from tracker.persistence.models import Finding, Notice, NoticeItem, Objection, Task
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.context import Floor, Setting
from tracker.services.counted_papers import count_not_full, papers_behind, resting_on
from tracker.services.ending import end_many
from tracker.services.freezing import thaw_tasks
from tracker.services.moving import Move, move_task
from tracker.services.raising import gather_again
from tracker.services.recording import ENGINE, Doer, event
from tracker.services.rising import settle
from tracker.services.standings import follow_move, hold_standing
from tracker.services.striking import strike, tasks_about
from tracker.services.tasks import drop_extension

SUPERSEDE, VOID, WITHDRAW, LAPSE = "supersede", "void", "withdraw", "lapse"


@dataclass(frozen=True)
class Case:
    """An objection with all that it is about, locked. `tasks` are those that it freezes, by id, the paper's included."""

    objection: Objection
    task: Task
    notice: Notice
    paper: Task
    setting: Setting
    tasks: Mapping[int, Task]

    def contested_lines(self, uow: UnitOfWork) -> list[NoticeItem]:
        """Return the lines that are contested and stand."""
        lines = [item for item in uow.notices.items(self.notice.id) if item.struck_at is None]
        if self.objection.item_id is None:
            return [*lines, *uow.notices.agreed(self.notice.id)]
        return [item for item in lines if item.id == self.objection.item_id]


@dataclass(frozen=True)
class Judgement:
    """Who decided, and why."""

    outcome: str
    by: Doer
    reason: str


def uphold(uow: UnitOfWork, floor: Floor, case: Case, judged: Judgement, *, now: datetime) -> bool:
    """Take back what was contested; tell whether the whole paper was superseded.

    A paper of which no line stands any more is superseded as a whole.
    """
    # What the paper may have done to the unit's standing is locked before any stream is written.
    uow.history.lock_standing(office_id=case.notice.office_id, unit_id=case.notice.unit_id, now=now)
    lines = case.contested_lines(uow)
    counted = _counted(uow, floor, lines)
    _overturn_findings(uow, case, lines, judged, now=now)
    if case.objection.item_id is not None:
        for item in lines:
            said = f"申诉成立：{judged.reason}"
            strike(uow, item, reason=said, person_id=judged.by.person_id, status="overturned", now=now)
    uow.flush()
    left = [item for item in uow.notices.items(case.notice.id) if item.struck_at is None]
    whole = (case.objection.item_id is None or not left) and not case.paper.final
    _withdraw_opened(uow, floor, case, lines, judged, now=now)
    if whole:
        _overturn(resting_on(uow, floor, case.notice)[0], judged, now=now)
        _supersede(uow, floor, case, judged, now=now)
    _let_go(uow, floor, case, judged, counted, now=now)
    _record(uow, case, judged, {"superseded": whole, "lines": [item.id for item in lines]}, now=now)
    return whole


def let_stand(uow: UnitOfWork, floor: Floor, case: Case, judged: Judgement, *, now: datetime) -> None:
    """Let clocks run on as they were, and put back into drafts what was kept out of papers meanwhile."""
    # Drafts are locked before streams, so what rested is put back before the tasks' own streams are written.
    free = frozenset(case.tasks) - uow.objections.frozen(list(case.tasks), but=case.objection.id)
    findings = [*uow.objections.resting_findings(sorted(free)), *_counts_let_go(uow, floor, case, now=now)]
    gather_again(uow, floor, findings, now=now)
    _let_go(uow, floor, case, judged, None, now=now)
    _record(uow, case, judged, {"gathered_again": [finding.ref for finding in findings]}, now=now)


def _counts_let_go(uow: UnitOfWork, floor: Floor, case: Case, *, now: datetime) -> list[Finding]:
    """Return the counts that rested for this paper's sake and rest for no other's.

    One of which a paper was voided or superseded meanwhile is not full any more and ends here.
    """
    findings, counts = resting_on(uow, floor, case.notice)
    frozen = uow.objections.frozen(sorted(papers_behind(counts)), but=case.objection.id)
    free = []
    for one in findings:
        ended = [paper.number for paper in counts[one.id] if paper.ended_at is not None]
        if ended:
            one.status, one.decided_at, one.reason = "obsolete", now, count_not_full(ended)
        elif not any(paper.task_id in frozen for paper in counts[one.id]):
            free.append(one)
    return free


def lapse(uow: UnitOfWork, floor: Floor, case: Case, judged: Judgement, *, now: datetime) -> None:
    """End an objection whose paper was voided: nothing is left to decide, and what rested goes on."""
    step = floor.catalog.workflow(case.task.workflow_version_id).transition(LAPSE)
    if step is None or case.task.state not in step.sources:
        return
    end_many(uow, floor, [(case.task, step)], reason=judged.reason, by=ENGINE, now=now)
    let_stand(uow, floor, case, judged, now=now)


def _counted(uow: UnitOfWork, floor: Floor, lines: Sequence[NoticeItem]) -> dict[int, list[CountedAgainst]]:
    """Return, by task, what the findings of contested lines had counted."""
    findings = uow.notices.findings([item.finding_id for item in lines if item.finding_id is not None])
    firings = uow.objections.firings([finding.firing_id for finding in findings.values()])
    found: dict[int, list[CountedAgainst]] = {}
    for item in lines:
        if item.finding_id is None:
            continue
        firing, ladder_id = firings[findings[item.finding_id].firing_id]
        rung = floor.catalog.ladder(ladder_id).rungs[firing.rung]
        one = CountedAgainst(firing.clock_id, firing.occurrence, Cause(firing.cause), rung)
        for task_id in sorted(tasks_about(uow, [item])):
            found.setdefault(task_id, []).append(one)
    return found


def _overturn_findings(
    uow: UnitOfWork, case: Case, lines: Sequence[NoticeItem], judged: Judgement, *, now: datetime
) -> None:
    """Overturn what raised the lines, and what rested because of it: it came of the same failure."""
    about = sorted(tasks_about(uow, lines))
    raised = uow.notices.findings([item.finding_id for item in lines if item.finding_id is not None])
    _overturn([*raised.values(), *uow.objections.resting_findings(about)], judged, now=now)


def _overturn(findings: Iterable[Finding], judged: Judgement, *, now: datetime) -> None:
    for finding in findings:
        finding.status, finding.reason = "overturned", f"申诉成立：{judged.reason}"
        finding.decided_at, finding.decided_by = now, judged.by.person_id


def _withdraw_opened(
    uow: UnitOfWork, floor: Floor, case: Case, lines: Sequence[NoticeItem], judged: Judgement, *, now: datetime
) -> None:
    """Call off the open rectification items that the lines opened; one that was signed off already stays."""
    moves = []
    for item in lines:
        task = case.tasks.get(item.rectification_task_id or 0)
        if task is None or task.final:
            continue
        step = floor.catalog.workflow(task.workflow_version_id).transition(WITHDRAW)
        if step is not None and task.state in step.sources:
            moves.append((task, step))
    end_many(uow, floor, moves, reason=f"申诉成立，整改事项撤回：{judged.reason}", by=judged.by, now=now)


def _supersede(uow: UnitOfWork, floor: Floor, case: Case, judged: Judgement, *, now: datetime) -> None:
    """End the paper. It keeps its number; one that began under an older workflow is voided instead."""
    definition = floor.catalog.workflow(case.paper.workflow_version_id)
    step = definition.transition(SUPERSEDE) or definition.transition(VOID)
    if step is None or case.paper.state not in step.sources:
        raise ValueError(f"a paper in state {case.paper.state!r} cannot be superseded")
    hold_standing(uow, case.notice, definition, step, now=now)
    move_task(uow, floor, case.paper, definition, Move(step, judged.by, f"申诉成立：{judged.reason}"), now=now)
    follow_move(uow, case.notice, definition, step, judged.by, now=now)
    drop_extension(uow, case.paper, definition, now=now)
    settle(uow, floor, case.paper, case.setting, now=now)


def _let_go(
    uow: UnitOfWork, floor: Floor, case: Case, judged: Judgement,
    counted: Mapping[int, Sequence[CountedAgainst]] | None, *, now: datetime,
) -> None:  # fmt: skip
    """Let the clocks go on of what no other objection holds."""
    ids = list(case.tasks)
    still = uow.objections.frozen(ids, but=case.objection.id)
    payload = {
        "objection": case.task.ref, "notice": case.notice.ref, "outcome": judged.outcome, "reason": judged.reason,
    }  # fmt: skip
    events = thaw_tasks(
        uow, floor, list(case.tasks.values()), payload, judged.by, still_frozen=still, now=now, overturned=counted
    )
    uow.events.append(events)


def _record(uow: UnitOfWork, case: Case, judged: Judgement, more: Mapping[str, Any], *, now: datetime) -> None:
    case.objection.outcome, case.objection.decided_at = judged.outcome, now
    case.objection.decided_by, case.objection.decision_reason = judged.by.person_id, judged.reason
    if judged.outcome != "lapsed":
        case.notice.version += 1  # a paper that lapsed its objections was just moved, which counts already
    payload = {
        "objection": case.task.ref, "item": case.objection.item_id, "outcome": judged.outcome,
        "reason": judged.reason, **more,
    }  # fmt: skip
    uow.events.append([event(("notice", case.notice.id), "objection.decided", payload, at=now, by=judged.by)])
    uow.flush()
