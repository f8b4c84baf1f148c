"""A clerk's bad day in a real browser: wrong input, bad photos, old pages, a lost session; and no scripts at all."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator, Mapping

import pytest
from playwright.sync_api import Browser, FilePayload, Locator, expect

from tests.browser.people import Someone
from tests.browser.story import PROBLEMS, SURVEY, a_photo
from tests.support.running import RunningSample

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.allow_hosts(["127.0.0.1"])]

PROBLEMS_ONE = {name: value for name, value in PROBLEMS.items() if name.startswith("problems.0.")}
FILLED = {"category": "rental", "should_check": "100", "checked": "90", "remark": "写了很久的话"}


def vast_png() -> bytes:
    """Return a picture of a few bytes that says it is 60,000 × 60,000."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


BAD_FILES: dict[str, tuple[FilePayload, str]] = {
    "of 30 MB": (
        {"name": "长材料.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n" + b"\0" * 30 * 1024 * 1024}, "上限"),
    "of 60,000 x 60,000": ({"name": "巨图.png", "mimeType": "image/png", "buffer": vast_png()}, "60000"),
    "that lies": ({"name": "其实是网页.jpg", "mimeType": "image/jpeg", "buffer": b"<html><script>1</script>"}, "不收网页"),
}  # fmt: skip


@pytest.fixture(scope="module")
def issued(browser: Browser, sample: RunningSample) -> RunningSample:
    """The sample with its campaign issued."""
    office = Someone(browser, sample, "bangongshi1")
    office.go("/campaigns")
    office.follow("打击治理电信网络诈骗专项行动")
    office.step("issue")
    office.close()
    return sample


def surveying(browser: Browser, issued: RunningSample, username: str = "dongling") -> Someone:
    """Return a clerk before the survey's form, signed for."""
    clerk = Someone(browser, issued, username)
    clerk.go("/desk")
    clerk.follow(SURVEY)
    if clerk.page.locator('main form[action$="/accept"]').count():
        clerk.step("accept")
    return clerk


@pytest.fixture
def clerk(browser: Browser, issued: RunningSample) -> Iterator[Someone]:
    """A clerk before the survey's form."""
    clerk = surveying(browser, issued)
    yield clerk
    clerk.close()


def keeps_what_was_typed(clerk: Someone) -> None:
    form = clerk.form("report")
    for name in ("should_check", "remark"):
        assert form.locator(f'[name="{name}"]').first.input_value() == FILLED[name]


def test_letters_in_a_count_are_named_at_the_field(clerk: Someone) -> None:
    clerk.step("report", FILLED | {"checked": "很多"})
    expect(clerk.page.locator(".error-summary")).to_be_focused()
    expect(clerk.page.locator("#report-checked-error")).to_be_visible()
    assert clerk.form("report").locator('[name="checked"]').input_value() == "很多"
    keeps_what_was_typed(clerk)


@pytest.mark.parametrize("what", BAD_FILES)
def test_a_photo_is_refused_by_name_at_once_and_the_form_stays(clerk: Someone, what: str) -> None:
    file, word = BAD_FILES[what]
    form = clerk.form("report")
    clerk.fill(form, FILLED)
    form.locator("input[type=file]").first.set_input_files(file)
    refused = form.locator(".kept-files .field-error")
    expect(refused).to_contain_text(file["name"], timeout=30_000)
    expect(refused).to_contain_text(word)
    expect(form.get_by_role("button", name=re.compile("报送")).last).to_be_enabled()
    keeps_what_was_typed(clerk)


def test_a_double_click_sends_once(browser: Browser, issued: RunningSample) -> None:
    clerk = surveying(browser, issued, "nanwan")
    form = clerk.form("report")
    clerk.fill(form, FILLED | PROBLEMS_ONE)
    sent: list[str] = []
    clerk.page.on("request", lambda one: sent.append(one.url) if one.method == "POST" else None)
    form.locator("button[type=submit]:visible:not([formnovalidate])").last.dblclick()
    clerk.page.wait_for_load_state()
    clerk.sees("核查中")
    clerk.sees("1个，各有一个整改事项")
    assert len([url for url in sent if url.endswith("/report")]) == 1, sent
    clerk.close()


def test_an_old_page_is_told_so_and_gives_back_what_was_typed(browser: Browser, issued: RunningSample) -> None:
    old, other = surveying(browser, issued), surveying(browser, issued, "dongling-fuze")
    old.fill(old.form("report"), FILLED)
    other.step("report", FILLED | {"remark": "负责人先报了"})
    old.step("report", {})
    expect(old.page.get_by_role("alert").first).to_contain_text("已有人先办理了")
    old.sees(FILLED["remark"])
    old.sees("核查中")
    for one in (old, other):
        one.close()


def test_a_session_that_ran_out_costs_no_word(browser: Browser, issued: RunningSample) -> None:
    clerk = surveying(browser, issued, "xipo")
    form = clerk.form("report")
    clerk.fill(form, FILLED)
    clerk.context.clear_cookies(name="tracker_session")
    clerk.step("report")
    clerk.sees("登录已超时")
    clerk.page.fill("[name=username]", "xipo")
    clerk.page.fill("[name=password]", issued.passwords["xipo"])
    clerk.page.click("main button[type=submit]")
    clerk.sees(FILLED["remark"])
    clerk.press("继续提交")
    clerk.sees("核查中")
    clerk.close()


def fill(form: Locator, values: Mapping[str, str]) -> None:
    """Fill a form without any script of the page."""
    for name, value in values.items():
        field = form.locator(f'[name="{name}"]')
        if form.locator(f'select[name="{name}"]').count():
            field.select_option(value)
        elif field.first.get_attribute("type") == "radio":
            form.locator(f'[name="{name}"][value="{value}"]').check()
        else:
            field.first.fill(value)


def test_without_scripts_the_desk_works(browser: Browser, issued: RunningSample) -> None:
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{issued.address}/login")
    page.fill("[name=username]", "paichusuo")
    page.fill("[name=password]", issued.passwords["paichusuo"])
    page.click("main button[type=submit]")
    page.goto(f"{issued.address}/desk")
    page.get_by_role("link", name=re.compile("排查")).first.click()
    page.get_by_role("button", name="签收", exact=True).click()
    form = page.locator('form[action$="/report"]')
    fill(form, FILLED | PROBLEMS_ONE)
    form.get_by_role("button", name="再加一行").click()
    assert form.locator('[name="problems.0.place"]').input_value() == PROBLEMS_ONE["problems.0.place"]
    assert form.locator('[name="problems.1.place"]').count() == 1
    form.locator("input[type=file]").first.set_input_files(
        {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": a_photo()}
    )
    form.get_by_role("button", name="报送排查结果").last.click()
    expect(page.locator("main")).to_contain_text("核查中")
    expect(page.locator("main")).to_contain_text("1个，各有一个整改事项")
    expect(page.locator(".thumbs img")).to_have_count(1)
    page.get_by_role("link", name="为什么是这样").click()
    expect(page.locator("#why[open] li").first).to_be_visible()
    context.close()
