"""The month of a desk by arrows and PageDown, and on a phone as a list of the days on which something is due."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.page_checks import grave_faults, what_is_wrong
from tests.browser.serving import Served, serving
from tests.support.world import World, morning, small_campaign
from tests.web.site import MEASURES, Site

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.allow_hosts(["127.0.0.1"])]


@pytest.fixture(scope="module")
def served(module_database_url: str) -> Iterator[Served]:
    with World(module_database_url, start=morning("2026-03-02")) as world:
        world.load(small_campaign(measures=MEASURES))
        with serving(Site(world)) as served:
            yield served


def test_arrows_walk_the_busy_days_and_page_down_turns_the_month(browser: Browser, served: Served) -> None:
    with served.somebody(browser, "clerk-east") as page:
        page.goto(f"{served.address}/desk/month")
        assert what_is_wrong(page) == []
        page.locator(".due-day[data-day='3'] a").first.focus()
        page.keyboard.press("ArrowRight")
        expect(page.locator(".due-day[data-day='20'] a").first).to_be_focused()
        page.keyboard.press("ArrowUp")
        expect(page.locator(".due-day[data-day='3'] a").first).to_be_focused()
        page.keyboard.press("PageDown")
        expect(page.locator("#month-title")).to_have_text("2026年4月")


def test_on_a_phone_only_days_with_something_are_listed(browser: Browser, served: Served) -> None:
    with served.somebody(browser, "clerk-east", phone=True) as page:
        page.goto(f"{served.address}/desk/month")
        assert what_is_wrong(page) == []
        expect(page.locator(".due-day[data-day='20']")).to_be_visible()
        expect(page.locator(".due-day[data-day='19']")).to_be_hidden()
        expect(page.locator(".due-day[data-day='2']")).to_contain_text("今天")


@pytest.mark.parametrize("phone", [False, True], ids=["wide", "phone"])
def test_a_day_explains_itself_by_keyboard_and_escape_leads_back(browser: Browser, served: Served, phone: bool) -> None:
    with served.somebody(browser, "clerk-east", phone=phone) as page:
        page.goto(f"{served.address}/desk/month")
        day = page.locator(".due-day[data-day='20']")
        day.locator("a").first.focus()
        page.keyboard.press("Tab")
        expect(day.get_by_role("link", name="为什么，下一步：出租房屋排查")).to_be_focused()
        page.keyboard.press("Enter")
        expect(day.locator(".why-here summary")).to_be_focused()
        expect(day.locator(".why-here")).to_contain_text("办结期限")
        assert what_is_wrong(page) + grave_faults(page) == []
        page.keyboard.press("Escape")
        expect(page.locator(".why-here")).to_have_count(0)
        expect(day.get_by_role("link", name="为什么，下一步：出租房屋排查")).to_be_focused()


@pytest.mark.parametrize("phone", [False, True], ids=["wide", "phone"])
def test_cells_of_the_matrix_explain_themselves_one_at_a_time(browser: Browser, served: Served, phone: bool) -> None:
    with served.somebody(browser, "boss", phone=phone) as page:
        page.goto(f"{served.address}/campaigns/{served.site.world.campaign_ref}/matrix")
        page.get_by_role("link", name="就地看为什么，下一步").click()
        first, second = page.locator(".matrix tbody tr:not(.why-row) td a").nth(0), page.locator(".matrix td a").nth(1)
        first.focus()
        page.keyboard.press("Enter")
        expect(page.locator(".why-row")).to_contain_text("出租房屋排查")
        expect(page.locator(".why-here summary")).to_be_focused()
        assert what_is_wrong(page) + grave_faults(page) == []
        second.focus()
        page.keyboard.press("Enter")
        expect(page.locator(".why-row")).to_have_count(1)
        expect(page.locator(".why-row")).to_contain_text("集市宣传")
        expect(first).to_have_attribute("aria-expanded", "false")
        page.keyboard.press("Escape")
        expect(page.locator(".why-row")).to_have_count(0)
        expect(second).to_be_focused()
        expect(second).to_contain_text("看为什么，下一步")
        page.keyboard.press("Enter")
        page.locator(".why-row").get_by_role("link", name="打开任务").click()
        expect(page).to_have_url(re.compile("/tasks/RW-"))


def test_the_head_of_a_page_on_a_phone_leaves_the_page_to_the_page(browser: Browser, served: Served) -> None:
    with served.somebody(browser, "clerk-east", phone=True) as page:
        page.goto(f"{served.address}/desk")
        height = page.locator("main").evaluate("e => e.getBoundingClientRect().top")
        assert height <= 120, f"the page begins at {height:.0f} px"
        box = page.locator(".site-nav .present").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360


def test_an_explanation_opens_under_its_row_and_closes_again(browser: Browser, served: Served) -> None:
    with served.somebody(browser, "clerk-east", phone=True) as page:
        page.goto(f"{served.address}/desk")
        link = page.get_by_role("link", name="为什么，下一步").first
        link.click()
        expect(page.locator(".why-here li").first).to_be_visible()
        assert what_is_wrong(page) == []
        link.click()
        expect(page.locator(".why-here")).to_have_count(0)
