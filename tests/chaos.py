"""`make chaos`: kill -9 at named commit points and at random, under load, and count what was lost or doubled.

A small county runs as real processes: web, two workers, scheduler, PostgreSQL, Redis; a real SMTP server takes the mail.
Its time is moved from due moment to due moment while people act at the pages. Processes are killed and started again:
half of each kind where a commit point was armed (`tests/faults/points.py`), half at a random moment. At the end the
record is held against the mail server, the pages' promises and itself. Seeded; stops by itself within 15 minutes.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from tests.faults import afterwards
from tests.faults.armed import smtp_courier
from tests.faults.county import KINDS, County, running_county
from tests.faults.points import ANY, GATHER, HAND_OVER, OPEN, PAPER, SEND, SWEEP, TASK, Point, PointBook
from tests.faults.visitors import Crowd
from tests.support.mailbox import Mailbox, mail_server
from tracker.bootstrap import build
from tracker.cli.configuration import start_logging

RECOVERY_SECONDS = 90.0
REACHED_WITHIN = 12.0
SETTLE_EVERY = 5
PAPERS_FIRST = 6
STUCK = timedelta(minutes=3)
LONGEST = 780.0
ENGINE_POINTS = (*SWEEP, *GATHER, *SEND, *HAND_OVER, *OPEN)
#: What is armed for each kind: a worker dies itself at the engine's points, the web at people's, the scheduler where it
#: sweeps because no worker does; the servers die under whoever is just there.
NAMED: dict[str, tuple[Point, ...]] = {
    "worker": ENGINE_POINTS, "web": (*TASK, *PAPER), "scheduler": SWEEP,
    "redis": (*SWEEP, *GATHER, *TASK), "postgres": (*SWEEP, *SEND, *TASK, *PAPER, *HAND_OVER),
}  # fmt: skip


@dataclass(frozen=True)
class Blow:
    """One kill: of which kind, and at which point (None = at a random moment)."""

    kind: str
    point: Point | None


@dataclass
class Toll:
    """What was done and what it cost."""

    kills: Counter[tuple[str, str]] = field(default_factory=Counter)
    points: Counter[str] = field(default_factory=Counter)
    slowest_recovery: float = 0.0
    out_of_time: bool = False

    def of_kind(self, kind: str) -> int:
        """Return how many of a kind were killed."""
        return self.kills[kind, "named"] + self.kills[kind, "random"]


def blows(kills: int, dice: random.Random) -> list[Blow]:
    """Return the plan: every kind alike, half of each at named points, all points in turn."""
    plan = []
    for kind in KINDS:
        for number in range(kills // len(KINDS)):
            named = NAMED[kind][(number // 2) % len(NAMED[kind])]
            plan.append(Blow(kind, None if number % 2 else named))
    dice.shuffle(plan)
    return plan


class Chaos:
    """One run."""

    def __init__(self, county: County, book: PointBook, seed: int) -> None:
        self.county, self.book, self.dice = county, book, random.Random(seed)
        self.toll = Toll()
        self.deadline = time.monotonic() + LONGEST

    def run(self, kills: int) -> None:
        """Strike blow after blow, and let the county settle now and then."""
        for number, blow in enumerate(blows(kills, self.dice), 1):
            if time.monotonic() > self.deadline:
                self.toll.out_of_time = True
                return
            if blow.point is None or not self.strike_at(blow.kind, blow.point):
                self.strike(blow.kind)
            if number % SETTLE_EVERY == 0:
                self.settle()

    def warm_up(self) -> None:
        """Let units run late until there are papers to sign."""
        self.work_until(lambda: self._papers() >= PAPERS_FIRST, RECOVERY_SECONDS)

    def _papers(self) -> int:
        (row,) = afterwards.rows(self.county.container, "SELECT count(*) AS n FROM notice")
        return int(row["n"])

    def strike(self, kind: str) -> None:
        """Kill at a random moment, once one of the kind has had time to be in the middle of something."""
        self.work_until(lambda: bool(self.county.of_kind(kind)), RECOVERY_SECONDS)
        moment = time.monotonic() + self.dice.random() * 1.5
        self.work_until(lambda: time.monotonic() > moment, 2.0)
        if self.county.kill(kind, self.dice):
            self.toll.kills[kind, "random"] += 1

    def strike_at(self, kind: str, point: Point) -> bool:
        """Arm a point and wait until somebody reaches it; False when nobody did within the bound."""
        self.work_until(lambda: bool(self.county.of_kind(kind)), RECOVERY_SECONDS)
        alone = kind in ("worker", "web", "scheduler")
        if kind == "scheduler":
            self._silence_workers()
        try:
            victim = None if alone else self.county.of_kind(kind)[0].process.pid
            self.book.arm(point, process=kind if alone else ANY, victim=victim)
            reached = self.work_until(lambda: not self.book.is_armed, REACHED_WITHIN)
            reached = not self.book.disarm() or reached
        finally:
            self.county.tree.resting.clear()
        if reached:
            self.toll.kills[kind, "named"] += 1
            self.toll.points[f"{point} -> {kind}"] += 1
        return reached

    def _silence_workers(self) -> None:
        """Kill the workers and leave them so until the scheduler has swept for them."""
        for child in self.county.of_kind("worker"):
            self.county.tree.resting.add(child.spec.name)
            child.process.kill()
            self.toll.kills["worker", "random"] += 1

    def work_until(self, over: Callable[[], bool], seconds: float) -> bool:
        """Keep the county going, its time moving from due moment to due moment, until `over` or for `seconds`."""
        end = time.monotonic() + seconds
        while not over():
            if time.monotonic() > end:
                return False
            self.county.tree.look_after()
            self.forward()
            time.sleep(0.05)
        return True

    def forward(self) -> None:
        """Move the time to the next due moment when nothing is due; PostgreSQL may be away."""
        container = self.county.container
        try:
            if self._unsettled():
                return
            moment, now = container.escalations.next_fire_at(), container.clock.now()
            ahead = moment - now if moment else timedelta(hours=1)
            with container.uows() as uow:
                uow.sample_time.forward(max(ahead, timedelta(0)) + timedelta(milliseconds=5))
                uow.wake()
                uow.commit()
        except DBAPIError:
            return

    def settle(self) -> None:
        """Wait until nothing is due and nothing is to be told; more than the bound is a failure."""
        began = time.monotonic()
        while unsettled := self._unsettled():
            assert time.monotonic() - began < RECOVERY_SECONDS, f"not settled: {unsettled}"
            self.county.tree.look_after()
            time.sleep(0.05)
        self.toll.slowest_recovery = max(self.toll.slowest_recovery, time.monotonic() - began)

    def _unsettled(self) -> str:
        try:
            (row,) = afterwards.rows(self.county.container, UNSETTLED)
        except DBAPIError:
            return "the database is away"
        return str(row) if any(row.values()) else ""


UNSETTLED = """
    SELECT (SELECT count(*) FROM clock WHERE next_fire_at <= t.now) AS clocks,
        (SELECT count(*) FROM told WHERE gathered_at IS NULL) AS told,
        (SELECT count(*) FROM delivery WHERE status = 'gathered' AND next_try_at <= t.now) AS deliveries
    FROM (SELECT clock_timestamp() + sample_offset AS now FROM installation) t"""


def faults_of(county: County, crowd: Crowd, mailbox: Mailbox) -> list[str]:
    """End the work, settle what is stuck, and return everything that is not as it must be."""
    county.end_work()
    settings = county.container.settings
    later = build(
        settings, clock=afterwards.LaterClock(county.container.clock, STUCK), couriers={"email": smtp_courier(settings)}
    )
    try:
        later.escalations.sweep()
        later.deliver()
        checks: Sequence[list[str]] = (
            afterwards.misfired(later), afterwards.misnumbered(later), afterwards.mistold(later, mailbox),
            afterwards.asleep(later), afterwards.unkept(later, crowd.promised), afterwards.changed(later),
            _unexplained(crowd),
        )  # fmt: skip
    finally:
        later.close()
    return [fault for check in checks for fault in check]


def _unexplained(crowd: Crowd) -> list[str]:
    """Return a fault when a page answered 500: whatever is killed, a person is told in words what is away."""
    times = crowd.answers["answered 500"]
    return [f"{times} requests were answered with 500"] if times else []


def report(toll: Toll, crowd: Crowd, figures: dict[str, int], faults: Sequence[str]) -> None:
    """Print the kills by kind, what was under way, and what was checked."""
    print(f"{'killed':<12}{'named':>7}{'random':>8}{'all':>6}")
    for kind in KINDS:
        print(f"{kind:<12}{toll.kills[kind, 'named']:>7}{toll.kills[kind, 'random']:>8}{toll.of_kind(kind):>6}")
    print(f"{'all':<12}{'':>15}{toll.kills.total():>6}")
    for point, times in sorted(toll.points.items()):
        print(f"  {times:>3} × {point}")
    print(f"people: {dict(crowd.answers)}; slowest recovery {toll.slowest_recovery:.1f} s")
    print("; ".join(f"{name} {value}" for name, value in figures.items()))
    print(
        "checked: every rung fired once and none is missing (recomputed from the events); every raised one stands in one"
    )
    print(
        "line of one paper; numbers without a gap, one a paper; every told row went out once or is shown as unknown, by"
    )
    print(
        "the mail server's own count; no clock asleep; every page's promise in the record, none answered 500; papers as approved; chains"
    )
    print("\n".join(faults) or "nothing lost, nothing doubled")


FIGURES = """
    SELECT (SELECT count(*) FROM task) AS tasks, (SELECT count(*) FROM firing) AS firings,
        (SELECT count(*) FROM finding) AS findings, (SELECT count(*) FROM notice WHERE number IS NOT NULL) AS numbered,
        (SELECT count(*) FROM told) AS told, (SELECT count(*) FROM delivery) AS deliveries,
        (SELECT count(*) FROM delivery WHERE status = 'unknown') AS unknown,
        (SELECT count(*) FROM delivery WHERE resent) AS resent"""


def main() -> None:
    """Run with --kills and --seed; exit with 1 when anything was lost or doubled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=20261123)
    given = parser.parse_args()
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="tracker-p-") as points_in, mail_server() as (mailbox, port),
        running_county(port, Path(points_in)) as county,
    ):  # fmt: skip
        start_logging(county.container.settings)
        crowd = Crowd(county, seed=given.seed)
        crowd.begin()
        chaos = Chaos(county, PointBook(Path(points_in)), given.seed)
        try:
            chaos.warm_up()
            chaos.run(given.kills)
            chaos.settle()
        finally:
            crowd.end()
        faults = faults_of(county, crowd, mailbox)
        (figures,) = afterwards.rows(county.container, FIGURES)
    short = [
        f"only {chaos.toll.of_kind(kind)} of {kind}" for kind in KINDS if chaos.toll.of_kind(kind) < given.kills // 10
    ]
    short += ["out of time"] if chaos.toll.out_of_time else []
    report(chaos.toll, crowd, {**figures, "mails": len(mailbox.taken)}, [*faults, *short])
    print(f"whole run: {time.monotonic() - began:.0f} s; seed {given.seed}")
    sys.exit(1 if faults or short else 0)


if __name__ == "__main__":
    main()
