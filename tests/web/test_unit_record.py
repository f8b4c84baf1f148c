"""The record of a unit: its sums are the ledger's, its lateness divides, and only those who follow it see it."""

from __future__ import annotations

import re

import pytest

from tests.web.conftest import Site
from tests.web.papers import SURVEY, counted_queries, draft_of, issue, run_late
from tests.web.two_offices import TwoOffices


def record(site: Site, village: str = "east") -> str:
    return f"/units/{site.world.value('SELECT id FROM unit WHERE key = :key', key=village)}/record"


def figure(page: str, title: str) -> int:
    found = re.search(rf"{title}</span><strong>(\d+)<", page)
    assert found, title
    return int(found[1])


def late_parts(page: str) -> dict[str, int]:
    box = page[page.index('id="lateness"') : page.index("</tfoot>")]
    return {title: int(days) for title, days in re.findall(r"([^<>]+)</th><td class=\"number\">(\d+)<", box)}


def test_the_counts_are_those_of_the_ledger_of_tasks(late: Site) -> None:
    browser = late.browser("boss")
    page, ledger = browser.get(record(late)).text, browser.get("/ledger/tasks?unit=east").text
    tally = ledger[ledger.index("ledger-total") :]
    for title in ("逾期", "正常"):
        assert f"{title} <strong>{figure(page, title)}</strong>" in tally
    assert figure(page, "逾期") == 1


def test_lateness_that_lies_with_the_unit_is_its_own(site: Site) -> None:
    run_late(site, "2026-03-25")
    parts = late_parts(site.browser("sup1").get(record(site)).text)
    assert parts == {"本单位自身": 3, "接手已晚": 0, "等待审核、答复": 0, "经批准延期": 0, "合计": 3}


def test_days_after_the_report_are_waiting_and_the_sum_still_fits(site: Site) -> None:
    run_late(site, "2026-03-24")
    site.world.act("clerk-east", site.world.task("survey", "east")["ref"], "report", SURVEY)
    site.world.move_to("2026-03-27")
    page = site.browser("sup1").get(record(site)).text
    assert late_parts(page) == {"本单位自身": 2, "接手已晚": 0, "等待审核、答复": 3, "经批准延期": 0, "合计": 5}
    assert figure(page, "逾期") == 0


def test_an_extension_that_was_granted_is_told_apart(site: Site) -> None:
    run_late(site, "2026-03-18")
    task = site.world.task("survey", "east")
    extensions = site.world.container.extensions
    extensions.ask(
        site.world.viewer("clerk-east"), task_ref=task["ref"], expected_version=task["version"],
        wanted_on="2026-03-24", reason="村民外出", progress="过半",
    )  # fmt: skip
    task = site.world.task("survey", "east")
    extensions.decide(
        site.world.viewer("sup1"), task_ref=task["ref"], expected_version=task["version"], grant=True,
        granted_on="2026-03-24", reason="同意",
    )  # fmt: skip
    site.world.move_to("2026-03-26")
    parts = late_parts(site.browser("sup1").get(record(site)).text)
    assert parts == {"本单位自身": 2, "接手已晚": 0, "等待审核、答复": 0, "经批准延期": 2, "合计": 4}


def test_papers_people_and_tasks_stand_on_it_and_numbers_do_not(late: Site) -> None:
    ref = draft_of(late)
    assert ref not in late.browser("clerk-east").get(record(late)).text
    issue(late, ref)
    page = late.browser("clerk-east").get(record(late)).text
    assert f"/notices/{ref}" in page
    assert late.world.task("survey", "east")["ref"] in page
    assert "clerk-east" in page
    assert "@example.invalid" not in page


@pytest.mark.parametrize(("person", "village", "status"), [
    ("boss", "east", 200), ("sup1", "west", 200), ("office1", "west", 200), ("clerk-east", "east", 200),
    ("area", "east", 200), ("clerk-east", "west", 404), ("area", "west", 404), ("security", "east", 404),
    ("system", "east", 404),
])  # fmt: skip
def test_it_is_shown_to_those_who_follow_the_unit(site: Site, person: str, village: str, status: int) -> None:
    assert site.browser(person).get(record(site, village)).status_code == status


def test_the_neighbours_office_follows_its_own_part_only(two_offices: TwoOffices) -> None:
    with two_offices.site() as site:
        shown = {who: site.browser(who).get(record(site)).text for who in ("boss", "n-boss")}
    papers = two_offices.doors["issued"]
    assert "测试专项行动" in shown["boss"]
    assert papers in shown["boss"]
    assert "邻办专项行动" not in shown["boss"]
    assert "n-east" not in shown["boss"]
    assert "邻办专项行动" in shown["n-boss"]
    assert "测试专项行动" not in shown["n-boss"]
    assert papers not in shown["n-boss"]
    assert two_offices.doors["task"] not in shown["n-boss"]
    assert figure(shown["n-boss"], "逾期") == 0


@pytest.mark.slow
def test_the_number_of_queries_is_the_same_whatever_the_unit_did(site: Site) -> None:
    browser, path = site.browser("sup1"), record(site)
    browser.get(path)
    with counted_queries() as before:
        browser.get(path)
    run_late(site, "2026-04-03")
    issue(site, draft_of(site))
    browser = site.browser("sup1")
    browser.get(path)
    with counted_queries() as after:
        browser.get(path)
    assert len(after) == len(before)


def test_a_units_name_leads_there_from_the_lists(late: Site) -> None:
    browser, wanted = late.browser("sup1"), f'href="{record(late)}"'
    campaign = f"/campaigns/{late.world.campaign_ref}"
    for path in ("/workbench/findings", f"{campaign}/matrix", f"{campaign}/tasks", "/ledger/tasks"):
        assert wanted in browser.get(path).text, path


@pytest.mark.slow
def test_beside_every_light_of_a_list_stands_why_it_is_so_and_what_comes_next(late: Site) -> None:
    issue(late, draft_of(late))
    campaign = f"/campaigns/{late.world.campaign_ref}"
    for person, path in (
        ("clerk-east", "/desk"), ("sup1", record(late)), ("sup1", f"{campaign}/tasks"), ("sup1", "/notices"),
    ):  # fmt: skip
        browser = late.browser(person)
        page = browser.get(path).text
        lights = len(re.findall(r'class="light light-(?!done)', page))
        whys = re.findall(r'href="(/explain/[^"]+)" data-why-here', page)
        assert len(whys) >= lights > 0, path
    said = browser.get(
        late.world.value("SELECT '/explain/' || ref FROM task WHERE title = '出租房屋排查' LIMIT 1")
    ).text
    assert re.search(r"如到4月1日9:10仍未办结：.*约谈通知书，同时告知领导小组领导", said)
