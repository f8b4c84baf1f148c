"""The scheduler rings when something is due, and sweeps itself only when nobody came."""

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from tracker.jobs.scheduler import Scheduler, run

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass
class FrozenClock:
    moment: datetime = NOON

    def now(self) -> datetime:
        return self.moment


@dataclass
class RecordingWork:
    """A container whose due moment the test chooses; notes what it was asked to do."""

    due: datetime | None = None
    nobody_came: bool = False
    broken: int = 0
    clock: FrozenClock = field(default_factory=FrozenClock)
    done: list[str] = field(default_factory=list)

    def next_moment(self) -> datetime | None:
        if self.broken:
            self.broken -= 1
            raise ConnectionError("the database is away")
        return self.due

    def sweep_due(self, grace: timedelta) -> bool:
        return self.nobody_came

    def sweep_here(self, reason: str) -> None:
        self.done.append("sweep here")

    def ring_sweep(self) -> None:
        self.done.append("ring sweep")

    def ring_deliveries(self) -> None:
        self.done.append("ring deliveries")

    def housekeeping(self) -> None:
        self.done.append("housekeeping")


RING = ["ring sweep", "ring deliveries"]


def scheduler(work: RecordingWork, *, grace: timedelta = HOUR) -> Scheduler:
    return Scheduler(work, at_least_every=timedelta(minutes=5), grace=grace)


def test_it_rings_again_while_something_stays_due_since_a_ring_may_die_with_its_worker() -> None:
    work = RecordingWork(due=NOON)
    impatient = Scheduler(work, at_least_every=HOUR, grace=HOUR, ring_again_after=timedelta(0))
    impatient.look()
    impatient.look()
    assert work.done == RING * 2


def test_it_sleeps_until_the_next_due_moment() -> None:
    work = RecordingWork(due=NOON + timedelta(seconds=90))
    assert scheduler(work).look() == pytest.approx(90, abs=1)
    assert work.done == [*RING, "housekeeping"]


def test_it_rings_at_least_every_so_often_when_nothing_is_due() -> None:
    assert scheduler(RecordingWork()).look() == pytest.approx(300, abs=1)


def test_a_due_moment_is_rung_once_however_often_it_looks() -> None:
    work = RecordingWork(due=NOON)
    looking = scheduler(work)
    looking.look()
    looking.look()
    assert work.done == RING


def test_it_looks_again_at_once_and_then_less_and_less_often_while_something_is_due() -> None:
    work = RecordingWork(due=NOON - HOUR)
    looking = scheduler(work)
    pauses = [looking.look() for _ in range(8)]
    assert pauses[:3] == [0.02, 0.04, 0.08]
    assert pauses[-1] == 0.25
    work.due = NOON
    assert looking.look() == 0.02


def test_the_next_due_moment_is_rung_again() -> None:
    work = RecordingWork(due=NOON - HOUR)
    looking = scheduler(work)
    looking.look()
    work.due = NOON
    looking.look()
    assert work.done == RING * 2


def test_it_sweeps_here_when_nobody_came_within_the_grace() -> None:
    work = RecordingWork(due=NOON, nobody_came=True)
    looking = scheduler(work, grace=timedelta())
    looking.look()
    assert "sweep here" not in work.done
    looking.look()
    assert work.done == [*RING, "sweep here", *RING]


def test_it_rings_again_after_the_grace_when_only_messages_are_late() -> None:
    work = RecordingWork(due=NOON, nobody_came=False)
    looking = scheduler(work, grace=timedelta())
    looking.look()
    looking.look()
    assert work.done == RING * 2


def test_a_clock_that_jumps_ahead_does_not_count_as_nobody_coming() -> None:
    work = RecordingWork(due=NOON + HOUR, nobody_came=True)
    looking = scheduler(work, grace=timedelta(seconds=30))
    looking.look()
    work.clock.moment = NOON + 24 * HOUR
    looking.look()
    assert "sweep here" not in work.done


def test_it_goes_on_after_the_database_was_away() -> None:
    work = RecordingWork(due=NOON, broken=2)
    stop = threading.Event()

    class CountingSleep:
        slept: list[float] = []  # noqa: RUF012

        def wait(self, timeout: float) -> bool:
            self.slept.append(timeout)
            if len(self.slept) == 3:
                stop.set()
            return False

    run(work, stop, wakeups=CountingSleep(), at_least_every=HOUR, grace=HOUR)
    assert work.done == RING
    assert CountingSleep.slept == [0.5, 1.0, 0.02]
