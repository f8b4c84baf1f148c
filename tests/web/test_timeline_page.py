"""计时与升级 and 为什么是这样: what a clerk reads there, what he must not, and what it costs."""

from __future__ import annotations

import re

import pytest

from tests.web.papers import counted_queries, draft_of, issue, run_late
from tests.web.site import Site


@pytest.fixture
def late(site: Site) -> str:
    """East's survey, late enough for a draft; return its ref."""
    run_late(site)
    return str(site.world.task("survey", "east")["ref"])


def words_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


def test_the_past_stands_above_now_and_what_is_to_come_below(site: Site) -> None:
    world = site.world
    ref = world.task("survey", "east")["ref"]
    world.act("clerk-east", ref, "accept")
    world.move_to("2026-03-20")
    page = words_of(site.browser("clerk-east").get(f"/tasks/{ref}/timeline").text)
    past, coming = page.split("现在 2026年3月20日 10:00")
    for words in ("任务下达", "签收，转为“排查中”", "到期前3个工作日提醒：自动提醒联络员", "已签收，不再触发"):
        assert words in past
    for words in (
        "3月20日24:00 期限 办结期限到期", "如到3月23日9:10仍未办结：自动催办联络员、单位负责人",
        "如到3月25日9:10仍未办结：列为待处事项，由督导组决定是否发督导通知书", "期限后第3个工作日", "隔2个工作日",
        "被退回满2次，不等到日子就触发",
    ):  # fmt: skip
        assert words in coming


def test_no_page_shows_a_code_where_a_word_belongs(site: Site, late: str) -> None:
    draft = draft_of(site)
    for person, paths in (
        ("clerk-east", (f"/tasks/{late}/timeline", f"/explain/{late}")),
        ("sup1", (f"/tasks/{late}/timeline", f"/explain/{late}", f"/explain/{draft}")),
    ):
        for path in paths:
            main = site.browser(person).get(path).text.split("<main")[1].split("</main>")[0]
            left = re.findall(r"[a-z]{3,}_[a-z_]+|None|\bfinish\b|\brung\b", words_of(main))
            assert left == [], path


def test_the_task_the_desk_the_workbench_the_list_and_the_paper_lead_there(site: Site, late: str) -> None:
    clerk, supervisor = site.browser("clerk-east"), site.browser("sup1")
    assert f'href="/tasks/{late}/timeline"' in clerk.get(f"/tasks/{late}").text
    assert f'href="/explain/{late}"' in clerk.get("/desk").text
    assert re.search(r'href="/explain/DC-2026-\d+"', supervisor.get("/workbench/findings").text)
    assert f'href="/explain/{late}"' in supervisor.get(f"/campaigns/{site.world.campaign_ref}/tasks").text
    draft = draft_of(site)
    task = site.world.value("SELECT t.ref FROM task t JOIN notice n ON n.task_id = t.id WHERE n.ref = :ref", ref=draft)
    assert f'href="/tasks/{task}/timeline"' in supervisor.get(f"/notices/{draft}").text


def test_page_and_json_say_the_same_sentences(site: Site, late: str) -> None:
    clerk = site.browser("clerk-east")
    found = clerk.get(f"/explain/{late}.json")
    assert found.mimetype == "application/json"
    page = words_of(clerk.get(f"/explain/{late}").text)
    assert found.json is not None
    assert found.json["ref"] == late
    for line in found.json["lines"]:
        assert re.sub(r"\s+", " ", line) in page


def test_a_unit_reads_of_no_finding_before_its_paper_is_issued(site: Site, late: str) -> None:
    world = site.world
    finding = world.value(
        "SELECT min(ref) FROM finding WHERE task_id = (SELECT id FROM task WHERE ref = :ref)", ref=late
    )
    clerk = site.browser("clerk-east")
    for path in (f"/explain/{finding}", f"/explain/{finding}.json"):
        assert clerk.get(path).status_code == 404
    for path in (f"/tasks/{late}/timeline", f"/explain/{late}", f"/explain/{late}.json"):
        assert "DC-2026" not in clerk.get(path).text, path
    issue(site, draft_of(site))
    assert any(
        clerk.get(f"/explain/{row['ref']}").status_code == 200
        for row in world.rows("SELECT ref FROM finding WHERE status = 'issued'")
    )


@pytest.mark.slow
def test_both_pages_ask_the_database_a_fixed_number_of_times(site: Site, late: str) -> None:
    world = site.world
    paths = (f"/tasks/{late}/timeline", f"/explain/{late}")
    asked = []
    for day in ("2026-04-10", "2026-05-29"):
        world.move_to(day)
        browser = site.browser("clerk-east")
        for path in paths:
            browser.get(path)
            with counted_queries() as sent:
                assert browser.get(path).status_code == 200
            asked.append(len(sent))
    assert asked[:2] == asked[2:]
    assert max(asked) <= 40
