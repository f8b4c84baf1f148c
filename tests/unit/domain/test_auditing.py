"""The auditor: from the events of a task alone, every rung that had to fire, and nothing that had not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from tracker.definitions.calendar_seed import seed_days
from tracker.domain.auditing import (
    Expected,
    TaskEvent,
    clock_from_payload,
    expected_firings,
    fired_by_events,
    papers_issued,
    spans,
)
from tracker.domain.calendar import WorkingCalendar
from tracker.domain.clocks import Clock, ClockStatus
from tracker.domain.deadlines import by_date, local_moment
from tracker.domain.ladder import Behind, Ladder, Measured, Rung, RungAct
from tracker.domain.progress import Milestone, Pace, Schedule
from tracker.persistence.repositories.clocks import clock_payload

CALENDAR = WorkingCalendar(7, *seed_days(2025, 2027))
LADDER = Ladder(
    "standard", 1, "一般事项",
    (
        Rung("on_day", RungAct.REMIND, ("liaison",), after=0),
        Rung("urge", RungAct.URGE, ("liaison",), after=1),
        Rung("letter", RungAct.RAISE, ("supervisor",), after=3, quality_failures=2, raises="letter"),
    ),
)  # fmt: skip
TASK, LADDER_ID = 17, 5
MINUTE = timedelta(minutes=1)


def at(day: str, hour: int = 10, minute: int = 0) -> datetime:
    return local_moment(date.fromisoformat(f"2026-{day}"), time(hour, minute))


def clock(due: str = "03-20", **more) -> Clock:
    moment = by_date(date.fromisoformat(f"2026-{due}"), calendar=CALENDAR)
    return replace(Clock("finish", 1, ClockStatus.RUNNING, at("03-02"), moment, moment.due_on), **more)


def event(moment: datetime, one: Clock | None, kind: str = "task.moved", **payload: object) -> TaskEvent:
    clocks = {} if one is None else {one.name: clock_payload(one, LADDER_ID)}
    return TaskEvent(moment, kind, {"clocks": clocks, **payload})


def expected(events: list[TaskEvent], now: datetime) -> dict[tuple[int, int], datetime]:
    found = expected_firings(
        TASK, events, ladder={LADDER_ID: LADDER}.__getitem__, calendar={7: CALENDAR}.__getitem__, now=now
    )
    return {(occurrence, rung): one.since for (_, _, occurrence, rung), one in found.items()}


def test_a_clock_read_back_from_an_event_is_the_clock_that_was_written():
    held = clock(
        status=ClockStatus.PAUSED, held_since=at("03-19"), pause_reason="extension_pending", quality_failures=1,
        failed_rechecks=2, ordered=frozenset({2}), ladder_from_on=date(2026, 3, 24),
    )  # fmt: skip
    assert clock_from_payload("finish", clock_payload(held, LADDER_ID)) == (held, LADDER_ID)


def test_a_clock_is_known_between_two_events_that_carry_it():
    first, second = clock(), clock(status=ClockStatus.HELD, held_since=at("03-12"))
    found = spans([event(at("03-02"), first), event(at("03-05"), None), event(at("03-12"), second)])
    assert [(one.clock.status, one.since, one.until) for one in found] == [
        (ClockStatus.RUNNING, at("03-02"), at("03-12")),
        (ClockStatus.HELD, at("03-12"), None),
    ]


def test_a_calendar_ends_the_old_date_when_it_came_into_force_however_late_the_clock_was_counted_with_it():
    moved = clock(due="03-27", occurrence=2, started_at=at("03-25"))
    in_force = at("03-20", 12).isoformat()
    events = [event(at("03-02"), clock()), event(at("03-25"), moved, "clock.redated", in_force_since=in_force)]
    assert [(one.since, one.until) for one in spans(events)] == [(at("03-02"), at("03-20", 12)), (at("03-25"), None)]
    assert expected(events, at("03-26")) == {(1, 0): at("03-20", 9, 10)}  # and no urging on the 23rd
    late = [*events[:1], event(at("03-19"), moved, in_force_since=in_force)]
    assert spans(late)[0].until == at("03-19")


def test_every_rung_up_to_now_is_expected_at_its_moment():
    events = [event(at("03-02"), clock())]
    assert expected(events, at("03-24")) == {(1, 0): at("03-20", 9, 10), (1, 1): at("03-23", 9, 10)}


@pytest.mark.parametrize("status", [ClockStatus.HELD, ClockStatus.PAUSED, ClockStatus.DONE])
def test_nothing_is_expected_of_a_clock_that_does_not_run(status):
    events = [event(at("03-02"), clock()), event(at("03-12"), clock(status=status, held_since=at("03-12")))]
    assert expected(events, at("05-01")) == {}


def test_a_count_makes_a_rung_due_when_the_event_says_so():
    events = [event(at("03-02"), clock()), event(at("03-12"), clock(quality_failures=2))]
    assert expected(events, at("03-13")) == {(1, 2): at("03-12")}


def test_an_order_makes_a_rung_due_when_the_event_says_so():
    events = [event(at("03-02"), clock()), event(at("03-05"), clock(ordered=frozenset({2})))]
    assert expected(events, at("03-06")) == {(1, 2): at("03-05")}


def test_each_occurrence_owes_its_own_rungs_and_not_those_of_the_one_before():
    extended = clock("03-30", occurrence=2, started_at=at("03-19"))
    events = [event(at("03-02"), clock()), event(at("03-19"), extended)]
    assert expected(events, at("04-01")) == {(2, 0): at("03-30", 9, 10), (2, 1): at("03-31", 9, 10)}


def test_what_was_away_for_review_owes_each_rung_once_and_later_ones_by_its_own_days():
    held = clock(status=ClockStatus.HELD, held_since=at("03-23", 11))
    back = clock(ladder_from_on=date(2026, 3, 25))
    events = [event(at("03-02"), clock()), event(at("03-23", 11), held), event(at("03-26"), back)]
    owed = expected(events, at("03-31"))
    assert sorted(owed) == [(1, 0), (1, 1), (1, 2)]
    assert owed[1, 2] == at("03-30", 9, 10)


def test_a_rung_whose_time_was_cut_short_by_a_move_may_be_missing():
    events = [event(at("03-02"), clock()), event(at("03-20", 9, 11), clock(status=ClockStatus.HELD))]
    found = expected_firings(
        TASK, events, ladder={LADDER_ID: LADDER}.__getitem__, calendar={7: CALENDAR}.__getitem__, now=at("04-01")
    )
    (one,) = found.values()
    assert not one.must_have_fired(now=at("04-01"), tolerance=2 * MINUTE)
    assert one.must_have_fired(now=at("04-01"), tolerance=MINUTE / 2)


@pytest.mark.parametrize(
    ("until", "now", "must"),
    [
        (None, at("03-20", 9, 12), False),
        (None, at("03-20", 9, 13), True),
        (at("03-20", 9, 11), at("05-01"), False),
        (at("03-20", 10), at("05-01"), True),
    ],
)
def test_a_sweep_that_is_under_way_is_no_omission(until, now, must):
    one = Expected((TASK, "finish", 1, 0), at("03-20", 9, 10), until)
    assert one.must_have_fired(now=now, tolerance=2 * MINUTE) is must


def test_firings_are_read_from_the_record():
    moment = datetime(2026, 3, 23, 1, 10, tzinfo=UTC)
    payload = {"clock": "finish", "occurrence": 1, "rung": 1, "fell_due_at": moment.isoformat()}
    events = [event(at("03-02"), clock()), TaskEvent(moment + MINUTE, "rung.fired", payload)]
    assert fired_by_events(TASK, events) == [((TASK, "finish", 1, 1), moment, moment + MINUTE)]


# -- checks of scheduled progress, and papers counted


PACED = Ladder("pace", 1, "序时进度", (Rung("red", RungAct.RAISE, ("supervisor",), behind=Behind(Measured.POINTS, above=30), raises="letter"),))  # fmt: skip


def paced(day: str, occurrence: int, reported=()) -> dict:
    schedule = Schedule(date(2026, 3, 1), date(2026, 6, 30), milestones=(Milestone(date(2026, 3, 31), 5000),))
    due = by_date(date.fromisoformat(day), calendar=CALENDAR)
    clock = Clock("pace", occurrence, ClockStatus.RUNNING, at("03-02"), due, due.due_on, pace=Pace(schedule, reported))
    return {"clocks": {"pace": clock_payload(clock, 9)}}


def expected_at_checks(*events: TaskEvent, now: datetime) -> dict:
    return expected_firings(1, events, ladder=lambda _: PACED, calendar=lambda _: CALENDAR, now=now)


def test_a_check_that_moved_on_without_firing_what_it_had_to_is_missing():
    opened = TaskEvent(at("03-02"), "task.opened", paced("2026-03-31", 1))
    checked = TaskEvent(at("04-01", 9, 10), "progress.checked", paced("2026-04-30", 2))
    expected = expected_at_checks(opened, checked, now=at("04-02"))
    assert list(expected) == [(1, "pace", 1, 0)]
    assert expected[1, "pace", 1, 0].must_have_fired(now=at("04-02"), tolerance=timedelta(minutes=2))


def test_what_was_reported_by_the_day_of_the_check_is_held_against_nobody():
    opened = TaskEvent(at("03-02"), "task.opened", paced("2026-03-31", 1))
    reported = TaskEvent(at("03-31", 17), "task.moved", paced("2026-03-31", 1, ((at("03-31", 17), 4000),)))
    checked = TaskEvent(at("04-01", 9, 10), "progress.checked", paced("2026-04-30", 2))
    assert expected_at_checks(opened, reported, checked, now=at("04-02")) == {}


def test_the_papers_of_a_unit_are_read_from_the_record_with_those_that_ended():
    def issued(place: int, day: str) -> TaskEvent:
        said = {
            "office": 1,
            "unit": 2,
            "campaign": 3,
            "kind": "notice",
            "place": place,
            "tasks": [5],
            "task": 100 + place,
        }
        return TaskEvent(at(day), "notice.issued", {**said, "number": f"督〔2026〕{place}号"})

    ended = TaskEvent(at("03-09"), "notice.ended", {"office": 1, "unit": 2, "place": 1})
    old = TaskEvent(at("02-01"), "notice.issued", {"number": "督〔2026〕0号"})  # before papers had places
    facts = papers_issued([issued(2, "03-05"), ended, old, issued(1, "03-02")])
    assert sorted(facts) == [101, 102]
    assert facts[102].place == 2
    assert [(paper.place, paper.ended_at) for paper in facts[102].papers] == [(1, at("03-09")), (2, None)]
