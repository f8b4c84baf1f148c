"""A process that sweeps once, as a worker would, at a given moment: `python -m tests.faults.sweeping_child URL MOMENT`.

It exists to be killed; the test holds what it must reach.
"""

import sys
from datetime import datetime

from tests.support.world import HandClock, RecordingQueue, settings_for
from tracker.bootstrap import build


def main() -> None:
    """Sweep the database at the moment and end."""
    url, moment = sys.argv[1:]
    container = build(settings_for(url), clock=HandClock(datetime.fromisoformat(moment)), queue=RecordingQueue())
    container.escalations.sweep()


if __name__ == "__main__":
    main()
