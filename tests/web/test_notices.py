"""A paper's page: drafted, signed by others, numbered, answered; and a unit sees it from its issuing on."""

from __future__ import annotations

import html
import re

import pytest

from tests.web.conftest import Site
from tests.web.papers import draft_of, issue, run_late, step


@pytest.fixture
def late(site: Site) -> Site:
    run_late(site)
    return site


def reply_fields(page: str) -> dict[str, str]:
    """Return the rows of a reply as the page offers them."""
    found = re.findall(r'name="(items\.\d+\.\w+)"(?:[^>]*?value="([^"]*)")?', page)
    return {name: html.unescape(value) for name, value in found}


def test_a_unit_does_not_know_of_a_draft(late: Site) -> None:
    ref = draft_of(late)
    for person in ("clerk-east", "head-east", "area", "clerk-west"):
        assert late.browser(person).get(f"/notices/{ref}").status_code == 404
        assert ref not in late.browser(person).get("/notices").text
    step(late.browser("sup1"), ref, "seal")
    step(late.browser("sup2"), ref, "approve")
    assert late.browser("clerk-east").get(f"/notices/{ref}").status_code == 404


def test_an_issued_paper_is_read_by_its_unit_and_not_by_the_neighbour(late: Site) -> None:
    ref = draft_of(late)
    issue(late, ref)
    page = late.browser("clerk-east").get(f"/notices/{ref}").text
    assert "测督〔2026〕1号" in page
    assert "签收后5个工作日内书面回复" in page
    assert "提请审批" not in page  # what the office did before is not the unit's to read
    assert late.browser("clerk-west").get(f"/notices/{ref}").status_code == 404
    assert ref in late.browser("clerk-east").get("/notices").text
    assert ref not in late.browser("clerk-west").get("/notices").text


def test_a_draft_is_edited_added_to_struck_and_restored(late: Site) -> None:
    ref, browser = draft_of(late), late.browser("sup1")
    assert step(browser, ref, "edit", {"title": "督导通知书", "body": "第一段。\n第二段。"}).status_code == 302
    assert step(browser, ref, "items", {"text": "补报台账"}).status_code == 302
    item = late.world.value(
        "SELECT min(i.id) FROM notice_item i JOIN notice n ON n.id = i.notice_id WHERE n.ref = :ref", ref=ref
    )
    assert step(browser, ref, f"items/{item}/strike", {"reason": "已口头说明"}).status_code == 302
    page = browser.get(f"/notices/{ref}").text
    assert '<p class="paper-text">第二段。</p>' in page
    assert "补报台账" in page
    assert "已口头说明" in page
    assert step(browser, ref, f"items/{item}/restore").status_code == 302
    assert "<del>" not in browser.get(f"/notices/{ref}").text


def test_a_wrong_edit_keeps_what_was_typed(late: Site) -> None:
    answer = step(late.browser("sup1"), draft_of(late), "edit", {"title": " ", "body": "写了很久的正文"})
    assert answer.status_code == 422
    assert "请填写标题" in answer.text
    assert "写了很久的正文" in answer.text


def test_a_stale_page_shows_the_present_state_and_keeps_the_text(late: Site) -> None:
    ref = draft_of(late)
    step(late.browser("sup1"), ref, "items", {"text": "先办的事项"})
    answer = step(late.browser("sup2"), ref, "edit", {"version": "1", "title": "旧页面的标题", "body": "旧正文"})
    assert answer.status_code == 409
    assert "先办的事项" in answer.text
    assert "旧页面的标题" in answer.text


def test_who_put_it_up_does_not_approve_it(late: Site) -> None:
    ref = draft_of(late)
    step(late.browser("sup1"), ref, "seal")
    answer = step(late.browser("sup1"), ref, "approve")
    assert answer.status_code == 409
    assert "要由另一个人来办" in answer.text
    assert step(late.browser("sup2"), ref, "approve").status_code == 302


def test_sending_back_needs_a_reason(late: Site) -> None:
    ref = draft_of(late)
    step(late.browser("sup1"), ref, "seal")
    answer = step(late.browser("boss"), ref, "send_back", {"reason": ""})
    assert answer.status_code == 422
    assert "需要写明理由" in answer.text
    assert step(late.browser("boss"), ref, "send_back", {"reason": "请写明依据"}).status_code == 302
    assert "请写明依据" in late.browser("sup1").get(f"/notices/{ref}").text


def test_what_was_finished_meanwhile_is_struck_at_issue_and_said(late: Site) -> None:
    ref = draft_of(late)
    step(late.browser("sup1"), ref, "items", {"text": "补报台账"})
    step(late.browser("sup1"), ref, "seal")
    step(late.browser("sup2"), ref, "approve")
    survey = late.world.task("survey", "east")["ref"]
    late.world.act("office1", survey, "withdraw", reason="任务合并")
    answer = step(late.browser("sup1"), ref, "issue")
    assert answer.status_code == 302
    page = late.browser("sup1").get(f"/notices/{ref}").text
    assert "印发前复核" in page
    assert "划去已办结的1项" in page


def test_the_unit_accepts_and_replies_item_by_item_and_the_reply_is_judged(late: Site) -> None:
    ref = draft_of(late)
    issue(late, ref)
    clerk = late.browser("clerk-east")
    assert step(clerk, ref, "accept").status_code == 302
    rows = reply_fields(clerk.get(f"/notices/{ref}").text)
    assert rows["items.0.limit_on"] == "2026-04-09"  # fifteen days on
    rows |= {"items.0.measure": "本周补查", "items.0.leader": "村主任"}
    refused = step(clerk, ref, "reply", {**rows, "situation": ""})
    assert refused.status_code == 422
    assert "本周补查" in refused.text
    assert step(clerk, ref, "reply", {**rows, "situation": "人手不足"}).status_code == 302
    page = late.browser("sup1").get(f"/notices/{ref}").text
    item = late.world.value("SELECT ref FROM task WHERE workflow_key = 'rectification'")
    assert item in page
    assert "人手不足" in page
    assert step(late.browser("sup1"), ref, "close").status_code == 302
    assert "已办结" in clerk.get(f"/notices/{ref}").text


def test_an_interview_needs_its_details(late: Site) -> None:
    late.world.move_to("2026-04-03")
    ref, browser = draft_of(late, kind="interview_notice"), late.browser("sup1")
    refused = step(browser, ref, "seal", {"place": "镇政府三楼"})
    assert refused.status_code == 422
    assert "镇政府三楼" in refused.text
    details = {
        "held_on": "2026-04-10", "held_hour": "上午9:00", "place": "镇政府三楼", "host": "领导小组组长",
        "must_attend": "单位主要负责人",
    }  # fmt: skip
    assert step(browser, ref, "seal", details).status_code == 302
    assert "<dt>约谈地点：</dt><dd>镇政府三楼</dd>" in browser.get(f"/notices/{ref}").text


def test_the_page_explains_itself(late: Site) -> None:
    assert "为什么是这样" in late.browser("boss").get(f"/notices/{draft_of(late)}").text
