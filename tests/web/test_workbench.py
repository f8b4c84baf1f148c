"""The workbench: what waits, for whom, and what somebody else must decide."""

from __future__ import annotations

import re

import pytest

from tests.web.conftest import Site
from tests.web.papers import counted_queries, draft_of, report_problems, run_late, step
from tracker.persistence.queries.workbench import Filters, find_section


def test_a_return_waits_for_review_with_its_clock(site: Site) -> None:
    report_problems(site, "east", ("村口出租房",))
    page = site.browser("sup1").get("/workbench?section=reviews").text
    assert site.world.task("survey", "east")["ref"] in page
    assert "核查中" in page
    assert "3月9日" in page  # five working days after 2 March
    assert "没有等待审核的报送" not in page


def test_drafts_show_unit_items_and_version(late: Site) -> None:
    page = late.browser("sup1").get("/workbench").text
    for village in ("east", "west"):
        assert draft_of(late, village) in page
    assert "东村 · 督导通知书</a>" in page or "east村 · 督导通知书</a>" in page
    assert re.search(r"1项，最早的一项(今天|\d+天前)提出；第", page)


def test_an_extension_asked_stands_on_the_bench(site: Site) -> None:
    run_late(site, "2026-03-10")
    task = site.world.task("talk", "west")
    site.world.container.extensions.ask(
        site.world.viewer("clerk-west"), task_ref=task["ref"], expected_version=task["version"],
        wanted_on="2026-05-15", reason="赶集日顺延", progress="已联系",
    )  # fmt: skip
    page = site.browser("office1").get("/workbench?section=extensions").text
    assert task["ref"] in page
    assert "4月30日 → 5月15日" in page


def test_what_a_person_put_up_is_marked_as_anothers_to_approve(late: Site) -> None:
    ref = draft_of(late)
    step(late.browser("sup1"), ref, "seal")
    assert "批准须由他人审批" in late.browser("sup1").get("/workbench?section=sealed").text
    others = late.browser("sup2").get("/workbench?section=sealed").text
    assert ref in others
    assert "须由他人审批" not in others


def test_filters_narrow_to_a_unit_and_a_severity(late: Site) -> None:
    east, west = draft_of(late, "east"), draft_of(late, "west")
    page = late.browser("sup1").get("/workbench?unit=east").text
    assert east in page
    assert west not in page
    assert east not in late.browser("sup1").get("/workbench?severity=5").text


def test_the_number_of_queries_does_not_grow_with_the_rows(site: Site) -> None:
    browser = site.browser("sup1")
    browser.get("/workbench")
    with counted_queries() as before:
        browser.get("/workbench")
    run_late(site)
    browser = site.browser("sup1")
    browser.get("/workbench")
    with counted_queries() as after:
        assert draft_of(site) in browser.get("/workbench").text
    assert len(after) - 1 <= len(before)  # one of them is the test's own


def test_a_finding_leads_to_being_waived_with_a_reason_only(late: Site) -> None:
    browser = late.browser("sup1")
    ref = late.world.value("SELECT ref FROM finding WHERE status = 'waiting' ORDER BY id LIMIT 1")
    path = f"/workbench/decide?act=waive&pick={ref}"
    assert path.replace("&", "&amp;") in browser.get("/workbench/findings").text
    asked = browser.get(path).text
    offered = re.findall(r'name="picked_reason" value="([^"]+)"', asked)
    assert len(offered) > 1
    refused = browser.post("/workbench/decide", {"act": "waive", "pick": ref, "reason": " "}, page=path)
    assert refused.status_code == 422
    assert "请写明理由" in refused.text
    given = {"act": "waive", "pick": ref, "picked_reason": offered[0], "reason": "全村停电"}
    assert browser.post("/workbench/decide", given, page=path).status_code == 302
    assert late.world.value("SELECT status FROM finding WHERE ref = :ref", ref=ref) == "struck"
    assert f"{offered[0]}；全村停电" in browser.get("/workbench/findings?status=struck").text


@pytest.mark.parametrize("person", ["clerk-east", "head-east", "area", "security", "system"])
def test_the_bench_exists_for_the_office_side_only(site: Site, person: str) -> None:
    for path in ("/workbench", "/workbench/findings"):
        assert site.browser(person).get(path).status_code == 404


def test_the_gravest_draft_stands_first_and_then_the_oldest(site: Site) -> None:
    run_late(site, "2026-04-03")
    page = site.browser("sup1").get("/workbench?section=open").text
    rows = re.findall(r'<a href="/notices/(WS-[\d-]+)">', page)
    known = site.world.rows(
        "SELECT n.ref, n.severity, min(f.raised_at) AS oldest FROM notice n JOIN notice_item i ON i.notice_id = n.id"
        " JOIN finding f ON f.id = i.finding_id WHERE n.gathering GROUP BY n.id"
    )
    wanted = sorted(known, key=lambda row: (-row["severity"], row["oldest"], row["ref"]))
    assert len({row["severity"] for row in wanted}) > 1
    assert rows == [row["ref"] for row in wanted]


def test_a_section_without_a_size_is_the_whole_of_it(site: Site) -> None:
    run_late(site, "2026-04-03")
    parts, who = site.world.container, site.world.viewer("boss")
    with parts.reading() as session:
        page = find_section(session, who, Filters(), "open", watch_until=site.world.today, page=1, size=100)
        whole = find_section(session, who, Filters(), "open", watch_until=site.world.today, size=None)
    assert page.total > 2
    assert whole.rows == page.rows
    assert (whole.total, whole.pages) == (page.total, 1)
