"""A process that sweeps, as a worker would, at given moments: `python -m tests.faults.sweeping_child URL MOMENT…`.

It exists to be killed; the test holds what it must reach.
"""

import sys
from datetime import datetime

from tests.support.world import HandClock, RecordingQueue, settings_for
from tracker.bootstrap import build


def main() -> None:
    """Sweep the database at each moment and end."""
    url, *moments = sys.argv[1:]
    clock = HandClock(datetime.fromisoformat(moments[0]))
    container = build(settings_for(url), clock=clock, queue=RecordingQueue())
    for moment in moments:
        clock.set(datetime.fromisoformat(moment))
        container.escalations.sweep()


if __name__ == "__main__":
    main()
