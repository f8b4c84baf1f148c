"""What contesting does to a clock: it rests, goes on with the unit's own days alone, or takes back what was counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time

import pytest

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.clocks import Clock, ClockStatus, pause, start
from tracker.domain.deadlines import by_date, local_moment
from tracker.domain.definition import ClockDefinition
from tracker.domain.escalation import Cause
from tracker.domain.extending import EXTENSION_PENDING
from tracker.domain.ladder import Rung, RungAct
from tracker.domain.objections import (
    OBJECTION_PENDING,
    CountedAgainst,
    answer_extension,
    freeze,
    last_moment,
    overturn,
    thaw,
)

CALENDAR = WorkingCalendar(1, {}, frozenset({2026}))
FINISH = ClockDefinition(
    "finish", "办结", frozenset({"surveying"}), "standard", pauses_for=frozenset({EXTENSION_PENDING, OBJECTION_PENDING})
)
SUPERVISE = Rung("supervise", RungAct.RAISE, ("supervisor",), after=3, quality_failures=2, failed_rechecks=1)


def morning(day: str) -> datetime:
    return local_moment(date.fromisoformat(day), time(8, 30))


def begun() -> Clock:
    return start(
        FINISH, now=morning("2026-03-02"), calendar=CALENDAR, given=by_date(date(2026, 3, 20), calendar=CALENDAR)
    )


def late(day: str = "2026-03-25") -> datetime:
    return morning(day)


def counted(cause: Cause, occurrence: int = 1) -> CountedAgainst:
    return CountedAgainst(7, occurrence, cause, SUPERVISE)


def test_a_contested_clock_rests_and_goes_on_with_the_same_date_and_the_units_own_days() -> None:
    frozen = freeze(begun(), FINISH, now=late())
    assert (frozen.status, frozen.pause_reason) == (ClockStatus.PAUSED, OBJECTION_PENDING)
    gone_on = thaw(frozen, extension_asked=False, now=late("2026-04-08"), calendar=CALENDAR)
    assert (gone_on.status, gone_on.due) == (ClockStatus.RUNNING, begun().due)
    # Three working days late on 25 March, three on 8 April.
    assert CALENDAR.working_days_between(gone_on.ladder_from_on, date(2026, 4, 8)) == 3


def test_a_workflow_that_does_not_allow_it_is_not_frozen() -> None:
    old = replace(FINISH, pauses_for=frozenset({EXTENSION_PENDING}))
    assert freeze(begun(), old, now=late()) == begun()


def test_two_questions_at_once_must_both_be_answered_in_either_order() -> None:
    frozen = freeze(begun(), FINISH, now=late("2026-03-16"))
    waiting = thaw(frozen, extension_asked=True, now=late(), calendar=CALENDAR)
    assert (waiting.status, waiting.pause_reason, waiting.held_since) == (
        ClockStatus.PAUSED, EXTENSION_PENDING, late("2026-03-16"),
    )  # fmt: skip
    assert answer_extension(waiting, contested=False, now=late(), calendar=CALENDAR).status is ClockStatus.RUNNING
    asked = pause(begun(), reason=EXTENSION_PENDING, now=late("2026-03-16"))
    left = answer_extension(asked, contested=True, now=late("2026-03-18"), calendar=CALENDAR)
    assert (left.pause_reason, left.held_since) == (OBJECTION_PENDING, late("2026-03-16"))


def test_an_extension_that_holds_a_clock_is_not_let_go_by_the_answer_to_an_objection() -> None:
    asked = pause(begun(), reason=EXTENSION_PENDING, now=late("2026-03-16"))
    assert thaw(asked, extension_asked=True, now=late(), calendar=CALENDAR) == asked


@pytest.mark.parametrize("cause", [Cause.LATE, Cause.ORDER])
def test_lateness_that_was_overturned_begins_anew_with_the_decision(cause: Cause) -> None:
    taken_back = overturn(begun(), counted(cause), now=late("2026-03-30"))
    assert (taken_back.ladder_from_on, taken_back.due) == (date(2026, 3, 30), begun().due)


def test_failures_that_were_overturned_are_taken_off_and_later_ones_stay() -> None:
    clock = replace(begun(), quality_failures=3, failed_rechecks=1)
    assert overturn(clock, counted(Cause.QUALITY), now=late()).quality_failures == 1
    assert overturn(clock, counted(Cause.RECHECK), now=late()).failed_rechecks == 0
    assert overturn(clock, counted(Cause.QUALITY, occurrence=2), now=late()) == clock


def test_a_clock_that_is_over_keeps_its_record() -> None:
    over = replace(begun(), status=ClockStatus.DONE)
    assert overturn(over, counted(Cause.LATE), now=late()) == over


def test_the_last_day_to_contest_rolls_over_a_rest_day() -> None:
    assert last_moment(morning("2026-03-25"), 30, CALENDAR).due_on == date(2026, 4, 24)
    assert last_moment(morning("2026-03-26"), 30, CALENDAR).due_on == date(2026, 4, 27)
