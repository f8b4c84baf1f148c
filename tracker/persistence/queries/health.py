"""Does the database answer, and does it carry the tables that this program knows."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

MIGRATION = text("SELECT version_num FROM alembic_version")


@dataclass(frozen=True, slots=True)
class DatabaseHealth:
    """`database` is ok or unreachable; `migration` the revision in the database, or missing."""

    database: str
    migration: str

    @property
    def well(self) -> bool:
        """Tell whether the program can work with this database."""
        return self.database == "ok" and self.migration not in ("missing", "unknown")


def database_health(reading: Callable[[], AbstractContextManager[Session]]) -> DatabaseHealth:
    """Ask the database. Never raises for a database that is away or empty."""
    try:
        with reading() as session:
            revision = session.execute(text("SELECT to_regclass('alembic_version') IS NOT NULL")).scalar_one()
            found = session.execute(MIGRATION).scalar() if revision else None
    except SQLAlchemyError:
        return DatabaseHealth("unreachable", "unknown")
    return DatabaseHealth("ok", found or "missing")
