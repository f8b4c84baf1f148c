"""Dates that go down, clocks that are given new dates, and numbers that are added up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.clocks import Clock, ClockStatus, redate
from tracker.domain.deadlines import by_date, follow_upper
from tracker.domain.definition import FieldDefinition, FieldType, FormDefinition
from tracker.domain.rollup import LowerReturn, corrections, roll_up

CALENDAR = WorkingCalendar(version=1, exceptions={}, published_years=frozenset({2026}))
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
DAYS = st.dates(date(2026, 3, 2), date(2026, 6, 30))
FORM = FormDefinition("f", "报送", (
    FieldDefinition("checked", "已排查数", FieldType.COUNT), FieldDefinition("remark", "备注", FieldType.TEXT),
))  # fmt: skip


@given(own=DAYS, old=DAYS, new=DAYS)
def test_what_was_handed_down_is_never_due_after_the_duty_above(own: date, old: date, new: date) -> None:
    if own <= old:
        assert follow_upper(own, old, new, CALENDAR) <= new


@given(own=DAYS, old=DAYS, new=DAYS)
def test_a_later_date_above_brings_nothing_below_forward(own: date, old: date, new: date) -> None:
    if own <= old < new:
        assert follow_upper(own, old, new, CALENDAR) >= own


def test_the_distance_is_kept_in_working_days() -> None:
    assert follow_upper(date(2026, 3, 20), date(2026, 3, 27), date(2026, 4, 3), CALENDAR) == date(2026, 3, 27)


@pytest.mark.parametrize("status", [ClockStatus.RUNNING, ClockStatus.HELD, ClockStatus.PAUSED])
def test_a_new_date_is_the_next_occurrence_and_wakes_no_resting_clock(status: ClockStatus) -> None:
    due = by_date(date(2026, 3, 20), calendar=CALENDAR)
    clock = Clock("finish", 1, ClockStatus.RUNNING, NOW, due, due.due_on, fired=frozenset({0}))
    if status is not ClockStatus.RUNNING:
        clock = replace(clock, status=status, held_since=NOW, pause_reason="why")
    moved = redate(clock, by_date(date(2026, 4, 3), calendar=CALENDAR), now=NOW)
    assert (moved.occurrence, moved.status, moved.fired) == (2, status, frozenset())
    assert (moved.held_since, moved.pause_reason) == (clock.held_since, clock.pause_reason)


def test_a_clock_that_is_over_stays_over() -> None:
    due = by_date(date(2026, 3, 20), calendar=CALENDAR)
    clock = Clock("finish", 1, ClockStatus.DONE, NOW, due, due.due_on)
    assert redate(clock, by_date(date(2026, 4, 3), calendar=CALENDAR), now=NOW) == clock


def number(value: int, **more: object) -> dict[str, object]:
    return {"checked": {"value": value, "approx": False, "as_of": None, **more}}


def test_only_what_stands_is_added_up_and_the_rest_is_named() -> None:
    sums = roll_up(FORM, [
        LowerReturn("东村", True, number(60, as_of="2026-03-10")), LowerReturn("西村", True, number(40, approx=True)),
        LowerReturn("南村", False, number(9)), LowerReturn("北村", False, None),
    ])  # fmt: skip
    assert sums.sums == {"checked": {"value": 100, "approx": True, "as_of": "2026-03-10"}}
    assert sums.missing == ("南村", "北村")


def test_a_number_that_differs_from_the_sum_is_said_with_both() -> None:
    sums = roll_up(FORM, [LowerReturn("东村", True, number(60))]).sums
    assert corrections(FORM, sums, number(60)) == ()
    assert corrections(FORM, sums, number(58)) == ("“已排查数”下级合计60，本次填报58",)
