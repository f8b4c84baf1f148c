"""kill -9 of the process that counts clocks with a new calendar: the next pass ends it, and nobody is told twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.faults.points import RECOUNT, Point, PointBook
from tests.support.kept import standing_world
from tests.support.world import World, small_campaign
from tracker.domain.redating import CalendarTable
from tracker.jobs.context import set_container
from tracker.jobs.escalation import sweep
from tracker.jobs.housekeeping import recount
from tracker.services.calendars import STANDS_STILL, CalendarService
from tracker.services.context import RECOUNT_JOB
from tracker.settings import CHECKOUT

MEASURES = [
    f"{{key: t{n}, ordinal: （一）, title: 报送{n}, text: 报送, workflow: return, units: [各村], due: {{within: 8 working days}}}}"
    for n in (1, 2, 3)
]
DAYS = (date(2027, 1, 1), date(2027, 1, 4), date(2027, 1, 5), date(2027, 10, 1))
NOTICE = CalendarTable(dict.fromkeys(DAYS, False), frozenset({2027}))
#: So many clocks are counted when the process that is killed begins; of all there are twelve.
BEFORE = (0, 4, 12)


@standing_world("2026-12-24")
def world(world: World) -> None:
    """The notice is in force, nothing is counted yet."""
    world.load(small_campaign(measures=MEASURES, starts_on="2026-12-21", ends_on="2027-06-30"))
    world.engine_works()
    world.mail.sent.clear()
    service = CalendarService(world.container.floor, few=0)
    service.apply(NOTICE, source="import a", expected_version=1, viewer=world.viewer("office1"))


def killed_at(world: World, point: Point, folder: Path) -> None:
    PointBook(folder).arm(point, process="recounting", victim=None)
    command = [
        sys.executable, "-m", "tests.faults.recounting_child", world.database_url, world.clock.now().isoformat(), str(folder),
    ]  # fmt: skip
    ended = subprocess.run(
        command, cwd=CHECKOUT, env={**os.environ, "PYTHONPATH": str(CHECKOUT)}, check=False, timeout=60
    )
    assert ended.returncode == -signal.SIGKILL


@pytest.mark.slow
@pytest.mark.parametrize("point", RECOUNT, ids=str)
@pytest.mark.parametrize("before", BEFORE)
def test_a_recount_that_is_killed_is_ended_by_the_next_pass_with_one_message_a_person(
    world: World, tmp_path: Path, point: Point, before: int
) -> None:
    service = CalendarService(world.container.floor, batch=4, few=0)
    for _ in range(before // 4):
        service.go_on(within=timedelta())
    killed_at(world, point, tmp_path)
    world.container.deliver()
    over = before == 12 and point.at == "after"
    assert len(world.mail.sent) == (2 if over else 0)  # what is told waits for the end
    set_container(world.container)
    try:
        world.clock.set(world.clock.now() + STANDS_STILL + timedelta(seconds=1))
        world.queue.rung.clear()
        sweep()  # what the scheduler rings for, every few minutes at least
        assert (("housekeeping", RECOUNT_JOB, ()) in world.queue.rung) is not over
        recount()
        recount()
    finally:
        set_container(None)
    world.container.deliver()
    assert sorted(one.address for _, one in world.mail.sent) == [
        "clerk-east@example.invalid",
        "clerk-west@example.invalid",
    ]
    dates = "SELECT DISTINCT due_on, occurrence, calendar_version_id AS v FROM clock WHERE name = 'finish'"
    assert world.rows(dates) == [{"due_on": date(2027, 1, 8), "occurrence": 2, "v": 2}]
    assert world.rows("SELECT counted, moved, people FROM recount") == [{"counted": 12, "moved": 6, "people": 2}]
    assert world.container.audits.audit().clean
    assert world.container.ledger.verify().faults == ()
