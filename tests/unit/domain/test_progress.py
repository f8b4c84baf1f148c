"""Scheduled progress: what should be done by a day, what is, and on which side of a printed bound it lies."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.definitions.calendar_seed import seed_days
from tracker.domain.cadence import Every
from tracker.domain.calendar import WorkingCalendar
from tracker.domain.deadlines import local_moment
from tracker.domain.ladder import Behind, Measured
from tracker.domain.progress import (
    WHOLE,
    Milestone,
    Pace,
    Schedule,
    falls_behind,
    pace_from_plain,
    pace_to_plain,
    share_of,
    show_share,
)

CALENDAR = WorkingCalendar(7, *seed_days(2025, 2027))
YEAR = Schedule(date(2026, 1, 1), date(2026, 12, 31))
POINTS_10_TO_30 = Behind(Measured.POINTS, at_least=10, at_most=30)
POINTS_ABOVE_30 = Behind(Measured.POINTS, above=30)
SHARE_TO_HALF = Behind(Measured.SHARE, above=0, at_most=50)
SHARE_ABOVE_HALF = Behind(Measured.SHARE, above=50)


def at(day: str, hour: int = 10) -> datetime:
    return local_moment(date.fromisoformat(day), time(hour))


@pytest.mark.parametrize(
    ("day", "share"),
    [("2025-12-31", 0), ("2026-01-01", 27), ("2026-06-30", 4958), ("2026-12-30", 9972), ("2026-12-31", WHOLE),
     ("2027-02-01", WHOLE)],
)  # fmt: skip
def test_a_year_grows_evenly_by_calendar_days(day, share):
    assert YEAR.share_on(date.fromisoformat(day)) == share


def test_milestones_hold_until_the_next_one():
    listed = Schedule(
        date(2026, 3, 1), date(2026, 12, 31), milestones=(Milestone(date(2026, 6, 30), 4000), Milestone(date(2026, 9, 30), 7000))
    )  # fmt: skip
    shares = [
        listed.share_on(date.fromisoformat(day)) for day in ("2026-06-29", "2026-06-30", "2026-09-30", "2026-12-31")
    ]
    assert shares == [0, 4000, 7000, 7000]


def test_progress_is_checked_at_the_end_of_each_period_and_on_the_last_day():
    checks = list(Schedule(date(2026, 3, 10), date(2026, 6, 15), Every.MONTH).checks(CALENDAR))
    assert checks == [date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31), date(2026, 6, 15)]
    assert Schedule(date(2026, 3, 10), date(2026, 6, 15)).next_check(date(2026, 6, 15), CALENDAR) is None


@pytest.mark.parametrize(
    ("scheduled", "actual", "yellow", "red"),
    [
        (5000, 4001, False, False),  # 9.99 points: green
        (5000, 4000, True, False),  # exactly 10: yellow, both ends included
        (5000, 2000, True, False),  # exactly 30: still yellow
        (5000, 1999, False, True),  # 30.01: red
        (5000, 6000, False, False),  # ahead
    ],
)
def test_points_behind_as_printed(scheduled, actual, yellow, red):
    assert falls_behind(POINTS_10_TO_30, scheduled=scheduled, actual=actual) is yellow
    assert falls_behind(POINTS_ABOVE_30, scheduled=scheduled, actual=actual) is red


@pytest.mark.parametrize(
    ("scheduled", "actual", "yellow", "red"),
    [(4000, 4000, False, False), (4000, 3999, True, False), (4000, 2000, True, False), (4000, 1999, False, True),
     (0, 0, False, False)],
)  # fmt: skip
def test_share_behind_as_printed(scheduled, actual, yellow, red):
    assert falls_behind(SHARE_TO_HALF, scheduled=scheduled, actual=actual) is yellow
    assert falls_behind(SHARE_ABOVE_HALF, scheduled=scheduled, actual=actual) is red


@given(st.integers(0, WHOLE), st.integers(0, WHOLE))
def test_yellow_and_red_never_overlap_and_leave_no_gap(scheduled, actual):
    yellow = falls_behind(SHARE_TO_HALF, scheduled=scheduled, actual=actual)
    red = falls_behind(SHARE_ABOVE_HALF, scheduled=scheduled, actual=actual)
    assert not (yellow and red)
    assert (yellow or red) is (actual < scheduled)


def test_the_share_at_a_moment_is_the_one_last_reported_by_then_downwards_too():
    pace = Pace(YEAR).with_report(at("2026-03-01"), 3000).with_report(at("2026-03-20"), 2500)
    assert [pace.share_at(at(day)) for day in ("2026-02-28", "2026-03-01", "2026-03-19", "2026-03-20")] == [
        0,
        3000,
        3000,
        2500,
    ]


def test_what_no_later_check_looks_at_is_let_go_and_nothing_else():
    pace = Pace(YEAR)
    for day, share in (("2026-01-10", 100), ("2026-01-20", 200), ("2026-02-03", 300)):
        pace = pace.with_report(at(day), share)
    kept = pace.since(at("2026-02-01", 0))
    assert [share for _, share in kept.reported] == [200, 300]
    for hours in range(0, 24 * 60, 7):
        moment = at("2026-02-01", 0) + timedelta(hours=hours)
        assert kept.share_at(moment) == pace.share_at(moment)


def test_a_pace_survives_its_json():
    pace = Pace(Schedule(date(2026, 1, 1), date(2026, 6, 30), Every.TEN_DAYS, (Milestone(date(2026, 3, 31), 5000),)))
    pace = pace.with_report(at("2026-02-01"), 1234)
    assert pace_from_plain(pace_to_plain(pace)) == pace


@pytest.mark.parametrize(("part", "whole", "share", "shown"), [(1, 3, 3333, "33.33%"), (0, 0, WHOLE, "100%"), (7, 5, WHOLE, "100%"), (1, 8, 1250, "12.5%")])  # fmt: skip
def test_a_share_is_rounded_down_and_never_more_than_all(part, whole, share, shown):
    assert share_of(part, whole) == share
    assert show_share(share) == shown
