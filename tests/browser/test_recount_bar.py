"""A large county imports a year's notice: the bars of preview and recount move by themselves until both are over."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.page_checks import grave_faults, what_is_wrong
from tests.browser.people import WIDE
from tests.browser.serving import serving
from tests.support.many_clocks import make_large
from tests.support.world import World, morning, small_campaign
from tests.web.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.allow_hosts(["127.0.0.1"])]
MEASURES = (
    "{key: t1, ordinal: （一）, title: 报送, text: 报送, workflow: return, units: [各村], due: {within: 8 working days}}",
)
NOTICE = "2027-01-01,休,元旦\n2027-01-04,休,元旦\n2027-01-05,休,元旦\n2027-10-01,休,国庆节"
#: Two refreshes.
SOON = 15_000


def assert_well_made(page: Page, name: str) -> None:
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
    assert what_is_wrong(page) == []
    assert grave_faults(page) == []


@pytest.mark.parametrize("phone", [True, False], ids=["phone", "wide"])
def test_the_bars_move_by_themselves(browser: Browser, fresh_database_url: str, phone: bool) -> None:
    with World(fresh_database_url, start=morning("2026-12-24")) as world:
        world.load(small_campaign(measures=MEASURES, starts_on="2026-12-21", ends_on="2027-06-30"))
        world.engine_works()
        make_large(world)
        parts, width = world.container, "phone" if phone else "wide"
        with serving(Site(world)) as served, served.somebody(browser, "office1", phone=phone) as page:
            if not phone:
                page.set_viewport_size(WIDE)  # type: ignore[arg-type]
            page.goto(f"{served.address}/calendar")
            page.get_by_label("逐行粘贴").fill(NOTICE)
            page.get_by_role("button", name="预览粘贴的内容").press("Enter")
            expect(page.get_by_label("排队等候")).to_be_visible()
            assert_well_made(page, f"previewing-{width}")
            parts.background_files.write(int(world.queue.rung[-1][2][0]))
            confirm = page.get_by_role("button", name="确认导入")
            expect(confirm).to_be_visible(timeout=SOON)
            assert_well_made(page, f"preview-{width}")
            confirm.press("Enter")
            bar = page.get_by_label("已重算")
            expect(bar).to_have_js_property("value", 0)
            year = page.get_by_role("link", name="2027", exact=True)
            year.focus()
            parts.calendar_imports.go_on(within=timedelta())
            expect(bar).not_to_have_js_property("value", 0, timeout=SOON)
            expect(year).to_be_focused()  # nobody is thrown back to the top of the page
            assert_well_made(page, f"counting-{width}")
            parts.calendar_imports.go_on(within=timedelta(minutes=1))
            expect(page.get_by_text("其中2个日期有变，告知2人")).to_be_visible(timeout=SOON)
            expect(page.get_by_label("逐行粘贴")).to_be_visible()
            assert_well_made(page, f"over-{width}")
