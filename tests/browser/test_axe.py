"""axe-core looks at the pages of every role, on a phone and at a desk, and finds nothing serious or critical."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.people import Someone
from tests.browser.story import Story
from tests.browser.test_narrow import EVERYBODY, reachable
from tests.support.running import RunningSample

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.allow_hosts(["127.0.0.1"])]

GRAVE = frozenset({"serious", "critical"})


@pytest.fixture(scope="module")
def told(browser: Browser, sample: RunningSample) -> RunningSample:
    """A sample in which something of everything has happened."""
    Story(browser, sample).tell()
    return sample


def grave_faults(page: Page) -> list[str]:
    """Return what axe finds serious or critical on a page, every folded part opened first."""
    page.evaluate("document.querySelectorAll('main details').forEach(e => { e.open = true })")
    found = Axe().run(page).response["violations"]
    return [
        f"{page.url}: {one['id']} ({one['impact']}) {node['target']} {node['html'][:120]}"
        for one in found
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desk"])
@pytest.mark.parametrize("username", EVERYBODY)
def test_axe_finds_nothing_grave_on_any_page_of_anybody(
    browser: Browser, told: RunningSample, username: str, phone: bool
) -> None:
    someone = Someone(browser, told, username, phone=phone)
    faults = []
    for path in [*reachable(someone), "/style"]:
        someone.go(path)
        faults += grave_faults(someone.page)
    someone.close()
    assert not faults, "\n".join(dict.fromkeys(faults))


def test_axe_finds_nothing_grave_on_the_way_in(browser: Browser, told: RunningSample) -> None:
    page = browser.new_page(locale="zh-CN", viewport={"width": 360, "height": 740})
    for path in ("/login", "/nothing"):
        page.goto(told.address + path)
        assert grave_faults(page) == []
    page.close()


def test_axe_would_see_a_fault(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content("<html lang=zh-CN><title>页</title><main><h1>页</h1><input name=x><img src=x></main></html>")
    assert {one.split(": ")[1].split(" ")[0] for one in grave_faults(page)} >= {"label", "image-alt"}
    page.close()
