"""When leaders are told how a campaign stands: Monday morning, later in a week whose Monday is a holiday. Pure."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.deadlines import local_moment
from tracker.domain.values import local_date

AT = time(8, 30)
WEEK = timedelta(days=7)


def week_of(day: date) -> date:
    """Return the Monday of the week of `day`."""
    return day - timedelta(days=day.weekday())


def next_digest(after: datetime, calendar: WorkingCalendar) -> datetime:
    """Return the first moment later than `after` at which a week begins to be worked."""
    monday = week_of(local_date(after))
    while (moment := local_moment(calendar.roll_forward(monday), AT)) <= after:
        monday += WEEK
    return moment
