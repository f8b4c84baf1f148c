"""How the lateness of a task divides: what was the unit's own, and what came from others. Pure.

All in working days between the day first given and the day on which it was finished (or today). The four parts add up
to the whole by the way they are cut, so no page can show parts that do not fit together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tracker.domain.calendar import WorkingCalendar


@dataclass(frozen=True, slots=True)
class LateFacts:
    """What a lateness is cut from.

    first_due_on    the day first given; earlier than `due_on` where extensions were granted
    due_on          the day that holds now
    ladder_from_on  the day from which lateness counts (domain.clocks): later than `due_on` by what others held it
    got_on          when the unit got the task: its opening, or its hand-over from another unit
    given_up_on     when the unit last gave it out of its hands; None while it lies there
    until_on        when it was finished, or today
    """

    first_due_on: date
    due_on: date
    ladder_from_on: date
    got_on: date
    given_up_on: date | None
    until_on: date


@dataclass(frozen=True, slots=True)
class Lateness:
    """Working days after the day first given.

    own        the unit's own
    handed     before it got the task from another, or was given it
    extension  granted
    waiting    for the office side: review, an answer to an extension or an objection
    """

    own: int = 0
    handed: int = 0
    extension: int = 0
    waiting: int = 0

    @property
    def total(self) -> int:
        """Return all of it."""
        return self.own + self.handed + self.extension + self.waiting

    def __add__(self, other: Lateness) -> Lateness:
        return Lateness(
            self.own + other.own, self.handed + other.handed, self.extension + other.extension,
            self.waiting + other.waiting,
        )  # fmt: skip


def divide(facts: LateFacts, calendar: WorkingCalendar) -> Lateness:
    """Return how the lateness of one task divides; nothing at all where it was in time."""

    def days(first: date, last: date) -> int:
        return max(0, calendar.working_days_between(first, last))

    total = days(facts.first_due_on, facts.until_on)
    extension = min(total, days(facts.first_due_on, facts.due_on))
    left = total - extension
    after = days(max(facts.given_up_on, facts.due_on), facts.until_on) if facts.given_up_on is not None else 0
    waiting = min(left, after + days(facts.due_on, facts.ladder_from_on))
    left -= waiting
    handed = min(left, days(facts.due_on, facts.got_on))
    return Lateness(left - handed, handed, extension, waiting)


def add_up(parts: Iterable[Lateness]) -> Lateness:
    """Return the sum of several."""
    return sum(parts, Lateness())
