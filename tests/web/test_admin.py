"""Administration: people and accounts for the security administrator, incidents, the record's verification."""

from __future__ import annotations

import re

import pytest

from tests.web.conftest import Site


def test_a_person_gets_an_account_whose_password_is_shown_once_and_works(site: Site) -> None:
    browser = site.browser("security")
    added = browser.post("/admin/people", {"name": "新联络员", "phone": "13800000000"}, page="/admin/accounts")
    url = added.headers["Location"]
    page = browser.post(f"{url}/accounts", {"username": "xinlianluo"}, page=url).text
    password = re.search(r'class="password-once">([^<]+)<', page)
    assert password is not None
    assert password[1] not in browser.get(url).text
    login = site.browser().post("/login", {"username": "xinlianluo", "password": password[1]}, page="/login")
    assert login.status_code == 302


def test_wrong_details_are_named_at_the_field_and_kept(site: Site) -> None:
    answer = site.browser("security").post("/admin/people", {"name": "某人", "phone": "12"}, page="/admin/accounts")
    assert answer.status_code == 422
    assert "手机号应是 1 开头的 11 位数字" in answer.text
    assert 'value="某人"' in answer.text


def test_a_taken_user_name_is_refused(site: Site) -> None:
    site.account("clerk-east")
    url = f"/admin/people/{site.world.person_ids['clerk-west']}"
    answer = site.browser("security").post(f"{url}/accounts", {"username": "clerk-east"}, page=url)
    assert answer.status_code == 422
    assert "已有人用" in answer.text


def test_resetting_ends_the_sessions_and_disabling_shuts_the_door(site: Site) -> None:
    clerk, account = site.browser("clerk-east"), site.account("clerk-east")
    browser, url = site.browser("security"), f"/admin/people/{site.world.person_ids['clerk-east']}"
    assert browser.post(f"{url}/accounts/{account}/reset", page=url).status_code == 200
    assert clerk.get("/desk").status_code == 302
    assert browser.post(f"{url}/accounts/{account}/disable", page=url).status_code == 302
    assert "停用" in browser.get(url).text


def test_a_post_is_given_and_ended(site: Site) -> None:
    browser, url = site.browser("security"), f"/admin/people/{site.world.person_ids['clerk-east']}"
    unit = str(site.world.value("SELECT id FROM unit WHERE key = 'west'"))
    given = {"unit": unit, "role": "head", "title": "代理主任"}
    assert browser.post(f"{url}/posts", given, page=url).status_code == 302
    assert "代理主任" in browser.get(url).text
    post = site.world.value("SELECT max(id) FROM post")
    assert browser.post(f"{url}/posts/{post}/end", page=url).status_code == 302
    assert "代理主任" not in browser.get(url).text
    assert browser.post(f"{url}/posts", {"unit": "", "role": "king"}, page=url).status_code == 422


def test_administrators_roles_exclude_business_posts(site: Site) -> None:
    browser, url = site.browser("security"), f"/admin/people/{site.world.person_ids['clerk-east']}"
    unit = str(site.world.value("SELECT id FROM unit WHERE key = 'office'"))
    assert browser.post(f"{url}/posts", {"unit": unit, "role": "system_admin"}, page=url).status_code == 422


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/admin/accounts", {"security"}),
        ("/admin/incidents", {"system", "office1"}),
        ("/admin/ledger", set()),
    ],
)
def test_each_page_has_its_people(site: Site, path: str, allowed: set[str]) -> None:
    for person in ("security", "system", "office1", "sup1", "boss", "clerk-east"):
        assert site.browser(person).get(path).status_code == (200 if person in allowed else 404), person


def test_an_incident_of_the_campaign_is_seen_and_resolved_by_its_office(site: Site) -> None:
    with site.world.container.uows() as uow:
        uow.incidents.raise_(
            kind="vacancy", subject="unit:1:head", sentence="某村现在没有负责人。", now=site.world.clock.now(),
            campaign_id=site.world.value("SELECT id FROM campaign"),
        )  # fmt: skip
        uow.commit()
    browser = site.browser("office1")
    assert "某村现在没有负责人" in browser.get("/admin/incidents").text
    incident = site.world.value("SELECT id FROM incident WHERE subject = 'unit:1:head'")
    assert browser.post(f"/admin/incidents/{incident}/resolve", page="/admin/incidents").status_code == 302
    assert "某村现在没有负责人" not in browser.get("/admin/incidents").text
    assert "某村现在没有负责人" in browser.get("/admin/incidents?resolved=1").text


def test_the_engines_own_incidents_are_the_system_administrators(site: Site) -> None:
    site.world.container.incidents.report(kind="sweep_late", subject="scheduler", sentence="巡检晚了。")
    assert "巡检晚了" in site.browser("system").get("/admin/incidents").text
    assert "巡检晚了" not in site.browser("office1").get("/admin/incidents").text


def test_the_outbox_does_not_exist_outside_a_sample(site: Site) -> None:
    assert site.browser("office1").get("/sample/outbox").status_code == 404


def test_the_one_who_keeps_the_system_sees_how_it_runs_and_what_to_do(site: Site) -> None:
    page = site.browser("system").get("/admin/health").text
    assert "运行状况" in page
    assert "下一个到期时刻" in page
    assert "没有工作进程在运行" in page or "Redis 没有应答" in page
    assert site.browser("office1").get("/admin/health").status_code == 404
