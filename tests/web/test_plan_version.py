"""A newer text of the plan of a running campaign: laid beside it, ticked, seen, and let take effect as one change set."""

from __future__ import annotations

import re
from html import unescape

import pytest
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.support.kept import standing_world
from tests.support.world import World, small_campaign
from tests.web.changing import apply, changes
from tests.web.papers import counted_queries
from tests.web.site import MEASURES, Browser, Site, hidden

HEAD = "消防安全专项整治行动方案\n\n行动时间：2026年3月2日至2026年8月31日。\n\n一、工作任务\n"
SURVEY = "开展拉网排查。各村对自建房逐户排查，建立台账，逐户登记。"
TALK = "集中宣传。在集市和广场开展消防知识宣传，发放明白纸，每户签收。"
WATCH = "夜间巡查。组织巡逻队对重点部位开展夜间巡查，发现险情当场处置。"
PLAN = HEAD + "".join((
    f"（一）{SURVEY}（责任单位：各村；完成时限：2026年4月30日前）\n",
    f"（二）{TALK}（责任单位：各村；完成时限：2026年5月20日前）\n",
))  # fmt: skip
NEWER = HEAD + "".join((
    f"（一）{SURVEY}（责任单位：各村；完成时限：2026年5月29日前）\n",
    f"（二）{WATCH}（责任单位：east村；完成时限：2026年6月30日前）\n",
))  # fmt: skip


@standing_world(shown=Site)
def site(world: World) -> None:
    """A campaign that was made of PLAN, and runs."""
    world.load(small_campaign(measures=MEASURES))
    office, parts = world.viewer("office1"), world.container
    draft = parts.plan_drafts.start(office, name="方案.txt", content=PLAN.encode())
    world.campaign_ref = parts.plan_drafts.create(office, draft, expected_revision=1, knowingly=True)
    parts.issuing.issue_campaign(office, campaign_ref=world.campaign_ref, expected_version=1)


@pytest.fixture
def office(site: Site) -> Browser:
    return site.browser("office1")


def hand_in(site: Site, browser: Browser, text: str = NEWER) -> TestResponse:
    url = f"{changes(site)}/version"
    return browser.post(url, {"text": text}, page=url)


def carried(page: str) -> dict[str, object]:
    """Return what the page of differences sends when nothing is touched."""
    ticked = re.findall(r'name="accept" value="(\d+)" checked', page)
    return {
        "accept": ticked,
        **{name: unescape(hidden(page, name) or "") for name in ("edits", "kinds", "version")},
        "text": NEWER,
    }


def choose(site: Site, browser: Browser, page: str, **given: object) -> TestResponse:
    return browser.post(f"{changes(site)}/version/chosen", {**carried(page), **given}, page=f"{changes(site)}/version")


def fill_in(site: Site, browser: Browser, page: str) -> str:
    """Press the button beside the first measure that is not whole; return the form that opens."""
    found = re.search(r'action="[^"]*/changes/measure" target="_blank".*?</form>', page, re.DOTALL)
    assert found, page
    fields = MultiDict(
        (name, unescape(value)) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', found[0])
    )
    return browser.client.post(f"{changes(site)}/measure", data=fields, headers={"Origin": "http://localhost"}).text


def measures(site: Site) -> dict[str, tuple[str, bool]]:
    rows = site.world.rows(
        "SELECT m.text, m.due, m.withdrawn_at FROM measure m JOIN campaign c ON c.id = m.campaign_id WHERE c.ref = :ref",
        ref=site.world.campaign_ref,
    )
    return {row["text"][:4]: (row["due"].get("by_date", ""), row["withdrawn_at"] is not None) for row in rows}


@pytest.mark.slow
def test_a_newer_text_is_laid_beside_the_campaign_and_takes_effect_as_one_change_set(
    site: Site, office: Browser
) -> None:
    assert f"{changes(site)}/version" in office.get(changes(site)).text
    before = measures(site)
    page = hand_in(site, office).text
    for words in ("3处不同", "调整期限", "2026年5月29日", "增加措施", "撤回措施", "新的文本里没有找到这项措施"):
        assert words in page, words
    assert len(re.findall(r'name="accept" value="\d+" checked', page)) == 2, "a withdrawal waits for a tick"
    shown = choose(site, office, page)
    assert "将通知" in shown.text
    assert "撤回措施" not in shown.text
    assert measures(site) == before, "seeing changes nothing"
    assert apply(office, changes(site), shown.text, reason="方案改稿") == 302
    after = measures(site)
    assert {key: value for key, value in after.items() if key not in before} == {"夜间巡查": ("2026-06-30", False)}
    assert after["开展拉网"] == ("2026-05-29", False)
    assert after["集中宣传"] == before["集中宣传"]


def test_what_is_ticked_too_is_withdrawn(site: Site, office: Browser) -> None:
    page = hand_in(site, office).text
    everything = re.findall(r'name="accept" value="(\d+)"', page)
    shown = choose(site, office, page, accept=everything).text
    assert apply(office, changes(site), shown, reason="方案改稿") == 302
    assert measures(site)["集中宣传"][1]


def test_a_second_click_and_a_stale_page_change_nothing(site: Site, office: Browser) -> None:
    page = hand_in(site, office).text
    shown = choose(site, office, page).text
    assert apply(office, changes(site), shown, reason="方案改稿") == 302
    after = measures(site)
    assert apply(office, changes(site), shown, reason="方案改稿") == 409
    everything = re.findall(r'name="accept" value="(\d+)"', page)
    late = choose(site, office, page, accept=everything)
    assert late.status_code == 409
    assert "已有人先作了调整" in late.text
    assert "1处不同" in late.text, "the text is laid beside what stands now"
    assert measures(site) == after


def test_the_same_text_asks_for_nothing(site: Site, office: Browser) -> None:
    page = hand_in(site, office, PLAN).text
    assert "没有要改的" in page
    assert "2项措施没有变" in page


def test_whom_the_office_named_for_the_plan_is_meant_in_the_newer_text_too(site: Site, office: Browser) -> None:
    unnamed = NEWER.replace("责任单位：east村", "责任单位：镇消防专班")
    page = hand_in(site, office, unnamed).text
    assert "“镇消防专班”没有对上系统里的单位" in page
    form = fill_in(site, office, page)
    assert WATCH.removesuffix("。") in form
    assert 'value="2026-06-30"' in form, "what was read stays"
    content = "jsonb_set(content, '{units}', content -> 'units' || '{\"镇消防专班\": [\"east村\"]}'::jsonb)"
    with site.world.container.uows() as uow:
        uow.session.connection().exec_driver_sql(f"UPDATE plan_draft SET content = {content}")
        uow.commit()
    assert "没有对上系统里的单位" not in hand_in(site, office, unnamed).text


def test_the_units_and_the_rhythm_that_were_read_stand_in_the_form_of_what_is_to_be_filled(
    site: Site, office: Browser
) -> None:
    undated = NEWER.replace("；完成时限：2026年6月30日前", "")
    form = fill_in(site, office, hand_in(site, office, undated).text)
    assert re.search(r'name="units" value="east" checked', form)
    assert not re.search(r'name="units" value="west" checked', form)
    weekly = NEWER.replace("责任单位：east村；完成时限：2026年6月30日前", "责任单位：镇消防专班；完成时限：每月25日前")
    form = fill_in(site, office, hand_in(site, office, weekly).text)
    assert re.search(r'name="due_kind" value="repeats" checked', form)
    assert 'value="25"' in form


def test_where_nothing_can_be_accepted_as_it_is_nothing_is_offered_and_nothing_lost(
    site: Site, office: Browser
) -> None:
    only = PLAN + f"（三）{WATCH}（责任单位：各村）\n"
    page = hand_in(site, office, only).text
    assert "1处不同" in page
    assert "看看会涉及什么" not in page
    pressed = choose(site, office, page, text=only)
    assert pressed.status_code == 422
    assert "1处不同" in pressed.text, "the comparison is still there"


def test_what_is_no_plan_or_nothing_ticked_says_so_and_loses_nothing(site: Site, office: Browser) -> None:
    refused = hand_in(site, office, "今天天气很好。")
    assert refused.status_code == 422
    assert "没有读出措施" in refused.text
    assert "今天天气很好。" in refused.text
    assert hand_in(site, office, "  ").status_code == 422
    page = hand_in(site, office).text
    nothing = choose(site, office, page, accept=[])
    assert nothing.status_code == 422
    assert "一条也没有勾选" in nothing.text
    assert "2026年5月29日" in nothing.text
    for broken in ({"accept": ["99"]}, {"accept": ["-1"]}, {"accept": ["x"]}, {"kinds": "nonsense"}, {"edits": "[]"}):
        assert choose(site, office, page, **broken).status_code == 422


def test_the_page_asks_the_database_a_few_times_only(site: Site, office: Browser) -> None:
    with counted_queries() as sent:
        hand_in(site, office)
    assert len(sent) <= 60
