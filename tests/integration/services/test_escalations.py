"""The sweep on a real PostgreSQL: rungs, drafts, counts, and what happens to what cannot be judged."""

from __future__ import annotations

from tests.support.kept import standing_world
from tests.support.world import World, small_campaign

SURVEY = (
    "{key: s1, ordinal: （一）, title: 摸排, text: 摸排, workflow: survey, units: [各村], due: {by_date: 2026-03-20}}"
)
PUBLICITY = "{key: p1, ordinal: （二）, title: 宣传, text: 宣传, workflow: publicity, units: [各村], due: {by_date: 2026-03-20}}"


@standing_world()
def world(world: World) -> None:
    world.load(small_campaign(measures=[SURVEY, PUBLICITY]))


def test_a_late_task_is_reminded_then_urged_then_drafted_in_order(world: World) -> None:
    world.act("clerk-west", world.task("s1", "west")["ref"], "accept")
    world.move_to("2026-04-10")
    fired = world.rows(
        "SELECT f.rung_name FROM firing f JOIN clock c ON c.id = f.clock_id"
        " WHERE f.task_id = :task AND c.name = 'finish' ORDER BY f.fired_at, f.rung",
        task=world.task("s1", "west")["id"],
    )
    assert [row["rung_name"] for row in fired] == [
        "remind_3_before", "remind_1_before", "remind_on_day", "urge_1", "supervise", "interview", "rectify",
    ]  # fmt: skip


def test_a_units_findings_of_one_kind_and_severity_gather_in_one_draft(world: World) -> None:
    for measure in ("s1", "p1"):
        world.act("clerk-west", world.task(measure, "west")["ref"], "accept")
    world.move_to("2026-03-25")
    drafts = world.rows(
        "SELECT n.id, count(i.id) AS items FROM notice n JOIN notice_item i ON i.notice_id = n.id"
        " JOIN unit u ON u.id = n.unit_id WHERE u.key = 'west' AND n.kind = 'supervision_notice' GROUP BY n.id"
    )
    assert [row["items"] for row in drafts] == [2]


def test_a_second_sweep_of_the_same_moment_fires_nothing(world: World) -> None:
    world.move_to("2026-03-30")
    assert world.container.escalations.sweep().fired == 0


def test_the_record_recomputed_from_events_alone_agrees_with_what_fired(world: World) -> None:
    world.act("clerk-west", world.task("s1", "west")["ref"], "accept")
    world.move_to("2026-04-10")
    report = world.container.audits.audit()
    assert report.clean, report.sentences()
    assert report.expected == report.fired > 10


def test_every_chain_verifies_after_a_month_of_work(world: World) -> None:
    world.move_to("2026-04-02")
    world.container.ledger.seal()
    assert world.container.ledger.verify().faults == ()
