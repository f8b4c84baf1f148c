"""A day of a visit: a supervisor at a village with a phone, the village's liaison with another."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.page_checks import grave_faults, what_is_wrong
from tests.browser.serving import Served, serving
from tests.support.visits import plan
from tests.support.world import World, morning, small_campaign
from tests.web.site import MEASURES, Site

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.allow_hosts(["127.0.0.1"])]


@pytest.fixture
def served(fresh_database_url: str) -> Iterator[Served]:
    with World(fresh_database_url, start=morning("2026-03-02")) as world:
        world.load(small_campaign(measures=MEASURES))
        plan(world)
        world.move_to("2026-03-03")
        with serving(Site(world)) as served:
            yield served


def fits(page: Page) -> None:
    """Expect that the page fits its window and that everything on it is named and legible."""
    assert what_is_wrong(page) + grave_faults(page) == []


def code_shown(supervisor: Page) -> str:
    east = supervisor.locator("tr", has_text="east村")
    east.get_by_role("button", name="出示核验码").click()
    fits(supervisor)
    return re.sub(r"\D", "", supervisor.locator(".slip-code").inner_text())


def test_the_liaison_verifies_and_what_the_supervisor_finds_waits_to_be_confirmed(
    browser: Browser, served: Served
) -> None:
    with (
        served.somebody(browser, "sup1", phone=True) as supervisor,
        served.somebody(browser, "clerk-east", phone=True) as clerk,
    ):
        supervisor.goto(f"{served.address}/visits")
        supervisor.get_by_role("link", name=re.compile("2个单位")).click()
        fits(supervisor)
        code = code_shown(supervisor)

        clerk.goto(f"{served.address}/visits")
        fits(clerk)
        clerk.get_by_label("6位核验码").fill(code)
        clerk.get_by_role("button", name="核验").click()
        expect(clerk.locator("main")).to_contain_text("核验成功")
        expect(clerk.locator("main")).to_contain_text("sup1（督导员，负责人）")
        fits(clerk)

        supervisor.get_by_role("button", name="开始检查，填写记录").click()
        form = supervisor.locator('form[action$="/record"]')
        form.locator('[name="inspected_on"]').fill("2026-03-03")
        form.locator('[name="team"]').fill("第一督导组")
        form.get_by_label("实地查看").check()
        row = form.locator("[data-row]").last
        for name, typed in (
            ("place", "一组南头小商店"), ("description", "电线私拉乱接。"), ("measure", "重新布线。"), ("leader", "村主任"),
            ("limit_on", "2026-03-31"),
        ):  # fmt: skip
            row.locator(f'[name$=".{name}"]').fill(typed)
        row.get_by_label("（一） 出租房屋排查").check()
        row.locator('select[name$=".kind"]').select_option("hidden_danger")
        row.get_by_label("高", exact=True).check()
        expect(form.locator("[data-draft-line]")).to_contain_text("已保存")
        supervisor.reload()
        expect(supervisor.locator('form[action$="/record"] [name$=".place"]').first).to_have_value("一组南头小商店")
        fits(supervisor)
        supervisor.locator('form[action$="/record"] button.button-primary').click()
        expect(supervisor.locator("main")).to_contain_text("待单位确认")

        clerk.goto(f"{served.address}/visits")
        clerk.get_by_role("link", name=re.compile("RW-2026-")).click()
        expect(clerk.locator("main")).to_contain_text("一组南头小商店")
        clerk.locator('form[action$="/confirm"] [name="confirmed_by"]').fill("村主任")
        clerk.locator('form[action$="/confirm"] button.button-primary').click()
        expect(clerk.locator("main")).to_contain_text("已确认")
        fits(clerk)
    world = served.site.world
    assert world.value("SELECT state FROM task WHERE workflow_key = 'rectification'") == "rectifying"
    assert world.value("SELECT count(*) FROM visit_stop WHERE verified_at IS NOT NULL") == 1


@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desk"])
def test_planning_and_reading_fit_every_window(browser: Browser, served: Served, phone: bool) -> None:
    world = served.site.world
    with served.somebody(browser, "sup2", phone=phone) as page:
        for path in ("", "/new"):
            page.goto(f"{served.address}/campaigns/{world.campaign_ref}/visits{path}")
            fits(page)
        page.get_by_role("button", name="安排", exact=True).click()
        expect(page.locator(".error-summary")).to_be_focused()
        fits(page)
        page.goto(f"{served.address}/visits/{world.value('SELECT ref FROM visit')}")
        page.get_by_text("取消督导", exact=True).first.click()
        fits(page)
        page.goto(f"{served.address}/help/visits")
        fits(page)


@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desk"])
def test_a_visit_is_drawn_planned_and_changed(browser: Browser, served: Served, phone: bool) -> None:
    world = served.site.world
    with served.somebody(browser, "sup2", phone=phone) as page:
        page.goto(f"{served.address}/campaigns/{world.campaign_ref}/visits/new")
        page.get_by_role("link", name="抽取单位和督导员").click()
        fits(page)
        page.get_by_label("抽几个单位").fill("9")
        page.get_by_role("button", name="抽取", exact=True).click()
        expect(page.locator(".error-summary")).to_be_focused()
        fits(page)
        page.get_by_label("抽几个单位").fill("1")
        page.get_by_role("button", name="抽取", exact=True).click()
        expect(page.locator("main")).to_contain_text("按第1次双随机抽取安排")
        page.get_by_label("检查依据").fill("年度督导计划，双随机。")
        page.get_by_label("不打招呼，直接到现场").check()
        page.get_by_role("button", name="安排", exact=True).click()
        expect(page.locator("main")).to_contain_text("从2个单位里抽1个")
        page.get_by_text("怎样自己核对").click()
        fits(page)
        page.get_by_role("link", name="改动安排").click()
        fits(page)
        page.get_by_label("提前告知单位").check()
        page.get_by_label("改动的理由").fill("请村里留人开门。")
        page.get_by_role("button", name="保存改动").click()
        expect(page.locator(".history")).to_contain_text("方式改为提前告知单位。")
        page.get_by_text("怎样自己核对").click()
        page.get_by_role("link", name="请系统重新抽取并比对").click()
        expect(page.locator("main")).to_contain_text("结果与当时完全一致")
        fits(page)
