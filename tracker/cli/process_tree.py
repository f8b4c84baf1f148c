"""One tree of child processes: started in order, restarted when they die, stopped in the reverse order.

Each child leads a session of its own, so that Ctrl-C reaches this process alone and the order of stopping is
ours. The kernel tells each child when this process dies (PR_SET_PDEATHSIG on Linux), so that even kill -9
leaves nothing behind. Children must be started by the main thread: it is the thread that the kernel watches.

A child that runs and yet will never work again, as its spec can tell, is ended so that it is started anew.
"""

import contextlib
import ctypes
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from tracker.cli.server_account import ServerAccount

logger = structlog.get_logger(__name__)

PR_SET_PDEATHSIG = 1
LONGEST_BACK_OFF = 30.0
CALM_AFTER = 60.0
STUCK_FOR = 15.0
_LIBC = ctypes.CDLL(None)


@dataclass(frozen=True, kw_only=True)
class ChildSpec:
    """How to run one child, and how to end it.

    `stage` orders the stopping: the highest goes first. `stop_with` lists signals and the seconds that each
    is given; SIGKILL follows the last. `is_stuck` is asked with the child's pid whether it runs to no purpose; a child
    that stays so is ended by its last signal.
    """

    name: str
    command: Sequence[str]
    environ: Mapping[str, str]
    stage: int
    stop_with: Sequence[tuple[signal.Signals, float]] = ((signal.SIGTERM, 3.0),)
    on_parent_death: signal.Signals = signal.SIGTERM
    account: ServerAccount | None = None
    folder: Path | None = None
    log: Path | None = None
    before_start: Callable[[], None] | None = None
    is_stuck: Callable[[int], bool] | None = None


@dataclass
class Child:
    """A running child and what is remembered of its failures."""

    spec: ChildSpec
    process: subprocess.Popen[bytes]
    started: float
    failures: int = 0
    restart_at: float | None = None
    stuck_since: float | None = None
    history: list[int] = field(default_factory=list)

    @property
    def alive(self) -> bool:
        return self.process.poll() is None


class ProcessTree:
    """The children of this process, in the order in which they were started.

    `stuck_for` = for how many seconds a child must have been stuck before it is ended.
    """

    def __init__(self, *, stuck_for: float = STUCK_FOR) -> None:
        self._children: list[Child] = []
        self._stuck_for = stuck_for

    def start(self, spec: ChildSpec) -> Child:
        """Start a child and keep it; the caller waits for its readiness if it matters."""
        child = Child(spec, _spawn(spec), time.monotonic())
        self._children.append(child)
        return child

    def respawn(self, child: Child) -> None:
        """Start a child that has ended once more, now."""
        child.restart_at = None
        child.history.append(child.process.pid)
        child.process = _spawn(child.spec)
        child.started = time.monotonic()

    def supervise(self, is_over: Callable[[], bool] = lambda: False, *, every: float = 1.0) -> None:
        """Restart whatever dies, with a growing pause, until `is_over` or a KeyboardInterrupt.

        `is_over` is asked at least each `every` seconds, and whenever a child ends.
        """
        with _woken_by_children() as wake:
            while not is_over():
                pause = self._look_after()
                ready, _, _ = select.select([wake], [], [], min(pause, every))
                if ready:
                    wake.recv(4096)

    def stop(self) -> None:
        """Stop all, stage by stage; returns when none is left, after 15 seconds at the worst."""
        for stage in sorted({child.spec.stage for child in self._children}, reverse=True):
            _stop_together([child for child in self._children if child.spec.stage == stage])
        self._children.clear()

    def end_stuck(self) -> None:
        """End every child that has been stuck for long enough; the next look at it starts it again."""
        now = time.monotonic()
        for child in self._children:
            if child.spec.is_stuck is None or not child.alive or not child.spec.is_stuck(child.process.pid):
                child.stuck_since = None
            elif child.stuck_since is None:
                child.stuck_since = now
            elif now - child.stuck_since > self._stuck_for:
                _end_as_stuck(child)

    def _look_after(self) -> float:
        """Restart what is due; return for how long there is nothing to do."""
        self.end_stuck()
        now = time.monotonic()
        pause = 1.0
        for child in self._children:
            if child.alive:
                continue
            if child.restart_at is None:
                _plan_restart(child, now)
            assert child.restart_at is not None
            if child.restart_at <= now:
                self.respawn(child)
            else:
                pause = min(pause, child.restart_at - now)
        return pause


def _plan_restart(child: Child, now: float) -> None:
    child.failures = 0 if now - child.started > CALM_AFTER else child.failures + 1
    wait = 0.0 if child.failures == 0 else min(LONGEST_BACK_OFF, 0.5 * 2.0 ** (child.failures - 1))
    child.restart_at = now + wait
    logger.warning(
        "A child process ended and will be started again",
        action="up.child_ended",
        child=child.spec.name,
        pid=child.process.pid,
        code=child.process.returncode,
        wait_seconds=wait,
    )


def _end_as_stuck(child: Child) -> None:
    sig, patience = child.spec.stop_with[-1]
    logger.warning(
        "A child process runs but will never work again; it is ended and started anew",
        action="up.child_stuck",
        child=child.spec.name,
        pid=child.process.pid,
    )
    child.stuck_since = None
    _send(child, sig)
    if not _all_end([child], patience):
        _kill_with_descendants(child)


def _spawn(spec: ChildSpec) -> subprocess.Popen[bytes]:
    if spec.before_start is not None:
        spec.before_start()
    with contextlib.ExitStack() as stack:
        output = stack.enter_context(spec.log.open("ab")) if spec.log is not None else None
        return subprocess.Popen(
            list(spec.command),
            env=dict(spec.environ),
            cwd=spec.folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            user=spec.account.uid if spec.account else None,
            group=spec.account.gid if spec.account else None,
            extra_groups=[] if spec.account else None,
            # Runs in the child after the change of user, which would otherwise clear the request.
            preexec_fn=_die_with(os.getpid(), spec.on_parent_death),
        )


def _die_with(parent: int, death_signal: signal.Signals) -> Callable[[], None]:
    def prepare() -> None:
        if sys.platform == "linux":
            _LIBC.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return prepare


def _stop_together(children: Sequence[Child]) -> None:
    """Send each its signals until all have ended, and reap them."""
    for step in range(max(len(child.spec.stop_with) for child in children)):
        seconds = 0.0
        for child in children:
            sig, patience = child.spec.stop_with[min(step, len(child.spec.stop_with) - 1)]
            if child.alive:
                _send(child, sig)
                seconds = max(seconds, patience)
        if _all_end(children, seconds):
            return
    for child in children:
        if child.alive:
            logger.warning(
                "A child process did not stop in time and is killed",
                action="up.child_killed",
                child=child.spec.name,
                pid=child.process.pid,
            )
            _kill_with_descendants(child)


def _kill_with_descendants(child: Child) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.process.pid, signal.SIGKILL)
    child.process.wait()


def _send(child: Child, sig: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        child.process.send_signal(sig)


def _all_end(children: Sequence[Child], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    for child in children:
        try:
            child.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            return False
    return True


@contextlib.contextmanager
def _woken_by_children() -> Iterator[socket.socket]:
    """Yield a socket that becomes readable when a child ends."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.setblocking(False)
    # A handler in Python must exist for the byte to be written; what it does is of no matter.
    before = signal.signal(signal.SIGCHLD, lambda *_: None)
    former = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
    try:
        yield ours
    finally:
        signal.set_wakeup_fd(former)
        signal.signal(signal.SIGCHLD, before)
        ours.close()
        theirs.close()
