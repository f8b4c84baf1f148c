"""Four sweepers and two schedulers over one backlog while people act on the same tasks, in real sessions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any

import pytest

from tests.support.racing import at_once
from tests.support.world import World, morning, small_campaign
from tracker.jobs.scheduler import Scheduler
from tracker.services.escalations import EscalationService

LATE = morning("2026-03-25", "10:00")


def measures(count: int, due: str) -> Sequence[str]:
    return [
        f"{{key: m{n}, ordinal: （{n}）, title: 第{n}项宣传, text: 略, workflow: publicity, units: [各村], due: {{by_date: {due}}}}}"
        for n in range(count)
    ]


def people_acting(world: World, random: Random, *, many: int) -> list[Callable[[], Any]]:
    """Clerks sign for tasks, one after the other, and the leader orders a rung: all on tasks that are being swept."""
    rows = world.rows("SELECT t.ref, t.version, u.key FROM task t JOIN unit u ON u.id = t.unit_id ORDER BY t.id")
    chosen = random.sample(rows, many)

    def sign(mine: Sequence[dict[str, Any]]) -> None:
        for row in mine:
            world.container.tasks.apply_transition(
                world.viewer(f"clerk-{row['key']}"), task_ref=row["ref"], transition="accept",
                expected_version=row["version"],
            )  # fmt: skip

    def order(mine: Sequence[dict[str, Any]]) -> None:
        for row in mine:
            world.container.escalations.order_rung(
                world.viewer("boss"), task_ref=row["ref"], expected_version=row["version"], rung_name="rectify",
                reason="领导批示",
            )  # fmt: skip

    third = many // 3
    return [
        partial(sign, chosen[:third]),
        partial(sign, chosen[third : 2 * third]),
        partial(order, chosen[2 * third :]),
    ]


def scheduling(world: World) -> None:
    """Find something due, and look again after a grace in which nobody came: the scheduler sweeps and sends itself."""
    scheduler = Scheduler(world.container, at_least_every=timedelta(minutes=5), grace=timedelta())
    scheduler.look()
    scheduler.look()


def assert_everything_once(world: World) -> None:
    report = world.container.audits.audit()
    assert report.clean, report.sentences()[:5]
    assert world.value("SELECT count(*) FROM clock WHERE next_fire_at <= :now", now=world.clock.now()) == 0
    raised = world.value("SELECT count(*) FROM firing WHERE act = 'raise'")
    assert world.value("SELECT count(*) FROM finding") == raised
    assert world.value("SELECT count(DISTINCT finding_id) FROM notice_item") == raised
    assert world.container.ledger.verify().faults == ()


def assert_one_message_a_person(world: World) -> None:
    """Units were told by the sweep alone, so each of their people got exactly one message; nobody got a thing twice."""
    assert world.value("SELECT count(*) FROM told WHERE gathered_at IS NULL") == 0
    unit_people = world.rows(
        "SELECT d.person_id, count(*) AS n FROM delivery d WHERE d.gathered_at = :now AND EXISTS"
        " (SELECT 1 FROM post p WHERE p.person_id = d.person_id AND p.role IN ('liaison', 'head')) GROUP BY 1",
        now=world.clock.now(),
    )
    assert unit_people
    assert {row["n"] for row in unit_people} == {1}
    assert world.rows("SELECT told_id FROM delivery_item GROUP BY 1 HAVING count(*) > 1") == []
    assert len(world.mail.sent) == world.value("SELECT count(*) FROM delivery WHERE status = 'accepted'")
    assert len({message.message_id for _, message in world.mail.sent}) == len(world.mail.sent)


def run_crowd(database_url: str, *, villages: int, duties: int, batch: int, seed: int, start: str, due_on: str) -> int:
    """Let the crowd work off a backlog; return how many clocks were due."""
    random = Random(seed)
    with World(database_url, start=morning(start)) as world:
        world.load(
            small_campaign(measures=measures(duties, due_on), villages=[f"v{n}" for n in range(1, villages + 1)])
        )
        world.container.deliver()
        world.clock.set(LATE)
        due: int = world.value("SELECT count(*) FROM clock WHERE next_fire_at <= :now", now=LATE)
        acts: list[Callable[[], Any]] = [
            EscalationService(world.container.floor, batch=batch + extra).sweep for extra in range(4)
        ]
        acts += [partial(scheduling, world) for _ in range(2)]
        acts += people_acting(world, random, many=max(30, due // 100))
        random.shuffle(acts)
        assert len(at_once(*acts, within=600)) == 9
        # What was ordered after its clock had been swept is due now, as the bell would say.
        world.engine_works()
        assert_everything_once(world)
        assert_one_message_a_person(world)
        return due


@pytest.mark.slow
def test_a_crowd_over_a_backlog_fires_each_rung_once_and_writes_each_person_one_message(
    fresh_database_url: str,
) -> None:
    assert (
        run_crowd(fresh_database_url, villages=15, duties=12, batch=25, seed=1, start="2026-03-02", due_on="2026-03-20")
        == 360
    )


@pytest.mark.slow
def test_a_crowd_over_twenty_thousand_due_clocks_does_the_same(fresh_database_url: str) -> None:
    assert (
        run_crowd(
            fresh_database_url, villages=200, duties=50, batch=500, seed=7, start="2026-03-23", due_on="2026-03-25"
        )
        == 20_000
    )
