"""What may be chosen for a measure."""

from __future__ import annotations

from tracker.domain.reachability import SUPPORT
from tracker.persistence.queries.definitions import find_workflow_keys
from tracker.web.requests import container


def duty_workflows() -> list[tuple[str, str]]:
    """Return the workflows that a measure may have: duties whose date the measure gives."""
    parts = container()
    catalog = parts.catalog
    with parts.reading() as session:
        keys = find_workflow_keys(session)
    found = []
    for key in keys:
        definition = catalog.newest_workflow(key)[1]
        if not definition.paper and key != SUPPORT and any(c.from_measure for c in definition.clocks.values()):
            found.append((key, definition.title))
    return found
