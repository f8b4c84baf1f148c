"""The process tree with tiny children: restarted, stopped in order, and gone with their parent."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tracker.cli.process_tree import ChildSpec, ProcessTree
from tracker.settings import CHECKOUT

SAYS_WHEN_IT_ENDS = 'trap \'echo {name} >> "$ENDS"; exit 0\' TERM; while :; do read -t 60 line <> "$FIFO"; done'


@pytest.fixture
def tree() -> Iterator[ProcessTree]:
    made = ProcessTree()
    yield made
    made.stop()


def child(name: str, script: str, *, stage: int = 0, patience: float = 3.0, **environ: str) -> ChildSpec:
    return ChildSpec(
        name=name,
        command=["bash", "-c", script],
        environ={"PATH": os.environ["PATH"], **environ},
        stage=stage,
        stop_with=((signal.SIGTERM, patience),),
    )


def until(condition: Callable[[], bool], seconds: float = 10.0) -> Callable[[], bool]:
    deadline = time.monotonic() + seconds
    return lambda: condition() or time.monotonic() > deadline


def test_a_child_that_dies_is_started_again(tree: ProcessTree) -> None:
    running = tree.start(child("sleeper", "exec sleep 60"))
    first = running.process.pid
    os.kill(first, signal.SIGKILL)
    tree.supervise(until(lambda: running.process.pid != first), every=0.05)
    assert running.alive
    assert running.history == [first]


def test_a_child_that_keeps_failing_is_started_ever_more_rarely(tree: ProcessTree) -> None:
    running = tree.start(child("failing", "exit 3"))
    tree.supervise(until(lambda: running.failures >= 3), every=0.05)
    assert running.restart_at is not None
    assert running.restart_at - time.monotonic() > 1.0


def test_children_stop_from_the_highest_stage_down(tree: ProcessTree, tmp_path: Path) -> None:
    fifo, ends = tmp_path / "fifo", tmp_path / "ends"
    os.mkfifo(fifo)
    for stage, name in enumerate(("database", "bell", "web", "worker")):
        script = f'echo up >> "$UP"; {SAYS_WHEN_IT_ENDS.format(name=name)}'
        tree.start(child(name, script, stage=stage, ENDS=str(ends), FIFO=str(fifo), UP=str(tmp_path / "up")))
    up = tmp_path / "up"
    tree.supervise(until(lambda: up.exists() and len(up.read_text().split()) == 4), every=0.02)
    tree.stop()
    assert ends.read_text().split() == ["worker", "web", "bell", "database"]


def test_a_child_that_does_not_listen_is_killed_with_its_own_children(tree: ProcessTree, tmp_path: Path) -> None:
    up = tmp_path / "up"
    script = f"trap '' TERM; sleep 60 & echo $! > {up}.new; mv {up}.new {up}; wait; sleep 60"
    stubborn = tree.start(child("stubborn", script, patience=0.2))
    tree.supervise(until(up.exists), every=0.02)
    grandchild = psutil.Process(int(up.read_text()))
    tree.stop()
    assert not stubborn.alive
    # A killed process is gone once it is given a turn, which a busy machine may put off.
    _, alive = psutil.wait_procs([grandchild], timeout=10)
    assert [one for one in alive if is_running(one.pid)] == []


def test_killing_the_parent_outright_takes_the_children_along(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True, cwd=CHECKOUT,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)})  # fmt: skip
    with parent:
        assert parent.stdout is not None
        children = [psutil.Process(int(pid)) for pid in parent.stdout.readline().split()]
        parent.kill()
    _, alive = psutil.wait_procs([each for each in children if is_running(each.pid)], timeout=5)
    assert [each for each in alive if is_running(each.pid)] == []


def is_running(pid: int) -> bool:
    """Whether the process is at work; one that only waits for being reaped is not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


PARENT = """
import os, time
from tracker.cli.process_tree import ChildSpec, ProcessTree
tree = ProcessTree()
specs = [ChildSpec(name=name, command=["sleep", "60"], environ=os.environ, stage=0) for name in "ab"]
print(*[tree.start(spec).process.pid for spec in specs], flush=True)
time.sleep(60)
"""
