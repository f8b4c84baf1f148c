"""The time line: what came of each rung, and what is to come, from the events of a task alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time

import pytest

from tracker.definitions.calendar_seed import seed_days
from tracker.domain.auditing import TaskEvent
from tracker.domain.calendar import WorkingCalendar
from tracker.domain.clocks import Clock, ClockStatus, next_occurrence
from tracker.domain.deadlines import by_date, local_moment
from tracker.domain.ladder import Ladder, Rung, RungAct
from tracker.domain.timeline import Entry, Kind, Rules, RungState, Timeline, Why, timeline
from tracker.domain.values import SHANGHAI
from tracker.persistence.repositories.clocks import clock_payload

CALENDAR = WorkingCalendar(7, *seed_days(2025, 2027))
LADDER = Ladder(
    "standard", 1, "一般事项",
    (
        Rung("three_before", RungAct.REMIND, ("liaison",), after=-3, title="到期前提醒"),
        Rung("on_day", RungAct.REMIND, ("liaison",), after=0, title="到期当日提醒"),
        Rung("urge", RungAct.URGE, ("liaison", "head"), after=1, title="逾期催办"),
        Rung("letter", RungAct.RAISE, ("supervisor",), after=3, quality_failures=2, raises="supervision_notice", severity=3),
        Rung("talk", RungAct.RAISE, ("supervisor", "leader"), after=8, raises="interview_notice", severity=4),
    ),
)  # fmt: skip
LADDER_ID = 5
RULES = Rules({LADDER_ID: LADDER}.__getitem__, {7: CALENDAR}.__getitem__)


def at(day: str, hour: int = 10, minute: int = 0) -> datetime:
    return local_moment(date.fromisoformat(f"2026-{day}"), time(hour, minute))


def clock(due: str = "03-20", **more) -> Clock:
    moment = by_date(date.fromisoformat(f"2026-{due}"), calendar=CALENDAR)
    return replace(Clock("finish", 1, ClockStatus.RUNNING, at("03-02"), moment, moment.due_on), **more)


def event(moment: datetime, one: Clock | None, kind: str = "task.moved", **payload: object) -> TaskEvent:
    clocks = {} if one is None else {one.name: clock_payload(one, LADDER_ID)}
    return TaskEvent(moment, kind, {"clocks": clocks, **payload})


def fired(
    moment: datetime, index: int, *, cause: str = "late", occurrence: int = 1, kind: str = "rung.fired"
) -> TaskEvent:
    return TaskEvent(moment, kind, {
        "clock": "finish", "occurrence": occurrence, "rung": index, "rung_name": LADDER.rungs[index].name, "act": "remind",
        "cause": cause, "fell_due_at": moment.isoformat(), "ladder": LADDER_ID, "due_on": "2026-03-20",
    })  # fmt: skip


OPENED = event(at("03-02"), clock(), "task.opened")


def drawn(events: list[TaskEvent], now: datetime, **more) -> Timeline:
    return timeline(events, RULES, now=now, **more)


def shown(entries: tuple[Entry, ...]) -> list[tuple[str, str]]:
    """Return (local moment, what) of rungs and due moments."""
    return [
        (
            f"{one.at.astimezone(SHANGHAI):%m-%d %H:%M}" if one.at else "",
            f"{one.state.value if one.state else one.kind.value} {'+'.join(r.name for r in one.rungs)}".strip(),
        )
        for one in entries
        if one.kind is not Kind.HAPPENED
    ]


def test_all_that_is_to_come_stands_in_order_with_the_due_moment_between():
    assert shown(drawn([OPENED], at("03-02")).coming) == [
        ("03-17 09:10", "coming three_before"), ("03-20 09:10", "coming on_day"), ("03-21 00:00", "due"),
        ("03-23 09:10", "coming urge"), ("03-25 09:10", "coming letter"), ("04-01 09:10", "coming talk"),
    ]  # fmt: skip


def test_holidays_stretch_the_way_and_a_worked_saturday_shortens_it():
    # 1–5 May 2026 are free, Saturday 9 May is worked.
    coming = drawn([event(at("04-20"), clock("04-30", started_at=at("04-20")), "task.opened")], at("04-20")).coming
    assert shown(coming)[2:] == [
        ("05-01 00:00", "due"), ("05-06 09:10", "coming urge"), ("05-08 09:10", "coming letter"),
        ("05-14 09:10", "coming talk"),
    ]  # fmt: skip
    assert [one.gap for one in coming] == [5, 3, 0, 1, 2, 5]


def test_what_fired_is_past_and_the_rest_is_to_come():
    line = drawn([OPENED, fired(at("03-17", 9, 10), 0), fired(at("03-20", 9, 10), 1)], at("03-20", 12))
    assert shown(line.past) == [("03-17 09:10", "fired three_before"), ("03-20 09:10", "fired on_day")]
    assert shown(line.coming)[1] == ("03-23 09:10", "coming urge")


def test_a_rung_whose_moment_is_here_and_no_sweep_came_is_said_to_be_due():
    line = drawn([OPENED], at("03-17", 9, 30))
    assert line.coming[0].state is RungState.DUE
    assert line.coming[0].fell_due_at == at("03-17", 9, 10)


def test_a_reminder_whose_day_had_passed_when_the_date_was_given_is_not_lived_through():
    line = drawn([event(at("03-18"), clock(started_at=at("03-18")), "task.opened")], at("03-18", 12))
    (never,) = [one for one in line.past if one.kind is Kind.LEFT]
    assert (never.why, [rung.name for rung in never.rungs]) == (Why.GIVEN_LATE, ["three_before"])
    assert shown(line.coming)[0] == ("03-20 09:10", "coming on_day")


def test_while_others_have_it_nothing_fires_and_the_rest_waits():
    held = clock(status=ClockStatus.HELD, held_since=at("03-10"))
    line = drawn([OPENED, event(at("03-10"), held)], at("03-18"))
    (never,) = [one for one in line.past if one.kind is Kind.LEFT]
    assert (never.why, [rung.name for rung in never.rungs]) == (Why.WAITED, ["three_before"])
    (waiting,) = line.loose
    assert waiting.state is RungState.WAITING
    assert [rung.name for rung in waiting.rungs] == ["on_day", "urge", "letter", "talk"]
    assert shown(line.coming) == [("03-21 00:00", "due")]


def test_what_came_back_late_is_reminded_of_no_day_that_is_over_and_counts_its_own_days():
    held = clock(status=ClockStatus.HELD, held_since=at("03-16"))
    back = clock(ladder_from_on=date(2026, 3, 26))
    line = drawn([OPENED, event(at("03-16"), held), event(at("03-26"), back)], at("03-26", 12))
    (never,) = [one for one in line.past if one.kind is Kind.LEFT]
    assert (never.why, never.at, [r.name for r in never.rungs]) == (Why.WAITED, at("03-26"), ["three_before", "on_day"])
    assert shown(line.coming)[0] == ("03-27 09:10", "coming urge")


def test_a_later_date_takes_the_rungs_of_the_old_one_with_it_and_the_old_date_stays():
    given = next_occurrence(clock(), by_date(date(2026, 4, 10), calendar=CALENDAR), now=at("03-18"))
    line = drawn(
        [OPENED, fired(at("03-17", 9, 10), 0), event(at("03-18"), given, "extension.decided")], at("03-18", 12)
    )
    (gone,) = [one for one in line.past if one.kind is Kind.LEFT]
    assert (gone.why, gone.at) == (Why.REPLACED, at("03-18"))
    assert [rung.name for rung in gone.rungs] == ["on_day", "urge", "letter", "talk"]
    (moved,) = [change for one in line.past for change in one.changes if change.before]
    assert moved.before is not None
    assert (moved.change.value, moved.before.due.due_on) == ("extended", date(2026, 3, 20))
    assert shown(line.coming)[0] == ("04-07 09:10", "coming three_before")


def test_what_is_done_fires_no_more():
    line = drawn([OPENED, event(at("03-10"), clock(status=ClockStatus.DONE))], at("05-01"))
    (gone,) = [one for one in line.past if one.kind is Kind.LEFT]
    assert (gone.why, gone.at, len(gone.rungs)) == (Why.OVER, at("03-10"), 5)
    assert line.coming == line.loose == ()


def test_a_clock_that_is_over_waits_for_nothing():
    held = clock(status=ClockStatus.HELD, held_since=at("03-10"))
    line = drawn([OPENED, event(at("03-10"), held)], at("05-01"), over=frozenset({"finish"}))
    assert [one.why for one in line.past if one.kind is Kind.LEFT] == [Why.OVER]
    assert line.loose == ()


def test_what_a_higher_rung_has_served_is_foreseen_as_not_repeated():
    ordered = fired(at("03-05"), 4, cause="order")
    coming = drawn([OPENED, ordered], at("03-06")).coming
    assert [(one.rung.name, one.served_by) for one in coming if one.kind is Kind.RUNG][-1] == ("letter", "talk")


def test_a_count_is_named_as_a_condition_beside_its_day():
    assert [one.rung.name for one in drawn([OPENED], at("03-06")).loose] == ["letter"]


@pytest.mark.parametrize("kind", ["objection.raised", "nothing.known"])
def test_an_event_that_nobody_here_knows_shows_what_it_did_to_the_clocks_and_no_more(kind):
    paused = clock(status=ClockStatus.PAUSED, held_since=at("03-10"), pause_reason="objection")
    line = drawn([OPENED, event(at("03-09"), None, kind), event(at("03-10"), paused, kind)], at("03-11"))
    assert [one.at for one in line.past if one.kind is Kind.HAPPENED] == [at("03-02"), at("03-10")]


def test_a_cause_that_nobody_here_knows_is_still_a_firing():
    line = drawn([OPENED, fired(at("03-17", 9, 10), 0, cause="astrology")], at("03-18"))
    assert shown(line.past) == [("03-17 09:10", "fired three_before")]


def test_who_knows_of_a_paper_only_since_its_issue_sees_nothing_older_and_no_hidden_clock():
    decide = replace(clock("03-06"), name="decide")
    issued = event(at("03-05"), replace(decide, status=ClockStatus.DONE), "task.moved")
    both = TaskEvent(at("03-05"), "task.moved", {"clocks": {**issued.payload["clocks"], **OPENED.payload["clocks"]}})
    line = drawn([event(at("03-02"), decide, "task.opened"), both], at("03-06"))
    seen = line.seen_from(1, at("03-05"), hidden=frozenset({"decide"}))
    assert [change.name for one in seen.past for change in one.changes] == ["finish"]
    assert {one.clock.name for one in (*seen.past, *seen.coming) if one.clock} == {"finish"}
