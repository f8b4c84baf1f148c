"""Sweeps in processes of their own, as workers make them: `python -m tests.bench.sweepers URL MOMENT`.

Each says that it is ready, waits for a line, sweeps, and says what it took and by how much it grew.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

import psutil

from tests.bench.county import seconds
from tests.support.world import HandClock, RecordingQueue, settings_for
from tracker.bootstrap import build
from tracker.bootstrap.sparing import spare_what_stays
from tracker.settings import CHECKOUT


@dataclass(frozen=True)
class Swept:
    """What one process did. `grown` = bytes of memory at its highest, over what it had before the sweep."""

    seconds: float
    fired: int
    grown: int


class Sweepers:
    """Some processes that are ready to sweep one database."""

    def __init__(self, url: str, moment: datetime, *, many: int) -> None:
        command = [sys.executable, "-m", "tests.bench.sweepers", url, moment.isoformat()]
        self._processes = [
            subprocess.Popen(command, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for _ in range(many)
        ]
        for process in self._processes:
            assert _of(process.stdout).readline() == "ready\n"

    def go(self) -> None:
        """Let all of them begin."""
        for process in self._processes:
            _of(process.stdin).write("go\n")
            _of(process.stdin).flush()

    @property
    def at_work(self) -> bool:
        """Tell whether any of them has not ended."""
        return any(process.poll() is None for process in self._processes)

    def results(self) -> list[Swept]:
        """Wait for all of them and return what each did."""
        answers = [_of(process.stdout).readline() for process in self._processes]
        for process in self._processes:
            assert process.wait() == 0
            _of(process.stdout).close()
            _of(process.stdin).close()
        return [Swept(**json.loads(answer)) for answer in answers]


def swept_by(url: str, moment: datetime, *, many: int = 1) -> tuple[float, list[Swept]]:
    """Let `many` workers sweep a database together; return the seconds of the slowest, and what each did."""
    sweepers = Sweepers(url, moment, many=many)
    sweepers.go()
    results = sweepers.results()
    return max(one.seconds for one in results), results


def main() -> None:
    """Sweep once, when told to."""
    url, moment = sys.argv[1:]
    container = build(settings_for(url), clock=HandClock(datetime.fromisoformat(moment)), queue=RecordingQueue())
    container.escalations.next_fire_at()
    spare_what_stays()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    _forget_highest()
    before, fired = psutil.Process().memory_info().rss, []
    took = seconds(lambda: fired.append(container.escalations.sweep().fired))
    sys.stdout.write(json.dumps({"seconds": took, "fired": fired[0], "grown": _highest() - before}) + "\n")
    container.close()


def _forget_highest() -> None:
    """Let Linux count the highest memory of this process from here on."""
    Path(f"/proc/{os.getpid()}/clear_refs").write_text("5", encoding="ascii")


def _highest() -> int:
    status = Path(f"/proc/{os.getpid()}/status").read_text(encoding="ascii")
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024


def _of(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream


if __name__ == "__main__":
    main()
