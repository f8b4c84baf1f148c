"""零遗漏: the independent check that every rung that should have fired did, once, and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby

from tracker.domain.auditing import FiringKey, TaskEvent, expected_firings, fired_by_events, papers_issued
from tracker.domain.deadlines import local_moment
from tracker.domain.escalation import NO_FACTS
from tracker.domain.standing import OPENS_AT, standing_from_plain
from tracker.persistence.queries.standing import find_opened_periods, find_standing_duties
from tracker.persistence.repositories.ledger import EventRow
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.context import Floor

#: A sweep that is under way, or a task that moved in the very minute, is no omission.
TOLERANCE = timedelta(minutes=2)
MOST_LINES = 200
A_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class AuditReport:
    """What was recomputed and what differs. `late` are firings more than the tolerance after their moment."""

    tasks: int
    expected: int
    fired: int
    missing: tuple[str, ...]
    extra: tuple[str, ...]
    late: int

    @property
    def clean(self) -> bool:
        """Tell whether nothing is missing and nothing is too much."""
        return not self.missing and not self.extra

    def sentences(self) -> list[str]:
        """Return the result as sentences."""
        head = f"按记录重算{self.tasks}项任务：应触发和应生成共{self.expected}次，已触发{self.fired}次，其中晚于2分钟的{self.late}次。"
        tail = "零遗漏，无多发。" if self.clean else f"遗漏{len(self.missing)}次，多发{len(self.extra)}次。"
        return [head, tail, *self.missing[:MOST_LINES], *self.extra[:MOST_LINES]]


class AuditService:
    """Reads the record and the firings, from the beginning, without any horizon."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def audit(self) -> AuditReport:
        """Recompute every rung from events alone and compare with what fired."""
        now = self._floor.clock.now()
        tasks = expected_count = late = 0
        missing: list[str] = []
        recorded: set[FiringKey] = set()
        wanted: set[FiringKey] = set()
        with self._floor.uows() as uow:
            in_table = uow.ledger.firings()
            papers = papers_issued(
                one for batch in uow.ledger.stream_batches(kind="notice") for one in _task_events(batch)
            )
            for batch in uow.ledger.stream_batches(kind="task"):
                for task_id, rows in groupby(batch, key=lambda row: row.subject_id):
                    tasks += 1
                    events = _in_order(_task_events(rows))
                    expected = expected_firings(
                        task_id, events, ladder=self._floor.catalog.ladder, calendar=self._floor.calendars.calendar,
                        now=max(now, events[-1].at), papers=papers.get(task_id, NO_FACTS),
                    )  # fmt: skip
                    fired = fired_by_events(task_id, events)
                    late += sum(1 for _, due, at in fired if at - due > TOLERANCE)
                    recorded |= {key for key, _, _ in fired}
                    due = {k for k, e in expected.items() if e.must_have_fired(now=now, tolerance=TOLERANCE)}
                    expected_count += len(due | ({k for k, _, _ in fired} & expected.keys()))
                    wanted |= expected.keys()
                    missing += [
                        _line("遗漏", key, expected[key].since) for key in sorted(due - {k for k, _, _ in fired})
                    ]
            openings, unopened, doubled = _judge_openings(uow, self._floor, now=now)
        expected_count += openings
        missing += unopened
        extra = doubled
        extra += [_line("多发", key, None) for key in sorted((recorded | in_table) - wanted)]
        extra += [_line("记录与触发表不一致", key, None) for key in sorted(recorded ^ in_table)]
        return AuditReport(tasks, expected_count, len(in_table), tuple(missing), tuple(extra), late)


def _judge_openings(uow: UnitOfWork, floor: Floor, *, now: datetime) -> tuple[int, list[str], list[str]]:
    """Recompute every period that should have opened; return how many, what is missing, what is too much."""
    calendar = floor.calendars.newest()
    opened = find_opened_periods(uow.session)
    expected, missing, extra = 0, [], []
    for duty in find_standing_duties(uow.session):
        standing = standing_from_plain(duty.cadence, duty.former_cadences, duty.starts_on, duty.ends_on, duty.settings)
        until = min(now, duty.withdrawn_at or now)
        if duty.ended_on is not None:
            until = min(until, local_moment(duty.ended_on, OPENS_AT))
        due = [one for one in standing.openings(calendar, since=duty.runs_since) if one.opens_at <= until]
        there = Counter(opened.get(duty.id, ()))
        name = f"{duty.unit_name}“{duty.title}”"
        expected += len(due)
        if not duty.inherited:
            missing += [
                f"遗漏：{name}{one.title}的周期任务没有生成。"
                for one in due
                if one.opens_at <= until - TOLERANCE and one.period_key not in there
            ]
        extra += [f"多发：{name}的周期任务{key}生成了{times}次。" for key, times in there.items() if times > 1]
    return expected, missing, extra


def _task_events(rows: Iterable[EventRow]) -> list[TaskEvent]:
    return [TaskEvent(row.at, row.kind, row.payload) for row in rows]


def _in_order(events: Iterable[TaskEvent]) -> list[TaskEvent]:
    """Return the events of one task as its chain has them; one from a clock that had gone back comes right after."""
    found: list[TaskEvent] = []
    for one in events:
        behind = found and one.at < found[-1].at
        found.append(replace(one, at=found[-1].at + A_MOMENT) if behind else one)
    return found


def _line(what: str, key: FiringKey, since: datetime | None) -> str:
    task_id, clock, occurrence, rung = key
    when = f"，应在{since.isoformat()}" if since else ""
    return f"{what}：任务内部编号{task_id}，计时{clock}第{occurrence}次，第{rung}级{when}。"
