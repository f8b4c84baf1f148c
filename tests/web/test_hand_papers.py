"""A paper that no rule raised is begun by hand: every kind that an office sends has a way to it in the browser."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from tests.web.conftest import Site
from tests.web.papers import counted_queries, issue, step
from tests.web.two_offices import TwoOffices
from tracker.domain.papers import BEGUN_BY_PEOPLE, BY_HAND, NOTICE_TITLES
from tracker.web.notices.begun import HINTS

LINE = "县里3月20日会议要求设立举报箱，至今没有设立。"
LOOKS = {"yellow_card", "red_card", "listing"}


def url_of(site: Site) -> str:
    return f"/campaigns/{site.world.campaign_ref}/papers/new"


def begin(site: Site, who: str = "sup1", **changes: str) -> Any:
    browser = site.browser(who)
    token = re.search(r'name="begun" value="([^"]+)"', browser.get(url_of(site)).text)
    given = {
        "kind": "reminder_letter", "unit": "east", "line": LINE, "reason": "县里会议", "begun": token[1] if token else "",
        **changes,
    }  # fmt: skip
    return browser.post(url_of(site), given, page=url_of(site))


def ref_of(answer: Any) -> str:
    assert answer.status_code == 302, html.unescape(answer.text)
    return str(answer.headers["Location"]).rsplit("/", 1)[-1]


def test_every_kind_comes_of_a_rule_a_decision_or_a_hand() -> None:
    assert set(NOTICE_TITLES) == set(BY_HAND) | BEGUN_BY_PEOPLE | LOOKS
    assert set(HINTS) == set(BY_HAND)


def test_a_reminder_is_begun_approved_by_another_issued_and_filed_by_signing_for_it(site: Site) -> None:
    page = site.browser("sup1").get(f"/notices?campaign={site.world.campaign_ref}").text
    assert f'href="{url_of(site)}"' in page
    ref = ref_of(begin(site))
    draft = html.unescape(site.browser("sup1").get(f"/notices/{ref}").text)
    assert LINE in draft
    assert "县里会议" in draft.split("办理过程")[-1], "why stands in the record"
    assert "县里会议" not in draft.split("办理过程")[0], "and not on the paper"
    step(site.browser("sup1"), ref, "seal")
    assert step(site.browser("sup1"), ref, "approve").status_code == 409, "whoever began it has drafted it"
    step(site.browser("sup2"), ref, "approve")
    step(site.browser("sup1"), ref, "issue")
    step(site.browser("clerk-east"), ref, "accept")
    (paper,) = site.world.rows(
        "SELECT n.printed_number, t.state FROM notice n JOIN task t ON t.id = n.task_id WHERE n.ref = :ref", ref=ref
    )
    assert paper["state"] == "closed"
    assert paper["printed_number"].endswith("〔2026〕1号")
    assert site.world.container.ledger.verify().faults == ()
    assert site.world.container.audits.audit().clean


def test_the_line_of_a_rectification_notice_opens_as_an_item(site: Site) -> None:
    ref = ref_of(begin(site, "office1", kind="rectification_notice"))
    issue(site, ref)
    assert site.world.value("SELECT count(*) FROM task WHERE workflow_key = 'rectification'") == 1


def test_the_form_sent_twice_begins_one_draft(site: Site) -> None:
    browser, url = site.browser("sup1"), url_of(site)
    token = re.search(r'name="begun" value="([^"]+)"', browser.get(url).text)
    assert token
    given = {"kind": "circular", "unit": "west", "line": LINE, "reason": "会议", "begun": token[1]}
    assert ref_of(browser.post(url, given, page=url)) == ref_of(browser.post(url, given, page=url))
    assert site.world.value("SELECT count(*) FROM notice") == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": "red_card"}, "请选择文书种类"),
        ({"unit": "town"}, "请从这次行动的责任单位里选一个"),
        ({"line": ""}, "请写明事项"),
        ({"line": "长" * 501}, "不超过500字"),
        ({"line": "联系13800138000"}, "电话号码"),
        ({"reason": " "}, "请写明为什么发"),
        ({"begun": "x"}, "请刷新后再办"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(site: Site, changes: dict[str, str], said: str) -> None:
    answer = begin(site, **changes)
    assert answer.status_code == 422
    page = html.unescape(answer.text)
    assert said in page
    assert (changes.get("line") or LINE) in page or changes.get("line") == ""
    assert site.world.value("SELECT count(*) FROM notice") == 0


def test_leaders_units_and_neighbours_begin_none(site: Site, two_offices: TwoOffices) -> None:
    for who in ("boss", "clerk-east", "area"):
        assert site.browser(who).get(url_of(site)).status_code in (403, 404)
        assert url_of(site) not in site.browser(who).get(f"/notices?campaign={site.world.campaign_ref}").text


def test_the_page_asks_the_database_a_fixed_number_of_times(site: Site) -> None:
    browser = site.browser("sup1")
    browser.get(url_of(site))
    with counted_queries() as sent:
        browser.get(url_of(site))
    assert len(sent) <= 13
