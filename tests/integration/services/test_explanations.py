"""Why something is as it is, recomputed from the record, in words that the unit can read. DESIGN.md §3.7."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from tests.support.kept import standing_world
from tests.support.world import World, morning, small_campaign
from tracker.domain.errors import NotFound

RETURN = (
    "{key: t1, ordinal: （一）, title: 报送, text: 报送, workflow: return, units: [各村], due: {by_date: 2026-03-20}}"
)
MONTHLY: dict[str, object] = {
    "title": "月报", "as_of": "2026-03-02", "summary": "无", "actions": "0", "problems_found": "0",
}  # fmt: skip


@standing_world()
def world(world: World) -> None:
    world.load(small_campaign(measures=[RETURN]))
    for village in ("east", "west"):
        world.act(f"clerk-{village}", world.task("t1", village)["ref"], "accept")


FIRED_BEHIND = """
    INSERT INTO firing (clock_id, task_id, occurrence, rung, rung_name, cause, act, fell_due_at, fired_at)
    SELECT id, task_id, 1, 5, 'interview', 'late', 'raise', now(), now() FROM clock WHERE name = 'finish'"""


def explained(world: World, ref: str, person: str = "clerk-west") -> str:
    return "\n".join(world.container.explanations.explain(world.viewer(person), ref).lines)


def test_a_late_task_names_its_date_its_class_its_lateness_and_what_comes_next(world: World) -> None:
    world.move_to("2026-03-24")
    said = explained(world, world.task("t1", "west")["ref"])
    for words in (
        "到3月20日24:00为止", "这是写明的日期，不会变动", "已过期限，计2个工作日", "触发“逾期催办”：自动催办联络员、单位负责人",
        "按期限3月20日计算，期限后第1个工作日", "如到3月25日9:10仍未办结：列为待处事项，由督导组决定是否发督导通知书",
        "工作日按第1版工作日历（系统自带的放假安排）计算", "3月23日9:10告知head-west（逾期催办）：邮件已发出",
    ):  # fmt: skip
        assert words in said


def test_days_spent_waiting_for_the_supervisors_are_told_and_not_counted(world: World) -> None:
    ref = world.task("t1", "west")["ref"]
    world.move_to("2026-03-19")
    world.act("clerk-west", ref, "report", MONTHLY)
    world.move_to("2026-03-30")
    world.act("sup1", ref, "return", reason="口径不对")
    said = explained(world, ref)
    assert "3月19日10:00至3月30日10:00等督导组处理，停表，共7个工作日，这段时间不算超期" in said
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


def test_what_is_done_still_tells_its_date_and_its_pauses(world: World) -> None:
    ref = world.task("t1", "west")["ref"]
    world.move_to("2026-03-16")
    world.act("clerk-west", ref, "report", MONTHLY)
    world.move_to("2026-03-18")
    world.act("sup1", ref, "return", reason="口径不对")
    world.act("clerk-west", ref, "report", MONTHLY)
    world.act("sup1", ref, "approve")
    said = explained(world, ref)
    assert "3月16日10:00至3月18日10:00等督导组处理，停表，共2个工作日" in said
    assert "【办结期限】到3月20日24:00为止" in said
    assert "这是写明的日期，不会变动" in said
    assert "如到" not in said


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


def test_a_struck_line_and_the_finding_behind_it_are_explained_to_the_office_alone(world: World) -> None:
    world.move_to("2026-03-27")
    (row,) = world.rows("""
        SELECT n.ref, n.version, i.id, f.ref AS finding FROM notice n JOIN notice_item i ON i.notice_id = n.id
        JOIN finding f ON f.id = i.finding_id JOIN unit u ON u.id = n.unit_id
        WHERE u.key = 'west' AND n.kind = 'supervision_notice'""")
    with pytest.raises(NotFound):
        explained(world, row["finding"])
    world.container.notices.strike_item(
        world.viewer("sup1"), notice_ref=row["ref"], item_id=row["id"], expected_version=row["version"], reason="汛期停工",
    )  # fmt: skip
    assert "督导员 sup1划去（理由：汛期停工）" in explained(world, row["finding"], "sup2")
    task = world.task("t1", "west")["ref"]
    assert "汛期停工" in explained(world, task, "boss")
    with pytest.raises(NotFound):
        explained(world, row["finding"])
    for viewer in (world.viewer("clerk-west"), world.viewer("head-west")):
        found = world.container.explanations.explain(viewer, task)
        assert "汛期停工" not in repr(found)
        assert row["finding"] not in repr(found)


def test_a_firing_that_came_late_says_so_and_by_how_much(world: World) -> None:
    world.clock.set(morning("2026-03-23", "11:40"))
    world.engine_works()
    assert "应在3月23日9:10触发，系统晚了2小时30分钟" in explained(world, world.task("t1", "west")["ref"])


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ("UPDATE clock SET due_on = '2026-04-20' WHERE name = 'finish'", "办结期限现在显示2026年4月20日，记录里是2026年3月20日"),
        ("UPDATE clock SET occurrence = 7 WHERE name = 'finish'", "办结期限现在的计时情况与记录里的不同"),
        ("UPDATE task SET state = 'completed'", "任务现在显示"),
        (FIRED_BEHIND, "已触发的提醒和措施与记录里的不同"),
        ("DELETE FROM clock WHERE name = 'accept'", "签收期限只在记录里有"),
    ],
)  # fmt: skip
def test_what_was_changed_in_the_tables_behind_the_record_changes_no_sentence_and_is_said(
    world: World, damage: str, words: str
) -> None:
    world.move_to("2026-03-20")
    ref = world.task("t1", "west")["ref"]
    before = world.container.explanations.explain(None, ref)
    assert before.data["differences"] == []
    with world.container.floor.uows() as uow:
        uow.session.execute(text(damage))
        uow.commit()
    after = world.container.explanations.explain(None, ref)
    assert [line for line in after.lines if "不一致" not in line] == list(before.lines)
    assert {**after.data, "differences": []} == before.data
    (difference,) = after.data["differences"]
    assert difference.startswith("记录与现状不一致")
    assert words in difference


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
