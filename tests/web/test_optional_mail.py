"""Mails that are optional: who may do without, by the address in the mail or signed in, and what goes on all the same."""

from __future__ import annotations

from datetime import date

import pytest

from tests.support.racing import held
from tests.web.site import Site
from tracker.domain.unsubscribing import token_of
from tracker.persistence.repositories.told import NewTold

FACTS = {"task_ref": "RW-1", "title": "出租房屋排查", "unit": "东村"}


def address(site: Site, person: str = "clerk-east") -> str:
    return f"/unsubscribe/{token_of(site.world.person_ids[person], site.world.settings.secret_key)}"


def tell(site: Site, message: str, *, cause: str, person: str = "clerk-east") -> None:
    dates = {"due_on": "2026-03-20", "working_days_left": 3, "campaign": "测试"} if message == "remind" else {}
    with site.world.container.uows() as uow:
        person_id = site.world.person_ids[person]
        post_id = (
            uow.session.connection().exec_driver_sql(f"SELECT id FROM post WHERE person_id = {person_id}").scalar_one()
        )
        uow.told.add([NewTold(cause, person_id, post_id, message, FACTS | dates)], now=site.world.clock.now())
        uow.commit()


def mails(site: Site, person: str = "clerk-east") -> list[tuple[str, str]]:
    return [(m.subject, m.unsubscribe) for _, m in site.world.mail.sent if m.recipient == person]


@pytest.fixture
def site(site: Site) -> Site:
    site.world.engine_works()
    site.world.mail.sent.clear()
    return site


def test_only_a_mail_that_says_nothing_but_news_offers_to_do_without(site: Site) -> None:
    tell(site, "approved", cause="t:1")
    site.world.container.deliver()
    tell(site, "approved", cause="t:2")
    tell(site, "remind", cause="t:3")
    site.world.container.deliver()
    (_, first), (_, second) = mails(site)
    assert first.endswith(address(site))
    assert second == ""


def test_looking_changes_nothing_and_posting_does(site: Site) -> None:
    stranger = site.browser()
    for _ in range(2):
        assert "现在：<strong>接收</strong>" in stranger.get(address(site)).text
    answer = stranger.client.post(address(site), data={"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, "已退订" in answer.text) == (200, True)
    assert "现在：<strong>已退订</strong>" in stranger.get(address(site)).text
    assert stranger.client.post(address(site), data={"wanted": "1"}).status_code == 200
    assert "现在：<strong>接收</strong>" in stranger.get(address(site)).text
    kinds = site.world.rows("SELECT kind FROM event WHERE kind LIKE 'mail.optional%' ORDER BY id")
    assert [row["kind"] for row in kinds] == ["mail.optional_refused", "mail.optional_wanted"]


def test_whoever_did_without_gets_what_is_to_be_done_and_reads_the_news_in_the_system(site: Site) -> None:
    site.browser().client.post(address(site))
    tell(site, "approved", cause="t:1")
    tell(site, "approved", cause="t:2", person="head-east")
    site.world.container.deliver()
    assert mails(site) == []
    assert len(mails(site, "head-east")) == 1
    reasons = site.world.rows(
        "SELECT DISTINCT cancelled_reason AS r FROM delivery_item WHERE cancelled_reason IS NOT NULL"
    )
    assert [row["r"] for row in reasons] == ["本人已退订知会类邮件，只在系统内显示"]
    assert "出租房屋排查" in site.browser("clerk-east").get("/inbox").text
    tell(site, "remind", cause="t:3")
    site.world.container.deliver()
    assert len(mails(site)) == 1


@pytest.mark.parametrize("token", ["1-" + "0" * 32, "x", "1"])
def test_an_address_that_we_did_not_write_does_not_exist(site: Site, token: str) -> None:
    browser = site.browser()
    assert browser.get(f"/unsubscribe/{token}").status_code == 404
    assert browser.client.post(f"/unsubscribe/{token}").status_code == 404
    assert site.world.value("SELECT count(*) FROM person WHERE mail_refused_at IS NOT NULL") == 0


def test_looking_waits_for_nobody_who_has_hold_of_the_person(site: Site) -> None:
    person = site.world.person_ids["clerk-east"]
    with held(site.world.database_url, "SELECT 1 FROM person WHERE id = %s FOR UPDATE", person):
        assert "现在：<strong>接收</strong>" in site.browser().get(address(site)).text


def test_whoever_is_signed_in_does_it_for_himself(site: Site) -> None:
    browser = site.browser("boss")
    assert "每周情况" in browser.get("/account/mail").text
    assert browser.post("/account/mail", {}, page="/account/mail").status_code == 302
    assert "现在：<strong>已退订</strong>" in browser.get("/account/mail").text
    assert browser.post("/account/mail", {"wanted": "1"}, page="/account/mail").status_code == 302
    assert "现在：<strong>接收</strong>" in browser.get("/account/mail").text
    assert date.fromisoformat("2026-03-02") == site.world.today
