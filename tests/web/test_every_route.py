"""Every route × everybody: who may, who sees and may not, and for whom the thing does not exist.

One table, ROUTES. A route of the application without a row fails, so that a new one is judged before it is opened.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from tests.support.world import World, morning, small_campaign
from tests.web.routes import ALL, BY_SLIP, CALLED_BY_MACHINES, NEIGHBOURS, NOBODY, ROUTES, UNIT, Row
from tests.web.site import MEASURES, Browser, Site, hidden
from tests.web.two_offices import TwoOffices

TYPED = {
    "category": "rental", "should_check": "120", "checked": "118", "reason": "有正当理由", "progress": "完成一半",
    "target": "whole", "ground": "facts", "statement": "已经报过", "wanted_on": "2026-04-20", "granted_on": "2026-04-18", "grant": "yes", "text": "请抓紧办理", "rung": "supervise",
    "title": "新标题", "body": "新正文", "name": "新人", "username": "newcomer", "role": "liaison", "unit": "1",
    "password": "not the right one", "current": "wrong", "new": "Another-Fine-Road-7", "again": "Another-Fine-Road-7",
}  # fmt: skip
DONE, WRONG_PASSWORD = frozenset({200, 302, 409, 422}), 401


@pytest.fixture
def site(two_offices: TwoOffices) -> Iterator[Site]:
    with two_offices.site() as site:
        yield site


@pytest.fixture
def doors(two_offices: TwoOffices) -> dict[str, str]:
    return dict(two_offices.doors)


def knock(site: Site, browser: Browser, row: Row, doors: dict[str, str], *, token: bool = True) -> TestResponse:
    path = row.path(doors)
    if row.method == "GET":
        with browser.get(path) as answer:  # a static file stays open otherwise
            return answer
    fields: dict[str, object] = dict(TYPED)
    door = next((door for part, door in (p.split("=") for p in row.fill.split()) if part == "ref"), "")
    table = path.split("/")[1].removesuffix("s")
    if door and table in ("task", "notice", "campaign", "visit"):
        fields["version"] = site.world.value(f"SELECT version FROM {table} WHERE ref = :ref", ref=doors[door])
    if row.rule == "/desk/accept":
        fields["task"] = f"{doors['task']}:2"
    if row.rule.endswith("/signed-copy"):
        fields["file"] = (io.BytesIO(b"%PDF-1.4\nsealed"), "sealed.pdf")
    if row.rule.endswith("/attachments"):
        fields["file"] = (io.BytesIO(b"a,b\n1,2\n"), "a.csv")
    if token:
        page = browser.get("/account/password")
        fields["csrf_token"] = hidden(
            page.text if page.status_code == 200 else browser.get("/login").text, "csrf_token"
        )
    return browser.client.post(path, data=fields, headers={"Origin": "http://localhost"})


def recorded(site: Site) -> dict[str, int]:
    """Return how much is written down: whoever is refused adds nothing to it."""
    tables = ("event", "told", "submission", "attachment", "notice_item", "person", "account", "post", "extension")
    return {table: site.world.value(f"SELECT count(*) FROM {table}") for table in tables}


def reopen_incidents(site: Site) -> None:
    with site.world.container.uows() as uow:
        uow.session.execute(text("UPDATE incident SET resolved_at = NULL"))
        uow.commit()


def is_refusal(answer: TestResponse, who: str, row: Row) -> bool:
    if who != NOBODY:
        return answer.status_code == 404
    if row.method == "GET":
        return answer.status_code == 302 and answer.headers["Location"].startswith("/login")
    return answer.status_code == 401 and 'name="password"' in answer.text


def test_no_route_is_missing_from_the_table(site: Site) -> None:
    served = {
        (method, rule.rule)
        for rule in site.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert served == {(row.method, row.rule) for row in ROUTES} | CALLED_BY_MACHINES | BY_SLIP


@pytest.mark.slow
def test_for_everybody_else_it_does_not_exist_and_nothing_changes(site: Site, doors: dict[str, str]) -> None:
    browsers = {who: site.browser(None if who == NOBODY else who) for who in ALL.split()}
    before, wrong = recorded(site), []
    for row in ROUTES:
        for who in set(ALL.split()) - {*row.may.split(), *row.sees.split()}:
            answer = knock(site, browsers[who], row, doors)
            if not is_refusal(answer, who, row):
                wrong.append(f"{row}: {who} got {answer.status_code}")
        for who in row.sees.split():
            answer = knock(site, browsers[who], row, doors)
            if answer.status_code != 403:
                wrong.append(f"{row}: {who}, who only sees it, got {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert recorded(site) == before


def test_a_form_without_its_token_changes_nothing_whoever_sends_it(site: Site, doors: dict[str, str]) -> None:
    browsers = {who: site.browser(None if who == NOBODY else who) for who in ALL.split()}
    before, wrong = recorded(site), []
    for row in ROUTES:
        for who in row.may.split() if row.method == "POST" else ():
            answer = knock(site, browsers[who], row, doors, token=False)
            if answer.status_code != 400:
                wrong.append(f"{row}: {who} got {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert recorded(site) == before


@pytest.mark.slow
def test_whoever_may_is_served_or_told_why_not(site: Site, doors: dict[str, str]) -> None:
    wrong = []
    for row in ROUTES:
        for who in row.may.split():
            reopen_incidents(site)
            answer = knock(site, site.browser(None if who == NOBODY else who), row, doors)
            expected = {WRONG_PASSWORD} if (row.method, row.rule) == ("POST", "/login") else DONE
            if answer.status_code not in expected:
                wrong.append(f"{row}: {who} got {answer.status_code}")
    assert not wrong, "\n".join(wrong)


def test_a_sample_adds_its_own_two_routes_and_no_other_database_has_them(site: Site, fresh_database_url: str) -> None:
    served = {rule.rule for rule in site.app.url_map.iter_rules()}
    with World(fresh_database_url, start=morning("2026-03-02"), is_sample=True) as world:
        world.load(small_campaign(measures=MEASURES))
        sample = Site(world)
        assert {rule.rule for rule in sample.app.url_map.iter_rules()} - served == {"/sample/move", "/sample/outbox"}
        stranger = sample.browser()
        assert stranger.get("/sample/outbox").headers["Location"].startswith("/login")
        assert stranger.post("/sample/move", {"to": "day"}, page="/login").status_code == 401
        assert sample.browser("clerk-east").client.post("/sample/move", data={"to": "day"}).status_code == 400


def test_administrators_meet_no_business_anywhere(site: Site, two_offices: TwoOffices) -> None:
    secrets = ("东村没有联络员", two_offices.doors["task"], two_offices.doors["issued"], "测试专项行动", "出租房屋排查")
    for who in ("security", "audit"):
        browser = site.browser(who)
        for path in ("/admin/accounts", f"/admin/people/{two_offices.doors['person']}", "/admin/ledger"):
            page = browser.get(path)
            shown = [one for one in secrets[:3] if page.status_code == 200 and one in page.text]
            assert shown == [], (who, path)


@pytest.mark.slow
def test_lists_hold_nothing_of_the_neighbour(site: Site, two_offices: TwoOffices) -> None:
    mine = [two_offices.doors[name] for name in ("task", "draft", "issued", "finding", "campaign", "unissued")]
    lists = (
        "/desk",
        "/desk/problems",
        "/workbench",
        "/workbench/findings",
        "/notices",
        "/campaigns",
        "/admin/incidents",
        f"/told/{two_offices.doors['person']}",
    )
    for who in NEIGHBOURS.split():
        browser = site.browser(who)
        for path in lists:
            page = browser.get(path).text
            assert [ref for ref in mine if ref in page] == [], (who, path)
            assert "东村没有联络员" not in page
    for who in ("clerk-west", "head-west"):
        browser = site.browser(who)
        for path in (
            *lists,
            *(f"/campaigns/{two_offices.doors['campaign']}{more}" for more in ("", "/tasks", "/matrix")),
        ):
            assert [ref for ref in mine[:4] if ref in browser.get(path).text] == [], (who, path)


def test_a_search_finds_nothing_of_the_neighbour(site: Site, two_offices: TwoOffices) -> None:
    doors = two_offices.doors
    for who in (*NEIGHBOURS.split(), "clerk-west", "head-west"):
        browser = site.browser(who)
        for words in ("年度督导计划", "督计2026", "东村没有联络员", "east村"):
            page = browser.get("/search", query_string={"q": words}).text
            mine = [name for name in ("task", "draft", "issued", "finding", "visit") if doors[name] in page]
            assert mine == [], (who, words)
        for name in ("visit", "task", "draft", "issued"):
            assert "没有找到" in browser.get("/search", query_string={"q": doors[name]}).text, (who, name)


def test_a_unit_does_not_know_of_drafts(site: Site, two_offices: TwoOffices) -> None:
    for who in (*UNIT.split(), "area"):
        browser = site.browser(who)
        for path in ("/desk", "/notices", "/campaigns", f"/tasks/{two_offices.doors['task']}"):
            page = browser.get(path).text
            for name in ("draft", "draft_task", "unissued"):
                assert two_offices.doors[name] not in page, (who, path, name)
