"""Every page of every role, on a phone and at a desk: nothing scrolls sideways, everything is named and legible.

Our own measuring eye looks at all of them, axe-core at all of them on a phone and at two roles' at a desk.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser

from tests.browser.page_checks import grave_faults, what_is_wrong
from tests.browser.people import Someone
from tests.browser.story import Story
from tests.support.running import RunningSample

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.allow_hosts(["127.0.0.1"])]

EVERYBODY = ("bangongshi1", "dudao1", "lingdao1", "baopian1", "dongling", "xipo", "xitong", "anquan", "shenji")
#: Whose pages axe-core sees at a desk too; the rules that depend on the width are few.
SEEN_TWICE = ("bangongshi1", "dongling")
#: Of pages that differ by a number only, the first is looked at; of other links these many.
MOST_LINKS = 8
#: What these lead to is saved, not shown.
FILES = ("/attachments/", "/units/template", "/units/export")


@pytest.fixture(scope="module")
def told(browser: Browser, sample: RunningSample) -> RunningSample:
    """A sample in which something of everything has happened."""
    Story(browser, sample).tell()
    return sample


def reachable(someone: Someone) -> list[str]:
    """Return the navigation's pages and one of each kind of page to which they lead."""
    pages = _links(someone, "nav a, .sample-bar a, .account-menu a")
    for path in list(pages):
        someone.go(path)
        kinds = {re.sub(r"\d+", "", link): link for link in _links(someone, "main a") if "?" not in link}
        pages += [link for link in list(kinds.values())[:MOST_LINKS] if link not in pages]
    pages += [f"{path}/timeline" for path in pages if path.startswith("/tasks/")]
    pages += ["/style"] + (["/desk/month"] if "/desk" in pages else [])
    return [path for path in pages if not path.startswith(FILES) and not path.endswith((".csv", ".docx"))]


def _links(someone: Someone, where: str) -> list[str]:
    found = someone.page.locator(where).evaluate_all("all => all.map(a => a.getAttribute('href'))")
    return [link for link in dict.fromkeys(found) if link and link.startswith("/")]


@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desk"])
@pytest.mark.parametrize("username", EVERYBODY)
def test_no_page_of_anybody_is_wrong(browser: Browser, told: RunningSample, username: str, phone: bool) -> None:
    someone = Someone(browser, told, username, phone=phone)
    wrong = []
    for path in reachable(someone):
        someone.go(path)
        wrong += what_is_wrong(someone.page)
        if phone or username in SEEN_TWICE:
            wrong += grave_faults(someone.page)
    someone.close()
    assert not wrong, "\n".join(wrong)


def test_the_way_in_is_as_good_for_those_outside(browser: Browser, told: RunningSample) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN")
    page = context.new_page()
    for path in ("/login", "/nothing"):
        page.goto(told.address + path)
        assert what_is_wrong(page) + grave_faults(page) == []
    context.close()


def test_axe_would_see_a_fault(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content("<html lang=zh-CN><title>页</title><main><h1>页</h1><input name=x><img src=x></main></html>")
    assert {one.split(": ")[1].split(" ")[0] for one in grave_faults(page)} >= {"label", "image-alt"}
    page.close()
