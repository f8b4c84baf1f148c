"""Signing in and out as people do it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.web.conftest import PASSWORD, Site
from tracker.web.auth import COOKIE


def sign_in(site: Site, username: str, password: str, **more: str):
    browser = site.browser()
    return browser, browser.post("/login", {"username": username, "password": password, **more}, page="/login")


def test_the_right_password_leads_to_the_page_that_was_asked_for(site: Site) -> None:
    site.account("clerk-east")
    _, answer = sign_in(site, "clerk-east", PASSWORD, next="/desk/problems")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/desk/problems")


def test_the_cookie_holds_a_token_only_and_scripts_cannot_read_it(site: Site) -> None:
    site.account("clerk-east")
    _, answer = sign_in(site, "clerk-east", PASSWORD)
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith(f"{COOKIE}="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "clerk-east" not in cookie


def test_a_wrong_password_keeps_the_name_and_says_what_to_do(site: Site) -> None:
    site.account("clerk-east")
    _, answer = sign_in(site, "clerk-east", "not it")
    assert answer.status_code == 401
    assert 'value="clerk-east"' in answer.text
    assert "用户名或密码不对" in answer.text


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_a_login_never_leads_to_another_site(site: Site, elsewhere: str) -> None:
    site.account("clerk-east")
    _, answer = sign_in(site, "clerk-east", PASSWORD, next=elsewhere)
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize(
    ("person", "page"),
    [("clerk-east", "/desk"), ("sup1", "/workbench"), ("boss", "/brief"), ("security", "/admin/accounts")],
)
def test_the_front_door_leads_each_role_to_its_page(site: Site, person: str, page: str) -> None:
    assert site.browser(person).get("/").headers["Location"] == page


def test_an_idle_session_asks_for_the_login_and_comes_back(site: Site) -> None:
    browser = site.browser("clerk-east")
    site.world.clock.real += site.world.settings.session_idle + timedelta(minutes=5)
    answer = browser.get("/desk/problems?page=1")
    assert answer.headers["Location"] == "/login?next=/desk/problems?page%3D1"
    assert "登录已超时" in browser.get(answer.headers["Location"]).text


def test_what_was_typed_survives_a_session_that_ran_out(site: Site) -> None:
    browser, task = site.browser("clerk-east"), site.world.task("survey", "east")
    page = f"/tasks/{task['ref']}"
    token_page = browser.get(page).text
    assert token_page
    typed = {"checked": "已经填好的数", "version": str(task["version"])}
    site.world.clock.real += site.world.settings.session_idle + timedelta(minutes=5)
    refused = browser.post(f"{page}/report", typed, page="/login")
    assert refused.status_code == 401
    assert "已经填好的数" in refused.text
    resumed = browser.post(
        "/login",
        {"username": "clerk-east", "password": PASSWORD, "kept_path": f"{page}/report", "kept.checked": "已经填好的数"},
        page="/login",
    )
    assert resumed.status_code == 200
    assert f'action="{page}/report"' in resumed.text
    assert 'name="checked" value="已经填好的数"' in resumed.text


def test_a_signed_out_browser_is_a_stranger_again(site: Site) -> None:
    browser = site.browser("clerk-east")
    assert browser.post("/logout").status_code == 302
    assert browser.get("/desk").headers["Location"].startswith("/login")


def test_a_first_login_must_change_the_password_before_anything_else(site: Site) -> None:
    browser = site.browser("clerk-east", must_change=True)
    assert browser.get("/desk").headers["Location"] == "/account/password"
    wrong = browser.post("/account/password", {"current": PASSWORD, "new": "Another-Fine-Road-7", "again": "typo"})
    assert wrong.status_code == 422
    assert "两次输入的新密码不一样" in wrong.text
    assert "Another-Fine-Road-7" not in wrong.text
    changed = browser.post(
        "/account/password", {"current": PASSWORD, "new": "Another-Fine-Road-7", "again": "Another-Fine-Road-7"}
    )
    assert changed.status_code == 302
    assert browser.get("/desk").status_code == 200


@pytest.mark.slow
def test_a_flood_of_logins_from_one_address_is_slowed_and_an_office_of_fifty_is_not(site: Site) -> None:
    browser = site.browser()
    page = browser.get("/login").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    statuses = [
        browser.client.post("/login", data={"csrf_token": token, "username": f"x{n}", "password": ""}).status_code
        for n in range(62)
    ]
    assert set(statuses[:50]) == {401}
    assert statuses[-1] == 429
