"""How often a step of a paper asks the database: five hundred papers are decided one by one within a minute."""

from __future__ import annotations

from tests.support.kept import standing_world
from tests.support.world import World, small_campaign
from tests.web.papers import counted_queries
from tests.web.site import MEASURES

MOST = {"seal": 23, "approve": 23, "issue": 32}
STEPS = (("sup1", "seal"), ("sup2", "approve"), ("sup1", "issue"))


@standing_world()
def world(world: World) -> None:
    world.load(small_campaign(measures=MEASURES))
    world.move_to("2026-03-25")


def test_a_step_asks_for_nothing_twice_and_not_for_what_no_paper_has(world: World) -> None:
    asked = {}
    for paper in world.rows("SELECT ref FROM notice WHERE kind = 'supervision_notice' AND gathering ORDER BY id"):
        for who, step in STEPS:  # of the first paper definitions and calendars are read, once a process
            viewer, (row,) = (
                world.viewer(who),
                world.rows("SELECT version FROM notice WHERE ref = :ref", ref=paper["ref"]),
            )
            with counted_queries() as sent:
                world.container.notices.apply_transition(
                    viewer, notice_ref=paper["ref"], transition=step, expected_version=row["version"]
                )
            asked[step] = len(sent)
            assert not [one for one in sent if "task.tie" in one and "parent_id IN" in one], "a paper has no parts"
    assert asked == MOST
