"""Which definitions this installation has: the newest version of each workflow."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

NEWEST_WORKFLOWS = text("SELECT max(id) AS id FROM workflow_version GROUP BY key ORDER BY min(id)")


def find_newest_workflows(session: Session) -> list[int]:
    """Return the id of the newest version of each workflow, in the order in which they were first loaded."""
    return list(session.execute(NEWEST_WORKFLOWS).scalars())
