"""The supervisor works a list off by single keys: down, choose, decide, take back."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.keyboard import WithoutMouse
from tests.browser.people import Someone
from tests.support.running import RunningSample

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.allow_hosts(["127.0.0.1"])]


@pytest.fixture(scope="module")
def late(browser: Browser, sample: RunningSample) -> RunningSample:
    """The sample three weeks on, with nobody having done anything."""
    office = Someone(browser, sample, "bangongshi1")
    office.go("/campaigns")
    office.follow("打击治理电信网络诈骗专项行动")
    office.step("issue")
    office.passes_time("+1周", times=3)
    office.close()
    return sample


def test_drafts_are_chosen_and_put_up_by_keys(browser: Browser, late: RunningSample) -> None:
    one = WithoutMouse(browser, late, "dudao1")
    one.go("/workbench?section=open&severity=3")
    picture(one, "triage-list")
    before = total(one)
    for key in ("j", "x", "j", "j", "x"):
        one.page.keyboard.press(key)
    expect(one.page.locator("[data-chosen-count]")).to_have_text("（已选2项）")
    one.press_and_wait("i")
    expect(one.page.locator("h1")).to_have_text("提请审批（2）")
    picture(one, "triage-asked")
    one.tab_to(words="确定提请审批2件")
    one.press_and_wait("Enter")
    expect(one.page.locator(".message-success")).to_contain_text("已提请审批2件")
    one.go("/workbench?section=open&severity=3")
    assert total(one) == before - 2


def test_findings_are_waived_and_taken_back_by_keys(browser: Browser, late: RunningSample) -> None:
    one = WithoutMouse(browser, late, "dudao1")
    one.go("/workbench/findings?status=waiting")
    before = total(one)
    one.page.keyboard.press("j")
    one.page.keyboard.press("a")
    expect(one.page.locator("[data-chosen-count]")).to_have_text(re.compile("已选[1-9]"))
    one.press_and_wait("i")
    one.type_into("reason", "全镇停电三天")
    one.tab_to(words="确定免于处理")
    one.press_and_wait("Enter")
    picture(one, "triage-undo")
    assert total(one) < before
    one.press_and_wait("u")
    assert total(one) == before
    # Typing a letter into a field is typing, not deciding.
    one.go("/workbench/findings?status=waiting")
    one.page.locator(".view-save summary").click()
    one.page.locator("#view-name").press_sequentially("jxiu")
    assert one.page.locator("#view-name").input_value() == "jxiu"
    assert one.page.locator("input[name=pick]:checked").count() == 0


def test_findings_are_decided_one_after_the_other_by_keys(browser: Browser, late: RunningSample) -> None:
    one = WithoutMouse(browser, late, "dudao1")
    one.go("/workbench/one?list=findings")
    picture(one, "one-by-one")
    first, before = in_hand(one), left(one)
    one.press_and_wait("j")
    second = in_hand(one)
    assert second != first
    one.page.keyboard.press("w")  # to the reasons
    one.page.keyboard.press("Space")
    one.press_and_wait("Control+Enter")
    picture(one, "one-by-one-next")
    assert in_hand(one) not in (first, second)
    assert left(one) == before - 1
    one.press_and_wait("u")
    assert left(one) == before
    one.page.keyboard.press("?")
    expect(one.page.locator("[data-keys]")).to_have_attribute("open", "")


def test_the_walk_goes_on_without_scripts(browser: Browser, late: RunningSample) -> None:
    one = WithoutMouse(browser, late, "dudao2", scripts=False)
    one.go("/workbench/one?list=open&severity=3")
    first = in_hand(one)
    one.tab_to(words="提请审批，看下一件")
    one.press_and_wait("Enter")
    assert in_hand(one) != first


@pytest.mark.parametrize("path", [
    "/workbench", "/workbench?section=open", "/workbench/findings?status=waiting", "/workbench/findings?sort=unit",
    "/workbench/one?list=findings", "/workbench/one?list=open",
])  # fmt: skip
def test_the_lists_fit_a_phone(browser: Browser, late: RunningSample, path: str) -> None:
    someone = Someone(browser, late, "dudao1", phone=True)
    someone.go(path)
    someone.refuses_sideways_scrolling()
    someone.close()


def in_hand(one: WithoutMouse) -> str:
    """Return the number of the matter in hand."""
    return one.page.locator("[data-item] .ref").first.inner_text()


def left(one: WithoutMouse) -> int:
    """Return how many matters the walk says are left."""
    found = re.search(r"还有(\d+)件", one.page.locator(".page-head").inner_text())
    return int(found[1]) if found else 0


def total(one: WithoutMouse) -> int:
    """Return how many matters the list says that it has."""
    words = one.page.locator("caption, .tally").all_inner_texts()
    numbers = [int(found[1]) for text in words if (found := re.search(r"(\d+)[件项]", text))]
    return numbers[0] if numbers else 0


def picture(one: WithoutMouse, name: str) -> None:
    if folder := os.environ.get("TRACKER_TEST_PICTURES"):
        one.page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)
