"""How a lateness divides: the parts are the whole, and what others caused is nobody's own."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.lateness import LateFacts, Lateness, add_up, divide

CALENDAR = WorkingCalendar(1, {}, frozenset({2026}))
FRIDAY = date(2026, 3, 20)
DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))


def facts(**changed: date | None) -> LateFacts:
    given: dict[str, date | None] = {
        "first_due_on": FRIDAY, "due_on": FRIDAY, "ladder_from_on": FRIDAY, "got_on": date(2026, 3, 2),
        "given_up_on": None, "until_on": date(2026, 3, 27),
    }  # fmt: skip
    return LateFacts(**{**given, **changed})  # type: ignore[arg-type]


def test_a_task_that_still_lies_with_its_unit_is_the_units_own_lateness() -> None:
    assert divide(facts(), CALENDAR) == Lateness(own=5)


def test_days_of_review_after_the_report_are_not_the_units() -> None:
    reported = facts(given_up_on=date(2026, 3, 23), until_on=date(2026, 3, 27))
    assert divide(reported, CALENDAR) == Lateness(own=1, waiting=4)


def test_what_was_reported_in_time_and_approved_late_is_all_waiting() -> None:
    assert divide(facts(given_up_on=date(2026, 3, 18)), CALENDAR) == Lateness(waiting=5)


def test_an_earlier_wait_that_moved_the_ladder_counts_as_waiting() -> None:
    assert divide(facts(ladder_from_on=date(2026, 3, 24)), CALENDAR) == Lateness(own=3, waiting=2)


def test_a_granted_extension_is_told_apart_from_what_came_after_it() -> None:
    extended = facts(due_on=date(2026, 3, 24), ladder_from_on=date(2026, 3, 24))
    assert divide(extended, CALENDAR) == Lateness(own=3, extension=2)


def test_days_before_another_unit_handed_it_over_are_not_the_new_units() -> None:
    assert divide(facts(got_on=date(2026, 3, 25)), CALENDAR) == Lateness(own=2, handed=3)


def test_what_was_done_in_time_has_no_lateness() -> None:
    assert divide(facts(until_on=date(2026, 3, 19)), CALENDAR).total == 0


@given(first=DAYS, due=DAYS, ladder=DAYS, got=DAYS, up=st.none() | DAYS, until=DAYS)
def test_the_parts_are_never_negative_and_add_up_to_the_days_since_the_first_date(
    first: date, due: date, ladder: date, got: date, up: date | None, until: date
) -> None:
    parts = divide(LateFacts(first, max(first, due), max(due, ladder), got, up, until), CALENDAR)
    assert min(parts.own, parts.handed, parts.extension, parts.waiting) >= 0
    assert parts.total == max(0, CALENDAR.working_days_between(first, until))
    assert add_up([parts, parts]).total == 2 * parts.total
    later = LateFacts(first, max(first, due), max(due, ladder), got, None, until + timedelta(days=7))
    assert divide(later, CALENDAR).own >= (parts.own if up is None else 0)
