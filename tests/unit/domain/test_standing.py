"""A standing duty whose cadence changes while it runs: what has begun stays, what comes follows the new one."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.domain.test_cadence import AUGUST, CALENDAR, MARCH, cadences
from tracker.domain.cadence import Cadence, Every
from tracker.domain.deadlines import local_moment
from tracker.domain.standing import Opening, Standing, cadence_to_plain, former_to_plain, standing_from_plain

SINCE = local_moment(MARCH, time(0))
RUNNING = st.integers(0, (AUGUST - MARCH).days).map(lambda days: MARCH + timedelta(days=days))


def openings(standing: Standing) -> list[Opening]:
    return list(standing.openings(CALENDAR, since=SINCE))


def end_of(day: date) -> datetime:
    return local_moment(day, time(23, 59))


def changed(standing: Standing, cadence: Cadence, today: date) -> Standing:
    return standing.changed(cadence, begins=standing.next_begins(CALENDAR, today=today))


def test_another_day_of_the_month_holds_from_the_next_month() -> None:
    before = Standing(Cadence(Every.MONTH, by_day=19), MARCH, date(2026, 6, 30))
    after = changed(before, Cadence(Every.MONTH, by_day=25), date(2026, 4, 10))
    assert [(one.period_key, f"{one.due.due_on:%m-%d}") for one in openings(after) if one.due] == [
        ("2026-03", "03-19"), ("2026-04", "04-19"), ("2026-05", "05-25"), ("2026-06", "06-25"),
    ]  # fmt: skip


def test_weeks_in_place_of_months_begin_where_the_month_ends() -> None:
    before = Standing(Cadence(Every.MONTH), MARCH, date(2026, 4, 19))
    after = changed(before, Cadence(Every.WEEK), date(2026, 3, 10))
    assert [(one.period_key, f"{one.opens_at:%m-%d}") for one in openings(after)] == [
        ("2026-03", "03-02"), ("2026-W14", "04-01"), ("2026-W15", "04-06"), ("2026-W16", "04-13"),
    ]  # fmt: skip


def test_a_change_taken_back_before_it_holds_leaves_no_trace_in_what_opens() -> None:
    before = Standing(Cadence(Every.MONTH, by_day=19), MARCH, AUGUST)
    there = changed(before, Cadence(Every.WEEK), date(2026, 3, 10))
    back = changed(there, before.cadence, date(2026, 3, 20))
    assert openings(back) == openings(before)


@given(cadences, cadences, cadences, RUNNING, RUNNING)
def test_whatever_changes_when_what_has_begun_stays_and_each_period_opens_once(
    first: Cadence, second: Cadence, third: Cadence, one: date, other: date
) -> None:
    standing = Standing(first, MARCH, AUGUST)
    for cadence, today in zip((second, third), sorted((one, other)), strict=True):
        before, begins = openings(standing), standing.next_begins(CALENDAR, today=today)
        assert begins > today
        standing = standing.changed(cadence, begins=begins)
        after = openings(standing)
        assert [o for o in after if o.opens_at <= end_of(today)] == [o for o in before if o.opens_at <= end_of(today)]
        following = list(Standing(cadence, begins, AUGUST).openings(CALENDAR, since=SINCE))
        assert [o for o in after if o.opens_at > end_of(begins - timedelta(days=1))] == following
        assert len({o.period_key for o in after}) == len(after)
        assert all(left.opens_at < right.opens_at for left, right in pairwise(after))


@given(cadences, cadences, RUNNING)
def test_former_cadences_are_written_down_and_read_back(first: Cadence, second: Cadence, today: date) -> None:
    standing = changed(Standing(first, MARCH, AUGUST, "17:30"), second, today)
    plain = former_to_plain(standing.former)
    written = standing_from_plain(cadence_to_plain(second), plain, MARCH, AUGUST, {"cutoff": "17:30"})
    assert written == standing
