"""The page of the working-day calendar: look, hand in a notice, see what moves, import it once."""

from __future__ import annotations

import io
import re
from html import unescape

import pytest
from openpyxl import Workbook
from werkzeug.test import TestResponse

from tests.support.kept import standing_world
from tests.support.world import World
from tests.web.calendar_county import begin_calendar_county
from tests.web.site import Browser, Site, hidden
from tests.web.two_offices import TwoOffices

NOTICE = "2027-01-01,休,元旦\n2027-01-04 休 元旦\n2027年1月5日，放假，元旦\n2027-01-09\t班\t元旦\n2027-10-01,休,国庆节"
MOVE = "2027-01-06 → 2027-01-08"


@standing_world("2026-12-24", shown=Site)
def site(world: World) -> None:
    begin_calendar_county(world)


def preview(browser: Browser, **fields: object) -> TestResponse:
    return browser.post("/calendar/preview", {"way": "lines", **fields}, page="/calendar")


def carried(page: TestResponse) -> dict[str, str]:
    assert page.status_code in (200, 409)
    fields = {name: hidden(page.text, name) for name in ("rows", "years", "source", "base", "digest")}
    assert None not in fields.values()
    return {name: unescape(value or "") for name, value in fields.items()}


def apply(browser: Browser, fields: dict[str, str]) -> TestResponse:
    return browser.post("/calendar/apply", fields, page="/calendar")


def versions(site: Site) -> int:
    return int(site.world.value("SELECT count(*) FROM calendar_version"))


def due_days(site: Site) -> set[str]:
    return {str(row["due_on"]) for row in site.world.rows("SELECT due_on FROM task")}


def test_a_year_shows_holidays_and_worked_weekends_in_words(site: Site) -> None:
    page = site.browser("office1").get("/calendar?year=2026").text
    assert re.search(r'<td class="rests named">1<b>休</b></td>', page)
    assert re.search(r'<td class="works named">4<b>班</b></td>', page)  # 4 January 2026, a Sunday
    assert page.count('<table class="month">') == 12
    assert "（暂定）</h2>" not in page
    assert "第1版（现行）" in page


def test_a_year_without_its_notice_says_what_provisional_means(site: Site) -> None:
    page = site.browser("office1").get("/calendar?year=2027").text
    assert "2027年（暂定）" in page
    assert "已告知的期限只会推后" in page


@pytest.mark.parametrize("year", ["", "x", "99999", "0001", "９９９９", "-1"])
def test_a_year_that_cannot_be_one_still_shows_a_page(site: Site, year: str) -> None:
    assert site.browser("office1").get("/calendar", query_string={"year": year}).status_code == 200


def test_a_notice_goes_from_pasted_lines_over_the_preview_into_force(site: Site) -> None:
    browser = site.browser("office1")
    shown = preview(browser, lines=NOTICE)
    assert "测试专项行动" in shown.text
    assert MOVE in shown.text
    assert "<dt>将告知</dt><dd>2人</dd>" in shown.text
    assert "2027-01-09 改为上班" in shown.text
    assert (versions(site), due_days(site)) == (1, {"2027-01-06"})  # a preview changes nothing
    done = apply(browser, carried(shown))
    assert done.headers["Location"] == "/calendar?year=2027"
    after = browser.get("/calendar?year=2027").text
    assert "其中2个日期有变，告知2人" in after
    assert "第2版（现行）" in after
    assert "（暂定）</h2>" not in after
    assert due_days(site) == {"2027-01-08"}
    event = site.world.rows("SELECT person_id FROM event WHERE kind = 'calendar.loaded' ORDER BY id DESC LIMIT 1")
    assert event[0]["person_id"] == site.world.person_ids["office1"]
    assert site.world.container.audits.audit().clean


def test_a_workbook_and_a_csv_file_are_read_alike(site: Site) -> None:
    browser, book, out = site.browser("office1"), Workbook(), io.BytesIO()
    rows = [("日期", "类型", "名称"), *(re.split(r"[,， \t]", line) for line in NOTICE.split("\n"))]
    for row in rows:
        book.active.append(list(row))
    book.save(out)
    sheet = preview(browser, way="file", file=(io.BytesIO(out.getvalue()), "安排.xlsx"))
    text = "\r\n".join(",".join(row) for row in rows).encode("gb18030")
    separated = preview(browser, way="file", file=(io.BytesIO(text), "安排.csv"))
    assert MOVE in sheet.text
    assert carried(sheet)["rows"] == carried(separated)["rows"]
    assert apply(browser, carried(sheet)).status_code == 302
    assert "import 安排.xlsx" in browser.get("/calendar").text


def test_every_bad_row_is_named_and_nothing_typed_is_lost(site: Site) -> None:
    browser = site.browser("office1")
    bad = "2027-02-30,休\n\n2027-03-01,歇\n<b>,班\n2027-10-01,休"
    answer = preview(browser, lines=bad)
    page = unescape(answer.text)
    assert answer.status_code == 422
    assert all(part in page for part in ("第1行：没有", "第3行：类型“歇”不对", "第4行：日期", bad))
    assert "<b>,班" not in answer.text  # escaped
    assert versions(site) == 1


def test_the_rows_of_a_bad_file_come_back_to_be_mended_on_the_page(site: Site) -> None:
    content = "日期,类型,名称\n2027-01-01,休,元旦\n\n2027-01-04,歇,元旦\n".encode()
    answer = preview(site.browser("office1"), way="file", file=(io.BytesIO(content), "a.csv"))
    assert answer.status_code == 422
    assert "第4行：类型“歇”不对" in answer.text
    assert "2027-01-04,歇,元旦" in answer.text


@pytest.mark.parametrize(
    ("name", "content"), [("", b""), ("a.csv", b""), ("a.pdf", b"%PDF-1.7"), ("a.xlsx", b"PK\x03\x04broken")]
)
def test_what_is_no_table_is_refused_with_a_sentence_and_keeps_the_pasted_lines(
    site: Site, name: str, content: bytes
) -> None:
    answer = preview(site.browser("office1"), way="file", file=(io.BytesIO(content), name), lines="2027-05-01,休")
    assert answer.status_code == 422
    assert "没有导入任何内容" in answer.text
    assert "2027-05-01,休" in answer.text


def test_the_library_that_is_in_force_already_changes_nothing(site: Site) -> None:
    page = preview(site.browser("office1"), way="library").text
    assert "与现行日历完全一致" in page
    assert "确认导入" not in page


def test_a_second_press_imports_nothing_twice(site: Site) -> None:
    browser = site.browser("office1")
    fields = carried(preview(browser, lines=NOTICE))
    assert [apply(browser, fields).status_code for _ in range(2)] == [302, 302]
    assert "没有重复导入" in browser.get("/calendar").text
    assert versions(site) == 2
    assert site.world.value("SELECT count(*) FROM told WHERE message = 'redated'") == 2


def test_a_stale_preview_is_refused_and_compared_anew(site: Site) -> None:
    browser = site.browser("office1")
    old = carried(preview(browser, lines=NOTICE))
    apply(browser, carried(preview(browser, lines="2027-03-01,休,本县放假")))
    refused = apply(browser, old)
    assert refused.status_code == 409
    assert "工作日历已有人先更新了" in refused.text
    assert versions(site) == 2
    assert apply(browser, carried(refused)).status_code == 302
    assert versions(site) == 3


@pytest.mark.parametrize(
    "changed",
    [{"rows": "2027-10-02,休"}, {"years": "2099"}, {"base": "9"}, {"base": "x"}, {"digest": ""}, {"source": "b"}],
)
def test_what_was_not_previewed_is_not_imported(site: Site, changed: dict[str, str]) -> None:
    browser = site.browser("office1")
    answer = apply(browser, {**carried(preview(browser, lines=NOTICE)), **changed})
    assert answer.status_code == 409
    assert "与预览时不一致" in answer.text
    assert versions(site) == 1


def test_the_system_administrator_imports_and_reads_no_campaign(site: Site) -> None:
    browser = site.browser("system")
    shown = preview(browser, lines=NOTICE)
    assert MOVE in shown.text
    assert "测试专项行动" not in shown.text
    assert "其他专项行动" in shown.text
    assert apply(browser, carried(shown)).status_code == 302


@pytest.mark.parametrize("who", ["sup1", "boss", "clerk-east", "head-east", "area", "security"])
def test_for_everybody_else_there_is_no_calendar_page(site: Site, who: str) -> None:
    fields = carried(preview(site.browser("office1"), lines=NOTICE))
    browser = site.browser(who)
    assert browser.get("/calendar").status_code == 404
    for path, given in (("/calendar/preview", {"lines": NOTICE}), ("/calendar/apply", fields)):
        assert browser.post(path, given).status_code == 404
    assert versions(site) == 1


def test_the_neighbour_sees_how_many_dates_move_and_not_in_which_campaign(two_offices: TwoOffices) -> None:
    with two_offices.site() as site:
        page = preview(site.browser("n-office1"), lines="2026-04-07,休\n2026-04-08,休\n2026-04-09,休").text
        own = preview(site.browser("office1"), lines="2026-04-07,休\n2026-04-08,休\n2026-04-09,休").text
    assert "测试专项行动" in own
    assert "测试专项行动" not in page
    assert "其他专项行动" in page
