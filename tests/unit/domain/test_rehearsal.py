"""Who is late in a rehearsal, when, and that what came of it survives being kept."""

from __future__ import annotations

import json
from datetime import date

import pytest

from tests.support.world import shipped_catalog
from tracker.domain.calendar import WorkingCalendar
from tracker.domain.fields import read_form
from tracker.domain.quotas import TaskPeriod
from tracker.domain.rehearsal import (
    LATE_BY,
    Assumption,
    Busy,
    Outcome,
    Paper,
    Rung,
    Stuck,
    Week,
    acting_day,
    late_units,
    why_too_large,
)
from tracker.domain.standing_in import answers, next_step

CALENDAR = WorkingCalendar(1, {date(2026, 4, 6): False}, frozenset({2026}))
UNITS = [f"village-{number}" for number in range(11)]


def test_a_fifth_of_the_units_is_late_and_the_seed_says_which() -> None:
    assert len(late_units(UNITS, "1")) == 3
    assert late_units(UNITS, "1") == late_units(reversed(UNITS), "1")
    assert len({late_units(UNITS, str(seed)) for seed in range(8)}) > 1
    assert late_units([], "1") == frozenset()


def test_who_is_on_time_reports_on_the_working_day_before_and_never_before_it_was_asked() -> None:
    def on_time(due: date, opened: date) -> date:
        return acting_day(due, opened, CALENDAR, late=False, seed="1", duty="a")

    assert on_time(date(2026, 4, 7), date(2026, 3, 2)) == date(2026, 4, 3)
    assert on_time(date(2026, 4, 7), date(2026, 4, 7)) == date(2026, 4, 7)


def test_who_is_late_reports_so_many_working_days_after_the_date() -> None:
    days = {
        acting_day(date(2026, 3, 2), date(2026, 3, 2), CALENDAR, late=True, seed="1", duty=f"duty-{number}")
        for number in range(40)
    }
    assert {CALENDAR.working_days_between(date(2026, 3, 2), day) for day in days} == set(LATE_BY)


def test_a_plan_that_takes_too_long_is_refused_with_what_to_do() -> None:
    assert why_too_large(2000, Assumption.ONE_IN_FIVE) == ""
    assert "没有人办" in why_too_large(2001, Assumption.ONE_IN_FIVE)
    assert "缩短起止日期" in why_too_large(20_001, Assumption.NOBODY)


@pytest.mark.parametrize("key", sorted(shipped_catalog().workflows))
def test_every_kind_of_work_has_a_way_on_which_all_goes_well_and_its_forms_are_taken(key: str) -> None:
    if key == "objection":
        return  # Nobody objects in a rehearsal.
    definition, state = shipped_catalog().workflows[key], shipped_catalog().workflows[key].initial
    for _ in range(12):
        step = next_step(definition, state, lambda one: TaskPeriod().offers(one, definition))
        assert step is not None, (key, state)
        if step.form:
            given = answers(definition.forms[step.form], definition.forms, today=date(2026, 3, 2))
            read_form(definition.forms[step.form], definition.forms, given, today=date(2026, 3, 2))
        state = step.target
        if definition.states[state].done:
            return
    pytest.fail(f"{key} does not end")


def test_one_return_of_several_is_recorded_until_only_the_last_is_left() -> None:
    definition = shipped_catalog().workflows["survey"]

    def step(recorded: int) -> str:
        period = TaskPeriod("2026-Q1", 3, recorded)
        found = next_step(definition, "surveying", lambda one: period.offers(one, definition))
        return found.name if found else ""

    assert [step(recorded) for recorded in (0, 1, 2)] == ["record", "record", "report"]


def test_what_came_of_it_survives_being_kept() -> None:
    outcome = Outcome(
        "行动", "one_in_five", "1", "2026-03-02", "2026-08-31", "", 12, 3, 2, ("东村",), 40, 6,
        (Busy("甲", "东村", "liaison", 20, 7, "2026-03-16"),), (("2026-03-17", 5),),
        (Week("2026-03-16", 9, 7, 4, 1),), (Rung("逾期催办", 3, 0),), (Paper("督导通知书", 2, 1, 3),), ("没有包片领导",),
        ("没有手机号",), (), (), (Stuck("督导通知书：批准", 1, "没有人"),),
    )  # fmt: skip
    assert Outcome.from_plain(json.loads(json.dumps(outcome.to_plain()))) == outcome
    assert (outcome.peak, outcome.drafted) == (7, 2)
