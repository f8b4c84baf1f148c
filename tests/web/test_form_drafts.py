"""Drafts as pages show them: kept by a button or by the page's script, restored, thrown away, never overwritten."""

from __future__ import annotations

import io
import re
from itertools import product

import pytest
from werkzeug.test import TestResponse

from tests.web.conftest import Browser, Site, hidden
from tests.web.papers import draft_of, issue, step
from tests.web.test_task_page import RETURN, photo, row

TYPED = {"category": "rental", "should_check": "120", "remark": "写到一半的话"}


@pytest.fixture
def surveying(site: Site) -> str:
    """The ref of a survey that east has signed for."""
    ref: str = site.world.task("survey", "east")["ref"]
    site.world.act("clerk-east", ref, "accept")
    return ref


def keep(browser: Browser, ref: str, fields: dict[str, object], *, act: str = "report", **more: object) -> TestResponse:
    """Press 暂存 on the page as it is."""
    page = browser.get(f"/tasks/{ref}").text
    url = re.search(rf'formaction="(/tasks/[^"]+/drafts/{act}[^"]*)"', page)
    assert url, f"no button keeps {act}"
    edition = re.search(rf'data-draft-key="[^"]+:{act}".*?name="_draft" value="(\w*)"', page, re.DOTALL)
    given = {"csrf_token": hidden(page, "csrf_token"), "_draft": edition[1] if edition else "", **fields, **more}
    return browser.client.post(url[1].replace("&amp;", "&"), data=given, headers={"Origin": "http://localhost"})


def by_script(browser: Browser, ref: str, fields: dict[str, object]) -> TestResponse:
    token = hidden(browser.get(f"/tasks/{ref}").text, "csrf_token")
    return browser.client.post(
        f"/tasks/{ref}/drafts/report?version=2", data={"csrf_token": token, **fields},
        headers={"Origin": "http://localhost", "Accept": "application/json"},
    )  # fmt: skip


def value_of(page: str, name: str) -> str:
    found = re.search(rf'name="{re.escape(name)}" value="([^"]*)"', page) or re.search(
        rf'name="{re.escape(name)}"[^>]*>([^<]*)</textarea>', page
    )
    assert found, f"no field {name}"
    return found[1]


def test_without_scripts_a_button_keeps_the_form_with_rows_and_files(site: Site, surveying: str) -> None:
    browser = site.browser("clerk-east")
    answer = keep(browser, surveying, {**TYPED, **row(0), **row(3, place="五组"),
                                       "photos__upload": (io.BytesIO(photo()), "现场.jpg")})  # fmt: skip
    assert answer.status_code == 302
    page = browser.get(f"/tasks/{surveying}").text
    assert re.search(r"已恢复 \d\d:\d\d 的草稿", page)
    assert "还没有报送" in page
    assert value_of(page, "should_check") == "120"
    assert value_of(page, "remark") == "写到一半的话"
    assert value_of(page, "problems.3.place") == "五组"
    assert "现场.jpg" in page
    assert site.world.value("SELECT count(*) FROM submission") == 0


def test_a_draft_is_thrown_away_by_a_button(site: Site, surveying: str) -> None:
    browser = site.browser("clerk-east")
    keep(browser, surveying, TYPED)
    browser.post(f"/tasks/{surveying}/drafts/report/discard")
    page = browser.get(f"/tasks/{surveying}").text
    assert "已恢复" not in page
    assert value_of(page, "should_check") == ""


def test_the_page_s_script_is_answered_in_its_own_tongue(site: Site, surveying: str) -> None:
    browser = site.browser("clerk-east")
    first = by_script(browser, surveying, TYPED)
    assert first.status_code == 200
    assert first.json is not None
    assert re.fullmatch(r"\d\d:\d\d", first.json["saved"])
    assert first.json["sentence"] == ""
    other = by_script(browser, surveying, TYPED)  # a page that knows of no draft yet
    assert other.status_code == 409
    assert other.json is not None
    assert other.json["edition"] == first.json["edition"]
    assert "没有覆盖" in other.json["sentence"]
    assert by_script(browser, surveying, {**TYPED, "_draft": other.json["edition"]}).status_code == 200


def test_a_page_that_is_older_than_the_draft_keeps_what_was_typed_and_asks(site: Site, surveying: str) -> None:
    browser = site.browser("clerk-east")
    keep(browser, surveying, {**TYPED, "remark": "手机上的"})
    answer = keep(browser, surveying, {**TYPED, "remark": "电脑上的"}, _draft="0123456789abcdef")
    assert answer.status_code == 409
    assert "没有覆盖它" in answer.text
    assert value_of(answer.text, "remark") == "电脑上的"
    assert value_of(browser.get(f"/tasks/{surveying}").text, "remark") == "手机上的"
    edition = re.findall(r'name="_draft" value="(\w+)"', answer.text)[0]
    assert keep(browser, surveying, {**TYPED, "remark": "电脑上的"}, _draft=edition).status_code == 302
    assert value_of(browser.get(f"/tasks/{surveying}").text, "remark") == "电脑上的"


def test_who_else_fills_the_form_is_said_and_nothing_of_what_he_types(site: Site, surveying: str) -> None:
    keep(site.browser("head-east"), surveying, {**TYPED, "remark": "负责人自己的话"})
    page = site.browser("clerk-east").get(f"/tasks/{surveying}").text
    assert re.search(r"head-east（\d\d:\d\d）也在填这张表", page)
    assert "负责人自己的话" not in page
    assert "也在填" not in site.browser("sup1").get(f"/tasks/{surveying}").text


def test_a_draft_from_before_the_return_stands_back_behind_what_was_sent(site: Site, surveying: str) -> None:
    browser, world = site.browser("clerk-east"), site.world
    keep(browser, surveying, {**TYPED, "should_check": "77"})
    world.act("head-east", surveying, "report", RETURN)
    page = browser.get(f"/tasks/{surveying}").text
    assert "暂存的内容（没有报送，可复制）" in page
    assert "写到一半的话" in page
    world.act("sup1", surveying, "return", reason="数字不对")
    page = browser.get(f"/tasks/{surveying}").text
    assert value_of(page, "should_check") == "120"
    assert "没有自动填入" in page
    chosen = browser.get(f"/tasks/{surveying}?draft=report").text
    assert value_of(chosen, "should_check") == "77"


def test_an_extension_begun_comes_back_open(site: Site, surveying: str) -> None:
    browser = site.browser("clerk-east")
    assert (
        keep(browser, surveying, {"reason": "连日大雨", "wanted_on": "2026-03-27"}, act="extension").status_code == 302
    )
    page = browser.get(f"/tasks/{surveying}").text
    assert re.search(r'id="act-extension" open', page)
    assert "连日大雨" in page


def test_a_reply_to_a_paper_is_kept_like_a_task_s_form(late: Site) -> None:
    ref = draft_of(late)
    issue(late, ref)
    browser = late.browser("clerk-east")
    step(browser, ref, "accept")
    page = browser.get(f"/notices/{ref}").text
    url = re.search(r'formaction="(/tasks/[^"]+/drafts/reply[^"]*)"', page)
    assert url
    given = {"csrf_token": hidden(page, "csrf_token"), "_draft": "", "situation": "正在逐户核对"}
    where = url[1].replace("&amp;", "&")
    assert browser.client.post(where, data=given, headers={"Origin": "http://localhost"}).status_code == 302
    page = browser.get(f"/notices/{ref}").text
    assert "已恢复" in page
    assert "正在逐户核对" in page
    refused = browser.client.post(
        where, data={**given, "situation": "另一个页面"}, headers={"Origin": "http://localhost"}
    )
    assert refused.status_code == 409
    assert "另一个页面" in refused.text
    assert 'name="_draft" value="' in refused.text


def test_strange_editions_and_versions_are_kept_or_answered_with_a_sentence(site: Site, surveying: str) -> None:
    browser = site.browser("clerk-east")
    token = hidden(browser.get(f"/tasks/{surveying}").text, "csrf_token")
    editions = ("", "\x00", "一二三", "x" * 5000, "?", "0123456789abcdef")
    versions = ("", "%00", "-1", "9" * 30, "一", "2.5")
    for edition, version in product(editions, versions):
        fields = {"csrf_token": token, **TYPED, "_draft": edition}
        answer = browser.client.post(
            f"/tasks/{surveying}/drafts/report?version={version}", data=fields,
            headers={"Origin": "http://localhost", "Accept": "application/json"},
        )  # fmt: skip
        assert answer.status_code in (200, 409), answer.text
    for act in ("%00", "none"):
        assert browser.post(f"/tasks/{surveying}/drafts/{act}/discard", page=f"/tasks/{surveying}").status_code == 404
