"""What the time line says is to come is what the engine then does, rung by rung, at those very moments."""

from __future__ import annotations

import pytest

from tests.integration.services.test_explanations import MONTHLY
from tests.support.contested import contest, decide, item_about, run_late, serve
from tests.support.kept import standing_world
from tests.support.world import World, morning, small_campaign
from tracker.domain.errors import NotFound

MEASURES = (
    "{key: t1, ordinal: （一）, title: 报送, text: 报送, workflow: return, units: [各村], due: {by_date: 2026-04-30}}",
    "{key: t2, ordinal: （二）, title: 排查, text: 排查, workflow: survey, units: [各村], due: {within: 9 working days}}",
)


@standing_world()
def world(world: World) -> None:
    world.load(small_campaign(measures=MEASURES))


def foretold(world: World, ref: str) -> list[tuple[str, str, str]]:
    """Return (moment, clock, rung) of all that is to come of a task."""
    coming = world.container.explanations.explain(None, ref).data["coming"]
    return sorted((one["at"], one["clock"], one["rung_name"]) for one in coming)


def fired(world: World, ref: str) -> set[tuple[str, str, str]]:
    """Return (moment, clock, rung) of all that fired."""
    rows = world.rows(
        "SELECT f.fired_at, c.name, f.rung_name FROM firing f JOIN clock c ON c.id = f.clock_id"
        " JOIN task t ON t.id = f.task_id WHERE t.ref = :ref",
        ref=ref,
    )
    return {(row["fired_at"].isoformat(), row["name"], row["rung_name"]) for row in rows}


def untouched(world: World) -> None:
    """Nobody does anything."""


def accepted(world: World) -> None:
    world.act("clerk-west", world.task("t1", "west")["ref"], "accept")
    world.act("clerk-west", world.task("t2", "west")["ref"], "accept")


def sent_back(world: World) -> None:
    accepted(world)
    ref = world.task("t1", "west")["ref"]
    for day in ("2026-03-10", "2026-03-16"):
        world.act("clerk-west", ref, "report", MONTHLY)
        world.move_to(day)
        world.act("sup1", ref, "return", reason="口径不对")


def came_back_after_its_day(world: World) -> None:
    accepted(world)
    ref = world.task("t1", "west")["ref"]
    world.move_to("2026-04-29")
    world.act("clerk-west", ref, "report", MONTHLY)
    world.move_to("2026-05-13")
    world.act("sup1", ref, "return", reason="口径不对")


def extended(world: World) -> None:
    accepted(world)
    task = world.task("t1", "west")
    world.move_to("2026-04-28")
    world.container.extensions.ask(
        world.viewer("clerk-west"), task_ref=task["ref"], expected_version=world.task("t1", "west")["version"],
        wanted_on="2026-05-29", reason="口径未定", progress="",
    )  # fmt: skip
    world.move_to("2026-05-15")
    world.container.extensions.decide(
        world.viewer("sup1"), task_ref=task["ref"], expected_version=world.task("t1", "west")["version"], grant=True,
        granted_on="2026-05-18", reason="",
    )  # fmt: skip


def ordered(world: World) -> None:
    accepted(world)
    task = world.task("t1", "west")
    world.container.escalations.order_rung(
        world.viewer("boss"), task_ref=task["ref"], expected_version=task["version"], rung_name="interview", reason="抓紧",
    )  # fmt: skip
    world.engine_works()


@pytest.mark.slow
@pytest.mark.parametrize("before", [untouched, accepted, sent_back, came_back_after_its_day, extended, ordered])
def test_what_is_to_come_comes_at_its_very_moment_and_nothing_else_does(world: World, before) -> None:
    before(world)
    refs = [world.task(key, "west")["ref"] for key in ("t1", "t2")]
    already = {ref: fired(world, ref) for ref in refs}
    told = {ref: foretold(world, ref) for ref in refs}
    assert any(told.values())
    world.move_to("2026-07-31")
    assert {ref: sorted(fired(world, ref) - already[ref]) for ref in refs} == told


@pytest.mark.slow
def test_a_paper_shows_its_unit_nothing_of_the_days_before_it_was_issued(world: World) -> None:
    accepted(world)
    world.move_to("2026-05-11")
    (draft,) = world.rows(
        "SELECT n.ref, t.ref AS task FROM notice n JOIN task t ON t.id = n.task_id JOIN unit u ON u.id = n.unit_id"
        " WHERE u.key = 'west' AND n.kind = 'supervision_notice' ORDER BY n.id LIMIT 1"
    )
    clerk = world.viewer("clerk-west")
    with pytest.raises(NotFound):
        world.container.timelines.show(clerk, draft["task"])
    for person, step in (("sup1", "seal"), ("sup2", "approve"), ("sup1", "issue")):
        world.act_on_notice(person, draft["ref"], step)
    seen = world.container.timelines.show(clerk, draft["task"])
    assert [row.sentence for row in seen.past] == ["印发，转为“待签收”"]
    assert "审定" not in repr(seen)
    assert len(world.container.timelines.show(world.viewer("boss"), draft["task"]).past) > 3


def test_the_rows_are_words_and_carry_who_did_it(world: World) -> None:
    accepted(world)
    view = world.container.timelines.show(world.viewer("clerk-west"), world.task("t1", "west")["ref"])
    assert ("签收，转为“准备中”", "west村 联络员 clerk-west") in [(row.sentence, row.who) for row in view.past]
    assert "如到5月6日9:10仍未办结：自动催办联络员、单位负责人" in [row.sentence for row in view.coming]
    assert {row.mark for row in view.coming} == {"未到时", "期限"}


@pytest.mark.slow
def test_a_contested_line_rests_until_it_is_answered_and_then_what_is_to_come_comes(fresh_database_url: str) -> None:
    with World(fresh_database_url, start=morning("2026-03-02")) as world:
        run_late(world)
        paper = serve(world)
        objection = contest(world, paper, item_about(world, paper, "s1"))
        ref = world.task("s1", "west")["ref"]
        explained = world.container.explanations.explain(None, ref)
        assert "暂停计时，等申诉的结果" in "".join(explained.lines)
        assert explained.data["coming"] == []
        world.move_to("2026-04-08")
        decide(world, objection, "reject", reason="回执显示未报")
        after = world.container.explanations.explain(None, ref)
        assert "作出申诉决定：申诉不成立（理由：回执显示未报）" in "".join(after.lines)
        assert after.data["differences"] == []
        told, already = foretold(world, ref), fired(world, ref)
        world.move_to("2026-07-31")
        assert sorted(fired(world, ref) - already) == told


PACED = (
    "{key: m1, ordinal: （一）, title: 清运, text: 清运, workflow: scheduled_work, units: [各村], due: {by_date: 2026-06-30},"
    " schedule: {from: 2026-03-02, to: 2026-06-30}}"
)


@pytest.mark.slow
def test_the_next_check_of_progress_is_foretold_as_things_stand(fresh_database_url: str) -> None:
    with World(fresh_database_url, start=morning("2026-03-02")) as world:
        world.load(small_campaign(measures=[PACED]))
        ref = world.task("m1", "west")["ref"]
        world.act("clerk-west", ref, "accept")
        world.move_to("2026-05-11")
        explained = world.container.explanations.explain(world.viewer("clerk-west"), ref)
        assert "下一次核对进度的日子是5月31日" in "".join(explained.lines)
        already = fired(world, ref)
        told = [one for one in foretold(world, ref) if one[1] == "pace"]
        assert [moment for moment, _, _ in told] == ["2026-06-01T01:10:00+00:00"] * len(told)
        world.move_to("2026-06-02")
        assert sorted(one for one in fired(world, ref) - already if one[1] == "pace") == told
