"""The sweep, and what leaders and area leaders may set off by hand.

A calendar comes into force at one moment, and the open clocks are counted with it in batches after that. Until then a
clock keeps the date that it was told under the older calendar, and may come due on it. Nobody is blamed for a day that
the calendar in force has made a holiday, and no rung is lost:

- What had fallen due when the calendar came into force fires as the older one has it, even when the sweep comes late.
- What comes due after that is counted again first, by the sweep itself, and fires when it is due then, or later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.clocks import Clock, ClockStatus, order
from tracker.domain.errors import FieldProblem, InvalidInput, NotAllowed, TransitionNotAllowed
from tracker.domain.escalation import NO_FACTS, Decision, RungReached, decide
from tracker.domain.inputs import cleaned
from tracker.domain.ladder import RungAct
from tracker.domain.permissions import Action, Viewer, may
from tracker.domain.values import local_date
from tracker.persistence.queries.units import unit_names
from tracker.persistence.repositories.clocks import clock_from, clock_payload, likeness
from tracker.persistence.repositories.sweeping import WriteRefused
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.context import GATHER_JOB, SETTLE_JOB, SWEEP_JOB, Floor
from tracker.services.digests import DigestService
from tracker.services.duties import DutyService, WouldOpen
from tracker.services.firings import Judged
from tracker.services.free_texts import refuse_personal
from tracker.services.judging import DEFERRED_FOR, JUDGING_ERRORS
from tracker.services.ladder_facts import facts_of
from tracker.services.moving import write_back
from tracker.services.outages import report_outage
from tracker.services.raising import BatchReport, write_batch
from tracker.services.receiving import deem_due
from tracker.services.recording import doer_at, event
from tracker.services.recounting import Broken, counted_first, incidents_of, judge_again, write_again
from tracker.services.seeing import check_version, see
from tracker.services.telling import tell

#: So many clocks moved in one sweep leave an index that is slow to look into.
STORM = 5_000


@dataclass(frozen=True)
class SweepReport:
    """What a sweep did, over all its batches; `waited_since` is the earliest moment of what was due."""

    claimed: int = 0
    fired: int = 0
    findings: int = 0
    drafts: int = 0
    told: int = 0
    deferred: int = 0
    opened: int = 0
    waited_since: datetime | None = None

    def plus(self, batch: BatchReport) -> SweepReport:
        """Return the report with one batch more."""
        moments = [moment for moment in (self.waited_since, batch.waited_since) if moment is not None]
        return SweepReport(
            self.claimed + batch.claimed, self.fired + batch.fired, self.findings + batch.findings,
            self.drafts + batch.drafts, self.told + batch.told, self.deferred + batch.deferred, self.opened,
            min(moments, default=None),
        )  # fmt: skip


@dataclass(frozen=True)
class WouldFire:
    """One line of a dry run. `unit` is whom it is about."""

    task_ref: str
    title: str
    clock: str
    reached: RungReached
    unit: str = ""


class EscalationService:
    """Claims due clocks in bounded batches, decides with the pure engine, writes each batch in one transaction."""

    def __init__(self, floor: Floor, *, batch: int = 1000) -> None:
        self._floor = floor
        self._batch = batch
        self._duties = DutyService(floor)
        self._digests = DigestService(floor)

    def sweep(self) -> SweepReport:
        """Open what has begun and fire every rung that is due; return what was done.

        Safe to run twice, and beside other sweeps.
        """
        moment = self.next_fire_at()
        if moment is None or moment > self._floor.clock.now():
            return SweepReport()
        report = SweepReport(opened=self._duties.open_begun())
        while True:
            batch = self._sweep_batch(None)
            if batch is None:
                break
            report = report.plus(batch)
        self._ring(report)
        # Reminders to sign for a paper come before it is deemed received without a signature.
        deem_due(self._floor)
        self._digests.write_due()
        if report.claimed >= STORM:
            with self._floor.uows() as uow:
                uow.sweeping.tidy()
                uow.tallies.settle()
                uow.commit()
        report_outage(self._floor, waited_since=report.waited_since, fired=report.fired)
        return report

    def sweep_task(self, task_id: int) -> None:
        """Fire what is due on one task, before somebody moves it: an outage must not hide that it was late.

        What another sweep holds is left to that sweep, for whose lock on the task the mover waits.
        """
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            rows = uow.clocks.of_task(task_id).values()
            due = [row.id for row in rows if row.next_fire_at is not None and row.next_fire_at <= now]
        self.sweep_clocks(due)

    def sweep_clocks(self, clock_ids: Sequence[int]) -> None:
        """Fire what is due on these clocks; what another sweep holds is left to it."""
        report = SweepReport()
        while clock_ids and (batch := self._sweep_batch(clock_ids)) is not None:
            report = report.plus(batch)
        if report.claimed:
            self._ring(report)

    def _ring(self, report: SweepReport) -> None:
        if report.told or report.opened:
            self._floor.queue.enqueue("deliveries", GATHER_JOB)
        if report.drafts:
            # A draft that nobody at the office may decide rises; that is looked for outside the sweep's locks.
            self._floor.queue.enqueue("housekeeping", SETTLE_JOB)

    def dry_run(self, *, as_of: datetime | None = None) -> list[WouldFire]:
        """Return what a sweep would fire at `as_of` (now when None); change nothing."""
        now = as_of or self._floor.clock.now()
        with self._floor.uows() as uow:
            rows = uow.sweeping.claim(now=now, many=100_000)
            calendar = self._floor.calendars.newest()
            behind, since = counted_first(uow, rows, calendar)
            if behind:
                counted, _ = judge_again(uow, behind, calendar, now=now, since=since)
                write_again(uow, self._floor, counted, calendar, now=now, since=since)
                rows = uow.sweeping.claim(now=now, many=100_000)
            judged, broken = self._judge(uow, rows, calendar, now=now, since=since)
            names = unit_names(uow.session, sorted({row["unit_id"] for row in rows}))
            uow.rollback()
        lines = [
            WouldFire(j.row["task_ref"], j.row["title"], j.clock.name, reached, names[j.row["unit_id"]])
            for j in judged
            for reached in j.decision.reached
        ]
        if broken:
            raise InvalidInput([FieldProblem(row["task_ref"], sentence) for row, sentence in broken])
        return lines

    def next_fire_at(self) -> datetime | None:
        """Return the earliest moment at which a clock must be looked at, a period opens or leaders are told of the week."""
        with self._floor.uows() as uow:
            return uow.sweeping.next_moment()

    def would_open(self, *, as_of: datetime | None = None) -> list[WouldOpen]:
        """Return the periods that a sweep would open at `as_of` (now when None); change nothing."""
        return self._duties.would_open(as_of=as_of or self._floor.clock.now())

    def _sweep_batch(self, only: Sequence[int] | None) -> BatchReport | None:
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            rows = uow.sweeping.claim(now=now, many=self._batch, only=only)
            if not rows:
                return None
            calendar = self._floor.calendars.newest()
            behind, since = counted_first(uow, rows, calendar)
            try:
                with uow.sweeping.refusals():
                    if behind:
                        report = self._count_first(uow, behind, calendar, now=now, since=since)
                    else:
                        judged, broken = self._judge(uow, rows, calendar, now=now, since=since)
                        report = write_batch(uow, self._floor, judged, calendar, now=now)
                        self._defer(uow, broken, now=now)
                        report = replace(report, claimed=len(rows), deferred=len(broken))
                    uow.commit()
            except (WriteRefused, *JUDGING_ERRORS) as refused:
                uow.rollback()
                return self._halve([row["clock_id"] for row in rows], refused)
        return replace(report, waited_since=rows[0]["next_fire_at"])

    def _count_first(
        self, uow: UnitOfWork, rows: Sequence[Mapping[str, Any]], calendar: WorkingCalendar, *, now: datetime,
        since: datetime,
    ) -> BatchReport:  # fmt: skip
        """Count due clocks with the calendar in force; what is due by it still, the next batch claims."""
        judged, broken = judge_again(uow, rows, calendar, now=now, since=since)
        people = write_again(uow, self._floor, judged, calendar, now=now, since=since)
        self._defer(uow, broken, now=now)
        uow.recounting.advance(
            calendar.version,
            counted=len(rows),
            moved=sum(one.moved for one in judged),
            now=self._floor.clock.real_now(),
        )
        return BatchReport(len(rows), 0, 0, 0, len(people), deferred=len(broken))

    def _halve(self, clock_ids: Sequence[int], refused: Exception) -> BatchReport:
        """Write the halves of a refused batch apart, until the bad row is alone; that one is put back an hour."""
        if len(clock_ids) == 1:
            return self._put_back(clock_ids[0], f"无法写入：{refused}")
        middle = len(clock_ids) // 2
        total = SweepReport()
        for part in (clock_ids[:middle], clock_ids[middle:]):
            batch = self._sweep_batch(part)
            total = total.plus(batch) if batch else total
        return BatchReport(len(clock_ids), total.fired, total.findings, total.drafts, total.told, total.deferred)

    def _put_back(self, clock_id: int, sentence: str) -> BatchReport:
        """Claim the one bad clock again and put it back, unless somebody moved it on meanwhile."""
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            rows = uow.sweeping.claim(now=now, many=1, only=[clock_id])
            self._defer(uow, [(row, sentence) for row in rows], now=now)
            uow.commit()
        return BatchReport(1, 0, 0, 0, 0, deferred=len(rows))

    def _judge(
        self, uow: UnitOfWork, rows: Sequence[Mapping[str, Any]], newest: WorkingCalendar, *, now: datetime,
        since: datetime,
    ) -> tuple[list[Judged], list[Broken]]:  # fmt: skip
        """Decide about each claimed clock, one at a time; one that cannot be judged keeps nobody else waiting.

        One of an older calendar is judged as of the moment `since` which the newest one is in force.
        """
        fired = uow.sweeping.fired(rows)
        judged: list[Judged] = []
        broken: list[Broken] = []
        # A decision is a function of these values alone, and the clocks of one measure are often alike.
        decided: dict[tuple[Any, ...], tuple[Clock, Decision]] = {}
        facts = facts_of(uow, rows, self._floor.catalog)
        for row in rows:
            try:
                rungs, known = fired[row["clock_id"]], facts.get(row["clock_id"], NO_FACTS)
                kind = (likeness(row), row["ladder_version_id"], rungs, known)
                if kind not in decided:
                    clock = clock_from(row, rungs)
                    ladder = self._floor.catalog.ladder(row["ladder_version_id"])
                    calendar = self._floor.calendars.calendar(row["calendar_version_id"])
                    at = now if calendar.version >= newest.version else min(now, since)
                    decided[kind] = clock, decide(clock, ladder, calendar, now=at, facts=known)
                judged.append(Judged(row, *decided[kind]))
            except JUDGING_ERRORS as error:
                broken.append((row, f"无法判定：{error}"))
        return judged, broken

    def _defer(self, uow: UnitOfWork, broken: Sequence[Broken], *, now: datetime) -> None:
        """Put what cannot be judged or written back an hour, and say so (DESIGN.md §3.8)."""
        if not broken:
            return
        uow.sweeping.move_clocks({row["clock_id"]: now + DEFERRED_FOR for row, _ in broken})
        uow.incidents.raise_many(incidents_of(broken), now=now)

    def order_rung(
        self, viewer: Viewer, *, task_ref: str, expected_version: int, rung_name: str, reason: str,
        ticks: Mapping[str, object] | None = None,
    ) -> None:  # fmt: skip
        """Let a leader's order make one rung of a task's running clock due at once; the next sweep fires it.

        `ticks` are those by which the person stands by a number in a text (`check_personal`), here and in `urge`.
        """
        reason = _required(reason, "请写明批示内容或理由。")
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            task = uow.tasks.get_by_ref(task_ref, lock=True)
            setting = see(uow, viewer, task)
            place = setting.place(task)
            if not may(viewer, Action.ORDER_RUNG, place):
                raise NotAllowed("直接启动督导措施由领导小组领导批示。")
            definition = self._floor.catalog.workflow(task.workflow_version_id)
            check_version(task.version, expected_version, definition.states[task.state].title)
            rows = uow.clocks.of_task(task.id, lock=True)
            fired = uow.clocks.fired(rows.values())
            refuse_personal(self._floor, task, ticks, reason=reason)
            for row in rows.values():
                ladder = self._floor.catalog.ladder(row.ladder_version_id)
                index = next((i for i, rung in enumerate(ladder.rungs) if rung.name == rung_name), None)
                if index is None or row.status != ClockStatus.RUNNING.value or index in fired[row.id]:
                    continue
                clock = order(clock_from(row, fired[row.id]), index)
                write_back(uow, self._floor, task, row, clock, now=now)
                by = doer_at(viewer, place, Action.ORDER_RUNG)
                payload = {
                    "rung": index, "rung_name": rung_name, "clock": row.name, "reason": reason,
                    "clocks": {row.name: clock_payload(clock, row.ladder_version_id)},
                }  # fmt: skip
                uow.events.append([event(("task", task.id), "rung.ordered", payload, at=now, by=by)])
                task.version += 1
                uow.on_commit(lambda: self._floor.queue.enqueue("escalation", SWEEP_JOB))
                uow.commit()
                return
            raise TransitionNotAllowed("这一级措施现在不能启动：任务不在单位办理中，或这一级已经触发过。")

    def orderable_rungs(self, viewer: Viewer, *, task_ref: str) -> list[tuple[str, str]]:
        """Return (name, title) of the rungs that a leader may set off on a task now; empty for anybody else."""
        with self._floor.uows() as uow:
            task = uow.tasks.get_by_ref(task_ref)
            setting = see(uow, viewer, task)
            if not may(viewer, Action.ORDER_RUNG, setting.place(task)):
                return []
            rows = uow.clocks.of_task(task.id)
            fired = uow.clocks.fired(rows.values())
            return [
                (rung.name, rung.title)
                for row in rows.values()
                if row.status == ClockStatus.RUNNING.value
                for index, rung in enumerate(self._floor.catalog.ladder(row.ladder_version_id).rungs)
                if rung.act is RungAct.RAISE and index not in fired[row.id]
            ]

    def urge(self, viewer: Viewer, *, task_ref: str, text: str, ticks: Mapping[str, object] | None = None) -> None:
        """Urge a unit by hand, in the viewer's own words; at most once a day for one person and task."""
        text = _required(text, "请写明催办内容。", field="text")
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            task = uow.tasks.get_by_ref(task_ref, lock=True)
            setting = see(uow, viewer, task)
            place = setting.place(task)
            if not may(viewer, Action.URGE, place):
                raise NotAllowed("您不能催办这项任务。")
            refuse_personal(self._floor, task, ticks, text=text)
            if task.waits_for != "unit" or task.due_on is None:
                raise TransitionNotAllowed("这项任务现在不等单位办理，不需要催办。")
            if uow.tasks.open_extension(task.id) is not None:
                raise TransitionNotAllowed("这项任务的延期申请还在审批，审批期间不催办；请先批复延期申请。")
            if uow.objections.frozen([task.id]):
                raise TransitionNotAllowed("这项任务的有关事项正在申诉，申诉有结果前不催办。")
            calendar = self._floor.calendars.newest()
            today = local_date(now)
            by = doer_at(viewer, place, Action.URGE)
            uow.clocks.of_task(task.id, lock=True)  # Clocks are locked before streams; telling the date needs them.
            uow.events.append([event(("task", task.id), "task.urged", {"text": text}, at=now, by=by)])
            facts = {
                "task_ref": task.ref, "title": task.title, "unit": setting.unit_name, "note": text,
                "campaign": setting.campaign.title, "due_on": task.due_on.isoformat(),
                "working_days_late": max(0, calendar.working_days_between(task.due_on, today)),
            }  # fmt: skip
            cause = f"urge:{task.id}:{viewer.person_id}:{today.isoformat()}"
            tell(uow, cause=cause, message="urge", facts=facts, audience=setting.audience(task),
                 roles=("liaison",), now=now, task_id=task.id)  # fmt: skip
            self._floor.ring_deliveries(uow)
            uow.commit()


def _required(text: str, sentence: str, *, field: str = "reason") -> str:
    text = cleaned(text)
    if not text:
        raise InvalidInput([FieldProblem(field, sentence)])
    if len(text) > 1000:
        raise InvalidInput([FieldProblem(field, f"最多1000字，现在是{len(text)}字。")])
    return text
