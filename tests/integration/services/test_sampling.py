"""回头看抽查: drawn once a month among what was signed off, and looked at by somebody other than who signed it off."""

from __future__ import annotations

import pytest

from tests.support.kept import standing_world
from tests.support.racing import at_once
from tests.support.world import World, morning, small_campaign
from tracker.domain.errors import NotAllowed, NotFound, TransitionNotAllowed

MEASURE = "{key: z1, ordinal: （一）, title: 整改, text: 整改, workflow: rectification, units: [各村], due: {by_date: 2026-03-20}}"
VILLAGES = tuple(f"v{number}" for number in range(1, 7))
RESULT: dict[str, object] = {"result": "已整改到位", "done_on": "2026-03-10"}
OPINION: dict[str, object] = {"rechecked_on": "2026-03-10", "manner": "on_site", "opinion": "整改到位。"}
LOOK: dict[str, object] = {"looked_on": "2026-04-02", "opinion": "没有反弹。"}


@standing_world()
def world(world: World) -> None:
    world.load(small_campaign(measures=[MEASURE], villages=VILLAGES))
    world.move_to("2026-03-10", "10:00")
    for village in VILLAGES:
        sign_off(world, village)


def sign_off(world: World, village: str) -> None:
    ref = world.task("z1", village)["ref"]
    world.act(f"clerk-{village}", ref, "accept")
    world.act(f"clerk-{village}", ref, "report", RESULT)
    world.act("sup1", ref, "start_recheck")
    world.act("sup1", ref, "sign_off", OPINION)


def seal_april(world: World) -> None:
    world.move_to("2026-04-01", "09:00")
    assert world.container.ledger.seal() is not None


def draw(world: World, who: str = "sup1", month: str = "2026-03"):
    return world.container.sampling.draw(world.viewer(who), campaign_ref=world.campaign_ref, month_key=month)


@pytest.mark.slow
def test_one_in_five_is_drawn_and_waits_for_somebody_else(world: World) -> None:
    seal_april(world)
    drawn = draw(world)
    assert (drawn.pool, len(drawn.drawn)) == (6, 2)
    states = {row["ref"]: row["state"] for row in world.rows("SELECT ref, state FROM task")}
    assert [ref for ref, state in states.items() if state == "sampled"] == sorted(drawn.drawn)
    with pytest.raises(TransitionNotAllowed):
        world.act("sup1", drawn.drawn[0], "pass_sample", LOOK)
    world.move_to("2026-04-02", "10:00")
    assert world.act("sup2", drawn.drawn[0], "pass_sample", LOOK).state == "archived"


@pytest.mark.slow
def test_a_relapse_found_in_the_sample_reopens_one_severity_higher_with_a_new_limit(world: World) -> None:
    seal_april(world)
    ref = draw(world).drawn[0]
    before = world.value("SELECT severity_raise FROM task WHERE ref = :ref", ref=ref)
    assert world.act("sup2", ref, "relapse_in_sample", reason="台账又空了").state == "rectifying"
    (task,) = world.rows("SELECT severity_raise, due_on::text AS due, done FROM task WHERE ref = :ref", ref=ref)
    assert task == {"severity_raise": before + 1, "due": "2026-04-16", "done": False}
    occurrence = world.value(
        "SELECT k.occurrence FROM clock k JOIN task t ON t.id = k.task_id WHERE t.ref = :ref AND k.name = 'finish'",
        ref=ref,
    )
    assert occurrence == 2
    assert ("clerk", "relapsed") in {(name[:5], message) for _, name, message in world.told()}


def test_the_second_look_is_due_ninety_days_after_the_sign_off_whoever_takes_it(world: World) -> None:
    def due() -> list[str]:
        return [row["due"] for row in world.rows("SELECT due_on::text AS due FROM clock WHERE name = 'look_back'")]

    before = due()
    seal_april(world)
    draw(world)
    assert due() == before == ["2026-06-08"] * len(VILLAGES)


def test_a_month_is_drawn_once_whoever_asks_again(world: World) -> None:
    seal_april(world)
    first = draw(world)
    world.container.ledger.seal()
    again = draw(world, "sup2")
    assert (again.drawn, again.repeated) == (first.drawn, True)
    assert world.value("SELECT count(*) FROM event WHERE kind = 'look_back.drawn'") == 1


def test_two_who_draw_at_once_make_one_draw(world: World) -> None:
    seal_april(world)
    one, two = at_once(lambda: draw(world, "sup1"), lambda: draw(world, "sup2"))
    assert one.drawn == two.drawn
    assert sorted([one.repeated, two.repeated]) == [False, True]
    assert world.value("SELECT count(*) FROM look_back_draw") == 1


def test_a_month_is_not_drawn_before_it_is_over_nor_before_a_seal(world: World) -> None:
    with pytest.raises(TransitionNotAllowed, match="还没有过完"):
        draw(world)
    world.container.ledger.seal()
    world.move_to("2026-04-01", "09:00")
    with pytest.raises(TransitionNotAllowed, match="还没有封存"):
        draw(world)
    with pytest.raises(NotFound):
        draw(world, month="2026-3")


def test_only_the_supervision_team_draws(world: World) -> None:
    seal_april(world)
    for who, refusal in (("boss", NotAllowed), ("office1", NotAllowed), ("clerk-v1", NotFound)):
        with pytest.raises(refusal):
            draw(world, who)


def test_what_was_looked_at_already_is_passed_over_and_said(world: World) -> None:
    seal_april(world)
    refs = [row["ref"] for row in world.rows("SELECT ref FROM task WHERE workflow_key = 'rectification'")]
    for ref in refs:
        world.act("sup2", ref, "look_back_pass", {**LOOK, "looked_on": "2026-04-01"})
    drawn = draw(world)
    assert dict(drawn.passed_over) == dict.fromkeys(drawn.drawn, "回头看通过")


def test_the_record_says_how_it_was_drawn_and_a_changed_draw_is_found_out(world: World) -> None:
    seal_april(world)
    drawn = draw(world)
    (said,) = world.rows("SELECT payload FROM event WHERE kind = 'look_back.drawn'")
    payload = said["payload"]
    assert payload["seed_text"] == f"{world.campaign_ref}|2026-03|{payload['root']}"
    assert (payload["drawn"], len(payload["pool"]), payload["share"]) == (list(drawn.drawn), 6, 20)

    def differences() -> tuple[str, ...]:
        return world.container.sampling.differences(
            world.viewer("sup2"), campaign_ref=world.campaign_ref, month_key="2026-03"
        )

    assert differences() == ()
    other = next(ref for ref in payload["pool"] if ref not in drawn.drawn)
    with world.container.uows() as uow:
        made = uow.look_backs.find(world.value("SELECT id FROM campaign"), "2026-03")
        assert made is not None
        made.drawn = [other, *drawn.drawn[1:]]
        uow.commit()
    assert differences() == ("重新抽取的结果与当时记录的不一致。",)


@pytest.mark.slow
def test_a_campaign_sets_its_own_share(fresh_database_url: str) -> None:
    with World(fresh_database_url, start=morning("2026-03-02")) as world:
        world.load(small_campaign(measures=[MEASURE], villages=VILLAGES, settings=["look_back_share: 50"]))
        world.move_to("2026-03-10", "10:00")
        for village in VILLAGES:
            sign_off(world, village)
        seal_april(world)
        assert len(draw(world).drawn) == 3
