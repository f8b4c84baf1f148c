"""Real processes for the tests of deliveries: `python -m tests.support.senders gather|send URL MOMENT`.

Each says "ready", waits for a line, and works. The sender's courier says "sending" and then hangs, so that
the test can kill the process in the middle of a sending.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime

from tests.support.world import HandClock, RecordingQueue, settings_for
from tracker.bootstrap import build
from tracker.domain.ports import OutgoingMessage
from tracker.settings import CHECKOUT


class HangingCourier:
    """Takes a message and never answers."""

    def send(self, message: OutgoingMessage) -> str:
        """Say that the message is under way, then wait to be killed."""
        _say("sending")
        sys.stdin.read()
        raise AssertionError("the test ended without killing this process")


def start(what: str, database_url: str, moment: datetime) -> subprocess.Popen[str]:
    """Start such a process and wait until it is ready."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.support.senders", what, database_url, moment.isoformat()],
        cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert heard(child) == "ready"
    return child


def heard(child: subprocess.Popen[str]) -> str:
    """Return the next line that a child says."""
    assert child.stdout is not None
    return child.stdout.readline().strip()


def go(child: subprocess.Popen[str]) -> None:
    """Let a ready child work."""
    assert child.stdin is not None
    child.stdin.write("go\n")
    child.stdin.flush()


def close(child: subprocess.Popen[str]) -> None:
    """Wait for the end of a child and let go of its pipes."""
    child.wait(timeout=30)
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            pipe.close()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(what: str, database_url: str, moment: str) -> None:
    """Work once and say how much was done."""
    container = build(
        settings_for(database_url),
        clock=HandClock(datetime.fromisoformat(moment)),
        queue=RecordingQueue(),
        couriers={"email": HangingCourier()},
    )
    work = {"gather": container.deliveries.gather, "send": container.deliveries.send_due}[what]
    _say("ready")
    sys.stdin.readline()
    _say(str(work()))
    container.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
