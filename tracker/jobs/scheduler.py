"""The scheduler: sleeps until something falls due and rings the workers.

It only rings. If nothing has swept within the grace after a ring (Redis down, workers dead), it sweeps in
this process. Two schedulers do no harm, for every sweep is safe to run twice. Due moments are compared with
the container's clock, which in a sample database runs ahead; pauses between two looks are real seconds.
"""

import threading
import time
from datetime import datetime, timedelta
from typing import Protocol

import structlog

logger = structlog.get_logger(__name__)

LOOK_AGAIN_FIRST = 0.02
LOOK_AGAIN_AFTER = 0.25
# A ring may be lost with the worker that heard it; another worker hears the next one.
RING_AGAIN_AFTER = timedelta(seconds=3)
HOUSEKEEPING_EVERY = 3600.0
LONGEST_PAUSE = 10.0


class SchedulerClock(Protocol):
    def now(self) -> datetime:
        """The present moment of the database."""


class ScheduledWork(Protocol):
    """What the scheduler needs of the container."""

    @property
    def clock(self) -> SchedulerClock: ...

    def next_moment(self) -> datetime | None:
        """The earliest moment at which a clock fires or a message is tried again."""

    def sweep_due(self, grace: timedelta) -> bool:
        """Whether something has been due for longer than `grace` and is not swept."""

    def sweep_here(self, reason: str) -> None:
        """Sweep in this process and raise an incident."""

    def ring_sweep(self) -> None: ...

    def ring_deliveries(self) -> None: ...

    def housekeeping(self) -> None: ...


class WakeupSource(Protocol):
    """`persistence.wakeups.Wakeups`, as far as it is needed here."""

    def wait(self, timeout: float) -> bool:
        """Wait until woken (True) or for `timeout` seconds (False)."""


class Scheduler:
    """One look after another; `look()` says how long to sleep before the next."""

    def __init__(
        self,
        work: ScheduledWork,
        *,
        at_least_every: timedelta,
        grace: timedelta,
        ring_again_after: timedelta = RING_AGAIN_AFTER,
    ) -> None:
        self._work = work
        self._at_least_every = at_least_every
        self._grace = grace
        self._ring_again_after = ring_again_after
        self._rung_for: datetime | None = None
        self._pause = LOOK_AGAIN_FIRST
        self._judge_at = 0.0
        self._ring_again_at = 0.0
        self._ring_by = 0.0
        self._housekeeping_at = 0.0

    def look(self) -> float:
        """Ring for what is due, sweep here what nobody swept, and return the seconds until the next look."""
        now = time.monotonic()
        moment = self._work.next_moment()
        until_due = None if moment is None else (moment - self._work.clock.now()).total_seconds()
        if moment is not None and until_due is not None and until_due <= 0:
            self._see_to(moment, now)
            return self._pause
        self._rung_for = None
        if now >= self._ring_by:
            self._ring(now)
        if now >= self._housekeeping_at:
            self._housekeeping_at = now + HOUSEKEEPING_EVERY
            self._work.housekeeping()
        idle = min(self._ring_by, self._housekeeping_at) - now
        return max(0.0, idle if until_due is None else min(until_due, idle))

    def _see_to(self, moment: datetime, now: float) -> None:
        """Something is due: ring for it now and again, and judge after the grace whether anybody came.

        A worker takes milliseconds, so the next look is soon, lest it sleeps over the deadline after this one; each
        later look at the same moment waits twice as long, up to a quarter of a second.
        """
        self._pause = min(LOOK_AGAIN_AFTER, self._pause * 2)
        if moment != self._rung_for:
            self._rung_for, self._pause = moment, LOOK_AGAIN_FIRST
            self._judge_at = now + self._grace.total_seconds()
            self._ring(now)
        elif now < self._judge_at:
            if now >= self._ring_again_at:
                self._ring(now)
        else:
            self._judge_at = now + self._grace.total_seconds()
            if self._work.sweep_due(self._grace):
                logger.error(
                    "No worker swept in time; the scheduler sweeps in its own process",
                    action="scheduler.sweeps_here",
                    due_at=moment.isoformat(),
                )
                self._work.sweep_here("scheduler: no sweep within the grace after a due moment")
            self._ring(now)

    def _ring(self, now: float) -> None:
        self._ring_by = now + self._at_least_every.total_seconds()
        self._ring_again_at = now + self._ring_again_after.total_seconds()
        self._work.ring_sweep()
        self._work.ring_deliveries()


def run(
    container: ScheduledWork,
    stop: threading.Event,
    *,
    wakeups: WakeupSource,
    at_least_every: timedelta,
    grace: timedelta,
) -> None:
    """Look, sleep and look again until `stop` is set; whoever sets it also interrupts `wakeups`.

    PostgreSQL may be away: that is logged, and the next look comes a little later.
    """
    scheduler = Scheduler(container, at_least_every=at_least_every, grace=grace)
    pause = 0.5
    while not stop.is_set():
        try:
            sleep = scheduler.look()
            pause = 0.5
        except Exception as problem:
            logger.warning(
                "The scheduler could not look; it tries again",
                action="scheduler.look_failed",
                problem=type(problem).__name__,
                wait_seconds=pause,
                exc_info=True,
            )
            sleep, pause = pause, min(LONGEST_PAUSE, pause * 2)
        if not stop.is_set():
            wakeups.wait(sleep)
