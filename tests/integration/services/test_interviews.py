"""约谈 and 整改通知书: the two graver papers, from the engine's draft to their rectification items."""

from __future__ import annotations

import hashlib

import pytest

from tests.support.contested import contest, decide
from tests.support.kept import standing_world
from tests.support.world import World, small_campaign
from tracker.domain.chain import canonical
from tracker.domain.errors import CannotIssue, InvalidInput, TransitionNotAllowed
from tracker.services.ledger_files import Wanted

SURVEY = (
    "{key: s1, ordinal: （一）, title: 摸排, text: 摸排, workflow: survey, units: [各村], due: {by_date: 2026-03-20}}"
)
DETAILS: dict[str, object] = {
    "held_on": "2026-04-09", "held_hour": "上午9:00", "place": "镇会议室", "host": "组长", "must_attend": "村主要负责人",
}  # fmt: skip
RECORD: dict[str, object] = {
    "held_on": "2026-04-09", "participants": "组长、村主要负责人", "problems": "摸排逾期", "statement": "人手不足，立即补齐",
    "requirements": "一周内完成", "came": "in_person", "commitment": "按期完成", "recorder": "办公室干事",
    "agreed.0.item": "补齐出租房屋台账", "agreed.0.measure": "逐户补登", "agreed.0.leader": "村主任", "agreed.0.limit_on": "2026-04-17",
}  # fmt: skip


@standing_world()
def world(world: World) -> None:
    world.load(small_campaign(measures=[SURVEY], villages=("west",)))
    world.act("clerk-west", world.task("s1", "west")["ref"], "accept")
    world.move_to("2026-04-07", "10:00")


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


@pytest.mark.slow
def test_an_interview_is_put_up_with_time_and_place_held_recorded_and_answered(world: World) -> None:
    with pytest.raises(InvalidInput):
        world.act_on_notice("sup1", draft(world, "interview_notice"), "seal")
    ref = signed(world, "interview_notice", DETAILS)
    assert world.value("SELECT printed_number FROM notice WHERE ref = :ref", ref=ref) == "测约〔2026〕1号"
    world.act_on_notice("clerk-west", ref, "accept")
    with pytest.raises(TransitionNotAllowed):
        world.act_on_notice("clerk-west", ref, "reply", reply(world, ref))
    world.move_to("2026-04-09", "11:00")
    assert world.act_on_notice("sup2", ref, "record", RECORD).opened == 1
    world.act_on_notice("clerk-west", ref, "reply", {"situation": "已布置"})
    assert world.act_on_notice("sup1", ref, "close").state == "closed"


def held(world: World, rows: list[dict[str, object]]) -> str:
    """Hold an interview at which these things are agreed on."""
    ref = signed(world, "interview_notice", DETAILS)
    world.act_on_notice("clerk-west", ref, "accept")
    world.move_to("2026-04-09", "11:00")
    given = {name: value for name, value in RECORD.items() if not name.startswith("agreed")}
    given |= {f"agreed.{n}.{name}": value for n, row in enumerate(rows) for name, value in row.items()}
    world.act_on_notice("sup2", ref, "record", given)
    return ref


def agreed_row(item: str, limit_on: str = "2026-04-17") -> dict[str, object]:
    return {"item": item, "measure": "逐户补登", "leader": "村主任", "limit_on": limit_on}


def printed_line(world: World) -> str:
    line: str = world.value(
        "SELECT i.text FROM notice_item i JOIN notice n ON n.id = i.notice_id WHERE n.kind = 'interview_notice' AND n.gathering"
    )
    return line


def test_what_was_agreed_on_opens_with_its_measure_leader_and_limit_and_stands_in_the_ledger(world: World) -> None:
    line = printed_line(world)
    ref = held(world, [agreed_row(line), agreed_row("建立周报制度", "2026-04-30")])
    opened = world.rows(
        "SELECT t.title, t.state, t.due_on::text AS due, i.measure, i.leader, i.agreed_at IS NULL AS printed"
        " FROM task t JOIN notice_item i ON i.rectification_task_id = t.id ORDER BY t.id"
    )
    assert [(one["due"], one["printed"]) for one in opened] == [("2026-04-17", True), ("2026-04-30", False)]
    assert {(one["state"], one["measure"], one["leader"]) for one in opened} == {("rectifying", "逐户补登", "村主任")}
    assert opened[1]["title"] == "建立周报制度"
    asked = Wanted("rectification", {}, "oldest")
    assert world.container.ledger_files.count(world.viewer("sup1"), asked) == 2
    steps = world.rows(
        "SELECT jsonb_array_length(e.payload -> 'tasks') AS many FROM event e WHERE e.kind = 'notice.items_opened'"
    )
    assert steps == [{"many": 2}]
    world.container.printing.print_paper(
        world.viewer("sup1"), notice_ref=ref
    )  # what was approved is still what is printed


def test_an_interview_at_which_nothing_was_agreed_on_is_not_recorded(world: World) -> None:
    with pytest.raises(InvalidInput) as refused:
        held(world, [])
    assert [problem.field for problem in refused.value.problems] == ["agreed"]


def test_the_record_names_both_sides_and_each_agreed_item(world: World) -> None:
    ref = held(world, [agreed_row("建立周报制度")])
    paper = world.container.printing.compose(world.viewer("sup1"), notice_ref=ref, document="record")
    assert paper.table is not None
    words = [cell.text for row in paper.table.rows for cell in row]
    for said in (
        "人手不足，立即补齐",
        "按期完成",
        "均由本人到场",
        "1. 建立周报制度",
        "2026年4月17日",
        "约谈方签字",
        "被约谈方签字",
    ):
        assert said in words


def test_the_signed_record_is_bound_to_what_was_written_into_it(world: World) -> None:
    scan = b"%PDF-1.7\nsigned"
    ref = signed(world, "interview_notice", DETAILS)
    world.act_on_notice("clerk-west", ref, "accept")
    add = world.container.signed_copies.add
    with pytest.raises(CannotIssue):
        add(world.viewer("sup1"), notice_ref=ref, file_name="记录.pdf", content=scan, document="record")
    world.move_to("2026-04-09", "11:00")
    world.act_on_notice("sup2", ref, "record", RECORD)
    add(world.viewer("sup1"), notice_ref=ref, file_name="记录.pdf", content=scan, document="record")
    (said,) = world.rows("SELECT payload FROM event WHERE kind = 'notice.signed_copy'")
    (written,) = world.rows("SELECT values FROM submission WHERE transition = 'record'")
    assert said["payload"]["record_hash"] == hashlib.sha256(canonical(written["values"])).hexdigest()
    assert said["payload"]["sha256"] == hashlib.sha256(scan).hexdigest()


@pytest.mark.slow
def test_an_objection_that_undoes_the_interview_withdraws_what_was_agreed_on(world: World) -> None:
    ref = held(world, [agreed_row("建立周报制度")])
    decide(world, contest(world, ref), "uphold", by="sup2")
    assert world.value("SELECT state FROM task WHERE workflow_key = 'rectification'") == "withdrawn"


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
