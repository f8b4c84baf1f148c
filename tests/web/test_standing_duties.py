"""A standing duty on the screens: one card with its earlier periods, a nil return in two clicks, a row of periods."""

from __future__ import annotations

import pytest

from tests.support.kept import standing_world
from tests.support.world import World, small_campaign
from tests.web.site import Site

MONTHLY = "{key: m1, ordinal: （一）, title: 情况月报, text: 月报, workflow: return, units: [各村], cadence: {every: month, by_day: 19}}"
QUOTA = "{key: q1, ordinal: （二）, title: 集市宣传, text: 宣传, workflow: publicity, units: [west], cadence: {every: quarter, times: 3}}"


@standing_world(shown=Site)
def site(world: World) -> None:
    world.load(small_campaign(measures=[MONTHLY, QUOTA]))
    world.move_to("2026-05-25")


def task(site: Site, period: str, unit: str = "west") -> str:
    ref: str = site.world.value(
        "SELECT t.ref FROM task t JOIN unit u ON u.id = t.unit_id WHERE t.period_key = :period AND u.key = :unit",
        period=period, unit=unit,
    )  # fmt: skip
    return ref


@pytest.mark.slow
def test_the_desk_folds_the_periods_that_are_late_into_one_card(site: Site) -> None:
    desk = site.browser("clerk-west").get("/desk").text
    assert desk.count("情况月报（2026年5月）") == 1
    assert "情况月报（2026年3月）" not in desk
    assert "还有2期未办：" in desk
    assert f'href="/tasks/{task(site, "2026-03")}"' in desk
    assert "已报0次，共需3次" in desk


def test_a_nil_return_takes_two_clicks_from_the_desk(site: Site) -> None:
    clerk, ref = site.browser("clerk-west"), task(site, "2026-05")
    desk = clerk.get("/desk").text
    assert "确定零报告" in desk
    version = str(site.world.value("SELECT version FROM task WHERE ref = :ref", ref=ref))
    answer = clerk.post(f"/tasks/{ref}/nil_return", {"version": version, "next": "/desk"}, page="/desk")
    assert answer.headers["Location"].endswith("/desk")
    assert site.world.value("SELECT nil FROM task WHERE ref = :ref", ref=ref)
    assert "零报告" in site.browser("sup1").get(f"/tasks/{ref}").text


def test_a_task_shows_the_row_of_its_periods_with_their_lights(site: Site) -> None:
    page = site.browser("sup1").get(f"/tasks/{task(site, '2026-05')}").text
    row = page[page.index("各期情况") :]
    assert row.index("2026年3月") < row.index("2026年4月") < row.index("2026年5月")
    assert 'aria-current="page"' in row[: row.index("</nav>")]


def test_the_matrix_shows_the_present_period_and_counts_those_past_and_not_done(site: Site) -> None:
    site.world.move_to("2026-06-02")
    page = site.browser("boss").get(f"/campaigns/{site.world.campaign_ref}/matrix").text
    assert "west村，情况月报：本期待签收，往期未办3期，共4期" in page
    assert f'href="/tasks/{task(site, "2026-06")}"' in page


def test_the_plan_says_how_often(site: Site) -> None:
    page = site.browser("boss").get(f"/campaigns/{site.world.campaign_ref}").text
    assert "每月19日前" in page
    assert "每季度至少3次" in page
