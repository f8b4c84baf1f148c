"""The clerk's and the supervisor's day without a mouse: Tab, Enter, Space, arrows, typing."""

from __future__ import annotations

import itertools

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.keyboard import WithoutMouse
from tests.browser.people import Someone
from tests.browser.story import SURVEY
from tests.support.running import RunningSample

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.allow_hosts(["127.0.0.1"])]


@pytest.fixture(scope="module")
def issued(browser: Browser, sample: RunningSample) -> RunningSample:
    """The sample with its campaign issued."""
    office = Someone(browser, sample, "bangongshi1")
    office.go("/campaigns")
    office.follow("打击治理电信网络诈骗专项行动")
    office.step("issue")
    office.close()
    return sample


def test_a_clerk_accepts_and_files_a_survey_by_keys_alone(browser: Browser, issued: RunningSample) -> None:
    clerk = WithoutMouse(browser, issued, "dongling")
    clerk.page.keyboard.press("Tab")
    assert clerk.here()["words"] == "跳到正文"  # the first stop of every page
    survey = clerk.page.get_by_role("link", name=SURVEY).first.get_attribute("href") or ""
    clerk.tab_to(href=survey)
    clerk.press_and_wait("Enter")
    clerk.tab_to(words="签收")
    clerk.press_and_wait("Enter")

    clerk.tab_to(name="category")
    clerk.page.keyboard.press("ArrowDown")  # the first choice of the list
    clerk.type_into("should_check", "一百")
    clerk.type_into("checked", "90")
    clerk.press_and_wait("Enter")  # Enter in a field sends the form, and not the button that adds a row
    summary = clerk.page.locator(".error-summary")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("应排查数")
    clerk.page.keyboard.press("Tab")
    clerk.page.keyboard.press("Enter")  # the sentence leads to its field
    expect(clerk.page.locator('[name="should_check"]')).to_be_focused()
    assert clerk.page.locator('[name="checked"]').input_value() == "90"
    clerk.page.keyboard.press("Control+A")
    clerk.page.keyboard.type("100")
    clerk.tab_to(words="再加一行")
    clerk.page.keyboard.press("Enter")
    assert clerk.here()["name"].startswith("problems.1.")  # the new row has the focus
    clerk.tab_to(words="删去这一行")
    clerk.page.keyboard.press("Enter")
    assert clerk.page.locator('[data-row] [name^="problems."][name$=".place"]').count() == 1
    clerk.tab_to(words="报送排查结果")
    clerk.press_and_wait("Enter")
    expect(clerk.page.locator("main")).to_contain_text("核查中")


def test_a_draft_is_put_up_and_approved_by_keys_alone(browser: Browser, issued: RunningSample) -> None:
    someone = Someone(browser, issued, "dudao1")
    someone.passes_time("+1周", times=2)
    someone.close()
    first = WithoutMouse(browser, issued, "dudao1")
    first.go("/workbench?section=open")
    draft = first.tab_to(href="/notices/WS-")["href"]
    first.press_and_wait("Enter")
    first.tab_to(words="提请审批")
    first.page.keyboard.press("Enter")  # opens what has to be read before
    first.tab_to(words="确定提请审批")
    first.press_and_wait("Enter")
    expect(first.page.locator("main")).to_contain_text("待审批")

    second = WithoutMouse(browser, issued, "dudao2")
    second.go("/workbench?section=sealed")
    second.tab_to(href=draft)
    second.press_and_wait("Enter")
    second.tab_to(words="批准")
    second.press_and_wait("Enter")
    expect(second.page.locator("main")).to_contain_text("待印发")


def test_focus_goes_through_a_page_as_it_is_read(browser: Browser, issued: RunningSample) -> None:
    clerk = WithoutMouse(browser, issued, "xipo")
    clerk.go("/desk")
    tops = []
    clerk.page.evaluate("document.querySelector('main').focus()")
    for _ in range(12):
        clerk.page.keyboard.press("Tab")
        tops.append(clerk.here()["top"])
    assert all(later >= earlier - 60 for earlier, later in itertools.pairwise(tops)), tops


def test_what_takes_long_says_that_it_goes_on(browser: Browser, issued: RunningSample) -> None:
    someone = Someone(browser, issued, "dudao1")
    page = someone.page
    page.route("**/sample/move", lambda route: route.fulfill(status=204))  # no answer yet: the page stays
    page.get_by_role("button", name="+1周").click(no_wait_after=True)
    expect(page.get_by_role("button", name="正在推进时间…")).to_be_disabled()
    expect(page.get_by_role("button", name="+1个工作日")).to_be_disabled()
    expect(page.locator("[data-voice]")).to_have_text("正在推进时间…")
    someone.close()
