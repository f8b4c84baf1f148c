"""`tracker up` as a real process tree: everything answers, stops, and survives being killed."""

import re
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.support.running import environ, free_port, of_tree, start, tracker
from tests.support.servers import scratch_folder

pytestmark = [pytest.mark.slow, pytest.mark.allow_hosts(["127.0.0.1"])]


@pytest.fixture
def data_dir() -> Iterator[Path]:
    with scratch_folder() as folder:
        yield folder / "d"
        for process in of_tree(folder / "d"):
            process.kill()


def gone(data_dir: Path) -> bool:
    psutil.wait_procs(of_tree(data_dir), timeout=15)
    return of_tree(data_dir) == []


def answers(port: int) -> bool:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
        return bool(answer.status == 200)


def test_it_prints_the_address_answers_and_stops_everything_on_ctrl_c(data_dir: Path) -> None:
    port = free_port()
    process, printed = start(data_dir, port)
    with process:
        assert f"http://127.0.0.1:{port}" in printed
        assert answers(port)
        kinds = " ".join(" ".join(each.cmdline()) for each in psutil.Process(process.pid).children())
        assert kinds.count("tracker.cli.main worker") == 2
        assert all(part in kinds for part in ("/postgres -D", "redis", "gunicorn", "tracker.cli.main scheduler"))
        process.send_signal(signal.SIGINT)
        assert process.wait(15) == 0
    assert of_tree(data_dir) == []


def test_a_second_one_on_the_same_data_directory_is_refused_with_a_sentence(data_dir: Path) -> None:
    process, _ = start(data_dir, free_port())
    with process:
        second = subprocess.run(
            tracker("up"), env=environ(data_dir, free_port()), capture_output=True, text=True, check=False
        )
        assert second.returncode == 1
        assert re.search(rf"正由另一个 tracker up 使用（进程号 {process.pid}）", second.stderr)
        process.terminate()
        assert process.wait(15) == 0


def test_doctor_in_a_second_terminal_finds_the_running_servers(data_dir: Path) -> None:
    port = free_port()
    process, _ = start(data_dir, port)
    with process:
        asked = subprocess.run(
            tracker("doctor"), env=environ(data_dir, port), capture_output=True, text=True, check=False
        )
        assert "PostgreSQL 18" in asked.stdout
        assert "数据库结构和程序一致" in asked.stdout
        assert re.search(r"Redis [\d.]+ 有应答", asked.stdout)
        assert "✗" not in asked.stdout, asked.stdout
        process.terminate()
        assert process.wait(15) == 0


def test_after_killing_everything_outright_it_starts_again(data_dir: Path) -> None:
    first, port = free_port(), free_port()
    process, _ = start(data_dir, first)
    with process:
        process.kill()
    for left in of_tree(data_dir):
        left.kill()
    assert gone(data_dir)
    process, _ = start(data_dir, port)
    with process:
        assert answers(port)
        process.terminate()
        assert process.wait(15) == 0
    assert gone(data_dir)


def test_killing_the_parent_alone_leaves_nothing_behind(data_dir: Path) -> None:
    process, _ = start(data_dir, free_port())
    with process:
        process.kill()
    assert gone(data_dir)


def test_with_servers_of_their_own_it_starts_none(data_dir: Path, fresh_database_url: str, redis_url: str) -> None:
    port = free_port()
    own = {"TRACKER_DATABASE_URL": fresh_database_url, "TRACKER_REDIS_URL": redis_url}
    process, _ = start(data_dir, port, **own)
    with process:
        assert answers(port)
        kinds = " ".join(" ".join(each.cmdline()) for each in psutil.Process(process.pid).children())
        assert "gunicorn" in kinds
        assert "postgres -D" not in kinds
        process.terminate()
        assert process.wait(15) == 0
    assert not (data_dir / "servers").exists()


def test_a_port_in_use_is_said_before_anything_starts(data_dir: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ran = subprocess.run(tracker("up"), env=environ(data_dir, port), capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert f"不能监听 127.0.0.1:{port}" in ran.stderr
    assert "TRACKER_PORT" in ran.stderr
