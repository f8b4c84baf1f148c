"""Which definitions this installation has: the newest version of each workflow, and their keys."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

WORKFLOW_KEYS = text("SELECT DISTINCT key FROM workflow_version ORDER BY key")
NEWEST_WORKFLOWS = text("SELECT max(id) AS id FROM workflow_version GROUP BY key ORDER BY min(id)")


def find_workflow_keys(session: Session) -> list[str]:
    """Return the key of every workflow."""
    return list(session.execute(WORKFLOW_KEYS).scalars())


def find_newest_workflows(session: Session) -> list[int]:
    """Return the id of the newest version of each workflow, in the order in which they were first loaded."""
    return list(session.execute(NEWEST_WORKFLOWS).scalars())
