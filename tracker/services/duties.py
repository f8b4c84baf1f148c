"""Duties open their tasks: at the campaign's issue what has begun by then, later each period at its start.

The claim is the sweep's: bounded batches, FOR UPDATE SKIP LOCKED, one transaction a batch. A period opens once
whatever is killed when, for its task is unique by (assignment, period), and what was opened stands on the duty.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.deadlines import Phase
from tracker.domain.measure_dues import due_from_plain
from tracker.domain.progress import schedule_from_plain
from tracker.domain.standing import Once, Opening, Standing, standing_from_plain
from tracker.persistence.repositories.incidents import NewIncident
from tracker.persistence.repositories.openings import DutyRow
from tracker.persistence.repositories.sweeping import WriteRefused
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.announcing import announce, of_opened
from tracker.services.context import Floor
from tracker.services.joining import open_parts
from tracker.services.judging import DEFERRED_FOR, JUDGING_ERRORS
from tracker.services.opening import NewTask, OpenedTask, open_tasks
from tracker.services.recording import ENGINE, Doer

BATCH = 2000


@dataclass(frozen=True)
class WouldOpen:
    """One line of a dry run: a period that would open."""

    unit_id: int
    title: str
    opening: Opening


@dataclass(frozen=True)
class Begun:
    """What duties opened, and how many people are told of it."""

    tasks: list[OpenedTask]
    people: int


@dataclass
class _Judging:
    """Duties judged once for each measure and history, for those of one measure are alike."""

    uow: UnitOfWork
    calendar: WorkingCalendar
    now: datetime
    judged: dict[tuple[int, datetime, datetime | None], tuple[tuple[Opening, ...], datetime | None]] = field(
        default_factory=dict
    )
    phases: dict[int, dict[str, Phase]] = field(default_factory=dict)

    def judge(self, duty: DutyRow) -> tuple[tuple[Opening, ...], datetime | None]:
        """Return what the duty opens now, and when to look next."""
        key = (duty.measure_id, duty.runs_since, duty.opened_until)
        if key not in self.judged:
            self.judged[key] = self._rule(duty).begun(
                self.calendar, since=duty.runs_since, opened_until=duty.opened_until, now=self.now
            )
        return self.judged[key]

    def _rule(self, duty: DutyRow) -> Once | Standing:
        if duty.cadence:
            return standing_from_plain(duty.cadence, duty.former_cadences, duty.starts_on, duty.ends_on, duty.settings)
        if duty.campaign_id not in self.phases:
            self.phases[duty.campaign_id] = {
                one.key: Phase(one.key, one.title, one.starts_on, one.ends_on)
                for one in self.uow.campaigns.phases(duty.campaign_id)
            }
        return Once(due_from_plain(duty.due), self.phases[duty.campaign_id])


class DutyService:
    """Opens what has begun, for all campaigns; the sweep calls it before it looks at clocks."""

    def __init__(self, floor: Floor, *, batch: int = BATCH) -> None:
        self._floor = floor
        self._batch = batch

    def open_begun(self) -> int:
        """Open every task whose period has begun; return how many. Safe to run twice, and beside others."""
        opened = 0
        while True:
            batch = self._open_batch(None)
            if batch is None:
                return opened
            opened += batch

    def would_open(self, *, as_of: datetime) -> list[WouldOpen]:
        """Return what `open_begun` would open at a moment; change nothing."""
        with self._floor.uows() as uow:
            judging = _Judging(uow, self._floor.calendars.newest(), as_of)
            duties = uow.openings.claim(now=as_of, many=100_000)
            lines = [WouldOpen(duty.unit_id, duty.title, one) for duty in duties for one in judging.judge(duty)[0]]
            uow.rollback()
        return lines

    def _open_batch(self, only: Sequence[int] | None) -> int | None:
        """Open one batch; a batch whose write is refused is halved until the bad duty is alone (DESIGN.md §3.8)."""
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            duties = uow.openings.claim(now=now, many=self._batch, only=only)
            if not duties:
                return None
            try:
                with uow.sweeping.refusals():
                    opened = open_duties(uow, self._floor, duties, now=now)
                    self._floor.ring_deliveries(uow)
                    uow.commit()
                return len(opened.tasks)
            except (WriteRefused, *JUDGING_ERRORS) as refused:
                uow.rollback()
                sentence = str(refused)
        ids = [duty.assignment_id for duty in duties]
        if len(ids) == 1:
            self._put_back(duties[0], sentence)
            return 0
        middle = len(ids) // 2
        return sum(self._open_batch(part) or 0 for part in (ids[:middle], ids[middle:]))

    def _put_back(self, duty: DutyRow, sentence: str) -> None:
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            uow.openings.defer([duty.assignment_id], until=now + DEFERRED_FOR)
            incident = NewIncident(
                "unopenable", f"assignment:{duty.assignment_id}",
                f"措施“{duty.title}”的一项周期任务无法生成：{sentence}。已推迟1小时再试，其余不受影响。", duty.campaign_id,
            )  # fmt: skip
            uow.incidents.raise_many([incident], now=now)
            uow.commit()


def open_duties(uow: UnitOfWork, floor: Floor, duties: Sequence[DutyRow], *, now: datetime, by: Doer = ENGINE) -> Begun:
    """Open what claimed duties open now and tell the liaisons."""
    opened = open_claimed(uow, floor, duties, now=now, by=by)
    return Begun(opened, _announce(uow, opened, now=now))


def open_claimed(
    uow: UnitOfWork, floor: Floor, duties: Sequence[DutyRow], *, now: datetime, by: Doer = ENGINE
) -> list[OpenedTask]:
    """Open what claimed duties open now, with the parts of supporters, and write down until when they are opened."""
    judging = _Judging(uow, floor.calendars.newest(), now)
    new: list[NewTask] = []
    record: list[tuple[int, datetime | None, datetime | None]] = []
    for duty in duties:
        openings, following = judging.judge(duty)
        new += [_new_task(duty, one) for one in openings]
        # A milestone opens with the duty itself, later than the period in which the duty begins.
        until = max((one.opens_at for one in openings), default=duty.opened_until)
        record.append((duty.assignment_id, until, following))
    opened = open_tasks(uow, floor, new, now=now, by=by)
    opened += open_parts(uow, floor, opened, now=now, by=by)
    uow.openings.record(record, now=now)
    return opened


def _new_task(duty: DutyRow, opening: Opening) -> NewTask:
    title = f"{duty.title}（{opening.title}）" if opening.title else duty.title
    times = duty.cadence.get("times") if duty.cadence and opening.title else None
    return NewTask(
        duty.campaign_id, duty.unit_id, duty.workflow_key, title, due=opening.due,
        assignment_id=duty.assignment_id, measure_id=duty.measure_id, period_key=opening.period_key,
        due_later=opening.due is None, period_title=opening.title or None, quota=times,
        schedule=schedule_from_plain(duty.schedule) if duty.schedule else None, severity_floor=duty.severity_floor,
    )  # fmt: skip


def _announce(uow: UnitOfWork, opened: Sequence[OpenedTask], *, now: datetime) -> int:
    """Tell the liaisons of what opened; return how many people are told. The gatherer makes one message a person."""
    people = 0
    for campaign_id in sorted({task.new.campaign_id for task in opened}):
        news = of_opened([task for task in opened if task.new.campaign_id == campaign_id])
        people += announce(uow, uow.campaigns.get(campaign_id), news, now=now)
    return people
