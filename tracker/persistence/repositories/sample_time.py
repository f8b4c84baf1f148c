"""The offset of a sample database's time. A trigger refuses what the service would not do anyway."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session


class SampleTimeRepository:
    """Reads and moves the sample's offset."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def is_sample(self) -> bool:
        """Tell whether this database was created as a sample."""
        return bool(self._session.execute(text("SELECT is_sample FROM installation")).scalar_one_or_none())

    def lock(self) -> None:
        """Let one mover at a time move the time; a second one waits."""
        self._session.execute(text("SELECT pg_advisory_xact_lock(7204913)"))

    def forward(self, by: timedelta) -> None:
        """Add to the offset; nothing happens in a database that is no sample."""
        self._session.execute(
            text("UPDATE installation SET sample_offset = sample_offset + :by WHERE is_sample"), {"by": by}
        )
