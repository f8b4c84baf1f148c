"""Named commit points: one is armed at a time, and the first process that reaches it kills the victim there.

What is armed is a small file; taking it is a rename, so that one process alone takes it. A running system gives the
unit of work nothing of this: only `tests.faults.armed` does.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from tracker.domain.ports import Courier, OutgoingMessage
from tracker.persistence.unit_of_work import CommitPoint

ANY = "any"
DEEPEST = 8


@dataclass(frozen=True)
class Point:
    """A place in the code: the function that commits, and whether before or after the commit.

    process     the kind of process that must reach it, or any
    """

    title: str
    function: str
    at: str
    process: str = ANY

    def __str__(self) -> str:
        return f"{self.title}, {self.at}"


def points(title: str, function: str, process: str = ANY) -> tuple[Point, Point]:
    """Return the points before and after a commit."""
    return (Point(title, function, "before", process), Point(title, function, "after", process))


SWEEP = points("batch of a sweep", "escalations._sweep_batch")
OPEN = points("opening of periods", "duties._open_batch")
GATHER = points("gathering of messages", "deliveries._gather_some")
SEND = points("row of a message being sent", "deliveries._send_round")
HAND_OVER = points("handing over to the mail server", "courier.send")
RECOUNT = points("batch of a recount", "calendars._count_batch")
TASK = points("step of a task", "tasks.apply_transition", "web")
PAPER = points("step of a paper, numbering included", "notices.apply_transition", "web")


class PointBook:
    """The controlling side: arms a point and learns whether it was reached."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def arm(self, point: Point, *, process: str, victim: int | None) -> None:
        """Let the next process of a kind that reaches `point` kill `victim`, or itself where none is given."""
        growing = self.folder / "armed.new"
        growing.write_text(json.dumps({**asdict(point), "process": process, "victim": victim}), encoding="utf-8")
        growing.replace(self.folder / "armed")

    def disarm(self) -> bool:
        """Take the point back; False when it was reached meanwhile."""
        try:
            (self.folder / "armed").unlink()
        except FileNotFoundError:
            return False
        return True

    @property
    def is_armed(self) -> bool:
        """Tell whether nobody has reached the point yet."""
        return (self.folder / "armed").exists()


class Striker:
    """The side of a process: called at each commit point, it strikes where it was armed for."""

    def __init__(self, folder: Path, process: str) -> None:
        self._armed, self._process = folder / "armed", process

    def __call__(self, at: CommitPoint) -> None:
        """Be told of a commit point; whose it is stands in the callers' names."""
        if self._armed.exists():
            for function in _callers():
                self.reach(function, at.value)

    def reach(self, function: str, at: str) -> None:
        """Strike when this is the armed place."""
        try:
            wanted = json.loads(self._armed.read_text(encoding="utf-8"))
            if (wanted["function"], wanted["at"]) != (function, at) or wanted["process"] not in (self._process, ANY):
                return
            self._armed.rename(self._armed.with_name("struck"))
        except FileNotFoundError:
            return
        try:
            os.kill(wanted["victim"] or os.getpid(), signal.SIGKILL)
        except ProcessLookupError:
            return


class StruckCourier:
    """A courier with a point on either side of the handing over."""

    def __init__(self, courier: Courier, striker: Striker) -> None:
        self._courier, self._striker = courier, striker

    def send(self, message: OutgoingMessage) -> str:
        """Hand the message over."""
        self._striker.reach("courier.send", "before")
        answer = self._courier.send(message)
        self._striker.reach("courier.send", "after")
        return answer


def _callers() -> Iterator[str]:
    frame = sys._getframe(2)
    for _ in range(DEEPEST):
        yield f"{frame.f_globals.get('__name__', '').rpartition('.')[2]}.{frame.f_code.co_name}"
        if frame.f_back is None:
            return
        frame = frame.f_back
