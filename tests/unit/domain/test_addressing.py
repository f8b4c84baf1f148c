"""Roles become people; a vacancy goes up its chain and is named."""

from __future__ import annotations

import pytest

from tracker.domain.addressing import AddressBook

OFFICE, EAST = 1, 11
CAMPAIGN, OTHER = 100, 200
CLERK, CLERK_2, HEAD, AREA, OFFICER, SUPERVISOR, LEADER = range(21, 28)
EVERYBODY = (
    (EAST, "liaison", None, CLERK), (EAST, "head", None, HEAD), (EAST, "area_leader", None, AREA),
    (OFFICE, "office", None, OFFICER), (OFFICE, "supervisor", None, SUPERVISOR), (OFFICE, "leader", None, LEADER),
)  # fmt: skip


def reach(*roles: str, without: tuple[str, ...] = (), more: tuple = ()) -> tuple[list[int], tuple[str, ...]]:
    posts = [*(post for post in EVERYBODY if post[1] not in without), *more]
    book = AddressBook((*post, 1000 + number) for number, post in enumerate(posts))
    found = book.reach(roles, unit_id=EAST, office_unit_id=OFFICE, campaign_id=CAMPAIGN)
    return [holder.person_id for holder in found.holders], found.vacant


@pytest.mark.parametrize(
    ("roles", "without", "people", "vacant"),
    [
        (["liaison"], (), [CLERK], ()),
        (["liaison", "head"], (), [CLERK, HEAD], ()),
        (["supervisor", "leader"], (), [SUPERVISOR, LEADER], ()),
        (["liaison"], ("liaison",), [HEAD], ("liaison",)),
        (["liaison"], ("liaison", "head"), [AREA], ("liaison", "head")),
        (["liaison"], ("liaison", "head", "area_leader"), [OFFICER], ("liaison", "head", "area_leader")),
        (["liaison", "head"], ("liaison",), [HEAD], ("liaison",)),  # the head is told once
        (["head", "area_leader"], ("area_leader",), [HEAD, OFFICER], ("area_leader",)),
        (["supervisor"], ("supervisor",), [OFFICER], ("supervisor",)),
        (["leader", "office"], ("leader",), [OFFICER], ("leader",)),
        (["office"], ("office",), [], ("office",)),
        (["liaison"], ("liaison", "head", "area_leader", "office"), [], ("liaison", "head", "area_leader", "office")),
    ],
)
def test_a_role_that_nobody_holds_is_answered_by_the_next_in_its_chain(roles, without, people, vacant):
    assert reach(*roles, without=without) == (people, vacant)


def test_all_holders_of_a_role_are_reached():
    assert reach("liaison", more=((EAST, "liaison", None, CLERK_2),))[0] == [CLERK, CLERK_2]


def test_a_person_with_two_roles_is_reached_once():
    assert reach("supervisor", "leader", more=((OFFICE, "leader", None, SUPERVISOR),))[0] == [SUPERVISOR, LEADER]


@pytest.mark.parametrize(("campaign", "people"), [(CAMPAIGN, [CLERK, CLERK_2]), (OTHER, [CLERK])])
def test_a_post_for_one_campaign_serves_only_that_campaign(campaign, people):
    assert reach("liaison", more=((EAST, "liaison", campaign, CLERK_2),))[0] == people


def test_a_post_at_another_unit_reaches_nobody_here():
    neighbour = (EAST + 1, "liaison", None, CLERK_2)
    assert reach("liaison", without=("liaison",), more=(neighbour,)) == ([HEAD], ("liaison",))


def test_each_campaign_says_which_post_is_its_first_responsible_person() -> None:
    book = AddressBook(((*post, 1000 + number) for number, post in enumerate(EVERYBODY)), {CAMPAIGN: "area_leader"})
    for campaign, person in ((CAMPAIGN, AREA), (OTHER, HEAD)):
        found = book.reach(["first_responsible"], unit_id=EAST, office_unit_id=OFFICE, campaign_id=campaign)
        assert ([holder.person_id for holder in found.holders], found.vacant) == ([person], ())


def test_a_vacant_first_responsible_post_goes_up_its_own_chain() -> None:
    assert reach("first_responsible", without=("head",)) == ([AREA], ("head",))


def test_whoever_was_asked_before_is_passed_by_for_the_next_in_the_chain_and_is_no_vacancy():
    book = AddressBook((*post, 1000 + number) for number, post in enumerate(EVERYBODY))
    asked = {"liaison": {CLERK}, "head": {HEAD}}
    found = book.reach(
        ["liaison"], unit_id=EAST, office_unit_id=OFFICE, campaign_id=CAMPAIGN,
        passing_by=lambda role: asked.get(role, set()),
    )  # fmt: skip
    assert ([holder.person_id for holder in found.holders], found.vacant) == ([AREA], ())
