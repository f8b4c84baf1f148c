"""The help says of each kind of work what the files say, to everybody who is signed in."""

from __future__ import annotations

import pytest

from tests.support.world import WORKFLOWS
from tests.web.conftest import Site
from tracker.definitions.catalog import load_catalog
from tracker.web.help.presenters import present_help

CATALOG = load_catalog(WORKFLOWS)


def test_every_kind_of_work_is_listed_and_explained(site: Site) -> None:
    browser = site.browser("clerk-east")
    listed = browser.get("/help").text
    for key, workflow in CATALOG.workflows.items():
        assert f'href="/help/{key}">{workflow.title}</a>' in listed
        page = browser.get(f"/help/{key}")
        assert page.status_code == 200
        for state in workflow.states.values():
            assert state.title in page.text
        for form in workflow.forms.values():
            assert all(field.title in page.text for field in form.fields)


def test_how_a_visit_goes_is_told_to_those_who_go_and_to_the_visited(site: Site) -> None:
    browser = site.browser("clerk-east")
    assert 'href="/help/visits"' in browser.get("/help").text
    text = browser.get("/help/visits").text
    assert "2小时内有效，输错5次作废" in text
    assert "不接受检查" in text
    assert "原则上每部门每年不超过1项" in text


def test_the_task_page_and_the_navigation_lead_to_the_help(site: Site) -> None:
    ref = site.world.task("survey", "east")["ref"]
    page = site.browser("clerk-east").get(f"/tasks/{ref}").text
    assert 'href="/help/survey"' in page
    assert '<a href="/help"' in page
    assert '<a href="/help"' in site.browser("security").get("/help").text


@pytest.mark.parametrize("key", sorted(CATALOG.workflows))
def test_the_help_tells_who_acts_until_when_and_what_happens_when_late(key: str) -> None:
    page = present_help(CATALOG.workflows[key], CATALOG.ladders.get)
    for state in page.states:
        assert state.final or (state.waits and state.moves)
        assert all(move.by and move.to for move in state.moves)
    for clock in page.clocks:
        assert clock.limit
        assert clock.where
        assert all(rung.when and rung.what and rung.to for rung in clock.rungs)


def test_help_reads_as_the_ladder_is(site: Site) -> None:
    text = site.browser("boss").get("/help/control").text
    assert "从转入之日的次日起1个工作日" in text
    assert "逾期3个工作日09:10，或被退回2次，或复查不合格1次" in text
    assert "不能由办理“报送管控情况”的同一个人来办" in text
    assert "建档率" in text
    assert site.browser("boss").get("/help/unheard_of").status_code == 404
    assert "/login" in site.browser().get("/help").location
