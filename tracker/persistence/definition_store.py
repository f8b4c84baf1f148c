"""Stored definitions and calendars, read outside any unit of work. Readers cache: versions never change."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Engine, text

from tracker.domain.errors import NotFound
from tracker.domain.installation import DefinitionKind

_TABLES: dict[DefinitionKind, str] = {"workflow": "workflow_version", "ladder": "ladder_version"}
_TITLES: dict[DefinitionKind, str] = {"workflow": "流程", "ladder": "升级规则"}

# The newest version is the one with the highest id. A retired one stays, because running tasks keep theirs.
_NEWEST_CALENDAR = text("SELECT max(id) FROM calendar_version WHERE office_id IS NULL")
_CALENDAR = text("SELECT published_years FROM calendar_version WHERE id = :id")
_DAYS = text("SELECT day, works FROM calendar_day WHERE calendar_version_id = :id")


class DefinitionStore:
    """Reads workflow, ladder and calendar versions. Each call is one short read of its own, outside any transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")

    def content(self, kind: DefinitionKind, version_id: int) -> dict[str, Any]:
        """Return the stored content of a version; raises NotFound."""
        statement = text(f"SELECT content FROM {_TABLES[kind]} WHERE id = :id")
        with self._engine.connect() as connection:
            found = connection.execute(statement, {"id": version_id}).scalar_one_or_none()
        if found is None:
            raise NotFound(f"没有编号为 {version_id} 的{_TITLES[kind]}版本。")
        return dict(found)

    def newest_id(self, kind: DefinitionKind, key: str) -> int:
        """Return the id of the newest version; raises NotFound."""
        statement = text(f"SELECT max(id) FROM {_TABLES[kind]} WHERE key = :key")
        with self._engine.connect() as connection:
            found = connection.execute(statement, {"key": key}).scalar_one()
        if found is None:
            raise NotFound(f"没有名为“{key}”的{_TITLES[kind]}，请先装入流程文件。")
        return int(found)

    def newest(self, kind: DefinitionKind, key: str) -> tuple[int, dict[str, Any]]:
        """Return id and content of the newest version; raises NotFound."""
        version_id = self.newest_id(kind, key)
        return version_id, self.content(kind, version_id)

    def newest_calendar_id(self) -> int:
        """Return the id of the calendar in force; raises NotFound before the first one is stored."""
        with self._engine.connect() as connection:
            found = connection.execute(_NEWEST_CALENDAR).scalar_one()
        if found is None:
            raise NotFound("还没有工作日历，请先运行 tracker db prepare。")
        return int(found)

    def calendar(self, version_id: int) -> tuple[dict[date, bool], frozenset[int]]:
        """Return the days that differ from Monday to Friday, and the published years; raises NotFound."""
        with self._engine.connect() as connection:
            years = connection.execute(_CALENDAR, {"id": version_id}).scalar_one_or_none()
            if years is None:
                raise NotFound(f"没有编号为 {version_id} 的工作日历版本。")
            days = {row.day: row.works for row in connection.execute(_DAYS, {"id": version_id})}
        return days, frozenset(years)
