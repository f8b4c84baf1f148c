"""A matter in somebody's hand: one wins, the others see who, it lapses, and it never keeps a decision from being taken."""

from __future__ import annotations

from datetime import timedelta

from tests.support.kept import standing_world
from tests.support.racing import at_once
from tests.support.world import World, small_campaign
from tracker.services.claims import LASTS

SURVEY = (
    "{key: m1, ordinal: （一）, title: 排查, text: 略, workflow: publicity, units: [各村], due: {by_date: 2026-03-11}}"
)


@standing_world()
def world(world: World) -> None:
    world.load(small_campaign(measures=[SURVEY]))
    for village in ("east", "west"):
        world.act(f"clerk-{village}", world.task("m1", village)["ref"], "accept")
    world.move_to("2026-03-16")


def finding(world: World) -> str:
    return str(world.value("SELECT ref FROM finding WHERE status = 'waiting' ORDER BY id LIMIT 1"))


def test_of_many_who_ask_at_once_exactly_one_has_it(world: World) -> None:
    claims, ref = world.container.team.claims, finding(world)
    people = [world.viewer(key) for key in ("sup1", "sup2", "office1", "boss")]
    for _ in range(5):
        taken = at_once(*((lambda who=who: claims.take(who, ref)) for who in people))
        assert sorted(taken) == [False, False, False, True]
        winner = people[taken.index(True)]
        assert [claims.held_by_others(who, [ref]) == {} for who in people] == [who is winner for who in people]
        claims.release(winner, [ref])


def test_it_lapses_by_itself_and_is_then_anybodys(world: World) -> None:
    claims, ref, one, other = world.container.team.claims, finding(world), world.viewer("sup1"), world.viewer("sup2")
    assert claims.take(one, ref)
    world.clock.real += LASTS - timedelta(seconds=1)
    assert not claims.take(other, ref)
    world.clock.real += timedelta(seconds=1)
    assert claims.held_by_others(other, [ref]) == {}
    assert claims.take(other, ref)
    assert not claims.take(one, ref)


def test_taking_it_again_keeps_it_longer(world: World) -> None:
    claims, ref, one, other = world.container.team.claims, finding(world), world.viewer("sup1"), world.viewer("sup2")
    claims.take(one, ref)
    world.clock.real += LASTS - timedelta(seconds=1)
    claims.take(one, ref)
    world.clock.real += LASTS - timedelta(seconds=1)
    assert not claims.take(other, ref)


def test_what_a_colleague_has_in_hand_is_not_decided_in_a_batch_and_the_answer_names_him(world: World) -> None:
    claims, triage, ref = world.container.team.claims, world.container.team.triage, finding(world)
    claims.take(world.viewer("sup2"), ref)
    (answer,) = triage.waive(world.viewer("sup1"), [ref], reason="停电")
    assert not answer.done
    assert answer.sentence.startswith("sup2正在处理")
    (answer,) = triage.waive(world.viewer("sup2"), [ref], reason="停电")
    assert answer.done
    assert world.value("SELECT count(*) FROM triage_claim") == 0


def test_what_lapsed_long_ago_is_forgotten(world: World) -> None:
    world.container.team.claims.take(world.viewer("sup1"), finding(world))
    world.clock.real += 3 * LASTS
    world.container.team.claims.forget_lapsed()
    assert world.value("SELECT count(*) FROM triage_claim") == 0


def test_a_new_one_lets_the_former_go_and_one_refused_keeps_it(world: World) -> None:
    claims, one, other = world.container.team.claims, world.viewer("sup1"), world.viewer("sup2")
    first, second = (
        str(row["ref"]) for row in world.rows("SELECT ref FROM finding WHERE status = 'waiting' ORDER BY id LIMIT 2")
    )
    claims.take(one, first)
    claims.take(other, second)
    assert not claims.take(one, second)
    assert list(claims.held_by_others(other, [first, second])) == [first]
    claims.release(other, [second])
    assert claims.take(one, second)
    assert list(claims.held_by_others(other, [first, second])) == [second]


def test_two_pages_of_one_person_leave_him_one_claim(world: World) -> None:
    claims, one = world.container.team.claims, world.viewer("sup1")
    refs = [
        str(row["ref"]) for row in world.rows("SELECT ref FROM finding WHERE status = 'waiting' ORDER BY id LIMIT 2")
    ]
    for _ in range(5):
        assert at_once(*((lambda ref=ref: claims.take(one, ref)) for ref in refs)) == [True, True]
        assert world.value("SELECT count(*) FROM triage_claim") == 1
