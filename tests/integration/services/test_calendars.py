"""A year's notice comes in: diff, new version, open clocks counted again in batches, people told once."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import text

from tests.support.kept import standing_world
from tests.support.racing import at_once
from tests.support.world import World, morning, small_campaign
from tracker.domain.errors import StaleVersion
from tracker.domain.redating import CalendarTable
from tracker.services.calendars import CalendarService

MEASURES = [
    "{key: t1, ordinal: （一）, title: 报送, text: 报送, workflow: return, units: [各村], due: {within: 8 working days}}",
    "{key: t2, ordinal: （二）, title: 宣传, text: 宣传, workflow: publicity, units: [各村], due: {by_date: 2027-01-08}}",
]
NOTICE = CalendarTable(
    {date(2027, 1, 1): False, date(2027, 1, 4): False, date(2027, 1, 5): False, date(2027, 10, 1): False},
    frozenset({2027}),
)


@standing_world("2026-12-24")
def world(world: World) -> None:
    world.load(small_campaign(measures=MEASURES, starts_on="2026-12-21", ends_on="2027-06-30"))
    world.engine_works()


def clocks(world: World) -> dict[tuple[str, str], dict[str, object]]:
    rows = world.rows(
        "SELECT m.key || ' ' || u.key AS task, c.name, c.occurrence, c.due_on, c.due_class, c.provisional,"
        " c.calendar_version_id AS version, t.due_on AS shown FROM clock c JOIN task t ON t.id = c.task_id"
        " JOIN measure m ON m.id = t.measure_id JOIN unit u ON u.id = t.unit_id"
    )
    return {(str(row.pop("task")), str(row.pop("name"))): row for row in rows}


def assert_whole(world: World) -> None:
    report = world.container.audits.audit()
    assert report.clean, report.sentences()
    assert world.container.ledger.verify().faults == ()


@pytest.mark.slow
def test_a_notice_moves_told_dates_later_with_one_message_a_person(world: World) -> None:
    service = world.container.calendar_imports
    before = clocks(world)
    assert before["t1 west", "finish"]["due_on"] == date(2027, 1, 6)
    found = service.diff(NOTICE)
    assert (found.new_years, [one.day for one in found.days]) == ((2027,), [date(2027, 1, 4), date(2027, 1, 5)])
    assert {(one.unit, one.old, one.new, one.was_told) for one in found.moving} == {
        (f"{village}村", date(2027, 1, 6), date(2027, 1, 8), True) for village in ("east", "west")
    }
    assert found.by_place() == {("测试专项行动", "east村"): 1, ("测试专项行动", "west村"): 1}
    assert clocks(world) == before  # a diff changes nothing
    report = service.apply(NOTICE, source="import 2027.csv", expected_version=found.base_version)
    assert (report.clocks, report.moved, report.people) == (8, 2, 2)
    after = clocks(world)
    moved = after["t1 west", "finish"]
    assert (moved["due_on"], moved["shown"], moved["occurrence"], moved["provisional"]) == (
        date(2027, 1, 8), date(2027, 1, 8), 2, False,
    )  # fmt: skip
    assert after["t2 west", "finish"]["due_on"] == date(2027, 1, 8)  # printed: never moves
    assert {row["version"] for row in after.values()} == {found.base_version + 1}
    sent = len(world.mail.sent)
    world.container.deliver()
    assert len(world.mail.sent) == sent + 2
    assert [message for _, _, message in world.told()[-2:]] == ["redated", "redated"]
    assert_whole(world)
    world.move_to("2027-01-20")
    assert_whole(world)
    assert (
        world.value("SELECT count(*) FROM firing f JOIN clock c ON c.id = f.clock_id WHERE f.fired_at < c.started_at")
        == 0
    )


def test_an_import_is_safe_to_repeat_and_to_be_cut_off_between_batches(world: World) -> None:
    base = world.container.calendars.newest().version
    service = CalendarService(world.container.floor, batch=3)
    service.apply(NOTICE, source="import 2027.csv", expected_version=base)
    once = clocks(world)
    with world.container.uows() as uow:  # as a process leaves it that is killed after its first batches
        uow.session.execute(
            text(
                "UPDATE clock SET calendar_version_id = :old WHERE id IN (SELECT id FROM clock ORDER BY id DESC LIMIT 2)"
            ),
            {"old": base},
        )
        uow.commit()
    again = service.apply(NOTICE, source="import 2027.csv", expected_version=base + 1)
    assert (again.clocks, again.moved, again.people) == (2, 0, 0)
    assert clocks(world) == once
    assert world.value("SELECT count(*) FROM calendar_version") == 2
    assert service.recount().clocks == 0
    assert_whole(world)


def test_a_diff_that_somebody_overtook_is_refused(world: World) -> None:
    service = world.container.calendar_imports
    base = service.diff(NOTICE).base_version
    service.apply(NOTICE, source="import a", expected_version=base)
    with pytest.raises(StaleVersion, match="已有人先更新"):
        service.apply(NOTICE, source="import b", expected_version=base)


def test_sweeps_and_a_recount_at_one_moment_fire_each_rung_once(world: World) -> None:
    base = world.container.calendars.newest().version
    world.clock.set(morning("2026-12-28", "09:20"))
    service = CalendarService(world.container.floor, batch=2)
    at_once(
        lambda: service.apply(NOTICE, source="import 2027.csv", expected_version=base),
        world.container.escalations.sweep, service.recount, world.container.escalations.sweep,
    )  # fmt: skip
    world.engine_works()
    assert service.recount().clocks == 0
    assert {row["version"] for row in clocks(world).values()} == {base + 1}
    world.move_to("2027-01-15")
    assert_whole(world)
