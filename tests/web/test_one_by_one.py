"""One matter after the other: the next appears with the decision, a colleague's is passed by, what can be is undone."""

from __future__ import annotations

import re

import pytest
from werkzeug.test import TestResponse

from tests.support.world import World, morning, small_campaign
from tests.web.conftest import Browser, Site
from tests.web.papers import draft_of, run_late, step
from tracker.persistence.models import TriageClaim
from tracker.services.claims import LASTS
from tracker.web.workbench.one import LOOKED_THROUGH

ONE = "/workbench/one"
SURVEY = (
    "{key: m1, ordinal: （一）, title: 排查, text: 略, workflow: publicity, units: [各村], due: {by_date: 2026-03-11}}"
)


def in_hand(page: str) -> str:
    found = (
        re.search(r'name="pick" value="([A-Z]{2}-[\d-]+)', page[page.index('id="one-item"') :])
        if 'id="one-item"' in page
        else None
    )
    return found[1] if found else ""


def decided(browser: Browser, act: str, path: str = ONE, **fields: str) -> TestResponse:
    """Press the button of a decision on the page."""
    page = browser.get(path).text
    form = next(part for part in page.split("<form ") if f'name="act" value="{act}"' in part)
    pick = re.search(r'name="pick" value="([^"]+)"', form)
    address = re.search(r'action="([^"]+)"', form)
    assert pick
    assert address
    return browser.post(address[1].replace("&amp;", "&"), {"act": act, "pick": pick[1], **fields}, page=path)


def waiting(site: Site) -> list[str]:
    return [row["ref"] for row in site.world.rows("SELECT ref FROM finding WHERE status = 'waiting' ORDER BY id")]


def test_a_decision_brings_the_next_until_nothing_is_left(late: Site) -> None:
    browser, left = late.browser("sup1"), len(waiting(late))
    assert left > 1
    path = ONE
    for _ in range(left):
        answer = decided(browser, "waive", path, reason="全镇停电")
        path = answer.headers["Location"]
    page = browser.get(path).text
    assert waiting(late) == []
    assert "都办完了" in page


def test_a_reason_is_picked_or_typed_and_one_of_them_there_must_be(late: Site) -> None:
    browser, before = late.browser("sup1"), len(waiting(late))
    refused = decided(browser, "waive")
    assert refused.status_code == 422
    assert "请写明理由" in refused.text
    assert len(waiting(late)) == before
    decided(browser, "waive", picked_reason="已电话核实，确已办结", reason="村支书接的电话")
    recorded = late.world.value("SELECT payload ->> 'reason' AS r FROM event WHERE kind = 'notice.item_struck'")
    assert recorded == "已电话核实，确已办结；村支书接的电话"


def test_what_one_has_in_hand_another_does_not_get_and_sees_whose_it_is(late: Site) -> None:
    one, other = late.browser("sup1"), late.browser("sup2")
    first = in_hand(one.get(ONE).text)
    second = in_hand(other.get(ONE).text)
    assert first
    assert second
    assert first != second
    assert "同事手上1件" in other.get(ONE).text
    assert in_hand(one.get(ONE).text) == first  # coming back finds it still in hand
    assert "sup1正在处理" in other.get("/workbench/findings").text
    assert "sup1正在处理" not in one.get("/workbench/findings").text


def test_what_was_passed_over_is_not_shown_again_and_is_free_for_others(late: Site) -> None:
    browser = late.browser("sup1")
    page = browser.get(ONE).text
    first = in_hand(page)
    answer = browser.post(f"{ONE}/release", {"pick": first}, page=ONE)
    assert first in answer.headers["Location"]
    assert in_hand(browser.get(answer.headers["Location"]).text) != first
    assert late.world.value("SELECT count(*) FROM triage_claim WHERE ref = :ref", ref=first) == 0


def test_a_waived_finding_is_taken_back_with_one_button_while_nothing_left_the_office(late: Site) -> None:
    browser, before = late.browser("sup1"), waiting(late)
    path = decided(browser, "waive", reason="停电").headers["Location"]
    assert len(waiting(late)) == len(before) - 1
    assert "还没有发给任何人" in browser.get(path).text
    decided(browser, "restore", path)
    assert waiting(late) == before


def test_drafts_are_put_up_and_approved_one_by_one_by_different_people(late: Site) -> None:
    refs = {draft_of(late, village) for village in ("east", "west")}
    for _ in refs:
        decided(late.browser("sup1"), "seal", f"{ONE}?list=open")
    assert "都办完了" in late.browser("sup1").get(f"{ONE}?list=approved").text
    for _ in refs:
        decided(late.browser("sup2"), "approve", f"{ONE}?list=sealed")
    for _ in refs:
        decided(late.browser("sup1"), "issue", f"{ONE}?list=approved")
    issued = late.world.rows("SELECT ref FROM notice WHERE issued_at IS NOT NULL")
    assert {row["ref"] for row in issued} == refs


def test_a_milder_draft_is_merged_into_the_units_graver_one(site: Site) -> None:
    run_late(site, "2026-04-03")
    browser = site.browser("sup1")
    path = f"{ONE}?list=open&unit=east"
    passed: list[str] = []
    while 'value="merge"' not in (page := browser.get(f"{path}&passed={','.join(passed)}").text):
        passed.append(in_hand(page))
        assert passed[-1]
    here = f"{path}&passed={','.join(passed)}"
    into = re.search(r'name="into" value="([^"]+)"', page)
    assert into
    mild = in_hand(page)
    assert decided(browser, "merge", here, into=into[1]).status_code == 302
    assert (
        site.world.value("SELECT t.state FROM task t JOIN notice n ON n.task_id = t.id WHERE n.ref = :ref", ref=mild)
        == "discarded"
    )


def test_a_draft_that_moved_meanwhile_is_said_and_the_walk_goes_on(late: Site) -> None:
    browser = late.browser("sup1")
    page = browser.get(f"{ONE}?list=open").text
    ref = in_hand(page)
    step(late.browser("sup2"), ref, "seal")
    pick = re.search(rf'name="pick" value="({ref}:\d+)"', page)
    assert pick
    answer = browser.post(f"{ONE}?list=open", {"act": "seal", "pick": pick[1]}, page="/workbench?all=1")
    after = browser.get(answer.headers["Location"]).text
    assert f"{ref}：" in after
    assert in_hand(after) != ref


@pytest.mark.parametrize("fields", [
    {"act": "seal", "pick": ""}, {"act": "none", "pick": "WS-2026-0001:1"}, {"act": "seal", "pick": "WS-2026-9999:1"},
    {"act": "waive", "pick": "DC-2026-9999", "reason": "x"}, {"act": "seal", "pick": "WS-2026-0001:" + "9" * 40},
    {"act": "merge", "pick": "WS-2026-9999:1", "into": "nothing"}, {"act": "seal", "pick": "WS-2026-0001:一"},
])  # fmt: skip
def test_strange_forms_are_answered_with_a_sentence(site: Site, fields: dict[str, str]) -> None:
    answer = site.browser("sup1").post(f"{ONE}?list=open&passed=%00,x", fields, page="/workbench")
    assert answer.status_code in (302, 422)


def test_the_walk_keeps_to_the_filters_and_the_grouping(late: Site) -> None:
    page = late.browser("sup1").get(f"{ONE}?list=findings&unit=west&sort=unit").text
    assert "west村" in page
    ref = in_hand(page)
    assert late.world.value(
        "SELECT u.key FROM finding f JOIN unit u ON u.id = f.unit_id WHERE f.ref = :ref", ref=ref
    ) == "west"  # fmt: skip


@pytest.mark.slow
def test_what_lies_beyond_many_that_colleagues_have_in_hand_is_reached(fresh_database_url: str) -> None:
    villages = ["east", *(f"v{number}" for number in range(LOOKED_THROUGH + 1))]
    with World(fresh_database_url, start=morning("2026-03-02")) as world:
        world.load(small_campaign(measures=[SURVEY], villages=villages))
        world.move_to("2026-03-16")
        listed = world.rows("SELECT ref FROM finding WHERE status = 'waiting' ORDER BY raised_at DESC, id DESC")
        *others, last = [str(row["ref"]) for row in listed]
        assert len(others) > LOOKED_THROUGH
        now = world.container.clock.real_now()
        with world.container.uows() as uow:
            for ref in others:
                uow.session.add(
                    TriageClaim(ref=ref, person_id=world.person_ids["sup2"], claimed_at=now, lapses_at=now + LASTS)
                )
            uow.commit()
        page = Site(world).browser("sup1").get(ONE).text
    assert in_hand(page) == last
    assert f"同事手上{len(others)}件" in page
