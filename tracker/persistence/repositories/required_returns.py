"""The returns that a campaign requires of its units."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.persistence.models import RequiredReturn

INSERT_UNITS = text("""
    INSERT INTO required_return_unit (required_return_id, unit_id)
    SELECT :required, unit_id FROM unnest(CAST(:units AS bigint[])) AS w(unit_id)""")


class RequiredReturnRepository:
    """Adds required returns; they are read by `queries.required_returns`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, row: RequiredReturn, unit_ids: Sequence[int]) -> None:
        """Add a return and the units that owe it."""
        self._session.add(row)
        self._session.flush()
        self._session.execute(INSERT_UNITS, {"required": row.id, "units": list(unit_ids)})
