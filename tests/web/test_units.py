"""The pages of units and people: what the office does there, and what it is told when it cannot."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook
from werkzeug.test import TestResponse

from tests.support.kept import standing_world
from tests.support.rosters import as_workbook
from tests.support.world import World, small_campaign
from tests.web.site import MEASURES, MORE_PEOPLE, Browser, Site, hidden

NEW_UNIT = ("n1", "北桥村", "北桥村", "老桥", "村", "town", "30", "")
NEW_PERSON = ("王五", "n1", "联络员", "文书", "+86 139 0000 0001", "", "", "", "", "")


@standing_world(shown=Site)
def site(world: World) -> None:
    world.load(small_campaign(measures=MEASURES).replace("\nmeasures:", f"{MORE_PEOPLE}measures:", 1))


def upload(browser: Browser, content: bytes, name: str = "名册.xlsx", **more: str) -> TestResponse:
    token = hidden(browser.get("/units/import").text, "csrf_token")
    fields = {"csrf_token": token, "files": (io.BytesIO(content), name), **more}
    return browser.client.post("/units/import", data=fields, headers={"Origin": "http://localhost"})


def unit(site: Site, key: str) -> int:
    return int(site.world.value("SELECT id FROM unit WHERE key = :key", key=key))


def test_an_import_goes_from_the_file_over_the_preview_to_the_list(site: Site) -> None:
    browser = site.browser("office1")
    answer = upload(browser, as_workbook(units=[NEW_UNIT], people=[NEW_PERSON]))
    assert answer.status_code == 302
    preview = browser.get(answer.headers["Location"])
    assert "北桥村（n1）" in preview.text
    assert "13900000001" not in preview.text
    done = browser.post(f"{answer.headers['Location']}/apply", page=answer.headers["Location"])
    assert done.headers["Location"] == "/units"
    assert "已导入：单位1个，人员1人，岗位1个" in browser.get("/units").text
    for sought in ("桥村", "老桥", "n1"):
        assert "北桥村" in browser.get(f"/units?q={sought}").text


def test_a_wrong_file_shows_every_place_and_imports_nothing(site: Site) -> None:
    browser = site.browser("office1")
    answer = upload(browser, as_workbook(units=[NEW_UNIT], people=[("王五", "nn", "联洛员", *NEW_PERSON[3:])]))
    assert answer.status_code == 422
    assert "“人员”第2行“岗位”（C列）" in answer.text
    assert "是不是“联络员”？" in answer.text
    assert "确认导入" not in answer.text
    assert (
        "<script"
        not in upload(browser, as_workbook(units=[("<script>", "x", "", "", "村", "town", "", "")])).text.split(
            "<main"
        )[1]
    )


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "a.xlsx", "请选择要导入的文件"),
        (b"MZ\x00", "a.exe", "只收 .xlsx 和 .csv"),
        (b"PK\x03\x04junk", "a.xlsx", "打不开"),
    ],
)
def test_what_is_no_table_is_refused_on_the_page_of_the_choice(
    site: Site, content: bytes, name: str, words: str
) -> None:
    answer = upload(site.browser("office1"), content, name if content else "")
    assert answer.status_code == 422
    assert words in answer.text


def test_an_overtaken_preview_is_shown_anew_with_409(site: Site) -> None:
    browser = site.browser("office1")
    page = upload(browser, as_workbook(units=[NEW_UNIT], people=[NEW_PERSON])).headers["Location"]
    upload_two = upload(site.browser("office1"), as_workbook(units=[NEW_UNIT]))
    assert upload_two.status_code == 302  # the same person's second file takes the first one's place
    assert browser.get(page).status_code == 404


def test_the_template_can_be_filled_in_and_the_export_changes_nothing(site: Site) -> None:
    browser = site.browser("office1")
    book = load_workbook(io.BytesIO(browser.get("/units/template").data))
    assert book.sheetnames == ["单位", "人员", "单位集合", "填写说明"]
    assert book["人员"].data_validations.dataValidation
    exported = browser.get("/units/export").data
    assert "完全一致" in upload(browser, exported).text


def test_an_export_in_clear_is_recorded_and_the_other_one_is_masked(site: Site) -> None:
    browser = site.browser("office1")
    masked = load_workbook(io.BytesIO(browser.get("/units/export").data))["人员"]
    assert "c***@example.invalid" in [row[5] for row in masked.iter_rows(values_only=True)]
    clear = load_workbook(io.BytesIO(browser.post("/units/export").data))["人员"]
    assert "clerk-east@example.invalid" in [row[5] for row in clear.iter_rows(values_only=True)]
    assert site.world.value("SELECT count(*) FROM event WHERE kind = 'contacts.exported'") == 1


def test_contacts_are_shown_only_on_asking_and_the_record_says_who_asked(site: Site) -> None:
    browser, person = site.browser("office1"), site.world.person_ids["clerk-east"]
    assert "clerk-east@example.invalid" not in browser.get(f"/units/people/{person}").text
    assert "clerk-east@example.invalid" in browser.post(f"/units/people/{person}/reveal").text
    event = site.world.rows("SELECT person_id FROM event WHERE kind = 'contacts.revealed'")
    assert [row["person_id"] for row in event] == [site.world.person_ids["office1"]]


def test_the_system_administrator_sees_the_structure_and_no_contacts(site: Site) -> None:
    browser = site.browser("system")
    page = browser.get(f"/units/{unit(site, 'east')}")
    assert "clerk-east" in page.text
    assert "改名" not in page.text
    assert "缺手机" not in page.text
    assert browser.get(f"/units/people/{site.world.person_ids['clerk-east']}").status_code == 404


def test_a_person_leaves_on_a_day_and_is_gone_from_the_lists(site: Site) -> None:
    browser, person = site.browser("office1"), site.world.person_ids["clerk-east"]
    site.account("clerk-east")
    late = browser.post(f"/units/people/{person}/leave", {"on": "2026-03-09"})
    assert (late.status_code, "离任日期应在" in late.text) == (422, True)
    assert browser.post(f"/units/people/{person}/leave", {"on": "2026-03-01"}).status_code == 302
    assert "clerk-east" not in browser.get("/units/people").text
    assert "clerk-east" in browser.get("/units/people?left=1").text
    (row,) = site.world.rows("SELECT left_on, phone_cipher, email_cipher FROM person WHERE id = :p", p=person)
    assert (str(row["left_on"]), row["phone_cipher"], row["email_cipher"]) == ("2026-03-01", None, None)
    assert site.world.value("SELECT disabled FROM account WHERE person_id = :p", p=person) is True


def test_posts_are_given_and_ended_and_nobody_touches_the_own_ones(site: Site) -> None:
    browser, person = site.browser("office1"), site.world.person_ids["clerk-east"]
    given = {"unit": str(unit(site, "west")), "role": "liaison", "title": "代管", "starts_on": "2026-03-02"}
    assert browser.post(f"/units/people/{person}/posts", given).status_code == 302
    assert "代管" in browser.get(f"/units/people/{person}").text
    assert "已有这个岗位" in browser.post(f"/units/people/{person}/posts", given).text
    admin = browser.post(f"/units/people/{person}/posts", {**given, "role": "security_admin"})
    assert (admin.status_code, "由安全管理员设置" in admin.text) == (422, True)
    own = site.world.person_ids["office1"]
    assert browser.post(f"/units/people/{own}/posts", {**given, "role": "supervisor"}).status_code == 403
    post = site.world.value("SELECT id FROM post WHERE title = '代管'")
    assert browser.post(f"/units/people/{person}/posts/{post}/end", {"last": "2026-02-01"}).status_code == 422
    assert browser.post(f"/units/people/{person}/posts/{post}/end", {"last": "2026-03-31"}).status_code == 302


def test_a_merger_lists_what_moves_and_then_moves_it(site: Site) -> None:
    browser, west, east = site.browser("office1"), unit(site, "west"), unit(site, "east")
    page = browser.get(f"/units/{west}/merge?unit={east}")
    ref = site.world.task("survey", "east")["ref"]
    assert ref in page.text
    fields = {"unit": str(east), "digest": hidden(page.text, "digest"), "on": "2026-03-02", "reason": ""}
    refused = browser.post(f"/units/{west}/merge", fields)
    assert (refused.status_code, "请填写依据和理由" in refused.text) == (422, True)
    done = browser.post(f"/units/{west}/merge", {**fields, "reason": "县政函〔2026〕8号"})
    assert done.status_code == 302
    assert "并入" in browser.get(f"/units/{west}").text
    assert "由east村交west村接办" in site.browser("clerk-west").get(f"/tasks/{ref}").text
    assert f"/units/{east}" in browser.get("/units?ended=1").text
    assert browser.get(f"/units/{east}/rename").status_code == 404


def test_a_split_asks_for_every_task_and_keeps_what_was_typed(site: Site) -> None:
    browser, east = site.browser("office1"), unit(site, "east")
    new = {"key0": "e1", "name0": "东一村", "key1": "e2", "name1": "东二村", "ends": "yes"}
    page = browser.get(f"/units/{east}/split", query_string=new)
    tasks = site.world.rows("SELECT id FROM task WHERE unit_id = :u ORDER BY id", u=east)
    fields = {
        **new,
        "digest": hidden(page.text, "digest"),
        "reason": "分村",
        "on": "2026-03-02",
        f"task{tasks[0]['id']}": "e1",
    }
    refused = browser.post(f"/units/{east}/split", fields)
    assert refused.status_code == 422
    assert "由哪个新单位接办" in refused.text
    assert 'value="东二村"' in refused.text
    done = browser.post(f"/units/{east}/split", {**fields, f"task{tasks[1]['id']}": "e2"})
    assert done.headers["Location"] == f"/units/{unit(site, 'e1')}"


def test_a_rename_that_somebody_overtook_keeps_what_was_typed(site: Site) -> None:
    browser, east, town = site.browser("office1"), unit(site, "east"), str(unit(site, "town"))
    fields = {"name": "东岭村", "short_name": "", "parent": town, "reason": "批复", "known_name": "旧名"}
    stale = browser.post(f"/units/{east}/rename", fields)
    assert (stale.status_code, 'value="东岭村"' in stale.text) == (409, True)
    assert browser.post(f"/units/{east}/rename", {**fields, "known_name": "east村"}).status_code == 302
    assert "east村 → 东岭村" in browser.get(f"/units/{east}").text


def test_what_is_missing_is_listed_until_it_is_there(site: Site) -> None:
    browser = site.browser("office1")
    upload(browser, as_workbook(units=[NEW_UNIT], people=[("赵六", "n1", "单位负责人", "", "", "", "", "", "", "")]))
    browser.post(f"/units/import/{site.world.value('SELECT ref FROM roster_import')}/apply")
    page = browser.get("/units/quality").text
    assert "北桥村" in page
    assert "也没有邮箱，任何消息都送不到" in page


def test_an_area_leader_sees_the_own_area_and_urges_from_there(site: Site) -> None:
    browser, ref = site.browser("area"), site.world.task("survey", "east")["ref"]
    page = browser.get("/area")
    assert "east村" in page.text
    assert "west村" not in page.text
    assert f'href="/explain/{ref}" data-why-here' in page.text
    assert browser.get(f"/explain/{ref}").status_code == 200
    answer = browser.post(f"/tasks/{ref}/urge", {"text": "请抓紧", "next": "/area"}, page="/area")
    assert answer.headers["Location"] == "/area"
    assert ("clerk-east", "urge") in [(person, message) for _, person, message in site.world.told()]


def test_the_office_sets_areas_on_the_campaigns_page(site: Site) -> None:
    browser, path = site.browser("office1"), f"/campaigns/{site.world.campaign_ref}/areas"
    assert "area（" in browser.get(path).text or "area" in browser.get(path).text
    given = {"person": "boss", "label": "包村干部", "unit": str(unit(site, "west"))}
    assert browser.post(path, given, page=path).status_code == 302
    assert "boss（包村干部）" in browser.get(path).text
    assert browser.post(f"{path}/responsible", {"role": "area_leader"}, page=path).status_code == 302
    assert site.world.value("SELECT settings->>'first_responsible' FROM campaign") == "area_leader"
    assert browser.post(f"{path}/responsible", {"role": "head", "version": "1"}, page=path).status_code == 409
