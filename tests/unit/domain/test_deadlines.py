"""Due moments: periods roll, printed dates do not, and each says how it was counted."""

from datetime import UTC, date, datetime, time

import pytest

from tracker.definitions.calendar_seed import seed_days
from tracker.domain.calendar import WorkingCalendar
from tracker.domain.deadlines import (
    Cutoff,
    DueAtPhaseEnd,
    DueByDate,
    DueWithin,
    Phase,
    add_months,
    by_date,
    local_moment,
    office_hours_later,
    rung_moment,
    told,
    within,
)
from tracker.domain.measure_dues import due_from_plain, due_to_plain, resolve
from tracker.domain.periods import format_within, parse_within
from tracker.domain.values import DueClass

CALENDAR = WorkingCalendar(7, *seed_days(2004, 2028))
PHASES = {"rectify": Phase("rectify", "集中整治", date(2026, 4, 1), date(2026, 8, 30))}


def morning(day: date) -> datetime:
    return local_moment(day, time(9, 0))


@pytest.mark.parametrize(
    ("start", "period", "expected"),
    [
        (date(2026, 2, 5), "15 days", date(2026, 2, 24)),
        (date(2026, 9, 10), "15 days", date(2026, 9, 28)),
        (date(2026, 9, 20), "15 days", date(2026, 10, 8)),
        (date(2026, 4, 18), "15 calendar days", date(2026, 5, 6)),
        (date(2026, 5, 24), "15 days", date(2026, 6, 8)),
        (date(2026, 2, 13), "1 working day", date(2026, 2, 14)),
        (date(2026, 9, 30), "5 working days", date(2026, 10, 13)),
    ],
)
def test_a_period_leaves_its_first_day_out_and_ends_on_a_working_day(start, period, expected):
    due = within(morning(start), parse_within(period), CALENDAR)
    assert due.due_on == expected
    assert due.due_class is DueClass.COMPUTED
    assert due.calendar_version == 7


def test_a_period_starts_on_the_local_day_not_the_utc_day():
    late_evening_utc = datetime(2026, 5, 18, 17, 0, tzinfo=UTC)  # already the 19th in Shanghai
    assert within(late_evening_utc, parse_within("1 working day"), CALENDAR).due_on == date(2026, 5, 20)


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="no time zone"):
        within(datetime(2026, 5, 18), parse_within("1 working day"), CALENDAR)  # noqa: DTZ001


def test_the_rule_tells_the_unit_how_the_day_was_found():
    due = within(morning(date(2026, 4, 18)), parse_within("15 days"), CALENDAR)
    assert due.rule == (
        "自2026年4月18日起算（当日不计），15日，期限最后一日2026年5月3日为休息日，顺延到下一个工作日，到2026年5月6日止。"
    )


def test_a_period_into_an_unpublished_year_is_provisional_and_says_so():
    due = within(morning(date(2026, 12, 30)), parse_within("5 working days"), CALENDAR)
    assert due.provisional
    assert "暂按" in due.rule
    assert not within(morning(date(2026, 12, 1)), parse_within("5 working days"), CALENDAR).provisional


def test_a_printed_date_never_rolls_but_a_rest_day_is_flagged_and_said():
    due = by_date(date(2026, 10, 3), calendar=CALENDAR)
    assert (due.due_on, due.due_class, due.falls_on_rest_day) == (date(2026, 10, 3), DueClass.FIXED, True)
    assert "请在2026年9月30日下班前办结" in due.rule
    assert not by_date(date(2026, 9, 20), calendar=CALENDAR).falls_on_rest_day


@pytest.mark.parametrize(
    ("cutoff", "expected"),
    [
        ("24:00", datetime(2026, 8, 25, 16, 0, tzinfo=UTC)),  # the next local midnight
        ("17:30", datetime(2026, 8, 25, 9, 30, tzinfo=UTC)),
        ("00:00", datetime(2026, 8, 24, 16, 0, tzinfo=UTC)),
    ],
)
def test_the_due_moment_is_the_first_overdue_one(cutoff, expected):
    assert by_date(date(2026, 8, 25), cutoff, calendar=CALENDAR).due_at == expected


@pytest.mark.parametrize("wrong", ["25:00", "17:3", "5点半", "", "17:60", "１７:30", "-1:30", "24:01"])
def test_a_cutoff_that_is_no_hour_is_refused(wrong):
    with pytest.raises(ValueError, match="截止时刻"):
        Cutoff(wrong)


@pytest.mark.parametrize(
    ("due_on", "after", "expected"),
    [
        (date(2026, 9, 30), 1, date(2026, 10, 8)),
        (date(2026, 9, 30), 0, date(2026, 9, 30)),
        (date(2026, 10, 3), 0, date(2026, 9, 30)),  # nobody is first told on a holiday
        (date(2026, 10, 3), -1, date(2026, 9, 29)),  # nor twice on the last working day before it
        (date(2026, 4, 5), -3, date(2026, 3, 31)),
        (date(2026, 4, 5), 1, date(2026, 4, 7)),
        (date(2026, 10, 9), -3, date(2026, 9, 29)),
        (date(2026, 9, 21), -1, date(2026, 9, 20)),  # a worked Sunday counts
        (date(2026, 9, 24), 3, date(2026, 9, 30)),
    ],
)
def test_rungs_count_working_days_from_the_due_day(due_on, after, expected):
    assert rung_moment(due_on, after, time(9, 10), CALENDAR) == local_moment(expected, time(9, 10))


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 3, 15), -3, date(2025, 12, 15)),
        (date(2026, 12, 5), 12, date(2027, 12, 5)),
    ],
)
def test_months_end_on_the_same_day_or_the_last(start, months, expected):
    assert add_months(start, months) == expected


RULES = [
    (DueByDate(date(2026, 8, 25)), {"by_date": "2026-08-25"}),
    (DueByDate(date(2026, 8, 25), "17:30"), {"by_date": "2026-08-25", "cutoff": "17:30"}),
    (DueWithin(parse_within("15 days")), {"within": "15 days"}),
    (DueWithin(parse_within("1 working day")), {"within": "1 working days"}),
    (DueAtPhaseEnd("rectify"), {"phase_end": "rectify"}),
]


@pytest.mark.parametrize(("rule", "plain"), RULES[:3] + RULES[4:])
def test_a_rule_is_stored_as_plain_json_and_read_back(rule, plain):
    assert due_to_plain(rule) == plain
    assert due_from_plain(plain) == rule


def test_each_rule_gives_its_due_moment():
    due = [
        resolve(rule, opened_at=morning(date(2026, 5, 24)), phases=PHASES, calendar=CALENDAR).due_on
        for rule, _ in RULES
    ]
    assert due == [
        date(2026, 8, 25),
        date(2026, 8, 25),
        date(2026, 6, 8),
        date(2026, 5, 25),
        date(2026, 8, 30),
    ]


def test_a_phase_that_the_campaign_lacks_is_a_sentence():
    with pytest.raises(ValueError, match="没有阶段“autumn”，只有：rectify"):
        resolve(DueAtPhaseEnd("autumn"), opened_at=morning(date(2026, 5, 1)), phases=PHASES, calendar=CALENDAR)


@pytest.mark.parametrize(
    "plain",
    [
        {},
        {"by_date": "8月25日"},
        {"within": "15"},
        {"by_date": "2026-08-25", "within": "5 days"},
        {"until": "x"},
    ],
)
def test_a_rule_that_cannot_be_read_is_a_sentence(plain):
    with pytest.raises(ValueError, match=r"。$"):
        due_from_plain(plain)


@pytest.mark.parametrize("wrong", ["5", "0 days", "5 workdays", "five days", "-3 days", "5 hours", "99999 days"])
def test_a_period_without_a_clear_unit_is_refused(wrong):
    with pytest.raises(ValueError, match="请写成"):
        parse_within(wrong)


def test_periods_read_as_people_write_them():
    assert [format_within(parse_within(text)) for text in ("5 working days", "15 days")] == [
        "5个工作日",
        "15日",
    ]


def test_a_computed_date_that_was_told_is_no_longer_free_to_move_and_a_printed_one_stays_fixed() -> None:
    computed = within(morning(date(2026, 3, 2)), parse_within("5 working days"), CALENDAR)
    assert told(computed).due_class is DueClass.TOLD
    assert told(by_date(date(2026, 3, 20), calendar=CALENDAR)).due_class is DueClass.FIXED


@pytest.mark.parametrize(
    ("start", "hours", "moment"),
    [
        ("2026-04-07 10:00", 4, "2026-04-07 14:00"),
        ("2026-04-07 13:30", 4, "2026-04-07 17:30"),  # the day is long enough, to the minute
        ("2026-04-07 16:00", 4, "2026-04-08 11:00"),
        ("2026-04-07 22:00", 1, "2026-04-08 09:30"),  # served at night: counted from the morning
        ("2026-04-10 17:00", 9, "2026-04-13 17:00"),  # over a weekend
        ("2026-04-30 17:00", 1, "2026-05-06 09:00"),  # over the holidays of May
        ("2026-02-14 09:00", 2, "2026-02-14 11:00"),  # a Saturday that is worked
        ("2026-04-07 10:00", 20, "2026-04-09 12:00"),
    ],
)
def test_hours_for_which_something_waits_are_office_hours(start, hours, moment):
    given, expected = (datetime.fromisoformat(one) for one in (start, moment))
    later = office_hours_later(local_moment(given.date(), given.time()), hours, CALENDAR)
    assert later == local_moment(expected.date(), expected.time())
