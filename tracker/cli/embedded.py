"""The private PostgreSQL and Redis of one data directory, as `tracker up` runs them.

Only one process may hold a data directory. While it runs, the addresses of its servers are written below the
data directory (0600), so that other commands in a second terminal find them.
"""

import contextlib
import dataclasses
import fcntl
import json
import os
import secrets
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tracker.cli.embedded_postgres import open_postgres, write_private
from tracker.cli.embedded_redis import redis_spec, redis_url, wait_for_redis
from tracker.cli.process_tree import ProcessTree
from tracker.cli.server_account import EmbeddedServerUnavailable, ServerHome, make_data_dir, open_home
from tracker.settings import Settings

POSTGRES_STAGE = 0
REDIS_STAGE = 1
# A Unix socket's path must stay under 107 bytes; the longest name in the folder is PostgreSQL's.
LONGEST_RUN_DIR = 106 - len("/.s.PGSQL.5432")
LOG_LIMIT = 5 * 1024**2


class DataDirInUse(EmbeddedServerUnavailable):
    """Another `tracker up` holds the data directory."""


@dataclass(frozen=True)
class RunningServers:
    """Where the embedded servers answer, and what the operator should know of them."""

    database_url: str
    redis_url: str
    notes: list[str]


@contextlib.contextmanager
def held_data_dir(data_dir: Path) -> Iterator[None]:
    """Hold the data directory for this process alone; the kernel lets go of it when the process ends.

    Raises DataDirInUse, naming the process that holds it.
    """
    make_data_dir(data_dir)
    with os.fdopen(os.open(data_dir / "lock", os.O_RDWR | os.O_CREAT, 0o600), "r+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DataDirInUse(
                f"数据目录 {data_dir} 正由另一个 tracker up 使用（进程号 {lock.read().strip() or '未知'}）。"
                "请先停止它，或用 TRACKER_DATA_DIR 指定另一个目录。"
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        _record_of(data_dir).unlink(missing_ok=True)
        try:
            yield
        finally:
            _record_of(data_dir).unlink(missing_ok=True)


def start_servers(
    data_dir: Path, tree: ProcessTree, *, postgres: bool = True, redis: bool = True, careless: bool = False
) -> RunningServers:
    """Start the embedded servers as children of `tree` and return when they answer.

    `careless` gives up durability and is for databases that are thrown away.
    Raises EmbeddedServerUnavailable.
    """
    home = open_home(data_dir)
    logs, private = _private_folder(data_dir, "logs"), _private_folder(data_dir, "secrets")
    run_dir = _run_dir(home, data_dir)
    database, bell = "", ""
    if postgres:
        log = _log_file(logs / "postgres.log")
        server = open_postgres(home, secrets_dir=private, run_dir=run_dir, log=log, careless=careless)
        server.start(tree, stage=POSTGRES_STAGE)
        database = server.url
    if redis:
        child = tree.start(redis_spec(home, run_dir=run_dir, log=_log_file(logs / "redis.log"), stage=REDIS_STAGE))
        bell = redis_url(run_dir)
        wait_for_redis(child, bell)
    write_private(_record_of(data_dir), json.dumps({"database_url": database, "redis_url": bell}))
    return RunningServers(database, bell, home.notes)


def attach(settings: Settings) -> Settings:
    """Fill in the addresses of the embedded servers that a running `tracker up` has written down.

    Settings that name their own servers pass unchanged. Raises EmbeddedServerUnavailable when nothing runs.
    """
    settings = with_stored_secret(settings)
    if settings.database_url and settings.redis_url:
        return settings
    try:
        record = json.loads(_record_of(settings.data_dir).read_text(encoding="utf-8"))
    except FileNotFoundError:
        record = None
    except PermissionError:
        raise EmbeddedServerUnavailable(
            f"读不了数据目录 {settings.data_dir}。请用运行 tracker up 的同一个用户执行。"
        ) from None
    if record is None or not _is_held(settings.data_dir):
        raise EmbeddedServerUnavailable(
            "内置数据库没有在运行。请先在另一个终端运行 tracker up，或设置 TRACKER_DATABASE_URL 和 TRACKER_REDIS_URL。"
        )
    return dataclasses.replace(
        settings,
        database_url=settings.database_url or record["database_url"],
        redis_url=settings.redis_url or record["redis_url"],
    )


def with_stored_secret(settings: Settings, *, generate: bool = False) -> Settings:
    """Take the signing key from the data directory where none is set; `generate` makes it the first time."""
    file = settings.data_dir / "secrets" / "secret-key"
    if settings.secret_key:
        return settings
    if generate and not file.exists():
        _private_folder(settings.data_dir, "secrets")
        write_private(file, secrets.token_urlsafe(48))
    try:
        return dataclasses.replace(settings, secret_key=file.read_text(encoding="utf-8"))
    except (FileNotFoundError, PermissionError):
        return settings


def _is_held(data_dir: Path) -> bool:
    with (data_dir / "lock").open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def _record_of(data_dir: Path) -> Path:
    return data_dir / "secrets" / "servers.json"


def _private_folder(data_dir: Path, name: str) -> Path:
    folder = data_dir / name
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _run_dir(home: ServerHome, data_dir: Path) -> Path:
    """The 0700 folder of the sockets: in the home, or one in /tmp where the home's path is too long."""
    if len(os.fsencode(home.folder / "run")) <= LONGEST_RUN_DIR:
        return home.make("run")
    uid = home.account.uid if home.account else os.geteuid()
    choice = data_dir / "socket-dir"
    if choice.exists():
        known = Path(choice.read_text(encoding="utf-8"))
        with contextlib.suppress(OSError):
            about = known.lstat()
            if stat.S_ISDIR(about.st_mode) and about.st_uid == uid and stat.S_IMODE(about.st_mode) == 0o700:
                return known
    folder = Path(tempfile.mkdtemp(prefix="tracker-", dir="/tmp"))
    if home.account is not None:
        os.chown(folder, home.account.uid, home.account.gid)
    choice.write_text(str(folder), encoding="utf-8")
    home.notes.append(f"数据目录的路径太长，套接字放在 {folder}。")
    return folder


def _log_file(file: Path) -> Path:
    """Put an overgrown log aside, keeping one old one."""
    if file.exists() and file.stat().st_size > LOG_LIMIT:
        file.replace(file.with_suffix(".old.log"))
    file.touch(mode=0o600)
    return file
