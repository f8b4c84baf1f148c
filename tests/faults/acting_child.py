"""A process in which one person takes a step of a paper, to be killed at a commit point that the test armed.

`python -m tests.faults.acting_child URL MOMENT FOLDER PERSON REF STEP VERSION`
"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from tests.faults.points import Striker
from tests.support.world import HandClock, RecordingQueue, settings_for, viewer_of
from tracker.bootstrap import build


def main() -> None:
    """Act once and end."""
    url, moment, folder, person, ref, step, version = sys.argv[1:]
    clock = HandClock(datetime.fromisoformat(moment))
    container = build(settings_for(url), clock=clock, queue=RecordingQueue(), at_commit=Striker(Path(folder), "acting"))
    container.notices.apply_transition(
        viewer_of(container, int(person)), notice_ref=ref, transition=step, expected_version=int(version)
    )
    container.close()


if __name__ == "__main__":
    main()
