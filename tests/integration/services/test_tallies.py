"""What is kept of a million tasks is what counting them would give, whatever happened to them."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from tests.support.world import World, morning, small_campaign
from tracker.domain.lights import LIGHTS
from tracker.domain.remarks import Weight
from tracker.persistence.queries.campaign_page import find_measures, get_campaign
from tracker.persistence.queries.ledger_lists import Ledger, LedgerFilters, read_tally
from tracker.persistence.queries.lights import LIGHT, light_moment
from tracker.persistence.unit_of_work import UnitOfWork

MEASURES = (
    "{key: survey, ordinal: （一）, title: 出租房屋排查, text: 逐户排查, workflow: survey, units: [各村], due: {by_date: 2026-03-20}}",
    "{key: fair, ordinal: （二）, title: 集市宣传, text: 集市宣传, workflow: publicity, units: [各村], due: {by_date: 2026-04-30}}",
)
COUNTED = text(f"SELECT {LIGHT} AS light, count(*) AS many FROM task t WHERE NOT t.paper GROUP BY 1")


@pytest.fixture
def world(fresh_database_url: str) -> Iterator[World]:
    with World(fresh_database_url, start=morning("2026-03-02")) as made:
        made.load(small_campaign(measures=list(MEASURES), villages=("east", "west", "north", "south")))
        yield made


def kept(world: World, *, person: str = "office1", **filters: object) -> dict[str, int]:
    """Return the sums of the ledger of tasks, as the office sees them."""
    ledger = Ledger(
        "tasks", world.viewer(person), LedgerFilters(**filters), world.clock.now(),  # type: ignore[arg-type]
        world.container.calendars.newest(),
    )  # fmt: skip
    with world.container.reading() as session:
        return read_tally(session, ledger)


def counted(world: World) -> dict[str, int]:
    """Return the same, task by task."""
    with world.container.reading() as session:
        given = light_moment(world.clock.now(), world.container.calendars.newest())
        return {row.light: row.many for row in session.execute(COUNTED, given)}


def assert_counting_anew_waits_for(other: UnitOfWork, world: World) -> None:
    """Count anew beside an open transaction, which is then committed: nothing of it is lost or counted twice."""
    counting = threading.Thread(target=world.container.tallies.recount)
    counting.start()
    counting.join(timeout=0.3)
    assert counting.is_alive()
    other.commit()
    counting.join(timeout=30)
    assert kept(world) == counted(world)


def test_every_light_is_kept_as_it_would_be_counted(world: World) -> None:
    seen = set()
    steps = (
        lambda: None,
        lambda: [world.act(f"clerk-{v}", world.task("survey", v)["ref"], "accept") for v in ("east", "west", "north")],
        lambda: world.container.extensions.ask(
            world.viewer("clerk-north"), task_ref=world.task("survey", "north")["ref"],
            expected_version=world.task("survey", "north")["version"], wanted_on="2026-03-27", reason="遇有汛情", progress="已查一半",
        ),
        lambda: world.act("office1", world.task("fair", "south")["ref"], "withdraw", reason="合并办理"),
        lambda: world.move_to("2026-03-18"),
        lambda: world.act(
            "clerk-west", world.task("survey", "west")["ref"], "report", {"category": "rental", "should_check": "3", "checked": "3"}
        ),
        lambda: world.act("sup1", world.task("survey", "west")["ref"], "return", reason="数字不符，请核对后再报。"),
        lambda: world.move_to("2026-03-24"),
    )  # fmt: skip
    for step in steps:
        step()
        assert kept(world) == counted(world)
        seen |= counted(world).keys()
    assert seen == set(LIGHTS) - {"done"}


def test_sums_by_campaign_kind_and_light_are_those_of_the_list(world: World) -> None:
    world.move_to("2026-03-24")
    everything = kept(world)
    assert kept(world, campaign=world.campaign_ref) == everything
    assert kept(world, campaign="XD-2026-9999") == {}
    assert kept(world, workflow="survey", light="late") == {"late": 4}
    assert kept(world, due_from=morning("2026-04-30").date()) == {"to_accept": 4}


def test_the_plan_shows_a_whole_campaign_as_it_shows_its_parts_put_together(world: World) -> None:
    world.move_to("2026-03-24")
    world.act("office1", world.task("fair", "south")["ref"], "withdraw", reason="合并办理")
    now, calendar = world.clock.now(), world.container.calendars.newest()

    def lights(person: str) -> dict[str, dict[str, int]]:
        who = world.viewer(person)
        with world.container.reading() as session:
            campaign = get_campaign(session, who, world.campaign_ref, now=now)
            found = find_measures(session, who, campaign, now=now, calendar=calendar)
        return {row.key: dict(row.lights) for row in found}

    parts: dict[str, dict[str, int]] = {}
    for village in ("east", "west", "north", "south"):
        for key, by_light in lights(f"clerk-{village}").items():
            for light, many in by_light.items():
                parts.setdefault(key, {}).setdefault(light, 0)
                parts[key][light] += many
    assert lights("office1") == parts


def test_putting_rows_together_changes_no_sum_while_others_write(world: World) -> None:
    """Two put together and one acts at the same time: nothing waits, nothing is lost or counted twice."""
    for village in ("east", "west"):
        world.act(f"clerk-{village}", world.task("survey", village)["ref"], "accept")
    before = kept(world)
    with world.container.uows() as acting, world.container.uows() as other:
        acting.session.execute(text("UPDATE task SET waits_for = 'supervisor' WHERE ref = :ref"),
                               {"ref": world.task("survey", "north")["ref"]})  # fmt: skip
        with world.container.uows() as settling:
            assert settling.tallies.settle(many=1)
            assert not other.tallies.settle(many=1), "one at a time"
            settling.commit()
        assert kept(world) == before
        acting.commit()
    after = kept(world)
    assert sum(after.values()) == sum(before.values())
    assert after == counted(world)
    with world.container.uows() as settling:
        settling.tallies.settle(many=1)
        settling.commit()
    assert kept(world) == after
    assert world.value("SELECT count(*) FROM tally WHERE NOT settled") == 0


def test_who_acts_never_waits_for_who_acts_on_another_task_of_the_measure(world: World) -> None:
    refs = [world.task("survey", village)["ref"] for village in ("east", "west")]
    taken = text("SET LOCAL lock_timeout = '2s'"), text("UPDATE task SET waits_for = 'supervisor' WHERE ref = :ref")
    with world.container.uows() as first, world.container.uows() as second:
        for uow, ref in ((first, refs[0]), (second, refs[1])):
            uow.session.execute(taken[0])
            uow.session.execute(taken[1], {"ref": ref})
        first.commit()
        second.commit()
    assert kept(world) == counted(world)


def test_wrong_sums_are_noticed_and_counted_anew(world: World) -> None:
    with world.container.uows() as uow:
        uow.session.execute(text("INSERT INTO tally (campaign_id, workflow_key, stage, sent_back, tasks)"
                                 " SELECT id, 'survey', 'unit', false, 3 FROM campaign"))  # fmt: skip
        uow.commit()
    remark = world.container.tallies.examine()
    assert remark.weight is Weight.BAD
    assert "相差3项" in remark.sentence
    assert world.container.tallies.recount() == 3
    assert world.container.tallies.examine().weight is Weight.GOOD
    assert kept(world) == counted(world)


def test_counting_anew_waits_for_who_is_acting(world: World) -> None:
    """Otherwise what he did would be counted twice, or not at all."""
    with world.container.uows() as acting:
        acting.session.execute(text("UPDATE task SET waits_for = 'supervisor' WHERE ref = :ref"),
                               {"ref": world.task("survey", "north")["ref"]})  # fmt: skip
        assert_counting_anew_waits_for(acting, world)


def test_a_paper_is_told_from_a_duty_by_its_task(world: World) -> None:
    world.move_to("2026-04-20")
    assert world.value("SELECT count(*) FROM notice") > 0
    assert (
        world.rows("SELECT t.ref FROM task t WHERE t.paper <> EXISTS (SELECT FROM notice n WHERE n.task_id = t.id)")
        == []
    )


def test_counting_anew_waits_for_who_puts_sums_together(world: World) -> None:
    """Otherwise what was put together meanwhile would stand beside what was counted."""
    for village in ("east", "west"):
        world.act(f"clerk-{village}", world.task("survey", village)["ref"], "accept")
    with world.container.uows() as settling:
        assert settling.tallies.settle(many=1)
        assert_counting_anew_waits_for(settling, world)
