"""A process that sends what is due by the real courier, over a connection kept open, to be killed in the middle.

`python -m tests.faults.mailing_child URL MOMENT PORT FOLDER`
"""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from tests.faults.armed import smtp_courier
from tests.faults.points import Striker, StruckCourier
from tests.support.world import HandClock, RecordingQueue, settings_for
from tracker.bootstrap import build


def main() -> None:
    """Send once and end."""
    url, moment, port, folder = sys.argv[1:]
    settings = replace(settings_for(url), smtp_host="127.0.0.1", smtp_port=int(port), smtp_security="none")
    striker = Striker(Path(folder), "mailing")
    courier = StruckCourier(smtp_courier(settings, keeps_open=True), striker)
    clock = HandClock(datetime.fromisoformat(moment))
    container = build(settings, clock=clock, queue=RecordingQueue(), couriers={"email": courier}, at_commit=striker)
    container.deliveries.send_due()
    container.close()


if __name__ == "__main__":
    main()
