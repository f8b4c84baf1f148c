"""The ledgers on screen and as files: one definition of each figure, cut by what one may see, nothing run by Excel."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import Connection, event, text

from tests.support.world import morning
from tests.web.conftest import Site
from tests.web.papers import report_problems
from tests.web.test_ledgers import figures, rectify
from tracker.domain.csv_signs import defused
from tracker.persistence.queries.campaign_page import find_measures, get_campaign
from tracker.persistence.queries.desk import read_desk
from tracker.persistence.queries.matrix import find_matrix

KINDS = ("tasks", "problems", "rectification", "returns", "publicity", "meetings", "extensions", "notices", "findings")


def csv_rows(site: Site, who: str, path: str) -> list[dict[str, str]]:
    answer = site.browser(who).get(path)
    assert answer.status_code == 200
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def said_total(page: str) -> int:
    found = re.search(r"共 <strong>(\d+)</strong> 项", page)
    assert found
    return int(found[1])


@pytest.fixture
def lively(site: Site) -> Site:
    """Problems in every stage, a duty done, one late, papers drafted, an extension asked."""
    report_problems(site, "east", ("甲处", "乙处", "丙处", "丁处"))
    rectify(site, "乙处", until="reported")
    rectify(site, "丙处", until="rechecking")
    rectify(site, "丁处", until="closed")
    talk = site.world.task("talk", "east")
    site.world.act("clerk-east", talk["ref"], "accept")
    site.world.container.extensions.ask(
        site.world.viewer("clerk-east"), task_ref=talk["ref"], expected_version=talk["version"] + 1,
        wanted_on="2026-05-10", reason="连日大雨", progress="",
    )  # fmt: skip
    site.world.move_to("2026-03-27")
    return site


@pytest.mark.slow
def test_every_sum_of_one_light_is_the_same_wherever_it_stands(lively: Site) -> None:
    world, boss = lively.world, lively.world.viewer("boss")
    now, calendar = world.clock.now(), world.container.calendars.newest()
    by_ledger = Counter((row["责任单位"], row["灯"]) for row in csv_rows(lively, "boss", "/ledger/tasks.csv"))
    assert {light for _, light in by_ledger} > {"逾期", "办结", "正常"}
    with world.container.reading() as session:
        campaign = get_campaign(session, boss, world.campaign_ref, now=now)
        cells = find_matrix(session, boss, campaign, now=now, calendar=calendar).cells
        measures = find_measures(session, boss, campaign, now=now, calendar=calendar)
        desk = read_desk(session, world.viewer("clerk-east"), unit=None, now=now, calendar=calendar)
    assert sum(cell.tasks for cell in cells) == sum(by_ledger.values())
    for unit in ("east村", "west村"):
        assert sum(cell.tasks for cell in cells if cell.unit_name == unit) == sum(
            many for (name, _), many in by_ledger.items() if name == unit
        )
    lights = Counter[str]()
    for measure in measures:
        lights.update(measure.lights)
    shown = Counter[str]()
    page = lively.browser("boss").get("/ledger/tasks").text
    for title, many in re.findall(r"(\w+) <strong>(\d+)</strong>", page.split("ledger-total")[1].split("</p>")[0]):
        shown[title] = int(many)
    titles = {"late": "逾期", "done": "办结", "normal": "正常", "to_accept": "待签收", "due_soon": "临期"}
    assert {titles[code]: many for code, many in lights.items()} == {k: v for k, v in shown.items() if k != "共"}
    assert campaign.late == sum(many for (_, light), many in by_ledger.items() if light == "逾期")
    assert campaign.done == sum(many for (_, light), many in by_ledger.items() if light == "办结")
    assert desk.total == sum(
        many for (unit, light), many in by_ledger.items() if unit == "east村" and light not in ("办结", "撤回")
    )


@pytest.mark.slow
def test_found_is_rectifying_and_closed_in_both_ledgers_and_in_the_sums(lively: Site) -> None:
    sums = figures(lively.browser("boss").get(f"/campaigns/{lively.world.campaign_ref}/problems").text, "合计")
    for kind in ("problems", "rectification"):
        stages = Counter(row["进展"] for row in csv_rows(lively, "boss", f"/ledger/{kind}.csv"))
        rectifying = stages["单位整改"] + stages["已反馈"] + stages["复查中"]
        assert sums["发现"] == rectifying + stages["已销号"] == 4
        assert (sums["整改中"], sums["已销号"]) == (rectifying, stages["已销号"])


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_file_holds_exactly_what_the_filter_shows(lively: Site, kind: str) -> None:
    for query in (
        "",
        "?unit=east",
        "?unit=town",
        "?unit_kind=village&sort=due",
        "?due_to=2026-03-25&sort=unit",
        "?words=甲",
    ):
        page = lively.browser("sup1").get(f"/ledger/{kind}{query}")
        assert page.status_code == 200
        rows = csv_rows(lively, "sup1", f"/ledger/{kind}.csv{query}")
        assert said_total(page.text) == len(rows)
        assert [row["序号"] for row in rows] == [str(n) for n in range(1, len(rows) + 1)]
        assert all(row["编号"] in page.text for row in rows[:50])


def test_a_unit_and_its_neighbour_have_ledgers_of_their_own(lively: Site) -> None:
    for kind in KINDS[:-1]:
        assert not any("east" in "".join(row.values()) for row in csv_rows(lively, "clerk-west", f"/ledger/{kind}.csv"))
    assert {row["责任单位"] for row in csv_rows(lively, "area", "/ledger/tasks.csv")} == {"east村"}
    assert csv_rows(lively, "clerk-east", "/ledger/notices.csv") == []  # drafts are the office's own
    assert len(csv_rows(lively, "sup1", "/ledger/notices.csv")) > 0


def test_pages_follow_each_other_without_a_gap_or_a_double(site: Site) -> None:
    report_problems(site, "east", tuple(f"第{n}处" for n in range(60)))
    for sort in ("oldest", "due", "unit"):
        seen: list[str] = []
        path = f"/ledger/problems?sort={sort}"
        while path:
            page = site.browser("sup1").get(path).text
            seen += re.findall(r'<th scope="row"><a [^>]*>(WT-[^<]+)<', page)
            found = re.search(r'rel="next" href="([^"]+)"', page)
            path = found[1].replace("&amp;", "&") if found else ""
        assert len(seen) == len(set(seen)) == 60


@pytest.mark.parametrize("after", ["~~", "x~1~1", "2026-13-01~1~1", "1~9999999999999999999~1", "1~-1~2"])
@pytest.mark.parametrize("sort", ["due", "unit", "oldest"])
def test_an_address_that_was_tampered_with_begins_at_the_beginning(site: Site, after: str, sort: str) -> None:
    page = site.browser("sup1").get(f"/ledger/tasks?sort={sort}&after={after}&due_from=31.4.&severity=9&words=%25_\\")
    assert page.status_code == 200
    assert "没有按它筛选" in page.text


def test_an_export_stands_in_the_record_with_who_what_and_how_much(site: Site) -> None:
    site.browser("sup1").get("/ledger/tasks.csv?unit=east")
    (row,) = site.world.rows("SELECT person_id, payload FROM event WHERE kind = 'ledger.exported'")
    assert row["person_id"] == site.world.person_ids["sup1"]
    assert row["payload"] == {"ledger": "tasks", "filters": {"unit": "east"}, "rows": 2}


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\n=1", "  =1", "＝1", "＠x", "|calc"]
)  # fmt: skip
def test_no_cell_is_run_by_a_spreadsheet(cell: str) -> None:
    assert defused(cell) == f"'{cell}"


def test_harmless_cells_stay_as_they_are() -> None:
    assert [defused(cell) for cell in ("", "甲处", "2026-03-20", "RW-2026-0001")] == [
        "", "甲处", "2026-03-20", "RW-2026-0001",
    ]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_longer_ledger_asks_the_database_no_more_often(site: Site, kind: str) -> None:
    def asked() -> int:
        statements: list[str] = []

        def count(connection: Connection, cursor: object, statement: str, *_: object) -> None:
            statements.append(statement)

        with site.world.container.reading() as session:
            engine = session.get_bind()
        event.listen(engine, "before_cursor_execute", count)
        try:
            assert browser.get(f"/ledger/{kind}").status_code == 200
        finally:
            event.remove(engine, "before_cursor_execute", count)
        return len(statements)

    browser = site.browser("sup1")
    asked()
    few = asked()
    report_problems(site, "east", tuple(f"第{n}处" for n in range(20)))
    site.world.clock.moment = morning("2026-04-03") + timedelta(hours=2)  # sign-ins keep real time
    site.world.engine_works()
    asked()  # definitions and calendars are read once a process
    assert asked() <= few


def test_text_with_wildcards_is_sought_as_it_is_written(site: Site) -> None:
    report_problems(site, "east", ("100%处", "1000处"))
    with site.world.container.uows() as uow:
        assert uow.session.execute(text("SELECT count(*) FROM problem")).scalar_one() == 2
    rows = csv_rows(site, "sup1", "/ledger/problems.csv?words=100%25")
    assert [row["地点"] for row in rows] == ["100%处"]
