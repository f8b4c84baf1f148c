"""The real PostgreSQL and Redis that tests run against: one private pair for a whole run."""

import contextlib
import hashlib
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from tracker.cli.db import upgrade_database
from tracker.cli.embedded import RunningServers, held_data_dir, start_servers
from tracker.cli.process_tree import ProcessTree
from tracker.settings import CHECKOUT, database_url

TEMPLATE_LOCK = 7204912
#: Linux keeps this folder in memory, where a database of 500 small files is copied twenty times faster than on a disk.
MEMORY = Path("/dev/shm")
MEMORY_WANTED = 4 * 1024**3


@contextlib.contextmanager
def scratch_folder(*, quick: bool = False) -> Iterator[Path]:
    """A folder with a short path, which the servers' account can pass through when the tests run as root.

    `quick` = in memory, where there is room.
    """
    folder = Path(tempfile.mkdtemp(prefix="tracker-t-", dir=MEMORY if quick and _has_room(MEMORY) else None))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def private_servers() -> Iterator[RunningServers]:
    """PostgreSQL without durability and Redis, gone at the end; TRACKER_TEST_..._URL name others to use."""
    database, bell = (
        os.environ.get("TRACKER_TEST_DATABASE_URL", ""),
        os.environ.get("TRACKER_TEST_REDIS_URL", ""),
    )
    if database and bell:
        yield RunningServers(database_url(database), bell, [])
        return
    tree = ProcessTree()
    with scratch_folder(quick=True) as folder, held_data_dir(folder / "d"):
        try:
            started = start_servers(folder / "d", tree, postgres=not database, redis=not bell, careless=True)
            yield RunningServers(
                database_url(database) or started.database_url, bell or started.redis_url, started.notes
            )
        finally:
            tree.stop()


def ensure_template(server_url: str) -> str:
    """The name of a database with every migration applied; made once for each state of migrations/."""
    name = f"tracker_template_{_fingerprint_of_migrations()}"
    with _administrator(server_url) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (TEMPLATE_LOCK,))
        if not _exists(connection, name):
            growing = f"{name}_new"
            _drop(connection, growing)
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(growing)))
            upgrade_database(_named(server_url, growing))
            connection.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(growing), sql.Identifier(name))
            )
    return name


def cloned_database(
    server_url: str, label: str = "test", *, empty: bool = False
) -> contextlib.AbstractContextManager[str]:  # fmt: skip
    """The address of a new database, migrated or `empty`; dropped at the end, whoever is connected."""
    return _new_database(server_url, "template0" if empty else ensure_template(server_url), label)


def copied_database(database_url: str) -> contextlib.AbstractContextManager[str]:
    """The address of a copy of a database that nobody is connected to; dropped at the end, whoever is connected."""
    return _new_database(database_url, urlsplit(database_url).path.removeprefix("/"), "copy")


@contextlib.contextmanager
def _new_database(server_url: str, template: str, label: str) -> Iterator[str]:
    name = f"tracker_{label}_{uuid.uuid4().hex[:12]}"
    with _administrator(server_url) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
    try:
        yield _named(server_url, name)
    finally:
        with _administrator(server_url) as connection:
            _drop(connection, name)


def _has_room(folder: Path) -> bool:
    return os.access(folder, os.W_OK) and shutil.disk_usage(folder).free >= MEMORY_WANTED


def plain_url(url: str) -> str:
    """The address as psycopg takes it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


@contextlib.contextmanager
def _administrator(server_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(plain_url(_named(server_url, "postgres")), autocommit=True) as connection:
        yield connection


def _named(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def _exists(connection: psycopg.Connection, name: str) -> bool:
    found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
    return found is not None


def _drop(connection: psycopg.Connection, name: str) -> None:
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _fingerprint_of_migrations() -> str:
    digest = hashlib.sha256()
    for file in sorted((CHECKOUT / "migrations").rglob("*.py")):
        digest.update(file.name.encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
