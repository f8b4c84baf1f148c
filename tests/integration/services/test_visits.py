"""实地督导: planned with its ground, verified or refused by the unit, and what it finds becomes problems to put right."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from tests.support.kept import standing_world
from tests.support.racing import at_once
from tests.support.visits import PROBLEM, begin, plan, record, stop, unit_id
from tests.support.world import World, morning, small_campaign
from tests.web.site import MEASURES
from tests.web.two_offices import NEIGHBOUR
from tracker.domain.errors import (
    InvalidInput,
    NotAllowed,
    NotFound,
    StaleVersion,
    TransitionNotAllowed,
    VisitCodeRefused,
)
from tracker.domain.permissions import Viewer
from tracker.domain.values import Actor, Post, Role
from tracker.persistence.models import Assignment
from tracker.services.reorganisations import Act

INSPECTED = "{key: check, ordinal: （三）, title: 实地检查, text: 检查。, workflow: inspection, units: [各村], due: {by_date: 2026-03-20}}"


@standing_world()
def world(world: World) -> None:
    world.load(small_campaign(measures=MEASURES))


def show(world: World, ref: str, village: str = "east", who: str = "sup1") -> str:
    shown = world.container.visiting.show_code(world.viewer(who), ref=ref, unit_id=unit_id(world, village))
    return shown.code


def verify(world: World, code: str, who: str = "clerk-east") -> str:
    return world.container.visiting.verify(world.viewer(who), code=code)


def refuse(world: World, ref: str, who: str = "clerk-east", reason: str = "来人不能说明来意。") -> None:
    world.container.visiting.refuse(
        world.viewer(who), ref=ref, unit_id=unit_id(world, "east"), given={"reason": reason}
    )


def told(world: World, message: str) -> set[str]:
    return {who for _, who, what in world.told() if what == message}


def visit(world: World, ref: str) -> dict[str, Any]:
    (row,) = world.rows("SELECT * FROM visit WHERE ref = :ref", ref=ref)
    return row


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_an_unannounced_visit_is_told_to_its_team_alone(world: World) -> None:
    plan(world)
    assert told(world, "visit_planned") == {"boss"}
    assert told(world, "visit_announced") == set()


def test_an_announced_visit_is_told_to_liaison_and_head_of_each_unit(world: World) -> None:
    plan(world, announced="yes")
    assert told(world, "visit_announced") == {"clerk-east", "head-east", "clerk-west", "head-west"}


def test_a_plan_without_ground_team_units_and_sense_is_refused_field_by_field(world: World) -> None:
    with pytest.raises(InvalidInput) as refused:
        plan(world, from_on="2026-03-01", to_on="2026-02-01", ground=" ", units=["nowhere"], people=[], announced="")
    assert set(refused.value.by_field()) == {"from_on", "to_on", "ground", "units", "people", "announced", "in_charge"}
    assert world.rows("SELECT 1 FROM visit") == []


def test_a_team_without_a_supervisor_could_record_nothing_and_is_refused(world: World) -> None:
    boss = str(world.person_ids["boss"])
    with pytest.raises(InvalidInput) as refused:
        plan(world, people=[boss], in_charge=boss)
    assert "督导员" in refused.value.by_field()["people"]


def test_who_plans_and_who_does_not(world: World) -> None:
    assert plan(world, who="office1").startswith("JC-2026-")
    with pytest.raises(NotAllowed):
        plan(world, who="boss")
    with pytest.raises(NotFound):
        plan(world, who="clerk-east")


@pytest.mark.parametrize("changed", [
    {"filed_as": "督计2026-4"}, {"announced": "yes"}, {"units": ["east"]}, {"ground": "群众反映问题较多。"}, {"in_charge": "boss"},
    {"measures": ["talk"]},
])  # fmt: skip
def test_a_plan_that_differs_anywhere_is_a_visit_of_its_own(world: World, changed: dict[str, Any]) -> None:
    if "in_charge" in changed:
        changed = {"in_charge": str(world.person_ids[changed["in_charge"]])}
    assert plan(world) != plan(world, **changed)


def test_a_plan_that_is_sent_twice_at_once_is_planned_once(world: World) -> None:
    first, second = at_once(lambda: plan(world), lambda: plan(world))
    assert first == second
    assert plan(world, units=["east"]) != first
    assert plan(world, "office1") != first
    assert world.value("SELECT count(*) FROM visit") == 3
    assert len([one for one in world.told() if one[1:] == ("boss", "visit_planned")]) == 3


def test_the_unit_verifies_the_team_by_the_code_and_once_is_enough(world: World) -> None:
    ref = plan(world)
    world.move_to("2026-03-03")
    code = show(world, ref)
    assert visit(world, ref)["state"] == "under_way"
    assert verify(world, f"{code[:3]} {code[3:]}") == ref
    assert stop(world, ref)["verified_by"] == world.person_ids["clerk-east"]
    with pytest.raises(VisitCodeRefused):
        verify(world, code, "head-east")


def test_a_code_stands_nowhere_but_on_the_screen(world: World) -> None:
    ref = plan(world)
    world.move_to("2026-03-03")
    code = show(world, ref)
    assert code not in str(world.rows("SELECT payload FROM event"))
    assert code not in str(world.rows("SELECT * FROM visit_stop"))


def test_a_code_of_another_village_a_wrong_one_and_no_code_are_refused_alike(world: World) -> None:
    ref = plan(world)
    with pytest.raises(VisitCodeRefused) as refused:
        verify(world, "123456")
    sentences = {refused.value.sentence}
    world.move_to("2026-03-03")
    code = show(world, ref)
    for who, typed in (("clerk-west", code), ("clerk-east", wrong(code)), ("clerk-east", "何")):
        with pytest.raises(VisitCodeRefused) as refused:
            verify(world, typed, who)
        sentences.add(refused.value.sentence)
    assert len(sentences) == 1
    assert verify(world, code) == ref


def test_five_tries_and_two_hours_are_all_that_a_code_has(world: World) -> None:
    ref = plan(world)
    world.move_to("2026-03-03")
    code = show(world, ref)
    for _ in range(5):
        with pytest.raises(VisitCodeRefused):
            verify(world, wrong(code))
    with pytest.raises(VisitCodeRefused):
        verify(world, code)
    code = show(world, ref)
    world.clock.set(world.clock.now() + timedelta(hours=2))
    with pytest.raises(VisitCodeRefused):
        verify(world, code)


def test_eight_guesses_at_once_are_five(world: World) -> None:
    ref = plan(world)
    world.move_to("2026-03-03")
    code = show(world, ref)
    at_once(*[lambda: verify(world, wrong(code))] * 8)
    assert stop(world, ref)["tries"] == 5


def test_a_refusal_is_told_to_the_office_and_the_team_and_nothing_more_happens_there(world: World) -> None:
    ref = plan(world)
    world.move_to("2026-03-03")
    with pytest.raises(NotFound):
        refuse(world, ref)  # nobody told the unit of this visit
    verify(world, show(world, ref))
    with pytest.raises(InvalidInput):
        refuse(world, ref, reason=" ")
    refuse(world, ref)
    refuse(world, ref)
    assert told(world, "visit_refused") == {"office1", "sup1", "boss"}
    with pytest.raises(TransitionNotAllowed, match="不接受"):
        begin(world, ref)
    assert begin(world, ref, "west")


def test_visitors_whom_no_code_verifies_are_reported_to_the_offices_side(world: World) -> None:
    report = world.container.visiting.report_unverified
    with pytest.raises(InvalidInput):
        report(world.viewer("clerk-east"), given={"reason": ""})
    with pytest.raises(InvalidInput):
        report(world.viewer("clerk-east"), given={"reason": "自称督导组。", "unit": str(unit_id(world, "west"))})
    report(world.viewer("clerk-east"), given={"reason": "自称督导组，拿不出核验码。"})
    assert told(world, "visitors_unverified") == {"office1", "sup1", "sup2"}
    assert world.value("SELECT count(*) FROM event WHERE kind = 'visit.unverified'") == 1


def test_visitors_are_reported_to_every_office_for_whose_campaigns_the_liaison_answers(world: World) -> None:
    here, first = unit_id(world, "east"), world.value("SELECT id FROM campaign")
    world.load(NEIGHBOUR)
    second = world.value("SELECT id FROM campaign WHERE id <> :first", first=first)
    person = world.person_ids["n-east"]
    posts = tuple(Post(number, person, here, Role.LIAISON, only) for number, only in ((1, second), (2, first)))
    world.container.visiting.report_unverified(
        Viewer(Actor(person, None, posts), {here: frozenset({here})}), given={"reason": "自称督导组，拿不出核验码。"}
    )
    assert {"office1", "n-office1"} <= told(world, "visitors_unverified")


def test_a_campaign_that_withdrew_what_it_asked_of_a_unit_is_not_asked_about_visitors(world: World) -> None:
    with world.container.uows() as uow:
        uow.session.execute(update(Assignment).values(withdrawn_at=world.clock.now()))
        uow.commit()
    with pytest.raises(TransitionNotAllowed, match="打电话"):
        world.container.visiting.report_unverified(world.viewer("clerk-east"), given={"reason": "自称督导组。"})


def test_what_is_found_becomes_a_problem_and_an_item_of_the_measure_with_its_clock(world: World) -> None:
    ref = plan(world)
    world.move_to("2026-03-03")
    task_ref = begin(world, ref)
    assert begin(world, ref) == task_ref
    record(world, task_ref, {**PROBLEM, "duty": "（一） 出租房屋排查"}, {**PROBLEM, "place": "村委会"})
    items = world.rows(
        "SELECT t.state, t.due_on, m.key, p.ref FROM problem b JOIN task t ON t.id = b.rectification_task_id"
        " JOIN task p ON p.id = t.parent_id LEFT JOIN measure m ON m.id = t.measure_id ORDER BY b.id"
    )
    assert [(one["state"], str(one["due_on"]), one["key"], one["ref"]) for one in items] == [
        ("rectifying", "2026-03-31", "survey", task_ref), ("rectifying", "2026-03-31", None, task_ref),
    ]  # fmt: skip
    assert "clerk-east" in told(world, "passed_on")
    world.act("clerk-east", task_ref, "confirm", {"confirmed_by": "村主任"})


def test_two_members_who_begin_at_once_share_one_record(world: World) -> None:
    ref = plan(world)
    world.move_to("2026-03-03")
    begun = at_once(lambda: begin(world, ref), lambda: begin(world, ref, who="boss"))
    assert begun[0] == begun[1]
    assert world.value("SELECT count(*) FROM task WHERE workflow_key = 'inspection'") == 1


def test_a_merged_village_is_visited_no_more(world: World) -> None:
    ref = plan(world)
    world.move_to("2026-03-03")
    office, service = world.viewer("office1"), world.container.reorganisations
    sources, into = [unit_id(world, "east")], unit_id(world, "west")
    digest = service.plan_merge(office, sources, into).digest()
    service.merge(office, sources, into, act=Act(world.today, "县政函〔2026〕8号"), digest=digest)
    with pytest.raises(TransitionNotAllowed, match="合并或撤销"):
        begin(world, ref)
    with pytest.raises(InvalidInput):
        plan(world, units=["east"], from_on="2026-03-03")


def test_a_visit_ends_with_its_campaign(world: World) -> None:
    ref = plan(world)
    world.move_to("2026-03-03")
    with world.container.uows() as uow:
        uow.campaigns.lock_by_ref(world.campaign_ref).status = "closed"
        uow.commit()
    with pytest.raises(TransitionNotAllowed, match="行动已经结束"):
        begin(world, ref)


def test_a_measure_outside_the_visit_is_not_offered(world: World) -> None:
    ref = plan(world, measures=["talk"])
    world.move_to("2026-03-03")
    task_ref = begin(world, ref)
    with pytest.raises(InvalidInput) as refused:
        record(world, task_ref, {**PROBLEM, "duty": "（一） 出租房屋排查"})
    assert "（二） 集市宣传" in refused.value.by_field()["problems.0.duty"]


def test_an_inspection_that_the_plan_asks_for_is_recorded_once_on_the_visit(fresh_database_url: str) -> None:
    with World(fresh_database_url, start=morning("2026-03-02")) as world:
        world.load(small_campaign(measures=[*MEASURES, INSPECTED]))
        ref = plan(world)
        world.move_to("2026-03-03")
        assert begin(world, ref) == world.task("check", "east")["ref"]


def test_two_visits_that_begin_at_one_unit_at_once_keep_a_record_each(fresh_database_url: str) -> None:
    with World(fresh_database_url, start=morning("2026-03-02")) as world:
        world.load(small_campaign(measures=[*MEASURES, INSPECTED]))
        first, second = plan(world), plan(world, ground="群众反映问题较多。")
        world.move_to("2026-03-03")
        begun = at_once(lambda: begin(world, first), lambda: begin(world, second, who="boss"))
        assert len(set(begun)) == 2
        assert world.task("check", "east")["ref"] in begun


def test_a_visit_ends_once_what_was_begun_is_recorded(world: World) -> None:
    ref = plan(world)
    world.move_to("2026-03-03")
    task_ref = begin(world, ref)
    end = world.container.team.visits.end
    with pytest.raises(StaleVersion):
        end(world.viewer("sup1"), ref=ref, expected_version=1)
    with pytest.raises(TransitionNotAllowed, match="east村"):
        end(world.viewer("sup1"), ref=ref, expected_version=2)
    record(world, task_ref)
    end(world.viewer("sup2"), ref=ref, expected_version=2)
    assert visit(world, ref)["state"] == "ended"
    with pytest.raises(TransitionNotAllowed):
        begin(world, ref, "west")


def test_only_the_team_goes_and_only_on_its_days(world: World) -> None:
    ref = plan(world)
    with pytest.raises(TransitionNotAllowed, match="3月3日"):
        begin(world, ref)
    world.move_to("2026-03-03")
    with pytest.raises(NotAllowed):
        begin(world, ref, who="sup2")
    with pytest.raises(NotFound):
        begin(world, ref, who="clerk-east")


def test_a_cancelled_visit_keeps_its_reason_and_whoever_knew_of_it_is_told(world: World) -> None:
    ref = plan(world, announced="yes")
    cancel = world.container.team.visits.cancel
    cancel(world.viewer("office1"), ref=ref, expected_version=1, given={"reason": "与上级检查合并。"})
    assert visit(world, ref)["cancel_reason"] == "与上级检查合并。"
    assert told(world, "visit_cancelled") == {"sup1", "boss", "clerk-east", "head-east", "clerk-west", "head-west"}
    with pytest.raises(TransitionNotAllowed):
        cancel(world.viewer("office1"), ref=ref, expected_version=2, given={"reason": "再取消"})


def test_every_step_stands_in_the_visits_own_chain(world: World) -> None:
    ref = plan(world)
    world.move_to("2026-03-03")
    verify(world, show(world, ref))
    record(world, begin(world, ref))
    world.container.team.visits.end(world.viewer("sup1"), ref=ref, expected_version=2)
    kinds = [
        row["kind"]
        for row in world.rows(
            "SELECT e.kind FROM event e JOIN stream s ON s.id = e.stream_id WHERE s.kind = 'visit' ORDER BY e.seq"
        )
    ]
    assert kinds == ["visit.planned", "visit.code_shown", "visit.verified", "visit.begun", "visit.ended"]
    assert not world.container.ledger.verify().faults
