"""Does the database answer, and does it carry the tables that this program knows."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from tracker.persistence.models import Base

REVISION = text("SELECT version_num FROM alembic_version")
HAS_REVISION = text("SELECT to_regclass('alembic_version') IS NOT NULL")
MISSING = text("""
    SELECT count(*) FROM unnest(CAST(:tables AS text[]), CAST(:columns AS text[])) AS w(t, c)
    WHERE NOT EXISTS (SELECT FROM pg_attribute a
                      WHERE a.attrelid = to_regclass(w.t) AND a.attname = w.c AND NOT a.attisdropped)""")


@dataclass(frozen=True, slots=True)
class DatabaseHealth:
    """`revision` is the migration that the database carries; `missing` counts columns this program needs in vain."""

    answers: bool
    revision: str = ""
    missing: int = 0

    @property
    def well(self) -> bool:
        """Tell whether the program can work with this database."""
        return self.answers and bool(self.revision) and self.missing == 0


def database_health(reading: Callable[[], AbstractContextManager[Session]]) -> DatabaseHealth:
    """Ask the database. Never raises for a database that is away, empty or behind this program."""
    known = [(table.name, column.name) for table in Base.metadata.tables.values() for column in table.columns]
    tables, columns = zip(*known, strict=True)
    try:
        with reading() as session:
            has_revision = session.execute(HAS_REVISION).scalar_one()
            revision = session.execute(REVISION).scalar() if has_revision else None
            missing = session.execute(MISSING, {"tables": list(tables), "columns": list(columns)}).scalar_one()
    except SQLAlchemyError:
        return DatabaseHealth(answers=False)
    return DatabaseHealth(True, revision or "", missing)
