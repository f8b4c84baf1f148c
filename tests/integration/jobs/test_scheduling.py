"""The scheduler on a real database: what it rings for when several things are due."""

from __future__ import annotations

from datetime import timedelta

from tests.support.kept import standing_world
from tests.support.world import World, morning, small_campaign
from tracker.jobs.scheduler import Scheduler
from tracker.services.context import SWEEP_JOB

MEASURE = (
    "{key: p1, ordinal: （一）, title: 宣传, text: 略, workflow: publicity, units: [各村], due: {by_date: 2026-03-20}}"
)
HOUR = timedelta(hours=1)


@standing_world()
def world(world: World) -> None:
    world.load(small_campaign(measures=[MEASURE]))


def sweeps_rung(world: World) -> int:
    return sum(job == SWEEP_JOB for _, job, _ in world.queue.rung)


def test_a_clock_that_falls_due_while_messages_wait_is_rung_for_at_once(world: World) -> None:
    scheduler = Scheduler(world.container, at_least_every=HOUR, grace=HOUR)
    scheduler.look()
    before = sweeps_rung(world)
    scheduler.look()
    assert sweeps_rung(world) == before  # the same messages wait
    world.clock.set(morning("2026-03-03", "09:10"))
    scheduler.look()
    assert sweeps_rung(world) == before + 1


def test_messages_that_nobody_gathers_are_gathered_and_sent_here_after_the_grace(world: World) -> None:
    scheduler = Scheduler(world.container, at_least_every=HOUR, grace=timedelta())
    scheduler.look()
    scheduler.look()
    assert world.mail.sent
    assert world.value("SELECT count(*) FROM told WHERE gathered_at IS NULL") == 0
