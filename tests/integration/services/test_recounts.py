"""A calendar in force, and clocks that are still to be counted with it: in the background, cut off, late, all at once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from tests.support.kept import standing_world
from tests.support.racing import at_once
from tests.support.world import World, morning, shipped_catalog, small_campaign
from tracker.definitions.versioned import texts_of
from tracker.domain.errors import NotFound, TransitionNotAllowed
from tracker.domain.installation import CalendarSeed
from tracker.domain.redating import CalendarTable
from tracker.services.calendars import STANDS_STILL, CalendarService
from tracker.services.context import RECOUNT_JOB

MEASURES = [
    f"{{key: t{n}, ordinal: （一）, title: 报送{n}, text: 报送, workflow: return, units: [各村], due: {{within: 8 working days}}}}"
    for n in (1, 2, 3)
]
DAYS = (date(2027, 1, 1), date(2027, 1, 4), date(2027, 1, 5), date(2027, 10, 1))
NOTICE = CalendarTable(dict.fromkeys(DAYS, False), frozenset({2027}))
OLD, NEW = date(2027, 1, 6), date(2027, 1, 8)
RING = ("housekeeping", RECOUNT_JOB, ())
A_BITE = timedelta()  # the clock stands still: one batch
AT_LENGTH = timedelta(minutes=1)


@standing_world("2026-12-24")
def world(world: World) -> None:
    world.load(small_campaign(measures=MEASURES, starts_on="2026-12-21", ends_on="2027-06-30"))
    world.engine_works()
    world.mail.sent.clear()


def counting(world: World, *, batch: int = 4) -> CalendarService:
    """A service to which any county is a large one."""
    return CalendarService(world.container.floor, batch=batch, few=0)


def imported(world: World, *, batch: int = 4) -> CalendarService:
    """The same, with the notice in force and nothing counted yet."""
    service = counting(world, batch=batch)
    report = service.apply(NOTICE, source="import a", expected_version=1, viewer=world.viewer("office1"))
    assert report.clocks == 0
    assert report.left >= 12
    return service


def finish_dates(world: World) -> list[tuple[date, int, int]]:
    rows = world.rows(
        "SELECT due_on, occurrence, calendar_version_id AS v FROM clock WHERE name = 'finish' ORDER BY id"
    )
    return [(row["due_on"], row["occurrence"], row["v"]) for row in rows]


def mails_about_dates(world: World) -> list[str]:
    """Whom a mail went to that tells of a moved date, one entry a mail."""
    return sorted(one.address for _, one in world.mail.sent if "放假安排公布后" in one.text)


def fired(world: World) -> list[tuple[int, str]]:
    rows = world.rows(
        "SELECT DISTINCT f.occurrence, f.rung_name FROM firing f JOIN clock c ON c.id = f.clock_id"
        " WHERE c.name = 'finish' AND f.fired_at >= :since ORDER BY 1, 2", since=morning("2026-12-29")
    )  # fmt: skip
    return [(row["occurrence"], row["rung_name"]) for row in rows]


def assert_over(world: World, supervisors: tuple[str, ...] = ()) -> None:
    assert set(finish_dates(world)) == {(NEW, 2, 2)}
    told = "SELECT count(*) FROM told t JOIN person p ON p.id = t.person_id WHERE message = 'redated'"
    assert world.value(f"{told} AND p.name LIKE 'clerk-%'") == 6
    assert (
        world.value("SELECT count(*) FROM event WHERE kind = 'clock.redated' AND payload ->> 'clock' = 'finish'") == 6
    )
    world.container.deliver()
    clerks = ("clerk-east", "clerk-west")
    assert mails_about_dates(world) == [f"{name}@example.invalid" for name in (*clerks, *supervisors)]
    report = world.container.audits.audit()
    assert report.clean, report.sentences()
    assert world.container.ledger.verify().faults == ()


def test_a_large_county_is_counted_bite_by_bite_by_a_job_that_rings_for_itself(world: World) -> None:
    service = imported(world)
    assert world.queue.rung[-1] == RING
    assert set(finish_dates(world)) == {(OLD, 1, 1)}
    counted = []
    while (state := service.latest()) is not None and state.finished_at is None:
        assert world.queue.rung.pop() == RING
        service.go_on(within=A_BITE)
        counted.append((service.latest() or state).counted)
    assert counted == [4, 8, 12, 12]
    assert world.queue.rung.pop() != RING  # it is over
    state = service.latest()
    assert state is not None
    assert (state.total, state.moved, state.people) == (12, 6, 2)
    assert_over(world)


def test_a_person_is_told_of_all_his_dates_at_once_and_of_other_things_meanwhile(world: World) -> None:
    service = imported(world)
    service.go_on(within=A_BITE)
    assert world.value("SELECT count(*) FROM told WHERE message = 'redated' AND gathered_at IS NULL") == 2
    task = world.task("t3", "east")
    world.container.escalations.urge(world.viewer("sup1"), task_ref=task["ref"], text="请抓紧")
    world.container.deliver()
    assert mails_about_dates(world) == []
    assert [one.address for _, one in world.mail.sent] == ["clerk-east@example.invalid"]
    later = world.container.next_moment()
    assert later is not None
    assert later > world.clock.now()  # nobody is rung for what has to wait
    service.go_on(within=AT_LENGTH)
    assert_over(world)


@pytest.mark.slow
def test_jobs_and_sweeps_at_one_moment_count_each_clock_once(world: World) -> None:
    service = imported(world, batch=2)
    acts = [lambda: service.go_on(within=AT_LENGTH)] * 3
    at_once(*acts, world.container.escalations.sweep, service.recount)
    service.recount()
    state = service.latest()
    assert state is not None
    assert (state.counted, state.moved) == (12, 6)
    assert_over(world)


def test_a_recount_that_stands_still_is_rung_for_again_once_in_a_while(world: World) -> None:
    service = imported(world)
    world.queue.rung.clear()
    assert not service.take_up()  # it may have begun just now
    world.clock.set(world.clock.now() + STANDS_STILL + timedelta(seconds=1))
    assert (service.take_up(), service.take_up()) == (True, False)
    assert world.queue.rung == [RING]
    service.go_on(within=AT_LENGTH)
    world.clock.set(world.clock.now() + STANDS_STILL * 2)
    assert not service.take_up()
    assert_over(world)


@pytest.mark.slow
def test_what_comes_due_before_it_is_counted_is_counted_first_and_not_fired_on_the_old_date(world: World) -> None:
    world.move_to("2027-01-05")
    before = fired(world)
    service = imported(world)
    world.clock.set(morning("2027-01-07", "10:00"))  # the day after the old date
    would = world.container.escalations.dry_run()
    assert not [one for one in would if one.clock == "finish" and one.reached.rung.after == 1]
    assert set(finish_dates(world)) == {(OLD, 1, 1)}  # a dry run changes nothing
    world.container.escalations.sweep()
    assert set(finish_dates(world)) == {(NEW, 2, 2)}
    assert [one for one in fired(world) if one[0] == 1] == [one for one in before if one[0] == 1]
    world.container.deliver()
    assert mails_about_dates(world) == []
    service.go_on(within=AT_LENGTH)
    assert_over(world, supervisors=("sup1", "sup2"))  # who are to sign a paper by a date of their own


@pytest.mark.slow
def test_what_had_fallen_due_before_the_import_fires_on_the_old_date_however_late(world: World) -> None:
    world.clock.set(morning("2027-01-05", "10:00"))  # an outage: nothing was swept since the 24th
    service = imported(world)
    world.clock.set(morning("2027-01-07", "10:00"))
    service.go_on(within=AT_LENGTH)
    assert set(finish_dates(world)) == {(NEW, 2, 2)}
    rows = world.rows(
        "SELECT max(f.fell_due_at) AS last, count(*) AS many FROM firing f JOIN clock c ON c.id = f.clock_id"
        " WHERE c.name = 'finish' AND f.occurrence = 1"
    )
    assert rows[0]["many"] > 0
    assert rows[0]["last"] <= morning("2027-01-05", "10:00")
    world.engine_works()
    report = world.container.audits.audit()
    assert report.clean, report.sentences()


def test_a_recount_that_waited_for_weeks_gives_the_dates_that_it_would_have_given(world: World) -> None:
    world.move_to("2027-01-05")
    service = imported(world)
    world.clock.set(morning("2027-01-20", "10:00"))
    service.go_on(within=AT_LENGTH)
    assert set(finish_dates(world)) == {(NEW, 2, 2)}
    world.engine_works()
    report = world.container.audits.audit()
    assert report.clean, report.sentences()


def test_a_clock_that_cannot_be_counted_is_reported_and_keeps_nobody_waiting(world: World) -> None:
    service = imported(world)
    bad = world.value("SELECT min(id) FROM clock WHERE name = 'finish'")
    with world.container.uows() as uow:
        uow.session.execute(text("UPDATE clock SET cutoff = 'noonish' WHERE id = :id"), {"id": bad})
        uow.commit()
    service.go_on(within=AT_LENGTH)
    state = service.latest()
    assert state is not None
    assert state.finished_at is not None
    assert world.value("SELECT count(*) FROM clock WHERE calendar_version_id = 1") == 1
    assert (
        world.value("SELECT count(*) FROM incident WHERE subject = :s AND resolved_at IS NULL", s=f"clock:{bad}") == 1
    )


def test_a_clock_that_the_database_refuses_is_alone_in_the_end_and_tried_again_by_the_housekeeping(
    world: World,
) -> None:
    service = imported(world, batch=8)
    bad = world.value("SELECT min(id) FROM clock WHERE name = 'finish'")
    with world.container.uows() as uow:
        uow.session.execute(text(f"ALTER TABLE clock ADD CHECK (id <> {bad} OR calendar_version_id = 1)"))
        uow.commit()
    service.go_on(within=AT_LENGTH)
    assert world.value("SELECT count(*) FROM clock WHERE calendar_version_id = 1") == 1
    assert (
        world.value("SELECT count(*) FROM incident WHERE subject = :s AND resolved_at IS NULL", s=f"clock:{bad}") == 1
    )
    with world.container.uows() as uow:
        uow.session.execute(text("ALTER TABLE clock DROP CONSTRAINT clock_check"))
        uow.commit()
    assert service.look_for_stragglers()
    service.go_on(within=AT_LENGTH)
    assert not service.look_for_stragglers()
    assert set(finish_dates(world)) == {(NEW, 2, 2)}


def test_while_one_is_counted_no_other_calendar_is_imported_but_by_the_operator_who_ends_the_first(
    world: World,
) -> None:
    service, office = imported(world), world.viewer("office1")
    another = CalendarTable({date(2027, 3, 1): False}, frozenset())
    with pytest.raises(TransitionNotAllowed, match="还在重新计算"):
        service.apply(another, source="import b", expected_version=2, viewer=office)
    assert world.value("SELECT count(*) FROM calendar_version") == 2
    heard: list[int] = []
    report = service.apply(another, source="import b", expected_version=2, progress=heard.append)
    assert (report.clocks, report.moved, report.people, report.left) == (24, 6, 2, 0)
    assert heard == [4, 8, 12, 4, 8, 12]
    assert world.value("SELECT count(*) FROM calendar_version") == 3
    assert world.value("SELECT count(*) FROM recount WHERE finished_at IS NULL") == 0


def test_what_was_cut_off_is_resumed_here_where_it_is_little_and_by_a_job_where_it_is_much(world: World) -> None:
    service = imported(world)
    with pytest.raises(NotFound):
        service.resume(world.viewer("sup1"))
    world.clock.set(world.clock.now() + STANDS_STILL * 2)
    world.queue.rung.clear()
    assert service.resume(world.viewer("office1")).left == 12
    assert world.queue.rung == [RING]
    few = CalendarService(world.container.floor, batch=4)
    assert (few.resume(world.viewer("office1")).clocks, few.resume(world.viewer("office1")).left) == (12, 0)
    assert_over(world)


def test_a_newer_table_that_an_update_brings_is_counted_with_too(world: World) -> None:
    service = counting(world)
    known = world.container.calendars.newest()
    seed = CalendarSeed("chinesecalendar 9", {**known.exceptions, **NOTICE.days}, known.published_years | NOTICE.years)
    world.container.installations.prepare(
        definitions=texts_of(shipped_catalog()), calendar=seed, is_sample=False
    )  # fmt: skip
    state = service.latest()
    assert state is not None
    assert (state.version, state.left) == (2, 12)
    world.clock.set(world.clock.now() + STANDS_STILL * 2)
    assert service.take_up()
    service.go_on(within=AT_LENGTH)
    assert_over(world)


def test_the_doctor_says_how_many_dates_are_left_and_when_nobody_counts_them(world: World) -> None:
    service = imported(world)

    def said() -> list[tuple[str, str]]:
        return [(one.weight, one.sentence) for one in world.container.examine() if "重算" in one.sentence]

    assert said() == [("good", "新的工作日历正在后台重算，还有约12个在办期限。")]
    world.clock.set(world.clock.now() + timedelta(minutes=16))
    ((weight, sentence),) = said()
    assert weight == "bad"
    assert "已停了16分钟" in sentence
    service.go_on(within=AT_LENGTH)
    assert said() == []
