"""tracker doctor: look at everything that this installation leans on, and say what is wrong in sentences."""

import os
import shutil
from collections.abc import Iterator
from importlib import metadata

import click
import redis

from tracker.bootstrap import build
from tracker.cli.configuration import load_settings
from tracker.cli.db import check_database
from tracker.cli.embedded_redis import redis_answers
from tracker.cli.remarks import say
from tracker.domain.remarks import Remark, Weight
from tracker.persistence.wakeups import server_version
from tracker.queueing.queues import impatient_redis
from tracker.settings import Settings, misspelt_variables

LEAST_FREE = 1024**3
ENDED_REDIS = (6, 2)


@click.command("doctor")
def doctor() -> None:
    """检查数据库、Redis、结构版本、磁盘、工作日历；有问题则以状态 1 退出。"""
    say(examine(load_settings()))


def examine(settings: Settings) -> Iterator[Remark]:
    """Look at one thing after another; a broken one does not hide the next."""
    yield from (Remark(Weight.BAD, sentence) for sentence in misspelt_variables(os.environ))
    yield from _database(settings)
    yield from _redis(settings)
    yield _disk(settings)
    yield from _software()


def _database(settings: Settings) -> Iterator[Remark]:
    version = server_version(settings.database_url)
    if version is None:
        yield Remark(Weight.BAD, "数据库没有应答。请检查 TRACKER_DATABASE_URL 和数据库服务。")
        return
    yield Remark(Weight.GOOD, f"PostgreSQL {version} 有应答。")
    difference = check_database(settings.database_url)
    if difference is not None:
        yield Remark(Weight.BAD, difference)
        return
    yield Remark(Weight.GOOD, "数据库结构和程序一致。")
    container = build(settings)
    try:
        yield from container.examine()
    finally:
        container.close()


def _redis(settings: Settings) -> Iterator[Remark]:
    if not redis_answers(settings.redis_url):
        yield Remark(Weight.BAD, "Redis 没有应答。任务不会丢失，但提醒会晚到，巡查由调度进程代做。")
        return
    client = impatient_redis(settings.redis_url)
    try:
        version = str(client.info("server")["redis_version"])
    except redis.exceptions.RedisError as problem:
        yield Remark(Weight.WARN, f"Redis 有应答，但读不到版本（{type(problem).__name__}）。")
        return
    finally:
        client.close()
    yield Remark(Weight.GOOD, f"Redis {version} 有应答。")
    if tuple(int(part) for part in version.split(".")[:2]) <= ENDED_REDIS:
        yield Remark(
            Weight.WARN,
            f"Redis {version} 属于已停止维护的 6.2 系列：只应在本机的私有套接字上使用；多机部署请用新版本。",
        )


def _disk(settings: Settings) -> Remark:
    folder = settings.data_dir if settings.data_dir.exists() else settings.data_dir.parent
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE:
        return Remark(Weight.BAD, f"{folder} 所在磁盘只剩 {free // 1024**2} MB。请清理磁盘。")
    return Remark(Weight.GOOD, f"{folder} 所在磁盘还有 {free // 1024**3} GB。")


def _software() -> Iterator[Remark]:
    for name in ("chinesecalendar", "rq", "gunicorn"):
        yield Remark(Weight.GOOD, f"{name} {metadata.version(name)}")
