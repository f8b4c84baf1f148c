"""A worker, a scheduler or the web as a test run starts them: the real ones, with commit points that can be armed.

`python -m tests.faults.armed worker|scheduler`; gunicorn takes `tests.faults.armed:web()`. Mail goes to the SMTP server
of the settings although the database is a sample, whose time can be moved.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

from flask import Flask

from tests.faults.points import Striker, StruckCourier
from tracker.bootstrap import Container, build
from tracker.cli.configuration import load_settings, start_logging
from tracker.delivery.email import SmtpCourier, SmtpServer
from tracker.jobs.context import set_container
from tracker.jobs.scheduler import run
from tracker.jobs.worker import serve_queues
from tracker.persistence.wakeups import Wakeups
from tracker.settings import Settings
from tracker.web.app import create_app

FOLDER = "ARMED_POINTS_IN"


def smtp_courier(settings: Settings, *, keeps_open: bool = False) -> SmtpCourier:
    """Return the real courier to the server of the settings."""
    server = SmtpServer(
        host=settings.smtp_host, port=settings.smtp_port, sender=settings.smtp_from, security=settings.smtp_security
    )
    return SmtpCourier(server, keeps_open=keeps_open)


def armed_container(process: str) -> Container:
    """Return the container of a kind of process."""
    settings = load_settings()
    start_logging(settings)
    striker = Striker(Path(os.environ[FOLDER]), process)
    return build(
        settings, couriers={"email": StruckCourier(smtp_courier(settings, keeps_open=True), striker)}, at_commit=striker
    )


def web() -> Flask:
    """Return the application."""
    return create_app(armed_container("web"))


def work() -> None:
    """Take jobs until killed."""
    container = armed_container("worker")
    set_container(container)
    serve_queues(container.settings.redis_url)


def schedule() -> None:
    """Ring until killed."""
    container = armed_container("scheduler")
    settings = container.settings
    run(
        container, threading.Event(), wakeups=Wakeups(settings.database_url),
        at_least_every=settings.sweep_at_least_every, grace=settings.sweep_grace,
    )  # fmt: skip


if __name__ == "__main__":
    {"worker": work, "scheduler": schedule}[sys.argv[1]]()
