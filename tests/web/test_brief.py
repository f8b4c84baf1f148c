"""The leader's page: what needs him, why, and the button; the others have theirs elsewhere."""

from __future__ import annotations

import re

import pytest

from tests.web.conftest import Site
from tests.web.papers import counted_queries, draft_of, run_late, step


def needs(page: str) -> list[str]:
    return re.findall(r'class="need-title">([^<]+)', page)


def test_a_draft_put_up_needs_the_leader_with_its_reason_and_one_button(late: Site) -> None:
    ref = draft_of(late)
    leader = late.browser("boss")
    assert not [one for one in needs(leader.get("/brief").text) if one.startswith("east村 · ")]
    step(late.browser("sup1"), ref, "seal")
    page = leader.get("/brief").text
    assert "east村 · 督导通知书" in needs(page)
    assert f'href="/notices/{ref}">去审批' in page
    assert "待审批" in page


def test_what_others_let_lie_is_said_with_whom_to_ask(site: Site) -> None:
    run_late(site, "2026-04-03")
    page = site.browser("boss").get("/brief").text
    assert [one for one in needs(page) if re.fullmatch(r"督导组有\d+件超过处理期限 ?", one)]


def test_there_are_ten_lines_at_most_and_the_rest_is_counted(site: Site) -> None:
    run_late(site, "2026-04-20")
    page = site.browser("boss").get("/brief").text
    assert 0 < len(needs(page)) <= 10


def test_a_campaign_stands_in_a_line_with_the_figures_of_the_list(late: Site) -> None:
    leader = late.browser("boss")
    listed = leader.get("/campaigns").text
    found = re.search(r"任务(\d+)项，办结(\d+)项，逾期<strong[^>]*>(\d+)", listed)
    assert found
    tasks, done, late = found.groups()
    page = leader.get("/brief").text
    assert f"办结<strong>{done}</strong>/{tasks}项" in page
    assert re.search(rf"逾期<strong[^>]*>{late}</strong>项", page)


def test_the_mail_of_the_week_is_switched_off_and_on_there(site: Site) -> None:
    leader, path = site.browser("boss"), f"/campaigns/{site.world.campaign_ref}/weekly"
    assert "发下一封" in leader.get("/brief").text
    leader.post(path, {"on": "no"}, page="/brief")
    assert "没有在发" in leader.get("/brief").text
    leader.post(path, {"on": "yes"}, page="/brief")
    assert "发下一封" in leader.get("/brief").text


def test_a_leader_begins_the_day_there(site: Site) -> None:
    assert site.browser("boss").get("/").headers["Location"].endswith("/brief")


@pytest.mark.parametrize("person", ["sup1", "office1", "clerk-east", "head-east", "area", "security", "system"])
def test_for_everybody_else_it_does_not_exist(site: Site, person: str) -> None:
    assert site.browser(person).get("/brief").status_code == 404


def test_the_number_of_queries_does_not_grow_with_what_is_late(site: Site) -> None:
    leader = site.browser("boss")
    leader.get("/brief")
    with counted_queries() as before:
        leader.get("/brief")
    run_late(site, "2026-04-03")
    leader = site.browser("boss")
    leader.get("/brief")
    with counted_queries() as after:
        leader.get("/brief")
    assert len(after) == len(before)
