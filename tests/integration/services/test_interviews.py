"""约谈 and 整改通知书: the two graver papers, from the engine's draft to their rectification items."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.world import World, morning, small_campaign
from tracker.domain.errors import InvalidInput, TransitionNotAllowed

SURVEY = (
    "{key: s1, ordinal: （一）, title: 摸排, text: 摸排, workflow: survey, units: [各村], due: {by_date: 2026-03-20}}"
)
DETAILS: dict[str, object] = {
    "held_on": "2026-04-09", "held_hour": "上午9:00", "place": "镇会议室", "host": "组长", "must_attend": "村主要负责人",
}  # fmt: skip
RECORD: dict[str, object] = {
    "held_on": "2026-04-09", "participants": "组长、村主要负责人", "problems": "摸排逾期", "statement": "人手不足，立即补齐",
    "requirements": "一周内完成", "deadline_on": "2026-04-17",
}  # fmt: skip


@pytest.fixture
def world(fresh_database_url: str) -> Iterator[World]:
    with World(fresh_database_url, start=morning("2026-03-02")) as world:
        world.load(small_campaign(measures=[SURVEY], villages=("west",)))
        world.act("clerk-west", world.task("s1", "west")["ref"], "accept")
        world.move_to("2026-04-07", "10:00")
        yield world


def draft(world: World, kind: str) -> str:
    ref: str = world.value("SELECT ref FROM notice WHERE kind = :kind AND gathering", kind=kind)
    return ref


def signed(world: World, kind: str, details: dict[str, object] | None = None) -> str:
    ref = draft(world, kind)
    world.act_on_notice("sup1", ref, "seal", details)
    world.act_on_notice("boss", ref, "approve")
    world.act_on_notice("sup1", ref, "issue")
    return ref


def reply(world: World, ref: str) -> dict[str, object]:
    items = world.rows(
        "SELECT i.text FROM notice_item i JOIN notice n ON n.id = i.notice_id WHERE n.ref = :ref ORDER BY position",
        ref=ref,
    )
    given: dict[str, object] = {"situation": "已整改"}
    for number, item in enumerate(items):
        row = {"item": item["text"], "measure": "补报", "leader": "村主任", "limit_on": "2026-04-17"}
        given |= {f"items.{number}.{name}": value for name, value in row.items()}
    return given


def test_an_interview_is_put_up_with_time_and_place_held_recorded_and_answered(world: World) -> None:
    with pytest.raises(InvalidInput):
        world.act_on_notice("sup1", draft(world, "interview_notice"), "seal")
    ref = signed(world, "interview_notice", DETAILS)
    assert world.value("SELECT printed_number FROM notice WHERE ref = :ref", ref=ref) == "测约〔2026〕1号"
    world.act_on_notice("clerk-west", ref, "accept")
    with pytest.raises(TransitionNotAllowed):
        world.act_on_notice("clerk-west", ref, "reply", reply(world, ref))
    world.move_to("2026-04-09", "11:00")
    world.act_on_notice("sup2", ref, "record", RECORD)
    assert world.act_on_notice("clerk-west", ref, "reply", reply(world, ref)).opened == 1
    assert world.act_on_notice("sup1", ref, "close").state == "closed"


def test_the_answer_to_an_interview_runs_from_the_interview_not_from_acceptance(world: World) -> None:
    ref = signed(world, "interview_notice", DETAILS)
    world.act_on_notice("clerk-west", ref, "accept")
    world.move_to("2026-04-09", "11:00")
    world.act_on_notice("sup2", ref, "record", RECORD)
    due = world.value(
        "SELECT c.due_on::text FROM clock c JOIN notice n ON n.task_id = c.task_id WHERE n.ref = :ref AND c.name = 'reply'",
        ref=ref,
    )
    assert due == "2026-04-16", "five working days after the ninth"


def test_a_rectification_notice_opens_its_list_when_it_is_issued_once(world: World) -> None:
    ref = signed(world, "rectification_notice")
    opened = world.rows("SELECT t.state, t.due_on::text AS due FROM task t WHERE t.workflow_key = 'rectification'")
    assert opened == [{"state": "rectifying", "due": "2026-04-22"}], "fifteen days from 7 April"
    world.act_on_notice("clerk-west", ref, "accept")
    world.act_on_notice("clerk-west", ref, "reply", {"situation": "已布置", "leader": "村主任"})
    assert world.value("SELECT count(*) FROM task WHERE workflow_key = 'rectification'") == 1
