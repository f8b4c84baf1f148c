"""Pages of papers that an office signs: the interview's record, decisions on paper, templates, draws, ledgers read back."""

from __future__ import annotations

import hashlib
import html
import io
import json
import re

import pytest
from docx import Document
from openpyxl import load_workbook

from tests.web.conftest import Site
from tests.web.papers import draft_of, issue, report_problems, step

NEEDED = (
    "{{ 标记 }}{{ 文号 }}{{ 标题 }}{{ 主送 }}", "{%p for 段 in 正文 %}", "{{ 段 }}", "{%p endfor %}",
    "{%p for 项 in 事项 %}", "{{ 项.内容 }}", "{%p endfor %}", "{{ 回复要求 }}",
)  # fmt: skip
DETAILS = {
    "held_on": "2026-04-10", "held_hour": "上午9:00", "place": "镇政府三楼", "host": "领导小组组长",
    "must_attend": "单位主要负责人",
}  # fmt: skip


def called_in(late: Site) -> str:
    """Return the paper of an interview that the village has signed for."""
    late.world.move_to("2026-04-03")
    ref = draft_of(late, kind="interview_notice")
    step(late.browser("sup1"), ref, "seal", DETAILS)
    step(late.browser("boss"), ref, "approve")
    step(late.browser("sup1"), ref, "issue")
    step(late.browser("clerk-east"), ref, "accept")
    late.world.move_to("2026-04-10", "11:00")
    return ref


@pytest.mark.slow
def test_the_record_begins_with_the_papers_lines_which_may_be_changed_added_to_and_left_out(late: Site) -> None:
    ref, browser = called_in(late), late.browser("sup2")
    page = browser.get(f"/notices/{ref}").text
    line = late.world.value(
        "SELECT i.text FROM notice_item i JOIN notice n ON n.id = i.notice_id WHERE n.ref = :ref", ref=ref
    )
    field = re.search(r'<input class="input" type="text" id="s-record-agreed-0-item" name="agreed.0.item" value="([^"]*)"', page)  # fmt: skip
    assert field is not None
    assert html.unescape(field[1]) == line
    assert 'value="add_row:agreed"' in page
    said = {
        "held_on": "2026-04-10", "came": "in_person", "participants": "组长、村主要负责人", "problems": "逾期", "statement": "人手不足",
        "requirements": "一周内完成", "commitment": "按期完成", "recorder": "干事", "_do": "submit",
        "agreed.0.item": "建立周报制度", "agreed.0.measure": "每周五报", "agreed.0.leader": "村主任",
    }  # fmt: skip
    refused = step(browser, ref, "record", {**said, "agreed.0.limit_on": "2026-04-01"})
    assert refused.status_code == 422
    assert "建立周报制度" in refused.text
    done = step(browser, ref, "record", {**said, "agreed.0.limit_on": "2026-04-24"})
    assert done.status_code == 302
    page = late.browser("clerk-east").get(f"/notices/{ref}").text
    assert "约谈另外商定的事项" in page
    assert "每周五报；责任人：村主任" in page


@pytest.mark.slow
def test_the_signed_record_is_uploaded_beside_the_sealed_paper(late: Site) -> None:
    ref, browser = called_in(late), late.browser("sup1")
    assert 'name="document"' not in browser.get(f"/notices/{ref}").text, "nothing was recorded yet"
    early = {"document": "record", "file": (io.BytesIO(b"%PDF-1.7\nx"), "记录.pdf")}
    assert step(browser, ref, "signed-copy", early).status_code == 409
    late.world.act_on_notice("sup2", ref, "record", {
        "held_on": "2026-04-10", "came": "in_person", "participants": "组长", "problems": "逾期", "statement": "人手不足",
        "requirements": "完成", "commitment": "完成", "recorder": "干事", "agreed.0.item": "甲", "agreed.0.measure": "乙",
        "agreed.0.leader": "丙", "agreed.0.limit_on": "2026-04-24",
    })  # fmt: skip
    signed = {"document": "record", "file": (io.BytesIO(b"%PDF-1.7\nsigned"), "记录.pdf")}
    assert step(browser, ref, "signed-copy", signed).status_code == 302
    page = browser.get(f"/notices/{ref}").text
    assert re.search(r'记录.pdf</a> <span class="chip">约谈记录</span>', page)
    assert "约谈记录签字件" in page


def test_a_granted_extension_leads_to_its_reply_on_paper(late: Site) -> None:
    world, ref = late.world, late.world.task("talk", "east")["ref"]
    version = world.task("talk", "east")["version"]
    world.container.extensions.ask(
        world.viewer("clerk-east"),
        task_ref=ref,
        expected_version=version,
        wanted_on="2026-05-08",
        reason="下雨",
        progress="",
    )
    world.container.extensions.decide(
        world.viewer("sup1"), task_ref=ref, expected_version=version + 1, grant=True, granted_on="2026-05-08", reason=""
    )
    office = late.browser("office1")
    page = office.get(f"/tasks/{ref}").text
    which = re.search(r'papers/extension_reply".*?name="which" value="([^"]+)"', page, re.DOTALL)
    assert which is not None
    begun = office.post(f"/tasks/{ref}/papers/extension_reply", {"which": which[1]})
    assert begun.status_code == 302
    assert "由2026年4月30日延至2026年5月8日" in office.get(begun.headers["Location"]).text
    assert "起草中" in office.get(f"/tasks/{ref}").text
    assert "起草" not in late.browser("clerk-east").get(f"/tasks/{ref}").text.split("有关决定的文书")[-1][:300]
    stale = office.post(f"/tasks/{ref}/papers/extension_reply", {"which": "extension:999"})
    assert stale.status_code == 409


def word(*paragraphs: str) -> bytes:
    document = Document()
    for text in (*paragraphs, *NEEDED):
        document.add_paragraph(text)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


@pytest.mark.slow
def test_the_office_uploads_a_template_and_papers_are_printed_with_it(late: Site) -> None:
    office = late.browser("office1")
    refused = office.post("/templates/supervision_notice", {"file": (io.BytesIO(word("{{ 收文 }}")), "模板.docx")})
    assert refused.status_code == 422
    assert "正文第1段“{{ 收文 }}”" in html.unescape(refused.text)
    taken = office.post("/templates/supervision_notice", {"file": (io.BytesIO(word("镇版式")), "模板.docx")})
    assert taken.status_code == 302
    page = office.get("/templates").text
    assert "第1版模板" in page
    assert "模板.docx" in page
    trial = office.get("/templates/supervision_notice/1/trial.docx")
    assert "示例督〔2026〕1号" in "".join(one.text for one in Document(io.BytesIO(trial.data)).paragraphs)
    ref = draft_of(late)
    assert f'<option value="{ref}">草稿 east村</option>' in office.get("/templates").text
    tried = office.get(f"/templates/supervision_notice/1/trial.docx?paper={ref}")
    said = "".join(one.text for one in Document(io.BytesIO(tried.data)).paragraphs)
    assert "草稿（未印发，不具效力）　试印，不作正式文书" in said
    assert "east村" in said
    issue(late, ref)
    clerk = late.browser("clerk-east")
    mine, ours = clerk.get(f"/notices/{ref}/paper.docx").data, clerk.get(f"/notices/{ref}/paper.docx?layout=own").data
    texts = ["".join(one.text for one in Document(io.BytesIO(file)).paragraphs) for file in (mine, ours)]
    assert ["镇版式" in one for one in texts] == [True, False]
    for mistyped in ("9", "1x", "第1版", "-1"):
        assert office.post("/templates/supervision_notice/use", {"chosen": mistyped}).status_code == 404
    assert office.post("/templates/supervision_notice/use", {"chosen": ""}).status_code == 302
    assert "系统版式" in office.get("/templates").text
    assert office.get("/templates/starter.docx").data.startswith(b"PK")


def test_a_month_is_drawn_on_its_page_and_anybody_of_the_office_may_check_it(late: Site) -> None:
    world = late.world
    report_problems(late, "east", ("一号院", "二号院"))
    items = [row["ref"] for row in world.rows("SELECT ref FROM task WHERE workflow_key = 'rectification' ORDER BY id")]
    for ref in items:
        world.act("clerk-east", ref, "report", {"result": "已换", "done_on": "2026-03-25"})
        world.act("sup1", ref, "start_recheck")
        world.act("sup1", ref, "sign_off", {"rechecked_on": "2026-03-25", "manner": "on_site", "opinion": "合格"})
    path = f"/campaigns/{world.campaign_ref}/look-backs"
    supervisor = late.browser("sup2")
    assert "月底之后才能抽取" in supervisor.get(path).text
    assert supervisor.post(f"{path}/2026-03").status_code == 409
    world.move_to("2026-04-01", "09:00")
    world.container.ledger.seal()
    supervisor = late.browser("sup2")
    assert "抽取后不能重抽" in supervisor.get(path).text
    assert "抽取后不能重抽" not in late.browser("boss").get(path).text
    assert supervisor.post(f"{path}/2026-03").status_code == 302
    page = late.browser("boss").get(f"{path}?check=2026-03").text
    assert "结果与当时完全一致" in page
    assert "待抽查回头看" in page
    assert f"{world.campaign_ref}|2026-03|" in page
    assert late.browser("clerk-east").get(path).status_code == 404


def test_an_edited_ledger_is_read_back_after_a_look_at_what_changes(late: Site) -> None:
    report_problems(late, "east", ("一号院", "二号院"))
    office = late.browser("sup1")
    book = load_workbook(io.BytesIO(office.post("/ledger/rectification.xlsx").data))
    sheet = book.active
    heads = {cell.value: cell.column for cell in sheet[3]}
    sheet.cell(4, heads["责任人"]).value = "村支书"
    out = io.BytesIO()
    book.save(out)
    shown = office.post("/ledger/read-back", {"file": (io.BytesIO(out.getvalue()), "台账.xlsx")})
    assert shown.status_code == 200
    assert "<strong>村支书</strong>" in shown.text
    carried = carried_by(shown.text)
    silent = office.post("/ledger/read-back/confirm", carried)
    assert silent.status_code == 422
    assert "请写明为什么修改" in silent.text
    assert "村支书" in silent.text
    assert office.post("/ledger/read-back/confirm", {**carried, "reason": "人员调整"}).status_code == 302
    ref = late.world.value("SELECT ref FROM task WHERE workflow_key = 'rectification' ORDER BY id LIMIT 1")
    page = late.browser("clerk-east").get(f"/tasks/{ref}").text
    assert "按读回的台账修改" in page
    assert "人员调整" in page
    again = office.post("/ledger/read-back/confirm", {**carried, "reason": "再来一次"})
    assert again.status_code == 302, "what stands already is no change"
    assert office.post("/ledger/read-back/confirm", {"carried": "[[[[", "reason": "x"}).status_code == 409
    wrong = office.post("/ledger/read-back", {"file": (io.BytesIO(b"a,b\n1,2\n"), "x.csv")})
    assert wrong.status_code == 422
    assert "文件里没有找到表头" in wrong.text


def carried_by(page: str) -> dict[str, str]:
    """Return what the preview hands to the confirmation."""
    return {"carried": html.unescape(re.search(r'name="carried" value="([^"]*)"', page)[1])}  # type: ignore[index]


def test_only_what_was_read_from_the_file_is_confirmed_and_by_whoever_looked_at_it(late: Site) -> None:
    report_problems(late, "east", ("一号院",))
    office, world = late.browser("sup1"), late.world
    (row,) = world.rows("SELECT ref, version FROM task WHERE workflow_key = 'rectification'")
    text = f"编号,版本（勿改）,责任人\n{row['ref']},{row['version']},村支书\n"
    shown = office.post("/ledger/read-back", {"file": (io.BytesIO(text.encode()), "台账.csv")})
    carried = carried_by(shown.text)["carried"]
    made_up = json.dumps([[5, row["ref"], row["version"], {"leader": "别人", "measure": ""}]])
    for wrong in (made_up, carried[:-1], carried[1:], "[[5,1,Infinity,{}]]"):
        form = {"carried": wrong, "sha256": "0" * 64, "reason": "人员调整"}
        assert office.post("/ledger/read-back/confirm", form).status_code == 409
    form = {"carried": carried, "reason": "人员调整"}
    assert late.browser("sup2").post("/ledger/read-back/confirm", form).status_code == 409
    assert world.value("SELECT count(*) FROM event WHERE kind = 'ledger.read_back'") == 0
    assert office.post("/ledger/read-back/confirm", form).status_code == 302
    said = world.value("SELECT payload ->> 'file' FROM event WHERE kind = 'ledger.read_back'")
    assert said == hashlib.sha256(text.encode()).hexdigest()
