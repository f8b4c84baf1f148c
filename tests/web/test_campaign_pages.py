"""Campaigns: seen by their office and their units, checked before issuing, listed with lights."""

from __future__ import annotations

from tests.support.kept import standing_world
from tests.support.world import World, small_campaign
from tests.web.conftest import MEASURES, Site
from tests.web.papers import run_late


@standing_world(shown=Site)
def unissued(world: World) -> None:
    world.load(small_campaign(measures=MEASURES), issue=False)


def test_issuing_says_what_it_will_do_and_does_it(unissued: Site) -> None:
    browser, url = unissued.browser("office1"), f"/campaigns/{unissued.world.campaign_ref}"
    page = browser.get(url).text
    assert "核对通过" in page
    assert "<strong>2</strong> 个单位发出 <strong>4</strong> 项任务，并通知 <strong>2</strong> 名联络员" in page
    assert browser.post(f"{url}/issue", page=url).status_code == 302
    assert unissued.world.value("SELECT count(*) FROM task") == 4
    assert "已下达：2个单位共4项任务，已通知2人" in browser.get(url).text
    assert browser.post(f"{url}/issue", {"version": "1"}, page=url).status_code == 409
    assert unissued.world.value("SELECT count(*) FROM task") == 4


def test_a_vacant_post_stops_the_issuing_with_the_list(unissued: Site) -> None:
    world = unissued.world
    world.container.people.record_leaving(world.person_ids["clerk-west"], by=None)
    world.container.people.record_leaving(world.person_ids["head-west"], by=None)
    browser, url = unissued.browser("office1"), f"/campaigns/{world.campaign_ref}"
    page = browser.get(url).text
    assert "要先处理，才能下达" in page
    assert "west村" in page
    answer = browser.post(f"{url}/issue", {"version": "1"}, page=url)
    assert answer.status_code == 409
    assert world.value("SELECT status FROM campaign") == "draft"


def test_only_the_office_issues(unissued: Site) -> None:
    url = f"/campaigns/{unissued.world.campaign_ref}"
    for person, status in (("sup1", 404), ("boss", 404), ("clerk-east", 404)):
        assert unissued.browser(person).post(f"{url}/issue", {"version": "1"}).status_code == status
    assert unissued.world.value("SELECT count(*) FROM task") == 0


def test_units_do_not_know_of_an_unissued_campaign(unissued: Site) -> None:
    url = f"/campaigns/{unissued.world.campaign_ref}"
    for path in (url, f"{url}/matrix", f"{url}/tasks", f"{url}/problems"):
        assert unissued.browser("clerk-east").get(path).status_code == 404
    assert "测试专项行动" not in unissued.browser("clerk-east").get("/campaigns").text
    assert "测试专项行动" in unissued.browser("sup1").get("/campaigns").text


def test_a_unit_sees_its_own_part_only(site: Site) -> None:
    url = f"/campaigns/{site.world.campaign_ref}"
    for path in (url, f"{url}/matrix", f"{url}/tasks", f"{url}/tasks?unit=west", f"{url}/problems"):
        page = site.browser("clerk-east").get(path)
        assert page.status_code == 200
        assert "west村" not in page.text
    assert "west村" in site.browser("sup1").get(f"{url}/tasks").text


def test_due_rules_stand_in_words(site: Site) -> None:
    page = site.browser("boss").get(f"/campaigns/{site.world.campaign_ref}").text
    assert "2026年3月20日前" in page
    assert "出租房屋排查" in page
    assert "摸排" in page


def test_tasks_are_filtered_by_light_measure_and_unit(site: Site) -> None:
    run_late(site)
    url = f"/campaigns/{site.world.campaign_ref}/tasks"
    survey, talk = site.world.task("survey", "east")["ref"], site.world.task("talk", "east")["ref"]
    browser = site.browser("boss")
    late = browser.get(f"{url}?light=late").text
    assert survey in late
    assert talk not in late
    one = browser.get(f"{url}?measure=talk&unit=east").text
    assert talk in one
    assert site.world.task("talk", "west")["ref"] not in one
    assert "没有符合条件的任务" in browser.get(f"{url}?light=done").text
