"""The desk: what a village clerk sees, and whose it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from tests.support.world import World, morning, small_campaign
from tests.web.conftest import MEASURES, Site


def group_of(page: str, ref: str) -> str:
    """Return the id of the group in which a task stands."""
    before = page[: page.index(f'href="/tasks/{ref}"')]
    return re.findall(r'<section class="group" id="(\w+)"', before)[-1]


def test_a_clerk_sees_the_own_village_only_and_signs_with_one_button(site: Site) -> None:
    browser = site.browser("clerk-east")
    page = browser.get("/desk").text
    mine, foreign = site.world.task("survey", "east"), site.world.task("survey", "west")
    assert group_of(page, mine["ref"]) == "to_accept"
    assert "3月20日 周五" in page
    assert foreign["ref"] not in page
    answer = browser.post(f"/tasks/{mine['ref']}/accept", {"version": mine["version"], "next": "/desk"})
    assert answer.headers["Location"] == "/desk"
    assert group_of(browser.get("/desk").text, mine["ref"]) == "working"


def test_all_tasks_are_signed_for_at_once_and_a_changed_one_is_named(site: Site) -> None:
    browser = site.browser("clerk-east")
    survey, talk = site.world.task("survey", "east"), site.world.task("talk", "east")
    browser.post("/desk/accept", {"task": [f"{survey['ref']}:{survey['version']}", f"{talk['ref']}:77"]})
    page = browser.get("/desk").text
    assert "已签收1项任务" in page
    assert f"没有签收，请逐项查看：{talk['ref']}" in page


def test_each_stage_of_a_task_stands_in_its_group(site: Site) -> None:
    world, browser = site.world, site.browser("clerk-east")
    ref = world.task("talk", "east")["ref"]
    survey = world.task("survey", "east")["ref"]
    world.act("clerk-east", ref, "accept")
    world.act("clerk-east", survey, "accept")
    assert group_of(browser.get("/desk").text, ref) == "working"
    world.move_to("2026-03-18")
    assert group_of(site.browser("clerk-east").get("/desk").text, survey) == "due_soon"
    world.move_to("2026-03-25")
    page = site.browser("clerk-east").get("/desk").text
    assert group_of(page, survey) == "late"
    assert "3月20日 周五</time> · 已超3个工作日" in page
    assert "已催办1次" in page


def test_the_area_leader_urges_and_does_not_act(site: Site) -> None:
    browser = site.browser("area")
    page = browser.get("/desk").text
    ref = site.world.task("survey", "east")["ref"]
    assert f'action="/tasks/{ref}/urge"' in page
    assert f'action="/tasks/{ref}/accept"' not in page
    assert site.world.task("survey", "west")["ref"] not in page
    assert browser.post(f"/tasks/{ref}/urge", {"text": "请抓紧", "next": "/desk"}).headers["Location"] == "/desk"


def test_the_problem_ledger_adds_up(site: Site) -> None:
    page = site.browser("clerk-east").get("/desk/problems").text
    assert "还没有登记过问题" in page


@contextmanager
def counted(world: World) -> Iterator[list[str]]:
    statements: list[str] = []
    engine = world.container._engine

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_a_desk_of_many_tasks_asks_the_database_no_more_often(fresh_database_url: str) -> None:
    """One query for each kind of row, whatever their number: 3 tasks and 120 tasks cost the same."""
    measures = [
        f"{{key: m{n}, ordinal: （{n}）, title: 宣传{n}, text: 宣传。, workflow: publicity, units: [{unit}],"
        " due: {by_date: 2026-04-30}}"
        for unit, count in (("east", 3), ("west", 120))
        for n in range(100 if unit == "west" else 1, (100 if unit == "west" else 1) + count)
    ]
    with World(fresh_database_url, start=morning("2026-03-02")) as world:
        world.load(small_campaign(measures=measures))
        site = Site(world)
        few, many = site.browser("clerk-east"), site.browser("clerk-west")
        few.get("/desk")
        with counted(world) as small:
            assert few.get("/desk").text.count('class="card ') == 3
        with counted(world) as large:
            assert many.get("/desk").text.count('class="card ') == 120
        assert len(large) == len(small)


def test_a_campaign_is_named_once_there_are_two(site: Site) -> None:
    assert "测试专项行动" not in site.browser("clerk-east").get("/desk").text
    text = small_campaign(measures=MEASURES[:1]).replace("key: test_campaign", "key: second_campaign")
    site.world.load(text.replace("title: 测试专项行动", "title: 第二次行动"))
    page = site.browser("clerk-east").get("/desk").text
    assert "测试专项行动" in page
    assert "第二次行动" in page


def test_the_day_stands_in_figures_that_lead_to_their_groups(site: Site) -> None:
    world = site.world
    page = site.browser("clerk-east").get("/desk").text
    assert re.search(r'href="#to_accept"><span class="tile-number">2</span>', page)
    assert re.search(r'tile-none"><span class="tile-number">0</span>[^\n]*逾期', page)
    assert "今天3月2日 周一，工作日。" in page
    assert "最近一项3月20日（周五）到期。" in page
    world.act("clerk-east", world.task("survey", "east")["ref"], "accept")
    world.move_to("2026-03-20")
    assert "今天到期1项。" in site.browser("clerk-east").get("/desk").text


def test_a_late_row_says_what_comes_next_when_and_to_whom_as_the_explanation_does(site: Site) -> None:
    world, ref = site.world, site.world.task("survey", "east")["ref"]
    world.act("clerk-east", ref, "accept")
    world.move_to("2026-03-24")
    browser = site.browser("clerk-east")
    said = re.search(r"下一步：到(\d+月\d+日\d+:\d\d)仍未办结的，([^。]+)。", browser.get("/desk").text)
    assert said
    assert said[2].startswith("列为待处事项，由督导组决定是否发督导通知书")
    assert f"如到{said[1]}仍未办结：{said[2]}" in browser.get(f"/explain/{ref}").text


def test_each_row_leads_to_its_explanation_in_one_step(site: Site) -> None:
    browser, ref = site.browser("clerk-east"), site.world.task("survey", "east")["ref"]
    assert f'href="/explain/{ref}" data-why-here' in browser.get("/desk").text
    said = browser.get(f"/explain/{ref}").text
    assert "联络员" in said  # to whom
    assert re.search(r"3月\d+日", said)  # when


def test_days_of_waiting_for_the_supervisors_are_said_not_to_be_the_unit_s(site: Site) -> None:
    world, ref = site.world, site.world.task("survey", "east")["ref"]
    world.act("clerk-east", ref, "accept")
    world.act("clerk-east", ref, "report", {"category": "rental", "should_check": "1", "checked": "1"})
    world.move_to("2026-03-25")
    world.act("sup1", ref, "return", reason="数字不对")
    world.move_to("2026-03-27")
    page = site.browser("clerk-east").get("/desk").text
    assert "已超5个工作日" in page
    assert re.search(r"其中属于本单位的逾期[12]个工作日，等待审核的日子不计。", page)
