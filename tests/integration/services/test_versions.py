"""A running task keeps the workflow, and a running clock the ladder, that it began with."""

from __future__ import annotations

import dataclasses

import pytest

from tests.support.world import WORKFLOWS, World, morning, small_campaign
from tracker.definitions.calendar_seed import CALENDAR_YEARS, seed_days
from tracker.definitions.catalog import Catalog, content_of, load_catalog
from tracker.definitions.plain import content_hash
from tracker.domain.definition import WorkflowDefinition
from tracker.domain.installation import CalendarSeed, DefinitionText
from tracker.domain.ladder import Ladder

SURVEY = (
    "{key: s1, ordinal: （一）, title: 摸排, text: 摸排, workflow: survey, units: [各村], due: {by_date: 2026-03-20}}"
)


def upgrade(world: World, kind: str, definition: WorkflowDefinition | Ladder) -> None:
    """Start the next release on the same database: one definition has changed."""
    content = content_of(definition)
    exceptions, published = seed_days(*CALENDAR_YEARS)
    world.container.installations.prepare(
        definitions=[DefinitionText(kind, definition.key, definition.version, content, content_hash(content))],  # type: ignore[arg-type]
        calendar=CalendarSeed("chinesecalendar test", exceptions, published), is_sample=False,
    )  # fmt: skip


def shipped() -> Catalog:
    return load_catalog(WORKFLOWS)


def test_a_task_goes_on_by_the_workflow_that_it_began_with(fresh_database_url: str) -> None:
    with World(fresh_database_url, start=morning("2026-03-02")) as world:
        world.load(small_campaign(measures=[SURVEY]))
        survey = shipped().workflows["survey"]
        without_return = tuple(t for t in survey.transitions if t.name != "return")
        upgrade(world, "workflow", dataclasses.replace(survey, version=survey.version + 1, transitions=without_return))
        ref = world.task("s1", "west")["ref"]
        world.act("clerk-west", ref, "accept")
        world.act("clerk-west", ref, "report", {"category": "rental", "should_check": "10", "checked": "10"})
        world.act("sup1", ref, "return", reason="请补充")
        assert world.task("s1", "west")["state"] == "surveying"
        assert world.container.catalog.newest_workflow("survey")[1].version == survey.version + 1


@pytest.mark.slow
def test_a_clock_climbs_the_ladder_that_it_began_with(fresh_database_url: str) -> None:
    with World(fresh_database_url, start=morning("2026-03-02")) as world:
        world.load(small_campaign(measures=[SURVEY]))
        standard = shipped().ladders["standard"]
        upgrade(world, "ladder", dataclasses.replace(standard, version=2, rungs=standard.rungs[:1]))
        world.act("clerk-west", world.task("s1", "west")["ref"], "accept")
        world.move_to("2026-03-26")
        fired = world.rows(
            "SELECT f.rung_name FROM firing f JOIN clock c ON c.id = f.clock_id"
            " WHERE f.task_id = :task AND c.name = 'finish'",
            task=world.task("s1", "west")["id"],
        )
        assert "supervise" in {row["rung_name"] for row in fired}
        assert world.container.audits.audit().clean
