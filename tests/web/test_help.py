"""The help says of each kind of work what the files say, to everybody who is signed in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.help_pictures import CUTS, HELP
from tests.support.world import WORKFLOWS
from tests.web.conftest import Site
from tracker.definitions.catalog import load_catalog
from tracker.domain.values import ROLE_TITLES, Role
from tracker.web.help.presenters import present_help

CATALOG = load_catalog(WORKFLOWS)
TEMPLATES = Path(__file__).parents[2] / "tracker" / "web" / "templates"


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


HOLDERS = {
    "liaison": "clerk-east", "head": "head-east", "area_leader": "area", "supervisor": "sup1", "office": "office1",
    "leader": "boss", "system_admin": "system", "security_admin": "security", "audit_admin": "audit",
}  # fmt: skip


def test_the_guide_of_ones_own_post_comes_first(site: Site) -> None:
    listed = re.findall(r'href="/help/roles/(\w+)"', site.browser("sup1").get("/help").text)
    assert listed[0] == "supervisor"
    assert sorted(listed) == sorted(role.value for role in Role)


@pytest.mark.parametrize("role", sorted(role.value for role in Role))
def test_everybody_may_read_every_guide(site: Site, role: str) -> None:
    page = site.browser("clerk-east").get(f"/help/roles/{role}")
    assert page.status_code == 200
    assert ROLE_TITLES[Role(role)] in page.text


@pytest.mark.parametrize(("role", "person"), sorted(HOLDERS.items()))
def test_a_guide_leads_only_where_its_reader_may_go(site: Site, role: str, person: str) -> None:
    browser = site.browser(person)
    text = (TEMPLATES / "help" / "roles" / f"{role}.html").read_text(encoding="utf-8")
    for path in re.findall(r'href="(/[^"]*)"', text):
        assert browser.get(path, follow_redirects=True).status_code == 200, path


def test_a_post_that_there_is_not_has_no_guide(site: Site) -> None:
    assert site.browser("clerk-east").get("/help/roles/mayor").status_code == 404


def test_the_guides_show_the_pictures_that_were_taken_and_no_others() -> None:
    shown = set()
    for file in (TEMPLATES / "help" / "roles").glob("*.html"):
        for picture, words in re.findall(
            r'call step\("[^"]+", "([\w-]+)", "([^"]+)"', file.read_text(encoding="utf-8")
        ):
            shown.add(picture)
            assert words, f"{picture} says nothing to those who do not see it"
    assert shown == set(CUTS) == {file.stem for file in HELP.glob("*.webp")}
    assert all(file.stat().st_size < 80_000 for file in HELP.glob("*.webp"))
