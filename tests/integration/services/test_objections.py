"""Objections: a unit contests a paper or a line, nothing comes of it meanwhile, somebody without a hand in it decides."""

from __future__ import annotations

import pytest

from tests.support.contested import (
    PUBLICITY_RETURN,
    clock,
    clock_of,
    contest,
    decide,
    item_about,
    paper,
    run_late,
    rungs,
    serve,
)
from tests.support.kept import standing_world
from tests.support.world import World, morning
from tracker.domain.errors import InvalidInput, NotAllowed, NotFound, StaleVersion, TransitionNotAllowed


@standing_world()
def world(world: World) -> None:
    run_late(world)


def state(world: World, ref: str) -> str:
    found: str = world.value("SELECT state FROM task WHERE ref = :ref", ref=ref)
    return found


def findings(world: World) -> list[tuple[str, str]]:
    rows = world.rows("SELECT kind, status FROM finding ORDER BY id")
    return [(row["kind"], row["status"]) for row in rows]


def refusal(world: World, ref: str, item_id: int | None = None) -> str:
    with pytest.raises(InvalidInput) as refused:
        contest(world, ref, item_id)
    return refused.value.by_field()["target"]


def told(world: World, message: str) -> list[str]:
    return [who for _, who, what in world.told() if what == message]


@pytest.mark.slow
def test_while_a_line_is_contested_nothing_more_comes_of_it_and_the_rest_goes_on(world: World) -> None:
    ref = serve(world)
    objection = contest(world, ref, item_about(world, ref, "s1"))
    assert objection.startswith("SS-2026-")
    assert told(world, "objection_filed") == ["sup1", "sup2", "office1"]
    world.move_to("2026-04-02")
    assert (clock(world, "s1")["status"], clock(world, "s1")["pause_reason"]) == ("paused", "objection_pending")
    assert clock(world, "s1")["due_on"] == "2026-03-20"
    assert rungs(world, "s1")[-1] == "supervise"
    assert rungs(world, "p1")[-1] == "interview"
    assert clock_of(world, paper(world, ref)["task_id"], "reply")["status"] == "running"
    assert world.container.audits.audit().clean


def test_a_rejected_objection_leaves_the_date_and_only_the_units_own_days_are_lateness(world: World) -> None:
    ref = serve(world)
    objection = contest(world, ref, item_about(world, ref, "s1"))
    world.move_to("2026-04-08")
    decide(world, objection, "reject", reason="回执显示未报")
    assert (clock(world, "s1")["status"], clock(world, "s1")["due_on"]) == ("running", "2026-03-20")
    # Three working days late when it was contested, three working days late when it runs again.
    assert clock(world, "s1")["ladder_from_on"] == "2026-04-02"
    world.move_to("2026-04-14")
    assert rungs(world, "s1")[-1] == "supervise"
    world.move_to("2026-04-15")
    assert rungs(world, "s1")[-1] == "interview"
    assert told(world, "objection_decided") == ["clerk-west", "head-west"]
    assert world.container.audits.audit().clean


def test_an_upheld_line_is_struck_with_its_reason_and_the_rest_stands(world: World) -> None:
    ref = serve(world)
    objection = contest(world, ref, item_about(world, ref, "s1"))
    world.move_to("2026-03-30")
    decide(world, objection, "uphold", reason="回执为证")
    (struck,) = world.rows("SELECT strike_reason, task_id FROM notice_item WHERE struck_at IS NOT NULL")
    assert struck == {"strike_reason": "申诉成立：回执为证", "task_id": world.task("s1", "west")["id"]}
    assert paper(world, ref)["state"] == "accepted"
    assert sorted(findings(world)) == [("supervision_notice", "issued"), ("supervision_notice", "overturned")]
    # What led to the line is not counted again: lateness begins anew with the decision.
    assert clock(world, "s1")["ladder_from_on"] == "2026-03-30"
    world.move_to("2026-04-09")
    assert "interview" not in rungs(world, "s1")
    assert world.container.audits.audit().clean


def test_an_upheld_paper_is_superseded_keeps_its_number_and_everybody_told_before_is_told(world: World) -> None:
    ref = serve(world)
    before = set(told(world, "served")) | {"sup1"}
    objection = contest(world, ref)
    assert clock_of(world, paper(world, ref)["task_id"], "reply")["pause_reason"] == "objection_pending"
    assert clock(world, "s1")["status"] == clock(world, "p1")["status"] == "paused"
    decide(world, objection, "uphold", by="office1")
    held = paper(world, ref)
    assert (held["state"], held["printed_number"]) == ("superseded", "测督〔2026〕1号")
    assert clock_of(world, held["task_id"], "reply")["status"] == "done"
    assert {status for _, status in findings(world)} == {"overturned"}
    assert state(world, objection) == "upheld"
    assert before <= set(told(world, "superseded"))
    assert world.value("SELECT count(*) FROM told WHERE message IN ('superseded', 'objection_decided')") == len(
        {*told(world, "superseded"), *told(world, "objection_decided")}
    )
    world.move_to("2026-04-10")
    assert world.value("SELECT count(*) FROM finding WHERE task_id = :task", task=held["task_id"]) == 0
    assert world.container.audits.audit().clean


def test_what_an_upheld_line_opened_is_withdrawn_and_what_it_had_others_keep(world: World) -> None:
    ref = serve(world)
    rows = world.rows("SELECT id, text FROM notice_item ORDER BY position")
    reply: dict[str, object] = {"situation": "已调整"}
    for number, item in enumerate(rows):
        row = {"item": item["text"], "measure": "补办", "leader": "村主任", "limit_on": "2026-04-10"}
        reply |= {f"items.{number}.{name}": value for name, value in row.items()}
    world.act_on_notice("clerk-west", ref, "reply", reply)
    contested = item_about(world, ref, "s1")
    objection = contest(world, ref, contested)
    opened = "SELECT t.state FROM notice_item i JOIN task t ON t.id = i.rectification_task_id WHERE i.id = :item"
    paused = "SELECT k.status FROM notice_item i JOIN clock k ON k.task_id = i.rectification_task_id WHERE i.id = :item"
    assert world.value(paused, item=contested) == "paused"
    decide(world, objection, "uphold")
    assert world.value(opened, item=contested) == "withdrawn"
    assert world.value(opened, item=item_about(world, ref, "p1")) == "rectifying"
    assert world.container.audits.audit().clean


def test_what_a_reply_opens_while_the_paper_is_contested_rests_at_once(world: World) -> None:
    ref = serve(world)
    objection = contest(world, ref)
    reply = {"situation": "先行整改"}
    for number, item in enumerate(world.rows("SELECT text FROM notice_item ORDER BY position")):
        row = {"item": item["text"], "measure": "补办", "leader": "村主任", "limit_on": "2026-04-10"}
        reply |= {f"items.{number}.{name}": value for name, value in row.items()}
    world.act_on_notice("clerk-west", ref, "reply", reply)
    resting = (
        "SELECT DISTINCT k.status FROM task t JOIN clock k ON k.task_id = t.id WHERE t.workflow_key = 'rectification'"
    )
    assert world.value(resting) == "paused"
    with pytest.raises(TransitionNotAllowed, match="正在申诉"):
        world.act_on_notice("sup1", ref, "close")
    decide(world, objection, "reject")
    assert world.value(resting) == "running"
    world.act_on_notice("sup2", ref, "close")
    assert world.container.audits.audit().clean


def test_a_clock_that_begins_while_the_paper_is_contested_rests_until_the_answer(world: World) -> None:
    ref = serve(world, to="issued")
    objection = contest(world, ref)
    assert clock_of(world, paper(world, ref)["task_id"], "accept")["status"] == "paused"
    world.act_on_notice("clerk-west", ref, "accept")
    assert clock_of(world, paper(world, ref)["task_id"], "reply")["status"] == "paused"
    world.move_to("2026-04-03")
    decide(world, objection, "reject")
    reply = clock_of(world, paper(world, ref)["task_id"], "reply")
    assert (reply["status"], reply["due_on"], reply["ladder_from_on"]) == ("running", "2026-04-01", "2026-04-03")
    assert world.container.audits.audit().clean


def test_who_had_a_hand_in_the_paper_does_not_judge_it_nor_who_contests(world: World) -> None:
    ref = serve(world)
    objection = contest(world, ref)
    for person, refusal in (("sup1", TransitionNotAllowed), ("sup2", TransitionNotAllowed), ("clerk-west", NotAllowed)):
        with pytest.raises(refusal):
            decide(world, objection, "uphold", by=person)
    names = {one.name for one in world.container.tasks.allowed(world.viewer("sup1"), objection)}
    assert names == set()
    assert {one.name for one in world.container.tasks.allowed(world.viewer("boss"), objection)} >= {"uphold", "reject"}
    decide(world, objection, "take_up", by="office1")
    decide(world, objection, "uphold")


def test_everybody_who_edited_the_draft_is_kept_out_not_only_the_last(world: World) -> None:
    draft = world.value("SELECT ref FROM notice WHERE gathering")
    for person in ("office1", "sup1"):
        world.container.notices.edit_draft(
            world.viewer(person), notice_ref=draft, title="督导通知书", body="请整改。",
            expected_version=world.value("SELECT version FROM notice WHERE ref = :ref", ref=draft),
        )  # fmt: skip
    objection = contest(world, serve(world))
    with pytest.raises(TransitionNotAllowed, match="起草、审批或印发"):
        decide(world, objection, "reject", by="office1")
    decide(world, objection, "reject", by="boss")


@pytest.mark.parametrize("step", ["uphold", "reject", "ask_more"])
def test_an_answer_needs_its_reason(world: World, step: str) -> None:
    objection = contest(world, serve(world))
    with pytest.raises(InvalidInput) as refused:
        decide(world, objection, step, reason=" ")
    assert list(refused.value.by_field()) == ["reason"]


def test_a_unit_withdraws_and_may_contest_again_but_not_what_was_answered(world: World) -> None:
    ref = serve(world)
    item = item_about(world, ref, "s1")
    first = contest(world, ref, item)
    decide(world, first, "retract", by="head-west", reason="")
    assert (state(world, first), clock(world, "s1")["status"]) == ("withdrawn", "running")
    decide(world, contest(world, ref, item), "reject")
    assert "已经申诉过" in refusal(world, ref, item)
    contest(world, ref, item_about(world, ref, "p1"))
    assert "正在审理" in refusal(world, ref)


def test_only_the_unit_contests_and_only_within_the_limit(world: World) -> None:
    ref = serve(world)
    for person in ("sup1", "boss"):
        with pytest.raises(NotAllowed):
            contest(world, ref, by=person)
    world.move_to("2026-04-24", "23:00")
    assert world.container.objections.offer(world.viewer("clerk-west"), ref).targets
    world.move_to("2026-04-25", "01:00")
    offer = world.container.objections.offer(world.viewer("clerk-west"), ref)
    assert (offer.targets, "已经过了" in offer.why_not) == ((), True)
    assert "申诉期限已过" in refusal(world, ref)


def test_a_unit_cannot_contest_a_draft_that_it_does_not_know_of(world: World) -> None:
    draft = world.value("SELECT ref FROM notice WHERE gathering")
    with pytest.raises(NotFound):
        contest(world, draft)


def test_the_line_of_a_finding_is_contested_by_the_finding(world: World) -> None:
    ref = serve(world)
    finding = world.value("SELECT ref FROM finding WHERE task_id = :task", task=world.task("p1", "west")["id"])
    filed = world.container.objections.file(
        world.viewer("head-west"), notice_ref=ref, expected_version=paper(world, ref)["version"],
        given={"ground": "duty", "statement": "不归我村管。"}, finding_ref=finding,
    )  # fmt: skip
    assert filed.ref.startswith("SS-")
    assert clock(world, "p1")["status"] == "paused"
    assert clock(world, "s1")["status"] == "running"


def test_a_stale_page_contests_nothing_and_a_double_click_files_once(world: World) -> None:
    ref = serve(world)
    with pytest.raises(StaleVersion):
        contest(world, ref, stale=3)
    first = contest(world, ref)
    assert contest(world, ref, stale=1) == first
    assert world.value("SELECT count(*) FROM objection") == 1


def test_a_finding_in_another_draft_is_struck_while_contested_and_comes_back_when_rejected(world: World) -> None:
    ref = serve(world)
    world.move_to("2026-04-02")
    draft = world.value("SELECT ref FROM notice WHERE kind = 'interview_notice' AND gathering")
    objection = contest(world, ref, item_about(world, ref, "s1"))
    details = {
        "held_on": "2026-04-10",
        "held_hour": "上午9:00",
        "place": "镇政府",
        "host": "组长",
        "must_attend": "主要负责人",
    }
    world.act_on_notice("sup1", draft, "seal", details)
    (struck,) = world.rows(
        "SELECT i.strike_reason, f.status FROM notice_item i JOIN notice n ON n.id = i.notice_id"
        " JOIN finding f ON f.id = i.finding_id WHERE n.ref = :ref AND i.struck_at IS NOT NULL",
        ref=draft,
    )  # fmt: skip
    assert (struck["strike_reason"][:5], struck["status"]) == ("申诉审理中", "objected")
    decide(world, objection, "reject")
    (again,) = world.rows(
        "SELECT n.ref, f.status FROM finding f JOIN notice_item i ON i.finding_id = f.id"
        " JOIN notice n ON n.id = i.notice_id WHERE f.kind = 'interview_notice' AND f.task_id = :task",
        task=world.task("s1", "west")["id"],
    )  # fmt: skip
    assert again["ref"] != draft
    assert again["status"] == "waiting"
    assert world.container.audits.audit().clean


def test_an_approved_draft_is_looked_at_again_at_issue(world: World) -> None:
    ref = serve(world)
    world.move_to("2026-04-02")
    draft = world.value("SELECT ref FROM notice WHERE kind = 'interview_notice' AND gathering")
    details = {
        "held_on": "2026-04-10",
        "held_hour": "上午9:00",
        "place": "镇政府",
        "host": "组长",
        "must_attend": "主要负责人",
    }
    world.act_on_notice("sup1", draft, "seal", details)
    world.act_on_notice("sup2", draft, "approve")
    objection = contest(world, ref, item_about(world, ref, "s1"))
    assert world.act_on_notice("sup1", draft, "issue").contested == 1
    decide(world, objection, "uphold")
    assert world.value("SELECT count(*) FROM finding WHERE status = 'overturned'") == 2


def test_a_voided_paper_ends_its_objections_and_lets_the_clocks_go_on(world: World) -> None:
    ref = serve(world)
    objection = contest(world, ref)
    world.act_on_notice("boss", ref, "void", reason="编号有误")
    assert state(world, objection) == "lapsed"
    assert clock(world, "s1")["status"] == "running"
    assert told(world, "objection_decided") == ["clerk-west", "head-west"]
    assert world.container.audits.audit().clean


def test_who_sits_on_an_objection_is_reminded_then_the_leader_is_told(world: World) -> None:
    objection = contest(world, serve(world))
    world.move_to("2026-05-06")
    rows = world.rows(
        "SELECT f.rung_name FROM firing f JOIN task t ON t.id = f.task_id WHERE t.ref = :ref ORDER BY f.fired_at",
        ref=objection,
    )
    assert [row["rung_name"] for row in rows] == [
        "remind_on_day", "remind_2_after", "remind_5_before", "remind_on_day", "remind_1_after", "remind_3_after",
    ]  # fmt: skip
    leader = world.rows(
        "SELECT count(*) AS n FROM told t JOIN person p ON p.id = t.person_id JOIN task k ON k.id = t.task_id"
        " WHERE p.name = 'boss' AND k.ref = :ref",
        ref=objection,
    )
    assert leader[0]["n"] == 3


def test_more_material_is_asked_for_and_the_reviewers_days_stand_still_meanwhile(world: World) -> None:
    objection = contest(world, serve(world))
    decide(world, objection, "ask_more", reason="请附回执")
    assert state(world, objection) == "supplementing"
    task_id = world.value("SELECT id FROM task WHERE ref = :ref", ref=objection)
    assert clock_of(world, task_id, "review")["status"] == "held"
    decide(
        world, objection, "supplement", by="clerk-west", reason="",
        given={"ground": "facts", "statement": "回执附后。"},
    )  # fmt: skip
    assert clock_of(world, task_id, "review")["status"] == "running"
    decide(world, objection, "uphold")


def test_an_extension_and_an_objection_must_both_be_answered(fresh_database_url: str) -> None:
    with World(fresh_database_url, start=morning("2026-03-02")) as world:
        run_late(world)
        ref = serve(world)
        task = world.value("SELECT task_id FROM notice WHERE ref = :ref", ref=ref)
        ask(world, task)
        objection = contest(world, ref)
        assert clock_of(world, task, "reply")["pause_reason"] == "extension_pending"
        decide(world, objection, "reject")
        assert clock_of(world, task, "reply")["status"] == "paused"
        answer(world, task)
        assert clock_of(world, task, "reply")["status"] == "running"
        assert world.container.audits.audit().clean


def test_an_extension_refused_first_leaves_the_clock_to_the_objection(world: World) -> None:
    ref = serve(world)
    task = world.value("SELECT task_id FROM notice WHERE ref = :ref", ref=ref)
    objection = contest(world, ref)
    ask(world, task)
    answer(world, task)
    assert clock_of(world, task, "reply")["pause_reason"] == "objection_pending"
    decide(world, objection, "reject")
    assert clock_of(world, task, "reply")["status"] == "running"
    assert world.container.audits.audit().clean


def ask(world: World, task_id: int) -> None:
    ref, version = world.rows("SELECT ref, version FROM task WHERE id = :id", id=task_id)[0].values()
    world.container.extensions.ask(
        world.viewer("clerk-west"), task_ref=ref, expected_version=version, wanted_on="2026-04-20", reason="人手不足",
        progress="",
    )  # fmt: skip


def answer(world: World, task_id: int) -> None:
    ref, version = world.rows("SELECT ref, version FROM task WHERE id = :id", id=task_id)[0].values()
    world.container.extensions.decide(
        world.viewer("sup1"), task_ref=ref, expected_version=version, grant=False, granted_on="", reason="不同意"
    )


def test_the_unit_may_still_do_its_duty_while_it_is_contested(world: World) -> None:
    ref = serve(world)
    objection = contest(world, ref, item_about(world, ref, "p1"))
    duty = world.task("p1", "west")["ref"]
    world.act("clerk-west", duty, "report", PUBLICITY_RETURN)
    world.act("sup1", duty, "return", reason="缺照片")
    assert clock(world, "p1")["status"] == "paused"
    world.act("clerk-west", duty, "report", PUBLICITY_RETURN)
    world.act("sup1", duty, "approve")
    decide(world, objection, "uphold")
    assert world.container.audits.audit().clean
