"""A process that counts open clocks with a new calendar, as a worker would, to be killed at a commit that the test armed.

`python -m tests.faults.recounting_child URL MOMENT FOLDER`
"""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from pathlib import Path

from tests.faults.points import Striker
from tests.support.world import HandClock, RecordingQueue, settings_for
from tracker.bootstrap import build
from tracker.services.calendars import CalendarService


def main() -> None:
    """Count on and end."""
    url, moment, folder = sys.argv[1:]
    clock = HandClock(datetime.fromisoformat(moment))
    container = build(
        settings_for(url), clock=clock, queue=RecordingQueue(), at_commit=Striker(Path(folder), "recounting")
    )
    CalendarService(container.floor, batch=4, few=0).go_on(within=timedelta(minutes=1))
    container.close()


if __name__ == "__main__":
    main()
