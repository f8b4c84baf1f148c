"""Units are renamed, merged and split; work goes on where it stands, and nothing of the past changes."""

from typing import Any

import pytest

from tests.support.kept import standing_world
from tests.support.world import World, morning, small_campaign
from tests.web.papers import draft_of, issue
from tests.web.site import MEASURES, MORE_PEOPLE, Site
from tracker.domain.errors import InvalidInput, NotFound, StaleVersion
from tracker.domain.reorganising import NewUnit
from tracker.services.reorganisations import Act


@standing_world()
def world(world: World) -> None:
    villages = ("east", "west", "south")
    world.load(
        small_campaign(measures=MEASURES, villages=villages).replace("\nmeasures:", f"{MORE_PEOPLE}measures:", 1)
    )


def unit(world: World, key: str) -> int:
    return int(world.value("SELECT id FROM unit WHERE key = :key", key=key))


def act(world: World) -> Act:
    return Act(world.today, "县政函〔2026〕8号")


def merge(world: World, *sources: str, into: str = "west", who: str = "office1") -> Any:
    ids = [unit(world, key) for key in sources]
    viewer, service = world.viewer(who), world.container.reorganisations
    plan = service.plan_merge(viewer, ids, unit(world, into))
    return service.merge(viewer, ids, unit(world, into), act=act(world), digest=plan.digest())


def clocks(world: World) -> list[dict[str, Any]]:
    return world.rows(
        "SELECT id, name, occurrence, status, started_at, due_at, ladder_from_on, next_fire_at FROM clock ORDER BY id"
    )


def test_open_tasks_go_to_the_successor_and_their_clocks_run_on(world: World) -> None:
    world.move_to("2026-03-03")
    refs = [
        row["ref"] for row in world.rows("SELECT ref FROM task WHERE unit_id = :u ORDER BY id", u=unit(world, "east"))
    ]
    before = clocks(world)
    plan = merge(world, "east")
    assert [task.ref for task in plan.tasks] == refs
    assert clocks(world) == before
    assert world.value("SELECT count(*) FROM task WHERE unit_id = :u", u=unit(world, "east")) == 0
    events = world.rows("SELECT e.payload FROM event e WHERE e.kind = 'task.handed_over' ORDER BY e.id")
    assert [(e["payload"]["from_name"], e["payload"]["to_name"]) for e in events] == [("east村", "west村")] * 2
    assert events[0]["payload"]["clocks_standing"]["finish"]["due_on"] == "2026-03-20"
    assert world.container.ledger.verify().faults == ()


def test_both_liaisons_are_told_even_though_the_old_posts_end(world: World) -> None:
    world.move_to("2026-03-03")
    merge(world, "east")
    told = [(person, message) for _, person, message in world.told() if message == "handed_over"]
    assert sorted(told) == sorted([("clerk-west", "handed_over"), ("clerk-east", "handed_over")] * 2)
    sent = len(world.mail.sent)
    world.container.deliver()
    assert {message.recipient for _, message in world.mail.sent[sent:]} >= {"clerk-east", "clerk-west"}


def test_the_successor_works_on_and_the_old_unit_no_longer_does(world: World) -> None:
    world.move_to("2026-03-03")
    ref = world.task("survey", "east")["ref"]
    old = world.viewer("clerk-east")
    merge(world, "east")
    assert world.viewer("clerk-east").actor.posts == ()
    with pytest.raises(NotFound):
        world.container.tasks.apply_transition(
            world.viewer("clerk-east"), task_ref=ref, transition="accept", expected_version=2
        )
    with pytest.raises(NotFound):
        world.container.tasks.apply_transition(old, task_ref=ref, transition="accept", expected_version=2)
    assert world.act("clerk-west", ref, "accept").state == "surveying"


def test_two_units_merged_at_once_leave_three_tasks_of_each_measure(world: World) -> None:
    merge(world, "east", "south")
    found = world.rows(
        "SELECT m.key, count(*) AS many, count(DISTINCT t.assignment_id) AS duties FROM task t"
        " JOIN measure m ON m.id = t.measure_id WHERE t.unit_id = :u GROUP BY 1 ORDER BY 1", u=unit(world, "west"),
    )  # fmt: skip
    assert [(row["key"], row["many"], row["duties"]) for row in found] == [("survey", 3, 3), ("talk", 3, 3)]


def test_posts_end_sets_change_members_and_links_stay(world: World) -> None:
    world.move_to("2026-03-03")
    merge(world, "east")
    ended = world.rows("SELECT DISTINCT p.ends_on FROM post p JOIN unit u ON u.id = p.unit_id WHERE u.key = 'east'")
    assert [str(row["ends_on"]) for row in ended] == ["2026-03-02"]
    members = world.rows(
        "SELECT u.key FROM unit_set_member m JOIN unit_set s ON s.id = m.unit_set_id JOIN unit u ON u.id = m.unit_id"
        " WHERE s.name = '各村' ORDER BY 1"
    )
    assert [row["key"] for row in members] == ["south", "west"]
    (east,) = world.rows("SELECT ended_on, successor_id FROM unit WHERE key = 'east'")
    assert (east["ended_on"], east["successor_id"]) == (world.today, unit(world, "west"))
    assert world.value("SELECT reason FROM unit_succession WHERE kind = 'merge'") == "县政函〔2026〕8号"


def test_papers_keep_the_printed_name_and_are_answered_by_the_successor(world: World) -> None:
    for village in ("west", "south"):
        for measure in ("survey", "talk"):
            world.act(f"clerk-{village}", world.task(measure, village)["ref"], "accept")
    site = Site(world)
    world.move_to("2026-03-12")
    issue(site, draft_of(site))
    merge(world, "east")
    (paper,) = world.rows("SELECT unit_id, printed_unit_name FROM notice WHERE printed_number IS NOT NULL")
    assert (paper["unit_id"], paper["printed_unit_name"]) == (unit(world, "west"), "east村")


def test_of_two_open_drafts_of_a_kind_both_go_along_and_new_items_join_the_successors_own(world: World) -> None:
    world.move_to("2026-03-25")
    drafts = {
        (row["key"], row["kind"]): row["ref"]
        for row in world.rows(
            "SELECT u.key, n.kind, n.ref FROM notice n JOIN unit u ON u.id = n.unit_id WHERE n.gathering"
        )
    }
    mine, comes = drafts["west", "supervision_notice"], drafts["east", "supervision_notice"]
    plan = merge(world, "east")
    assert comes in plan.notes[0]
    assert "新事项只进其中一份" in plan.notes[0]
    gathering = dict.fromkeys((mine, comes))
    for row in world.rows("SELECT n.ref, n.gathering, u.key FROM notice n JOIN unit u ON u.id = n.unit_id"):
        if row["ref"] in gathering:
            gathering[row["ref"]] = (row["key"], row["gathering"])
    assert gathering == {mine: ("west", True), comes: ("west", False)}
    (stopped,) = world.rows(
        "SELECT e.payload FROM event e JOIN stream s ON s.id = e.stream_id JOIN notice n ON n.id = s.subject_id"
        " WHERE s.kind = 'notice' AND e.kind = 'notice.gathering_ended' AND n.ref = :ref",
        ref=comes,
    )
    assert stopped["payload"] == {"beside": mine, "why": "merge"}
    site = Site(world)
    issue(site, comes)
    assert world.value("SELECT printed_number FROM notice WHERE ref = :ref", ref=comes)
    world.move_to("2026-04-03")
    assert world.value("SELECT gathering FROM notice WHERE ref = :ref", ref=mine)
    assert world.container.ledger.verify().faults == ()


def test_the_supervisors_merge_what_two_units_brought_together(world: World) -> None:
    world.move_to("2026-03-25")
    find = (
        "SELECT n.ref, n.version FROM notice n JOIN unit u ON u.id = n.unit_id"
        " WHERE n.kind = 'supervision_notice' AND u.key = :key"
    )
    ((mine,), (comes,)) = (world.rows(find, key=key) for key in ("west", "east"))
    merge(world, "east")
    version = world.value("SELECT version FROM notice WHERE ref = :ref", ref=comes["ref"])
    lines = world.value(
        "SELECT count(*) FROM notice_item i JOIN notice n ON n.id = i.notice_id WHERE n.ref = :ref", ref=comes["ref"]
    )
    merged = world.container.team.merging.merge(
        world.viewer("sup1"), notice_ref=comes["ref"], expected_version=version, into_ref=mine["ref"]
    )
    assert (merged.into_ref, merged.lines) == (mine["ref"], lines)


def test_what_changed_since_the_preview_stops_the_act(world: World) -> None:
    service, office = world.container.reorganisations, world.viewer("office1")
    plan = service.plan_merge(office, [unit(world, "east")], unit(world, "west"))
    world.act("clerk-east", world.task("survey", "east")["ref"], "accept")
    with pytest.raises(StaleVersion):
        service.merge(office, [unit(world, "east")], unit(world, "west"), act=act(world), digest=plan.digest())


def test_an_issuing_unit_a_parent_and_an_ended_unit_are_not_merged(world: World) -> None:
    service, office = world.container.reorganisations, world.viewer("office1")
    merge(world, "south")
    for sources, target, words in (
        (["office"], "west", "印发单位"), (["town"], "west", "上级单位不能并入下级"), (["south"], "west", "已在"),
        (["west"], "west", "不能并入它自己"),
    ):  # fmt: skip
        plan = service.plan_merge(office, [unit(world, key) for key in sources], unit(world, target))
        assert any(words in sentence for sentence in plan.blocking), sources


def test_only_the_office_of_the_administration_may(world: World) -> None:
    for who in ("sup1", "boss", "clerk-east", "head-east", "system", "security", "area"):
        with pytest.raises(NotFound):
            merge(world, "east", who=who)


def test_a_rename_keeps_the_old_name_and_its_days(world: World) -> None:
    world.move_to("2026-03-10")
    service, east = world.container.reorganisations, unit(world, "east")
    service.rename(
        world.viewer("office1"), east, name="东岭村", short_name="", parent_id=unit(world, "town"), act=act(world),
        known_name="east村",
    )  # fmt: skip
    names = world.rows("SELECT name, valid_from, valid_to FROM unit_name WHERE unit_id = :u ORDER BY id", u=east)
    assert [(row["name"], str(row["valid_to"])) for row in names] == [("east村", "2026-03-10"), ("东岭村", "None")]
    with pytest.raises(StaleVersion, match="东岭村"):
        service.rename(
            None, east, name="东新村", short_name="", parent_id=unit(world, "town"), act=act(world), known_name="east村"
        )


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "west村"}, "name"), ({"name": ""}, "name"), ({"short_name": "一二三四五六七八九十一二三"}, "short_name"),
        ({"parent": "east"}, "parent"), ({"name": "east村"}, "name"),
    ],
)  # fmt: skip
def test_a_rename_that_cannot_be_says_so_at_the_field(world: World, change: dict[str, str], field: str) -> None:
    given = {"name": "东岭村", "short_name": "east村", "parent": "town", **change}
    with pytest.raises(InvalidInput) as refused:
        world.container.reorganisations.rename(
            world.viewer("office1"), unit(world, "east"), name=given["name"], short_name=given["short_name"],
            parent_id=unit(world, given["parent"]), act=act(world), known_name="east村",
        )  # fmt: skip
    assert refused.value.problems[0].field == field


def test_a_split_gives_each_open_task_to_the_unit_that_a_person_chose(world: World) -> None:
    service, office, east = world.container.reorganisations, world.viewer("office1"), unit(world, "east")
    new = [NewUnit("e1", "东一村"), NewUnit("e2", "东二村")]
    plan = service.plan_split(office, east, ends=True)
    first, second = plan.tasks
    with pytest.raises(InvalidInput) as refused:
        service.split(office, east, new=new, ends=True, tasks={first.id: "e1"}, act=act(world), digest=plan.digest())
    assert [problem.field for problem in refused.value.problems] == [f"task{second.id}"]
    assert world.value("SELECT count(*) FROM unit WHERE key = 'e1'") == 0
    service.split(
        office, east, new=new, ends=True, tasks={first.id: "e1", second.id: "e2"}, act=act(world), digest=plan.digest()
    )
    owners = world.rows(
        "SELECT u.key FROM task t JOIN unit u ON u.id = t.unit_id WHERE t.id IN (:a, :b) ORDER BY t.id",
        a=first.id,
        b=second.id,
    )
    assert [row["key"] for row in owners] == ["e1", "e2"]
    assert world.value("SELECT count(*) FROM unit_succession WHERE kind = 'split'") == 2
    assert world.value("SELECT count(*) FROM incident WHERE kind = 'vacancy' AND subject LIKE '%liaison'") == 2


def test_a_unit_that_goes_on_keeps_what_is_not_given_away(world: World) -> None:
    service, office, east = world.container.reorganisations, world.viewer("office1"), unit(world, "east")
    plan = service.plan_split(office, east, ends=False)
    service.split(
        office, east, new=[NewUnit("e1", "东一村")], ends=False, tasks={plan.tasks[0].id: "e1"}, act=act(world),
        digest=plan.digest(),
    )  # fmt: skip
    assert world.value("SELECT count(*) FROM task WHERE unit_id = :u", u=east) == 1
    assert world.value("SELECT ended_on FROM unit WHERE id = :u", u=east) is None
    assert world.viewer("clerk-east").actor.posts


def test_the_audit_finds_nothing_missing_after_a_merger(world: World) -> None:
    world.move_to("2026-03-03")
    merge(world, "east")
    world.move_to("2026-03-31")
    report = world.container.audits.audit()
    assert not report.missing
    assert not report.extra


@pytest.mark.slow
def test_a_standing_duty_between_two_periods_goes_on_at_the_successor(fresh_database_url: str) -> None:
    monthly = (
        "{key: m1, ordinal: （一）, title: 月报, text: 月报, workflow: return, units: [east],"
        " cadence: {every: month, by_day: 19}}"
    )
    with World(fresh_database_url, start=morning("2026-03-02")) as world:
        world.load(small_campaign(measures=[monthly]))
        march = world.value("SELECT ref FROM task WHERE measure_id IS NOT NULL")
        world.act("clerk-east", march, "nil_return")
        world.act("sup1", march, "approve")
        merge(world, "east")
        world.move_to("2026-05-02")
        opened = world.rows(
            "SELECT u.key, t.period_key FROM task t JOIN unit u ON u.id = t.unit_id WHERE t.measure_id IS NOT NULL"
            " ORDER BY t.id"
        )
        assert [tuple(row.values()) for row in opened] == [
            ("east", "2026-03"), ("west", "2026-04"), ("west", "2026-05"),
        ]  # fmt: skip
