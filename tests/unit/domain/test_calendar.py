"""Working days of China, by the golden cases of DOMAIN.md §4.2 and by arithmetic laws."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.definitions.calendar_seed import seed_days
from tracker.domain.calendar import WorkingCalendar

SEEDED = WorkingCalendar(1, *seed_days(2004, 2028))

days = st.dates(date(2004, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("start", "count", "expected"),
    [
        (date(2026, 2, 13), 1, date(2026, 2, 14)),  # a worked Saturday before Spring Festival
        (date(2026, 2, 13), 5, date(2026, 2, 27)),
        (date(2026, 4, 30), 1, date(2026, 5, 6)),
        (date(2026, 9, 30), 5, date(2026, 10, 13)),
        (date(2026, 9, 18), 1, date(2026, 9, 20)),  # a worked Sunday before National Day
        (date(2026, 2, 27), -5, date(2026, 2, 13)),
        (date(2026, 10, 8), -1, date(2026, 9, 30)),
        (date(2026, 10, 3), 1, date(2026, 10, 8)),  # from a rest day
        (date(2026, 10, 3), -1, date(2026, 9, 30)),
        (date(2026, 10, 3), 0, date(2026, 10, 3)),
    ],
)
def test_working_days_follow_the_published_notice(start, count, expected):
    assert SEEDED.add_working_days(start, count) == expected


def test_2026_has_248_working_days():
    assert SEEDED.working_days_between(date(2025, 12, 31), date(2026, 12, 31)) == 248
    assert sum(SEEDED.is_workday(date(2026, 1, 1) + timedelta(days=n)) for n in range(365)) == 248


@pytest.mark.parametrize(
    ("month_end", "expected"),
    [
        (date(2026, 1, 31), date(2026, 1, 30)),
        (date(2026, 2, 28), date(2026, 2, 28)),  # a worked Saturday
        (date(2026, 5, 31), date(2026, 5, 29)),
        (date(2026, 10, 31), date(2026, 10, 30)),
    ],
)
def test_the_last_working_day_of_a_month_looks_back_over_the_weekend(month_end, expected):
    assert SEEDED.last_workday_on_or_before(month_end) == expected


def test_rolling_forward_leaves_a_working_day_where_it_is():
    assert SEEDED.roll_forward(date(2026, 2, 14)) == date(2026, 2, 14)
    assert SEEDED.roll_forward(date(2026, 2, 15)) == date(2026, 2, 24)


def test_an_unpublished_year_is_provisional_and_rests_on_the_fixed_statutory_days():
    assert SEEDED.is_provisional(date(2027, 3, 1))
    assert not SEEDED.is_provisional(date(2026, 3, 1))
    assert not SEEDED.is_workday(date(2027, 10, 1))
    assert SEEDED.is_workday(date(2027, 10, 4))


def test_the_seed_lists_only_days_that_differ_from_the_week():
    exceptions, published = seed_days(2026, 2027)
    assert published == {2026}
    assert all(works != (day.weekday() < 5) for day, works in exceptions.items())
    assert {day for day, works in exceptions.items() if works} == {
        date(2026, 1, 4), date(2026, 2, 14), date(2026, 2, 28),
        date(2026, 5, 9), date(2026, 9, 20), date(2026, 10, 10),
    }  # fmt: skip


def test_exceptions_that_change_nothing_do_no_harm():
    plain = WorkingCalendar(1, {}, frozenset())
    idle = WorkingCalendar(1, {date(2026, 3, 2): True, date(2026, 3, 7): False}, frozenset())
    assert idle.add_working_days(date(2026, 2, 27), 30) == plain.add_working_days(date(2026, 2, 27), 30)


@given(days, st.integers(1, 600))
def test_adding_forward_is_undone_by_counting(day, count):
    landed = SEEDED.add_working_days(day, count)
    assert SEEDED.is_workday(landed)
    assert SEEDED.working_days_between(day, landed) == count


@given(days, st.integers(1, 600))
def test_adding_back_is_undone_by_adding_forward(day, count):
    workday = SEEDED.roll_forward(day)
    landed = SEEDED.add_working_days(workday, -count)
    assert SEEDED.is_workday(landed)
    assert SEEDED.add_working_days(landed, count) == workday


@given(days, st.integers(-40, 40))
def test_adding_equals_walking_day_by_day(day, count):
    step = timedelta(days=1 if count > 0 else -1)
    walked = day
    for _ in range(abs(count)):
        walked += step
        while not SEEDED.is_workday(walked):
            walked += step
    assert SEEDED.add_working_days(day, count) == walked


@given(days, days)
def test_counting_is_the_same_both_ways_round(first, last):
    assert SEEDED.working_days_between(first, last) == -SEEDED.working_days_between(last, first)
