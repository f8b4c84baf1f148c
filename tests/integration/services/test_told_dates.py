"""A counted date becomes told in the transaction that writes a told row naming it (DESIGN.md §3.9)."""

from __future__ import annotations

from sqlalchemy import text

from tests.support.kept import standing_world
from tests.support.world import World, small_campaign

RETURN = (
    "{key: t1, ordinal: （一）, title: 报送, text: 报送, workflow: return, units: [各村], due: {by_date: 2026-03-20}}"
)


@standing_world()
def world(world: World) -> None:
    world.load(small_campaign(measures=[RETURN]))


def due_class(world: World, clock: str) -> str:
    task = world.task("t1", "west")["id"]
    return str(world.value("SELECT due_class FROM clock WHERE task_id = :task AND name = :name", task=task, name=clock))


def assert_record_agrees(world: World) -> None:
    """The record says of every clock what its row says, and the auditor finds every rung."""
    rows = world.rows(
        "SELECT c.due_class, (SELECT e.payload -> 'clocks' -> c.name ->> 'due_class' FROM stream s"
        "   JOIN event e ON e.stream_id = s.id WHERE s.kind = 'task' AND s.subject_id = c.task_id"
        "   AND e.payload -> 'clocks' ? c.name ORDER BY e.seq DESC LIMIT 1) AS recorded FROM clock c"
    )
    assert [row for row in rows if row["due_class"] != row["recorded"]] == []
    report = world.container.audits.audit()
    assert report.clean, report.sentences()


def test_the_reminder_that_names_a_counted_date_tells_it(world: World) -> None:
    assert due_class(world, "accept") == "computed"
    assert_record_agrees(world)
    world.move_to("2026-03-03", "09:30")
    assert [message for at, _, message in world.told() if at == "03-03 09:10"] == ["remind", "remind"]
    assert due_class(world, "accept") == "told"
    assert_record_agrees(world)
    world.move_to("2026-03-09")  # later rungs find it told already
    carried = world.value(
        "SELECT count(*) FROM event e JOIN stream s ON s.id = e.stream_id WHERE s.kind = 'task' AND s.subject_id = :task"
        " AND e.kind = 'rung.fired' AND e.payload ? 'clocks'",
        task=world.task("t1", "west")["id"],
    )  # fmt: skip
    assert carried == 1
    assert_record_agrees(world)
    ref = world.task("t1", "west")["ref"]
    assert any("只会向后调整" in line for line in world.container.explanations.explain(None, ref).lines)


def test_a_message_for_the_office_alone_tells_the_unit_nothing(world: World) -> None:
    ref = world.task("t1", "west")["ref"]
    world.act("clerk-west", ref, "accept")
    given = {"title": "月报", "as_of": "2026-03-02", "summary": "无", "actions": "0", "problems_found": "0"}
    world.act("clerk-west", ref, "report", given)
    assert due_class(world, "review") == "computed"
    assert world.told()[-1][2] == "to_review"


def test_an_urge_by_hand_tells_the_date_that_it_names(world: World) -> None:
    with world.container.uows() as uow:  # a duty whose date was counted and named to nobody yet
        uow.session.execute(text("UPDATE clock SET due_class = 'computed' WHERE name = 'finish'"))
        uow.commit()
    ref = world.task("t1", "west")["ref"]
    world.container.escalations.urge(world.viewer("sup1"), task_ref=ref, text="请抓紧办理")
    assert due_class(world, "finish") == "told"
    last = world.rows("SELECT kind, payload FROM event ORDER BY id DESC LIMIT 1")[0]
    assert (last["kind"], last["payload"]["clocks"]["finish"]["due_class"]) == ("clock.told", "told")
