"""What a hostile visitor, colleague or form tries: nothing breaks, nothing leaks, nothing is taken that was not asked for."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from itertools import product

import pytest
from sqlalchemy import text

from tests.support.logs import written_log
from tests.support.racing import at_once
from tests.web.papers import draft_of, report_problems, step
from tests.web.site import PASSWORD, Browser, Site, hidden
from tests.web.two_offices import TwoOffices
from tracker.web.assembly import assemble
from tracker.web.auth import COOKIE, open_to_all

MARKUP = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>"
RETURN = {"category": "rental", "should_check": "120", "checked": "90"}
ROW = {
    "place": "三组12号", "kind": "not_registered", "risk_grade": "high", "description": "登记不全",
    "measure": "补登记", "leader": "村主任", "limit_on": "2026-03-30",
}  # fmt: skip


@pytest.fixture
def offices(two_offices: TwoOffices) -> Iterator[Site]:
    with two_offices.site() as site:
        yield site


@pytest.fixture
def surveying(site: Site) -> str:
    ref: str = site.world.task("survey", "east")["ref"]
    site.world.act("clerk-east", ref, "accept")
    return ref


def send(browser: Browser, ref: str, act: str, fields: dict[str, object]):
    return browser.post(f"/tasks/{ref}/{act}", fields, page=f"/tasks/{ref}")


# -- what exists is not told


@pytest.mark.slow
def test_what_is_somebody_elses_sounds_like_what_is_not_there(offices: Site, two_offices: TwoOffices) -> None:
    doors = two_offices.doors
    paths = {
        "task": ("/tasks/{}", "/tasks/{}/report", "/tasks/{}/extension", "/tasks/{}/attachments", "/explain/{}"),
        "draft": ("/notices/{}", "/notices/{}/edit", "/notices/{}/items", "/notices/{}/seal", "/explain/{}"),
        "issued": ("/notices/{}", "/notices/{}/accept", "/notices/{}/items/1/strike"),
        "draft_task": ("/tasks/{}", "/tasks/{}/urge", "/tasks/{}/extension", "/tasks/{}/extension/decision"),
        "finding": ("/explain/{}",), "attachment": ("/attachments/{}",),
        "campaign": ("/campaigns/{}", "/campaigns/{}/matrix", "/campaigns/{}/issue"),
        "incident": ("/admin/incidents/{}/resolve",),
    }  # fmt: skip
    strangers = product(("n-office1", "n-sup", "n-boss", "n-east", "n-area", "clerk-west"), paths)
    insiders = product(("area", "clerk-east"), ("draft", "draft_task", "finding"))
    for who, name in [*strangers, *insiders]:
        if (who, name) == ("clerk-west", "campaign"):
            continue  # it is west's campaign too
        browser, foreign = offices.browser(who), doors[name]
        missing = "9999" if foreign.isdigit() else f"{foreign[:-4]}9999"
        for path in paths[name]:
            fields = {"version": "1", "reason": "理由", "text": "催办"}
            said = []
            for ref in (foreign, missing):
                answers = browser.post(path.format(ref), fields), browser.get(path.format(ref))
                said += [
                    (answer.status_code, re.sub(r"\s", "", _sentence(answer.text)).replace(ref, "REF"))
                    for answer in answers
                ]
            assert said[:2] == said[2:], (who, path)


def _sentence(page: str) -> str:
    found = re.search(r'role="alert">(.*?)</p>', page, re.DOTALL)
    return found[1] if found else page


# -- what is typed stays text


@pytest.mark.slow
def test_typed_markup_is_shown_as_text_on_every_page(site: Site) -> None:
    report_problems(site, "east", (MARKUP,))
    survey = site.world.task("survey", "east")["ref"]
    item = site.world.value("SELECT ref FROM task WHERE workflow_key = 'rectification'")
    assert send(site.browser("sup1"), survey, "return", {"reason": MARKUP}).status_code == 302
    talk = site.world.task("talk", "east")["ref"]
    site.world.act("clerk-east", talk, "accept")
    asked = {"wanted_on": "2026-05-10", "reason": MARKUP, "progress": MARKUP}
    assert send(site.browser("clerk-east"), talk, "extension", asked).status_code == 302
    assert send(site.browser("sup1"), item, "urge", {"text": MARKUP}).status_code == 302
    site.world.act("clerk-west", site.world.task("survey", "west")["ref"], "accept")
    site.world.move_to("2026-03-25")
    draft, sup = draft_of(site, "west"), site.browser("sup1")
    assert step(sup, draft, "edit", {"title": MARKUP, "body": f"{MARKUP}\n{MARKUP}"}).status_code == 302
    assert step(sup, draft, "items", {"text": MARKUP}).status_code == 302
    number = site.world.value(
        "SELECT max(i.id) FROM notice_item i JOIN notice n ON n.id = i.notice_id WHERE n.ref = :r", r=draft
    )
    assert step(sup, draft, f"items/{number}/strike", {"reason": MARKUP}).status_code == 302
    added = site.browser("security").post("/admin/people", {"name": "<script>alert(1)</script>"})
    assert added.status_code == 302
    pages = [f"/tasks/{survey}", f"/tasks/{item}", f"/tasks/{talk}", f"/notices/{draft}", "/notices", "/workbench",
             "/workbench/findings", f"/campaigns/{site.world.campaign_ref}/problems?stage=open", "/desk", "/desk/problems"]  # fmt: skip
    for who, path in [*product(("sup1", "boss", "clerk-east", "area"), pages), ("security", added.headers["Location"]),
                      ("security", "/admin/accounts?q=%3Cscript"), ("sup1", "/workbench?unit=%22%3E%3Cscript")]:  # fmt: skip
        page = site.browser(who).get(path).text
        assert "<script>alert" not in page, (who, path)
        assert "<img src=x" not in page, (who, path)
    assert "&lt;script&gt;" in site.browser("sup1").get(f"/notices/{draft}").text


def test_a_file_is_handed_over_so_that_nothing_in_it_runs(site: Site, surveying: str) -> None:
    browser = site.browser("clerk-east")
    name = "../../\u202eevil;X-Injected: 1.csv"
    sent = send(browser, surveying, "attachments", {"file": (io.BytesIO("名称,数\n=1+1,2\n".encode()), name)})
    assert sent.status_code == 200, sent.text
    answer = browser.get(f"/attachments/{sent.get_json()['ref']}")
    manner = answer.headers["Content-Disposition"]
    assert manner.startswith("attachment; filename*=UTF-8''")
    assert not re.search(r"[\r\n\"/\\]|%2F|%5C|%E2%80%AE", manner.removeprefix("attachment; filename*=UTF-8''"))
    assert "X-Injected" not in answer.headers
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert answer.headers["Cache-Control"] == "no-store"
    for bad in (b"<html><script>alert(1)</script>", b"<svg xmlns='http://www.w3.org/2000/svg' onload='a()'/>"):
        for file_name in ("a.txt", "a.csv", "a.jpg", "a.html", "a.svg"):
            assert send(browser, surveying, "attachments", {"file": (io.BytesIO(bad), file_name)}).status_code == 422


def test_signs_that_nobody_sees_do_not_reach_a_paper_or_a_ledger(site: Site, surveying: str) -> None:
    turned = {f"problems.0.{name}": value for name, value in {**ROW, "place": "三组\u202e号21"}.items()}
    refused = send(site.browser("clerk-east"), surveying, "report", {**RETURN, **turned})
    assert refused.status_code == 422
    assert "看不见的控制字符" in refused.text
    run_late_west = site.world.task("survey", "west")["ref"]
    site.world.act("clerk-west", run_late_west, "accept")
    site.world.move_to("2026-03-25")
    draft = draft_of(site, "west")
    step(site.browser("sup1"), draft, "edit", {"title": "督\x00导\x1b\u202e通知书", "body": "第一段\r\n\x01第二段"})
    (row,) = site.world.rows("SELECT title, body FROM notice WHERE ref = :ref", ref=draft)
    assert (row["title"], row["body"]) == ("督导通知书", "第一段\n第二段")


# -- what cannot be read does not break


def test_unreadable_addresses_forms_and_headers_are_refused_in_words(offices: Site, two_offices: TwoOffices) -> None:
    draft, task = two_offices.doors["draft"], two_offices.doors["task"]
    long = "9" * 30
    opened = ["/tasks/%00", "/tasks/%ed%a0%80", "/notices/a%00b", "/campaigns/%00/matrix", "/attachments/..%2f..%2fetc%2fpasswd",
              "/static/..%2f..%2fsettings.py", f"/admin/people/{long}", f"/desk?unit={'9' * 15}", "/desk/problems?page=" + "9" * 15,
              f"/workbench?campaign=%00'&unit=%ed%a0%80&severity={long}", "/notices?unit='%20OR%201=1--&campaign=%00"]  # fmt: skip
    posted = ["/tasks/%00/accept", f"/tasks/{task}/%00", "/tasks/%00/extension", "/notices/%00/seal",
              f"/notices/{draft}/items/{long}/strike", f"/admin/people/{long}/leave", f"/admin/incidents/{long}/resolve",
              "/admin/people/5/posts", "/desk/accept"]  # fmt: skip
    fields = {
        "version": "9" * 15,
        "task": "a\0b:1",
        "unit": long,
        "campaign": long,
        "role": "liaison",
        "name": "x\x01",
        "reason": "\0",
    }
    for who in ("sup1", "clerk-east", "security", "office1"):
        browser = offices.browser(who)
        for path in opened:
            assert browser.get(path).status_code in (200, 404), (who, path)
        for path in posted:
            assert browser.post(path, fields).status_code in (200, 404, 409, 422), (who, path)
    for header, value in (("Referer", "http://["), ("Origin", "http://["), ("Host", "evil.example"), ("X-Forwarded-Host", "evil.example"),
                          ("Cookie", f"{COOKIE}=%00\xff")):  # fmt: skip
        for client in (offices.browser("clerk-east").client, offices.browser().client):
            for answer in (
                client.get("/tasks/none", headers={header: value}),
                client.post("/desk/accept", headers={header: value}),
            ):
                assert answer.status_code < 500, (header, value)
                assert "evil.example" not in answer.text + answer.headers.get("Location", "")


def test_a_form_beyond_all_measure_is_refused_without_being_drawn(site: Site, surveying: str) -> None:
    huge = {f"problems.{number}.place": "x" for number in range(6000)}
    answer = send(site.browser("clerk-east"), surveying, "report", huge)
    assert answer.status_code == 422
    assert "表中内容太多" in answer.text
    assert len(answer.data) < 20_000
    kept = site.browser().post("/login", {f"kept.{name}": "x" for name in huge} | {"kept_path": "/x"}, page="/login")
    assert kept.text.count('name="kept.') <= 3000


# -- what was not offered is not taken


def test_a_form_cannot_set_what_its_page_does_not_ask(site: Site, surveying: str) -> None:
    before = site.world.task("survey", "east")
    extra = {"state": "completed", "unit_id": "1", "severity": "5", "task_id": "1", "person_id": "1", "done": "yes",
             "problems.0.state": "closed", "problems.0.task_id": "1", "__proto__": "x", "given[state]": "completed"}  # fmt: skip
    row = {f"problems.0.{name}": value for name, value in ROW.items()}
    assert send(site.browser("clerk-east"), surveying, "report", {**RETURN, **row, **extra}).status_code == 302
    after = site.world.task("survey", "east")
    assert (after["state"], after["unit_id"]) == ("verifying", before["unit_id"])
    sent = site.world.value("SELECT values FROM submission")
    assert not set(extra) & set(sent)
    assert set(sent["problems"][0]) == set(ROW)


def test_another_tasks_file_cannot_be_drawn_into_ones_own(site: Site, surveying: str) -> None:
    west = site.world.task("survey", "west")["ref"]
    site.world.act("clerk-west", west, "accept")
    foreign = send(
        site.browser("clerk-west"), west, "attachments", {"file": (io.BytesIO(b"a,b\n"), "a.csv")}
    ).get_json()["ref"]
    answer = send(site.browser("clerk-east"), surveying, "report", {**RETURN, "photos": foreign})
    assert answer.status_code == 422
    assert "重新上传该附件" in answer.text
    assert site.world.task("survey", "east")["state"] == "surveying"
    assert site.browser("clerk-east").get(f"/attachments/{foreign}").status_code == 404


def test_a_post_is_not_widened_by_an_unreadable_campaign(site: Site) -> None:
    person = site.world.person_ids["clerk-west"]
    unit = site.world.value("SELECT id FROM unit WHERE key = 'east'")
    before = site.world.value("SELECT count(*) FROM post")
    for campaign in ("abc", "-1", "9" * 30, "777", "１x"):
        given = {"unit": str(unit), "role": "liaison", "campaign": campaign}
        answer = site.browser("security").post(f"/admin/people/{person}/posts", given)
        assert answer.status_code == 422, campaign
        assert "请" in answer.text
    assert site.world.value("SELECT count(*) FROM post") == before


def test_nothing_is_done_to_a_task_that_was_called_off(site: Site, surveying: str) -> None:
    site.world.act("office1", surveying, "withdraw", reason="任务合并")
    version = site.world.task("survey", "east")["version"]
    for who, act in (
        ("clerk-east", "report"),
        ("clerk-east", "extension"),
        ("sup1", "approve"),
        ("boss", "order"),
        ("sup1", "urge"),
    ):
        fields = {
            **RETURN,
            "version": version,
            "wanted_on": "2026-04-10",
            "reason": "x",
            "rung": "supervise",
            "text": "x",
        }
        assert send(site.browser(who), surveying, act, fields).status_code in (403, 409, 422), act
    after = site.world.task("survey", "east")
    assert (after["state"], after["version"]) == ("withdrawn", version)


def test_the_same_form_sent_twice_at_once_counts_once(site: Site, surveying: str) -> None:
    row = {f"problems.0.{name}": value for name, value in ROW.items()}
    browser = site.browser("clerk-east")
    page = browser.get(f"/tasks/{surveying}").text
    fields = {**RETURN, **row, **{name: hidden(page, name) for name in ("csrf_token", "version")}}
    cookies = {name: browser.client.get_cookie(name).value for name in (COOKIE, "tracker_page")}

    def click() -> int:
        client = site.app.test_client()
        for name, value in cookies.items():
            client.set_cookie(name, value)
        return client.post(f"/tasks/{surveying}/report", data=fields).status_code

    assert at_once(click, click, click) == [302, 302, 302]
    assert site.world.value("SELECT count(*) FROM submission") == 1
    assert site.world.value("SELECT count(*) FROM problem") == 1


# -- sessions


def test_a_planted_session_is_not_taken_over_and_a_signed_out_one_is_dead(site: Site) -> None:
    site.account("clerk-east")
    browser = site.browser()
    browser.client.set_cookie(COOKIE, "planted")
    assert browser.post("/login", {"username": "clerk-east", "password": PASSWORD}, page="/login").status_code == 302
    token = browser.client.get_cookie(COOKIE).value
    assert token != "planted"
    browser.post("/logout")
    thief = site.app.test_client()
    for stolen in (token, "planted"):
        thief.set_cookie(COOKIE, stolen)
        assert thief.get("/desk").headers["Location"].startswith("/login")


def test_anothers_form_token_does_not_fit(site: Site, surveying: str) -> None:
    foreign = hidden(site.browser("clerk-west").get("/account/password").text, "csrf_token")
    answer = send(site.browser("clerk-east"), surveying, "report", {**RETURN, "csrf_token": foreign})
    assert answer.status_code == 400
    assert site.world.task("survey", "east")["state"] == "surveying"


# -- the log


@pytest.mark.parametrize("style", ["text", "json"])
def test_not_even_a_debug_log_of_a_failure_holds_names_or_typed_text(site: Site, surveying: str, style: str) -> None:
    with written_log(style=style) as written:
        row = {f"problems.0.{name}": value for name, value in {**ROW, "place": "张三家13800000000"}.items()}
        send(site.browser("clerk-east"), surveying, "report", {**RETURN, **row})
        send(site.browser("sup1"), surveying, "return", {"reason": "李四说不对"})
        site.browser("security").get("/admin/accounts?q=王五")
        site.browser().post("/login", {"username": "clerk-east", "password": "Secret-Pass-77"}, page="/login")
        site.world.container.deliver()
        app = assemble(site.world.container)

        @open_to_all
        def broken(word: str) -> str:
            with site.world.container.uows() as uow:
                uow.session.execute(text("SELECT CAST(:word AS bigint) / 0"), {"word": 7})
            return word

        app.add_url_rule("/broken/<word>", view_func=broken)
        assert app.test_client().get("/broken/赵六的话").status_code == 500
    log = written.getvalue()
    assert "web.failed" in log
    secrets = ("张三", "13800000000", "李四", "王五", "Secret-Pass-77", "clerk-east", "赵六", "@example", "k" * 48)
    assert [secret for secret in secrets if secret in log] == []
