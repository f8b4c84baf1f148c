"""The page of the working-day calendar in a large county: what takes longer than a moment is done behind it, with a bar."""

from __future__ import annotations

import dataclasses
import re
from datetime import date, timedelta
from html import unescape

import pytest
from werkzeug.test import TestResponse

from tests.support.kept import standing_world
from tests.support.many_clocks import make_large
from tests.support.world import World
from tests.web.calendar_county import begin_calendar_county
from tests.web.papers import counted_queries
from tests.web.site import Browser, Site, hidden
from tracker.domain.redating import CalendarTable
from tracker.services.calendars import STANDS_STILL
from tracker.web.calendar.given import Given, carry

NOTICE = "2027-01-01,休,元旦\n2027-01-04,休,元旦\n2027-01-05,休,元旦\n2027-10-01,休,国庆节"
MOVE = "2027-01-06 → 2027-01-08"
REFRESH = 'http-equiv="refresh"'


@standing_world("2026-12-24", shown=Site)
def site(world: World) -> None:
    """A county with more open clocks than are counted while somebody waits."""
    begin_calendar_county(world)
    make_large(world)


@pytest.fixture
def office(site: Site) -> Browser:
    return site.browser("office1")


def open_clocks(site: Site) -> int:
    return int(site.world.value("SELECT count(*) FROM clock WHERE status <> 'done'"))


def preview(browser: Browser, lines: str = NOTICE) -> str:
    """Ask for a preview; return its address."""
    answer = browser.post("/calendar/preview", {"way": "lines", "lines": lines}, page="/calendar")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/calendar/previews/")
    return str(answer.headers["Location"])


def write_preview(site: Site) -> None:
    queue, _, args = site.world.queue.rung[-1]
    assert queue == "documents"
    site.world.container.background_files.write(int(args[0]))


def confirm(site: Site, browser: Browser, page: str) -> TestResponse:
    shown = browser.get(page).text
    fields = {name: unescape(hidden(shown, name) or "") for name in ("rows", "years", "source", "base", "digest")}
    return browser.post("/calendar/apply", fields, page=page)


def ready(site: Site, browser: Browser, lines: str = NOTICE) -> str:
    page = preview(browser, lines)
    write_preview(site)
    return page


def test_a_preview_shows_how_far_it_is_and_then_what_moves(site: Site, office: Browser) -> None:
    page = preview(office)
    assert preview(office) == page  # asked twice, made once
    with counted_queries() as waiting:
        shown = office.get(page).text
    assert f"排队等候：0 / {open_clocks(site)} 个期限" in shown
    assert re.search(r'<progress id="compared"[^>]* max="\d+" value="0">', shown)
    assert REFRESH in shown
    assert len(waiting) <= 20
    write_preview(site)
    with counted_queries() as sent:
        done = office.get(page).text
    assert len(sent) <= 25
    assert MOVE in done
    assert "测试专项行动" in done
    assert "<dt>会变的期限</dt><dd>2</dd>" in done
    assert "<dt>将告知</dt><dd>2人</dd>" in done
    assert REFRESH not in done
    assert site.world.value("SELECT count(*) FROM calendar_version") == 1


def test_an_import_answers_at_once_and_the_page_shows_how_far_the_recount_is(site: Site, office: Browser) -> None:
    done = confirm(site, office, ready(site, office))
    assert done.headers["Location"] == "/calendar?year=2027"
    with counted_queries() as sent:
        shown = office.get("/calendar?year=2027").text
    assert len(sent) <= 25
    many = open_clocks(site)
    assert "正在后台重算" in shown
    assert f"已重算：0 / {many} 个期限" in shown
    assert f'max="{many}" value="0"' in shown
    assert REFRESH in shown
    assert 'name="lines"' not in shown
    site.world.container.calendar_imports.go_on(within=timedelta())
    assert f"已重算：0 / {many}" not in office.get("/calendar").text
    site.world.container.calendar_imports.go_on(within=timedelta(minutes=1))
    after = office.get("/calendar").text
    assert f"已重算{many}个在办期限，其中2个日期有变，告知2人" in after
    assert REFRESH not in after
    assert 'name="lines"' in after


def test_a_second_import_waits_with_a_sentence_and_loses_nothing(site: Site, office: Browser) -> None:
    assert confirm(site, office, ready(site, office)).status_code == 302
    another = ready(site, office, "2027-03-01,休,本县放假")
    waiting = office.get(another).text
    assert "办完之后才能再导入" in waiting
    assert "确认导入" not in waiting
    # A page that was opened a moment too early, or somebody quick.
    table = CalendarTable({date(2027, 3, 1): False}, frozenset())
    fields = dataclasses.asdict(carry(Given(table, "import 页面填写"), 2))
    refused = office.post("/calendar/apply", fields, page="/calendar")
    assert refused.status_code == 409
    assert "办完之后才能再导入" in refused.text
    assert "2027-03-01,休" in refused.text
    assert REFRESH not in refused.text  # what stands in the form stays there
    site.world.container.calendar_imports.go_on(within=timedelta(minutes=1))
    assert confirm(site, office, another).status_code == 302
    assert site.world.value("SELECT count(*) FROM calendar_version") == 3


def test_a_stale_preview_is_made_anew_in_the_background(site: Site, office: Browser) -> None:
    first = ready(site, office)
    assert confirm(site, office, ready(site, office, "2027-03-01,休,本县放假")).status_code == 302
    site.world.container.calendar_imports.go_on(within=timedelta(minutes=1))
    again = confirm(site, office, first)
    assert again.status_code == 302
    page = str(again.headers["Location"])
    assert page != first
    assert "工作日历已有人先更新了。请重新比对后再导入。正在重新比对。" in office.get(page).text
    write_preview(site)
    assert confirm(site, office, page).headers["Location"] == "/calendar?year=2027"


def test_a_second_press_finds_it_under_way(site: Site, office: Browser) -> None:
    page = ready(site, office)
    shown = office.get(page).text
    fields = {name: unescape(hidden(shown, name) or "") for name in ("rows", "years", "source", "base", "digest")}
    assert office.post("/calendar/apply", fields, page=page).status_code == 302
    site.world.clock.set(site.world.clock.now() + STANDS_STILL * 2)
    site.world.queue.rung.clear()
    assert office.post("/calendar/apply", fields, page=page).status_code == 302
    assert len(site.world.queue.rung) == 1  # a recount that stood still is rung for
    assert "没有重复导入。在办期限正在后台重算，进度见下。" in office.get("/calendar").text
    assert site.world.value("SELECT count(*) FROM calendar_version") == 2


def test_a_preview_is_for_who_asked_alone_and_can_be_cancelled(site: Site, office: Browser) -> None:
    page = preview(office)
    for other in ("system", "sup1", "clerk-east"):
        assert site.browser(other).get(page).status_code == 404
        assert site.browser(other).post(f"{page}/cancel").status_code == 404
    assert "已取消" in office.get(str(office.post(f"{page}/cancel", page=page).headers["Location"])).text
    assert office.get(page).status_code == 404


def test_a_file_of_another_kind_is_no_preview(site: Site, office: Browser) -> None:
    answer = office.get("/calendar/previews/TZ-2026-9999")
    assert answer.status_code == 404
