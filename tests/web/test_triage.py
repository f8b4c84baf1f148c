"""Many matters decided at once: seen first, decided as seen, each answered for itself, and taken back while it can be."""

from __future__ import annotations

import re

import pytest
from werkzeug.test import TestResponse

from tests.web.conftest import Browser, Site
from tests.web.papers import counted_queries, draft_of, run_late, step

ASK = "/workbench/decide"


def asked(browser: Browser, act: str, *refs: str) -> TestResponse:
    return browser.get(f"{ASK}?act={act}&" + "&".join(f"pick={ref}" for ref in refs))


def decided(browser: Browser, act: str, *refs: str, reason: str = "") -> TestResponse:
    """Decide as the page that asks would send it."""
    page = asked(browser, act, *refs).text
    picks = re.findall(r'name="pick" value="([^"]+)"', page)
    return browser.post(ASK, {"act": act, "pick": picks, "reason": reason}, page="/workbench")


def drafts(site: Site) -> list[str]:
    return [draft_of(site, village) for village in ("east", "west")]


def waiting(site: Site) -> list[str]:
    rows = site.world.rows("SELECT ref FROM finding WHERE status = 'waiting' ORDER BY id")
    return [row["ref"] for row in rows]


def states(site: Site, *refs: str) -> list[str]:
    return [
        site.world.value("SELECT state FROM task t JOIN notice n ON n.task_id = t.id WHERE n.ref = :ref", ref=ref)
        for ref in refs
    ]


def test_the_lists_offer_boxes_and_what_may_be_done_with_them(late: Site) -> None:
    page = late.browser("sup1").get("/workbench").text
    for ref in drafts(late):
        assert f'name="pick" value="{ref}" form="pick-open"' in page
    assert 'value="seal">提请审批所选' in page
    assert "没有等待办理的：" in page


def test_drafts_are_put_up_approved_and_issued_together_by_different_people(late: Site) -> None:
    refs = drafts(late)
    shown = asked(late.browser("sup1"), "seal", *refs).text
    assert "提请审批（2）" in shown
    assert states(late, *refs) == ["gathering", "gathering"]
    decided(late.browser("sup1"), "seal", *refs)
    decided(late.browser("sup2"), "approve", *refs)
    answer = decided(late.browser("sup1"), "issue", *refs)
    assert states(late, *refs) == ["issued", "issued"]
    assert answer.status_code == 302
    numbers = [row["number"] for row in late.world.rows("SELECT number FROM notice WHERE issued_at IS NOT NULL")]
    assert sorted(numbers) == [1, 2]


def test_what_is_anothers_to_do_is_left_out_and_says_why(late: Site) -> None:
    east, west = drafts(late)
    step(late.browser("sup1"), east, "seal")
    step(late.browser("sup2"), west, "seal")
    page = asked(late.browser("sup1"), "approve", east, west).text
    assert "批准（1）" in page
    left_out = page[page.index("不在其内") :]
    assert east in left_out
    assert "须由他人审批" in left_out
    decided(late.browser("sup1"), "approve", east, west)
    assert states(late, east, west) == ["sealed", "approved"]


def test_one_that_moved_meanwhile_is_answered_and_does_not_hold_up_the_others(late: Site) -> None:
    east, west = drafts(late)
    browser = late.browser("sup1")
    picks = re.findall(r'name="pick" value="([^"]+)"', asked(browser, "seal", east, west).text)
    late.world.container.notices.add_item(
        late.world.viewer("sup2"), notice_ref=east, text="又一项",
        expected_version=late.world.value("SELECT version FROM notice WHERE ref = :ref", ref=east),
    )  # fmt: skip
    browser.post(ASK, {"act": "seal", "pick": picks}, page="/workbench")
    assert states(late, east, west) == ["gathering", "sealed"]
    page = browser.get("/workbench").text
    assert f"1件没有办成。{east}：文书在您打开页面之后有变动" in page
    assert "已提请审批1件。" in page


def test_findings_are_waived_with_one_reason_and_taken_back(late: Site) -> None:
    refs = waiting(late)[:2]
    browser = late.browser("sup1")
    refused = decided(browser, "waive", *refs)
    assert refused.status_code == 422
    assert "请写明理由" in refused.text
    assert all(ref in refused.text for ref in refs)
    answer = decided(browser, "waive", *refs, reason="全镇停电")
    assert not set(refs) & set(waiting(late))
    page = browser.get(answer.headers["Location"]).text
    assert "已免于处理2项" in page
    picks = re.findall(r'name="pick" value="([^"]+)"', page[: page.index("撤销</button>")])
    assert picks == refs
    browser.post(ASK, {"act": "restore", "pick": picks}, page="/workbench/findings")
    assert set(refs) <= set(waiting(late))
    reasons = late.world.rows("SELECT payload FROM event WHERE kind = 'notice.item_struck'")
    assert [one["payload"]["reason"] for one in reasons] == ["全镇停电"] * 2


def test_what_was_not_waived_is_not_restored_and_a_sealed_draft_keeps_its_lines(late: Site) -> None:
    ref = waiting(late)[0]
    browser = late.browser("sup1")
    browser.post(ASK, {"act": "restore", "pick": [ref]}, page="/workbench/findings")
    assert "没有免于处理" in browser.get("/workbench").text
    for draft in drafts(late):
        step(browser, draft, "seal")
    assert "要先退回修改" in asked(browser, "waive", ref).text


@pytest.mark.parametrize("pick", ["", "WS-2026-9999", "x' OR 1=1", "%00", "WS-2026-0001:99999999999999999999"])
def test_strange_choices_are_answered_with_a_sentence(site: Site, pick: str) -> None:
    browser = site.browser("sup1")
    assert browser.get(f"{ASK}?act=seal&pick={pick}").status_code in (200, 302)
    assert browser.post(ASK, {"act": "seal", "pick": [pick]}, page="/workbench").status_code in (200, 302, 422)
    assert browser.post(ASK, {"act": "none", "pick": [pick]}, page="/workbench").status_code == 302


def test_others_offices_drafts_are_not_there_to_be_decided(late: Site) -> None:
    leader = late.browser("boss")
    page = asked(leader, "seal", *drafts(late)).text
    assert "提请审批（0）" in page


def test_the_page_that_asks_costs_the_same_few_queries_for_many(late: Site) -> None:
    browser, refs = late.browser("sup1"), drafts(late)
    asked(browser, "seal", refs[0])
    with counted_queries() as one:
        asked(browser, "seal", refs[0])
    with counted_queries() as both:
        asked(browser, "seal", *refs)
    assert len(both) == len(one)


@pytest.mark.parametrize(("sort", "by"), [("unit", "unit"), ("task", "title"), ("severity", "severity")])
def test_findings_are_listed_together_by_what_the_supervisor_asks_for(site: Site, sort: str, by: str) -> None:
    run_late(site, "2026-04-03")
    page = site.browser("sup1").get(f"/workbench/findings?sort={sort}").text
    refs = re.findall(r'<tr id="(DC-[\d-]+)"', page)
    known = {
        row["ref"]: row
        for row in site.world.rows(
            "SELECT f.ref, t.title, u.key AS unit, f.severity FROM finding f JOIN task t ON t.id = f.task_id"
            " JOIN unit u ON u.id = f.unit_id"
        )
    }
    runs = [known[ref][by] for ref in refs]
    assert len([one for at, one in enumerate(runs) if at == 0 or runs[at - 1] != one]) == len(set(runs))
