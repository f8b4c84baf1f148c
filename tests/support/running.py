"""`tracker up` as a real process tree, for tests and pictures: start it, find its processes."""

import os
import re
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.support.servers import scratch_folder
from tracker.settings import CHECKOUT

LOGIN = re.compile(r"^ {4}(\S+) +(\S{12}) +\S+$", re.MULTILINE)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environ(data_dir: Path, port: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")}
    return kept | {
        "TRACKER_DATA_DIR": str(data_dir), "TRACKER_PORT": str(port), "PYTHONPATH": str(CHECKOUT),
        "PYTHONUNBUFFERED": "1"}  # fmt: skip


def tracker(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "tracker.cli.main", *arguments]


def start(data_dir: Path, port: int, **more: str) -> tuple[subprocess.Popen[str], str]:
    """Start `tracker up --sample`; return it and what it printed once it says how to stop it."""
    process = subprocess.Popen(
        tracker("up", "--sample"),
        env=environ(data_dir, port) | more,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=data_dir.parent,
    )
    assert process.stdout is not None
    printed = ""
    for line in process.stdout:
        printed += line
        if "Ctrl-C" in line:
            return process, printed
    raise AssertionError(printed)


def of_tree(data_dir: Path) -> list[psutil.Process]:
    """Every living process that belongs to this data directory."""
    found = []
    for process in psutil.process_iter():
        try:
            mine = process.environ().get("TRACKER_DATA_DIR") == str(data_dir)
            named = str(data_dir) in " ".join(process.cmdline())
            if process.pid != os.getpid() and (mine or named) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


@dataclass(frozen=True)
class RunningSample:
    """A sample county that runs: where it answers, and the passwords by user name."""

    address: str
    passwords: Mapping[str, str]


@contextmanager
def running_sample() -> Iterator[RunningSample]:
    """Start `tracker up --sample` in a folder of its own; stop it by its pid at the end."""
    with scratch_folder() as folder, start_quietly(folder / "d") as sample:
        yield sample


@contextmanager
def start_quietly(data_dir: Path) -> Iterator[RunningSample]:
    """Start `tracker up --sample` on a data directory and read what it says; stop it by its pid at the end."""
    port = free_port()
    process, printed = start(data_dir, port)
    # Somebody must read what the tree says, or it would stand still once the pipe is full.
    reader = threading.Thread(target=deque, args=(process.stdout,), kwargs={"maxlen": 100}, daemon=True)
    reader.start()
    try:
        yield RunningSample(f"http://127.0.0.1:{port}", dict(LOGIN.findall(printed)))
    finally:
        process.terminate()
        process.wait(30)
        reader.join(5)
        if process.stdout is not None:
            process.stdout.close()
