"""Joint measures: one task at the lead, a part for each supporter, each with its own lateness."""

from __future__ import annotations

import pytest

from tests.support.kept import standing_world
from tests.support.world import World, small_campaign
from tracker.domain.errors import NotFound
from tracker.domain.permissions import Action, may
from tracker.services.seeing import see

JOINT = (
    "{key: joint, ordinal: （一）, title: 联合清查, text: 联合清查一次。, workflow: return, lead: north,"
    " support: [各村], due: {by_date: 2026-03-20}}"
)
ALONE = (
    "{key: alone, ordinal: （二）, title: 报送情况, text: 报送。, workflow: return, units: [east],"
    " due: {by_date: 2026-04-30}}"
)
VILLAGES = ("north", "east", "west", "south")
REPORT = {
    "title": "清查情况", "as_of": "2026-03-18", "summary": "已清查。", "actions": "1", "problems_found": "0",
}  # fmt: skip


@standing_world()
def world(one: World) -> None:
    one.load(small_campaign(measures=[JOINT, ALONE], villages=VILLAGES))
    one.act("clerk-east", one.task("alone", "east")["ref"], "accept")
    one.act("clerk-north", one.task("joint", "north")["ref"], "accept")


def part_of(world: World, unit: str) -> dict[str, object]:
    (row,) = world.rows(
        "SELECT t.* FROM task t JOIN unit u ON u.id = t.unit_id WHERE t.tie = 'part' AND u.key = :unit", unit=unit
    )
    return row


def lead_of(world: World) -> dict[str, object]:
    return world.task("joint", "north")


def findings(world: World) -> list[tuple[str, str]]:
    found = world.rows(
        "SELECT u.key, t.tie FROM finding f JOIN task t ON t.id = f.task_id JOIN unit u ON u.id = f.unit_id ORDER BY f.id"
    )
    return [(row["key"], row["tie"]) for row in found]


def test_the_lead_gets_the_one_task_and_each_supporter_a_part_with_the_same_date(world: World) -> None:
    lead = lead_of(world)
    parts = world.rows("SELECT * FROM task WHERE parent_id = :lead ORDER BY id", lead=lead["id"])
    assert {part["workflow_key"] for part in parts} == {"support"}
    assert len(parts) == 3
    assert {(part["due_on"], part["due_at"]) for part in parts} == {(lead["due_on"], lead["due_at"])}
    assert {part["upper_unit_id"] for part in parts} == {lead["unit_id"]}
    assert "support_asked" in {message for _, person, message in world.told() if person == "clerk-east"}


def test_a_supporter_confirms_its_part_and_the_lead_is_told(world: World) -> None:
    ref = str(part_of(world, "east")["ref"])
    world.act("clerk-east", ref, "confirm", {"note": "已派3人参加。"})
    assert part_of(world, "east")["done"]
    assert ("clerk-north", "part_confirmed") in {(person, message) for _, person, message in world.told()}


def test_the_lead_or_a_supervisor_sends_a_part_back_with_a_reason_and_it_is_confirmed_again(world: World) -> None:
    ref = str(part_of(world, "east")["ref"])
    for judge in ("clerk-north", "sup1"):
        world.act("clerk-east", ref, "confirm", {"note": "已办。"})
        world.act(judge, ref, "return", reason="没有写清做了什么")
        part = part_of(world, "east")
        assert (part["state"], part["sent_back"]) == ("assigned", True)
    world.act("clerk-east", ref, "confirm", {"note": "已派3人清查12户。"})
    assert part_of(world, "east")["state"] == "confirmed"


@pytest.mark.slow
def test_a_late_part_is_its_supporters_and_nobody_elses(world: World) -> None:
    lead = str(lead_of(world)["ref"])
    for unit in ("east", "west"):
        world.act(f"clerk-{unit}", str(part_of(world, unit)["ref"]), "confirm", {"note": "已办。"})
    world.move_to("2026-03-19")
    world.act("clerk-north", lead, "report", REPORT)
    world.move_to("2026-04-10")
    assert set(findings(world)) == {("south", "part")}
    urged = {person for _, person, message in world.told() if message == "urge"}
    assert urged == {"clerk-south", "head-south"}


@pytest.mark.slow
def test_the_leads_lateness_never_lands_on_supporters(world: World) -> None:
    for unit in ("east", "west", "south"):
        world.act(f"clerk-{unit}", str(part_of(world, unit)["ref"]), "confirm", {"note": "已办。"})
    world.move_to("2026-04-10")
    assert {unit for unit, _ in findings(world)} == {"north"}


def test_open_parts_end_with_the_leads_task_and_are_not_late(world: World) -> None:
    lead = str(lead_of(world)["ref"])
    world.act("clerk-east", str(part_of(world, "east")["ref"]), "confirm", {"note": "已办。"})
    world.act("clerk-north", lead, "report", REPORT | {"as_of": "2026-03-02"})
    world.act("sup1", lead, "approve")
    assert part_of(world, "east")["state"] == "settled"
    ended = part_of(world, "west")
    assert (ended["state"], ended["final"], ended["done"]) == ("lapsed", True, False)
    assert (
        world.value("SELECT count(*) FROM clock WHERE next_fire_at IS NOT NULL AND task_id = :task", task=ended["id"])
        == 0
    )
    world.move_to("2026-04-10")
    assert findings(world) == []
    assert world.container.audits.audit().clean


def test_a_lead_that_is_called_off_takes_its_open_parts_along(world: World) -> None:
    world.act("clerk-east", str(part_of(world, "east")["ref"]), "confirm", {"note": "已办。"})
    world.act("office1", str(lead_of(world)["ref"]), "withdraw", reason="改由县里统一清查")
    assert [part_of(world, unit)["state"] for unit in ("east", "west")] == ["settled", "withdrawn"]
    assert ("clerk-west", "withdrawn") in {(person, message) for _, person, message in world.told()}


def test_a_later_date_for_the_lead_is_a_later_date_for_the_parts(world: World) -> None:
    lead = lead_of(world)
    viewer = world.viewer("clerk-north")
    world.container.extensions.ask(
        viewer, task_ref=str(lead["ref"]), expected_version=2, wanted_on="2026-03-27", reason="天气", progress="一半"
    )
    world.container.extensions.decide(
        world.viewer("sup1"), task_ref=str(lead["ref"]), expected_version=3, grant=True, granted_on="2026-03-27",
        reason="同意",
    )  # fmt: skip
    part = part_of(world, "west")
    assert str(part["due_on"]) == "2026-03-27"
    assert world.value("SELECT occurrence FROM clock WHERE task_id = :task", task=part["id"]) == 2
    assert ("clerk-west", "redated") in {(person, message) for _, person, message in world.told()}
    world.move_to("2026-03-26")
    assert findings(world) == []
    assert world.container.audits.audit().clean


def test_supporters_read_the_leads_task_and_others_do_not_know_it(world: World) -> None:
    ref = str(lead_of(world)["ref"])
    with world.container.uows() as uow:
        task = uow.tasks.get_by_ref(ref)
        setting = see(uow, world.viewer("clerk-east"), task)
        place = setting.place(task)
        assert not may(world.viewer("clerk-east"), Action.ACT_AS_UNIT, place)
        alone = uow.tasks.get_by_ref(str(world.task("alone", "east")["ref"]))
        with pytest.raises(NotFound):
            see(uow, world.viewer("clerk-west"), alone)
        other = uow.tasks.get_by_ref(str(part_of(world, "south")["ref"]))
        with pytest.raises(NotFound):
            see(uow, world.viewer("clerk-east"), other)


def test_the_lead_urges_a_part(world: World) -> None:
    ref = str(part_of(world, "south")["ref"])
    world.container.escalations.urge(world.viewer("clerk-north"), task_ref=ref, text="请抓紧")
    assert ("clerk-south", "urge") in {(person, message) for _, person, message in world.told()}
