"""Quiet hours, rest days and daily ceilings: when a message may go after all."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.channels import Courtesy
from tracker.domain.courtesy import spared
from tracker.domain.values import SHANGHAI, local_date

# 2 May 2026 is a Saturday that is a holiday; Saturday 9 May is worked.
CALENDAR = WorkingCalendar(
    1, {date(2026, 5, 1): False, date(2026, 5, 4): False, date(2026, 5, 5): False, date(2026, 5, 9): True},
    frozenset({2026}),
)  # fmt: skip
NIGHT = Courtesy(frozenset({"sms"}), time(21), time(8))
NOON = Courtesy(frozenset({"sms"}), time(12), time(14))
WORKDAYS = Courtesy(frozenset({"sms"}), time(21), time(8), working_days_only=True)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def until(courtesy: Courtesy, now: str, *, channel: str = "sms", sent: int = 0) -> str:
    found = spared(courtesy, channel, now=moment(now), calendar=CALENDAR, sent_today=sent)
    return f"{found.until.astimezone(SHANGHAI):%m-%d %H:%M}" if found else "now"


@pytest.mark.parametrize(
    ("courtesy", "now", "expected"),
    [
        (NIGHT, "2026-05-06T20:59", "now"),
        (NIGHT, "2026-05-06T21:00", "05-07 08:00"),
        (NIGHT, "2026-05-07T00:00", "05-07 08:00"),
        (NIGHT, "2026-05-07T07:59", "05-07 08:00"),
        (NIGHT, "2026-05-07T08:00", "now"),
        (NIGHT, "2026-05-02T10:00", "now"),  # a rest day is no matter without working_days_only
        (NOON, "2026-05-06T13:00", "05-06 14:00"),
        (NOON, "2026-05-06T11:59", "now"),
        (WORKDAYS, "2026-05-01T10:00", "05-06 08:00"),
        (WORKDAYS, "2026-05-08T22:00", "05-09 08:00"),  # the Saturday is worked
        (WORKDAYS, "2026-05-09T22:00", "05-11 08:00"),
        (WORKDAYS, "2026-05-11T10:00", "now"),
        (Courtesy(), "2026-05-02T03:00", "now"),
    ],
)
def test_a_message_waits_until_people_may_be_bothered(courtesy: Courtesy, now: str, expected: str) -> None:
    assert until(courtesy, now) == expected


def test_another_channel_is_not_held_up() -> None:
    assert until(WORKDAYS, "2026-05-02T03:00", channel="email") == "now"


def test_what_is_over_the_ceiling_goes_the_next_day_on_which_it_may() -> None:
    ceiling = Courtesy(frozenset({"sms"}), time(21), time(8), working_days_only=True, daily_ceiling={"sms": 5})
    assert until(ceiling, "2026-05-06T10:00", sent=4) == "now"
    assert until(ceiling, "2026-05-06T10:00", sent=5) == "05-07 08:00"
    assert until(ceiling, "2026-05-09T10:00", sent=5) == "05-11 08:00"


@given(
    st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2027, 1, 1)),  # noqa: DTZ001 (made aware below)
    st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    st.booleans(),
    st.integers(0, 9),
)
def test_at_the_end_of_a_wait_nothing_stands_in_the_way_any_more(
    now: datetime, start: time, end: time, working_days_only: bool, sent: int
) -> None:
    courtesy = Courtesy(frozenset({"sms"}), start, end, working_days_only, {"sms": 5})
    there = now.replace(tzinfo=SHANGHAI)
    found = spared(courtesy, "sms", now=there, calendar=CALENDAR, sent_today=sent)
    if found is not None:
        assert found.until > there
        assert spared(courtesy, "sms", now=found.until, calendar=CALENDAR, sent_today=0) is None
        if working_days_only:
            assert CALENDAR.is_workday(local_date(found.until))
