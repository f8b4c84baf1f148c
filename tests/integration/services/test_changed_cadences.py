"""A running campaign's standing duty gets another cadence: what has begun stays, what comes follows it, each unit hears."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.support.kept import standing_world
from tests.support.world import World, small_campaign
from tracker.domain.cadence import Cadence, Every
from tracker.domain.changing import Edit
from tracker.domain.deadlines import DueByDate
from tracker.domain.errors import CannotChange
from tracker.services.change_sets import ChangeReport, Preview

MONTHLY = (
    "{key: monthly, ordinal: （一）, title: 月报, text: 按月报送。, workflow: return, units: [east, west],"
    " cadence: {every: month, by_day: 19}}"
)
ONCE = (
    "{key: once, ordinal: （二）, title: 集市宣传, text: 宣传一次。, workflow: publicity, units: [east],"
    " due: {by_date: 2026-04-30}}"
)
LATER, EARLIER = Cadence(Every.MONTH, by_day=25), Cadence(Every.MONTH, by_day=15)


@standing_world()
def world(one: World) -> None:
    one.load(small_campaign(measures=[MONTHLY, ONCE]))


def change(world: World, timing: Any, key: str = "monthly", **more: Any) -> ChangeReport:
    return world.container.changes.apply(
        world.viewer("office1"), campaign_ref=world.campaign_ref, wish=[Edit("redate", key, due=timing)],
        expected_version=world.value("SELECT version FROM campaign"), reason="县里改了报送日子", **more,
    )  # fmt: skip


def preview(world: World, timing: Any, key: str = "monthly") -> Preview:
    return world.container.changes.preview(
        world.viewer("office1"), campaign_ref=world.campaign_ref, wish=[Edit("redate", key, due=timing)]
    )


def periods(world: World, unit: str = "east") -> list[tuple[str, str]]:
    found = world.rows(
        "SELECT t.period_key, t.due_on FROM task t JOIN measure m ON m.id = t.measure_id JOIN unit u ON u.id = t.unit_id"
        " WHERE m.key = 'monthly' AND u.key = :unit ORDER BY t.id",
        unit=unit,
    )
    return [(row["period_key"], f"{row['due_on']:%m-%d}") for row in found]


def assert_whole(world: World) -> None:
    report = world.container.audits.audit()
    assert report.clean, report.sentences()


@pytest.mark.slow
def test_a_later_day_moves_the_running_period_and_every_one_to_come(world: World) -> None:
    world.move_to("2026-03-10")
    (impact,) = preview(world, LATER).impacts
    assert (len(impact.tasks), impact.kept) == (2, ("从2026年4月1日起开始的各期按新的周期。",))
    change(world, LATER)
    world.move_to("2026-05-02")
    assert periods(world) == [("2026-03", "03-25"), ("2026-04", "04-25"), ("2026-05", "05-25")]
    assert_whole(world)


@pytest.mark.slow
def test_an_earlier_day_leaves_the_running_period_unless_somebody_says_so(world: World) -> None:
    world.move_to("2026-03-10")
    assert preview(world, EARLIER).impacts[0].kept == (
        "从2026年4月1日起开始的各期按新的周期。",
        "已经开始的2项期限不变。",
    )
    change(world, EARLIER)
    world.move_to("2026-04-02")
    assert periods(world) == [("2026-03", "03-19"), ("2026-04", "04-15")]
    change(world, Cadence(Every.MONTH, by_day=10), earlier=True)
    world.move_to("2026-05-02")
    assert periods(world) == [("2026-03", "03-19"), ("2026-04", "04-10"), ("2026-05", "05-10")]
    assert_whole(world)


@pytest.mark.slow
def test_weeks_in_place_of_months_open_when_the_month_is_over_each_once(world: World) -> None:
    world.move_to("2026-03-20")
    change(world, Cadence(Every.WEEK, weekdays=("fri",)))
    world.move_to("2026-04-12")
    assert periods(world) == [
        ("2026-03", "03-19"),
        ("2026-W14-5", "04-03"),
        ("2026-W15-5", "04-10"),
        ("2026-W16-5", "04-17"),
    ]
    assert_whole(world)


def test_each_bearing_unit_is_told_once_from_when_it_holds_and_why(world: World) -> None:
    world.move_to("2026-03-20")
    told = preview(world, EARLIER).people
    assert change(world, EARLIER).people == told == 2
    rows = world.rows("SELECT DISTINCT facts FROM told WHERE message = 'recadenced'")
    assert {(row["facts"]["cadence"], row["facts"]["begins_on"], row["facts"]["reason"]) for row in rows} == {
        ("每月15日前", "2026-04-01", "县里改了报送日子")
    }
    assert world.value("SELECT count(*) FROM told WHERE message = 'recadenced'") == 2


def test_what_is_done_once_does_not_become_standing_nor_the_other_way_round(world: World) -> None:
    for key, timing in (("once", LATER), ("monthly", DueByDate(date(2026, 5, 1)))):
        with pytest.raises(CannotChange) as refused:
            change(world, timing, key)
        assert "不能在进行中由一次性改为按期报送" in str(refused.value.reasons), key


@pytest.mark.slow
def test_a_cadence_that_never_comes_again_is_refused(world: World) -> None:
    world.move_to("2026-08-20")
    with pytest.raises(CannotChange) as refused:
        change(world, EARLIER)
    assert "一次也不会到期" in str(refused.value.reasons)
