"""The mail of the week: on its moment, once, to the leaders of the campaign, until it is over or switched off."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from tests.support.kept import standing_world
from tests.support.racing import at_once
from tests.support.world import World, morning, small_campaign
from tracker.domain.errors import NotAllowed

SURVEY = (
    "{key: m1, ordinal: （一）, title: 排查, text: 略, workflow: publicity, units: [各村], due: {by_date: 2026-03-11}}"
)


@standing_world("2026-03-04")
def world(world: World) -> None:
    world.load(small_campaign(measures=[SURVEY], ends_on="2026-03-31"))


def weekly(world: World) -> list[tuple[str, str]]:
    return [(at, who) for at, who, message in world.told() if message == "weekly_brief"]


def switch(world: World, *, on: bool, person: str = "boss") -> None:
    world.container.digests.switch(world.viewer(person), campaign_ref=world.campaign_ref, on=on)


def test_a_leader_is_told_each_monday_at_half_past_eight_and_nobody_else(world: World) -> None:
    world.move_to("2026-03-17")
    assert weekly(world) == [("03-09 08:30", "boss"), ("03-16 08:30", "boss")]


def test_the_mail_says_what_the_ledger_says(world: World) -> None:
    world.act("clerk-east", world.task("m1", "east")["ref"], "accept")
    world.move_to("2026-03-16", "09:00")
    (mail,) = [
        m
        for at, m in world.mail.sent
        if m.recipient == "boss" and at >= morning("2026-03-16") and "每周情况" in m.subject + m.text
    ]
    assert "共2项任务，办结0项" in mail.text
    assert "逾期2项（east村1项、west村1项）" in mail.text


def test_the_next_moment_is_known_so_that_the_scheduler_sleeps_until_then(world: World) -> None:
    world.clock.set(morning("2026-03-05"))
    world.engine_works()
    moments = []
    while (moment := world.container.escalations.next_fire_at()) is not None and moment <= morning("2026-03-09"):
        moments.append(moment)
        world.clock.set(moment)
        world.engine_works()
    assert morning("2026-03-09") in moments


def test_two_sweeps_at_once_tell_it_once(world: World) -> None:
    world.clock.set(morning("2026-03-09"))
    told = at_once(*(world.container.digests.write_due for _ in range(4)))
    assert sum(told) == 1
    assert len(weekly(world)) == 1
    assert len(world.rows("SELECT 1 FROM event WHERE kind = 'campaign.digest_told'")) == 1


def test_after_an_outage_of_weeks_one_mail_says_how_it_stands_now(world: World) -> None:
    world.clock.set(morning("2026-03-24", "10:00"))
    world.engine_works()
    assert [at for at, _ in weekly(world)] == ["03-24 10:00"]
    assert world.value("SELECT digest_at FROM campaign") == morning("2026-03-30")


def test_a_leader_switches_it_off_and_on_again_and_the_record_says_so(world: World) -> None:
    switch(world, on=False)
    world.move_to("2026-03-10")
    assert weekly(world) == []
    switch(world, on=True)
    switch(world, on=True)  # twice is once
    world.move_to("2026-03-17")
    assert weekly(world) == [("03-16 08:30", "boss")]
    switched = world.rows("SELECT payload FROM event WHERE kind = 'campaign.digest_switched' ORDER BY id")
    assert [one["payload"]["on"] for one in switched] == [False, True]


def test_only_a_leader_decides_about_it(world: World) -> None:
    with pytest.raises(NotAllowed):
        switch(world, on=False, person="sup1")


def test_it_ends_once_the_campaign_is_over_and_nothing_is_open(world: World) -> None:
    for village in ("east", "west"):
        world.act(f"clerk-{village}", world.task("m1", village)["ref"], "accept")
    with world.container.uows() as uow:
        uow.session.execute(text("UPDATE task SET done = true, done_at = now() WHERE assignment_id IS NOT NULL"))
        uow.commit()
    world.move_to("2026-04-07")
    assert world.value("SELECT digest_at FROM campaign") is None
    assert [at for at, _ in weekly(world)][-1] < "04-01", "nothing is told of what is over"
