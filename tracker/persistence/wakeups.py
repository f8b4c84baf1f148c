"""Being woken by the database: LISTEN on a connection of its own."""

import contextlib
import os
import select
import time

import psycopg
import structlog

logger = structlog.get_logger(__name__)

CHANNEL = "tracker_wake"
LONGEST_PAUSE = 10.0


def server_version(url: str) -> str | None:
    """The version of the PostgreSQL at `url`; None when it does not answer within five seconds."""
    try:
        with psycopg.connect(_plain(url), connect_timeout=5) as connection:
            return connection.info.parameter_status("server_version")
    except psycopg.Error:
        return None


class Wakeups:
    """Waits for `NOTIFY tracker_wake`, from any transaction that made something due earlier.

    A connection that breaks is opened again; as a notification may have been lost meanwhile, coming back
    counts as being woken. `interrupt()` may be called from a signal handler.
    """

    def __init__(self, url: str) -> None:
        self._url = _plain(url)
        self._connection: psycopg.Connection | None = None
        self._pause = 0.2
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)
        os.set_blocking(self._write, False)

    def wait(self, timeout: float) -> bool:
        """Wait until woken or interrupted (True), or until `timeout` seconds have passed (False)."""
        deadline = time.monotonic() + timeout
        while True:
            if self._connection is None:
                if self._connect():
                    return True
                if self._sleep(min(self._pause, max(0.0, deadline - time.monotonic()))):
                    return True
                self._pause = min(LONGEST_PAUSE, self._pause * 2)
            elif self._listen(max(0.0, deadline - time.monotonic())):
                return True
            if time.monotonic() >= deadline:
                return False

    def interrupt(self) -> None:
        """Make the present or the next `wait` return at once."""
        with contextlib.suppress(BlockingIOError):
            os.write(self._write, b"!")

    def close(self) -> None:
        """Let go of the connection and of the pipe."""
        self._disconnect()
        os.close(self._read)
        os.close(self._write)

    def _connect(self) -> bool:
        try:
            self._connection = psycopg.connect(
                self._url, autocommit=True, connect_timeout=5, application_name="tracker-wakeups"
            )
            self._connection.execute(f"LISTEN {CHANNEL}")
        except psycopg.Error as problem:
            logger.warning("PostgreSQL is away; waiting for it", action="wakeups.away", problem=type(problem).__name__)
            self._disconnect()
            return False
        self._pause = 0.2
        return True

    def _listen(self, seconds: float) -> bool:
        """True when notified, interrupted or thrown off the connection."""
        assert self._connection is not None
        ready, _, _ = select.select([self._connection.fileno(), self._read], [], [], seconds)
        woken = self._drain_pipe() if self._read in ready else False
        if self._connection.fileno() not in ready:
            return woken
        try:
            return bool(list(self._connection.notifies(timeout=0))) or woken
        except psycopg.Error:
            self._disconnect()
            return True

    def _sleep(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._read], [], [], seconds)
        return bool(ready) and self._drain_pipe()

    def _drain_pipe(self) -> bool:
        with contextlib.suppress(BlockingIOError):
            os.read(self._read, 4096)
        return True

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _plain(url: str) -> str:
    """The address as psycopg itself takes it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)
