"""What rose to the unit above the office is found on its head's desk, decided there, and gone from there."""

from __future__ import annotations

from datetime import date

from tests.web.papers import draft_of, run_late, step
from tests.web.site import Site
from tracker.domain.values import Role


def with_mayor_and_one_supervisor(site: Site) -> str:
    """Give the town a head, leave one supervisor at the office, and let that one put a draft up; return its ref."""
    world, people = site.world, site.world.container.people
    run_late(site)
    mayor = people.add_person(name="mayor", by=None)
    town = world.value("SELECT id FROM unit WHERE key = 'town'")
    people.give_post(person_id=mayor, unit_id=town, role=Role.HEAD, by=None)
    world.person_ids = {**world.person_ids, "mayor": mayor}
    for key in ("sup2", "boss", "office1"):
        post = world.value("SELECT id FROM post WHERE person_id = :person", person=world.person_ids[key])
        people.end_post(post, ends_on=date(2026, 3, 24), by=None)
    ref = draft_of(site)
    assert step(site.browser("sup1"), ref, "seal").status_code == 302
    return ref


def test_the_head_above_finds_it_on_the_desk_decides_and_is_led_back(site: Site) -> None:
    ref = with_mayor_and_one_supervisor(site)
    mayor = site.browser("mayor")
    desk = mayor.get("/desk").text
    assert "转请决定" in desk
    assert f"/notices/{ref}" in desk
    assert "批准" in mayor.get(f"/notices/{ref}").text
    answer = step(mayor, ref, "approve")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/desk")
    after = mayor.get("/desk").text
    assert "已批准" in after
    assert f"/notices/{ref}" not in after
    assert mayor.get(f"/notices/{ref}").status_code == 404


def test_the_workbench_says_that_it_rose_and_the_paper_shows_the_step(site: Site) -> None:
    ref = with_mayor_and_one_supervisor(site)
    supervisor = site.browser("sup1")
    assert "已转请上一级单位决定" in supervisor.get("/workbench").text
    assert "转请上一级单位决定" in supervisor.get(f"/notices/{ref}").text


def test_nobody_else_finds_a_section_of_it(site: Site) -> None:
    with_mayor_and_one_supervisor(site)
    assert "转请决定" not in site.browser("head-east").get("/desk").text
    assert 'id="risen"' not in site.browser("sup1").get("/workbench").text
