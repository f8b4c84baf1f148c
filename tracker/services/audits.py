"""零遗漏: the independent check that every rung that should have fired did, once, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from tracker.domain.auditing import FiringKey, TaskEvent, expected_firings, fired_by_events
from tracker.persistence.repositories.ledger import EventRow
from tracker.services.context import Floor

#: A sweep that is under way, or a task that moved in the very minute, is no omission.
TOLERANCE = timedelta(minutes=2)
MOST_LINES = 200


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
        head = f"按记录重算{self.tasks}项任务：应触发{self.expected}次，已触发{self.fired}次，其中晚于2分钟的{self.late}次。"
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
            for batch in uow.ledger.stream_batches(kind="task"):
                for task_id, rows in groupby(batch, key=lambda row: row.subject_id):
                    tasks += 1
                    events = _task_events(rows)
                    expected = expected_firings(
                        task_id, events, ladder=self._floor.catalog.ladder, calendar=self._floor.calendars.calendar,
                        now=now,
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
        extra = [_line("多发", key, None) for key in sorted((recorded | in_table) - wanted)]
        extra += [_line("记录与触发表不一致", key, None) for key in sorted(recorded ^ in_table)]
        return AuditReport(tasks, expected_count, len(in_table), tuple(missing), tuple(extra), late)


def _task_events(rows: Iterable[EventRow]) -> list[TaskEvent]:
    return [TaskEvent(row.at, row.kind, row.payload) for row in rows]


def _line(what: str, key: FiringKey, since: datetime | None) -> str:
    task_id, clock, occurrence, rung = key
    when = f"，应在{since.isoformat()}" if since else ""
    return f"{what}：任务内部编号{task_id}，计时{clock}第{occurrence}次，第{rung}级{when}。"
