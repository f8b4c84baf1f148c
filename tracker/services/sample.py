"""Moving the time of a sample database, so that a newcomer watches a whole ladder in five minutes.

Time goes from one due moment to the next, sweeping and sending at each, so that what was told stands in the record
at the moment at which it would have been told. A production database has neither the route nor the offset.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from tracker.domain.deadlines import local_moment
from tracker.domain.errors import NotFound
from tracker.domain.permissions import Viewer
from tracker.domain.values import local_date
from tracker.services.context import Floor
from tracker.services.escalations import EscalationService, SweepReport

#: A leap of a week holds a few dozen moments; a runaway would hold the page for ever.
MOST_STOPS = 200
MORNING = time(8, 30)


@dataclass(frozen=True)
class SampleStatus:
    """The sample's present moment, and the next one at which something will happen (None = nothing is due)."""

    now: datetime
    next_moment: datetime | None


@dataclass(frozen=True)
class MoveReport:
    """What happened on the way: rungs fired, drafts opened, things told."""

    now: datetime
    fired: int
    drafts: int
    messages: int


class SampleService:
    """Moves a sample's time forward; `deliver` gathers and sends what became due, and returns how many went out."""

    def __init__(self, floor: Floor, escalations: EscalationService, deliver: Callable[[], int]) -> None:
        self._floor = floor
        self._escalations = escalations
        self._deliver = deliver

    def status(self) -> SampleStatus | None:
        """Return the sample's time, or None in a production database."""
        with self._floor.uows() as uow:
            if not uow.sample_time.is_sample():
                return None
        return SampleStatus(self._floor.clock.now(), self._escalations.next_fire_at())

    def move(self, viewer: Viewer | None, *, to: str) -> MoveReport:
        """Move to the "next" due moment, by a working "day" or by a "week"; raises NotFound in production."""
        status = self.status()
        if status is None:
            raise NotFound("没有这个页面。")
        target = self._target(status, to)
        report, messages = SweepReport(), 0
        for _ in range(MOST_STOPS):
            upcoming = self._escalations.next_fire_at()
            stop = min(target, upcoming) if upcoming is not None else target
            self._forward_to(stop)
            swept = self._escalations.sweep()
            report = SweepReport(
                report.claimed + swept.claimed, report.fired + swept.fired, report.findings + swept.findings,
                report.drafts + swept.drafts, report.told + swept.told, report.deferred + swept.deferred,
                report.opened + swept.opened,
            )  # fmt: skip
            messages += self._deliver()
            if stop >= target:
                break
        return MoveReport(self._floor.clock.now(), report.fired, report.drafts, messages)

    def _target(self, status: SampleStatus, to: str) -> datetime:
        calendar = self._floor.calendars.newest()
        today = local_date(status.now)
        match to:
            case "next":
                return status.next_moment or status.now
            case "day":
                return local_moment(calendar.add_working_days(today, 1), MORNING)
            case "week":
                return local_moment(calendar.roll_forward(today + timedelta(days=7)), MORNING)
        raise NotFound("没有这个页面。")

    def _forward_to(self, moment: datetime) -> None:
        with self._floor.uows() as uow:
            uow.sample_time.lock()
            ahead = moment - self._floor.clock.now()
            if ahead > timedelta(0):
                uow.sample_time.forward(ahead + timedelta(milliseconds=1))
                uow.wake()
            uow.commit()
