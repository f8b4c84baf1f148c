"""From the severity that a campaign names on a paper is approved by a leader; nobody left there, it rises as all decisions do."""

from __future__ import annotations

import pytest

from tests.integration.services.test_separation import leave_only
from tests.support.kept import standing_world
from tests.support.world import World, small_campaign
from tests.web.papers import draft_of
from tests.web.site import MEASURES, Site
from tracker.domain.errors import NotAllowed
from tracker.domain.paper_settings import PaperSettings
from tracker.domain.values import Role


@standing_world(shown=Site)
def site(world: World) -> None:
    """A supervision notice (severity 3) of each village is put up, and supervisors still may approve it."""
    world.load(small_campaign(measures=MEASURES))
    people = world.container.people
    mayor = people.add_person(name="mayor", by=None)
    town = world.value("SELECT id FROM unit WHERE key = 'town'")
    people.give_post(person_id=mayor, unit_id=town, role=Role.HEAD, by=None)
    world.person_ids = {**world.person_ids, "mayor": mayor}
    world.move_to("2026-03-25")
    for village in ("east", "west"):
        world.act_on_notice("sup1", draft_of(Site(world), village), "seal")


def set_from(world: World, severity: str) -> None:
    present = PaperSettings.of(world.value("SELECT settings FROM campaign")).fields()
    world.container.team.paper_settings.set(
        world.viewer("office1"), campaign_ref=world.campaign_ref, given={**present, "leader_approves_from": severity},
        expected_version=world.value("SELECT version FROM campaign"),
    )  # fmt: skip


def put_up(world: World) -> list[str]:
    return [row["ref"] for row in world.rows("SELECT ref FROM notice WHERE content_hash IS NOT NULL ORDER BY id")]


def test_below_the_line_the_kind_decides_and_from_it_on_a_leader_alone(site: Site) -> None:
    world = site.world
    first, second = put_up(world)
    set_from(world, "4")
    world.act_on_notice("sup2", first, "approve")
    set_from(world, "3")
    assert {step.name for step in world.container.notices.allowed(world.viewer("sup2"), second)} == {"send_back"}
    with pytest.raises(NotAllowed, match="须由领导批准的级别"):
        world.act_on_notice("sup2", second, "approve")
    world.act_on_notice("boss", second, "approve")
    world.act_on_notice("sup1", second, "issue")
    assert world.container.ledger.verify().faults == ()


def test_page_and_list_offer_it_no_more_and_the_record_says_who_drew_the_line(site: Site) -> None:
    world, supervisor = site.world, site.browser("sup2")
    ref = put_up(world)[0]
    assert f"/notices/{ref}/approve" in supervisor.get(f"/notices/{ref}").text
    assert "这一步由其他岗位的人办理" not in supervisor.get(f"/workbench/decide?act=approve&pick={ref}").text
    set_from(world, "3")
    assert f"/notices/{ref}/approve" not in supervisor.get(f"/notices/{ref}").text
    decide = supervisor.get(f"/workbench/decide?act=approve&pick={ref}").text
    assert "这一步由其他岗位的人办理" in decide
    said = world.rows("SELECT person_id, payload -> 'lines' AS lines FROM event WHERE kind = 'campaign.papers_set'")
    assert said == [{"person_id": world.person_ids["office1"], "lines": ["须由领导批准：轻重3级及以上（原为无）"]}]


def test_without_a_leader_it_rises_to_the_unit_above_and_comes_back_when_the_line_goes(site: Site) -> None:
    world = site.world
    (ref, _) = put_up(world)
    leave_only(world, "sup1", "sup2", "office1")
    set_from(world, "3")
    assert ("housekeeping", "tracker.jobs.housekeeping.settle_decisions", ()) in world.queue.rung
    world.container.rising.settle_all()
    assert world.value("SELECT count(*) FROM task t JOIN unit u ON u.id = t.risen_unit_id WHERE u.key = 'town'") == 2
    world.act_on_notice("mayor", ref, "approve")
    set_from(world, "")
    world.container.rising.settle_all()
    assert world.value("SELECT count(*) FROM task WHERE risen_unit_id IS NOT NULL") == 0
