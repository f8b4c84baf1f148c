"""Saved views: a list's filters and grouping under a name, one's own, and the one with which the workbench opens."""

from __future__ import annotations

import re

import pytest

from tests.web.conftest import Site
from tests.web.papers import counted_queries, run_late

VIEWS = "/workbench/views"


def links(page: str) -> dict[str, str]:
    found = re.findall(r'class="view-chip" href="([^"]+)"[^>]*>(?:<span.*?</span> )?([^<]+)', page)
    return {name: url.replace("&amp;", "&") for url, name in found}


def test_a_view_keeps_filters_and_grouping_and_shows_the_same_list_again(late: Site) -> None:
    browser = late.browser("sup1")
    path = "/workbench/findings?unit=east&sort=severity"
    answer = browser.post(VIEWS, {"place": "findings", "unit": "east", "sort": "severity", "name": " 东村 "}, page=path)
    assert answer.headers["Location"] == path
    url = links(browser.get("/workbench/findings").text)["东村"]
    page = browser.get(url).text
    assert "east村" in page[page.index("<table") :]
    assert "west村" not in page[page.index("<table") : page.index("</table>")]
    assert 'aria-current="page">东村' in page


def test_the_workbench_opens_with_the_view_that_comes_first_and_plainly_when_asked(site: Site) -> None:
    browser = site.browser("sup1")
    browser.post(
        VIEWS, {"place": "overview", "section": "open", "name": "草稿", "comes_first": "yes"}, page="/workbench"
    )
    assert browser.get("/workbench").headers["Location"] == "/workbench?section=open"
    assert browser.get("/workbench?all=1").status_code == 200
    browser.post(
        VIEWS, {"place": "findings", "status": "waiting", "name": "待处", "comes_first": "yes"}, page="/workbench?all=1"
    )
    assert browser.get("/workbench").headers["Location"] == "/workbench/findings?status=waiting"
    assert site.world.value("SELECT count(*) FROM saved_view WHERE comes_first") == 1


def test_a_name_used_again_replaces_its_view(site: Site) -> None:
    browser = site.browser("sup1")
    for unit in ("east", "west"):
        browser.post(VIEWS, {"place": "findings", "unit": unit, "name": "我的"}, page="/workbench")
    assert site.world.value("SELECT query ->> 'unit' AS unit FROM saved_view") == "west"


def test_views_are_ones_own(site: Site) -> None:
    site.browser("sup1").post(VIEWS, {"place": "overview", "name": "甲的"}, page="/workbench")
    other = site.browser("sup2")
    assert "甲的" not in other.get("/workbench").text
    view = site.world.value("SELECT id FROM saved_view")
    assert other.post(f"{VIEWS}/{view}/forget", page="/workbench").status_code == 404
    assert site.browser("sup1").post(f"{VIEWS}/{view}/forget", page="/workbench").status_code == 302
    assert site.world.value("SELECT count(*) FROM saved_view") == 0


@pytest.mark.parametrize(("name", "said"), [("", "请给视图起个名字"), ("长" * 21, "不超过20个字")])
def test_a_name_is_asked_for_in_a_sentence(site: Site, name: str, said: str) -> None:
    browser = site.browser("sup1")
    browser.post(VIEWS, {"place": "overview", "name": name}, page="/workbench")
    assert said in browser.get("/workbench?all=1").text
    browser.post(VIEWS, {"place": "nowhere", "name": "x"}, page="/workbench")
    assert site.world.value("SELECT count(*) FROM saved_view") == 0


def test_there_is_an_end_to_them(site: Site) -> None:
    browser = site.browser("sup1")
    for number in range(21):
        browser.post(VIEWS, {"place": "overview", "name": f"第{number}个"}, page="/workbench")
    assert site.world.value("SELECT count(*) FROM saved_view") == 20
    assert "请先删去不用的" in browser.get("/workbench?all=1").text


@pytest.mark.parametrize("sort", ["unit", "severity", "campaign", "workflow"])
def test_rows_stand_under_the_headings_of_what_they_are_grouped_by(site: Site, sort: str) -> None:
    run_late(site, "2026-04-03")
    for path in (f"/workbench/findings?sort={sort}", f"/workbench?section=open&sort={sort}"):
        page = site.browser("sup1").get(path).text
        headings = re.findall(r'scope="rowgroup"[^>]*>([^<]+)', page)
        assert headings, path
        assert len(headings) == len(set(headings)), path


def test_the_views_are_read_once_for_a_page(site: Site) -> None:
    browser = site.browser("sup1")
    for path in ("/workbench", "/workbench/findings"):
        with counted_queries() as sent:
            assert browser.get(path).status_code == 200
        assert len([one for one in sent if "FROM saved_view" in one]) == 1, path
