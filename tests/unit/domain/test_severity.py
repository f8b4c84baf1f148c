"""Where a matter starts, what a graver paper has served already, and what a good cause stops."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time

import pytest

from tracker.definitions.calendar_seed import seed_days
from tracker.domain.calendar import WorkingCalendar
from tracker.domain.clocks import Clock, ClockStatus
from tracker.domain.deadlines import by_date, local_moment
from tracker.domain.escalation import Cause, decide, severity_of
from tracker.domain.ladder import Ladder, Rung, RungAct

CALENDAR = WorkingCalendar(7, *seed_days(2025, 2027))
TO = ("supervisor",)
LADDER = Ladder(
    "steps", 1, "逐级",
    (
        Rung("urge", RungAct.URGE, ("liaison",), after=1, severity=2),
        Rung("blue", RungAct.RAISE, TO, after=2, raises="order", severity=3),
        Rung("orange", RungAct.RAISE, TO, after=4, raises="order", severity=4, unless_excused=True),
        Rung("talk", RungAct.RAISE, TO, after=5, raises="talk", severity=4),
        Rung("by_order_only", RungAct.RAISE, TO, raises="talk", severity=5),
    ),
)  # fmt: skip
URGE, BLUE, ORANGE, TALK, BY_ORDER = range(5)


def at(day: str, hour: int = 10) -> datetime:
    return local_moment(date.fromisoformat(f"2026-{day}"), time(hour))


def clock(**more) -> Clock:
    due = by_date(date(2026, 3, 20), calendar=CALENDAR)
    return replace(Clock("finish", 1, ClockStatus.RUNNING, at("03-02"), due, due.due_on), **more)


def fired(one: Clock, day: str) -> list[tuple[str, str | None]]:
    """Return (rung, what had served it) of all that fires on a day."""
    return [(r.rung.name, r.served_by) for r in decide(one, LADDER, CALENDAR, now=at(day)).reached]


def test_after_an_outage_every_step_is_taken_in_order_and_none_is_skipped():
    assert fired(clock(), "03-30") == [("urge", None), ("blue", None), ("orange", None), ("talk", None)]


def test_what_a_leader_ordered_before_serves_the_milder_papers_and_says_so():
    ordered = clock(ordered=frozenset({BY_ORDER}), fired=frozenset({URGE, BY_ORDER}))
    assert fired(ordered, "03-30") == [
        ("blue", "by_order_only"),
        ("orange", "by_order_only"),
        ("talk", "by_order_only"),
    ]


def test_a_reminder_or_an_urge_is_never_skipped():
    assert ("urge", None) in fired(clock(fired=frozenset({BY_ORDER})), "03-23")


@pytest.mark.parametrize(
    ("floor", "then"),
    [
        (0, [("blue", None), ("orange", None), ("talk", None)]),
        # It starts at orange: the first order is orange already, so no second one follows; the talk is another paper.
        (4, [("blue", None), ("orange", "blue"), ("talk", None)]),
        (5, [("blue", None), ("orange", "blue"), ("talk", None)]),
    ],
)
def test_a_matter_that_starts_higher_is_not_served_the_same_order_twice(floor, then):
    one = clock(severity_floor=floor, fired=frozenset({URGE}))
    assert fired(one, "03-30") == then
    assert severity_of(LADDER.rungs[BLUE], one) == max(3, floor)


@pytest.mark.parametrize(("stands", "next_is"), [(0, 1), (3, 4), (4, 5), (5, 5)])
def test_the_next_severity_is_one_above_the_paper_and_never_above_five(stands, next_is):
    rung = Rung("next", RungAct.RAISE, TO, after=1, raises="order", next_severity=True)
    assert severity_of(rung, clock(severity_floor=stands)) == next_is


def test_a_good_cause_stops_what_asks_for_its_absence_and_nothing_else():
    names = [name for name, _ in fired(clock(excused=True), "03-30")]
    assert names == ["urge", "blue", "talk"]


def test_a_leaders_order_is_not_stopped_by_a_good_cause():
    found = decide(clock(excused=True, ordered=frozenset({ORANGE})), LADDER, CALENDAR, now=at("03-10")).reached
    assert [(one.rung.name, one.cause) for one in found] == [("orange", Cause.ORDER)]


def test_a_rung_without_a_condition_waits_for_an_order():
    assert (
        decide(clock(fired=frozenset({URGE, BLUE, ORANGE, TALK})), LADDER, CALENDAR, now=at("12-31")).next_fire_at
        is None
    )
