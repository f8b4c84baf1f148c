"""Running the migrations of a checkout on one database."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import TextIO

import alembic.command
import alembic.config


def migration_config(checkout: Path, database_url: str, output: TextIO = sys.stdout) -> alembic.config.Config:
    """Return alembic's configuration from the checkout's pyproject.toml, for one database."""
    config = alembic.config.Config(toml_file=str(checkout / "pyproject.toml"), stdout=output)
    config.attributes["database_url"] = database_url
    return config


def migrate(checkout: Path, database_url: str) -> None:
    """Run the migrations that are still to run, without a word."""
    alembic.command.upgrade(migration_config(checkout, database_url, io.StringIO()), "head")
