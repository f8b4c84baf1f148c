"""Judging a return: beside it stand what was sent before, the last period and the target; reasons are at hand."""

from __future__ import annotations

import io
import re

from tests.support.kept import standing_world
from tests.support.world import World, small_campaign
from tests.web.papers import SURVEY
from tests.web.site import Site
from tests.web.test_task_page import photo

MONTHLY = "{key: m1, ordinal: （一）, title: 排查月报, text: 月报, workflow: survey, units: [各村], cadence: {every: month, by_day: 19}}"
OWN_REASONS = "reasons: {send_back: [请附签到表, 数字要与台账一致]}"


def bring(site: Site) -> None:
    report(site, "2026-03", checked="100")
    site.world.move_to("2026-04-10")
    report(site, "2026-04", checked="40")


def report(site: Site, period: str, checked: str) -> None:
    ref = task(site, period)
    site.world.act("clerk-east", ref, "accept")
    site.world.act("clerk-east", ref, "report", {**SURVEY, "checked": checked})


def task(site: Site, period: str) -> str:
    ref: str = site.world.value(
        "SELECT t.ref FROM task t JOIN unit u ON u.id = t.unit_id WHERE t.period_key = :period AND u.key = 'east'",
        period=period,
    )
    return ref


@standing_world(shown=Site)
def site(world: World) -> None:
    world.load(small_campaign(measures=[MONTHLY], settings=[OWN_REASONS]))
    bring(Site(world))


def beside(page: str) -> str:
    box = page[page.index('id="beside-title"') :]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", box[: box.index("</section>")]))


def test_the_last_period_stands_beside_and_a_striking_change_is_marked(site: Site) -> None:
    page = beside(site.browser("sup1").get(f"/tasks/{task(site, '2026-04')}").text)
    assert re.search(r"40 +100 +⚠ +比上期少60", page)
    assert "与上期相同" in page  # 应排查数
    assert "2026年3月" in page


def test_what_was_sent_before_the_return_stands_beside_too(site: Site) -> None:
    ref = task(site, "2026-04")
    site.world.act("sup1", ref, "return", reason="数字不对")
    site.world.act("clerk-east", ref, "report", {**SURVEY, "checked": "99"})
    page = beside(site.browser("sup1").get(f"/tasks/{ref}").text)
    assert "退回前" in page
    assert re.search(r"99 +40 +100", page)


def test_the_unit_itself_reads_its_return_without_the_comparison(site: Site) -> None:
    assert 'id="beside-title"' not in site.browser("clerk-east").get(f"/tasks/{task(site, '2026-04')}").text


def test_reasons_of_the_campaign_are_offered_and_recorded(site: Site) -> None:
    ref, browser = task(site, "2026-04"), site.browser("sup1")
    assert "请附签到表" in browser.get(f"/tasks/{ref}").text
    browser.post(
        f"/tasks/{ref}/return", {"picked_reason": "请附签到表", "reason": "四月十日那次"}, page=f"/tasks/{ref}"
    )
    unit = site.browser("clerk-east").get(f"/tasks/{ref}").text
    assert "请附签到表；四月十日那次" in unit


def test_sending_back_without_any_reason_is_refused(site: Site) -> None:
    ref = task(site, "2026-04")
    answer = site.browser("sup1").post(f"/tasks/{ref}/return", {"reason": ""}, page=f"/tasks/{ref}")
    assert answer.status_code == 422
    assert site.world.value("SELECT state FROM task WHERE ref = :ref", ref=ref) == "verifying"


def with_photos(site: Site, ref: str, *names: str, **values: str) -> None:
    """Let the clerk report with photos."""
    given: dict[str, object] = {**SURVEY, **values, "_do": "submit"}
    given["photos__upload"] = [(io.BytesIO(photo()), name) for name in names]
    assert site.browser("clerk-east").post(f"/tasks/{ref}/report", given, page=f"/tasks/{ref}").status_code == 302


def test_photos_of_this_return_and_the_last_period_stand_side_by_side_and_are_links(site: Site) -> None:
    site.world.act("sup1", task(site, "2026-03"), "return", reason="补照片")
    with_photos(site, task(site, "2026-03"), "三月.jpg")
    site.world.act("sup1", task(site, "2026-04"), "return", reason="补照片")
    with_photos(site, task(site, "2026-04"), "四月甲.jpg", "四月乙.jpg")
    browser = site.browser("sup1")
    page = browser.get(f"/tasks/{task(site, '2026-04')}").text
    box = page[page.index('id="beside-title"') :]
    box = box[: box.index("</section>")]
    assert "这次的照片（2）" in box
    assert "上期的照片（1）" in box
    links = re.findall(r'<a href="(/attachments/[^"]+)" data-photo="(这次|上期)"', box)
    assert [which for _, which in links] == ["这次", "这次", "上期"]
    for url, _ in links:
        assert browser.get(url).content_type.startswith("image/")


def test_a_later_periods_return_is_no_comparison_for_an_earlier_one_and_fills_nothing_in(site: Site) -> None:
    ref = task(site, "2026-03")
    site.world.act("sup1", ref, "return", reason="重报")
    assert "沿用" not in site.browser("clerk-east").get(f"/tasks/{ref}").text
    site.world.act("clerk-east", ref, "report", {**SURVEY, "checked": "99"})
    page = beside(site.browser("sup1").get(f"/tasks/{ref}").text)
    assert "退回前" in page
    assert "上期" not in page
