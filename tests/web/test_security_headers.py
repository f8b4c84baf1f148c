"""What every answer carries, whoever asks."""

from __future__ import annotations

import re

import pytest

from tests.web.conftest import Site


@pytest.mark.parametrize("path", ["/login", "/desk", "/no-such-page", "/healthz"])
def test_every_answer_forbids_foreign_and_inline_code(site: Site, path: str) -> None:
    answer = site.browser("clerk-east").get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"


def test_pages_hold_no_inline_script_or_style(site: Site) -> None:
    browser, task = site.browser("clerk-east"), site.world.task("survey", "east")
    site.world.act("clerk-east", task["ref"], "accept")
    for path in ("/desk", f"/tasks/{task['ref']}", "/account/password"):
        page = browser.get(path).text
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", page), path


def test_styles_and_scripts_come_from_this_site_and_may_be_kept(site: Site) -> None:
    browser = site.browser()
    page = browser.get("/login").text
    addresses = re.findall(r'(?:href|src)="([^"]+\.(?:css|js|svg)[^"]*)"', page)
    assert len(addresses) >= 3
    for address in addresses:
        answer = browser.get(address)
        assert answer.status_code == 200, address
        assert "no-store" not in answer.headers.get("Cache-Control", "")
        answer.close()


def test_a_form_without_its_token_changes_nothing_and_keeps_what_was_typed(site: Site) -> None:
    browser, task = site.browser("clerk-east"), site.world.task("survey", "east")
    answer = browser.post(
        f"/tasks/{task['ref']}/accept", {"csrf_token": "made up", "version": "1", "remark": "写了半天的话"}
    )
    assert answer.status_code == 400
    assert "写了半天的话" in answer.text
    assert site.world.task("survey", "east")["state"] == "assigned"


def test_a_form_from_another_site_is_not_offered_again(site: Site) -> None:
    browser = site.browser("clerk-east")
    answer = browser.client.post(
        "/logout", data={"next": "a-planted-value"}, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 400
    assert "a-planted-value" not in answer.text
