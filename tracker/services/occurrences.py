"""Recording what happened at a unit, and looking back at how the unit had done its duty (责任倒查)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tracker.domain.deadlines import show_day, told, within
from tracker.domain.definition import DayUnit, Within
from tracker.domain.errors import FieldProblem, InvalidInput, NotAllowed, NotFound, TransitionNotAllowed
from tracker.domain.inputs import Unreadable, cleaned, read_count, read_date, text_of
from tracker.domain.permissions import Action, Place, Viewer, may
from tracker.domain.reachability import LOOK_BACK
from tracker.domain.values import local_date
from tracker.persistence.models import Campaign, RecordedOccurrence
from tracker.persistence.queries.units import unit_names
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.catching_up import fire_due
from tracker.services.context import Floor
from tracker.services.ending import end_many
from tracker.services.joining import tell_withdrawn
from tracker.services.opening import NewTask, open_tasks
from tracker.services.recording import Doer, doer_at, event
from tracker.services.telling import Audience, tell

#: Working days that a unit has to explain, unless the campaign says otherwise.
DEFAULT_DAYS = 5
LONGEST_REASON = 500
WHO_MAY = {
    Action.RECORD_OCCURRENCE: "事件由领导小组办公室或督导组登记。",
    Action.ACT_AS_OFFICE: "登记错了的事件由领导小组办公室作废。",
}  # fmt: skip


@dataclass(frozen=True)
class Recorded:
    """What was recorded; `look_back_ref` is the inquiry that it opened. `repeated` = it was there already."""

    ref: str
    look_back_ref: str = ""
    repeated: bool = False


@dataclass(frozen=True)
class _Given:
    unit_id: int
    kind: str
    occurred_on: date
    count: int


class OccurrenceService:
    """Records occurrences. The campaign's row lock makes two recordings of one campaign wait for each other."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def record(self, viewer: Viewer, *, campaign_ref: str, given: Mapping[str, object]) -> Recorded:
        """Record kind, unit, day and count, and open one look-back where the campaign's settings name one for it.

        The same again (a double click) changes nothing. Raises NotFound, NotAllowed, TransitionNotAllowed before the
        campaign is issued, or InvalidInput with a sentence a field; also for another count on the same day, as that
        would be a correction, not a recording.
        """
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            campaign = uow.campaigns.lock_running(campaign_ref)
            by = _check_viewer(uow, viewer, campaign)
            wanted = _read(uow, campaign, given, today=local_date(now))
            present = uow.occurrences.find(campaign.id, wanted.unit_id, wanted.kind, wanted.occurred_on)
            if present is not None:
                return _repeated(uow, present, wanted, viewer)
            (ref,) = uow.tasks.new_refs("SJ", local_date(now).year, 1)
            row = uow.occurrences.add(
                RecordedOccurrence(
                    ref=ref, campaign_id=campaign.id, unit_id=wanted.unit_id, kind=wanted.kind,
                    occurred_on=wanted.occurred_on, count=wanted.count, recorded_by=viewer.person_id, recorded_at=now,
                )
            )  # fmt: skip
            look_back_ref = ""
            if wanted.kind in campaign.settings.get("look_back", ()):
                look_back_ref = self._look_back(uow, campaign, row, by, now=now)
            payload = {
                "ref": ref, "unit": row.unit_id, "kind": row.kind, "occurred_on": row.occurred_on, "count": row.count,
                "look_back": look_back_ref,
            }  # fmt: skip
            uow.events.append([event(("campaign", campaign.id), "occurrence.recorded", payload, at=now, by=by)])
            self._floor.ring_deliveries(uow)
            uow.commit()
            return Recorded(ref, look_back_ref)

    def void(self, viewer: Viewer, *, campaign_ref: str, ref: str, reason: str) -> str:
        """Void an occurrence recorded by mistake, call off the look-back that it opened; return that task's number.

        A look-back that has ended keeps. Sent twice, it is voided once. Raises NotFound, NotAllowed (the office voids,
        as it alone calls a look-back off), or InvalidInput without a reason.
        """
        reason = _reason(reason)
        if task_ref := self._opened_by(campaign_ref, ref):
            fire_due(self._floor, task_ref)
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            campaign = uow.campaigns.lock_running(campaign_ref)
            by = _check_viewer(uow, viewer, campaign, Action.ACT_AS_OFFICE)
            row = _get(uow, campaign, ref)
            if row.voided_at is not None:
                return ""
            row.voided_at, row.voided_by, row.void_reason = now, viewer.person_id, reason
            called_off = self._call_off(uow, campaign, row, reason, by, now=now)
            payload = {"ref": ref, "unit": row.unit_id, "kind": row.kind, "reason": reason, "look_back": called_off}
            uow.events.append([event(("campaign", campaign.id), "occurrence.voided", payload, at=now, by=by)])
            self._floor.ring_deliveries(uow)
            uow.commit()
            return called_off

    def _opened_by(self, campaign_ref: str, ref: str) -> str:
        with self._floor.uows() as uow:
            row = uow.occurrences.find_by_ref(uow.campaigns.get_by_ref(campaign_ref).id, ref)
            return uow.tasks.get(row.look_back_task_id).ref if row is not None and row.look_back_task_id else ""

    def _call_off(
        self, uow: UnitOfWork, campaign: Campaign, row: RecordedOccurrence, reason: str, by: Doer, *, now: datetime
    ) -> str:
        """Withdraw the look-back where it still runs; return its number, empty where nothing was to be called off."""
        tasks = uow.tasks.lock_many([row.look_back_task_id] if row.look_back_task_id else [])
        moves = [
            (task, step) for task in tasks
            if (step := self._floor.catalog.workflow(task.workflow_version_id).transition("withdraw")) is not None
            and task.state in step.sources
        ]  # fmt: skip
        ended = end_many(uow, self._floor, moves, reason=reason, by=by, now=now)
        tell_withdrawn(uow, campaign, ended, reason, now=now)
        return ended[0].task.ref if ended else ""

    def _look_back(
        self, uow: UnitOfWork, campaign: Campaign, row: RecordedOccurrence, by: Doer, *, now: datetime
    ) -> str:
        days = int(campaign.settings.get("look_back_days", DEFAULT_DAYS))
        due = told(within(now, Within(days, DayUnit.WORKING_DAY), self._floor.calendars.newest()))
        kind = campaign.settings["occurrences"][row.kind]
        title = f"责任倒查：{kind}（{show_day(row.occurred_on)}）"
        new = NewTask(campaign.id, row.unit_id, LOOK_BACK, title, due=due, period_key=row.ref)
        (task,) = open_tasks(uow, self._floor, [new], now=now, by=by)
        row.look_back_task_id = task.id
        unit_name = unit_names(uow.session, [row.unit_id])[row.unit_id]
        facts: dict[str, Any] = {
            "task_ref": task.ref, "title": title, "unit": unit_name, "due_on": due.due_on.isoformat(),
            "campaign": campaign.title,
        }  # fmt: skip
        audience = Audience(campaign.id, row.unit_id, uow.tasks.office_of(campaign.id).unit_id, unit_name)
        tell(uow, cause=f"assigned:{task.id}", message="assigned", facts=facts, audience=audience,
             roles=("liaison", "head", "supervisor"), now=now, task_id=task.id)  # fmt: skip
        return task.ref


def _check_viewer(
    uow: UnitOfWork, viewer: Viewer, campaign: Campaign, action: Action = Action.RECORD_OCCURRENCE
) -> Doer:
    place = Place(uow.tasks.office_of(campaign.id).unit_id, campaign.id, None, internal=True)
    if not may(viewer, Action.SEE_CAMPAIGN, place):
        raise NotFound("没有这个专项行动，或者您无权查看。")
    if not may(viewer, action, place):
        raise NotAllowed(WHO_MAY[action])
    if campaign.status != "issued":
        raise TransitionNotAllowed("这次行动还没有下达或已经结束，不能登记事件。")
    return doer_at(viewer, place, action)


def _get(uow: UnitOfWork, campaign: Campaign, ref: str) -> RecordedOccurrence:
    row = uow.occurrences.find_by_ref(campaign.id, ref)
    if row is None:
        raise NotFound("没有这条事件登记。")
    return row


def _reason(typed: str) -> str:
    reason = cleaned(typed)
    if not reason:
        raise InvalidInput([FieldProblem("reason", "请写明作废的理由，登记和理由都会保留。")])
    if len(reason) > LONGEST_REASON:
        raise InvalidInput([FieldProblem("reason", f"理由最多{LONGEST_REASON}字，现在是{len(reason)}字。")])
    return reason


def _read(uow: UnitOfWork, campaign: Campaign, given: Mapping[str, object], *, today: date) -> _Given:
    problems: list[FieldProblem] = []
    kind = text_of(given.get("kind"))
    if kind not in campaign.settings.get("occurrences", {}):
        problems.append(FieldProblem("kind", "请从列出的事件类别里选一类。"))
    unit_id = uow.occurrences.unit_of_campaign(campaign.id, text_of(given.get("unit")))
    if unit_id is None:
        problems.append(FieldProblem("unit", "请选择发生单位，只能选这次行动的责任单位。"))
    occurred_on, count = today, 0
    try:
        occurred_on = read_date(given.get("occurred_on"))
        if not campaign.starts_on <= occurred_on <= today:
            span = f"{show_day(campaign.starts_on)}至{show_day(today)}"
            problems.append(FieldProblem("occurred_on", f"发生日期要在行动开始之后、今天之前（{span}）。"))
    except Unreadable as wrong:
        problems.append(FieldProblem("occurred_on", f"“发生日期”{wrong}。"))
    try:
        count, approximate = read_count(given.get("count"), unit="起")
        if count < 1 or approximate:
            problems.append(FieldProblem("count", "“起数”要填准确的数，至少是 1。"))
    except Unreadable as wrong:
        problems.append(FieldProblem("count", f"“起数”{wrong}。"))
    if problems or unit_id is None:
        raise InvalidInput(problems)
    return _Given(unit_id, kind, occurred_on, count)


def _repeated(uow: UnitOfWork, present: RecordedOccurrence, wanted: _Given, viewer: Viewer) -> Recorded:
    if present.count != wanted.count or present.recorded_by != viewer.person_id:
        sentence = f"这个单位{show_day(present.occurred_on)}的这类事件已登记过（{present.ref}，{present.count}起），没有重复登记。"
        raise InvalidInput([FieldProblem("occurred_on", sentence)])
    look_back = uow.tasks.get(present.look_back_task_id).ref if present.look_back_task_id else ""
    return Recorded(present.ref, look_back, repeated=True)
