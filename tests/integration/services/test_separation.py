"""Doer ≠ signer-off and drafter ≠ approver, by person; alone one may act, with a reason."""

from __future__ import annotations

from datetime import date

import pytest

from tests.support.world import World, morning, small_campaign
from tracker.domain.errors import InvalidInput

SURVEY = (
    "{key: s1, ordinal: （一）, title: 摸排, text: 摸排, workflow: survey, units: [west], due: {by_date: 2026-03-13}}"
)


def leave_only(world: World, *keys: str) -> None:
    """End the posts of every other person of the office side."""
    for key in {"office1", "boss", "sup1", "sup2"} - set(keys):
        posts = world.rows("SELECT id FROM post WHERE person_id = :person", person=world.person_ids[key])
        for post in posts:
            world.container.people.end_post(post["id"], ends_on=date(2026, 3, 20), by=None)


def test_when_nobody_else_is_left_one_person_may_approve_with_a_reason(fresh_database_url: str) -> None:
    with World(fresh_database_url, start=morning("2026-03-02")) as world:
        world.load(small_campaign(measures=[SURVEY], villages=("west",)))
        world.act("clerk-west", world.task("s1", "west")["ref"], "accept")
        world.move_to("2026-03-19")
        leave_only(world, "sup1")
        world.move_to("2026-03-21")
        ref = world.value("SELECT ref FROM notice WHERE kind = 'supervision_notice'")
        world.act_on_notice("sup1", ref, "seal")
        with pytest.raises(InvalidInput):
            world.act_on_notice("sup1", ref, "approve")
        world.act_on_notice("sup1", ref, "approve", reason="督导组仅一人在岗")
        said = world.value(
            "SELECT payload ->> 'reason' FROM event WHERE kind = 'task.moved' AND payload ->> 'transition' = 'approve'"
        )
        assert said == "督导组仅一人在岗"
