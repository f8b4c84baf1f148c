"""The page of a task, from signing to sign-off, as the people on both sides use it."""

from __future__ import annotations

import io
import re
import struct
import zlib
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import text
from werkzeug.test import TestResponse

from tests.web.conftest import Browser, Site

ROW = {
    "place": "三组12号出租房", "kind": "not_registered", "risk_grade": "high", "description": "承租人登记不全",
    "measure": "三日内补登记", "leader": "村治保主任", "limit_on": "2026-03-30",
}  # fmt: skip
RETURN = {"category": "rental", "should_check": "120", "checked": "90"}


def row(index: int, **changes: str) -> dict[str, str]:
    return {f"problems.{index}.{name}": value for name, value in {**ROW, **changes}.items()}


def photo(*, kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), (120, 160, 90)).save(out, kind)
    return out.getvalue()


def summary(answer: TestResponse) -> str:
    found = re.search(r'class="error-summary".*?</div>', answer.text, re.DOTALL)
    return found[0] if found else ""


@pytest.fixture
def surveying(site: Site) -> str:
    """The ref of a survey that east has signed for."""
    ref: str = site.world.task("survey", "east")["ref"]
    site.world.act("clerk-east", ref, "accept")
    return ref


def send(browser: Browser, ref: str, act: str, fields: dict[str, Any]) -> TestResponse:
    return browser.post(f"/tasks/{ref}/{act}", fields, page=f"/tasks/{ref}")


def test_a_reported_problem_becomes_an_item_that_the_page_lists(site: Site, surveying: str) -> None:
    browser = site.browser("clerk-east")
    assert send(browser, surveying, "report", {**RETURN, **row(0), **row(4, place="五组")}).status_code == 302
    page = browser.get(f"/tasks/{surveying}").text
    items = site.world.rows("SELECT ref FROM task WHERE workflow_key = 'rectification' ORDER BY id")
    assert len(items) == 2
    for item in items:
        assert f'href="/tasks/{item["ref"]}"' in page
    ledger = browser.get("/desk/problems").text
    assert "发现 <strong>2</strong> = 整改中 <strong>2</strong> + 已销号 <strong>0</strong>" in ledger
    assert "要整改的问题" in browser.get(f"/tasks/{items[0]['ref']}").text


def test_each_mistake_is_named_at_its_field_and_nothing_typed_is_lost(site: Site, surveying: str) -> None:
    browser = site.browser("clerk-east")
    wrong = {
        **RETURN,
        "should_check": "一百来户",
        "checked__approx": "yes",
        **row(0, limit_on=""),
        "remark": "<b>写了很久</b>",
    }
    answer = send(browser, surveying, "report", wrong)
    assert answer.status_code == 422
    for element, sentence in (("report-should_check", "要填整数"), ("report-problems-0-limit_on", "没有填写")):
        assert f'href="#{element}"' in summary(answer)
        assert f'id="{element}"' in answer.text
        assert re.search(rf'id="{element}-error">[^<]*{sentence}', answer.text)
        assert re.search(rf'id="{element}"[^>]*aria-describedby="[^"]*{element}-error"', answer.text)
    assert 'value="一百来户"' in answer.text
    assert "&lt;b&gt;写了很久&lt;/b&gt;" in answer.text
    assert re.search(r'name="checked__approx" value="yes" checked', answer.text)
    assert 'value="三组12号出租房"' in answer.text
    assert site.world.task("survey", "east")["state"] == "surveying"


def test_more_checked_than_there_is_to_check_is_refused(site: Site, surveying: str) -> None:
    answer = send(site.browser("clerk-east"), surveying, "report", {**RETURN, "should_check": "80"})
    assert answer.status_code == 422
    assert "已排查数（90）不能大于应排查数（80）" in summary(answer)


def test_without_scripts_a_button_adds_and_removes_rows_and_keeps_all(site: Site, surveying: str) -> None:
    browser = site.browser("clerk-east")
    grown = send(browser, surveying, "report", {**RETURN, **row(0), "_do": "add_row:problems"})
    assert grown.status_code == 200
    assert 'name="problems.1.place"' in grown.text
    assert 'value="三组12号出租房"' in grown.text
    shrunk = send(
        browser, surveying, "report", {**RETURN, **row(0), **row(1, place="五组"), "_do": "remove_row:problems:0"}
    )
    assert 'value="五组"' in shrunk.text
    assert "三组12号出租房" not in shrunk.text
    assert site.world.task("survey", "east")["state"] == "surveying"


def test_a_good_photo_is_kept_while_a_lying_file_is_refused_by_name(site: Site, surveying: str) -> None:
    browser = site.browser("clerk-east")
    files = [(io.BytesIO(photo()), "现场.jpg"), (io.BytesIO(b"\x89PNG\r\n\x1a\nnot a picture"), "假照片.png")]
    answer = send(browser, surveying, "report", {**RETURN, "remark": "都还在", "photos__upload": files})
    assert answer.status_code == 422
    assert "假照片.png" in summary(answer)
    assert "都还在" in answer.text
    kept = re.search(r'name="photos" value="([^"]+)" checked', answer.text)
    assert kept is not None
    assert send(browser, surveying, "report", {**RETURN, "photos": kept[1]}).status_code == 302
    assert f'src="/attachments/{kept[1]}"' in browser.get(f"/tasks/{surveying}").text
    assert browser.get(f"/attachments/{kept[1]}").mimetype == "image/jpeg"
    assert site.browser("clerk-west").get(f"/attachments/{kept[1]}").status_code == 404


def test_a_photo_that_is_too_large_is_named_and_the_form_kept(site: Site, surveying: str) -> None:
    browser = site.browser("clerk-east")
    site.world.container.attachments._limit_bytes = 10_000
    big = (io.BytesIO(b"\xff\xd8\xff" + b"1" * 20_000), "大照片.jpg")
    answer = send(browser, surveying, "report", {**RETURN, "remark": "都还在", "photos__upload": big})
    assert answer.status_code == 422
    assert "大照片.jpg" in summary(answer)
    assert "都还在" in answer.text


def test_a_file_sent_ahead_answers_with_its_ref_or_with_the_reason(site: Site, surveying: str) -> None:
    browser = site.browser("clerk-east")
    good = send(browser, surveying, "attachments", {"file": (io.BytesIO(photo()), "a.jpg")})
    assert good.get_json()["file_name"] == "a.jpg"
    bad = send(browser, surveying, "attachments", {"file": (io.BytesIO(b"MZ\x90"), "a.jpg")})
    assert bad.status_code == 422
    assert bad.get_json()["sentence"]
    leader = send(site.browser("boss"), surveying, "attachments", {"file": (io.BytesIO(photo()), "a.jpg")})
    assert leader.status_code == 403


def test_a_stale_page_is_told_so_and_shows_the_present_state(site: Site, surveying: str) -> None:
    browser = site.browser("clerk-east")
    version = site.world.task("survey", "east")["version"]
    site.world.act("head-east", surveying, "report", RETURN)
    answer = send(browser, surveying, "report", {**RETURN, "remark": "我也填了", "version": version})
    assert answer.status_code == 409
    assert "已有人先办理了，现在的状态是“核查中”" in answer.text
    assert "我也填了" in answer.text
    assert 'name="should_check"' not in answer.text


def test_a_double_click_sends_once_and_ends_well(site: Site, surveying: str) -> None:
    browser = site.browser("clerk-east")
    fields = {**RETURN, **row(0), "version": site.world.task("survey", "east")["version"]}
    assert send(browser, surveying, "report", fields).status_code == 302
    assert send(browser, surveying, "report", fields).status_code == 302
    assert site.world.value("SELECT count(*) FROM problem") == 1


def test_what_was_sent_back_comes_filled_with_the_reason_on_top(site: Site, surveying: str) -> None:
    site.world.act("clerk-east", surveying, "report", {**RETURN, **row(0)})
    supervisor = site.browser("sup1")
    page = supervisor.get(f"/tasks/{surveying}").text
    assert "最近报送的内容" in page
    refused = send(supervisor, surveying, "return", {"reason": " "})
    assert refused.status_code == 422
    assert "需要写明理由" in summary(refused)
    assert send(supervisor, surveying, "return", {"reason": "底数不对，请核实"}).status_code == 302
    mine = site.browser("clerk-east").get(f"/tasks/{surveying}").text
    assert "<strong>退回理由：</strong>底数不对，请核实" in mine
    assert 'name="should_check" value="120"' in mine
    assert 'value="三组12号出租房"' in mine


def test_the_history_names_post_person_act_and_reason(site: Site, surveying: str) -> None:
    site.world.act("clerk-east", surveying, "report", RETURN)
    site.world.act("sup1", surveying, "return", reason="照片不清")
    page = site.browser("clerk-east").get(f"/tasks/{surveying}").text
    record = page[page.index('id="record"') :]
    acts = ["退回重报，转为“排查中”", "报送排查结果，转为“核查中”", "签收，转为“排查中”", "任务下达"]
    assert [record.index(act) for act in acts] == sorted(record.index(act) for act in acts)
    assert "理由：照片不清" in record
    assert "东村 联络员 clerk-east" in record or "east村 联络员 clerk-east" in record


def test_an_extension_is_asked_decided_and_keeps_the_old_date(site: Site, surveying: str) -> None:
    browser, supervisor = site.browser("clerk-east"), site.browser("sup1")
    wrong = send(browser, surveying, "extension", {"wanted_on": "2026-03-01", "reason": "下雨", "progress": "一半"})
    assert wrong.status_code == 422
    assert 'href="#extension-wanted_on"' in summary(wrong)
    assert "下雨" in wrong.text
    asked = {"wanted_on": "2026-04-10", "reason": "连日下雨", "progress": "完成一半"}
    assert send(browser, surveying, "extension", asked).status_code == 302
    assert "已暂停" in browser.get(f"/tasks/{surveying}").text
    undecided = send(supervisor, surveying, "extension/decision", {"granted_on": "2026-04-03"})
    assert undecided.status_code == 422
    decision = {"grant": "yes", "granted_on": "2026-04-03", "reason": "同意"}
    assert send(supervisor, surveying, "extension/decision", decision).status_code == 302
    page = browser.get(f"/tasks/{surveying}").text
    assert "4月3日 周五" in page
    assert "原期限2026年3月20日（周五）" in page


def test_the_leader_orders_a_rung_and_others_have_no_such_route(site: Site, surveying: str) -> None:
    leader = site.browser("boss")
    assert 'value="supervise"' in leader.get(f"/tasks/{surveying}").text
    missing = send(leader, surveying, "order", {"rung": "supervise", "reason": ""})
    assert missing.status_code == 422
    assert send(leader, surveying, "order", {"rung": "supervise", "reason": "进度太慢"}).status_code == 302
    assert "领导指定启动“拟发督导通知书”" in leader.get(f"/tasks/{surveying}").text
    assert send(site.browser("clerk-east"), surveying, "order", {"rung": "supervise", "reason": "x"}).status_code == 404


def test_a_neighbour_finds_nothing_and_changes_nothing(site: Site, surveying: str) -> None:
    neighbour = site.browser("clerk-west")
    assert neighbour.get(f"/tasks/{surveying}").status_code == 404
    for act in ("report", "extension", "attachments"):
        answer = neighbour.post(f"/tasks/{surveying}/{act}", {**RETURN, "version": "2"})
        assert answer.status_code == 404, act
    assert site.world.task("survey", "east")["state"] == "surveying"


def test_the_page_says_why_and_by_which_rule(site: Site, surveying: str) -> None:
    browser = site.browser("clerk-east")
    page = browser.get(f"/tasks/{surveying}").text
    assert "按规定日期，2026年3月20日前（含当日）" in page
    assert "规定日期，不因节假日变动" in page
    assert f'href="/tasks/{surveying}?why=1#why"' in page
    assert re.search(r'id="why" open>.*?<li>', browser.get(f"/tasks/{surveying}?why=1").text, re.DOTALL)


def test_a_vast_picture_of_a_few_bytes_is_named_and_the_form_kept(site: Site, surveying: str) -> None:
    browser = site.browser("clerk-east")
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(b"\0")), (b"IEND", b"")]
    vast = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )
    answer = send(
        browser, surveying, "report", {**RETURN, "remark": "都还在", "photos__upload": (io.BytesIO(vast), "巨图.png")}
    )
    assert answer.status_code == 422
    assert "巨图.png" in summary(answer)
    assert "60000" in summary(answer)
    assert "都还在" in answer.text


def test_a_person_with_nothing_to_do_reads_dates_and_origin_in_the_wide_column(site: Site, surveying: str) -> None:
    page = site.browser("boss").get(f"/tasks/{surveying}").text
    wide = page[page.index('class="split"') :]
    wide = wide[: wide.index('id="why"')]
    assert 'id="clocks"' in wide
    assert 'id="about"' in wide
    mine = site.browser("clerk-east").get(f"/tasks/{surveying}").text
    assert mine.index('id="act-report"') < mine.index('id="clocks"')


def test_where_a_leader_approves_the_page_says_at_each_step_who_it_waits_for(site: Site, surveying: str) -> None:
    with site.world.container.uows() as uow:
        uow.session.execute(text("""UPDATE campaign SET settings = settings || '{"extension_steps": 2}'"""))
        uow.commit()
    clerk, supervisor, leader = (site.browser(name) for name in ("clerk-east", "sup1", "boss"))
    asked = {"wanted_on": "2026-04-10", "reason": "连日下雨", "progress": "完成一半"}
    assert send(clerk, surveying, "extension", asked).status_code == 302
    assert "初审延期申请" in supervisor.get(f"/tasks/{surveying}").text
    assert "批准延期申请" not in leader.get(f"/tasks/{surveying}").text
    examined = {"grant": "yes", "granted_on": "2026-04-03", "reason": "情况属实"}
    assert send(supervisor, surveying, "extension/decision", examined).status_code == 302
    assert "等待领导批准" in clerk.get(f"/tasks/{surveying}").text
    assert "等待领导批准" in supervisor.get("/workbench?section=extensions").text
    assert send(supervisor, surveying, "extension/decision", examined).status_code == 403
    page = leader.get(f"/tasks/{surveying}").text
    assert "情况属实" in page
    assert 'value="2026-04-03"' in page
    assert (
        send(leader, surveying, "extension/decision", {"grant": "yes", "granted_on": "2026-04-02"}).status_code == 302
    )
    page = clerk.get(f"/tasks/{surveying}").text
    assert "4月2日 周四" in page
    assert "初审同意延期到2026年4月3日（周五）" in page
