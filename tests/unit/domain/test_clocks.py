"""The life of one clock: what survives return and redo, what begins anew, and whose days count as lateness."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from tracker.definitions.calendar_seed import seed_days
from tracker.domain.calendar import WorkingCalendar
from tracker.domain.clocks import (
    Clock,
    ClockStatus,
    count,
    enter_state,
    next_occurrence,
    order,
    pause,
    resume,
    start,
)
from tracker.domain.deadlines import by_date, local_moment
from tracker.domain.definition import ClockDefinition, CountsAs, DayUnit, Within

CALENDAR = WorkingCalendar(7, *seed_days(2025, 2027))
FINISH = ClockDefinition("finish", "办结", frozenset({"assigned", "working"}), "standard")
REVIEW = ClockDefinition(
    "review", "审核", frozenset({"verifying"}), "wake", within=Within(5, DayUnit.WORKING_DAY), restarts=True
)
DUE = by_date(date(2026, 3, 20), calendar=CALENDAR)  # a Friday


def at(day: str, hour: int = 10) -> datetime:
    return local_moment(date.fromisoformat(f"2026-{day}"), time(hour))


def begun() -> Clock:
    return start(FINISH, now=at("03-02"), calendar=CALENDAR, given=DUE)


def move(clock: Clock, state: str, day: str, definition: ClockDefinition = FINISH, final: bool = False) -> Clock:
    return enter_state(clock, definition, state=state, final=final, now=at(day), calendar=CALENDAR)


def test_a_clock_begins_running_in_its_first_occurrence_with_the_date_of_its_source():
    clock = begun()
    assert (clock.status, clock.occurrence, clock.due, clock.ladder_from_on) == (
        ClockStatus.RUNNING, 1, DUE, date(2026, 3, 20),
    )  # fmt: skip


def test_a_clock_of_the_source_without_a_date_is_refused():
    with pytest.raises(ValueError, match="none was given"):
        start(FINISH, now=at("03-02"), calendar=CALENDAR, given=None)


def test_a_clock_with_a_period_counts_from_its_start_whatever_the_source_says():
    assert start(REVIEW, now=at("04-03"), calendar=CALENDAR, given=DUE).due.due_on == date(2026, 4, 13)


@pytest.mark.parametrize(
    ("held", "back", "counts_from"),
    [
        ("03-12", "03-18", "03-20"),  # back before the due day: nothing has moved
        ("03-20", "03-20", "03-20"),  # within the due day
        ("03-19", "03-25", "03-25"),  # held over the due day: the day of return is the first that is not the unit's
        ("03-20", "03-23", "03-23"),  # reported on the last day
        ("03-24", "03-27", "03-25"),  # two working days late (23, 24), and still two after its return
        ("03-24", "03-24", "03-20"),  # back on the same day
        ("03-24", "03-28", "03-25"),  # back on a Saturday: (25, 28] holds 26 and 27, the two days
        ("03-21", "03-24", "03-24"),  # reported on the Saturday after: no working day of its own
        ("03-24", "04-05", "04-01"),  # back inside Qingming: (4.1, 4.5] holds 2 and 3 April
        ("04-03", "04-07", "03-23"),  # ten days late (3.23–4.3); Qingming in between costs and gives nothing
    ],
)
def test_days_of_waiting_for_others_are_not_lateness(held, back, counts_from):
    clock = move(move(begun(), "verifying", held), "working", back)
    assert clock.status is ClockStatus.RUNNING
    assert clock.due == DUE
    assert clock.occurrence == 1
    assert clock.ladder_from_on == date.fromisoformat(f"2026-{counts_from}")


@pytest.mark.parametrize("back", ["03-25", "03-26", "03-27", "03-28", "03-29", "04-01", "04-04", "04-06", "04-08"])
def test_however_long_it_was_held_the_units_own_days_stay_the_same(back):
    clock = move(move(begun(), "verifying", "03-24"), "working", back)
    assert CALENDAR.working_days_between(clock.ladder_from_on, date.fromisoformat(f"2026-{back}")) == 2


def test_two_returns_add_up_only_the_units_days():
    clock = move(move(begun(), "verifying", "03-24"), "working", "03-27")  # two days of its own
    clock = move(move(clock, "verifying", "03-31"), "working", "04-08")  # 30 and 31: two more
    assert CALENDAR.working_days_between(clock.ladder_from_on, date(2026, 4, 8)) == 4


def test_moving_between_two_states_of_the_clock_changes_nothing():
    clock = begun()
    assert move(clock, "working", "03-23") == clock


def test_holding_twice_keeps_the_first_moment():
    once = move(begun(), "verifying", "03-12")
    assert once.held_since == at("03-12")
    assert move(once, "rechecking", "03-16") == once


def test_a_final_state_ends_a_clock_for_good():
    done = move(pause(begun(), reason="extension_pending", now=at("03-10")), "completed", "03-12", final=True)
    assert (done.status, done.held_since, done.pause_reason) == (ClockStatus.DONE, None, None)
    assert move(done, "verifying", "03-13").status is ClockStatus.DONE


def test_a_clock_that_restarts_is_given_its_next_occurrence_on_each_return():
    clock = start(REVIEW, now=at("03-12"), calendar=CALENDAR, given=None)
    again = move(move(clock, "working", "03-13", REVIEW), "verifying", "03-16", REVIEW)
    assert (again.occurrence, again.status, again.due.due_on) == (2, ClockStatus.RUNNING, date(2026, 3, 23))
    assert again.started_at == at("03-16")


def test_a_pause_keeps_the_due_moment_and_takes_no_day_from_the_unit():
    paused = pause(begun(), reason="extension_pending", now=at("03-19"))
    assert (paused.status, paused.pause_reason, paused.held_since) == (
        ClockStatus.PAUSED, "extension_pending", at("03-19"),
    )  # fmt: skip
    resumed = resume(paused, now=at("03-24"), calendar=CALENDAR)
    assert (resumed.status, resumed.due, resumed.ladder_from_on) == (ClockStatus.RUNNING, DUE, date(2026, 3, 24))
    assert resumed.pause_reason is None


def test_only_what_runs_can_be_paused_and_only_what_is_paused_resumed():
    held = move(begun(), "verifying", "03-12")
    assert pause(held, reason="extension_pending", now=at("03-13")) == held
    assert resume(held, now=at("03-13"), calendar=CALENDAR) == held
    assert resume(begun(), now=at("03-13"), calendar=CALENDAR) == begun()


def test_a_pause_that_ends_in_a_report_keeps_the_moment_at_which_the_clock_stopped():
    reported = move(pause(begun(), reason="extension_pending", now=at("03-19")), "verifying", "03-24")
    assert (reported.status, reported.held_since) == (ClockStatus.HELD, at("03-19"))


def test_the_next_occurrence_begins_anew_with_its_own_date():
    clock = order(count(count(begun(), CountsAs.QUALITY_FAILURE), CountsAs.FAILED_RECHECK), 4)
    later = by_date(date(2026, 4, 30), calendar=CALENDAR)
    given = next_occurrence(clock, later, now=at("03-19"))
    assert (given.occurrence, given.due, given.ladder_from_on, given.started_at) == (
        2, later, date(2026, 4, 30), at("03-19"),
    )  # fmt: skip
    assert (given.quality_failures, given.failed_rechecks, given.ordered, given.fired) == (
        0, 0, frozenset(), frozenset(),
    )  # fmt: skip


def test_counts_and_orders_add_up():
    clock = count(count(begun(), CountsAs.QUALITY_FAILURE), CountsAs.QUALITY_FAILURE)
    assert (clock.quality_failures, clock.failed_rechecks) == (2, 0)
    assert count(clock, CountsAs.FAILED_RECHECK).failed_rechecks == 1
    assert order(order(clock, 5), 4).ordered == frozenset({4, 5})
