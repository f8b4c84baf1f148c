"""The one engine of a process, and the reading of time from the database."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
from psycopg.pq import ExecStatus, TransactionStatus
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from tracker.domain.ports import Clock


class KeepingConnection(psycopg.Connection[Any]):
    """A connection that keeps its prepared statements when a sound transaction is rolled back, as every reading ends.

    The driver forgets them all then, since what they name may have been made in that very transaction; ours make nothing.
    PostgreSQL would have to plan each statement of every page anew, which takes it longer than to run most of them. After
    a failed statement they are forgotten as the driver means it: a table may have changed below a plan.
    """

    def rollback(self) -> None:
        """Roll back the open transaction."""
        sound = self.info.transaction_status == TransactionStatus.INTRANS
        if not (sound and self.pgconn.exec_(b"ROLLBACK").status == ExecStatus.COMMAND_OK):
            super().rollback()


def connect(url: str, *, pool_size: int = 5, application: str = "tracker", asks_first: bool = True) -> Engine:
    """Return an engine for a PostgreSQL URL (`postgresql://…`); sessions speak UTC whatever the server's zone.

    Nothing is compiled for a single statement (jit): ours take milliseconds, and where the server has no statistics yet
    it compiles for hundreds of them what it could have answered in one. A page read out of turn costs hardly more than
    one in turn: what people work with lies in memory or on an SSD, and by the server's word for spinning disks it would
    read every task of the county for fifteen thousand papers.

    READ COMMITTED, since every decision locks the rows that it rests on. Where it `asks_first`, each use of a kept
    connection begins with a word to the server, so that one that broke meanwhile is opened again.
    """
    engine = create_engine(
        driver_url(url),
        pool_size=pool_size,
        max_overflow=10,
        pool_pre_ping=asks_first,
        hide_parameters=True,  # An error is logged; what people typed is not.
        json_serializer=to_json,
        connect_args={
            "application_name": application,
            "options": "-c timezone=UTC -c jit=off -c random_page_cost=1.5 -c max_parallel_workers_per_gather=0",
            "connect_timeout": 5,
        },
    )
    event.listen(engine, "do_connect", _open)
    return engine


def _open(dialect: object, record: object, args: Sequence[Any], given: Mapping[str, Any]) -> KeepingConnection:
    return KeepingConnection.connect(*args, **given)


def driver_url(url: str) -> str:
    """Return the URL with SQLAlchemy's name for psycopg 3."""
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def is_away(error: BaseException) -> bool:
    """Tell whether an error says that the database cannot be reached just now, rather than that it refused something."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    return isinstance(error, OperationalError | InterfaceError) and getattr(error.orig, "sqlstate", None) in AWAY


#: No answer at all, a connection that broke, or a server that starts, stops or has no room for one more.
AWAY = frozenset({None, "08000", "08001", "08003", "08006", "53300", "55000", "57P01", "57P02", "57P03"})


def to_json(value: Any) -> str:
    """Return JSON as it is stored: Chinese stays readable, dates are ISO."""
    return _JSON.encode(value)


def _iso(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot be stored as JSON")


#: Made once, as `json.dumps` with options of its own makes an encoder a call.
_JSON = json.JSONEncoder(ensure_ascii=False, default=_iso)


def run_often(connection: Connection, statement: str, given: Mapping[str, object]) -> tuple[Any, ...] | None:
    """Run a statement that one sender repeats hundreds of times a second, and return its first row.

    It goes past the layers that build statements and results, which take longer than the database does. `statement` has
    its parameters as the driver writes them. A lost connection is told as anywhere else.
    """
    driver: Any = connection.connection.driver_connection
    try:
        row: tuple[Any, ...] | None = driver.execute(statement, given, prepare=True).fetchone()
    except (psycopg.OperationalError, psycopg.InterfaceError) as problem:
        connection.invalidate(problem)
        raise OperationalError(statement, None, problem, connection_invalidated=True) from problem
    return row


class DatabaseClock:
    """The Clock of a running system: the database's time, plus the sample's offset where there is one.

    What several hosts must agree on uses the database's clock, so a web machine that runs ahead cannot make
    a task late.
    """

    def __init__(self, engine: Engine) -> None:
        # A transaction for each look would be rolled back, and the driver forgets every prepared statement at that.
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")

    def now(self) -> datetime:
        """Return the present moment, aware UTC, offset included."""
        return self._read("SELECT clock_timestamp() + coalesce((SELECT sample_offset FROM installation), interval '0')")

    def real_now(self) -> datetime:
        """Return the database's time without any offset."""
        return self._read("SELECT clock_timestamp()")

    def for_a_while(self) -> Clock:
        """Return a clock that asks the database no more."""
        with self._engine.connect() as connection:
            real, offset = connection.execute(
                text("SELECT clock_timestamp(), coalesce((SELECT sample_offset FROM installation), interval '0')")
            ).one()
        return RunningClock(real.astimezone(UTC), offset)

    def _read(self, statement: str) -> datetime:
        with self._engine.connect() as connection:
            moment: datetime = connection.execute(text(statement)).scalar_one()
        return moment.astimezone(UTC)


class RunningClock:
    """A clock set once: what many short steps ask costs a round trip to the database only at the first."""

    def __init__(self, real: datetime, offset: timedelta) -> None:
        self._real, self._offset, self._set_at = real, offset, time.monotonic()

    def now(self) -> datetime:
        """Return the present moment."""
        return self.real_now() + self._offset

    def real_now(self) -> datetime:
        """Return the present moment without any offset."""
        return self._real + timedelta(seconds=time.monotonic() - self._set_at)

    def for_a_while(self) -> Clock:
        """Return this very clock."""
        return self
