"""tracker serve, worker and scheduler: the three kinds of process, one at a time, for several machines."""

import os
import signal
import threading

import click

from tracker.bootstrap import build
from tracker.cli.configuration import child_environ, load_settings, start_logging
from tracker.cli.web_server import gunicorn_command
from tracker.jobs.scheduler import run
from tracker.jobs.worker import run_worker
from tracker.persistence.wakeups import Wakeups


@click.command("serve")
def serve() -> None:
    """只运行网页（gunicorn），直到 Ctrl-C；数据库结构应已升级。"""
    settings = load_settings()
    command = gunicorn_command(settings)
    os.execve(command[0], command, child_environ(settings))


@click.command("worker")
def worker() -> None:
    """运行一个后台工作进程，直到 Ctrl-C；正在做的一件会先做完。

    可以在任意多台机器上运行任意多个。Redis 断开时等待，恢复后继续。
    """
    settings = load_settings()
    start_logging(settings)
    run_worker(settings)


@click.command("scheduler")
def scheduler() -> None:
    """运行调度进程：到期时叫醒工作进程；没有工作进程应声时自己巡查。

    同时运行两个也无害。数据库断开时等待，恢复后继续。
    """
    settings = load_settings()
    start_logging(settings)
    stop = threading.Event()
    wakeups = Wakeups(settings.database_url)

    def ask_to_stop(*_: object) -> None:
        stop.set()
        wakeups.interrupt()

    for sig in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sig, ask_to_stop)
    container = build(settings)
    try:
        run(
            container,
            stop,
            wakeups=wakeups,
            at_least_every=settings.sweep_at_least_every,
            grace=settings.sweep_grace,
        )
    finally:
        wakeups.close()
        container.close()
