"""Extensions: asked before expiry, decided by others, a definite new date; the old one stays in the record."""

from __future__ import annotations

import pytest

from tests.support.kept import standing_world
from tests.support.world import World, morning, small_campaign
from tracker.domain.errors import InvalidInput, NotAllowed, NotFound, StaleVersion

DUE = "units: [各村], due: {by_date: 2026-03-20}"
RETURN = f"{{key: t1, ordinal: （一）, title: 报送, text: 报送, workflow: return, {DUE}}}"
MONTHLY: dict[str, object] = {
    "title": "月报", "as_of": "2026-03-02", "summary": "无", "actions": "0", "problems_found": "0",
}  # fmt: skip


@standing_world()
def world(world: World) -> None:
    world.load(small_campaign(measures=[RETURN]))
    for village in ("east", "west"):
        world.act(f"clerk-{village}", world.task("t1", village)["ref"], "accept")


def ask(
    world: World, by: str = "clerk-west", wanted_on: str = "2026-03-31", reason: str = "口径未定", stale: int = 0
) -> None:
    task = world.task("t1", "west")
    world.container.extensions.ask(
        world.viewer(by), task_ref=task["ref"], expected_version=task["version"] - stale, wanted_on=wanted_on,
        reason=reason, progress="完成八成",
    )  # fmt: skip


def decide(world: World, *, grant: bool, by: str = "sup1", on: str = "", reason: str = "", stale: int = 0) -> None:
    task = world.task("t1", "west")
    world.container.extensions.decide(
        world.viewer(by), task_ref=task["ref"], expected_version=task["version"] - stale, grant=grant, granted_on=on,
        reason=reason,
    )  # fmt: skip


def finish(world: World, village: str = "west") -> dict[str, object]:
    (row,) = world.rows(
        "SELECT occurrence, status, due_on::text, ladder_from_on::text, next_fire_at FROM clock"
        " WHERE task_id = :task AND name = 'finish'",
        task=world.task("t1", village)["id"],
    )
    return row


def rungs(world: World, occurrence: int) -> list[str]:
    rows = world.rows(
        "SELECT f.rung_name FROM firing f JOIN clock c ON c.id = f.clock_id WHERE f.task_id = :task"
        " AND c.name = 'finish' AND f.occurrence = :occurrence ORDER BY f.fired_at, f.rung",
        task=world.task("t1", "west")["id"], occurrence=occurrence,
    )  # fmt: skip
    return [row["rung_name"] for row in rows]


def test_while_it_is_undecided_nothing_is_reminded_and_the_date_stays(world: World) -> None:
    world.move_to("2026-03-16")
    ask(world)
    world.move_to("2026-03-30")
    assert (finish(world)["status"], finish(world)["due_on"]) == ("paused", "2026-03-20")
    assert rungs(world, 1) == []
    asked = [(who, what) for _, who, what in world.told() if what == "extension_asked"]
    assert asked == [("sup1", "extension_asked"), ("sup2", "extension_asked")]


def test_a_granted_date_is_the_next_occurrence_and_the_old_rungs_never_fire(world: World) -> None:
    world.move_to("2026-03-18")
    ask(world)
    decide(world, grant=True, on="2026-03-27", reason="同意")
    world.move_to("2026-04-08")
    assert rungs(world, 1) == ["remind_3_before"]
    assert rungs(world, 2) == ["remind_3_before", "remind_1_before", "remind_on_day", "urge_1", "supervise"]
    task = world.task("t1", "west")
    assert str(task["due_on"]) == "2026-03-27"
    (kept,) = world.rows("SELECT old_due_on::text, wanted_on::text, granted_on::text, status FROM extension")
    assert kept == {
        "old_due_on": "2026-03-20", "wanted_on": "2026-03-31", "granted_on": "2026-03-27", "status": "granted",
    }  # fmt: skip
    told = [who for _, who, what in world.told() if what == "extension_decided"]
    assert told == ["clerk-west", "head-west"]
    assert world.container.audits.audit().clean


def test_a_refusal_goes_on_with_the_old_date_and_the_days_of_waiting_are_not_lateness(world: World) -> None:
    world.move_to("2026-03-19")
    ask(world)
    world.move_to("2026-03-25", "11:00")
    decide(world, grant=False, reason="理由不充分")
    world.engine_works()
    assert (finish(world)["occurrence"], finish(world)["due_on"]) == (1, "2026-03-20")
    assert finish(world)["ladder_from_on"] == "2026-03-25"
    assert rungs(world, 1) == ["remind_3_before", "remind_1_before"]
    world.move_to("2026-03-26")
    assert rungs(world, 1)[2:] == ["urge_1"]
    assert world.container.audits.audit().clean


def test_after_a_refusal_before_the_due_day_it_may_be_asked_once_more(world: World) -> None:
    ask(world)
    decide(world, grant=False, reason="太早")
    ask(world, wanted_on="2026-03-25")
    assert world.value("SELECT count(*) FROM extension WHERE status = 'asked'") == 1


@pytest.mark.parametrize(
    ("given", "field", "says"),
    [
        ({"wanted_on": "2026-03-20"}, "wanted_on", "晚于现在的期限"),
        ({"wanted_on": "下周五"}, "wanted_on", "2026-06-30"),
        ({"wanted_on": ""}, "wanted_on", "请填写"),
        ({"wanted_on": "2028-01-01"}, "wanted_on", "不能超过一年"),
        ({"reason": "  "}, "reason", "请写明"),
        ({"reason": "长" * 1001}, "reason", "1001"),
    ],
)
def test_a_request_that_does_not_do_is_refused_at_its_field(world: World, given, field: str, says: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        ask(world, **given)
    assert list(refused.value.by_field()) == [field]
    assert says in refused.value.by_field()[field]
    assert finish(world)["status"] == "running"
    assert world.value("SELECT count(*) FROM extension") == 0


@pytest.mark.parametrize(("hour", "late"), [("23:59", False), ("24:00", True)])
def test_it_must_be_asked_before_the_last_day_is_over(world: World, hour: str, late: bool) -> None:
    world.move_to(*(("2026-03-21", "00:00") if late else ("2026-03-20", hour)))
    if not late:
        ask(world)
        assert finish(world)["status"] == "paused"
        return
    with pytest.raises(InvalidInput) as refused:
        ask(world)
    assert "已过办理期限（2026年3月20日）" in refused.value.by_field()["wanted_on"]


def test_one_request_at_a_time(world: World) -> None:
    ask(world)
    with pytest.raises(InvalidInput):
        ask(world, by="head-west")
    assert world.value("SELECT count(*) FROM extension") == 1


def test_a_request_is_of_the_unit_and_its_decision_is_not(world: World) -> None:
    with pytest.raises(NotAllowed):
        ask(world, by="sup1")
    with pytest.raises(NotFound):
        ask(world, by="clerk-east")
    ask(world)
    for person, error in (("clerk-west", NotAllowed), ("boss", NotAllowed), ("clerk-east", NotFound)):
        with pytest.raises(error):
            decide(world, by=person, grant=True, on="2026-03-31")
    decide(world, by="office1", grant=True, on="2026-03-31")


@pytest.mark.parametrize(
    ("decision", "field"),
    [
        ({"grant": True, "on": ""}, "granted_on"),
        ({"grant": True, "on": "2026-03-20"}, "granted_on"),
        ({"grant": True, "on": "月底"}, "granted_on"),
        ({"grant": False, "reason": " "}, "reason"),
    ],
)
def test_a_decision_needs_a_definite_later_date_or_a_reason(world: World, decision, field: str) -> None:
    ask(world)
    with pytest.raises(InvalidInput) as refused:
        decide(world, **decision)
    assert list(refused.value.by_field()) == [field]
    assert finish(world)["status"] == "paused"


def test_a_date_that_is_over_when_it_is_granted_is_refused(world: World) -> None:
    ask(world)
    world.move_to("2026-03-30")
    with pytest.raises(InvalidInput):
        decide(world, grant=True, on="2026-03-25")


def test_a_stale_page_neither_asks_nor_decides(world: World) -> None:
    with pytest.raises(StaleVersion):
        ask(world, stale=1)
    ask(world)
    decide(world, grant=True, on="2026-03-31")
    with pytest.raises(StaleVersion):
        decide(world, grant=False, reason="不同意", stale=1)
    with pytest.raises(StaleVersion, match="没有待审批"):
        decide(world, grant=False, reason="不同意")
    assert finish(world)["due_on"] == "2026-03-31"


def test_a_report_drops_the_request_and_a_return_goes_on_with_the_old_date(world: World) -> None:
    world.move_to("2026-03-18")
    ask(world)
    ref = world.task("t1", "west")["ref"]
    world.act("clerk-west", ref, "report", MONTHLY)
    assert world.value("SELECT status FROM extension") == "dropped"
    world.act("sup1", ref, "return", reason="缺数")
    assert (finish(world)["status"], finish(world)["due_on"]) == ("running", "2026-03-20")


def test_the_neighbours_clock_knows_nothing_of_it(world: World) -> None:
    ask(world)
    decide(world, grant=True, on="2026-03-31")
    assert (finish(world, "east")["occurrence"], finish(world, "east")["due_on"]) == (1, "2026-03-20")


def test_the_reply_to_a_paper_can_be_extended_too(world: World) -> None:
    world.act("clerk-east", world.task("t1", "east")["ref"], "report", MONTHLY)
    world.move_to("2026-03-25")
    notice = world.value("SELECT ref FROM notice WHERE gathering")
    for person, step in (("sup1", "seal"), ("sup2", "approve"), ("sup1", "issue"), ("clerk-west", "accept")):
        world.act_on_notice(person, notice, step)
    (task,) = world.rows("SELECT t.* FROM task t JOIN notice n ON n.task_id = t.id WHERE n.ref = :ref", ref=notice)
    assert str(task["due_on"]) == "2026-04-01"  # five working days from acceptance, shown on the task
    extensions = world.container.extensions
    extensions.ask(
        world.viewer("clerk-west"), task_ref=task["ref"], expected_version=task["version"], wanted_on="2026-04-10",
        reason="正在核实", progress="",
    )  # fmt: skip
    extensions.decide(
        world.viewer("sup1"), task_ref=task["ref"], expected_version=task["version"] + 1, grant=True,
        granted_on="2026-04-08", reason="",
    )  # fmt: skip
    world.move_to("2026-04-08", "09:00")
    fired = {row["rung_name"] for row in world.rows("SELECT rung_name FROM firing WHERE task_id = :id", id=task["id"])}
    assert fired.isdisjoint({"urge_1", "interview"})


def test_nobody_grants_his_own_request_while_somebody_else_can(fresh_database_url: str) -> None:
    text = small_campaign(measures=[RETURN], villages=("west",)).replace(
        "posts: [{role: liaison, unit: west}]", "posts: [{role: liaison, unit: west}, {role: supervisor, unit: office}]"
    )
    with World(fresh_database_url, start=morning("2026-03-02")) as world:
        world.load(text)
        ask(world)
        with pytest.raises(NotAllowed, match="本人提出"):
            decide(world, by="clerk-west", grant=True, on="2026-03-31")
        decide(world, by="sup1", grant=True, on="2026-03-31")


def test_the_only_one_left_decides_his_own_request_with_a_reason(fresh_database_url: str) -> None:
    lines = small_campaign(measures=[RETURN], villages=("west",)).splitlines()
    kept = [line for line in lines if "role: supervisor" not in line and "role: office," not in line]
    text = "\n".join(kept).replace(
        "posts: [{role: liaison, unit: west}]",
        "posts: [{role: liaison, unit: west}, {role: supervisor, unit: office}, {role: office, unit: office}]",
    )
    with World(fresh_database_url, start=morning("2026-03-02")) as world:
        world.load(text)
        ask(world)
        with pytest.raises(InvalidInput):
            decide(world, by="clerk-west", grant=True, on="2026-03-31")
        decide(world, by="clerk-west", grant=True, on="2026-03-31", reason="督导员空缺")
        assert world.value("SELECT decision_reason FROM extension") == "督导员空缺"
