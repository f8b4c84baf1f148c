"""Which rungs have come due, by which way, in which order, and when to look again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time

import pytest

from tracker.definitions.calendar_seed import seed_days
from tracker.domain.calendar import WorkingCalendar
from tracker.domain.clocks import Clock, ClockStatus
from tracker.domain.deadlines import by_date, local_moment
from tracker.domain.escalation import Cause, decide, lateness_moment, next_fire_at
from tracker.domain.ladder import Ladder, Rung, RungAct

CALENDAR = WorkingCalendar(7, *seed_days(2025, 2027))
LADDER = Ladder(
    "standard", 1, "一般事项",
    (
        Rung("before_3", RungAct.REMIND, ("liaison",), after=-3),
        Rung("before_1", RungAct.REMIND, ("liaison",), after=-1),
        Rung("on_day", RungAct.REMIND, ("liaison",), after=0),
        Rung("urge", RungAct.URGE, ("liaison", "head"), after=1, at=time(9, 30)),
        Rung("letter", RungAct.RAISE, ("supervisor",), after=3, quality_failures=2, failed_rechecks=1, raises="letter"),
        Rung("talk", RungAct.RAISE, ("leader",), after=8, quality_failures=3, raises="talk"),
        Rung("only_by_count", RungAct.RAISE, ("leader",), failed_rechecks=2, raises="talk"),
    ),
)  # fmt: skip
BEFORE_3, BEFORE_1, ON_DAY, URGE, LETTER, TALK, BY_COUNT = range(7)


def at(day: str, hour: int = 10, minute: int = 0) -> datetime:
    return local_moment(date.fromisoformat(f"2026-{day}"), time(hour, minute))


def clock(due: str = "03-20", started: str = "03-02", **more) -> Clock:
    moment = by_date(date.fromisoformat(f"2026-{due}"), calendar=CALENDAR)
    plain = Clock("finish", 1, ClockStatus.RUNNING, at(started), moment, moment.due_on)
    return replace(plain, **more)


def fired(*rungs: int) -> frozenset[int]:
    return frozenset(rungs)


def reached(one: Clock, now: datetime) -> list[str]:
    return [found.rung.name for found in decide(one, LADDER, CALENDAR, now=now).reached]


@pytest.mark.parametrize(
    ("now", "done", "expected", "again"),
    [
        (at("03-02"), fired(), [], at("03-17", 9, 10)),
        (at("03-17", 9, 9), fired(), [], at("03-17", 9, 10)),
        (at("03-17", 9, 10), fired(), ["before_3"], at("03-19", 9, 10)),
        (at("03-19", 9, 10), fired(BEFORE_3), ["before_1"], at("03-20", 9, 10)),
        (at("03-20", 9, 10), fired(BEFORE_3, BEFORE_1), ["on_day"], at("03-23", 9, 30)),
        (at("03-22"), fired(BEFORE_3, BEFORE_1, ON_DAY), [], at("03-23", 9, 30)),  # a weekend fires nothing
        (at("03-23", 9, 30), fired(0, 1, 2), ["urge"], at("03-25", 9, 10)),
        (at("03-25", 9, 10), fired(0, 1, 2, 3), ["letter"], at("04-01", 9, 10)),
        (at("04-01", 9, 10), fired(0, 1, 2, 3, 4), ["talk"], None),
        (at("06-01"), fired(0, 1, 2, 3, 4, 5), [], None),
    ],
)
def test_each_rung_at_its_hour_and_never_twice(now, done, expected, again):
    decision = decide(clock(fired=done), LADDER, CALENDAR, now=now)
    assert [found.rung.name for found in decision.reached] == expected
    assert decision.next_fire_at == again


@pytest.mark.parametrize("status", [ClockStatus.HELD, ClockStatus.PAUSED, ClockStatus.DONE])
def test_what_does_not_run_fires_nothing_however_late(status):
    late = clock(status=status, quality_failures=3, ordered=fired(LETTER))
    assert decide(late, LADDER, CALENDAR, now=at("05-01")).reached == ()
    assert next_fire_at(late, LADDER, CALENDAR, now=at("05-01")) is None


def test_after_an_outage_everything_is_caught_up_with_in_the_order_in_which_it_fell_due():
    decision = decide(clock(), LADDER, CALENDAR, now=at("03-26"))
    assert [(found.rung.name, found.fell_due_at) for found in decision.reached] == [
        ("before_3", at("03-17", 9, 10)),
        ("before_1", at("03-19", 9, 10)),
        ("on_day", at("03-20", 9, 10)),
        ("urge", at("03-23", 9, 30)),
        ("letter", at("03-25", 9, 10)),
    ]
    assert decision.next_fire_at == at("04-01", 9, 10)


@pytest.mark.parametrize(
    ("started", "now", "expected"),
    [
        ("03-18", at("03-18"), []),  # given two days before its end: "three days before" never was
        ("03-20", at("03-20"), []),  # given on the last day, after nine: nothing of that day either
        ("03-20", at("03-23"), ["urge"]),  # but lateness counts
    ],
)
def test_reminders_that_an_occurrence_never_lived_through_do_not_exist(started, now, expected):
    assert reached(clock(started=started), now) == expected


def test_what_waited_for_others_over_its_due_day_is_not_told_that_it_will_soon_be_due():
    back = clock(ladder_from_on=date(2026, 3, 25))
    assert reached(back, at("03-25")) == []
    assert reached(back, at("03-26")) == ["urge"]


def test_what_came_back_before_its_due_day_is_reminded_of_what_it_missed():
    assert reached(clock(), at("03-18")) == ["before_3"]


def test_lateness_counts_from_where_the_units_own_days_begin():
    rung = LADDER.rungs[LETTER]
    assert lateness_moment(clock(ladder_from_on=date(2026, 4, 2)), rung, CALENDAR) == at("04-08", 9, 10)
    assert lateness_moment(clock(), rung, CALENDAR) == at("03-25", 9, 10)


@pytest.mark.parametrize(
    ("due", "rung", "expected"),
    [
        ("04-05", BEFORE_3, at("03-31", 9, 10)),  # a Sunday in Qingming: all counts back from Friday 4.3
        ("04-05", BEFORE_1, at("04-02", 9, 10)),
        ("04-05", ON_DAY, at("04-03", 9, 10)),
        ("04-05", URGE, at("04-07", 9, 30)),
        ("04-30", URGE, at("05-06", 9, 30)),  # Labour Day
        ("05-08", URGE, at("05-09", 9, 30)),  # the worked Saturday
        ("06-18", LETTER, at("06-24", 9, 10)),  # Dragon Boat
    ],
)
def test_rungs_around_the_holidays_of_2026(due, rung, expected):
    assert lateness_moment(clock(due), LADDER.rungs[rung], CALENDAR) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"quality_failures": 1}, []),
        ({"quality_failures": 2}, [("letter", Cause.QUALITY)]),
        ({"quality_failures": 3}, [("letter", Cause.QUALITY), ("talk", Cause.QUALITY)]),
        ({"failed_rechecks": 1}, [("letter", Cause.RECHECK)]),
        ({"failed_rechecks": 2}, [("letter", Cause.RECHECK), ("only_by_count", Cause.RECHECK)]),
        ({"ordered": fired(TALK)}, [("talk", Cause.ORDER)]),
        ({"ordered": fired(TALK), "quality_failures": 2}, [("letter", Cause.QUALITY), ("talk", Cause.ORDER)]),
        ({"ordered": fired(TALK), "fired": fired(TALK)}, []),
    ],
)
def test_counts_and_orders_reach_a_rung_at_once_long_before_the_due_day(facts, expected):
    now = at("03-10")
    decision = decide(clock(**facts), LADDER, CALENDAR, now=now)
    assert [(found.rung.name, found.cause) for found in decision.reached] == expected
    assert all(found.fell_due_at == now for found in decision.reached)


def test_the_way_that_came_first_is_the_one_that_is_named_and_it_fires_once():
    late_and_bad = clock(quality_failures=2, fired=fired(0, 1, 2, 3))
    (found,) = decide(late_and_bad, LADDER, CALENDAR, now=at("03-26")).reached
    assert (found.rung.name, found.cause, found.fell_due_at) == ("letter", Cause.LATE, at("03-25", 9, 10))


def test_a_rung_by_count_only_is_never_reached_by_lateness():
    assert "only_by_count" not in reached(clock(), at("12-31"))
    with pytest.raises(ValueError, match="not reached by lateness"):
        lateness_moment(clock(), LADDER.rungs[BY_COUNT], CALENDAR)


def test_a_due_rung_makes_the_next_look_now():
    assert next_fire_at(clock(), LADDER, CALENDAR, now=at("03-26")) == at("03-26")
    assert next_fire_at(clock(), LADDER, CALENDAR, now=at("03-02")) == at("03-17", 9, 10)


UNOPENED = Ladder(
    "unopened", 1, "送达拆阅",
    (
        Rung("other", RungAct.PASS_ON, ("liaison",), unopened=4, papers_from=3),
        Rung("head", RungAct.PASS_ON, ("head",), unopened=9, papers_from=4),
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("severity", "now", "expected", "again"),
    [
        (2, at("04-09"), [], None),  # milder than any rung asks for
        (3, at("04-07", 13, 59), [], at("04-07", 14)),
        (3, at("04-07", 14), ["other"], None),
        (4, at("04-07", 14), ["other"], at("04-08", 10)),
        (4, at("04-09"), ["other", "head"], None),
    ],
)
def test_a_paper_that_lies_unopened_is_passed_on_by_the_hour(severity, now, expected, again):
    one = clock(started="04-07", severity_floor=severity)
    decision = decide(one, UNOPENED, CALENDAR, now=now)
    assert [found.rung.name for found in decision.reached] == expected
    assert all(found.cause is Cause.UNOPENED for found in decision.reached)
    assert decision.next_fire_at == again
    assert decide(replace(one, status=ClockStatus.DONE), UNOPENED, CALENDAR, now=now).reached == ()
