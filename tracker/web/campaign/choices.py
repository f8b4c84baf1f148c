"""What may be chosen for a measure."""

from __future__ import annotations

from tracker.domain.reachability import SUPPORT
from tracker.web.workflows import newest_workflows


def duty_workflows() -> list[tuple[str, str]]:
    """Return the workflows that a measure may have: duties whose date the measure gives."""
    return [
        (one.key, one.title)
        for one in newest_workflows().values()
        if not one.paper and one.key != SUPPORT and any(clock.from_measure for clock in one.clocks.values())
    ]
