"""What an event did to the clocks of its task: started, stopped, run on, moved, told. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from tracker.domain.auditing import CHECKED, TaskEvent, clock_from_payload
from tracker.domain.clocks import Clock, ClockStatus
from tracker.domain.values import DueClass


class Change(StrEnum):
    """What became of a clock."""

    STARTED = "started"
    EXTENDED = "extended"
    REDATED = "redated"
    RESTARTED = "restarted"
    NEXT_CHECK = "next_check"
    RECOUNTED = "recounted"
    TOLD = "told"
    HELD = "held"
    PAUSED = "paused"
    RESUMED = "resumed"
    DONE = "done"
    SENT_BACK = "sent_back"
    RECHECK_FAILED = "recheck_failed"


#: By which kinds of event a clock is given its next date; by any other it begins anew.
GIVEN_BY = {
    "extension.decided": Change.EXTENDED, "task.redated": Change.REDATED, "clock.redated": Change.REDATED,
    CHECKED: Change.NEXT_CHECK,
}  # fmt: skip
STOPPED = {
    ClockStatus.HELD: Change.HELD, ClockStatus.PAUSED: Change.PAUSED, ClockStatus.DONE: Change.DONE,
    ClockStatus.RUNNING: Change.RESUMED,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ClockChange:
    """One change of one clock. `before` None = it did not exist."""

    change: Change
    name: str
    before: Clock | None
    after: Clock

    @property
    def resumed(self) -> bool:
        """Tell whether the clock runs on after a stop."""
        return self.change is Change.RESUMED

    @property
    def stopped(self) -> bool:
        """Tell whether the clock stopped, for a while or for good."""
        return self.change in (Change.HELD, Change.PAUSED, Change.DONE)


def changes_of(event: TaskEvent, before: Mapping[str, Clock]) -> tuple[ClockChange, ...]:
    """Return what `event` did to each clock that it carries; `before` holds the latest value of each."""
    return tuple(
        ClockChange(change, name, before.get(name), after)
        for name, payload in event.payload.get("clocks", {}).items()
        for after in (clock_from_payload(name, payload)[0],)
        for change in _changes(event.kind, before.get(name), after)
    )


def _changes(kind: str, before: Clock | None, after: Clock) -> Iterator[Change]:
    if before is None:
        yield Change.STARTED
        return
    if after.occurrence != before.occurrence:
        yield GIVEN_BY.get(kind, Change.RESTARTED)
    elif after.due.due_class is not before.due.due_class and after.due.due_class is DueClass.TOLD:
        yield Change.TOLD
    elif after.due.calendar_version != before.due.calendar_version:
        yield Change.RECOUNTED
    if after.status is not before.status:
        yield STOPPED[after.status]
    if after.occurrence == before.occurrence:
        if after.quality_failures > before.quality_failures:
            yield Change.SENT_BACK
        if after.failed_rechecks > before.failed_rechecks:
            yield Change.RECHECK_FAILED
