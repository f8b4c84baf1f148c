"""A liaison contests a paper on a phone, by keyboard; a leader answers on a desk. No page of it is wrong."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.page_checks import what_is_wrong
from tests.browser.serving import Served, serving
from tests.support.world import World, morning, small_campaign
from tests.web.papers import draft_of, issue, run_late
from tests.web.site import MEASURES, Site

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.allow_hosts(["127.0.0.1"])]


@pytest.fixture
def served(fresh_database_url: str) -> Iterator[Served]:
    """A county in which village east was served a paper."""
    with World(fresh_database_url, start=morning("2026-03-02")) as world:
        world.load(small_campaign(measures=MEASURES))
        site = Site(world)
        run_late(site)
        issue(site, draft_of(site))
        with serving(site) as served:
            yield served


def test_a_paper_is_contested_on_a_phone_and_answered_on_a_desk(browser: Browser, served: Served) -> None:
    site, address = served.site, served.address
    ref = site.world.value("SELECT ref FROM notice WHERE printed_number IS NOT NULL")
    wrong = []
    with served.somebody(browser, "clerk-east", phone=True) as page:
        page.goto(f"{address}/notices/{ref}")
        wrong += what_is_wrong(page)
        page.get_by_role("link", name="对此事项有异议，提出申诉").first.focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/objection?item=*")
        wrong += what_is_wrong(page)
        page.get_by_role("button", name="提交申诉").focus()
        page.keyboard.press("Enter")
        page.get_by_role("alert").wait_for()
        wrong += what_is_wrong(page)
        page.get_by_label("事实有出入").focus()
        page.keyboard.press("Space")
        page.get_by_label("情况说明").fill("三月十九日已经报过，有回执。" * 20)
        page.get_by_role("button", name="提交申诉").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/tasks/SS-*")
        wrong += what_is_wrong(page)
        objection = page.url.removeprefix(address)
        for path in (
            f"/notices/{ref}",
            f"/tasks/{site.world.task('survey', 'east')['ref']}",
            "/desk",
            "/ledger/objections",
        ):
            page.goto(address + path)
            wrong += what_is_wrong(page)
    with served.somebody(browser, "boss") as page:
        for path in ("/workbench", f"/notices/{ref}", objection):
            page.goto(address + path)
            wrong += what_is_wrong(page)
        page.locator("form[action$='/uphold'] textarea").fill("回执为证")
        page.locator("form[action$='/uphold'] button.button:not([data-draft-keep])").last.click()
        page.get_by_text("申诉成立").first.wait_for()
        page.goto(f"{address}/notices/{ref}")
        assert "已撤销" in page.content()
        wrong += what_is_wrong(page)
    assert not wrong, "\n".join(wrong)
