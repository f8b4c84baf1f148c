"""Standing duties: each period a task of its own, answered late, by a nil return, or in several returns."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.kept import standing_world
from tests.support.racing import at_once
from tests.support.world import World, morning, settings_for, small_campaign
from tracker.bootstrap import build
from tracker.domain.errors import TransitionNotAllowed

MONTHLY = "{key: m1, ordinal: （一）, title: 情况月报, text: 月报, workflow: return, units: [各村], cadence: {every: month, by_day: 19}}"
QUOTA = "{key: q1, ordinal: （二）, title: 集市宣传, text: 宣传, workflow: publicity, units: [west], cadence: {every: quarter, times: 2}}"
PILOT = "{key: p1, ordinal: （三）, title: 试点, text: 试点, workflow: return, units: [west], cadence: {every: month, by_day: 25, starts_by: 2026-03-31, from: 2026-04-01}}"
LATER = "{key: l1, ordinal: （四）, title: 集中排查, text: 排查, workflow: survey, units: [west], due: {from: 2026-05-11, to: 2026-05-31}}"
SIGNED = "{key: s1, ordinal: （五）, title: 制定方案, text: 方案, workflow: return, units: [west], due: {within: 5 working days, from: accepted}}"
FILLED: dict[str, object] = {
    "title": "月报",
    "as_of": "2026-03-02",
    "summary": "无",
    "actions": "0",
    "problems_found": "0",
}
TALK: dict[str, object] = {
    "theme": "防骗", "held_on": "2026-03-02", "place": "集市", "forms": ["market"], "sessions": "1",
    "people_reached": "40", "leaflets": "50",
}  # fmt: skip


@standing_world()
def world(_: World) -> None:
    """Nobody and nothing yet."""


def periods(world: World, measure: str, unit: str = "west") -> list[tuple[str, str, str]]:
    """Return (period, due, state) of the tasks of a duty, in the order in which they opened."""
    found = world.rows(
        "SELECT t.period_key, t.due_on, t.state FROM task t JOIN measure m ON m.id = t.measure_id"
        " JOIN unit u ON u.id = t.unit_id WHERE m.key = :measure AND u.key = :unit ORDER BY t.id",
        measure=measure, unit=unit,
    )  # fmt: skip
    return [(row["period_key"], str(row["due_on"] or ""), row["state"]) for row in found]


def ref(world: World, measure: str, period: str, unit: str = "west") -> str:
    found: str = world.value(
        "SELECT t.ref FROM task t JOIN measure m ON m.id = t.measure_id JOIN unit u ON u.id = t.unit_id"
        " WHERE m.key = :measure AND t.period_key = :period AND u.key = :unit",
        measure=measure, period=period, unit=unit,
    )  # fmt: skip
    return found


def findings(world: World, unit: str = "west") -> list[dict[str, Any]]:
    return world.rows(
        "SELECT f.summary, f.periods, i.text FROM finding f JOIN unit u ON u.id = f.unit_id"
        " LEFT JOIN notice_item i ON i.finding_id = f.id WHERE u.key = :unit AND f.kind = 'supervision_notice'"
        " ORDER BY f.id",
        unit=unit,
    )


@pytest.mark.slow
def test_each_period_opens_its_own_task_at_its_start_and_the_liaison_is_told(world: World) -> None:
    world.load(small_campaign(measures=[MONTHLY], ends_on="2026-06-10"))
    assert [row[0] for row in periods(world, "m1")] == ["2026-03"]
    world.move_to("2026-05-02")
    assert [(period, due) for period, due, _ in periods(world, "m1")] == [
        ("2026-03", "2026-03-19"), ("2026-04", "2026-04-19"), ("2026-05", "2026-05-19"),
    ]  # fmt: skip
    told = [at for at, who, what in world.told() if (who, what) == ("clerk-west", "assigned")]
    assert told == ["03-02 08:30", "04-01 08:30", "05-01 08:30"]
    world.move_to("2026-08-31")
    assert len(periods(world, "m1")) == 3, "the campaign ends before the June return would be due"


def test_a_period_that_was_over_before_the_campaign_was_issued_is_not_asked_for(world: World) -> None:
    ref = world.load(small_campaign(measures=[MONTHLY]), issue=False)
    world.clock.set(morning("2026-04-25"))
    world.container.issuing.issue_campaign(None, campaign_ref=ref, expected_version=1)
    assert [row[0] for row in periods(world, "m1")] == []
    world.move_to("2026-05-02")
    assert [row[0] for row in periods(world, "m1")] == ["2026-05"]


def test_after_an_outage_every_missed_period_opens_once_in_order(world: World) -> None:
    world.load(small_campaign(measures=[MONTHLY]))
    world.clock.set(morning("2026-06-03"))
    world.engine_works()
    world.engine_works()
    assert [row[0] for row in periods(world, "m1")] == ["2026-03", "2026-04", "2026-05", "2026-06"]
    assert world.container.audits.audit().clean
    assert world.container.ledger.verify().faults == ()


def test_two_sweepers_at_once_open_each_period_once(world: World) -> None:
    world.load(small_campaign(measures=[MONTHLY]))
    world.clock.set(morning("2026-07-01", "09:00"))
    other = build(
        settings_for(world.database_url), clock=world.clock, queue=world.queue, couriers={"email": world.mail}
    )
    try:
        at_once(world.container.escalations.sweep, other.escalations.sweep, world.container.escalations.sweep)
    finally:
        other.close()
    assert [row[0] for row in periods(world, "m1", "east")] == [f"2026-0{month}" for month in range(3, 8)]
    assert world.value("SELECT count(*) FROM task") == world.value("SELECT count(DISTINCT (assignment_id, period_key)) FROM task WHERE assignment_id IS NOT NULL") + world.value("SELECT count(*) FROM notice")  # fmt: skip


def test_a_late_task_of_a_closed_period_can_still_be_done(world: World) -> None:
    world.load(small_campaign(measures=[MONTHLY]))
    world.move_to("2026-05-04")
    march = ref(world, "m1", "2026-03")
    world.act("clerk-west", march, "accept")
    world.act("clerk-west", march, "report", FILLED)
    world.act("sup1", march, "approve")
    assert periods(world, "m1")[0][2] == "completed"


def test_a_nil_return_answers_a_period_and_is_not_silence(world: World) -> None:
    world.load(small_campaign(measures=[MONTHLY]))
    march = ref(world, "m1", "2026-03")
    world.act("clerk-west", march, "nil_return")
    row = world.rows("SELECT state, nil FROM task WHERE ref = :ref", ref=march)[0]
    assert (row["state"], row["nil"]) == ("verifying", True)
    world.act("sup1", march, "approve")
    world.move_to("2026-03-30")
    assert findings(world) == []
    assert len(findings(world, "east")) == 1


def test_what_is_done_once_takes_no_nil_return(world: World) -> None:
    world.load(small_campaign(measures=[SIGNED]))
    with pytest.raises(TransitionNotAllowed, match="只有按周期报送的工作才能零报告"):
        world.act("clerk-west", ref(world, "s1", "once"), "nil_return")


def test_a_quota_counts_up_and_is_met_by_the_last_return(world: World) -> None:
    world.load(small_campaign(measures=[QUOTA]))
    first = ref(world, "q1", "2026-Q1")
    world.act("clerk-west", first, "accept")
    names = {step.name for step in world.container.tasks.allowed(world.viewer("clerk-west"), first)}
    assert "record" in names
    assert not {"report", "nil_return"} & names
    with pytest.raises(TransitionNotAllowed, match="已报0次，共需2次"):
        world.act("clerk-west", first, "report", TALK)
    world.act("clerk-west", first, "record", TALK)
    row = world.rows("SELECT state, recorded, quota FROM task WHERE ref = :ref", ref=first)[0]
    assert (row["state"], row["recorded"], row["quota"]) == ("publicising", 1, 2)
    world.act("clerk-west", first, "report", TALK)
    assert world.value("SELECT state FROM task WHERE ref = :ref", ref=first) == "verifying"
    assert world.value("SELECT count(*) FROM submission") == 2


def test_a_quota_that_is_not_met_runs_late_at_the_windows_end(world: World) -> None:
    world.load(small_campaign(measures=[QUOTA]))
    world.act("clerk-west", ref(world, "q1", "2026-Q1"), "accept")
    world.act("clerk-west", ref(world, "q1", "2026-Q1"), "record", TALK)
    world.move_to("2026-04-08")
    assert [row["summary"] for row in findings(world)] == [
        "“集市宣传”累计1期未按时办理：2026年第1季度；最近一期应于2026年3月31日前办结，截至起草时逾期3个工作日。"
    ]


def test_a_milestone_opens_at_once_and_the_rhythm_follows(world: World) -> None:
    world.load(small_campaign(measures=[PILOT]))
    assert [(key, due) for key, due, _ in periods(world, "p1")] == [("start", "2026-03-31")]
    world.move_to("2026-04-02")
    assert [(key, due) for key, due, _ in periods(world, "p1")] == [
        ("start", "2026-03-31"),
        ("2026-04", "2026-04-25"),
    ]


@pytest.mark.slow
def test_a_milestone_beside_a_period_that_runs_already_opens_each_once(world: World) -> None:
    ref = world.load(small_campaign(measures=[PILOT.replace(", from: 2026-04-01", "")]), issue=False)
    world.move_to("2026-03-10")
    world.container.issuing.issue_campaign(None, campaign_ref=ref, expected_version=1)
    world.move_to("2026-05-02")
    assert [key for key, _, _ in periods(world, "p1")] == ["start", "2026-03", "2026-04", "2026-05"]
    assert world.rows("SELECT 1 FROM incident WHERE kind = 'unopenable'") == []


def test_a_joint_duty_repeats_with_the_parts_of_its_supporters(world: World) -> None:
    joint = (
        "{key: j1, ordinal: （六）, title: 联合检查, text: 检查, workflow: return, lead: west, support: [east],"
        " cadence: {every: month, by_day: 19}}"
    )
    world.load(small_campaign(measures=[joint]))
    world.move_to("2026-04-02")
    assert [key for key, _, _ in periods(world, "j1")] == ["2026-03", "2026-04"]
    assert [(key, due) for key, due, _ in periods(world, "j1", "east")] == [
        ("2026-03", "2026-03-19"), ("2026-04", "2026-04-19"),
    ]  # fmt: skip


def test_a_task_with_a_first_day_opens_on_it(world: World) -> None:
    world.load(small_campaign(measures=[LATER]))
    assert periods(world, "l1") == []
    world.move_to("2026-05-11", "08:29")
    assert periods(world, "l1") == []
    world.move_to("2026-05-11", "08:31")
    assert [(key, due) for key, due, _ in periods(world, "l1")] == [("once", "2026-05-31")]


def test_a_period_that_counts_from_acceptance_begins_with_it(world: World) -> None:
    world.load(small_campaign(measures=[SIGNED]))
    task = ref(world, "s1", "once")
    assert world.value("SELECT due_on FROM task WHERE ref = :ref", ref=task) is None
    world.move_to("2026-03-04")
    world.act("clerk-west", task, "accept")
    row = world.rows("SELECT due_on, due_class FROM clock WHERE name = 'finish'")[0]
    assert (str(row["due_on"]), row["due_class"]) == ("2026-03-11", "told")
    assert str(world.value("SELECT due_on FROM task WHERE ref = :ref", ref=task)) == "2026-03-11"
    assert world.container.audits.audit().clean


@pytest.mark.slow
def test_missed_periods_become_one_finding_with_its_count(world: World) -> None:
    world.load(small_campaign(measures=[MONTHLY]))
    world.move_to("2026-05-28")
    (one,) = findings(world)
    assert one["periods"] == ["2026年3月", "2026年4月", "2026年5月"]
    assert one["summary"] == one["text"]
    assert one["summary"].startswith("“情况月报”累计3期未按时办理：2026年3月、2026年4月、2026年5月；最近一期")
    raised = world.value(
        "SELECT count(*) FROM firing f JOIN task t ON t.id = f.task_id JOIN unit u ON u.id = t.unit_id"
        " WHERE f.act = 'raise' AND u.key = 'west'"
    )
    assert raised > 3, "every rung still fires once and for itself"
    assert world.container.audits.audit().clean
    assert world.container.ledger.verify().faults == ()


@pytest.mark.slow
def test_a_finding_of_several_periods_is_struck_only_when_all_are_done(world: World) -> None:
    world.load(small_campaign(measures=[MONTHLY]))
    world.move_to("2026-04-27")
    (paper,) = [
        row["ref"]
        for row in world.rows(
            "SELECT n.ref FROM notice n JOIN unit u ON u.id = n.unit_id WHERE u.key = 'west' AND n.kind = 'supervision_notice'"
        )
    ]
    for period in ("2026-03",):
        world.act("clerk-west", ref(world, "m1", period), "nil_return")
        world.act("sup1", ref(world, "m1", period), "approve")
    world.act_on_notice("sup1", paper, "seal")
    assert world.value("SELECT count(*) FROM notice_item WHERE struck_at IS NOT NULL") == 0
    world.act("clerk-west", ref(world, "m1", "2026-04"), "nil_return")
    world.act("sup1", ref(world, "m1", "2026-04"), "approve")
    world.act_on_notice("sup2", paper, "send_back", reason="再核对")
    with pytest.raises(Exception, match="没有要处理的事项"):
        world.act_on_notice("sup1", paper, "seal")


def test_a_measure_that_cannot_be_judged_delays_nobody_and_heals(world: World) -> None:
    other = MONTHLY.replace("m1", "m2").replace("情况月报", "另一月报")
    world.load(small_campaign(measures=[MONTHLY, other]))
    with world.container.uows() as uow:
        measure = next(m for m in uow.campaigns.measures(1) if m.key == "m1")
        measure.cadence = {"every": "fortnight"}
        uow.commit()
    world.clock.set(morning("2026-04-01", "09:00"))
    world.engine_works()
    assert [row[0] for row in periods(world, "m2")] == ["2026-03", "2026-04"]
    assert [row[0] for row in periods(world, "m1")] == ["2026-03"]
    assert world.value("SELECT count(*) FROM incident WHERE kind = 'unopenable'") == 2
    with world.container.uows() as uow:
        measure = next(m for m in uow.campaigns.measures(1) if m.key == "m1")
        measure.cadence = {"every": "month", "by_day": 19}
        uow.commit()
    world.move_to("2026-04-01", "10:30")
    assert [row[0] for row in periods(world, "m1")] == ["2026-03", "2026-04"]


def test_a_dry_run_lists_what_would_open_and_opens_nothing(world: World) -> None:
    world.load(small_campaign(measures=[MONTHLY]))
    lines = world.container.escalations.would_open(as_of=morning("2026-05-02"))
    assert [(line.title, line.opening.title) for line in lines] == [
        ("情况月报", "2026年4月"), ("情况月报", "2026年5月"), ("情况月报", "2026年4月"), ("情况月报", "2026年5月"),
    ]  # fmt: skip
    assert len(periods(world, "m1")) == 1


def test_the_auditor_finds_a_period_that_never_opened(world: World) -> None:
    world.load(small_campaign(measures=[MONTHLY]))
    world.move_to("2026-04-02")
    assert world.container.audits.audit().clean
    with world.container.uows() as uow:
        uow.openings.defer([1], until=morning("2027-01-01"))
        uow.commit()
    world.move_to("2026-05-02")
    report = world.container.audits.audit()
    assert [line for line in report.missing if "周期任务没有生成" in line] == [
        "遗漏：east村“情况月报”2026年5月的周期任务没有生成。"
    ]
