"""What "why" says of confidential work behind a paper's lines, and what the record keeps of that."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.late_village import draft, sign
from tests.support.world import World, morning, small_campaign
from tracker.domain.permissions import Viewer

MEASURES = [
    "{key: s1, ordinal: （一）, title: 摸排, text: 摸排, workflow: survey, units: [各村], due: {by_date: 2026-03-20}}",
    "{key: l1, ordinal: （二）, title: 线索, text: 核查, workflow: lead_check, units: [各村], due: {by_date: 2026-03-20}}",
]


@pytest.fixture
def world(fresh_database_url: str) -> Iterator[World]:
    """A paper whose lines rest on a survey and on a lead check, both late."""
    with World(fresh_database_url, start=morning("2026-03-02")) as world:
        world.load(small_campaign(measures=MEASURES, villages=("west",)))
        for key in ("s1", "l1"):
            world.act("clerk-west", world.task(key, "west")["ref"], "accept")
        world.move_to("2026-03-25", "10:00")
        yield world


def explained(world: World, ref: str, viewer: Viewer | None) -> set[str]:
    """Return the tasks of which an explanation says more than their line."""
    found = world.container.explanations.explain(viewer, ref)
    return {one["task"]["ref"] for one in found.data["items"]}


def openings(world: World) -> list[tuple[str, int | None]]:
    found = world.rows("SELECT payload ->> 'ref' AS ref, person_id FROM event WHERE kind = 'task.viewed' ORDER BY id")
    return [(row["ref"], row["person_id"]) for row in found]


def test_whoever_reads_why_of_a_paper_has_opened_the_confidential_tasks_behind_its_lines(world: World) -> None:
    ref, lead = draft(world), world.task("l1", "west")["ref"]
    before = openings(world)
    assert lead in explained(world, ref, world.viewer("sup1"))
    explained(world, ref, world.viewer("sup1"))
    assert openings(world) == [*before, (lead, world.person_ids["sup1"])], "once an hour, as on the task's own page"


def test_the_operator_is_told_the_lines_alone_and_nothing_of_a_confidential_task_itself(world: World) -> None:
    ref, lead, survey = draft(world), world.task("l1", "west")["ref"], world.task("s1", "west")["ref"]
    sign(world, ref)
    before = openings(world)
    assert explained(world, ref, None) == {survey}
    found = world.container.explanations.explain(None, lead)
    assert "命令行里不说明" in found.lines[0]
    assert world.task("l1", "west")["title"] not in found.title
    assert openings(world) == before
