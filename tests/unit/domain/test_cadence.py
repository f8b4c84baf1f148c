"""How standing duties repeat: periods by Shanghai dates, said as people say them, and refused where they cannot be."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.definitions.calendar_seed import seed_days
from tracker.domain.cadence import (
    MONTHS,
    ON_PAGES,
    WEEKDAYS,
    Cadence,
    Every,
    Period,
    WrongCadence,
    periods,
    say_cadence,
    why_never,
)
from tracker.domain.calendar import WorkingCalendar
from tracker.domain.standing import cadence_from_plain, cadence_to_plain

CALENDAR = WorkingCalendar(7, *seed_days(2004, 2028))
MARCH, AUGUST = date(2026, 3, 2), date(2026, 8, 31)


def rows(cadence: Cadence, first: date = MARCH, last: date = AUGUST) -> list[tuple[str, str, str]]:
    return [
        (one.key, f"{one.starts_on:%m-%d}", f"{one.due_on:%m-%d}") for one in periods(cadence, first, last, CALENDAR)
    ]


def test_a_day_of_each_month_begins_with_the_month_in_which_it_is_not_over_yet() -> None:
    assert rows(Cadence(Every.MONTH, by_day=19), last=date(2026, 6, 18)) == [
        ("2026-03", "03-02", "03-19"), ("2026-04", "04-01", "04-19"), ("2026-05", "05-01", "05-19"),
    ]  # fmt: skip
    assert rows(Cadence(Every.MONTH, by_day=1), last=date(2026, 4, 30)) == [("2026-04", "04-01", "04-01")]


def test_the_31st_is_the_last_day_of_a_shorter_month() -> None:
    found = rows(Cadence(Every.MONTH, by_day=31), date(2026, 1, 1), date(2026, 4, 30))
    assert [due for _, _, due in found] == ["01-31", "02-28", "03-31", "04-30"]


def test_without_a_day_a_period_is_due_with_its_end_and_the_last_with_the_duty() -> None:
    assert rows(Cadence(Every.QUARTER)) == [("2026-Q1", "03-02", "03-31"), ("2026-Q2", "04-01", "06-30"), ("2026-Q3", "07-01", "08-31")]  # fmt: skip
    assert rows(Cadence(Every.HALF_YEAR)) == [("2026-H1", "03-02", "06-30"), ("2026-H2", "07-01", "08-31")]
    assert rows(Cadence(Every.YEAR)) == [("2026", "03-02", "08-31")]


def test_a_quarter_may_name_its_month() -> None:
    found = rows(Cadence(Every.QUARTER, by_month=1, by_day=10), date(2026, 1, 1), date(2026, 12, 31))
    assert [due for _, _, due in found] == ["01-10", "04-10", "07-10", "10-10"]
    last = rows(Cadence(Every.QUARTER, by_day=25), date(2026, 1, 1), date(2026, 12, 31))
    assert [due for _, _, due in last] == ["03-25", "06-25", "09-25", "12-25"]


def test_ten_day_parts_end_on_the_10th_the_20th_and_the_months_last_day() -> None:
    assert rows(Cadence(Every.TEN_DAYS), date(2026, 2, 5), date(2026, 3, 3)) == [
        ("2026-02-1", "02-05", "02-10"), ("2026-02-2", "02-11", "02-20"), ("2026-02-3", "02-21", "02-28"),
        ("2026-03-1", "03-01", "03-03"),
    ]  # fmt: skip


def test_twice_a_week_each_day_is_a_period_of_its_own() -> None:
    found = rows(Cadence(Every.WEEK, weekdays=("mon", "fri")), date(2026, 3, 4), date(2026, 3, 13))
    assert found == [("2026-W10-5", "03-04", "03-06"), ("2026-W11-1", "03-07", "03-09"), ("2026-W11-5", "03-10", "03-13")]  # fmt: skip


def test_working_days_leave_holidays_out_and_take_worked_weekends_in() -> None:
    found = rows(Cadence(Every.WORKING_DAY), date(2026, 4, 30), date(2026, 5, 9))
    assert [due for _, _, due in found] == ["04-30", "05-06", "05-07", "05-08", "05-09"]
    assert len(rows(Cadence(Every.DAY), date(2026, 4, 30), date(2026, 5, 9))) == 10


def test_a_week_that_spans_new_year_keeps_its_iso_name() -> None:
    assert rows(Cadence(Every.WEEK), date(2026, 12, 30), date(2027, 1, 5))[0] == ("2026-W53", "12-30", "01-03")


def test_it_runs_between_its_own_days_where_it_has_some() -> None:
    found = rows(Cadence(Every.MONTH, by_day=19, from_on=date(2026, 5, 1), until_on=date(2026, 7, 1)))
    assert [key for key, _, _ in found] == ["2026-05", "2026-06"]


@pytest.mark.parametrize(
    ("plain", "said"),
    [
        ({"every": "month", "by_day": 19}, "每月19日前"),
        ({"every": "week", "weekdays": ["mon", "fri"]}, "每周一、周五"),
        ({"every": "quarter", "times": 1}, "每季度至少1次"),
        ({"every": "month", "times": 3}, "每月至少3次"),
        ({"every": "ten_days"}, "每旬末前"),
        ({"every": "day"}, "每天"),
        ({"every": "quarter", "by_month": 1, "by_day": 10}, "每季度第1个月10日前"),
        ({"every": "half_year", "by_day": 25}, "每半年最后一个月25日前"),
        ({"every": "month", "starts_by": "2026-03-31"}, "2026年3月31日前开始，之后每月末前"),
    ],
)
def test_a_cadence_is_read_said_and_written_back(plain: dict[str, object], said: str) -> None:
    cadence = cadence_from_plain(plain)
    assert say_cadence(cadence) == said
    assert cadence_from_plain(cadence_to_plain(cadence)) == cadence


def test_what_is_pushed_on_reports_by_the_rhythm_of_the_campaign() -> None:
    rhythm = Cadence(Every.MONTH, by_day=25)
    begun = cadence_from_plain({"rhythm": "campaign", "starts_by": "2026-03-31"}, rhythm=rhythm)
    assert (begun.every, begun.by_day, begun.starts_by) == (Every.MONTH, 25, date(2026, 3, 31))


@pytest.mark.parametrize(
    ("plain", "sentence"),
    [
        ({"every": "fortnight"}, "可以写：day、working_day、week"),
        ({"every": "week", "weekdays": ["monday"]}, "“monday”不是星期几"),
        ({"every": "week", "weekdays": ["mon", "mon"]}, "同一天写了两次"),
        ({"every": "month", "weekdays": ["mon"]}, "weekdays 只用于 every: week"),
        ({"every": "week", "by_day": 3}, "by_day 只用于每月"),
        ({"every": "month", "by_day": 32}, "请写 1 到 31"),
        ({"every": "month", "by_day": "19日"}, "要写整数"),
        ({"every": "quarter", "by_month": 4, "by_day": 1}, "每季度只有3个月"),
        ({"every": "quarter", "by_month": 1}, "就要写 by_day"),
        ({"every": "month", "times": 0}, "请写 1 到 99"),
        ({"every": "month", "times": 2, "by_day": 3}, "不能一起写"),
        ({"every": "month", "from": "2026-05-01", "until": "2026-04-01"}, "until 早于 from"),
        ({"every": "month", "starts_by": "2026-04-31"}, "没有这一天"),
        ({"every": "month", "evry": 1}, "周期里没有“evry”"),
        ({"rhythm": "campaign"}, "settings 里没有写 rhythm"),
        ({"rhythm": "campaign", "every": "month"}, "不再写 every"),
    ],
)
def test_what_cannot_be_a_cadence_is_a_sentence(plain: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        cadence_from_plain(plain)


def test_a_window_that_never_comes_is_said() -> None:
    never = why_never(Cadence(Every.MONTH, by_day=19), date(2026, 3, 20), date(2026, 4, 10), CALENDAR)
    assert never == "“每月19日前”在2026-03-20至2026-04-10之间一次也不会到期，请核对周期或行动期间。"
    assert why_never(Cadence(Every.MONTH, by_day=19), date(2026, 3, 20), date(2026, 4, 19), CALENDAR) is None


cadences = st.builds(
    lambda every, by_day, weekdays: Cadence(
        every, by_day=by_day if every in MONTHS else None,
        weekdays=tuple(sorted(weekdays, key=WEEKDAYS.index)) if every is Every.WEEK else (),
    ),
    st.sampled_from(list(Every)), st.none() | st.integers(1, 31), st.sets(st.sampled_from(WEEKDAYS)),
)  # fmt: skip
days = st.dates(date(2024, 1, 1), date(2028, 12, 31))


@given(cadences, days, st.integers(0, 900))
def test_periods_are_in_order_apart_and_due_within_themselves(cadence: Cadence, first: date, length: int) -> None:
    last = date.fromordinal(first.toordinal() + length)
    found: list[Period] = list(periods(cadence, first, last, CALENDAR))
    assert len({one.key for one in found}) == len(found)
    assert len({one.starts_on for one in found}) == len(found), "each opens at a moment of its own"
    for one in found:
        assert first <= one.starts_on <= one.due_on <= one.ends_on <= last
    for before, after in pairwise(found):
        assert before.ends_on < after.starts_on


@given(cadences, days, st.integers(0, 300), st.integers(0, 300))
def test_a_duty_that_runs_longer_asks_for_the_same_periods_and_more(
    cadence: Cadence, first: date, length: int, more: int
) -> None:
    short = list(periods(cadence, first, date.fromordinal(first.toordinal() + length), CALENDAR))
    long = list(periods(cadence, first, date.fromordinal(first.toordinal() + length + more), CALENDAR))
    assert [one.key for one in short] == [one.key for one in long][: len(short)]


@pytest.mark.parametrize(
    ("plain", "said"),
    [
        ({"every": "month", "weekdays": ["mon"]}, "星期几 只用于 每周（每周几）。"),
        ({"every": "month", "by_day": 32}, "几日前: 32 不对，请写 1 到 31。"),
        ({"every": "month", "times": 2, "by_day": 3}, "次数 和 几日前、星期几 不能一起写：要么写次数，要么写日子。"),
        ({"every": "quarter", "by_month": 4, "by_day": 1}, "第几个月: 4 不对，每季度只有3个月。"),
        ({"every": "month", "from": "2026-05-01", "until": "2026-04-01"}, "截止日期 早于 开始日期，请核对。"),
    ],
)
def test_a_page_says_what_is_wrong_in_its_own_words(plain: dict[str, object], said: str) -> None:
    with pytest.raises(WrongCadence) as wrong:
        cadence_from_plain(plain)
    assert wrong.value.said(ON_PAGES) == said
    assert not re.search("[a-z]", said)
