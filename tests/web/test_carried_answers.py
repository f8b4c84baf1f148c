"""填一次: the return of a new period begins with what seldom changes of the last one, and says so at each field."""

from __future__ import annotations

import re

import pytest

from tests.support.world import World, morning, small_campaign
from tests.web.site import Site

MONTHLY = (
    "{key: monthly, ordinal: （一）, title: 每月排查, text: 每月排查。, workflow: survey, units: [各村],"
    " cadence: {every: month, by_day: 19}}"
)
SENT = {"category": "rental", "should_check": "120", "checked": "118", "remark": "二月的话"}


def periods(world: World) -> list[str]:
    rows = world.rows(
        "SELECT t.ref FROM task t JOIN unit u ON u.id = t.unit_id WHERE u.key = 'east' AND t.assignment_id IS NOT NULL"
        " ORDER BY t.id"
    )
    return [row["ref"] for row in rows]


@pytest.mark.slow
def test_the_next_period_begins_with_category_and_base_number_marked_and_nothing_that_was_done(
    fresh_database_url: str,
) -> None:
    with World(fresh_database_url, start=morning("2026-03-02")) as world:
        world.load(small_campaign(measures=[MONTHLY]))
        site = Site(world)
        first = periods(world)[0]
        world.act("clerk-east", first, "accept")
        assert "沿用" not in site.browser("clerk-east").get(f"/tasks/{first}").text
        world.act("clerk-east", first, "report", SENT)
        world.move_to("2026-04-02")
        second = periods(world)[1]
        world.act("clerk-east", second, "accept")
        page = site.browser("clerk-east").get(f"/tasks/{second}").text
        assert page.count("请核对</span>") == 2
        assert re.search(r"沿用上期（[^）]*3月[^）]*），请核对", page)
        assert re.search(r'value="rental" selected', page)
        assert re.search(r'name="should_check" value="120"', page)
        assert re.search(r'name="should_check__as_of" value=""', page)
        assert re.search(r'name="checked" value=""', page)
        assert "二月的话" not in page.partition("最近报送的内容")[0]


def test_a_nil_return_is_asked_once_more_on_the_task_too(fresh_database_url: str) -> None:
    with World(fresh_database_url, start=morning("2026-03-02")) as world:
        world.load(small_campaign(measures=[MONTHLY]))
        page = Site(world).browser("clerk-east").get(f"/tasks/{periods(world)[0]}").text
        assert "本期没有情况，按零报告报送？" in page
        assert "确定零报告" in page
