"""The outbox: what waits and why, who may read the words, trying again, channels, the proof of one message."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import text

from tests.web.papers import counted_queries, draft_of, issue
from tests.web.site import Site


@pytest.fixture
def site(site: Site) -> Site:
    site.world.engine_works()
    return site


def change(site: Site, statement: str, **values: object) -> None:
    with site.world.container.uows() as uow:
        uow.session.execute(text(statement), values)
        uow.commit()


def one_of(site: Site, person: str = "clerk-east") -> str:
    person_id = site.world.person_ids[person]
    return str(site.world.value("SELECT min(ref) FROM delivery WHERE person_id = :p", p=person_id))


def failed(site: Site, status: str = "failed", reason: str = "收件人被拒绝（550）") -> str:
    ref = one_of(site)
    change(site, "UPDATE delivery SET status = :s, reason = :r WHERE ref = :ref", s=status, r=reason, ref=ref)
    return ref


def test_it_begins_with_what_did_not_arrive(site: Site) -> None:
    ref, browser = failed(site), site.browser("office1")
    page = browser.get("/outbox").text
    assert (ref in page, "收件人被拒绝（550）" in page, page.count('<th scope="row">')) == (True, True, 1)
    assert browser.get("/outbox?status=all").text.count('<th scope="row">') > 1
    assert ref in browser.get("/outbox?status=failed&q=clerk").text
    assert "没有符合条件的消息" in browser.get("/outbox?status=all&channel=sms").text
    assert browser.get("/outbox?status=nonsense&page=99999").status_code == 200


def test_a_message_says_why_it_waits(site: Site) -> None:
    ref, browser = failed(site, "gathered", "发信服务器忙（451）"), site.browser("office1")
    change(site, "UPDATE delivery SET attempts = 2, next_try_at = :at WHERE ref = :ref",
           at=site.world.clock.now().replace(hour=9), ref=ref)  # fmt: skip
    page = browser.get(f"/outbox/{ref}").text
    assert "已试2次，" in page
    assert "17:30发送。发信服务器忙（451）" in page
    change(site, "INSERT INTO channel_state (channel, paused_until, stopped, reason, failures)"
                 " VALUES ('email', :at, true, '账户欠费', 1)", at=site.world.clock.now().replace(hour=9))  # fmt: skip
    assert "邮件通道暂停到" in browser.get("/outbox").text
    assert browser.post("/outbox/channels/email/resume", page="/outbox").status_code == 302
    assert "账户欠费" not in browser.get("/outbox").text


def test_only_a_channel_that_can_go_on_offers_to(site: Site) -> None:
    ref, browser = failed(site, "gathered"), site.browser("office1")
    change(site, "UPDATE delivery SET channel = 'webhook:gone', person_id = NULL, receiver = '平台' WHERE ref = :ref",
           ref=ref)  # fmt: skip
    change(site, "INSERT INTO channel_state (channel, paused_until, stopped, reason, failures)"
                 " SELECT c, :at, true, '账户欠费', 1 FROM unnest(ARRAY['email', 'webhook:gone']) c",
           at=site.world.clock.now().replace(hour=9))  # fmt: skip
    offered = re.findall(r'action="/outbox/channels/([^/]+)/resume"', browser.get("/outbox").text)
    assert offered == ["email"]
    assert "接口推送“gone”" in browser.get("/outbox").text


def test_a_failed_message_is_sent_again(site: Site) -> None:
    ref, browser = failed(site), site.browser("office1")
    before = len(site.world.mail.sent)
    assert browser.post(f"/outbox/{ref}/retry", page=f"/outbox/{ref}").status_code == 302
    site.world.engine_works()
    assert len(site.world.mail.sent) == before + 1
    assert "已发出" in browser.get(f"/outbox/{ref}").text
    again = browser.post(f"/outbox/{ref}/retry", page=f"/outbox/{ref}")
    assert (again.status_code, "不能再发" in again.text) == (409, True)


def test_the_system_administrator_sees_what_waits_and_not_a_word_of_it(site: Site) -> None:
    ref = failed(site)
    page = site.browser("system").get(f"/outbox/{ref}").text
    assert "内容只有所属办公室可以看" in page
    assert "出租房屋排查" not in page + site.browser("system").get("/outbox").text
    assert "出租房屋排查" in site.browser("office1").get(f"/outbox/{ref}").text


@pytest.mark.parametrize("person", ["sup1", "boss", "clerk-east", "security"])
def test_for_others_there_is_no_outbox(site: Site, person: str) -> None:
    assert site.browser(person).get("/outbox").status_code == 404


def test_a_trial_goes_to_oneself_and_says_nothing(site: Site) -> None:
    site.world.mail.sent.clear()
    site.browser("office1").post("/outbox/trial", page="/outbox")
    site.world.engine_works()
    (_, message) = site.world.mail.sent[-1]
    assert (message.recipient, message.subject, len(site.world.mail.sent)) == ("office1", "试发一条", 1)


def test_whoever_tries_a_channel_out_sees_what_came_of_it_and_nobody_elses_trial(site: Site) -> None:
    browser = site.browser("office1")
    browser.post("/outbox/trial", page="/outbox")
    site.world.engine_works()
    ref = site.world.value("SELECT max(ref) FROM delivery")
    assert ref in browser.get("/outbox?status=all").text
    page = browser.get(f"/outbox/{ref}").text
    assert ("已发出" in page, "试发" in page, "看全文" in page) == (True, True, True)
    change(site, "UPDATE told SET person_id = :p WHERE message = 'trial'", p=site.world.person_ids["sup1"])
    assert ref not in browser.get("/outbox?status=all").text
    assert browser.get(f"/outbox/{ref}").status_code == 404


def test_the_proof_of_a_paper_names_who_got_it_when_and_how(late: Site) -> None:
    ref = draft_of(late)
    issue(late, ref)
    late.world.engine_works()
    head = late.browser("head-east")
    found = re.search(r'href="(/inbox/[0-9]+)">文书送达', head.get("/inbox").text)
    assert found is not None
    head.get(found[1])
    page = late.browser("sup1").get(f"/notices/{ref}/proof").text
    rows = re.findall(r"<tr>.*?</tr>", page, re.S)
    mine = next(row for row in rows if "head-east" in row)
    assert "邮件" in mine
    assert "已发出" in mine
    assert "打开" in page
    assert "文书待处理" not in page  # what the office told itself before it decided
    for person in ("sup1", "head-east"):
        seen = late.browser(person).get(f"/notices/{ref}/proof").text
        rows = re.findall(r"<tr>.*?</tr>", seen, re.S)[1:]
        assert rows, person
        assert all("east村" in row for row in rows), "how long the office sat on it is no unit's to read"
    assert late.browser("clerk-west").get(f"/notices/{ref}/proof").status_code == 404


def test_the_pages_cost_the_same_whatever_their_length(site: Site) -> None:
    browser = site.browser("office1")
    browser.get("/outbox?status=all")
    with counted_queries() as few:
        browser.get("/outbox?status=all")
    person = site.world.person_ids["clerk-east"]
    campaign = site.world.value("SELECT id FROM campaign")
    change(site, "INSERT INTO delivery (ref, person_id, channel, status, grave, message_id, subject, text, attempts,"
                 " resent, gathered_at, reason, provider_id) SELECT 'X-' || n, :p, 'email', 'failed', false, 'm', '',"
                 " '', 1, false, now(), '', '' FROM generate_series(1, 60) n", p=person)  # fmt: skip
    change(site, "INSERT INTO told (cause, person_id, campaign_id, message, facts, grave, created_at)"
                 " SELECT 'x:' || n, :p, :c, 'approved', '{}', false, now() FROM generate_series(1, 60) n",
           p=person, c=campaign)  # fmt: skip
    change(site, "INSERT INTO delivery_item (delivery_id, told_id) SELECT d.id, t.id FROM delivery d JOIN told t"
                 " ON d.ref = 'X-' || substring(t.cause FROM 3) WHERE t.cause LIKE 'x:%'")  # fmt: skip
    with counted_queries() as many:
        page = browser.get("/outbox?status=all").text
    assert len(many) == len(few) <= 10
    assert page.count('<th scope="row">') == 50


# -- contacts


def test_a_contact_at_which_nobody_is_stands_among_the_doubtful_data_until_it_is_put_right(site: Site) -> None:
    person = site.world.person_ids["clerk-east"]
    change(site, "INSERT INTO contact_trouble (person_id, channel, address_hash, reason, since)"
                 " SELECT id, 'email', sha256(email_cipher), '号码不对、停机或空号（MK:0013）', now() FROM person"
                 " WHERE id = :p", p=person)  # fmt: skip
    browser = site.browser("office1")
    page = browser.get("/units/quality").text
    assert "MK:0013" in page
    assert browser.post(f"/units/people/{person}/contact/email/clear", page="/units/quality").status_code == 302
    assert "MK:0013" not in browser.get("/units/quality").text
