"""The matrix: each duty one cell, its worst light, one query; the SQL's lights are the domain's."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import text

from tests.web.conftest import Site
from tests.web.crowds import add_units
from tests.web.papers import counted_queries, report_problems, run_late
from tracker.domain.lights import light_of
from tracker.domain.values import local_date
from tracker.persistence.queries.lights import LIGHT, light_moment
from tracker.web.campaign.views import MATRIX_UNITS


def cells(page: str) -> dict[str, str]:
    """Return what a screen reader says of each cell → its class."""
    found = re.findall(r'<td class="cell-(\w+)"><a href="[^"]*" title="([^"]*)"', page)
    return {spoken: light for light, spoken in found}


def test_each_duty_shows_its_light_in_words_and_leads_to_its_task(late: Site) -> None:
    page = late.browser("boss").get(f"/campaigns/{late.world.campaign_ref}/matrix").text
    assert cells(page)["east村，出租房屋排查：逾期"] == "late"
    assert cells(page)["west村，集市宣传：正常"] == "normal"
    assert f'href="/tasks/{late.world.task("survey", "east")["ref"]}"' in page


@pytest.mark.slow
def test_a_cell_of_several_tasks_shows_the_worst_and_leads_to_their_list(site: Site) -> None:
    report_problems(site, "east", ("甲处", "乙处"))
    site.world.move_to("2026-06-02")  # the problems' limit, 29 May, is past; the return waits for review
    url = f"/campaigns/{site.world.campaign_ref}"
    page = site.browser("boss").get(f"{url}/matrix").text
    assert cells(page)["east村，出租房屋排查：逾期，共3项，显示最差的一项"] == "late"
    assert "/tasks?unit=east&amp;measure=survey" in page
    listed = site.browser("boss").get(f"{url}/tasks?unit=east&measure=survey").text
    assert "共3项" in listed


def test_filters_by_kind_and_by_light(site: Site) -> None:
    run_late(site, "2026-03-10")
    site.world.act("office1", site.world.task("survey", "west")["ref"], "withdraw", reason="合并")
    url = f"/campaigns/{site.world.campaign_ref}/matrix"
    page = site.browser("boss").get(f"{url}?light=withdrawn").text
    assert "west村" in page
    assert "east村" not in page
    assert "没有符合条件的单位" in site.browser("boss").get(f"{url}?kind=bank").text
    assert "east村" in site.browser("boss").get(f"{url}?kind=village").text


def whys(page: str) -> list[tuple[str, str]]:
    """Return where each cell explains itself, and where its explanation leads on."""
    return re.findall(r'<a href="/explain/([^"]+)" title="[^"]*" data-why-here data-why-open="([^"]+)"', page)


def test_on_asking_each_cell_says_why_of_the_task_whose_light_it_shows(late: Site) -> None:
    browser, url = late.browser("boss"), f"/campaigns/{late.world.campaign_ref}/matrix"
    assert whys(browser.get(url).text) == []
    page = browser.get(f"{url}?why=1&kind=village").text
    survey = late.world.task("survey", "east")["ref"]
    assert (survey, f"/tasks/{survey}") in whys(page)
    assert len(whys(page)) == 4
    assert "打开任务" in page
    assert 'name="why" value="1"' in page  # filters keep it
    assert f'href="{url}?kind=village"' in page


def test_a_cell_of_several_tasks_explains_the_worst_of_them(site: Site) -> None:
    report_problems(site, "east", ("甲处", "乙处"))
    site.world.move_to("2026-06-02")
    page = site.browser("boss").get(f"/campaigns/{site.world.campaign_ref}/matrix?why=1").text
    (worst,) = [ref for ref, leads in whys(page) if "unit=east" in leads]
    late = [
        row["ref"] for row in site.world.rows("SELECT ref FROM task WHERE workflow_key = 'rectification' ORDER BY id")
    ]
    assert worst == late[0]
    assert site.browser("boss").get(f"/explain/{worst}").status_code == 200


def test_explanations_on_asking_cost_no_query(site: Site) -> None:
    browser, url = site.browser("boss"), f"/campaigns/{site.world.campaign_ref}/matrix"
    counts = []
    for query in ("", "?why=1"):
        browser.get(url + query)
        with counted_queries() as sent:
            browser.get(url + query)
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 10


def test_no_query_is_asked_for_a_row_or_a_cell(site: Site) -> None:
    browser, url = site.browser("boss"), f"/campaigns/{site.world.campaign_ref}/matrix"
    browser.get(url)
    with counted_queries() as sent:
        browser.get(url)
    about_cells = [statement for statement in sent if "measure" in statement and "assignment" in statement]
    assert len(about_cells) <= 4, "whether the campaign may be seen, its measures, a page of units, their cells"


def test_the_light_of_a_list_is_the_light_of_the_domain(site: Site) -> None:
    container = site.world.container
    now, calendar = site.world.clock.now(), container.calendars.newest()
    task_id, ref = (site.world.task("survey", "east")[name] for name in ("id", "ref"))
    shifts = (-5, -1, 0, 1, 3, 4, 6, 9)
    site.world.act("clerk-east", ref, "accept")
    asking = {"wanted_on": "2026-12-01", "reason": "等待上级核定。", "progress": "已查八成。"}
    assert site.browser("clerk-east").post(f"/tasks/{ref}/extension", asking, page=f"/tasks/{ref}").status_code == 302
    with container.reading() as session:
        for final, done, sent_back, waits, running, asked, shift in product(
            (False, True), (False, True), (False, True), ("unit", "supervisor"), (False, True), (False, True), shifts
        ):
            due_at = now + timedelta(days=shift)
            given = {
                "task": task_id, "final": final, "done": done, "sent_back": sent_back, "waits": waits,
                "due_at": due_at, "due_on": local_date(due_at), "status": "running" if running else "held",
            }  # fmt: skip
            session.execute(
                text("UPDATE task SET final = :final, done = :done, sent_back = :sent_back, waits_for = :waits,"
                     " due_on = :due_on, due_at = :due_at WHERE id = :task"),
                given,
            )  # fmt: skip
            session.execute(
                text(
                    "UPDATE clock SET status = :status, next_fire_at = NULL WHERE task_id = :task AND name = 'accept'"
                ),
                given,
            )
            session.execute(
                text("UPDATE extension SET status = :asked WHERE task_id = :task"),
                {"task": task_id, "asked": "asked" if asked else "refused"},
            )
            row = session.execute(
                text(f"SELECT {LIGHT} FROM task t WHERE t.id = :task"), {"task": task_id, **light_moment(now, calendar)}
            )
            expected = light_of(
                done=done, final=final, withdrawn=final and not done, sent_back=sent_back, waits_for=waits,
                to_accept=running, due_on=local_date(due_at), due_at=due_at, now=now, calendar=calendar,
                asked=asked,
            )  # fmt: skip
            assert row.scalar_one() == expected.code, given


def test_a_narrowed_matrix_says_so_and_leads_back(site: Site) -> None:
    url = f"/campaigns/{site.world.campaign_ref}/matrix"
    page = site.browser("boss").get(f"{url}?kind=village").text
    assert re.search(r'role="status">已筛选：.*?共2个单位。<a href="' + url, page)
    assert "已筛选" not in site.browser("boss").get(url).text


def test_many_units_come_in_pages_and_all_at_once_to_be_printed(late: Site) -> None:
    """Thousands of cells make a slow page that nobody reads to its end."""
    add_units(late, MATRIX_UNITS)
    browser, url = late.browser("boss"), f"/campaigns/{late.world.campaign_ref}/matrix"
    first, last, whole = (browser.get(url + query).text for query in ("", "?page=2", "?whole=1"))
    units = [re.findall(r'<tr><th scope="row"><a href="[^"]*">([^<]+)</a>', page) for page in (first, last, whole)]
    assert len(units[0]) == MATRIX_UNITS
    assert units[0] + units[1] == units[2]
    assert len(set(units[2])) == MATRIX_UNITS + 2
    for page in (first, last, whole):
        assert f"{MATRIX_UNITS + 2}个单位，2项措施" in page
    assert "第1页，共2页" in first
    assert "打印用" in first
    assert "第1页" not in whole
    assert f'href="{url}?why=1&amp;page=2"' in last, "asking why stays on the page"
    beyond = browser.get(f"{url}?page=99").text
    assert units[0] == re.findall(r'<tr><th scope="row"><a href="[^"]*">([^<]+)</a>', beyond)
    late_ones = browser.get(f"{url}?light=late").text
    assert re.findall(r'<tr><th scope="row"><a href="[^"]*">([^<]+)</a>', late_ones) == ["east村", "west村"]
    with counted_queries() as sent:
        browser.get(url)
    assert len(sent) <= 10
