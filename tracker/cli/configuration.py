"""Settings as the commands beside `up` need them, and the set-up that every long-running command shares."""

import contextlib
import os
from collections.abc import Iterator, Mapping

from tracker.bootstrap import Container, build
from tracker.cli.embedded import attach
from tracker.settings import Settings
from tracker.telemetry import configure_logging


def load_settings() -> Settings:
    """Settings with the addresses of the servers in use, the embedded ones of `tracker up` included.

    Raises SettingsError or EmbeddedServerUnavailable, which the command line prints as a sentence.
    """
    return attach(Settings.from_environ())


@contextlib.contextmanager
def opened_container(settings: Settings | None = None) -> Iterator[Container]:
    """Yield the parts of the system for one command, by `load_settings` unless others are given."""
    container = build(settings or load_settings())
    try:
        yield container
    finally:
        container.close()


def start_logging(settings: Settings) -> None:
    """Send this process's log lines where the operator chose."""
    configure_logging(level=settings.log_level, style=settings.log_format)


def child_environ(settings: Settings, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment for child processes: the operator's own, with the servers and the key in use."""
    result = dict(os.environ if environ is None else environ)
    for name, value in {
        "TRACKER_DATA_DIR": str(settings.data_dir),
        "TRACKER_DATABASE_URL": settings.database_url,
        "TRACKER_REDIS_URL": settings.redis_url,
        "TRACKER_SECRET_KEY": settings.secret_key,
    }.items():
        result.pop(f"{name}_FILE", None)
        result[name] = value
    result["PYTHONUNBUFFERED"] = "1"
    return result
