"""Areas: a person covers units of a campaign under a label, and ladders may speak to the first responsible person."""

import pytest

from tests.support.kept import standing_world
from tests.support.world import World, small_campaign
from tests.web.site import MEASURES, MORE_PEOPLE
from tracker.domain.errors import InvalidInput, NotFound, StaleVersion
from tracker.services.telling import Audience, tell


@standing_world()
def world(world: World) -> None:
    world.load(small_campaign(measures=MEASURES).replace("\nmeasures:", f"{MORE_PEOPLE}measures:", 1))


def unit(world: World, key: str) -> int:
    return int(world.value("SELECT id FROM unit WHERE key = :key", key=key))


def leaders(world: World) -> list[tuple[str, str, str]]:
    rows = world.rows(
        "SELECT h.name, u.key, p.title FROM post p JOIN person h ON h.id = p.person_id JOIN unit u ON u.id = p.unit_id"
        " WHERE p.role = 'area_leader' AND p.campaign_id IS NOT NULL AND p.ends_on IS NULL ORDER BY p.id"
    )
    return [(row["name"], row["key"], row["title"]) for row in rows]


def test_the_office_says_who_covers_which_units_and_by_what_name(world: World) -> None:
    office, both = world.viewer("office1"), [unit(world, "east"), unit(world, "west")]
    assert (
        world.container.areas.assign(office, world.campaign_ref, person="boss", unit_ids=both, label="第一责任人") == 2
    )
    assert leaders(world)[1:] == [("boss", "east", "第一责任人"), ("boss", "west", "第一责任人")]
    assert (
        world.container.areas.assign(office, world.campaign_ref, person="boss", unit_ids=both[:1], label="包村干部")
        == 0
    )
    assert leaders(world)[1:] == [("boss", "east", "包村干部"), ("boss", "west", "第一责任人")]
    world.container.areas.end(office, world.campaign_ref, world.value("SELECT max(id) FROM post"))
    assert leaders(world)[1:] == [("boss", "east", "包村干部")]


@pytest.mark.parametrize(
    ("person", "label", "field"), [("没有这人", "包片", "person"), ("", "包片", "person"), ("boss", "很" * 21, "label"), ("security", "包片", "person")]
)  # fmt: skip
def test_what_cannot_be_says_so_at_its_field(world: World, person: str, label: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        world.container.areas.assign(
            world.viewer("office1"), world.campaign_ref, person=person, unit_ids=[unit(world, "east")], label=label
        )
    assert [problem.field for problem in refused.value.problems] == [field]


def test_only_the_office_of_the_campaign_keeps_its_areas(world: World) -> None:
    for who in ("sup1", "boss", "clerk-east", "area", "system", "security"):
        with pytest.raises(NotFound):
            world.container.areas.assign(
                world.viewer(who), world.campaign_ref, person="boss", unit_ids=[unit(world, "east")], label=""
            )
        with pytest.raises(NotFound):
            world.container.areas.set_first_responsible(
                world.viewer(who), world.campaign_ref, "head", expected_version=1
            )


def test_the_first_responsible_person_is_told_as_the_campaign_labels(world: World) -> None:
    office = world.viewer("office1")
    version = world.value("SELECT version FROM campaign")
    task = world.task("survey", "east")
    audience = Audience(task["campaign_id"], task["unit_id"], unit(world, "office"), "east村")
    facts = {"task_ref": task["ref"], "title": "x", "unit": "east村", "reason": "y"}

    def told(cause: str) -> list[str]:
        with world.container.uows() as uow:
            tell(
                uow, cause=cause, message="withdrawn", facts=facts, audience=audience, roles=["first_responsible"],
                now=world.clock.now(),
            )  # fmt: skip
            uow.commit()
        rows = world.rows("SELECT h.name FROM told t JOIN person h ON h.id = t.person_id WHERE t.cause = :c", c=cause)
        return [row["name"] for row in rows]

    assert told("a") == ["head-east"]
    world.container.areas.set_first_responsible(office, world.campaign_ref, "area_leader", expected_version=version)
    assert told("b") == ["area"]
    with pytest.raises(StaleVersion):
        world.container.areas.set_first_responsible(office, world.campaign_ref, "head", expected_version=version)
