"""A paper's page: drafted, signed by others, numbered, answered; and a unit sees it from its issuing on."""

from __future__ import annotations

import html
import io
import re
import zipfile
from typing import Any
from urllib.parse import unquote

import pytest
from sqlalchemy import text

from tests.web.conftest import Site
from tests.web.papers import counted_queries, draft_of, issue, step
from tracker.services.paper_files import AT_ONCE


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


@pytest.mark.slow
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


def test_the_page_explains_itself_when_asked(late: Site) -> None:
    ref = draft_of(late)
    browser = late.browser("boss")
    assert f'href="/notices/{ref}?why=1#why"' in browser.get(f"/notices/{ref}").text
    assert re.search(r'id="why" open>.*?<li>', browser.get(f"/notices/{ref}?why=1").text, re.DOTALL)


@pytest.fixture
def accepted(late: Site) -> str:
    """The ref of a paper that east has signed for and must answer."""
    ref = draft_of(late)
    issue(late, ref)
    step(late.browser("clerk-east"), ref, "accept")
    return ref


def ask(site: Site, ref: str, **fields: str) -> Any:
    """Let east ask for a later date of the reply, from the paper's page."""
    browser = site.browser("clerk-east")
    given = {"wanted_on": "2026-04-10", "reason": "连日下雨", "progress": "已分工", **fields}
    return browser.post(f"/notices/{ref}/extension", {"version": task_version(site, ref), **given}, page="/notices")


def task_version(site: Site, ref: str) -> str:
    """Return the version that the extension forms of a paper's page carry: its task's."""
    page = site.browser("sup1").get(f"/notices/{ref}").text + site.browser("clerk-east").get(f"/notices/{ref}").text
    form = page[page.index(f'action="/notices/{ref}/extension') :]
    return re.search(r'name="version" value="(\d+)"', form)[1]  # type: ignore[index]


@pytest.mark.slow
def test_a_later_reply_is_asked_granted_and_the_paper_stays_as_printed(late: Site, accepted: str) -> None:
    clerk, supervisor = late.browser("clerk-east"), late.browser("sup1")
    version = late.world.value("SELECT version FROM notice WHERE ref = :ref", ref=accepted)
    assert ask(late, accepted).status_code == 302
    page = clerk.get(f"/notices/{accepted}").text
    assert "等待批复" in page
    assert f'action="/notices/{accepted}/extension"' not in page  # no second request while one is open
    assert "理由：连日下雨" in supervisor.get("/workbench?section=extensions").text
    decide = f"/notices/{accepted}/extension/decision"
    silent = supervisor.post(decide, {"version": task_version(late, accepted)})
    assert silent.status_code == 422
    assert 'href="#decision-grant"' in silent.text
    decision = {"version": task_version(late, accepted), "grant": "yes", "granted_on": "2026-04-09"}
    assert supervisor.post(decide, decision).status_code == 302
    page = clerk.get(f"/notices/{accepted}").text
    assert "同意延到2026年4月9日" in page
    assert "请于2026年4月9日前书面回复" not in page
    assert late.world.value("SELECT version FROM notice WHERE ref = :ref", ref=accepted) == version


def test_a_wrong_request_for_a_later_reply_is_told_at_its_field(late: Site, accepted: str) -> None:
    wrong = ask(late, accepted, wanted_on="2026-03-01", reason="下了三天雨")
    assert wrong.status_code == 422
    assert 'href="#extension-wanted_on"' in wrong.text
    assert 'id="extension-wanted_on-error"' in wrong.text
    assert "下了三天雨" in wrong.text
    stale = ask(late, accepted, version="1")
    assert stale.status_code == 409
    assert "连日下雨" in stale.text


def test_a_neighbour_and_a_leader_ask_for_nothing(late: Site, accepted: str) -> None:
    fields = {"version": "1", "wanted_on": "2026-04-10", "reason": "x", "progress": ""}
    for person in ("clerk-west", "boss"):
        assert late.browser(person).post(f"/notices/{accepted}/extension", fields).status_code == 404
    assert late.browser("clerk-east").post(f"/notices/{accepted}/extension/decision", fields).status_code == 404


def test_the_number_of_queries_does_not_grow_with_the_items(late: Site) -> None:
    ref, browser = draft_of(late), late.browser("sup1")
    browser.get(f"/notices/{ref}")
    with counted_queries() as before:
        browser.get(f"/notices/{ref}")
    for number in range(5):
        step(browser, ref, "items", {"text": f"补报第{number}项"})
    browser.get(f"/notices/{ref}")
    with counted_queries() as after:
        browser.get(f"/notices/{ref}")
    assert len(after) == len(before)
    assert len(after) <= 28


def test_a_signed_copy_is_uploaded_on_the_page_and_read_by_the_unit(late: Site) -> None:
    ref = draft_of(late)
    issue(late, ref)
    office, clerk = late.browser("sup1"), late.browser("clerk-east")
    fields = {"file": (io.BytesIO(b"%PDF-1.7\nsealed"), "盖章.pdf")}
    assert step(office, ref, "signed-copy", fields).status_code == 302
    page = clerk.get(f"/notices/{ref}").text
    found = re.search(r'href="(/attachments/FJ-[\d-]+)">盖章.pdf', page)
    assert found is not None
    assert clerk.get(found[1]).data == b"%PDF-1.7\nsealed"
    assert "上传盖章件</button>" not in page, "the unit reads it, and adds none"
    refused = step(office, ref, "signed-copy", {"file": (io.BytesIO(b"PK\x03\x04broken"), "盖章.docx")})
    assert refused.status_code == 422
    assert "文件打不开" in refused.text


def test_the_page_leads_to_the_paper_as_word_with_a_name_that_says_what_it_is(late: Site) -> None:
    ref = draft_of(late)
    draft = late.browser("sup1").get(f"/notices/{ref}/paper.docx")
    assert draft.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''%E8%8D%89%E7%A8%BF-")
    issue(late, ref)
    browser = late.browser("clerk-east")
    assert f'href="/notices/{ref}/paper.docx"' in browser.get(f"/notices/{ref}").text
    answer = browser.get(f"/notices/{ref}/paper.docx")
    assert unquote(answer.headers["Content-Disposition"]).endswith("测督〔2026〕1号-east村-督导通知书.docx")
    assert answer.data.startswith(b"PK")


@pytest.mark.slow
def test_a_correction_is_begun_on_the_page_and_both_papers_lead_to_each_other(late: Site) -> None:
    first = draft_of(late)
    issue(late, first)
    office = late.browser("sup1")
    assert step(office, first, "correction", {"reason": ""}).status_code == 422
    answer = step(office, first, "correction", {"reason": "天数算错"})
    second = answer.headers["Location"].rsplit("/", 1)[-1]
    assert second != first
    assert step(office, second, "items", {"text": "原“3个”更正为“2个”。"}).status_code == 302
    issue(late, second)
    clerk = late.browser("clerk-east")
    assert f'已由 <a href="/notices/{second}">测督〔2026〕2号</a> 更正' in clerk.get(f"/notices/{first}").text
    assert f'更正 <a href="/notices/{first}">测督〔2026〕1号</a>' in clerk.get(f"/notices/{second}").text


def test_a_red_head_is_shown_only_where_the_office_has_one(late: Site) -> None:
    ref = draft_of(late)
    assert 'class="paper-office"' not in late.browser("sup1").get(f"/notices/{ref}").text
    with late.world.container.uows() as uow:
        uow.session.execute(
            text("""UPDATE campaign SET settings = settings || '{"paper_layout": {"letterhead": "某镇专项办文件"}}'""")
        )
        uow.commit()
    assert '<p class="paper-office">某镇专项办文件</p>' in late.browser("sup1").get(f"/notices/{ref}").text


def issued_with_steps(late: Site) -> str:
    """Issue a paper in a campaign that passes unopened ones on."""
    with late.world.container.uows() as uow:
        uow.session.execute(
            text("UPDATE campaign SET settings = settings || CAST(:more AS jsonb)"),
            {"more": '{"ladders": {"unopened": "pass_on_unopened"}}'},
        )
        uow.commit()
    ref = draft_of(late)
    issue(late, ref)
    return ref


def test_the_units_first_opening_of_a_paper_stands_in_its_history_and_the_offices_does_not(late: Site) -> None:
    ref = issued_with_steps(late)
    assert "单位首次拆阅" not in late.browser("sup1").get(f"/notices/{ref}").text
    assert "单位首次拆阅" in late.browser("clerk-east").get(f"/notices/{ref}").text
    late.browser("head-east").get(f"/notices/{ref}")
    assert late.world.value("SELECT count(*) FROM event WHERE kind = 'paper.opened'") == 1
    assert "首次拆阅，不再改请他人" in late.browser("sup1").get(f"/explain/{ref}").text


@pytest.mark.slow
def test_that_a_paper_is_passed_on_unopened_stands_in_its_history(late: Site) -> None:
    ref = issued_with_steps(late)
    late.world.move_to("2026-03-27")
    assert "无人拆阅，改请他人转办" in late.browser("sup1").get(f"/notices/{ref}").text
    proof = late.browser("sup1").get(f"/notices/{ref}/proof").text
    assert proof.count("文书无人拆阅") == 2, "head and area leader; the office in the end is no unit's to read of"
    assert "area" in proof


def unzipped(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


@pytest.mark.slow
def test_the_evidence_is_taken_from_the_papers_page_by_office_and_unit(late: Site) -> None:
    ref = draft_of(late)
    assert "提取证据包" not in late.browser("sup1").get(f"/notices/{ref}").text
    issue(late, ref)
    for who in ("sup1", "boss", "office1", "clerk-east", "head-east"):
        browser = late.browser(who)
        assert f'action="/notices/{ref}/evidence"' in browser.get(f"/notices/{ref}").text
        answer = browser.post(f"/notices/{ref}/evidence", page=f"/notices/{ref}")
        assert answer.status_code == 200
        assert f"证据包-{ref}.zip" in unquote(answer.headers["Content-Disposition"])
        assert "verify.py" in unzipped(answer.data)
    assert "提取证据包" not in late.browser("area").get(f"/notices/{ref}").text
    assert late.browser("clerk-west").post(f"/notices/{ref}/evidence").status_code == 404


@pytest.mark.slow
def test_papers_are_taken_together_as_the_list_shows_them_and_an_altered_one_is_named(late: Site) -> None:
    assert late.browser("sup1").post("/notices/papers.zip").status_code == 404
    refs = {village: draft_of(late, village) for village in ("east", "west")}
    for ref in refs.values():
        issue(late, ref)
    assert "下载所列已印发文书" in late.browser("sup1").get("/notices").text
    everything = unzipped(late.browser("sup1").post("/notices/papers.zip").data)
    assert sorted(name[:12] for name in everything) == sorted(refs.values())
    assert all(content.startswith(b"PK") for content in everything.values())
    for narrowed in (
        late.browser("sup1").post("/notices/papers.zip?unit=east"),
        late.browser("clerk-east").post("/notices/papers.zip"),
    ):
        assert [name[:12] for name in unzipped(narrowed.data)] == [refs["east"]]
    with late.world.container.uows() as uow:
        uow.session.execute(text("UPDATE notice SET body = '改过' WHERE ref = :ref"), {"ref": refs["west"]})
        uow.session.execute(
            text("UPDATE unit_name SET name = :name WHERE name = 'east村'"), {"name": "=cmd|'/C calc'!A0"}
        )
        uow.commit()
    left = unzipped(late.browser("sup1").post("/notices/papers.zip").data)
    assert refs["west"] in left.pop("没有打印的文书.txt").decode()
    assert [name[:12] for name in left] == [refs["east"]]
    assert late.world.value("SELECT count(*) FROM event WHERE payload ->> 'ledger' = 'papers'") == 4


@pytest.mark.slow
def test_many_papers_are_printed_in_the_background_with_a_bar(late: Site) -> None:
    issue(late, draft_of(late))
    with late.world.container.uows() as uow:
        for number in range(2, AT_ONCE + 3):
            uow.session.execute(text(COPY_PAPER), {"number": number})
        uow.commit()
    answer = late.browser("sup1").post("/notices/papers.zip")
    assert answer.status_code == 302
    waiting = late.browser("sup1").get(answer.headers["Location"]).text
    assert f"0 / {AT_ONCE + 2} 份" in waiting
    (args,) = [args for queue, _, args in late.world.queue.rung if queue == "documents"]
    late.world.container.background_files.write(int(args[0]))
    got = unzipped(late.browser("sup1").get(f"{answer.headers['Location']}/file").data)
    assert len(got) == 2, "the paper, and a note on the copies, of which no record tells"


#: A paper that stands in the tables and in no record.
COPY_PAPER = """
    WITH t AS (
        INSERT INTO task (ref, campaign_id, unit_id, workflow_key, workflow_version_id, period_key, title, state,
            waits_for, done, final, sent_back, version, opened_at, severity_raise, last_doers, paper)
        SELECT t.ref || '-' || :number, t.campaign_id, t.unit_id, t.workflow_key, t.workflow_version_id, t.period_key, t.title,
            t.state, t.waits_for, t.done, t.final, t.sent_back, t.version, t.opened_at, t.severity_raise, t.last_doers, true
        FROM task t JOIN notice n ON n.task_id = t.id WHERE n.number = 1 RETURNING id)
    INSERT INTO notice (ref, task_id, campaign_id, office_id, unit_id, kind, severity, gathering, title, body, details,
        version, printed_unit_name, printed_number, issued_at, created_at)
    SELECT n.ref || '-' || :number, t.id, campaign_id, office_id, unit_id, kind, severity, gathering, title, body, details,
        version, printed_unit_name, printed_number || '-' || :number, issued_at, created_at
    FROM notice n, t WHERE n.number = 1"""
