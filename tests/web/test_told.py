"""The proof of one person: who may, what it shows, the window, the CSV and its event."""

from __future__ import annotations

import csv
import io

import pytest
from sqlalchemy import text

from tests.web.site import Site


@pytest.fixture
def site(site: Site) -> Site:
    site.world.engine_works()
    return site


def page_of(site: Site, person: str = "clerk-east", more: str = "") -> str:
    return f"/told/{site.world.person_ids[person]}{more}"


def change(site: Site, statement: str, **values: object) -> None:
    with site.world.container.uows() as uow:
        uow.session.execute(text(statement), values)
        uow.commit()


def test_a_person_is_found_by_name_and_shown_with_states_times_and_receipts(site: Site) -> None:
    person = site.world.person_ids["clerk-east"]
    change(site, "UPDATE delivery SET status = 'delivered', delivered_at = now(), provider_id = 'B-17', code = 'DELIVRD'"
                 " WHERE person_id = :p", p=person)  # fmt: skip
    change(site, "INSERT INTO receipt (channel, provider_id, ref, code, meaning, sentence, how, times, delivery_id, received_at)"
                 " SELECT 'email', 'B-17', ref, 'DELIVRD', 'delivered', '已送到手机', 'callback', 1, id, now() FROM delivery"
                 " WHERE person_id = :p", p=person)  # fmt: skip
    browser = site.browser("sup1")
    assert page_of(site) in browser.get("/told?q=clerk").text
    assert "没有叫这个名字" in browser.get("/told?q=zzz%25_").text
    page = browser.get(page_of(site)).text
    assert ("出租房屋排查" in page, "邮件已送达" in page, "服务商编号 B-17" in page, "回执：DELIVRD" in page) == (
        True,
    ) * 4


def test_the_system_administrator_sees_that_and_when_and_not_what(site: Site) -> None:
    page = site.browser("system").get(page_of(site)).text
    assert ("（内容不显示）" in page, "邮件已发出" in page) == (True, True)
    assert "出租房屋排查" not in page
    assert "RW-" not in page
    assert "出租房屋排查" not in site.browser("system").get(page_of(site, more=".csv")).text


@pytest.mark.parametrize("who", ["clerk-east", "boss", "head-east", "security"])
def test_for_all_others_it_does_not_exist(site: Site, who: str) -> None:
    for path in ("/told", page_of(site), page_of(site, more=".csv")):
        assert site.browser(who).get(path).status_code == 404


def test_the_days_cut_and_what_is_no_day_is_said_and_kept(site: Site) -> None:
    browser = site.browser("office1")
    assert "这段时间没有告知记录" in browser.get(page_of(site, more="?from=2026-01-01&until=2026-01-31")).text
    assert "出租房屋排查" in browser.get(page_of(site, more="?from=2026-03-02&until=2026-03-02")).text
    wrong = browser.get(page_of(site, more="?from=2026-02-31&until=9999-12-31"))
    assert (wrong.status_code, "起日“2026-02-31”不是日期" in wrong.text, 'value="2026-02-31"' in wrong.text) == (
        200,
        True,
        True,
    )
    assert "起日在止日之后" in browser.get(page_of(site, more="?from=2026-03-02&until=2026-03-01")).text
    assert browser.get(page_of(site, more="?from=0001-01-01&until=9999-12-31")).status_code == 200


def test_the_csv_says_the_same_and_stands_in_the_record(site: Site) -> None:
    answer = site.browser("office1").get(page_of(site, more=".csv?from=2026-03-01&until=2026-03-02"))
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff"))))
    assert rows[0][:3] == ["告知时间", "消息", "事项"]
    assert {len(row) for row in rows} == {17}
    assert {row[2] for row in rows[1:]} >= {"出租房屋排查", "集市宣传"}
    assert rows[1][6:8] == ["邮件", "已发出"]
    payload = site.world.value("SELECT payload FROM event WHERE kind = 'ledger.exported'")
    assert (payload["ledger"], payload["rows"]) == ("told", len(rows) - 1)


def test_what_is_told_while_the_file_is_written_doubles_nothing_in_it(site: Site) -> None:
    def tell_many(kind: str) -> None:
        change(site, "INSERT INTO told (cause, person_id, campaign_id, message, facts, grave, created_at)"
                     " SELECT :kind || n, :p, c.id, 'approved', jsonb_build_object('title', :kind || n), false, :now"
                     " FROM generate_series(1, 600) n CROSS JOIN campaign c",
               kind=kind, p=site.world.person_ids["clerk-east"], now=site.world.clock.now())  # fmt: skip

    tell_many("before")
    written = site.browser("office1").get(page_of(site, more=".csv")).iter_encoded()
    begun = next(iter(written))
    tell_many("meanwhile")
    rows = list(csv.DictReader(io.StringIO((begun + b"".join(written)).decode("utf-8-sig"))))
    titles = [row["事项"] for row in rows if row["事项"].startswith(("before", "meanwhile"))]
    assert sorted(titles) == sorted(f"before{n}" for n in range(1, 601))
    assert site.world.value("SELECT payload FROM event WHERE kind = 'ledger.exported'")["rows"] == len(rows)


def test_what_a_group_was_told_is_no_proof_of_a_person(site: Site) -> None:
    told = site.world.value("SELECT min(id) FROM told WHERE person_id = :p", p=site.world.person_ids["clerk-east"])
    change(site, "INSERT INTO delivery (id, ref, receiver, channel, status, grave, message_id, subject, text, attempts, resent,"
                 " gathered_at, reason, provider_id) SELECT nextval(pg_get_serial_sequence('delivery', 'id')), 'SD-2026-9999', '村群',"
                 " 'wecom:villages', 'accepted', false, '<x@y>', '', '', 1, false, now(), '', ''")  # fmt: skip
    change(site, "INSERT INTO delivery_item SELECT id, :told FROM delivery WHERE ref = 'SD-2026-9999'", told=told)
    assert "SD-2026-9999" not in site.browser("office1").get(page_of(site)).text
    outbox = site.browser("office1").get("/outbox?status=all&channel=wecom").text
    assert ("SD-2026-9999" in outbox, "企业微信群“villages”" in outbox, "村群" in outbox) == (True, True, True)
    assert "村群" in site.browser("office1").get("/outbox/SD-2026-9999").text
