"""The month of a desk: what falls due on which day, rest days as the calendar has them, whose it is."""

from __future__ import annotations

import re

import pytest

from tests.web.conftest import Site
from tests.web.papers import counted_queries, draft_of, issue


def day(page: str, number: int) -> str:
    """Return the part of the page that is one day."""
    found = re.search(rf'<li class="[^"]*" data-day="{number}".*?(?=<li class="due-day|</ol>)', page, re.DOTALL)
    assert found, f"no day {number}"
    return found[0]


def test_each_task_stands_on_its_day_and_what_is_to_be_signed_on_its_own(site: Site) -> None:
    survey = site.world.task("survey", "east")
    page = site.browser("clerk-east").get("/desk/month").text
    assert "2026年3月" in page
    assert f'href="/tasks/{survey["ref"]}"' in day(page, 20)
    assert "签收 出租房屋排查" in day(page, 3)
    assert "今天" in day(page, 2)
    assert site.world.task("survey", "west")["ref"] not in page
    assert "集市宣传" in day(site.browser("clerk-east").get("/desk/month?month=2026-04").text, 30)


def test_each_thing_leads_to_why_and_what_comes_next_at_no_query_more(site: Site) -> None:
    browser = site.browser("clerk-east")
    survey = site.world.task("survey", "east")["ref"]
    browser.get("/desk/month")
    counts = []
    for month in ("2026-03", "2026-07"):
        with counted_queries() as sent:
            page = browser.get(f"/desk/month?month={month}").text
        counts.append(len(sent))
        assert page.count("data-why-here") == page.count('class="due-item ')
    assert counts[0] == counts[1] <= 7
    page = browser.get("/desk/month").text
    assert f'href="/explain/{survey}"' in day(page, 20)
    assert "为什么，下一步：出租房屋排查" in day(page, 20)


def test_a_paper_leads_to_its_own_explanation(late: Site) -> None:
    draft = draft_of(late)
    issue(late, draft)
    pages = [late.browser("clerk-east").get(f"/desk/month?month=2026-0{number}").text for number in (3, 4)]
    assert any(f'href="/explain/{draft}"' in page for page in pages)


def test_a_finished_task_stays_on_its_day_and_a_withdrawn_one_does_not(site: Site) -> None:
    world = site.world
    done, gone = world.task("survey", "east")["ref"], world.task("talk", "east")["ref"]
    world.act("clerk-east", done, "accept")
    world.act("clerk-east", done, "report", {"category": "rental", "should_check": "1", "checked": "1"})
    world.act("sup1", done, "approve")
    world.act("office1", gone, "withdraw", reason="不办了")
    page = site.browser("clerk-east").get("/desk/month").text
    assert "办结：" in day(page, 20)
    assert gone not in site.browser("clerk-east").get("/desk/month?month=2026-04").text


def test_rest_days_and_working_weekends_are_marked(site: Site) -> None:
    page = site.browser("clerk-east").get("/desk/month?month=2026-10").text
    assert "rests named" in day(page, 1)
    assert "<b>休</b>" in day(page, 1)
    assert "rests" in day(page, 18)
    assert "<b>" not in day(page, 18)


@pytest.mark.parametrize("asked", ["", "2026-13", "x", "0000-01", "9999-12", "2026-3", "２０２６-03"])
def test_what_is_no_month_counts_as_the_present_one(site: Site, asked: str) -> None:
    assert "2026年3月" in site.browser("clerk-east").get("/desk/month", query_string={"month": asked}).text


def test_the_calendar_has_ends(site: Site) -> None:
    browser = site.browser("clerk-east")
    assert 'rel="prev"' not in browser.get("/desk/month?month=2004-01").text
    assert 'rel="next"' not in browser.get("/desk/month?month=2100-12").text
    assert "放假安排尚未公布" in browser.get("/desk/month?month=2100-12").text
