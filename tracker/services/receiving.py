"""Papers that nobody signed in to sign for: received by a slip of paper, or deemed received when their time is up."""

from __future__ import annotations

from datetime import datetime

import structlog

from tracker.domain.definition import WorkflowDefinition
from tracker.domain.receiving import ACCEPT, Received, Way, deemed_after, deemed_moment
from tracker.persistence.models import Campaign, Notice, Task
from tracker.persistence.repositories.incidents import NewIncident
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.context import Floor, Setting, setting_of
from tracker.services.judging import DEFERRED_FOR, JUDGING_ERRORS
from tracker.services.moving import Move, move_task
from tracker.services.recording import ENGINE, Doer
from tracker.services.rising import settle
from tracker.services.telling import tell

logger = structlog.get_logger(__name__)


def receive(
    uow: UnitOfWork, floor: Floor, notice: Notice, task: Task, received: Received, by: Doer, *, now: datetime
) -> bool:
    """Let a locked paper be received, and tell its unit; False where it does not wait for that (any more).

    The acceptance is the unit's step, so the definition says from where it may be taken.
    """
    definition = floor.catalog.workflow(task.workflow_version_id)
    accept = definition.transition(ACCEPT)
    if accept is None or task.state not in accept.sources:
        return False
    setting = setting_of(uow, task)
    move = Move(accept, by, how=received.plain(), counted_from=received.counts_from)
    event_id = move_task(uow, floor, task, definition, move, now=now)
    notice.version += 1
    notice.deem_at = None
    settle(uow, floor, task, setting, now=now)
    _tell(uow, notice, task, setting, received, event_id, now=now)
    floor.ring_deliveries(uow)
    return True


def wait_for_receipt(
    uow: UnitOfWork, floor: Floor, notice: Notice, definition: WorkflowDefinition, campaign: Campaign, *, now: datetime
) -> int:
    """Let a paper be deemed received where its campaign says so; return after how many working days, 0 = never."""
    days = deemed_after(campaign.settings, definition)
    if days:
        notice.deem_at = deemed_moment(now, days, floor.calendars.newest()).due_at
        uow.wake()
    return days


def deem_due(floor: Floor) -> int:
    """Deem received what was issued long enough ago and nobody signed for; return how many papers that were.

    Each in its own transaction: one that cannot be moved is put back an hour and reported, the rest go on.
    """
    now, deemed = floor.clock.now(), 0
    with floor.uows() as uow:
        due = uow.notices.due_to_deem(now=now)
    for ref in due:
        try:
            deemed += _deem(floor, ref, now=now)
        except JUDGING_ERRORS as problem:
            logger.warning("A paper could not be deemed received", action="paper.not_deemed", notice=ref)
            _put_back(floor, ref, f"{problem}", now=now)
    return deemed


def _deem(floor: Floor, ref: str, *, now: datetime) -> bool:
    with floor.uows() as uow:
        peek = uow.notices.get_by_ref(ref)
        task = uow.tasks.get(peek.task_id, lock=True)
        notice = uow.notices.get_by_ref(ref, lock=True)
        if notice.deem_at is None or notice.deem_at > now:
            return False
        if uow.objections.frozen([task.id]):
            # Whoever contests a paper has it; what comes of that is decided first.
            notice.deem_at = now + DEFERRED_FOR
            uow.commit()
            return False
        days = uow.notices.deemed_days(notice.id)
        done = receive(uow, floor, notice, task, Received(Way.DEEMED, days=days), ENGINE, now=now)
        # Signed for, voided or superseded meanwhile: there is nothing left to wait for.
        notice.deem_at = None
        uow.commit()
    return done


def _put_back(floor: Floor, ref: str, problem: str, *, now: datetime) -> None:
    with floor.uows() as uow:
        notice = uow.notices.get_by_ref(ref, lock=True)
        notice.deem_at = now + DEFERRED_FOR
        sentence = f"文书{ref}到了视为收到的时间，但无法办理：{problem}。已推迟1小时再试。"
        uow.incidents.raise_many([NewIncident("not_deemed", f"notice:{ref}", sentence, notice.campaign_id)], now=now)
        uow.commit()


def _tell(
    uow: UnitOfWork, notice: Notice, task: Task, setting: Setting, received: Received, event_id: int, *, now: datetime
) -> None:
    facts = {
        "notice_ref": notice.ref, "printed_number": notice.printed_number or "", "title": notice.title,
        "unit": setting.unit_name, "how": received.words,
        "reply_due_on": task.due_on.isoformat() if task.due_on else "",
    }  # fmt: skip
    tell(
        uow, cause=f"event:{event_id}", message="received", facts=facts, audience=setting.audience(task),
        roles=("liaison", "head"), now=now, task_id=task.id, notice_id=notice.id,
    )  # fmt: skip
