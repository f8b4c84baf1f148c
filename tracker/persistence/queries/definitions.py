"""Which definitions the database holds."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

WORKFLOW_KEYS = text("SELECT DISTINCT key FROM workflow_version ORDER BY key")


def find_workflow_keys(session: Session) -> list[str]:
    """Return the key of every workflow."""
    return list(session.execute(WORKFLOW_KEYS).scalars())
