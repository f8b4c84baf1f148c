"""Opening a lead check is on record: once an hour for a person, and only some may read the record."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.kept import standing_world
from tests.support.racing import at_once
from tests.support.world import World, small_campaign
from tracker.domain.errors import NotFound

MEASURES = [
    "{key: survey, ordinal: （一）, title: 排查, text: 排查。, workflow: survey, units: [各村], due: {by_date: 2026-03-20}}",
    "{key: lead, ordinal: （二）, title: 线索, text: 核查。, workflow: lead_check, units: [各村], due: {by_date: 2026-03-20}}",
]


@standing_world()
def world(made: World) -> None:
    made.load(small_campaign(measures=MEASURES))


def opened(world: World, person: str, measure: str = "lead") -> bool:
    ref = world.task(measure, "east")["ref"]
    return world.container.access_log.record_opening(world.viewer(person), task_ref=ref)


def recorded(world: World) -> list[tuple[str, str]]:
    rows = world.rows(
        "SELECT p.name, q.role FROM event e JOIN person p ON p.id = e.person_id JOIN post q ON q.id = e.post_id"
        " WHERE e.kind = 'task.viewed' ORDER BY e.id"
    )
    return [(row["name"], row["role"]) for row in rows]


def test_an_opening_names_person_and_post_and_is_recorded_once_an_hour(world: World) -> None:
    assert opened(world, "clerk-east")
    assert not opened(world, "clerk-east")
    assert opened(world, "sup1")
    world.clock.set(world.clock.now() + timedelta(minutes=59))
    assert not opened(world, "clerk-east")
    world.clock.set(world.clock.now() + timedelta(minutes=2))
    assert opened(world, "clerk-east")
    assert recorded(world) == [("clerk-east", "liaison"), ("sup1", "supervisor"), ("clerk-east", "liaison")]


def test_other_work_keeps_no_such_record_and_strangers_find_nothing(world: World) -> None:
    assert not opened(world, "clerk-east", "survey")
    with pytest.raises(NotFound):
        opened(world, "clerk-west")
    assert recorded(world) == []


def test_two_pages_opened_at_once_make_one_event(world: World) -> None:
    ref, viewer = world.task("lead", "east")["ref"], world.viewer("clerk-east")

    def act() -> bool:
        return world.container.access_log.record_opening(viewer, task_ref=ref)

    at_once(act, act)
    assert len(recorded(world)) == 1


def test_the_units_people_the_supervisors_and_the_leader_read_the_record(world: World) -> None:
    opened(world, "clerk-east")
    ref = world.task("lead", "east")["ref"]
    read = {
        person: world.container.access_log.openings(world.viewer(person), task_ref=ref)
        for person in ("clerk-east", "head-east", "sup1", "boss", "office1")
    }
    assert read.pop("office1") is None
    assert [len(found or ()) for found in read.values()] == [1, 1, 1, 1]
    survey = world.task("survey", "east")["ref"]
    assert world.container.access_log.openings(world.viewer("sup1"), task_ref=survey) is None
