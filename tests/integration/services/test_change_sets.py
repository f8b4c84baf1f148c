"""A running campaign is changed by a listed change set: seen first, all or nothing, told once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.support.kept import standing_world
from tests.support.racing import at_once
from tests.support.world import World, morning, small_campaign
from tracker.definitions.campaign_files import Known, read_campaign_text
from tracker.domain.campaign_file import CampaignFile
from tracker.domain.changing import ChangeKind, Edit
from tracker.domain.deadlines import DueByDate
from tracker.domain.errors import CannotChange, InvalidInput, NotAllowed, NotFound, StaleVersion
from tracker.services.change_sets import ChangeReport

SURVEY = (
    "{key: survey, ordinal: （一）, title: 出租房屋排查, text: 逐户排查。, workflow: survey, units: [east, west],"
    " due: {by_date: 2026-03-20}}"
)
JOINT = (
    "{key: joint, ordinal: （二）, title: 联合清查, text: 联合清查一次。, workflow: return, lead: north,"
    " support: [east, west], due: {by_date: 2026-03-20}}"
)
TALK = (
    "{key: talk, ordinal: （三）, title: 集市宣传, text: 宣传一次。, workflow: publicity, units: [各村],"
    " due: {by_date: 2026-04-30}}"
)
VILLAGES = ("east", "west", "north", "south")


def text_of(*measures: str) -> str:
    return small_campaign(measures=measures, villages=VILLAGES)


@standing_world()
def world(one: World) -> None:
    one.load(text_of(SURVEY, JOINT, TALK))


def file_of(world: World, *measures: str) -> CampaignFile:
    known = Known(world.catalog.workflows, world.catalog.ladders)
    return read_campaign_text(text_of(*measures), file="new.yaml", known=known)


def version(world: World) -> int:
    found: int = world.value("SELECT version FROM campaign")
    return found


def change(world: World, *edits: Edit, by: str = "office1", reason: str = "县里调整部署", **more: Any) -> ChangeReport:
    return world.container.changes.apply(
        world.viewer(by),
        campaign_ref=world.campaign_ref,
        expected_version=version(world),
        wish=edits,
        reason=reason,
        **more,
    )


def redate(key: str, day: str) -> Edit:
    return Edit("redate", key, due=DueByDate(date.fromisoformat(day)))


def test_a_new_version_of_the_file_is_listed_as_changes(world: World) -> None:
    wanted = file_of(
        world,
        SURVEY.replace("[east, west]", "[east, south]").replace("2026-03-20", "2026-03-27"),
        TALK.replace("宣传一次", "宣传两次"),
        "{key: more, ordinal: （四）, title: 报送总结, text: 总结。, workflow: return, units: [各村], due: {by_date: 2026-08-20}}",
    )
    preview = world.container.changes.preview(None, campaign_ref=world.campaign_ref, wish=wanted)
    listed = [
        (impact.change.kind, impact.change.measure.key, len(impact.tasks), impact.opens) for impact in preview.impacts
    ]
    assert listed == [
        (ChangeKind.REDATED, "survey", 2, 0),
        (ChangeKind.UNITS_ADDED, "survey", 0, 1),
        (ChangeKind.UNITS_REMOVED, "survey", 1, 0),
        (ChangeKind.REWORDED, "talk", 4, 0),
        (ChangeKind.ADDED, "more", 0, 4),
        (ChangeKind.WITHDRAWN, "joint", 3, 0),
    ]
    assert preview.reasons == ()
    assert version(world) == 2


@pytest.mark.slow
def test_it_is_applied_as_listed_with_an_event_a_change(world: World) -> None:
    wanted = file_of(world, SURVEY.replace("[east, west]", "[east, south]").replace("2026-03-20", "2026-03-27"), TALK)
    world.container.changes.apply(
        None, campaign_ref=world.campaign_ref, expected_version=2, wish=wanted, reason="县里调整部署"
    )
    assert str(world.task("survey", "east")["due_on"]) == "2026-03-27"
    assert world.task("survey", "west")["state"] == "withdrawn"
    assert str(world.task("survey", "south")["due_on"]) == "2026-03-27"
    joint = world.rows("SELECT t.state FROM task t JOIN measure m ON m.id = t.measure_id WHERE m.key = 'joint'")
    assert {row["state"] for row in joint} == {"withdrawn"}
    kinds = world.rows("SELECT kind FROM event WHERE kind LIKE 'campaign.measure%' ORDER BY id")
    assert [row["kind"].rpartition("_")[2] for row in kinds] == ["redated", "added", "removed", "withdrawn"]
    world.move_to("2026-04-10")
    assert world.container.audits.audit().clean


def test_applying_the_same_file_again_finds_nothing_to_change(world: World) -> None:
    with pytest.raises(CannotChange) as refused:
        world.container.changes.apply(
            None,
            campaign_ref=world.campaign_ref,
            expected_version=2,
            wish=file_of(world, SURVEY, JOINT, TALK),
            reason="",
        )
    assert "没有要改的" in refused.value.reasons[0]


@pytest.mark.slow
def test_a_new_date_is_the_next_occurrence_and_the_old_rungs_never_fire(world: World) -> None:
    world.act("clerk-east", world.task("survey", "east")["ref"], "accept")
    change(world, redate("survey", "2026-04-17"))
    task = world.task("survey", "east")
    clock = world.rows("SELECT * FROM clock WHERE task_id = :t AND name = 'finish'", t=task["id"])[0]
    assert (clock["occurrence"], str(clock["due_on"])) == (2, "2026-04-17")
    world.move_to("2026-04-08")
    assert world.rows("SELECT id FROM firing WHERE task_id = :t AND clock_id = :c", t=task["id"], c=clock["id"]) == []
    assert world.container.audits.audit().clean
    why = world.container.explanations.explain(None, task["ref"])
    assert "原第1次期限为2026年3月20日" in "".join(why.lines)


def test_each_person_gets_one_message_about_all_that_changed(world: World) -> None:
    world.engine_works()
    before = len(world.mail.sent)
    change(world, redate("survey", "2026-03-27"), redate("joint", "2026-03-27"), redate("talk", "2026-05-08"))
    world.engine_works()
    sent = [message for _, message in world.mail.sent[before:]]
    assert len(sent) == len({message.address for message in sent}) == 4


def test_dates_move_forward_only_when_somebody_says_so_with_a_reason(world: World) -> None:
    with pytest.raises(CannotChange) as refused:
        change(world, redate("survey", "2026-03-13"))
    assert "确认提前" in refused.value.reasons[0]
    with pytest.raises(InvalidInput):
        change(world, redate("survey", "2026-03-13"), reason=" ", earlier=True)
    with pytest.raises(CannotChange, match="没有改动"):
        change(world, redate("survey", "2026-03-01"), earlier=True)
    change(world, redate("survey", "2026-03-13"), earlier=True)
    assert str(world.task("survey", "west")["due_on"]) == "2026-03-13"
    assert ("clerk-west", "redated") in {(person, message) for _, person, message in world.told()}


def test_what_is_done_keeps_and_what_waits_for_others_stays_held(world: World) -> None:
    done, waiting = world.task("talk", "east")["ref"], world.task("survey", "west")["ref"]
    world.act("clerk-east", done, "accept")
    talk = {
        "theme": "集市宣传", "held_on": "2026-03-02", "place": "集市", "forms": ["market"], "sessions": "1",
        "people_reached": "100", "leaflets": "50",
    }  # fmt: skip
    world.act("clerk-east", done, "report", talk)
    world.act("sup1", done, "approve")
    world.act("clerk-west", waiting, "accept")
    world.act("clerk-west", waiting, "report", {"category": "rental", "should_check": "3", "checked": "3"})
    change(world, Edit("withdraw", "talk"), redate("survey", "2026-03-27"))
    assert world.task("talk", "east")["state"] == "completed"
    held = world.rows(
        "SELECT status, occurrence, next_fire_at FROM clock WHERE task_id = :t AND name = 'finish'",
        t=world.task("survey", "west")["id"],
    )
    assert held == [{"status": "held", "occurrence": 2, "next_fire_at": None}]


def test_an_extension_that_waits_for_its_answer_goes_on_waiting(world: World) -> None:
    task = world.task("survey", "east")
    world.container.extensions.ask(
        world.viewer("clerk-east"),
        task_ref=task["ref"],
        expected_version=1,
        wanted_on="2026-04-10",
        reason="雨天",
        progress="",
    )
    change(world, redate("survey", "2026-03-27"))
    clock = world.rows("SELECT * FROM clock WHERE task_id = :t AND name = 'finish'", t=task["id"])[0]
    assert (clock["status"], str(clock["due_on"]), clock["next_fire_at"]) == ("paused", "2026-03-27", None)
    with pytest.raises(InvalidInput):
        world.container.extensions.decide(
            world.viewer("sup1"),
            task_ref=task["ref"],
            expected_version=3,
            grant=True,
            granted_on="2026-03-26",
            reason="",
        )


def test_supporters_join_and_leave_a_joint_measure(world: World) -> None:
    duties = (("north", "lead"), ("east", "support"), ("south", "support"))
    change(world, Edit("edit", "joint", duties=duties))
    parts = world.rows(
        "SELECT u.key, t.state FROM task t JOIN unit u ON u.id = t.unit_id WHERE t.tie = 'part' ORDER BY t.id"
    )
    assert [(row["key"], row["state"]) for row in parts] == [
        ("east", "assigned"), ("west", "withdrawn"), ("south", "assigned")
    ]  # fmt: skip
    assert ("clerk-south", "support_asked") in {(person, message) for _, person, message in world.told()}
    change(world, redate("joint", "2026-03-27"))
    dates = world.rows("SELECT DISTINCT due_on FROM task WHERE tie = 'part' AND NOT final")
    assert [str(row["due_on"]) for row in dates] == ["2026-03-27"]


def test_a_retitled_measure_renames_its_open_tasks_and_says_so(world: World) -> None:
    change(world, Edit("edit", "joint", title="联合夜查"), reason="")
    assert world.task("joint", "north")["title"] == "联合夜查"
    assert {row["title"] for row in world.rows("SELECT title FROM task WHERE tie = 'part'")} == {"配合：联合夜查"}


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (Edit("edit", "survey", duties=(("town", "each"),)), "没有联络员"),
        (Edit("edit", "survey", duties=()), "至少要留一个单位"),
        (Edit("edit", "joint", duties=(("east", "lead"), ("west", "support"))), "牵头单位和承担方式不能"),
        (
            Edit("add", "more", "（四）", "补报", "补报。", "return", DueByDate(date(2026, 3, 1)), (("east", "each"),)),
            "已经过去",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_everything_that_stands_in_the_way(world: World, edit: Edit, said: str) -> None:
    with pytest.raises(CannotChange) as refused:
        change(world, edit, redate("talk", "2026-05-08"))
    assert said in "".join(refused.value.reasons)
    assert str(world.task("talk", "east")["due_on"]) == "2026-04-30"


def test_a_unit_that_was_taken_out_and_a_key_that_was_withdrawn_do_not_come_back(world: World) -> None:
    change(world, Edit("edit", "survey", duties=(("east", "each"),)), Edit("withdraw", "talk"))
    with pytest.raises(CannotChange) as refused:
        change(
            world, Edit("edit", "survey", duties=(("east", "each"), ("west", "each"))),
            Edit("add", "talk", "（三）", "集市宣传", "再来。", "publicity", DueByDate(date(2026, 5, 8)), (("east", "each"),)),
        )  # fmt: skip
    assert "以前承担过" in "".join(refused.value.reasons)
    assert "以前用过" in "".join(refused.value.reasons)


def test_only_the_office_changes_a_running_campaign_and_not_from_an_old_page(world: World) -> None:
    for person in ("sup1", "boss"):
        with pytest.raises(NotAllowed):
            change(world, redate("survey", "2026-03-27"), by=person)
    with pytest.raises(NotFound):
        change(world, redate("survey", "2026-03-27"), by="clerk-east")
    with pytest.raises(StaleVersion):
        world.container.changes.apply(
            world.viewer("office1"), campaign_ref=world.campaign_ref, expected_version=1,
            wish=(redate("survey", "2026-03-27"),), reason="调整",
        )  # fmt: skip


def test_a_file_changes_measures_and_nothing_else(world: World) -> None:
    text = text_of(SURVEY, JOINT, TALK).replace("rectification_days: 15", "rectification_days: 20")
    text = text.replace("title: 测试专项行动", "title: 另一次行动")
    known = Known(world.catalog.workflows, world.catalog.ladders)
    file = read_campaign_text(text, file="new.yaml", known=known)
    reasons = world.container.changes.preview(None, campaign_ref=world.campaign_ref, wish=file).reasons
    assert len(reasons) == 2


def test_a_change_set_and_a_sweep_at_once_fire_nothing_of_the_old_date(world: World) -> None:
    for unit in ("east", "west"):
        world.act(f"clerk-{unit}", world.task("survey", unit)["ref"], "accept")
    world.move_to("2026-03-23", "09:00")
    world.clock.set(morning("2026-03-23", "09:30"))
    office = world.viewer("office1")
    at_once(
        lambda: world.container.changes.apply(
            office, campaign_ref=world.campaign_ref, expected_version=2, wish=(redate("survey", "2026-04-17"),),
            reason="县里调整部署",
        ),
        world.container.escalations.sweep,
        world.container.escalations.sweep,
    )  # fmt: skip
    world.engine_works()
    fired = world.rows(
        "SELECT f.occurrence, f.fired_at, c.occurrence AS present FROM firing f JOIN clock c ON c.id = f.clock_id"
        " JOIN task t ON t.id = f.task_id JOIN measure m ON m.id = t.measure_id"
        " WHERE m.key = 'survey' AND c.name = 'finish' AND f.occurrence >= 2"
    )
    assert fired == []
    assert world.container.audits.audit().clean


def test_two_change_sets_at_once_end_in_one_of_them(world: World) -> None:
    office = world.viewer("office1")

    def act(day: str) -> ChangeReport:
        return world.container.changes.apply(
            office, campaign_ref=world.campaign_ref, expected_version=2, wish=(redate("survey", day),), reason="调整"
        )

    outcomes = at_once(lambda: act("2026-03-27"), lambda: act("2026-04-03"))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["ChangeReport", "StaleVersion"]
