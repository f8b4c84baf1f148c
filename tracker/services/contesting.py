"""What a unit may contest of a paper, until when, and what stands against it; and the locks that an objection takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tracker.domain.deadlines import DueMoment, show_day
from tracker.domain.errors import FieldProblem, InvalidInput, NotFound, StaleVersion, TransitionNotAllowed
from tracker.domain.objections import DEFAULT_DAYS, last_moment
from tracker.domain.papers import missing_paper
from tracker.domain.permissions import Action, Viewer, may
from tracker.persistence.models import Notice, NoticeItem, Objection, Task
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.context import Floor, Setting
from tracker.services.counted_papers import papers_behind, resting_on
from tracker.services.overturning import Case, Judgement, lapse
from tracker.services.recording import Doer
from tracker.services.seeing import see
from tracker.services.telling import tell

WHOLE = "whole"
NOT_DECIDED = "这份文书正在申诉，申诉有结果后再办结。"


@dataclass(frozen=True)
class Offer:
    """What the viewer may contest of a paper now.

    targets  (item id or None for the whole paper, what it says); empty = nothing, and `why_not` says why
    until    the last day on which it may be contested; None before the paper is served
    """

    targets: tuple[tuple[int | None, str], ...] = ()
    until: date | None = None
    why_not: str = ""


def limit_of(floor: Floor, setting: Setting, notice: Notice) -> DueMoment | None:
    """Return until when a served paper may be contested."""
    if notice.issued_at is None:
        return None
    days = int(setting.campaign.settings.get("objection_days", DEFAULT_DAYS))
    return last_moment(notice.issued_at, days, floor.calendars.newest())


def offer_for(
    uow: UnitOfWork, floor: Floor, viewer: Viewer, notice: Notice, paper: Task, setting: Setting, *, now: datetime
) -> Offer:
    """Return what the viewer may contest of a paper that he sees; nothing to anybody but its unit."""
    limit = limit_of(floor, setting, notice)
    if limit is None or not may(viewer, Action.OBJECT, setting.place(paper)):
        return Offer()
    if paper.final:
        return Offer(until=limit.due_on, why_not="这份文书已经办结或作废，不能再申诉。")
    if now >= limit.due_at:
        return Offer(until=limit.due_on, why_not=f"申诉期限是{show_day(limit.due_on)}，已经过了，不能再申诉。")
    lines = [item for item in uow.notices.items(notice.id) if item.struck_at is None]
    before = uow.objections.of_notice(notice.id)
    targets = [(None, "整份文书"), *((item.id, item.text) for item in lines)]
    free = tuple((item_id, text) for item_id, text in targets if not why_not(before, item_id))
    return Offer(free, limit.due_on, "" if free else why_not(before, None))


def why_not(before: Sequence[Objection], item_id: int | None) -> str:
    """Return why a paper (item None) or a line of it may not be contested now; empty when it may.

    A decided objection is final for what it was about; a withdrawn one may be filed again.
    """
    mine = [one for one in before if item_id is None or one.item_id in (None, item_id)]
    if any(one.outcome == "open" for one in mine):
        return "这份文书或其中的事项已有一件申诉正在审理，有结果后才能再提。"
    if any(one.outcome == "rejected" and (item_id is not None or one.item_id is None) for one in mine):
        return "对此已经申诉过并有答复，不能重复申诉。"
    return ""


def hold_for_filing(
    uow: UnitOfWork, viewer: Viewer, notice_ref: str, item_id: int | None
) -> tuple[Notice, Task, Setting, list[Task]]:
    """Lock the paper's task, the tasks that contesting freezes, and the paper; the paper is returned as it then is.

    Raises NotFound for whom the paper does not exist.
    """
    peek = uow.notices.get_by_ref(notice_ref)
    wanted = {peek.task_id, *uow.objections.contested(notice_id=peek.id, item_id=item_id)}
    tasks = {task.id: task for task in uow.tasks.lock_many(sorted(wanted))}
    paper = tasks[peek.task_id]
    setting = see(uow, viewer, paper, missing=missing_paper(notice_ref))
    notice = uow.notices.get_by_ref(notice_ref, lock=True)
    contested = uow.objections.contested(notice_id=notice.id, item_id=item_id)
    if not tasks.keys() >= set(contested):
        raise StaleVersion("这份文书刚刚有变动，请核对后再提申诉。")
    return notice, paper, setting, [tasks[task_id] for task_id in contested]


def hold_case(uow: UnitOfWork, floor: Floor, viewer: Viewer, task_ref: str) -> Case:
    """Lock an objection's task and all that it is about, the tasks in one order. Raises NotFound."""
    peek = uow.tasks.get_by_ref(task_ref)
    objection = uow.objections.of_task(peek.id)
    missing = f"没有编号为“{task_ref}”的申诉，或者您无权查看。"
    setting = see(uow, viewer, peek, missing=missing)
    if objection is None:
        raise NotFound(missing)
    return lock_case(uow, floor, objection, setting)


def lock_case(uow: UnitOfWork, floor: Floor, objection: Objection, setting: Setting) -> Case:
    """Lock what an objection is about: tasks first, in order of id, then the paper.

    Papers that a resting count names beside this one are locked too: two of their objections decided at once would
    otherwise each take the other for open.
    """
    notice = next(iter(uow.notices.find_many([objection.notice_id])))
    beside = papers_behind(resting_on(uow, floor, notice)[1])
    wanted = {objection.task_id, notice.task_id, *uow.objections.tasks_of(objection.id), *beside}
    tasks = {task.id: task for task in uow.tasks.lock_many(sorted(wanted))}
    uow.clocks.lock_of_tasks(sorted(wanted))
    locked = uow.notices.get_by_ref(notice.ref, lock=True)
    held = uow.objections.of_task(objection.task_id)
    frozen = uow.objections.tasks_of(objection.id)
    _, counts = resting_on(uow, floor, locked)
    if held is None or not tasks.keys() >= {*frozen, *papers_behind(counts)}:
        raise StaleVersion("这件申诉刚刚有变动，请核对后再办。")
    return Case(
        held, tasks[held.task_id], locked, tasks[notice.task_id], setting,
        {task_id: tasks[task_id] for task_id in frozen},
    )  # fmt: skip


def check_not_contested(uow: UnitOfWork, notice: Notice, transition: str) -> None:
    """Raise TransitionNotAllowed for the closing of a paper that is contested as a whole."""
    if transition == "close" and any(
        one.outcome == "open" and one.item_id is None for one in uow.objections.of_notice(notice.id)
    ):
        raise TransitionNotAllowed(NOT_DECIDED)


def check_nothing_due(uow: UnitOfWork, tasks: Sequence[Task], *, now: datetime) -> None:
    """Raise StaleVersion when something is due on locked tasks that nobody could fire: they were held by another.

    Contesting must not freeze a rung away that had fallen due before.
    """
    rows = uow.clocks.lock_of_tasks([task.id for task in tasks]) if tasks else []
    if any(row.next_fire_at is not None and row.next_fire_at <= now for row in rows):
        raise StaleVersion("系统正在处理这份文书的到期事项，请稍候再提交。您填写的内容还在。")


def line_of(uow: UnitOfWork, notice: Notice, item_id: int | None) -> NoticeItem | None:
    """Return the contested line; None for the whole paper. Raises InvalidInput for a line that stands no more."""
    if item_id is None:
        return None
    item = uow.notices.item(notice.id, item_id)
    if item.struck_at is not None:
        raise InvalidInput([FieldProblem("target", "这一项已经划去，不用申诉。")])
    return item


def touched_by_voiding(uow: UnitOfWork, notice_id: int) -> set[int]:
    """Return the tasks that the voiding of a paper reaches through the objections that are open against it."""
    found: set[int] = set()
    for one in uow.objections.of_notice(notice_id):
        if one.outcome == "open":
            found |= {one.task_id, *uow.objections.tasks_of(one.id)}
    return found


def lapse_all(
    uow: UnitOfWork, floor: Floor, notice: Notice, setting: Setting, by: Doer, reason: str, *, now: datetime
) -> None:
    """End the open objections against a paper that was voided, and tell the unit. All tasks are locked already."""
    for one in uow.objections.of_notice(notice.id):
        if one.outcome != "open":
            continue
        case = lock_case(uow, floor, one, setting)
        lapse(uow, floor, case, Judgement("lapsed", by, f"文书已作废：{reason}"), now=now)
        facts = {
            "task_ref": case.task.ref, "title": case.task.title, "unit": setting.unit_name,
            "campaign": setting.campaign.title, "printed_number": notice.printed_number or notice.ref,
            "outcome": "文书已作废，申诉终止", "reason": reason,
        }  # fmt: skip
        tell(uow, cause=f"objection:{one.id}:lapsed", message="objection_decided", facts=facts,
             audience=setting.audience(case.task), roles=("liaison", "head"), now=now, task_id=case.task.id)  # fmt: skip
