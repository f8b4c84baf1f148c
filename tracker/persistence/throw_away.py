"""A database that is thrown away: made beside the real one, filled with its units, people and definitions, dropped.

A database and not a schema, so that nothing at all is shared with the real one: no row, no lock (advisory ones and
notifications are a database's), no search path that might be forgotten. Its name says since when it is there and beside
which one, and a live run stays connected to it: what a killed process leaves behind is dropped by the next one that looks.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import urlsplit, urlunsplit

import psycopg
import structlog
from psycopg import sql

from tracker.domain.errors import CannotRehearse
from tracker.persistence.models import Base

logger = structlog.get_logger(__name__)

PREFIX = "tracker_rehearsal"
#: Longer than it takes to make and fill one; from then on somebody is connected for as long as the run lives.
LEFT_OVER_AFTER = timedelta(minutes=30)
#: What a campaign stands on, in the order of the foreign keys; a table by itself is copied whole.
COPIED = {
    "calendar_version": "true",
    "calendar_day": "true",
    "workflow_version": "true",
    "ladder_version": "true",
    "unit": "true",
    "unit_name": "true",
    "unit_alias": "true",
    "unit_succession": "true",
    "office": "true",
    "unit_set": "true",
    "unit_set_member": "true",
    # Only who holds a post for every campaign, with the addresses as they are encrypted; no account, no password.
    "person": "id IN (SELECT person_id FROM post WHERE campaign_id IS NULL)",
    "post": "campaign_id IS NULL",
}


@contextmanager
def throw_away(url: str, *, migrate: Callable[[str], None]) -> Iterator[str]:
    """Yield the address of a new database with every table and the units, posts and definitions of the one at `url`.

    The real one is read once, as of one moment. The new one is dropped in any case. Raises CannotRehearse where the
    account may not make one.
    """
    plain = _plain(url)
    with psycopg.connect(plain, autocommit=True, application_name="tracker-rehearsal") as administrator:
        name = _create(administrator)
        try:
            migrate(_named(url, name))
            with psycopg.connect(plain) as real, psycopg.connect(_named(plain, name)) as scratch:
                _copy(real, scratch)
            with psycopg.connect(_named(plain, name), autocommit=True, application_name="tracker-rehearsal"):
                yield _named(url, name)
        finally:
            _drop(administrator, name)


def drop_left_over(url: str, *, older_than: timedelta = LEFT_OVER_AFTER) -> int:
    """Drop what killed runs left beside this database, as far as it is this account's and nobody is connected.

    Returns how many. Another installation on the same server keeps its own.
    """
    with psycopg.connect(_plain(url), autocommit=True, application_name="tracker-rehearsal") as administrator:
        names = [name for name in _deserted(administrator) if _age(administrator, name) >= older_than]
        dropped = sum(_drop_unless_in_use(administrator, name) for name in names)
    if dropped:
        logger.warning("Databases of killed rehearsals dropped", action="rehearsal.swept", dropped=dropped)
    return dropped


def _create(administrator: psycopg.Connection) -> str:
    name = f"{PREFIX}_{_now(administrator):x}_{_mark(administrator)}_{secrets.token_hex(4)}"
    try:
        administrator.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    except psycopg.errors.InsufficientPrivilege as refused:
        raise CannotRehearse(
            "数据库账号没有建库的权限，试运行要用一个临时的库，用完即删。请系统管理员给这个账号加上 CREATEDB 权限后再试。"
        ) from refused
    # Nothing here has to outlive a crash.
    administrator.execute(sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(sql.Identifier(name)))
    return name


def _copy(real: psycopg.Connection, scratch: psycopg.Connection) -> None:
    real.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
    for table, which in COPIED.items():
        names = [column.name for column in Base.metadata.tables[table].columns]
        columns, there = sql.SQL(", ").join(map(sql.Identifier, names)), sql.Identifier(table)
        out = sql.SQL("COPY (SELECT {} FROM {} WHERE " + which + ") TO STDOUT").format(columns, there)
        into = sql.SQL("COPY {} ({}) FROM STDIN").format(there, columns)
        with real.cursor().copy(out) as reading, scratch.cursor().copy(into) as writing:
            for piece in reading:
                writing.write(piece)
        if "id" in names:
            scratch.execute(
                sql.SQL(
                    "SELECT setval(pg_get_serial_sequence({}, 'id'), (SELECT coalesce(max(id), 1) FROM {}))"
                ).format(sql.Literal(table), there)
            )
    scratch.commit()
    real.rollback()


def _deserted(administrator: psycopg.Connection) -> list[str]:
    rows = administrator.execute(
        "SELECT datname FROM pg_database d WHERE datname ~ %s AND pg_get_userbyid(datdba) = current_user"
        " AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datid = d.oid)",
        (f"^{PREFIX}_[0-9a-f]{{1,15}}_{_mark(administrator)}_[0-9a-f]{{8}}$",),
    )
    return [str(row[0]) for row in rows]


def _age(administrator: psycopg.Connection, name: str) -> timedelta:
    since = int(name.removeprefix(f"{PREFIX}_").partition("_")[0], 16)
    return timedelta(seconds=_now(administrator) - since)


def _now(administrator: psycopg.Connection) -> int:
    (now,) = administrator.execute("SELECT extract(epoch FROM clock_timestamp())::bigint").fetchone() or (0,)
    return int(now)


def _mark(administrator: psycopg.Connection) -> str:
    """Return what stands in the names of those that are made beside this database."""
    (mark,) = administrator.execute("SELECT left(md5(current_database()), 8)").fetchone() or ("",)
    return str(mark)


def _drop(administrator: psycopg.Connection, name: str) -> None:
    administrator.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _drop_unless_in_use(administrator: psycopg.Connection, name: str) -> bool:
    try:
        administrator.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
    except psycopg.errors.ObjectInUse:
        return False
    return True


def _plain(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def _named(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
