"""The light of a task: what one glance must say. Pure; symbol and words carry it, colour only repeats it.

The same rule stands once more as SQL in `persistence/queries/lights.py`, for lists that filter and count by
light; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.values import local_date

#: A duty is due soon when at most this many working days are left, the due day included.
SOON_WORKING_DAYS = 3


@dataclass(frozen=True, slots=True)
class Light:
    """A light. `code` names the CSS class, `symbol` and `title` are what is read."""

    code: str
    symbol: str
    title: str


NORMAL = Light("normal", "●", "正常")
DUE_SOON = Light("due_soon", "▲", "临期")
LATE = Light("late", "■", "逾期")
SENT_BACK = Light("sent_back", "↩", "退回")
DONE = Light("done", "✔", "办结")
TO_ACCEPT = Light("to_accept", "…", "待签收")
WITHDRAWN = Light("withdrawn", "×", "撤回")

#: Worst first: a cell or a row that holds several tasks shows the first of these that it meets.
WORST_FIRST = (LATE, SENT_BACK, DUE_SOON, TO_ACCEPT, NORMAL, DONE, WITHDRAWN)
LIGHTS = {light.code: light for light in WORST_FIRST}


def soon_until(today: date, calendar: WorkingCalendar) -> date:
    """Return the last due day that still counts as soon, seen from `today`."""
    return calendar.add_working_days(today, SOON_WORKING_DAYS + 1) - timedelta(days=1)


def light_of(
    *, done: bool, final: bool, withdrawn: bool, sent_back: bool, waits_for: str, to_accept: bool,
    due_on: date | None, due_at: datetime | None, now: datetime, calendar: WorkingCalendar, asked: bool = False,
) -> Light:  # fmt: skip
    """Return the light of a task at `now`.

    done        the duty is met, whether or not a look-back may still follow
    withdrawn   the task was called off; it needs nothing from anybody
    waits_for   only a unit can be late or short of time: what waits for the supervisors shows as normal
    to_accept   the unit has not signed for it yet; a date that is near or past weighs more
    asked       a later date is asked for, or what was found is contested, and nobody has decided yet: the waiting is
                not the unit's lateness
    """
    if withdrawn:
        return WITHDRAWN
    if done or final:
        return DONE
    if waits_for != "unit":
        return NORMAL
    if due_at is not None and now >= due_at and not asked:
        return LATE
    if sent_back:
        return SENT_BACK
    if due_on is not None and due_on <= soon_until(local_date(now), calendar):
        return DUE_SOON
    return TO_ACCEPT if to_accept else NORMAL


def worst(lights: Iterable[Light]) -> Light | None:
    """Return the worst of `lights`, or None when there are none."""
    return min(lights, key=WORST_FIRST.index, default=None)
