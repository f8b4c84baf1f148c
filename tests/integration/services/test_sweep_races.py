"""Sweeps and people at the same moment: each rung once, one winner, nothing lost, no deadlock."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

import pytest

from tests.support.kept import standing_world
from tests.support.racing import at_once, held, until_blocked
from tests.support.world import World, morning, small_campaign
from tracker.domain.errors import StaleVersion, TransitionNotAllowed
from tracker.services.escalations import EscalationService, SweepReport
from tracker.services.notices import NoticeSnapshot

MEASURES = [
    f"{{key: {key}, ordinal: （一）, title: {title}, text: a, workflow: {flow}, units: [各村], due: {{by_date: {on}}}}}"
    for key, title, flow, on in (
        ("s1", "摸排", "survey", "2026-03-20"),
        ("p1", "宣传", "publicity", "2026-03-20"),
        ("p2", "再宣传", "publicity", "2026-03-25"),
    )
]
VILLAGES = [f"v{number}" for number in range(1, 11)]
PUBLICITY_RETURN: dict[str, object] = {
    "theme": "进村宣传", "held_on": "2026-03-18", "place": "村委会", "forms": ["door_to_door"], "sessions": "1",
    "people_reached": "120", "leaflets": "300",
}  # fmt: skip


@standing_world()
def world(world: World) -> None:
    world.load(small_campaign(measures=MEASURES, villages=VILLAGES))


@pytest.fixture
def drafts(world: World) -> list[str]:
    """One open 督导通知书 for each village, after everybody has been late for three working days."""
    world.clock.set(morning("2026-03-27", "10:00"))
    sweeping(world)()
    found = world.rows("SELECT ref FROM notice WHERE kind = 'supervision_notice' AND gathering ORDER BY id")
    assert len(found) == len(VILLAGES)
    return [row["ref"] for row in found]


def sweeping(world: World, *, batch: int = 500) -> Callable[[], SweepReport]:
    return EscalationService(world.container.floor, batch=batch).sweep


def step(world: World, person: str, ref: str, transition: str, reason: str = "") -> Callable[[], NoticeSnapshot]:
    """A person's step of a paper, on the page as it is now."""
    version = world.value("SELECT version FROM notice WHERE ref = :ref", ref=ref)
    return partial(
        world.container.notices.apply_transition, world.viewer(person), notice_ref=ref, transition=transition,
        expected_version=version, reason=reason,
    )  # fmt: skip


def move(world: World, person: str, ref: str, transition: str, **more: Any) -> Callable[[], Any]:
    """A person's step of a task, on the page as it is now."""
    version = world.value("SELECT version FROM task WHERE ref = :ref", ref=ref)
    return partial(
        world.container.tasks.apply_transition, world.viewer(person), task_ref=ref, transition=transition,
        expected_version=version, **more,
    )  # fmt: skip


def winners(results: list[Any]) -> list[Any]:
    return [one for one in results if not isinstance(one, (StaleVersion, TransitionNotAllowed))]


def assert_whole(world: World) -> None:
    """Every rung once and none missing; every finding in one line of one draft; every chain whole."""
    report = world.container.audits.audit()
    assert report.clean, report.sentences()
    assert world.container.ledger.verify().faults == ()
    assert world.value("SELECT count(*) FROM clock WHERE next_fire_at <= :now", now=world.clock.now()) == 0
    raised = world.value("SELECT count(*) FROM firing WHERE act = 'raise'")
    assert world.value("SELECT count(*) FROM finding") == raised
    assert world.value("SELECT count(DISTINCT finding_id) FROM notice_item WHERE finding_id IS NOT NULL") == raised
    assert world.rows("SELECT notice_id, position FROM notice_item GROUP BY 1, 2 HAVING count(*) > 1") == []


@pytest.mark.parametrize("seed", range(4))
def test_two_sweepers_fire_each_due_rung_once_and_leave_none(world: World, seed: int) -> None:
    random = Random(seed)
    for day in ("2026-03-18", "2026-03-25", "2026-04-03"):
        world.clock.set(morning(day, "10:00"))
        before = world.value("SELECT count(*) FROM firing")
        reports = at_once(*(sweeping(world, batch=random.choice([1, 3, 7, 500])) for _ in range(3)))
        fired = world.value("SELECT count(*) FROM firing") - before
        assert sum(report.fired for report in reports) == fired >= len(VILLAGES)
        assert_whole(world)
    assert world.rows("SELECT 1 FROM notice WHERE gathering GROUP BY unit_id, kind, severity HAVING count(*) > 1") == []


def test_a_second_sweeper_passes_by_what_the_first_holds_and_does_not_wait(world: World) -> None:
    world.clock.set(morning("2026-03-25", "10:00"))
    task = world.task("p1", "v1")
    with held(world.database_url, "SELECT 1 FROM task WHERE id = %s FOR UPDATE", task["id"]):
        assert sweeping(world)().fired > 0
        assert world.value("SELECT count(*) FROM firing WHERE task_id = :id", id=task["id"]) == 0
    assert sweeping(world)().fired == world.value("SELECT count(*) FROM firing WHERE task_id = :id", id=task["id"]) > 0
    assert_whole(world)


@pytest.mark.parametrize("seed", range(4))
def test_a_report_at_the_very_moment_of_a_sweep_is_taken_and_no_rung_is_lost_or_doubled(
    world: World, seed: int
) -> None:
    tasks = [world.task("p1", village)["ref"] for village in VILLAGES[:5]]
    for village, ref in zip(VILLAGES, tasks, strict=False):
        world.act(f"clerk-{village}", ref, "accept")
    world.clock.set(morning("2026-03-24", "10:00"))
    sweeping(world)()
    world.clock.set(morning("2026-03-25", "09:11"))
    reports = [
        move(world, f"clerk-{village}", ref, "report", given=PUBLICITY_RETURN)
        for village, ref in zip(VILLAGES, tasks, strict=False)
    ]
    sweeps = [sweeping(world, batch=batch) for batch in (2, 3)]
    acts = reports + sweeps
    Random(seed).shuffle(acts)
    assert len(winners(at_once(*acts))) == len(acts)
    states = world.rows("SELECT DISTINCT state FROM task WHERE ref = ANY(:refs)", refs=tasks)
    assert [row["state"] for row in states] == ["verifying"]
    sweeping(world)()
    assert_whole(world)


@pytest.mark.parametrize("repeat", range(3))
def test_approval_and_return_of_one_report_cannot_both_succeed(world: World, repeat: int) -> None:
    ref = world.task("p1", "v1")["ref"]
    world.clock.set(morning("2026-03-19"))
    world.act("clerk-v1", ref, "accept")
    world.act("clerk-v1", ref, "report", PUBLICITY_RETURN)
    results = at_once(
        move(world, "sup1", ref, "approve"), move(world, "sup2", ref, "return", reason="人次与台账不符。")
    )
    assert len(winners(results)) == 1
    moved = world.value(
        "SELECT count(*) FROM event e JOIN stream s ON s.id = e.stream_id JOIN task t ON t.id = s.subject_id"
        " WHERE s.kind = 'task' AND t.ref = :ref AND e.payload ->> 'transition' IN ('approve', 'return')",
        ref=ref,
    )
    assert moved == 1


def test_two_approvers_of_one_paper_approve_it_once(world: World, drafts: list[str]) -> None:
    step(world, "office1", drafts[0], "seal")()
    results = at_once(step(world, "sup1", drafts[0], "approve"), step(world, "sup2", drafts[0], "approve"))
    assert len(winners(results)) == 1


@pytest.mark.parametrize("repeat", range(2))
def test_two_who_issue_one_paper_give_it_one_number(world: World, drafts: list[str], repeat: int) -> None:
    step(world, "sup1", drafts[0], "seal")()
    step(world, "sup2", drafts[0], "approve")()
    results = at_once(step(world, "sup1", drafts[0], "issue"), step(world, "office1", drafts[0], "issue"))
    assert [one.printed_number for one in winners(results)] == ["测督〔2026〕1号"]
    assert world.value("SELECT last_number FROM number_series") == 1


def test_ten_papers_issued_at_once_are_numbered_from_one_to_ten(world: World, drafts: list[str]) -> None:
    for ref in drafts:
        step(world, "sup1", ref, "seal")()
        step(world, "sup2", ref, "approve")()
    issuing = [step(world, ("sup1", "sup2", "office1")[place % 3], ref, "issue") for place, ref in enumerate(drafts)]
    assert len(winners(at_once(*issuing))) == 10
    numbers = world.rows("SELECT number FROM notice WHERE number IS NOT NULL ORDER BY number")
    assert [row["number"] for row in numbers] == list(range(1, 11))


@pytest.mark.parametrize("seed", range(4))
def test_what_was_sealed_is_what_is_approved_and_later_findings_go_to_the_next_draft(
    world: World, drafts: list[str], seed: int
) -> None:
    world.clock.set(morning("2026-03-30", "10:00"))  # p2 reaches the rung of the same severity now
    acts: list[Callable[[], Any]] = [step(world, "sup1", ref, "seal") for ref in drafts[:5]]
    acts += [sweeping(world, batch=batch) for batch in (2, 5)]
    Random(seed).shuffle(acts)
    at_once(*acts)
    sweeping(world)()
    for ref in drafts[:5]:
        if world.value("SELECT gathering FROM notice WHERE ref = :ref", ref=ref):
            step(world, "sup1", ref, "seal")()  # the draft grew under the page; the supervisor looked again
        step(world, "sup2", ref, "approve")()
    sealed = world.rows(
        "SELECT n.ref, (e.payload -> 'items') AS sealed, array_agg(i.id ORDER BY i.position) AS items FROM notice n"
        " JOIN stream s ON s.kind = 'notice' AND s.subject_id = n.id"
        " JOIN event e ON e.stream_id = s.id AND e.kind = 'notice.sealed'"
        " JOIN notice_item i ON i.notice_id = n.id GROUP BY 1, 2"
    )
    assert len(sealed) == 5
    assert all(row["sealed"] == row["items"] for row in sealed)
    assert_whole(world)


def test_a_finding_that_waits_for_a_draft_being_sealed_opens_the_next_one(world: World, drafts: list[str]) -> None:
    world.clock.set(morning("2026-03-30", "10:00"))
    lines = "SELECT count(*) FROM notice_item i JOIN notice n ON n.id = i.notice_id WHERE n.ref = :ref"
    sealed_lines = world.value(lines, ref=drafts[0])
    with held(world.database_url, "SELECT 1 FROM notice WHERE ref = %s FOR UPDATE", drafts[0]) as sealer:

        def seal() -> None:
            until_blocked(world.database_url, sealer)
            sealer.execute("UPDATE notice SET gathering = false WHERE ref = %s", (drafts[0],))
            sealer.commit()

        at_once(sweeping(world), seal)
    assert world.value(lines, ref=drafts[0]) == sealed_lines
    unit_id = world.value("SELECT unit_id FROM notice WHERE ref = :ref", ref=drafts[0])
    open_ones = "SELECT ref FROM notice WHERE unit_id = :unit_id AND gathering AND kind = 'supervision_notice'"
    assert world.value(lines, ref=world.value(open_ones, unit_id=unit_id)) == 1
    assert_whole(world)


def test_a_finding_that_waits_for_a_draft_being_edited_takes_the_next_place_in_it(
    world: World, drafts: list[str]
) -> None:
    world.clock.set(morning("2026-03-30", "10:00"))
    with held(world.database_url, "SELECT 1 FROM notice WHERE ref = %s FOR UPDATE", drafts[0]) as editor:

        def add_a_line() -> None:
            until_blocked(world.database_url, editor)
            editor.execute(
                "INSERT INTO notice_item (notice_id, position, text, strike_reason, measure, leader)"
                " SELECT n.id, 1 + max(i.position), '手工补充', '', '', '' FROM notice n"
                " JOIN notice_item i ON i.notice_id = n.id WHERE n.ref = %s GROUP BY n.id", (drafts[0],)
            )  # fmt: skip
            editor.commit()

        at_once(sweeping(world), add_a_line)
    assert_whole(world)


def test_an_extension_asked_by_two_at_once_is_asked_once(world: World) -> None:
    task = world.task("p1", "v1")
    world.act("clerk-v1", task["ref"], "accept")
    version = world.task("p1", "v1")["version"]
    results = at_once(*(
        partial(
            world.container.extensions.ask, world.viewer(person), task_ref=task["ref"], expected_version=version,
            wanted_on="2026-04-10", reason="汛期抢险，人手不足。", progress="已过半",
        )
        for person in ("clerk-v1", "head-v1")
    ))  # fmt: skip
    assert sorted(type(one).__name__ for one in results) == ["NoneType", "StaleVersion"]
    assert world.value("SELECT count(*) FROM extension") == 1


def test_a_campaign_issued_by_two_at_once_is_issued_once(fresh_database_url: str) -> None:
    with World(fresh_database_url, start=morning("2026-03-02")) as world:
        ref = world.load(small_campaign(measures=MEASURES, villages=VILLAGES), issue=False)
        issue = partial(world.container.issuing.issue_campaign, None, campaign_ref=ref, expected_version=1)
        results = at_once(issue, issue)
        assert len(winners(results)) == 1
        assert world.value("SELECT count(*) FROM task") == len(MEASURES) * len(VILLAGES)
        assert_whole(world)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_leaders_orders_reports_papers_and_sweeps_all_at_once_end_without_a_deadlock(
    world: World, drafts: list[str], seed: int
) -> None:
    random = Random(seed)
    for village in VILLAGES[5:]:
        world.act(f"clerk-{village}", world.task("s1", village)["ref"], "accept")
    world.clock.set(morning("2026-04-07", "10:00"))
    acts: list[Callable[[], Any]] = [step(world, "sup1", ref, "seal") for ref in drafts[:4]]
    for village in VILLAGES[5:8]:
        task = world.task("s1", village)
        acts.append(partial(
            world.container.escalations.order_rung, world.viewer("boss"), task_ref=task["ref"],
            expected_version=task["version"], rung_name="rectify", reason="领导批示",
        ))  # fmt: skip
        urge = partial(world.container.escalations.urge, world.viewer("sup2"), text="请抓紧。")
        acts.append(partial(urge, task_ref=task["ref"]))
    acts += [sweeping(world, batch=random.choice([1, 4, 500])) for _ in range(2)]
    acts.append(world.container.ledger.seal)
    random.shuffle(acts)
    at_once(*acts)
    sweeping(world)()
    assert_whole(world)
