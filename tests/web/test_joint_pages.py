"""Joint duties, duties handed down, and the change set of a running campaign, as people see them."""

from __future__ import annotations

import re

import pytest

from tests.support.kept import standing_world
from tests.support.world import World, small_campaign
from tests.web.changing import apply, changes, preview
from tests.web.site import Browser, Site

JOINT = (
    "{key: joint, ordinal: （一）, title: 联合清查, text: 联合清查一次。, workflow: return, lead: north,"
    " support: [east, west], due: {by_date: 2026-03-20}}"
)
SURVEY = (
    "{key: survey, ordinal: （二）, title: 出租房屋排查, text: 逐户排查。, workflow: survey, units: [town],"
    " due: {by_date: 2026-03-27}}"
)
TOWN = """
  - {key: clerk-town, name: clerk-town, email: t@example.invalid, posts: [{role: liaison, unit: town}]}
  - {key: head-town, name: head-town, email: h@example.invalid, posts: [{role: head, unit: town}]}
measures:"""


@standing_world(shown=Site)
def site(world: World) -> None:
    text = small_campaign(measures=[JOINT, SURVEY], villages=("east", "west", "north"))
    world.load(text.replace("\nmeasures:", TOWN, 1))
    world.act("clerk-town", world.task("survey", "town")["ref"], "accept")


def tied(site: Site, unit: str, tie: str) -> str:
    found: str = site.world.value(
        "SELECT t.ref FROM task t JOIN unit u ON u.id = t.unit_id WHERE t.tie = :tie AND u.key = :unit",
        tie=tie,
        unit=unit,
    )
    return found


def test_the_lead_sees_every_part_and_a_supporter_only_its_own(site: Site) -> None:
    url = f"/tasks/{site.world.task('joint', 'north')['ref']}"
    lead, supporter = site.browser("clerk-north").get(url).text, site.browser("clerk-east").get(url).text
    assert "2个单位，办结0个" in lead
    assert tied(site, "west", "part") in lead
    assert "这里只能查看" in supporter
    assert tied(site, "west", "part") not in supporter
    assert 'action="/tasks/' not in supporter
    assert site.browser("clerk-east").get(f"/tasks/{tied(site, 'west', 'part')}").status_code == 404


def test_the_lead_urges_a_part_from_its_page(site: Site) -> None:
    browser, url = site.browser("clerk-north"), f"/tasks/{tied(site, 'west', 'part')}"
    assert "发出催办" in browser.get(url).text
    assert browser.post(f"{url}/urge", {"text": "请抓紧"}, page=url).status_code == 302
    assert ("clerk-west", "urge") in {(person, message) for _, person, message in site.world.told()}


def test_the_matrix_shows_a_part_with_its_own_sign_and_words(site: Site) -> None:
    page = site.browser("office1").get(f"/campaigns/{site.world.campaign_ref}/matrix").text
    assert page.count("◇配合</small>") == 2
    assert "east村，联合清查：配合，正常" in page
    assert "north村，联合清查：待签收" in page


def hand_down(site: Site, browser: Browser, *, due_on: str = "2026-03-20") -> int:
    url = f"/tasks/{site.world.task('survey', 'town')['ref']}"
    units = [str(site.world.value("SELECT id FROM unit WHERE key = :k", k=key)) for key in ("east", "west")]
    given = {"units": units, "due_on": due_on, "note": "逐户查", "target_should_check": "60"}
    return browser.post(f"{url}/hand-down", given, page=url).status_code


def test_a_duty_is_handed_down_judged_and_its_sum_stands_in_the_form(site: Site) -> None:
    town, url = site.browser("clerk-town"), f"/tasks/{site.world.task('survey', 'town')['ref']}"
    assert hand_down(site, town) == 302
    share = tied(site, "east", "share")
    lower = site.browser("clerk-east").get(f"/tasks/{share}").text
    assert "逐户查" in lower
    assert "应排查数60" in lower
    assert f'href="{url}"' not in lower
    site.world.act("clerk-east", share, "accept")
    site.world.act("clerk-east", share, "report", {"category": "rental", "should_check": "62", "checked": "61"})
    assert "待您审核" in town.get("/desk").text
    page = town.get(url).text
    assert "还没有报来、没有计入合计的：west村" in page
    assert re.search(r'name="should_check" value="62"', page)
    assert "审核通过" in town.get(f"/tasks/{share}").text
    assert share not in site.browser("sup1").get("/workbench").text


def test_a_hand_down_that_is_refused_keeps_what_was_typed(site: Site) -> None:
    town, url = site.browser("clerk-town"), f"/tasks/{site.world.task('survey', 'town')['ref']}"
    given = {"units": ["1"], "due_on": "2026-03-28", "note": "逐户查"}
    answer = town.post(f"{url}/hand-down", given, page=url)
    assert answer.status_code == 422
    assert "不能晚于本单位自己的期限" in answer.text
    assert "逐户查</textarea>" in answer.text


def test_the_office_redates_several_measures_at_once_after_seeing_what_it_does(site: Site) -> None:
    browser, url = site.browser("office1"), changes(site)
    page = preview(
        browser, url, {"act": "redate", "keys": ["joint", "survey"], "due_kind": "by_date", "due_day": "2026-04-03"}
    )
    assert "完成时限由2026年3月20日前改为2026年4月3日前" in page
    assert str(site.world.task("joint", "north")["due_on"]) == "2026-03-20"
    assert apply(browser, url, page) == 422
    assert apply(browser, url, page, reason="雨季提前准备") == 302
    assert str(site.world.task("joint", "north")["due_on"]) == "2026-04-03"
    assert "雨季提前准备" in browser.get(url).text


def test_an_earlier_date_wants_its_tick_and_keeps_the_reason_typed(site: Site) -> None:
    browser, url = site.browser("office1"), changes(site)
    page = preview(browser, url, {"act": "redate", "keys": ["joint"], "due_kind": "by_date", "due_day": "2026-03-13"})
    assert "还不能生效" in page
    assert apply(browser, url, page, reason="提前验收") == 409
    assert apply(browser, url, page, reason="提前验收", earlier="yes") == 302
    assert str(site.world.task("joint", "north")["due_on"]) == "2026-03-13"


def test_a_measure_is_added_edited_and_withdrawn_on_the_page(site: Site) -> None:
    browser, url = site.browser("office1"), changes(site)
    assert "报送" in browser.get(f"{url}/measure").text
    added = {
        "act": "add", "ordinal": "（三）", "title": "夜间巡查", "text": "每村一次。", "workflow": "return", "shape": "joint",
        "lead": "north", "units": ["east", "north"], "due_kind": "by_date", "due_day": "2026-04-30",
    }  # fmt: skip
    assert apply(browser, url, preview(browser, url, added)) == 302
    assert site.world.task("added-01", "north")["title"] == "夜间巡查"
    edited = {
        "act": "edit", "key": "added-01", "ordinal": "（三）", "title": "夜间联合巡查", "text": "每村一次。", "shape": "joint",
        "lead": "north", "units": ["west"], "due_kind": "keep",
    }  # fmt: skip
    page = preview(browser, url, edited)
    assert "增加：west村（配合）" in page
    assert "撤出：east村（配合）" in page
    assert apply(browser, url, page, reason="调整分工") == 302
    page = preview(browser, url, {"act": "withdraw", "key": "added-01"})
    assert apply(browser, url, page, reason="不再需要") == 302
    assert site.world.task("added-01", "north")["state"] == "withdrawn"
    assert "夜间联合巡查" not in browser.get(f"{url}/measure?key=survey").text
    assert browser.get(f"{url}/measure?key=added-01").status_code == 404


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"act": "redate", "due_kind": "by_date", "due_day": "四月"}, "请填写日期"),
        ({"act": "add", "title": "夜间巡查", "due_kind": "within", "due_amount": "0"}, "天数要填1到366的整数"),
        ({"act": "edit", "key": "survey", "ordinal": "（二）", "title": "x", "text": ""}, "请填写工作要求"),
        ({"act": "none"}, "页面不完整"),
    ],
)
def test_what_is_typed_wrong_is_said_at_its_field(site: Site, fields: dict[str, object], said: str) -> None:
    url = changes(site)
    answer = site.browser("office1").post(f"{url}/preview", fields, page=url)
    assert answer.status_code == 422
    assert said in answer.text


def test_a_tampered_change_set_is_refused_in_a_sentence(site: Site) -> None:
    browser, url = site.browser("office1"), changes(site)
    for edits in ("", "[1]", '[{"act": "drop", "key": "x"}]', '{"a": 1}'):
        answer = browser.post(url, {"edits": edits, "version": "2"}, page=url)
        assert answer.status_code == 422
        assert "页面不完整" in answer.text
