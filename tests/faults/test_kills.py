"""kill -9 of a sweep at every table that it writes; Redis gone or flushed; a whole tree killed and started again.

A worker killed while it sends is in tests/integration/services/test_deliveries.py; single faults of `tracker up` are in
tests/integration/cli/test_up.py.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psutil
import psycopg
import pytest
import redis
from rq import Queue

from tests.support.kept import standing_world
from tests.support.racing import WITHIN, held, until_blocked
from tests.support.running import environ, free_port, of_tree, start, tracker
from tests.support.servers import plain_url, scratch_folder
from tests.support.world import HandClock, World, morning, settings_for, small_campaign
from tracker.bootstrap import Container, build
from tracker.jobs.scheduler import Scheduler
from tracker.settings import CHECKOUT

VILLAGES = [f"v{number}" for number in range(1, 5)]
DUE = "2026-03-20"
MEASURES = [
    f"{{key: s1, ordinal: （一）, title: 摸排, text: 略, workflow: survey, units: [各村], due: {{by_date: {DUE}}}}}",
    f"{{key: p1, ordinal: （二）, title: 宣传, text: 略, workflow: publicity, units: [各村], due: {{by_date: {DUE}}}}}",
]
LATE = morning("2026-03-25", "10:00")
WRITTEN = ("firing", "finding", "notice", "notice_item", "told", "incident", "stream", "event", "clock")


@standing_world()
def world(world: World) -> None:
    """Everybody is late, nothing was swept yet."""
    world.load(small_campaign(measures=MEASURES, villages=VILLAGES))
    world.clock.set(LATE)


def written(world: World) -> dict[str, int]:
    return {
        table: world.value(f"SELECT count(*) FROM {table}")
        for table in ("firing", "finding", "notice", "notice_item", "told", "incident", "event")
    }


def assert_whole(world: World) -> None:
    report = world.container.audits.audit()
    assert report.clean, report.sentences()
    assert report.fired > 0
    assert world.container.ledger.verify().faults == ()
    raised = world.value("SELECT count(*) FROM firing WHERE act = 'raise'")
    assert world.value("SELECT count(*) FROM finding") == raised
    assert world.value("SELECT count(*) FROM notice_item WHERE finding_id IS NOT NULL") == raised


@contextlib.contextmanager
def sweeping_child(world: World) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "tests.faults.sweeping_child", world.database_url, world.clock.now().isoformat()]
    with subprocess.Popen(command, cwd=CHECKOUT, env={**os.environ, "PYTHONPATH": str(CHECKOUT)}) as process:
        try:
            yield process
        finally:
            process.kill()


def until_rolled_back(world: World, holder: psycopg.Connection) -> None:
    """Let go of the lock, and return once the dead process's session has ended."""
    holder.rollback()
    deadline = time.monotonic() + WITHIN
    with psycopg.connect(plain_url(world.database_url), autocommit=True) as watching:
        while time.monotonic() < deadline:
            (left,) = watching.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND xact_start IS NOT NULL"
                " AND pid NOT IN (pg_backend_pid(), %s)", (holder.info.backend_pid,),
            ).fetchone() or (0,)  # fmt: skip
            if not left:
                return
            watching.execute("SELECT pg_sleep(0.01)")
    raise AssertionError("the killed process's transaction did not end")


@pytest.mark.slow
@pytest.mark.parametrize("table", WRITTEN)
def test_a_sweeper_killed_at_this_table_leaves_nothing_and_the_next_fires_everything_once(
    world: World, table: str
) -> None:
    before = written(world)
    with held(world.database_url, f"LOCK TABLE {table} IN SHARE MODE") as holder:
        with sweeping_child(world) as child:
            until_blocked(world.database_url, holder)
            child.send_signal(signal.SIGKILL)
            assert child.wait(10) == -signal.SIGKILL
        until_rolled_back(world, holder)
    assert written(world) == before
    world.container.escalations.sweep()
    assert_whole(world)
    assert world.container.escalations.sweep().fired == 0


@pytest.mark.slow
@pytest.mark.parametrize("table", ["task", "clock", "stream", "event", "assignment", "told"])
def test_a_sweeper_killed_while_it_opens_periods_opens_none_and_the_next_opens_each_once(
    fresh_database_url: str, table: str
) -> None:
    monthly = (
        "{key: m1, ordinal: （一）, title: 月报, text: 略, workflow: return, units: [各村],"
        " cadence: {every: month, by_day: 28}}"
    )
    with World(fresh_database_url, start=morning("2026-03-02")) as world:
        world.load(small_campaign(measures=[monthly], villages=VILLAGES))
        world.clock.set(morning("2026-04-01", "09:00"))
        with held(world.database_url, f"LOCK TABLE {table} IN SHARE MODE") as holder:
            with sweeping_child(world) as child:
                until_blocked(world.database_url, holder)
                child.send_signal(signal.SIGKILL)
                assert child.wait(10) == -signal.SIGKILL
            until_rolled_back(world, holder)
        assert world.value("SELECT count(*) FROM task WHERE period_key = '2026-04'") == 0
        world.container.escalations.sweep()
        assert world.value("SELECT count(*) FROM task WHERE period_key = '2026-04'") == len(VILLAGES)
        assert world.container.audits.audit().clean
        assert world.container.ledger.verify().faults == ()


@pytest.mark.slow
def test_while_a_killed_sweepers_session_lingers_another_sweep_passes_by_and_a_later_one_fires_the_rest(
    world: World,
) -> None:
    last = world.value("SELECT max(id) FROM task WHERE measure_id IS NOT NULL")
    locked = "SELECT 1 FROM stream WHERE kind = 'task' AND subject_id = %s FOR UPDATE"
    with held(world.database_url, locked, last) as holder:
        with sweeping_child(world) as child:
            until_blocked(world.database_url, holder)
            child.send_signal(signal.SIGKILL)
            child.wait(10)
        # PostgreSQL still waits on behalf of the dead: its rows are passed by, not waited for.
        assert world.container.escalations.sweep().claimed == 0
        until_rolled_back(world, holder)
    assert world.container.escalations.sweep().fired > 0
    assert_whole(world)


def ringing_container(world: World, redis_url: str) -> Container:
    """The real container with the real bell, at the world's moment."""
    return build(
        settings_for(world.database_url, redis_url), clock=HandClock(world.clock.now()), couriers={"email": world.mail}
    )


def look_twice(container: Container) -> None:
    """Let the scheduler find something due, and look again after a grace in which nobody came."""
    scheduler = Scheduler(container, at_least_every=timedelta(minutes=5), grace=timedelta())
    scheduler.look()
    assert scheduler.look() <= 1.0


def test_with_redis_dead_the_scheduler_sweeps_itself_and_raises_an_incident(world: World) -> None:
    container = ringing_container(world, "unix:///nonexistent/redis.sock")
    try:
        look_twice(container)
    finally:
        container.close()
    assert_whole(world)
    (incident,) = world.rows("SELECT sentence, times FROM incident WHERE kind = 'sweep_late'")
    assert "Redis" in incident["sentence"]
    assert world.mail.sent, "the messages go out without Redis too"


def test_after_a_flush_of_redis_nothing_is_lost_but_the_delay(world: World, redis_url: str) -> None:
    container = ringing_container(world, redis_url)
    try:
        scheduler = Scheduler(container, at_least_every=timedelta(minutes=5), grace=timedelta())
        scheduler.look()
        with contextlib.closing(redis.Redis.from_url(redis_url)) as client:
            assert Queue("escalation", connection=client).count == 1
            client.flushdb()
            scheduler.look()
    finally:
        container.close()
    assert_whole(world)
    assert world.value("SELECT count(*) FROM incident WHERE kind = 'sweep_late'") == 1


@pytest.fixture
def data_dir() -> Iterator[Path]:
    with scratch_folder() as folder:
        yield folder / "d"
        for process in of_tree(folder / "d"):
            process.kill()


def answers(port: int) -> bool:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
        return bool(answer.status == 200)


def ask(data_dir: Path, port: int, *arguments: str) -> str:
    """Run a command beside the running tree and return what it printed; it must succeed."""
    asked = subprocess.run(
        tracker(*arguments), env=environ(data_dir, port), capture_output=True, text=True, check=False, timeout=60
    )
    assert asked.returncode == 0, asked.stdout + asked.stderr
    return asked.stdout


def assert_gone(data_dir: Path) -> None:
    psutil.wait_procs(of_tree(data_dir), timeout=15)
    assert of_tree(data_dir) == []


@pytest.mark.slow
@pytest.mark.allow_hosts(["127.0.0.1"])
def test_a_county_killed_at_its_root_is_there_again_after_the_next_start(data_dir: Path) -> None:
    port = free_port()
    process, printed = start(data_dir, port)
    with process:
        assert "口令" in printed
        assert answers(port)
        (ref,) = re.findall(r"^(\S+) .*（anti_fraud_township）$", ask(data_dir, port, "campaign", "show"), re.MULTILINE)
        issued = ask(data_dir, port, "campaign", "issue", ref, "--yes")
        process.kill()
    assert_gone(data_dir)
    process, _ = start(data_dir, port)
    with process:
        assert answers(port)
        second = subprocess.run(
            tracker("up"), env=environ(data_dir, free_port()), capture_output=True, text=True, check=False, timeout=60
        )
        assert second.returncode == 1
        assert "正由另一个 tracker up 使用" in second.stderr
        audited = ask(data_dir, port, "audit")
        (tasks,) = re.findall(r"(\d+) 个任务", issued)
        assert f"重算{tasks}项任务" in audited
        assert "零遗漏" in audited
        assert "全部一致" in ask(data_dir, port, "ledger", "verify")
        process.send_signal(signal.SIGINT)
        assert process.wait(15) == 0
    assert_gone(data_dir)
