"""The courier of sample databases: nothing leaves the machine, the delivery rows are what the page shows."""

from __future__ import annotations

from tracker.domain.ports import OutgoingMessage


class SampleCourier:
    """Accepts every message, for mail and SMS alike."""

    def send(self, message: OutgoingMessage) -> str:
        """Return an id that names the message; never refuses one."""
        return f"sample-{message.ref}"
