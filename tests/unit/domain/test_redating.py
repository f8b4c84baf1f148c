"""What a new calendar does to a clock: later only once told, never in the past, no rung twice or before its moment."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.definitions.calendar_seed import seed_days
from tracker.documents.calendar_tables import read_file
from tracker.domain.calendar import WorkingCalendar
from tracker.domain.clocks import Clock, ClockStatus, tell
from tracker.domain.deadlines import by_date, local_moment, period_in, within
from tracker.domain.definition import DayUnit, Within
from tracker.domain.errors import InvalidInput
from tracker.domain.escalation import decide
from tracker.domain.ladder import Ladder, Rung, RungAct
from tracker.domain.redating import CalendarTable, changed_days, merged, recount

OLD = WorkingCalendar(1, *seed_days(2025, 2028))
LADDER = Ladder(
    "standard", 1, "一般事项",
    (
        Rung("before", RungAct.REMIND, ("liaison",), after=-2),
        Rung("on_day", RungAct.REMIND, ("liaison",), after=0),
        Rung("urge", RungAct.URGE, ("liaison",), after=1),
        Rung("letter", RungAct.RAISE, ("supervisor",), after=3, raises="letter"),
    ),
)  # fmt: skip
NOTICE_2027 = CalendarTable(
    {date(2027, 1, 1): False, date(2027, 1, 4): False, date(2027, 2, 5): False, date(2027, 2, 8): False,
     date(2027, 2, 9): False, date(2027, 2, 14): True, date(2027, 10, 1): False}, frozenset({2027}),
)  # fmt: skip
NEW = merged(OLD, NOTICE_2027, version=2)


def at(day: str, hour: int = 10) -> datetime:
    return local_moment(date.fromisoformat(day), time(hour))


def clock(start: str, days: int, unit: DayUnit = DayUnit.WORKING_DAY) -> Clock:
    due = within(at(start), Within(days, unit), OLD)
    return Clock("reply", 1, ClockStatus.RUNNING, at(start), due, due.due_on)


def test_a_years_notice_that_comes_late_moves_what_was_counted_and_ends_the_provisional() -> None:
    counted = clock("2026-12-30", 3)
    assert (counted.due.due_on, counted.due.provisional) == (date(2027, 1, 5), True)
    moved = recount(counted, NEW, now=at("2026-12-31"))
    assert (moved.due.due_on, moved.due.provisional, moved.due.calendar_version) == (date(2027, 1, 6), False, 2)
    assert (moved.occurrence, moved.fired, moved.ladder_from_on) == (2, frozenset(), date(2027, 1, 6))


def test_a_recount_that_comes_late_gives_the_date_that_it_would_have_given_in_time() -> None:
    counted = clock("2026-12-30", 3)
    late = at("2027-02-01")
    assert recount(counted, NEW, now=late).due.due_on == date(2027, 1, 5)  # both days are over now
    moved = recount(counted, NEW, now=late, since=at("2026-12-31"))
    assert (moved.due.due_on, moved.occurrence, moved.started_at) == (date(2027, 1, 6), 2, late)
    assert recount(moved, NEW, now=late, since=at("2026-12-31")) == moved


def test_a_told_date_that_would_move_earlier_stays_and_an_untold_one_moves() -> None:
    worked = merged(
        OLD, CalendarTable({date(2027, 3, 6): True, date(2027, 10, 1): False}, frozenset({2027})), version=2
    )
    counted = clock("2027-03-04", 3)
    assert recount(counted, worked, now=at("2027-03-05")).due.due_on == date(2027, 3, 8)
    kept = recount(tell(counted), worked, now=at("2027-03-05"))
    assert (kept.due.due_on, kept.occurrence) == (date(2027, 3, 9), 1)
    assert (kept.due.calendar_version, kept.due.provisional) == (2, False)
    assert "已告知的期限不提前" in kept.due.rule
    assert recount(kept, replace(worked, version=3), now=at("2027-03-05")).due.rule == kept.due.rule


def test_a_typed_date_never_moves() -> None:
    fixed = replace(clock("2027-01-29", 5), due=by_date(date(2027, 2, 8), calendar=OLD))
    after = recount(fixed, NEW, now=at("2027-02-01"))
    assert (after.due.due_on, after.occurrence, after.due.calendar_version) == (date(2027, 2, 8), 1, 2)


def test_a_period_that_ended_on_a_rest_day_is_rolled_anew_and_a_leap_day_is_a_day() -> None:
    rolled = clock("2027-01-25", 14, DayUnit.CALENDAR_DAY)
    assert rolled.due.due_on == date(2027, 2, 8)
    assert recount(rolled, NEW, now=at("2027-02-01")).due.due_on == date(2027, 2, 10)
    leap = clock("2028-02-25", 2)
    assert leap.due.due_on == date(2028, 2, 29)
    holiday = CalendarTable({date(2028, 2, 29): False, date(2028, 10, 1): False}, frozenset({2028}))
    assert recount(leap, merged(OLD, holiday, version=2), now=at("2028-02-26")).due.due_on == date(2028, 3, 1)


def test_a_lateness_that_stays_in_the_past_fires_nothing_again() -> None:
    late = replace(clock("2027-01-29", 5), fired=frozenset({0, 1, 2}))
    after = recount(late, NEW, now=at("2027-03-01"))
    assert (after.due.due_on, after.occurrence, after.fired) == (late.due.due_on, 1, late.fired)


def test_a_clock_that_waits_goes_on_waiting_and_an_order_is_not_lost() -> None:
    held = replace(
        clock("2026-12-30", 3), status=ClockStatus.HELD, held_since=at("2026-12-31", 9), ordered=frozenset({3})
    )
    after = recount(held, NEW, now=at("2026-12-31"))
    assert (after.occurrence, after.status, after.held_since, after.ordered) == (
        2, ClockStatus.HELD, held.held_since, frozenset({3}),
    )  # fmt: skip


def test_local_days_change_nothing_else_of_their_year() -> None:
    local = CalendarTable({date(2026, 4, 20): False}, frozenset())
    new = merged(OLD, local, version=2)
    assert [(one.day, one.works) for one in changed_days(OLD, new)] == [(date(2026, 4, 20), False)]
    assert new.published_years == OLD.published_years


starts = st.dates(date(2026, 1, 1), date(2027, 11, 30))
tables = st.dictionaries(st.dates(date(2026, 6, 1), date(2027, 12, 31)), st.booleans(), max_size=40)


@given(starts, st.integers(1, 30), st.sampled_from(DayUnit))
def test_a_rule_gives_back_what_it_was_counted_from(start: date, days: int, unit: DayUnit) -> None:
    due = within(local_moment(start, time(9)), Within(days, unit), OLD)
    assert period_in(due.rule) == (start, Within(days, unit))


@settings(max_examples=200)
@given(starts, st.integers(1, 20), st.sampled_from(DayUnit), tables, st.integers(0, 60), st.booleans())
def test_no_rung_fires_before_its_moment_nor_twice_for_one_lateness(
    start: date, days: int, unit: DayUnit, table: dict[date, bool], passed: int, is_told: bool
) -> None:
    opened, now = local_moment(start, time(9)), local_moment(start + timedelta(days=passed), time(15))
    due = within(opened, Within(days, unit), OLD)
    before = Clock("reply", 1, ClockStatus.RUNNING, opened, due, due.due_on)
    before = tell(before) if is_told else before
    before = replace(before, fired=frozenset(r.index for r in decide(before, LADDER, OLD, now=now).reached))
    new = merged(OLD, CalendarTable(table, frozenset({2027})), version=2)
    after = recount(before, new, now=now)
    assert after.due.calendar_version == 2
    if is_told:
        assert after.due.due_on >= before.due.due_on
    if after.occurrence == before.occurrence:
        assert (after.due.due_on, after.fired) == (before.due.due_on, before.fired)
    else:
        assert after.due.due_at > now
        assert all(LADDER.rungs[r.index].after <= 0 for r in decide(after, LADDER, new, now=now).reached)
    for later in range(0, 40, 3):
        moment = now + timedelta(days=later)
        assert all(reached.fell_due_at <= moment for reached in decide(after, LADDER, new, now=moment).reached)
    assert recount(after, new, now=now) == after


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("日期,名称\n2027-01-01,元旦\n", "缺少列“类型”"),
        ("日期,类型\n2027-04-31,休\n", "没有“2027-04-31”这一天"),
        ("日期,类型\n1月1日,休\n", "日期“1月1日”不对"),
        ("日期,类型\n2027-01-01,放\n", "只能写“休”或“班”"),
        ("日期,类型\n2027-01-01,休\n2027/1/1,班\n", "前面已写过"),
        ("日期,类型\n", "只有表头"),
        ("\n\n", "没有内容"),
        ("日期,类型\n2027-01-01\n", "类型“”不对"),
    ],
)
def test_a_table_that_is_wrong_says_where_and_why(content: str, sentence: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_file("notice.csv", content.encode())
    assert any(sentence in problem.sentence for problem in refused.value.problems)


def test_a_table_from_an_office_is_read_in_its_own_encoding() -> None:
    content = "日期,类型,名称\n2027年10月1日,休,国庆节\n2027/9/26,班,国庆调休\n,,\n"
    for encoding in ("gb18030", "utf-8-sig"):
        table = read_file("notice.csv", content.encode(encoding))
        assert table == CalendarTable({date(2027, 10, 1): False, date(2027, 9, 26): True}, frozenset({2027}))


def test_a_workbook_with_real_days_is_read_like_a_table_of_text() -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    page = book.add_worksheet("放假安排")
    page.write_row(0, 0, ["日期", "类型", "名称"])
    page.write_datetime(1, 0, date(2027, 10, 1))
    page.write_row(1, 1, ["休", "国庆节"])
    book.close()
    assert read_file("notice.xlsx", out.getvalue()) == CalendarTable({date(2027, 10, 1): False}, frozenset({2027}))
