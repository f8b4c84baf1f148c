"""Why something is as it is, recomputed from the record, in words that the unit can read. DESIGN.md §3.7."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.world import World, morning, small_campaign
from tracker.domain.errors import NotFound

RETURN = (
    "{key: t1, ordinal: （一）, title: 报送, text: 报送, workflow: return, units: [各村], due: {by_date: 2026-03-20}}"
)
MONTHLY: dict[str, object] = {
    "title": "月报", "as_of": "2026-03-02", "summary": "无", "actions": "0", "problems_found": "0",
}  # fmt: skip


@pytest.fixture
def world(fresh_database_url: str) -> Iterator[World]:
    with World(fresh_database_url, start=morning("2026-03-02")) as world:
        world.load(small_campaign(measures=[RETURN]))
        for village in ("east", "west"):
            world.act(f"clerk-{village}", world.task("t1", village)["ref"], "accept")
        yield world


def explained(world: World, ref: str, person: str = "clerk-west") -> str:
    return "\n".join(world.container.explanations.explain(world.viewer(person), ref).lines)


def test_a_late_task_names_its_date_its_class_its_lateness_and_what_comes_next(world: World) -> None:
    world.move_to("2026-03-24")
    said = explained(world, world.task("t1", "west")["ref"])
    for words in (
        "2026年3月20日", "这是写明的日期，不会变动", "已过期限，计2个工作日", "触发“逾期催办”", "如仍未办结，2026-03-25 09:10将触发",
    ):  # fmt: skip
        assert words in said


def test_days_spent_waiting_for_the_supervisors_are_told_and_not_counted(world: World) -> None:
    ref = world.task("t1", "west")["ref"]
    world.move_to("2026-03-19")
    world.act("clerk-west", ref, "report", MONTHLY)
    world.move_to("2026-03-30")
    world.act("sup1", ref, "return", reason="口径不对")
    said = explained(world, ref)
    assert "2026-03-19 10:00至2026-03-30 10:00不在单位手里，停表，这段时间不算单位逾期" in said
    assert "已过期限，计0个工作日" in said


def test_a_replaced_date_stays_in_the_explanation(world: World) -> None:
    task = world.task("t1", "west")
    container = world.container
    container.extensions.ask(
        world.viewer("clerk-west"), task_ref=task["ref"], expected_version=task["version"], wanted_on="2026-03-31",
        reason="口径未定", progress="",
    )  # fmt: skip
    container.extensions.decide(
        world.viewer("sup1"), task_ref=task["ref"], expected_version=task["version"] + 1, grant=True,
        granted_on="2026-03-31", reason="",
    )  # fmt: skip
    said = explained(world, task["ref"])
    assert "（第2次期限）" in said
    assert "原第1次期限为2026年3月20日，仍留在记录里" in said


def test_an_issued_paper_is_explained_to_its_unit_item_by_item_and_a_draft_is_not(world: World) -> None:
    world.move_to("2026-03-27")
    (draft,) = [
        row["ref"]
        for row in world.rows(
            "SELECT n.ref FROM notice n JOIN unit u ON u.id = n.unit_id WHERE u.key = 'west' AND n.kind = 'supervision_notice'"
        )
    ]
    with pytest.raises(NotFound):
        explained(world, draft)
    world.act_on_notice("sup1", draft, "seal")
    world.act_on_notice("sup2", draft, "approve")
    world.act_on_notice("sup1", draft, "issue")
    said = explained(world, draft)
    assert "1. “报送”，应于2026年3月20日前办结" in said
    assert "拟发督导通知书" in said


def test_what_a_neighbour_did_is_not_explained(world: World) -> None:
    with pytest.raises(NotFound):
        explained(world, world.task("t1", "east")["ref"])


def test_the_same_facts_come_as_data(world: World) -> None:
    world.move_to("2026-03-24")
    data = world.container.explanations.explain(None, world.task("t1", "west")["ref"]).data
    (finish,) = [clock for clock in data["clocks"] if clock["name"] == "finish"]
    assert finish["spans"][-1]["due_on"] == "2026-03-20"
    assert [one["rung_name"] for one in data["fired"] if one["clock"] == "finish"][-1] == "urge_1"
    assert {one["person"] for one in data["told"]} == {"clerk-west", "head-west"}
