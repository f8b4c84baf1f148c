"""kill -9 of a worker that sends over a connection kept open: one mail in doubt, every other one goes out once."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from tests.faults.armed import smtp_courier
from tests.faults.county import WatchedTree
from tests.faults.points import HAND_OVER, SEND, Point, PointBook
from tests.support.mailbox import Mailbox, mail_server
from tests.support.outgoing import Outgoing
from tests.support.servers import scratch_folder
from tests.support.world import HandClock, RecordingQueue, World, morning, settings_for
from tracker.bootstrap import build
from tracker.cli.db import upgrade_database
from tracker.cli.embedded import held_data_dir, start_servers
from tracker.persistence.wakeups import server_version
from tracker.settings import CHECKOUT

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
PEOPLE = 8
PATIENCE = 30


@contextlib.contextmanager
def gathered(database_url: str) -> Iterator[Outgoing]:
    """Eight people are to be told one thing each, and it is gathered."""
    with World(database_url, start=morning("2026-03-02")) as world:
        out = Outgoing(world, *(f"p{number}" for number in range(PEOPLE)))
        for person in out.people:
            out.tell(person)
        world.container.deliveries.gather()
        yield out


@pytest.fixture
def out(fresh_database_url: str) -> Iterator[Outgoing]:
    with gathered(fresh_database_url) as out:
        yield out


def crash(server: subprocess.Popen[bytes]) -> None:
    """kill -9 a server with all its backends: one that outlived it would go on serving whoever it serves."""
    parent = psutil.Process(server.pid)
    for one in (parent, *parent.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):
            one.kill()
    server.wait(PATIENCE)


@contextlib.contextmanager
def sender(out: Outgoing, port: int, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run the child that sends; kill it at the end if nobody has."""
    command = [
        sys.executable, "-m", "tests.faults.mailing_child", out.world.database_url, out.world.clock.now().isoformat(),
        str(port), str(folder),
    ]  # fmt: skip
    with subprocess.Popen(command, cwd=CHECKOUT, env={**os.environ, "PYTHONPATH": str(CHECKOUT)}) as process:
        try:
            yield process
        finally:
            process.kill()


def send_the_rest(out: Outgoing, port: int) -> None:
    """Let another worker come once the killed one counts as gone, and twice more."""
    settings = replace(
        settings_for(out.world.database_url), smtp_host="127.0.0.1", smtp_port=port, smtp_security="none"
    )
    clock = HandClock(out.world.clock.now() + timedelta(minutes=2))
    courier = smtp_courier(settings)
    container = build(settings, clock=clock, queue=RecordingQueue(), couriers={"email": courier})
    for _ in range(3):
        container.deliveries.send_due()
        clock.set(clock.now() + timedelta(hours=1))
    container.close()


def statuses(out: Outgoing) -> list[str]:
    return [row["status"] for row in out.world.rows("SELECT status FROM delivery ORDER BY id")]


def assert_each_once(out: Outgoing, mailbox: Mailbox, *, doubtful: int) -> None:
    """Every mail was taken once at most, and every one that was not surely taken is shown as unknown."""
    times = mailbox.times()
    rows = out.world.rows("SELECT message_id, status FROM delivery ORDER BY id")
    assert Counter(row["status"] for row in rows) == Counter(accepted=PEOPLE - doubtful, unknown=doubtful)
    for row in rows:
        assert times[row["message_id"]] <= 1
        assert times[row["message_id"]] == 1 or row["status"] == "unknown"


@pytest.mark.slow
@pytest.mark.parametrize("nth", [1, 4, PEOPLE])
def test_a_worker_killed_between_the_data_and_the_answer_leaves_that_one_mail_in_doubt(
    out: Outgoing, tmp_path: Path, nth: int
) -> None:
    with mail_server() as (mailbox, port):
        mailbox.hold_at = nth
        with sender(out, port, tmp_path) as child:
            assert mailbox.holds.wait(PATIENCE)
            child.send_signal(signal.SIGKILL)
            assert child.wait(PATIENCE) == -signal.SIGKILL
        mailbox.go_on.set()
        # What became of each was written before the next one went, over the very same connection.
        assert statuses(out) == ["accepted"] * (nth - 1) + ["submitting"] * (PEOPLE - nth + 1)
        send_the_rest(out, port)
        assert_each_once(out, mailbox, doubtful=1)
        assert statuses(out)[nth - 1] == "unknown"
        assert len(mailbox.taken) == PEOPLE


@pytest.mark.slow
@pytest.mark.parametrize("point", [*SEND, *HAND_OVER], ids=str)
def test_wherever_a_worker_is_killed_one_mail_at_most_is_in_doubt(out: Outgoing, tmp_path: Path, point: Point) -> None:
    with mail_server() as (mailbox, port):
        PointBook(tmp_path).arm(point, process="mailing", victim=None)
        with sender(out, port, tmp_path) as child:
            assert child.wait(PATIENCE) == -signal.SIGKILL
        send_the_rest(out, port)
        doubtful = statuses(out).count("unknown")
        assert doubtful <= 1
        assert_each_once(out, mailbox, doubtful=doubtful)
        # A round that was not committed was never begun.
        assert doubtful == (0 if point.at == "before" and point in SEND else 1)


@pytest.mark.slow
def test_a_paper_in_doubt_is_sent_once_more_and_marked(out: Outgoing, tmp_path: Path) -> None:
    out.change("UPDATE told SET grave = true, message = 'served', facts = CAST(:facts AS jsonb)",
               facts='{"notice_ref": "WS-1", "printed_number": "测督〔2026〕1号", "title": "督导通知书",'
                     ' "unit": "东村", "reply_due_on": "2026-03-27"}')  # fmt: skip
    out.change("UPDATE delivery SET grave = true")
    with mail_server() as (mailbox, port):
        mailbox.hold_at = 4
        with sender(out, port, tmp_path) as child:
            assert mailbox.holds.wait(PATIENCE)
            child.send_signal(signal.SIGKILL)
            child.wait(PATIENCE)
        mailbox.go_on.set()
        send_the_rest(out, port)
    assert statuses(out) == ["accepted"] * PEOPLE
    doubled = mailbox.taken[3].message_id
    assert mailbox.times() == Counter({mail.message_id: 1 for mail in mailbox.taken} | {doubled: 2})
    assert [mail.message_id for mail in mailbox.taken if mail.resent] == [doubled]


@pytest.mark.slow
def test_a_database_that_crashes_in_the_middle_of_a_round_has_no_mail_sent_twice(tmp_path: Path) -> None:
    tree = WatchedTree()
    with (
        scratch_folder() as folder, held_data_dir(folder / "d"), mail_server() as (mailbox, port),
        contextlib.ExitStack() as ending,
    ):  # fmt: skip
        ending.callback(tree.stop)
        servers = start_servers(folder / "d", tree, redis=False)
        upgrade_database(servers.database_url)
        out = ending.enter_context(gathered(servers.database_url))
        mailbox.hold_at = 5
        with sender(out, port, tmp_path) as child:
            assert mailbox.holds.wait(PATIENCE)
            crash(tree.named["postgres"].process)
            mailbox.go_on.set()
            assert child.wait(PATIENCE) != 0, "it could not write down what became of the fifth"
        deadline = time.monotonic() + PATIENCE
        while server_version(servers.database_url) is None:
            assert time.monotonic() < deadline
            tree.look_after()
            tree.pause()
        assert out.world.value("SELECT count(*) FROM sending_round") == 0
        assert statuses(out)[4:] == ["submitting"] * 4, "that they go out was on disk before the first one left"
        doubtful = statuses(out).count("submitting")
        send_the_rest(out, port)
        assert_each_once(out, mailbox, doubtful=doubtful)
        assert len(mailbox.taken) == 5
