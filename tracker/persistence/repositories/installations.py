"""Facts of the whole database: the installation row, stored definitions, calendar versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from tracker.domain.installation import DefinitionKind, DefinitionText
from tracker.persistence.models import (
    CalendarDay,
    CalendarVersion,
    Installation,
    LadderVersion,
    WorkflowVersion,
)

_MODELS: dict[DefinitionKind, type[WorkflowVersion] | type[LadderVersion]] = {
    "workflow": WorkflowVersion,
    "ladder": LadderVersion,
}

#: Any number, as long as it is always the same one; no other advisory lock of this database uses it.
_LOCK = 742_611_001


class InstallationRepository:
    """Reads and adds; versions are never changed."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def lock(self) -> None:
        """Wait until no other process prepares the database or loads a campaign; held until the commit."""
        self._session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})

    def find(self) -> Installation | None:
        """Return the installation row, or None in a database that was never prepared."""
        return self._session.get(Installation, 1)

    def add(self, *, is_sample: bool, sample_offset: timedelta, now: datetime) -> None:
        """Add the only row."""
        self._session.add(Installation(id=1, is_sample=is_sample, sample_offset=sample_offset, created_at=now))
        self._session.flush()

    def definition_hashes(self, kind: DefinitionKind) -> Mapping[str, list[str]]:
        """Return the content hashes of every stored version by key, the newest last."""
        model = _MODELS[kind]
        found: dict[str, list[str]] = {}
        for key, content_hash in self._session.execute(select(model.key, model.content_hash).order_by(model.id)):
            found.setdefault(key, []).append(content_hash)
        return found

    def add_definitions(self, definitions: Sequence[DefinitionText], *, now: datetime) -> list[int]:
        """Store versions and return their ids, in the same order."""
        rows = [
            _MODELS[one.kind](
                key=one.key, version=one.version, content=dict(one.content), content_hash=one.content_hash, loaded_at=now
            )
            for one in definitions
        ]  # fmt: skip
        self._session.add_all(rows)
        self._session.flush()
        return [row.id for row in rows]

    def find_calendar_sources(self) -> list[str]:
        """Return where each calendar version came from, the newest last."""
        return list(
            self._session.scalars(
                select(CalendarVersion.source).where(CalendarVersion.office_id.is_(None)).order_by(CalendarVersion.id)
            )
        )

    def add_calendar(
        self, *, source: str, exceptions: Mapping[date, bool], published_years: Sequence[int], now: datetime
    ) -> int:
        """Store a calendar version with its days and return its id."""
        version = CalendarVersion(source=source, published_years=sorted(published_years), created_at=now)
        self._session.add(version)
        self._session.flush()
        days = [
            {"calendar_version_id": version.id, "day": day, "works": works} for day, works in sorted(exceptions.items())
        ]
        if days:
            self._session.execute(insert(CalendarDay), days)
        return version.id
