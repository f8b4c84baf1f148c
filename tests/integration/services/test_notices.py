"""A paper's life: gathered by the engine, struck, edited, put up, approved by another, numbered, served, answered."""

from __future__ import annotations

import pytest

from tests.support.kept import standing_world
from tests.support.world import World, morning, small_campaign
from tracker.domain.errors import CannotIssue, InvalidInput, NotAllowed, NotFound, StaleVersion, TransitionNotAllowed

MEASURES = [
    "{key: s1, ordinal: （一）, title: 摸排, text: 摸排, workflow: survey, units: [各村], due: {by_date: 2026-03-20}}",
    "{key: p1, ordinal: （二）, title: 宣传, text: 宣传, workflow: publicity, units: [各村], due: {by_date: 2026-03-20}}",
]
PUBLICITY_RETURN: dict[str, object] = {
    "theme": "进村宣传", "held_on": "2026-03-18", "place": "村委会", "forms": ["door_to_door"], "sessions": "1",
    "people_reached": "120余", "leaflets": "300",
}  # fmt: skip


@standing_world()
def world(world: World) -> None:
    world.load(small_campaign(measures=MEASURES, villages=("west",)))
    for key in ("s1", "p1"):
        world.act("clerk-west", world.task(key, "west")["ref"], "accept")
    world.move_to("2026-03-25", "10:00")


def draft(world: World, kind: str = "supervision_notice") -> str:
    ref: str = world.value("SELECT ref FROM notice WHERE kind = :kind AND gathering", kind=kind)
    return ref


def version(world: World, ref: str) -> int:
    found: int = world.value("SELECT version FROM notice WHERE ref = :ref", ref=ref)
    return found


def issued(world: World) -> str:
    ref = draft(world)
    world.act_on_notice("sup1", ref, "seal")
    world.act_on_notice("sup2", ref, "approve")
    world.act_on_notice("sup1", ref, "issue")
    return ref


def test_a_notice_runs_from_draft_to_close_and_its_items_to_sign_off(world: World) -> None:
    ref = issued(world)
    assert world.value("SELECT printed_number FROM notice WHERE ref = :ref", ref=ref) == "测督〔2026〕1号"
    world.act_on_notice("clerk-west", ref, "accept")
    items = world.rows("SELECT id, text FROM notice_item ORDER BY position")
    reply: dict[str, object] = {"situation": "人手不足，已调整。"}
    for number, item in enumerate(items):
        row = {"item": item["text"], "measure": "本周补办", "leader": "村主任", "limit_on": "2026-04-10"}
        reply |= {f"items.{number}.{name}": value for name, value in row.items()}
    assert world.act_on_notice("clerk-west", ref, "reply", reply).opened == 2
    world.act_on_notice("sup1", ref, "close")
    for row in world.rows("SELECT ref FROM task WHERE workflow_key = 'rectification'"):
        world.act("clerk-west", row["ref"], "report", {"result": "已补办", "done_on": "2026-03-25"})
        world.act("sup1", row["ref"], "start_recheck")
        world.act(
            "sup2", row["ref"], "sign_off", {"rechecked_on": "2026-03-25", "manner": "on_site", "opinion": "合格"}
        )
    states = {row["state"] for row in world.rows("SELECT state FROM task WHERE workflow_key = 'rectification'")}
    assert states == {"closed"}
    looking_back = world.rows("SELECT status FROM clock WHERE name = 'look_back'")
    assert [row["status"] for row in looking_back] == ["running", "running"]


def test_the_drafter_may_not_approve(world: World) -> None:
    ref = draft(world)
    world.act_on_notice("sup1", ref, "seal")
    with pytest.raises(TransitionNotAllowed):
        world.act_on_notice("sup1", ref, "approve")


def test_who_edited_the_draft_may_not_approve_it_though_another_put_it_up(world: World) -> None:
    ref = draft(world)
    world.container.notices.edit_draft(
        world.viewer("sup2"), notice_ref=ref, expected_version=version(world, ref), title="督导通知书", body="请整改。"
    )
    world.act_on_notice("sup1", ref, "seal")
    with pytest.raises(TransitionNotAllowed):
        world.act_on_notice("sup2", ref, "approve")


def test_everybody_who_edited_has_drafted_not_only_who_did_so_last(world: World) -> None:
    ref = draft(world)
    for who in ("sup2", "sup1"):
        world.container.notices.edit_draft(
            world.viewer(who),
            notice_ref=ref,
            expected_version=version(world, ref),
            title="督导通知书",
            body=f"{who}改。",
        )
    world.act_on_notice("sup1", ref, "seal")
    with pytest.raises(TransitionNotAllowed):
        world.act_on_notice("sup2", ref, "approve")
    assert world.act_on_notice("boss", ref, "approve").state == "approved"


def test_what_is_finished_meanwhile_is_struck_at_issue_and_the_paper_shows_it(world: World) -> None:
    ref = draft(world)
    world.act_on_notice("sup1", ref, "seal")
    world.act_on_notice("sup2", ref, "approve")
    task = world.task("p1", "west")["ref"]
    world.act("clerk-west", task, "report", PUBLICITY_RETURN)
    world.act("sup1", task, "approve")
    assert world.act_on_notice("sup1", ref, "issue").struck == 1
    struck = world.rows("SELECT strike_reason FROM notice_item WHERE struck_at IS NOT NULL")
    assert "已办结" in struck[0]["strike_reason"]


def test_an_approved_paper_can_still_go_back_and_must_then_be_approved_anew(world: World) -> None:
    ref = draft(world)
    world.act_on_notice("sup1", ref, "seal")
    world.act_on_notice("sup2", ref, "approve")
    world.act_on_notice("boss", ref, "send_back", reason="请补充依据")
    assert world.rows("SELECT gathering, approved_hash FROM notice WHERE ref = :ref", ref=ref) == [
        {"gathering": True, "approved_hash": None}
    ]


LATER = (
    "{key: p2, ordinal: （三）, title: 再宣传, text: 再宣传, workflow: publicity, units: [各村],"
    " due: {by_date: 2026-03-27}}"
)


def test_later_findings_of_the_same_kind_open_the_next_draft_once_one_is_put_up(fresh_database_url: str) -> None:
    with World(fresh_database_url, start=morning("2026-03-02")) as world:
        world.load(small_campaign(measures=[*MEASURES, LATER], villages=("west",)))
        for key in ("s1", "p1", "p2"):
            world.act("clerk-west", world.task(key, "west")["ref"], "accept")
        world.move_to("2026-03-25", "10:00")
        sealed = draft(world)
        world.act_on_notice("sup1", sealed, "seal")
        world.move_to("2026-04-01", "10:00")  # p2 reaches the rung of the same kind and severity
        assert draft(world) != sealed
        assert lines_of(world, sealed) == ["s1", "p1"]
        assert lines_of(world, draft(world)) == ["p2"]


def lines_of(world: World, ref: str) -> list[str]:
    """Return the measures that a paper's lines are about."""
    rows = world.rows(
        "SELECT m.key FROM notice_item i JOIN notice n ON n.id = i.notice_id JOIN task t ON t.id = i.task_id"
        " JOIN assignment a ON a.id = t.assignment_id JOIN measure m ON m.id = a.measure_id"
        " WHERE n.ref = :ref ORDER BY i.position", ref=ref,
    )  # fmt: skip
    return [row["key"] for row in rows]


def test_a_rung_that_a_leader_orders_leaves_the_paper_that_is_put_up_as_it_is(world: World) -> None:
    world.act_on_notice("sup1", draft(world), "seal")
    task = world.task("p1", "west")["ref"]
    world.container.escalations.order_rung(
        world.viewer("boss"), task_ref=task, expected_version=world.task("p1", "west")["version"],
        rung_name="interview", reason="领导批示",
    )  # fmt: skip
    world.engine_works()
    line = world.value("SELECT summary FROM finding WHERE kind = 'interview_notice'")
    assert "领导批示" in line, "the paper says whose word set it off"
    sealed_items = world.value(
        "SELECT count(*) FROM notice_item i JOIN notice n ON n.id = i.notice_id WHERE n.kind = 'supervision_notice'"
    )
    assert sealed_items == 2


def test_a_unit_does_not_know_of_a_draft(world: World) -> None:
    with pytest.raises(NotFound):
        world.container.notices.allowed(world.viewer("clerk-west"), draft(world))


def test_an_item_is_struck_with_a_reason_and_can_come_back(world: World) -> None:
    ref = draft(world)
    item = world.rows("SELECT id FROM notice_item ORDER BY position")[0]["id"]
    with pytest.raises(InvalidInput):
        world.container.notices.strike_item(
            world.viewer("sup1"), notice_ref=ref, item_id=item, expected_version=version(world, ref), reason=" "
        )
    world.container.notices.strike_item(
        world.viewer("sup1"), notice_ref=ref, item_id=item, expected_version=version(world, ref), reason="有正当理由"
    )
    assert world.value("SELECT count(*) FROM finding WHERE status = 'struck'") == 1
    world.container.notices.restore_item(
        world.viewer("sup1"), notice_ref=ref, item_id=item, expected_version=version(world, ref)
    )
    assert world.value("SELECT count(*) FROM finding WHERE status = 'waiting'") == 2


def test_a_draft_without_anything_left_cannot_be_put_up(world: World) -> None:
    ref = draft(world)
    for row in world.rows("SELECT id FROM notice_item"):
        world.container.notices.strike_item(
            world.viewer("sup1"), notice_ref=ref, item_id=row["id"], expected_version=version(world, ref), reason="免"
        )
    with pytest.raises(CannotIssue):
        world.act_on_notice("sup1", ref, "seal")


def test_a_page_from_before_the_draft_grew_is_stale(world: World) -> None:
    ref = draft(world)
    old = version(world, ref)
    world.container.notices.add_item(world.viewer("sup1"), notice_ref=ref, expected_version=old, text="手工补充一项")
    with pytest.raises(StaleVersion):
        world.container.notices.apply_transition(
            world.viewer("sup2"), notice_ref=ref, transition="seal", expected_version=old
        )


def test_numbers_run_without_gaps_through_a_refused_issue(world: World) -> None:
    ref = draft(world)
    world.act_on_notice("sup1", ref, "seal")
    with pytest.raises(TransitionNotAllowed):
        world.act_on_notice("sup1", ref, "issue")
    world.act_on_notice("sup2", ref, "approve")
    world.act_on_notice("sup1", ref, "issue")
    assert world.value("SELECT last_number FROM number_series") == 1


def test_a_unit_may_not_strike_or_approve(world: World) -> None:
    ref = issued(world)
    with pytest.raises((NotAllowed, TransitionNotAllowed)):
        world.act_on_notice("clerk-west", ref, "void", reason="不服")


def test_a_late_reply_climbs_to_an_interview(world: World) -> None:
    ref = issued(world)
    world.act_on_notice("clerk-west", ref, "accept")
    world.move_to("2026-04-10")
    lines = world.rows(
        "SELECT i.text FROM notice_item i JOIN notice n ON n.id = i.notice_id WHERE n.kind = 'interview_notice'"
    )
    assert any("督导通知书" in row["text"] for row in lines)
