"""The pages are used before the first sweep after an outage: nobody's act stops a rung that had fallen due."""

from __future__ import annotations

from datetime import date

from tests.support.kept import standing_world
from tests.support.world import World, morning, small_campaign
from tracker.domain.changing import Edit
from tracker.domain.deadlines import DueByDate
from tracker.domain.redating import CalendarTable

MEASURES = [
    "{key: p1, ordinal: （一）, title: 宣传, text: 略, workflow: publicity, units: [各村], due: {by_date: 2026-03-20}}"
]
RETURN: dict[str, object] = {
    "theme": "进村宣传", "held_on": "2026-03-18", "place": "村委会", "forms": ["door_to_door"], "sessions": "1",
    "people_reached": "120", "leaflets": "300",
}  # fmt: skip


@standing_world()
def world(world: World) -> None:
    world.load(small_campaign(measures=MEASURES))


def fired(world: World, task_id: int) -> list[str]:
    return [
        row["rung_name"]
        for row in world.rows("SELECT rung_name FROM firing WHERE task_id = :id ORDER BY fell_due_at, id", id=task_id)
    ]


def test_a_unit_that_signs_and_reports_late_before_the_first_sweep_was_late_all_the_same(world: World) -> None:
    task = world.task("p1", "east")
    world.clock.set(morning("2026-03-26", "10:00"))  # nothing swept for three weeks
    world.act("clerk-east", task["ref"], "accept")
    world.act("clerk-east", task["ref"], "report", RETURN)
    assert fired(world, task["id"])[-2:] == ["urge_1", "supervise"]
    world.engine_works()
    report = world.container.audits.audit()
    assert report.clean, report.sentences()
    raised = "SELECT count(*) FROM finding f JOIN firing r ON r.id = f.firing_id JOIN clock c ON c.id = r.clock_id"
    assert world.value(f"{raised} WHERE c.name = 'finish' AND f.task_id = :id", id=task["id"]) == 1


def test_what_it_is_told_of_the_time_before_its_act_is_not_sent_after_it(world: World) -> None:
    task = world.task("p1", "east")
    world.container.deliver()
    world.mail.sent.clear()
    world.clock.set(morning("2026-03-23", "10:00"))
    world.act("clerk-east", task["ref"], "accept")
    world.act("clerk-east", task["ref"], "report", RETURN)
    world.engine_works()
    assert [message for _, message in world.mail.sent if message.address.startswith("clerk-east")] == []


def test_a_step_of_a_paper_waits_for_what_is_due_on_the_paper_itself(world: World) -> None:
    world.move_to("2026-03-25")
    (paper,) = world.rows("SELECT ref, task_id FROM notice ORDER BY id LIMIT 1")
    ref, task_id = paper["ref"], paper["task_id"]
    world.clock.set(morning("2026-04-03", "10:00"))  # the draft lay for days, and nobody swept
    world.act_on_notice("sup1", ref, "seal")
    world.act_on_notice("sup2", ref, "approve")
    world.act_on_notice("sup1", ref, "issue")
    assert fired(world, task_id)
    world.engine_works()
    assert world.container.audits.audit().clean


def test_in_the_ordinary_course_nothing_is_left_to_fire_and_nobody_waits(world: World) -> None:
    world.move_to("2026-03-19")
    before = world.value("SELECT count(*) FROM firing")
    world.act("clerk-east", world.task("p1", "east")["ref"], "accept")
    assert world.value("SELECT count(*) FROM firing") == before


def test_a_new_date_takes_back_nothing_that_had_fallen_due(world: World) -> None:
    task = world.task("p1", "east")
    world.clock.set(morning("2026-03-24", "10:00"))  # overdue, and nothing swept
    world.container.changes.apply(
        world.viewer("office1"), campaign_ref=world.campaign_ref,
        expected_version=world.value("SELECT version FROM campaign"), reason="县里调整部署",
        wish=[Edit("redate", "p1", due=DueByDate(date(2026, 4, 17)))],
    )  # fmt: skip
    assert "urge_1" in fired(world, task["id"])
    world.engine_works()
    assert world.container.audits.audit().clean


def test_a_holiday_notice_takes_back_nothing_that_had_fallen_due(world: World) -> None:
    task = world.task("p1", "east")
    world.clock.set(morning("2026-03-24", "10:00"))
    notice = CalendarTable({date(2026, 3, 23): False}, frozenset({2026}))
    world.container.calendar_imports.apply(notice, source="通知", expected_version=1)
    assert "urge_1" in fired(world, task["id"])
    world.engine_works()
    assert world.container.audits.audit().clean
