"""One table role × action × place, written out: who may do what where, and that all else is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tracker.domain.permissions import Action, Place, Tie, Tied, Viewer, may, parties
from tracker.domain.values import Actor, Post, Role

OFFICE, OTHER_OFFICE, TOWN, EAST, WEST = 1, 2, 10, 11, 12
CAMPAIGN, OTHER_CAMPAIGN = 100, 200
BELOW = {TOWN: frozenset({TOWN, EAST, WEST}), EAST: frozenset({EAST}), OFFICE: frozenset({OFFICE})}

AT_EAST = Place(OFFICE, CAMPAIGN, EAST)
AT_WEST = Place(OFFICE, CAMPAIGN, WEST)
DRAFT_AT_EAST = Place(OFFICE, CAMPAIGN, EAST, internal=True)
ELSEWHERE = Place(OTHER_OFFICE, OTHER_CAMPAIGN, WEST)

#: where each role holds its post
POSTS = {
    Role.OFFICE: OFFICE, Role.SUPERVISOR: OFFICE, Role.LEADER: OFFICE, Role.AREA_LEADER: EAST, Role.HEAD: EAST,
    Role.LIAISON: EAST, Role.SYSTEM_ADMIN: OFFICE, Role.SECURITY_ADMIN: OFFICE, Role.AUDIT_ADMIN: OFFICE,
}  # fmt: skip

#: what a role may do with a task of east; `!` = with a paper there that is not issued yet, too
ALLOWED = {
    Role.OFFICE: "see_task! plan_visit! see_campaign! see_workbench! act_as_office! urge! decide_extension! issue_campaign!"
    " change_campaign! see_incidents! see_outbox! see_units! manage_units! see_contacts! manage_areas! record_occurrence!"
    " see_calendar! manage_calendar! see_proof! manage_templates! take_evidence!",
    Role.SUPERVISOR: "see_task! plan_visit! see_campaign! see_workbench! act_as_supervisor! urge! decide_extension!"
    " see_access_log! record_occurrence! see_proof! take_evidence!",
    Role.LEADER: "see_task! see_campaign! see_workbench! act_as_leader! urge! order_rung! approve_extension! see_access_log!"
    " take_evidence!",
    Role.AREA_LEADER: "see_task see_campaign urge see_own_area",
    Role.HEAD: "see_task see_campaign act_as_unit hand_down object decide_in_place see_access_log take_evidence",
    Role.LIAISON: "see_task see_campaign act_as_unit hand_down object see_access_log take_evidence",
    Role.SYSTEM_ADMIN: "see_incidents! see_outbox! see_proof! see_health! see_units! see_calendar! manage_calendar!",
    Role.SECURITY_ADMIN: "manage_accounts! see_accounts!",
    Role.AUDIT_ADMIN: "see_accounts! verify_ledger!",
}
#: what an administrator may do wherever it is: no business of any campaign
ADMINISTRATION = {
    "see_incidents", "see_outbox", "see_proof", "see_health", "see_units", "manage_accounts", "see_accounts", "verify_ledger", "see_calendar",
    "manage_calendar",
}  # fmt: skip
ADMINS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)


def viewer(*posts: tuple[Role, int, int | None]) -> Viewer:
    held = tuple(Post(n, 7, unit, role, campaign) for n, (role, unit, campaign) in enumerate(posts, 1))
    return Viewer(Actor(7, None, held), BELOW)


def holder(role: Role) -> Viewer:
    return viewer((role, POSTS[role], None))


def table() -> list[tuple[Role, Action, bool, bool]]:
    rows = []
    for role, words in ALLOWED.items():
        allowed = words.split()
        for action in Action:
            in_draft = f"{action.value}!" in allowed
            rows.append((role, action, in_draft or action.value in allowed, in_draft))
    return rows


@pytest.mark.parametrize(("role", "action", "open_task", "draft"), table())
def test_a_role_may_do_what_the_table_says_and_nothing_else(role, action, open_task, draft):
    assert may(holder(role), action, AT_EAST) is open_task
    assert may(holder(role), action, DRAFT_AT_EAST) is draft


@pytest.mark.parametrize(("role", "action", "open_task", "draft"), table())
def test_nobody_has_a_say_in_another_offices_campaign_or_at_the_neighbours(role, action, open_task, draft):
    everywhere = role in ADMINS and open_task
    assert may(holder(role), action, ELSEWHERE) is everywhere
    office_side = role in (Role.OFFICE, Role.SUPERVISOR, Role.LEADER) and open_task
    assert may(holder(role), action, AT_WEST) is (office_side or everywhere)


PART_OF_EAST = Place(OFFICE, CAMPAIGN, WEST, tied=Tied(Tie.PART, EAST))
SHARE_OF_TOWN = Place(OFFICE, CAMPAIGN, EAST, tied=Tied(Tie.SHARE, TOWN))


@pytest.mark.parametrize("role", [Role.HEAD, Role.LIAISON])
def test_who_leads_sees_judges_and_urges_a_part_and_does_not_do_it(role):
    lead = viewer((role, EAST, None))
    assert parties(lead, PART_OF_EAST) == {"lead"}
    assert may(lead, Action.SEE_TASK, PART_OF_EAST)
    assert may(lead, Action.URGE, PART_OF_EAST)
    assert not may(lead, Action.DECIDE_EXTENSION, PART_OF_EAST)
    assert not may(viewer((Role.AREA_LEADER, EAST, None)), Action.URGE, PART_OF_EAST)


def test_a_supporter_sees_the_leads_task_and_nothing_else():
    joint = Place(OFFICE, CAMPAIGN, EAST, partners=frozenset({WEST}))
    supporter = viewer((Role.LIAISON, WEST, None))
    assert {action for action in Action if may(supporter, action, joint)} == {Action.SEE_TASK}
    assert not may(supporter, Action.SEE_TASK, AT_EAST)
    assert not may(supporter, Action.SEE_TASK, replace(joint, internal=True))


def test_the_unit_that_handed_a_share_down_stands_where_the_supervisors_stood():
    upper = viewer((Role.LIAISON, TOWN, None))
    assert parties(upper, SHARE_OF_TOWN) == {"supervisor", "office"}
    assert may(upper, Action.DECIDE_EXTENSION, SHARE_OF_TOWN)
    assert parties(holder(Role.SUPERVISOR), SHARE_OF_TOWN) == frozenset()
    assert parties(holder(Role.OFFICE), SHARE_OF_TOWN) == {"office"}
    assert parties(holder(Role.LIAISON), SHARE_OF_TOWN) == {"unit"}
    assert may(holder(Role.SUPERVISOR), Action.SEE_TASK, SHARE_OF_TOWN)


@pytest.mark.parametrize("action", list(Action))
def test_nobody_without_a_post_may_do_anything(action):
    assert not may(viewer(), action, AT_EAST)


@pytest.mark.parametrize("role", ADMINS)
def test_administrators_see_no_business(role):
    assert {action.value for action in Action if may(holder(role), action, AT_EAST)} <= ADMINISTRATION


@pytest.mark.parametrize("role", [Role.OFFICE, Role.SUPERVISOR, Role.LEADER, Role.HEAD, Role.LIAISON, Role.AREA_LEADER])
def test_a_post_for_one_campaign_opens_no_other(role):
    only_there = viewer((role, POSTS[role], OTHER_CAMPAIGN))
    only_here = viewer((role, POSTS[role], CAMPAIGN))
    assert not may(only_there, Action.SEE_TASK, AT_EAST)
    assert may(only_here, Action.SEE_TASK, AT_EAST)


def test_a_head_above_sees_the_units_below_and_acts_for_none_of_them():
    head = viewer((Role.HEAD, TOWN, None))
    assert may(head, Action.SEE_TASK, AT_EAST)
    assert may(head, Action.SEE_TASK, AT_WEST)
    assert not may(head, Action.ACT_AS_UNIT, AT_EAST)
    assert may(head, Action.ACT_AS_UNIT, Place(OFFICE, CAMPAIGN, TOWN))


def test_a_liaison_does_not_see_upwards():
    assert not may(holder(Role.LIAISON), Action.SEE_TASK, Place(OFFICE, CAMPAIGN, TOWN))


def test_posts_add_up_but_do_not_mix():
    both = viewer((Role.SUPERVISOR, OFFICE, None), (Role.LIAISON, EAST, None))
    assert parties(both, AT_EAST) == {"supervisor", "unit"}
    assert parties(both, AT_WEST) == {"supervisor"}
    assert parties(both, ELSEWHERE) == frozenset()


def test_the_units_of_some_roles_are_those_at_and_below_their_posts():
    mixed = viewer((Role.HEAD, TOWN, None), (Role.SUPERVISOR, OFFICE, None))
    assert mixed.units(Role.HEAD) == {TOWN, EAST, WEST}
    assert mixed.units(Role.LIAISON) == frozenset()
    assert mixed.roles() == {Role.HEAD, Role.SUPERVISOR}


def test_an_office_post_for_one_campaign_keeps_its_areas_and_no_units():
    only_here = viewer((Role.OFFICE, OFFICE, CAMPAIGN))
    assert may(only_here, Action.MANAGE_AREAS, AT_EAST)
    beside = (Action.SEE_UNITS, Action.MANAGE_UNITS, Action.SEE_CONTACTS, Action.SEE_CALENDAR, Action.MANAGE_CALENDAR)
    for action in beside:
        assert not may(only_here, action, AT_EAST)
