"""The kinds of work and papers that new tasks are opened with."""

from __future__ import annotations

from tracker.domain.definition import WorkflowDefinition
from tracker.persistence.queries.definitions import find_newest_workflows
from tracker.web.requests import container


def newest_workflows() -> dict[str, WorkflowDefinition]:
    """Return the newest version of every workflow, by key; one query, because a version is kept once read."""
    parts = container()
    with parts.reading() as session:
        ids = find_newest_workflows(session)
    found = sorted((parts.catalog.workflow(one) for one in ids), key=lambda definition: definition.key)
    return {one.key: one for one in found}
