"""Where a decision goes when nobody at the office may take it. DESIGN.md §3.5."""

from __future__ import annotations

from pathlib import Path

import pytest

from tracker.definitions.catalog import load_catalog
from tracker.domain.extending import EXTENSION, EXTENSION_FINAL, Asked
from tracker.domain.permissions import Action, Place, Viewer, may
from tracker.domain.rising import Level, Need, Risen, left_to_one, needs_of, where_risen
from tracker.domain.values import Actor, Post, Role

WORKFLOWS = load_catalog(Path(__file__).parents[3] / "workflows").workflows
OFFICE, TOWN, COUNTY = 1, 2, 3
SUP, OTHER, HEAD, CHIEF = 11, 12, 21, 31
APPROVE = Need("approve", frozenset({"supervisor"}), frozenset({SUP}))


def level(unit_id: int, **holders: int) -> Level:
    return Level(unit_id, {role: frozenset({person}) for role, person in holders.items()})


def test_what_somebody_else_at_the_office_may_take_stays_there() -> None:
    office = Level(OFFICE, {"supervisor": frozenset({SUP, OTHER})})
    chain = [office, level(TOWN, head=HEAD)]
    assert where_risen([APPROVE], chain) is None
    assert not left_to_one([APPROVE], chain)


def test_what_nobody_else_at_the_office_may_take_rises_to_the_head_of_the_unit_above() -> None:
    chain = [level(OFFICE, supervisor=SUP), level(TOWN, head=HEAD), level(COUNTY, head=CHIEF)]
    assert where_risen([APPROVE], chain) == Risen(TOWN, frozenset({"supervisor"}))
    assert not left_to_one([APPROVE], chain)


def test_it_rises_on_past_a_unit_where_the_same_person_is_the_only_one() -> None:
    chain = [level(OFFICE, supervisor=SUP), level(TOWN, head=SUP), level(COUNTY, leader=OTHER, supervisor=CHIEF)]
    assert where_risen([APPROVE], chain) == Risen(COUNTY, frozenset({"supervisor"}))


def test_at_the_top_it_is_left_to_one_person() -> None:
    chain = [level(OFFICE, supervisor=SUP), level(TOWN)]
    assert where_risen([APPROVE], chain) is None
    assert left_to_one([APPROVE], chain) == {"approve"}


def test_a_vacant_post_rises_as_well_though_nobody_is_excluded() -> None:
    vacant = Need("approve", frozenset({"supervisor"}))
    chain = [level(OFFICE, leader=OTHER), level(TOWN, supervisor=HEAD)]
    assert where_risen([vacant], chain) == Risen(TOWN, frozenset({"supervisor"}))
    assert not left_to_one([vacant], [level(OFFICE), level(TOWN)]), "nobody is not one person"


def test_two_people_who_each_did_one_separated_step_do_not_block_each_other_for_ever() -> None:
    needs = needs_of(WORKFLOWS["supervision_notice"], "sealed", {"edit": SUP, "seal": OTHER}, separation=True)
    chain = [Level(OFFICE, {"supervisor": frozenset({SUP, OTHER})}), level(TOWN, head=HEAD)]
    risen = where_risen(needs, chain)
    assert risen is not None
    assert risen.unit_id == TOWN


def test_a_state_that_waits_for_the_unit_needs_no_decision_but_an_extension() -> None:
    survey = WORKFLOWS["survey"]
    assert needs_of(survey, "surveying", {}, separation=True) == ()
    (asked,) = needs_of(survey, "surveying", {}, separation=True, extension=Asked(SUP))
    assert (asked.step, asked.excluded) == (EXTENSION, {SUP})
    assert {need.step for need in needs_of(survey, "verifying", {}, separation=True)} == {"approve", "return"}


def test_the_second_answer_is_neither_the_askers_nor_the_examiners() -> None:
    asked = Asked(HEAD, steps=2, examined_by=SUP)
    (final,) = needs_of(WORKFLOWS["survey"], "surveying", {}, separation=True, extension=asked)
    assert (final.step, final.excluded, final.roles) == (EXTENSION_FINAL, {HEAD, SUP}, {"leader"})


def test_without_separation_nobody_is_excluded() -> None:
    needs = needs_of(WORKFLOWS["survey"], "verifying", {"report": SUP}, separation=False)
    assert all(not need.excluded for need in needs)


@pytest.mark.parametrize(
    ("role", "unit", "action", "allowed"),
    [
        (Role.HEAD, TOWN, Action.ACT_AS_SUPERVISOR, True),
        (Role.HEAD, TOWN, Action.SEE_TASK, True),
        (Role.HEAD, TOWN, Action.ACT_AS_LEADER, False),
        (Role.HEAD, COUNTY, Action.ACT_AS_SUPERVISOR, False),
        (Role.SUPERVISOR, TOWN, Action.ACT_AS_SUPERVISOR, True),
        (Role.LEADER, TOWN, Action.ACT_AS_SUPERVISOR, False),
        (Role.LIAISON, TOWN, Action.SEE_TASK, False),
        (Role.HEAD, TOWN, Action.DECIDE_EXTENSION, False),
    ],
)
def test_only_the_unit_it_rose_to_decides_and_only_as_what_the_office_lacks(
    role: Role, unit: int, action: Action, allowed: bool
) -> None:
    place = Place(OFFICE, 5, 99, internal=True, risen=Risen(TOWN, frozenset({"supervisor"})))
    viewer = Viewer(Actor(HEAD, None, (Post(1, HEAD, unit, role),)))
    assert may(viewer, action, place) is allowed


def test_a_post_for_another_campaign_decides_nothing_here() -> None:
    place = Place(OFFICE, 5, 99, risen=Risen(TOWN, frozenset({"supervisor"})))
    viewer = Viewer(Actor(HEAD, None, (Post(1, HEAD, TOWN, Role.HEAD, campaign_id=6),)))
    assert not may(viewer, Action.ACT_AS_SUPERVISOR, place)
