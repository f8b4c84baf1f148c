"""The embedded servers: private, durable through kill -9, and one process for each data directory."""

import os
import pwd
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from tests.support.servers import plain_url, scratch_folder
from tracker.cli.embedded import (
    DataDirInUse,
    RunningServers,
    attach,
    held_data_dir,
    start_servers,
    with_stored_secret,
)
from tracker.cli.process_tree import ProcessTree
from tracker.cli.server_account import (
    STATE_ROOT,
    EmbeddedServerUnavailable,
    ServerAccount,
    ServerHome,
    open_home,
    reachable_copy,
)
from tracker.settings import CHECKOUT, Settings

pytestmark = pytest.mark.slow  # Servers are started and killed for each test.

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the servers under another account")


@pytest.fixture
def folder() -> Iterator[Path]:
    with scratch_folder() as made:
        yield made


@pytest.fixture
def tree() -> Iterator[ProcessTree]:
    made = ProcessTree()
    yield made
    made.stop()


def query(servers: RunningServers, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(plain_url(servers.database_url), autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def server_processes(folder: Path) -> list[psutil.Process]:
    return [each for each in psutil.process_iter(["cmdline"]) if str(folder) in " ".join(each.info["cmdline"] or [])]


def test_both_servers_answer_and_only_on_private_sockets(folder: Path, tree: ProcessTree) -> None:
    servers = start_servers(folder / "d", tree)
    assert query(servers, "SELECT current_setting('fsync'), datlocale FROM pg_database WHERE datname = 'tracker'") == [
        ("on", "C.UTF-8")
    ]
    with redis.Redis.from_url(servers.redis_url) as client:
        assert client.ping()
    sockets = next((folder / "d").glob("servers/run"))
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    for process in server_processes(folder):
        assert process.uids().real == sockets.stat().st_uid != 0
        assert [each for each in process.net_connections("inet") if each.status == "LISTEN"] == []


def test_a_wrong_password_is_refused(folder: Path, tree: ProcessTree) -> None:
    servers = start_servers(folder / "d", tree, redis=False)
    wrong = plain_url(servers.database_url).replace("tracker:", "tracker:x", 1)
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(wrong)


def test_stopping_leaves_no_process_and_data_are_there_again(folder: Path, tree: ProcessTree) -> None:
    query(start_servers(folder / "d", tree), "CREATE TABLE kept AS SELECT 7 AS number")
    tree.stop()
    assert server_processes(folder) == []
    assert query(start_servers(folder / "d", tree), "SELECT number FROM kept") == [(7,)]


def test_a_server_killed_outright_comes_back_with_its_data(folder: Path, tree: ProcessTree) -> None:
    query(start_servers(folder / "d", tree), "CREATE TABLE kept AS SELECT 7 AS number")
    for process in server_processes(folder):
        if process.ppid() == os.getpid():
            process.send_signal(signal.SIGKILL)
    again = ProcessTree()
    try:
        assert query(start_servers(folder / "d", again), "SELECT number FROM kept") == [(7,)]
    finally:
        again.stop()


def test_a_server_left_over_from_the_last_run_is_ended_first(folder: Path, tree: ProcessTree) -> None:
    start_servers(folder / "d", tree, redis=False)
    again = ProcessTree()
    try:
        assert query(start_servers(folder / "d", again, redis=False), "SELECT 1") == [(1,)]
        assert len([each for each in server_processes(folder) if each.ppid() == os.getpid()]) == 1
    finally:
        again.stop()


def test_a_pid_file_that_names_a_stranger_does_not_prevent_the_start(folder: Path, tree: ProcessTree) -> None:
    start_servers(folder / "d", tree, redis=False)
    tree.stop()
    pid_file = folder / "d" / "servers" / "postgres" / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n", encoding="ascii")
    assert query(start_servers(folder / "d", tree, redis=False), "SELECT 1") == [(1,)]


def test_a_data_directory_that_is_held_is_refused_with_the_pid(folder: Path) -> None:
    with (
        held_data_dir(folder / "d"),
        pytest.raises(DataDirInUse, match=f"进程号 {os.getpid()}"),
        held_data_dir(folder / "d"),
    ):
        pass


def test_a_path_too_long_for_a_socket_gets_a_short_folder_that_is_kept(folder: Path, tree: ProcessTree) -> None:
    long = folder / ("长" * 40)
    first = start_servers(long, tree, redis=False)
    assert any("套接字放在" in note for note in first.notes)
    tree.stop()
    second = start_servers(long, tree, redis=False)
    assert second.database_url == first.database_url
    Path((long / "socket-dir").read_text(encoding="utf-8")).rename(folder / "sockets")


def test_other_commands_find_the_running_servers_and_only_while_they_run(folder: Path, tree: ProcessTree) -> None:
    settings = with_stored_secret(Settings(data_dir=folder / "d"), generate=False)
    with held_data_dir(folder / "d"):
        servers = start_servers(folder / "d", tree)
        settings = with_stored_secret(settings, generate=True)
        assert attach(settings).database_url == servers.database_url
        assert attach(Settings(data_dir=folder / "d")).secret_key == settings.secret_key
        private = folder / "d" / "secrets"
        assert {stat.S_IMODE(file.stat().st_mode) for file in private.iterdir()} == {0o600}
        assert stat.S_IMODE(private.stat().st_mode) == 0o700
    with pytest.raises(EmbeddedServerUnavailable, match="没有在运行"):
        attach(settings)


def test_a_lost_password_is_said_and_the_data_are_left_alone(folder: Path, tree: ProcessTree) -> None:
    start_servers(folder / "d", tree, redis=False)
    tree.stop()
    (folder / "d" / "secrets" / "postgres-password").unlink()
    with pytest.raises(EmbeddedServerUnavailable, match="密码文件"):
        start_servers(folder / "d", tree, redis=False)


@as_root
def test_as_root_a_folder_out_of_reach_is_left_as_it_is_and_another_is_used(folder: Path, tree: ProcessTree) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    home = open_home(closed / "d")
    try:
        assert home.folder.is_relative_to(STATE_ROOT)
        assert any("够不到" in note for note in home.notes)
        assert query(start_servers(closed / "d", tree, redis=False, careless=True), "SELECT 1") == [(1,)]
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
        assert open_home(closed / "d").folder == home.folder
    finally:
        tree.stop()
        subprocess.run(["rm", "-rf", str(home.spare)], check=True)


@as_root
def test_as_root_binaries_out_of_reach_are_copied_once(folder: Path) -> None:
    closed = folder / "closed"
    package = closed / "package"
    (package / "bin").mkdir(parents=True)
    closed.chmod(0o700)
    tool = package / "bin" / "tool"
    tool.write_text("#!/bin/sh\nexit 0\n", encoding="ascii")
    tool.chmod(0o700)
    account = ServerAccount.of_uid(pwd.getpwnam("nobody").pw_uid)
    home = ServerHome(folder, account, folder / "spare")
    copy = reachable_copy(home, [package], tool)
    assert copy.is_relative_to(folder / "spare")
    assert account.can([str(copy), "--version"])
    assert reachable_copy(home, [package], tool) == copy
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@as_root
def test_an_ordinary_user_runs_the_servers_under_his_own_account(folder: Path) -> None:
    nobody = ServerAccount.of_uid(pwd.getpwnam("nobody").pw_uid)
    if not nobody.can([sys.executable, "-c", "import tracker.settings"]):
        pytest.skip("this Python lies where an ordinary user cannot run it")
    mine = folder / "mine"
    mine.mkdir(mode=0o700)
    os.chown(mine, nobody.uid, nobody.gid)
    ran = subprocess.run(
        [sys.executable, "-c", ORDINARY, str(mine / "d")],
        user=nobody.uid, group=nobody.gid, extra_groups=[], cwd="/", capture_output=True, text=True,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(CHECKOUT)}, check=False)  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert (mine / "d" / "servers" / "postgres").stat().st_uid == nobody.uid


ORDINARY = """
import sys
from pathlib import Path
import psycopg
from tracker.cli.embedded import held_data_dir, start_servers
from tracker.cli.process_tree import ProcessTree
tree = ProcessTree()
with held_data_dir(Path(sys.argv[1])):
    try:
        url = start_servers(Path(sys.argv[1]), tree).database_url
        with psycopg.connect(url.replace("+psycopg", "")) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        tree.stop()
"""


def test_a_server_whose_recovering_process_is_killed_serves_again(folder: Path) -> None:
    tree = ProcessTree(stuck_for=2.0)
    try:
        servers = start_servers(folder / "d", tree, redis=False)
        (server,) = [one for one in server_processes(folder) if one.ppid() == os.getpid()]
        with psycopg.connect(plain_url(servers.database_url), autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 2000000) AS number")
            os.kill(connection.info.backend_pid, signal.SIGKILL)
        deadline, recovering = time.monotonic() + 60, None
        while recovering is None and time.monotonic() < deadline:
            recovering = next((one for one in server.children() if titled(one, "startup")), None)
        assert recovering is not None
        recovering.kill()
        tree.supervise(lambda: serves(servers) or time.monotonic() > deadline, every=0.1)
        assert query(servers, "SELECT count(*) FROM kept") == [(2000000,)]
    finally:
        tree.stop()


def titled(process: psutil.Process, word: str) -> bool:
    """Whether a process of the server calls itself so; one that has just ended does not."""
    try:
        return " ".join(process.cmdline()).startswith(f"postgres: {word}")
    except psutil.Error:
        return False


def serves(servers: RunningServers) -> bool:
    """Whether the database answers a question."""
    try:
        return query(servers, "SELECT 1") == [(1,)]
    except psycopg.OperationalError:
        return False
