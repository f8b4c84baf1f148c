"""When the mail of the week is due."""

from __future__ import annotations

from datetime import date

import pytest

from tests.support.world import morning
from tracker.domain.calendar import WorkingCalendar
from tracker.domain.digests import next_digest

HOLIDAY = {date(2026, 10, day): False for day in range(1, 8)}
CALENDAR = WorkingCalendar(1, HOLIDAY, frozenset({2026}))


@pytest.mark.parametrize(("after", "at", "due"), [
    ("2026-03-04", "10:00", "2026-03-09"),
    ("2026-03-09", "08:00", "2026-03-09"),
    ("2026-03-09", "08:30", "2026-03-16"),
    ("2026-10-02", "09:00", "2026-10-08"),  # Monday 5 October is a holiday: told on the first day of work
    ("2026-10-08", "08:30", "2026-10-12"),
])  # fmt: skip
def test_it_comes_when_the_week_begins_to_be_worked(after: str, at: str, due: str) -> None:
    assert next_digest(morning(after, at), CALENDAR) == morning(due)
