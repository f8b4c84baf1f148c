"""tracker up: database, Redis, web, workers and scheduler of one machine, in one process tree."""

import contextlib
import dataclasses
import os
import signal
import sys
import time
from collections.abc import Iterator
from types import FrameType

import click
import structlog

from tracker.cli.configuration import child_environ, start_logging
from tracker.cli.db import upgrade_database
from tracker.cli.embedded import held_data_dir, start_servers, with_stored_secret
from tracker.cli.plainly import SaidPlainly
from tracker.cli.preparing import prepare
from tracker.cli.process_tree import Child, ChildSpec, ProcessTree
from tracker.cli.web_server import check_port, gunicorn_command, web_answers
from tracker.settings import Settings, misspelt_variables

logger = structlog.get_logger(__name__)

WEB_STAGE, WORKER_STAGE, SCHEDULER_STAGE = 2, 3, 4
ANSWER_WITHIN = 60.0
TRIES = 3


class WebDidNotAnswer(SaidPlainly):
    """The web processes run, or do not, but nothing answers."""


@click.command("up")
@click.option("--sample", is_flag=True, help="空数据库里装入一个示例县的专项行动，时钟可以向前拨。")
def up(sample: bool) -> None:
    """启动全部：数据库、Redis、网页、工作进程、调度进程；Ctrl-C 全部停止。

    设置了 TRACKER_DATABASE_URL 或 TRACKER_REDIS_URL 时使用那里的服务器，不启动内置的。
    """
    settings = Settings.from_environ()
    start_logging(settings)
    for sentence in misspelt_variables(os.environ):
        click.echo(sentence, err=True)
    tree = ProcessTree()
    with _signals_interrupt(), held_data_dir(settings.data_dir):
        try:
            _start(settings, tree, sample=sample)
            tree.supervise()
        except KeyboardInterrupt:
            click.echo("正在停止……")
        finally:
            _ignore_signals()
            tree.stop()
    click.echo("已全部停止。")


def _start(settings: Settings, tree: ProcessTree, *, sample: bool) -> None:
    """Start everything in order and say where it is. Raises what makes a start pointless."""
    check_port(settings)
    servers = start_servers(
        settings.data_dir, tree, postgres=not settings.database_url, redis=not settings.redis_url
    ) if not (settings.database_url and settings.redis_url) else None  # fmt: skip
    if servers is not None:
        for note in servers.notes:
            click.echo(note)
        settings = dataclasses.replace(
            settings,
            database_url=settings.database_url or servers.database_url,
            redis_url=settings.redis_url or servers.redis_url,
        )
    settings = with_stored_secret(settings, generate=True)
    upgrade_database(settings.database_url)
    lines = prepare(settings, sample=sample)
    web, *others = service_specs(settings)
    _wait_for_web(settings, tree, tree.start(web), others)
    # Written at once: the children log to the same terminal and would come between two lines, or into one.
    accounts = "\n".join(f"  {line}" for line in lines)
    click.echo(f"\n  网址：{settings.address}\n\n{accounts}\n\n  按 Ctrl-C 停止。")


def service_specs(settings: Settings) -> list[ChildSpec]:
    """Web, workers and scheduler, as children with the settings in their environment."""
    environ = child_environ(settings)
    tracker = [sys.executable, "-m", "tracker.cli.main"]
    web = ChildSpec(
        name="web",
        command=gunicorn_command(settings),
        environ=environ,
        stage=WEB_STAGE,
        stop_with=((signal.SIGTERM, 3.5),),
    )
    # A worker or scheduler that loses its parent is killed at once: what it was doing is safe to do again.
    workers = [
        ChildSpec(
            name=f"worker-{number}",
            command=[*tracker, "worker"],
            environ=environ,
            stage=WORKER_STAGE,
            on_parent_death=signal.SIGKILL,
        )
        for number in range(1, settings.workers + 1)
    ]
    scheduler = ChildSpec(
        name="scheduler",
        command=[*tracker, "scheduler"],
        environ=environ,
        stage=SCHEDULER_STAGE,
        stop_with=((signal.SIGTERM, 3.5),),
        on_parent_death=signal.SIGKILL,
    )
    return [web, *workers, scheduler]


def _wait_for_web(settings: Settings, tree: ProcessTree, web: Child, others: list[ChildSpec]) -> None:
    """Start the others beside the web and return when it answers; it is given a minute and three tries."""
    for spec in others:
        tree.start(spec)
    deadline = time.monotonic() + ANSWER_WITHIN
    answered = False

    def is_over() -> bool:
        nonlocal answered
        answered = web_answers(settings)
        return answered or web.failures >= TRIES or time.monotonic() > deadline

    tree.supervise(is_over, every=0.1)
    if not answered:
        raise WebDidNotAnswer("网页进程没有应答。原因见上面的日志。")


@contextlib.contextmanager
def _signals_interrupt() -> Iterator[None]:
    """Make SIGTERM and SIGHUP end the program as Ctrl-C does."""

    def interrupt(signum: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signals = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
    former = {sig: signal.signal(sig, interrupt) for sig in signals}
    try:
        yield
    finally:
        for sig, handler in former.items():
            signal.signal(sig, handler)


def _ignore_signals() -> None:
    """Stopping takes 15 seconds at the worst; a second Ctrl-C must not leave half of it behind."""
    for sig in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(sig, signal.SIG_IGN)
