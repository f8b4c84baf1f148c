"""What a light promises: the worst that a unit must know comes first; nobody is late while others act."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.lights import (
    DONE,
    DUE_SOON,
    LATE,
    LIGHTS,
    NORMAL,
    SENT_BACK,
    TO_ACCEPT,
    WITHDRAWN,
    WORST_FIRST,
    Light,
    light_of,
    soon_until,
    worst,
)

# Friday 1 May 2026 to Tuesday 5 May is a holiday; Saturday 9 May is worked.
CALENDAR = WorkingCalendar(
    version=1,
    exceptions={date(2026, 5, d): False for d in (1, 4, 5)} | {date(2026, 5, 9): True},
    published_years=frozenset({2026}),
)
NOW = datetime(2026, 4, 28, 2, 0, tzinfo=UTC)  # Tuesday, 10:00 in Shanghai


def light(**given: Any) -> Light:
    facts: dict[str, Any] = {
        "done": False, "final": False, "withdrawn": False, "sent_back": False, "waits_for": "unit",
        "to_accept": False, "due_on": date(2026, 6, 30), "now": NOW, "calendar": CALENDAR,
    }  # fmt: skip
    facts |= given
    due_on = facts["due_on"]
    facts.setdefault("due_at", due_on and datetime(due_on.year, due_on.month, due_on.day, 16, tzinfo=UTC))
    return light_of(**facts)


def test_a_duty_with_time_left_is_normal() -> None:
    assert light() == NORMAL


def test_a_duty_is_late_from_its_due_moment_and_not_before() -> None:
    due_at = datetime(2026, 4, 28, 9, 30, tzinfo=UTC)
    given: dict[str, Any] = {"due_on": date(2026, 4, 28), "due_at": due_at}
    assert light(**given, now=due_at - timedelta(seconds=1)) == DUE_SOON
    assert light(**given, now=due_at) == LATE


def test_a_duty_is_not_late_while_a_later_date_is_being_decided() -> None:
    due_at = datetime(2026, 4, 28, 9, 30, tzinfo=UTC)
    given: dict[str, Any] = {"due_on": date(2026, 4, 28), "due_at": due_at, "now": due_at}
    assert light(**given, asked=True) == DUE_SOON
    assert light(**given, asked=True, sent_back=True) == SENT_BACK


@pytest.mark.parametrize(
    ("due_on", "expected"),
    [
        (date(2026, 4, 28), DUE_SOON),
        (date(2026, 4, 30), DUE_SOON),
        (date(2026, 5, 6), DUE_SOON),  # the third working day: 29 and 30 April, 6 May
        (date(2026, 5, 7), NORMAL),
    ],
)
def test_soon_is_counted_in_working_days_across_the_holiday(due_on: date, expected: Light) -> None:
    assert light(due_on=due_on) == expected


def test_a_due_day_that_rests_belongs_to_the_working_day_before_it() -> None:
    assert soon_until(date(2026, 4, 27), CALENDAR) == date(2026, 5, 5)
    assert light(due_on=date(2026, 5, 5), now=NOW - timedelta(days=1)) == DUE_SOON


def test_today_is_the_day_in_shanghai() -> None:
    after_midnight_there = datetime(2026, 4, 28, 16, 30, tzinfo=UTC)
    assert light(due_on=date(2026, 5, 7), now=after_midnight_there) == DUE_SOON


def test_a_unit_is_never_late_while_the_supervisors_hold_its_return() -> None:
    assert light(waits_for="supervisor", due_on=date(2026, 4, 1)) == NORMAL


def test_lateness_weighs_more_than_a_return_and_a_return_more_than_a_near_date() -> None:
    assert light(sent_back=True, due_on=date(2026, 4, 1)) == LATE
    assert light(sent_back=True, due_on=date(2026, 4, 29)) == SENT_BACK


def test_what_is_not_accepted_yet_says_so_until_its_date_is_near() -> None:
    assert light(to_accept=True) == TO_ACCEPT
    assert light(to_accept=True, due_on=date(2026, 4, 29)) == DUE_SOON


def test_a_duty_without_a_date_is_neither_late_nor_due_soon() -> None:
    assert light(due_on=None, due_at=None) == NORMAL


def test_what_is_done_stays_done_whatever_its_date() -> None:
    assert light(done=True, waits_for="nobody", due_on=date(2026, 4, 1)) == DONE


def test_what_was_called_off_is_neither_done_nor_late() -> None:
    assert light(final=True, withdrawn=True, due_on=date(2026, 4, 1)) == WITHDRAWN


def test_several_tasks_show_the_worst() -> None:
    assert worst([DONE, SENT_BACK, NORMAL]) == SENT_BACK
    assert worst([]) is None


def test_no_two_lights_share_a_symbol_or_a_title() -> None:
    assert len({seen.symbol for seen in WORST_FIRST}) == len(LIGHTS)
    assert len({seen.title for seen in WORST_FIRST}) == len(LIGHTS)
