"""Pages of visits: the office plans and keeps them, the unit verifies or refuses, and the ledger says where a problem came from."""

from __future__ import annotations

import csv
import io
import re
from urllib.parse import unquote

from tests.support.visits import PROBLEM, begin, plan, plan_of, record, stop, unit_id
from tests.web.conftest import Site
from tests.web.papers import counted_queries, report_problems
from tests.web.site import Browser


def campaign_url(site: Site, page: str = "") -> str:
    return f"/campaigns/{site.world.campaign_ref}/visits{page}"


def show_code(site: Site, ref: str, village: str = "east", who: str = "sup1") -> str:
    answer = site.browser(who).post(f"/visits/{ref}/units/{unit_id(site.world, village)}/code")
    found = re.search(r'slip-code"><strong>(\d{3}) (\d{3})', answer.text)
    assert found, answer.text
    return found[1] + found[2]


def refuse(site: Site, ref: str, who: str = "clerk-east", reason: str = "来人没有出示核验码。"):
    return site.browser(who).post(f"/visits/{ref}/units/{unit_id(site.world, 'east')}/refuse", {"reason": reason})


def under_way(site: Site, **changes: object) -> str:
    ref = plan(site.world, **changes)
    site.world.move_to("2026-03-03")
    return ref


def test_a_visit_is_planned_on_the_page_and_stands_in_the_list(site: Site) -> None:
    browser = site.browser("sup1")
    assert "安排督导" in browser.get(campaign_url(site)).text
    answer = browser.post(campaign_url(site), plan_of(site.world), page=campaign_url(site, "/new"))
    page = browser.get(answer.headers["Location"]).text
    assert "sup1（督导员，负责人）" in page
    assert "督计2026-3" in page
    assert "没有填写计划或备案编号" not in page
    assert "年度督导计划" in browser.get(campaign_url(site)).text


def test_what_was_typed_stays_when_a_plan_cannot_be_taken(site: Site) -> None:
    given = plan_of(site.world, in_charge="", filed_as="督计2026-9")
    answer = site.browser("office1").post(campaign_url(site), given, page=campaign_url(site, "/new"))
    assert answer.status_code == 422
    assert 'value="督计2026-9"' in answer.text
    assert 'value="east" checked' in answer.text
    assert "请从督导组成员里选一位负责人" in answer.text


def test_rules_are_named_where_a_unit_is_visited_again_and_nothing_is_blocked(site: Site) -> None:
    plan(site.world)
    browser = site.browser("sup1")
    form = browser.get(campaign_url(site, "/new")).text
    assert form.count("另有1次督导") == 2
    assert "原则上每部门每年不超过1项" in form
    again = plan(site.world, units=["east"], filed_as="")
    page = browser.get(f"/visits/{again}").text
    assert "east村前后365天内另有1次督导" in page
    assert "要求督查检查列入年度计划并备案" in page


def test_an_unannounced_visit_does_not_exist_for_the_unit_before_it_has_the_code(site: Site) -> None:
    ref = under_way(site)
    clerk = site.browser("clerk-east")
    assert ref not in clerk.get("/visits").text
    assert clerk.get(f"/visits/{ref}").status_code == 404
    assert refuse(site, ref).status_code == 404
    answer = clerk.post("/visits/verify", {"code": show_code(site, ref)}, page="/visits")
    page = clerk.get(answer.headers["Location"]).text
    for said in ("sup1（督导员，负责人）", "方案第四部分，年度督导计划。", "测试镇领导小组办公室", "核验成功"):
        assert said in page
    assert "west村" not in page
    assert site.browser("clerk-west").get(f"/visits/{ref}").status_code == 404


def test_opening_pages_verifies_nothing_and_a_wrong_code_is_not_shown_again(site: Site) -> None:
    ref = under_way(site)
    code = show_code(site, ref)
    clerk = site.browser("clerk-east")
    assert clerk.get(f"/visits?code={code}").status_code == 200
    assert clerk.get("/visits/verify").status_code == 404
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    answer = clerk.post("/visits/verify", {"code": wrong}, page="/visits")
    assert answer.status_code == 422
    assert "没有核验成功" in answer.text
    assert wrong not in answer.text
    assert stop(site.world, ref)["verified_at"] is None


def test_a_clerk_tells_the_office_of_visitors_without_a_code(site: Site) -> None:
    clerk = site.browser("clerk-east")
    empty = clerk.post("/visits/unverified", {"reason": " "}, page="/visits")
    assert empty.status_code == 422
    assert "请写明来人的情况" in empty.text
    said = clerk.post("/visits/unverified", {"reason": "自称督导组，拿不出核验码。"}, page="/visits")
    assert "已告诉领导小组办公室" in clerk.get(said.headers["Location"]).text
    assert "拿不出核验码" in site.browser("office1").get("/inbox").text


def test_an_announced_visit_can_be_refused_with_a_reason_that_the_office_reads(site: Site) -> None:
    ref = plan(site.world, announced="yes")
    assert "不用准备汇报材料" in site.browser("head-east").get(f"/visits/{ref}").text
    empty = refuse(site, ref, reason=" ")
    assert empty.status_code == 422
    box = f"refuse-{unit_id(site.world, 'east')}-reason"
    assert f'href="#{box}"' in empty.text
    assert f'id="{box}"' in empty.text
    assert refuse(site, ref).status_code == 302
    assert "来人没有出示核验码。" in site.browser("office1").get(f"/visits/{ref}").text
    inbox = site.browser("office1").get("/inbox").text
    found = re.search(r'href="(/inbox/\d+)">单位不接受检查', inbox)
    assert found
    assert site.browser("office1").get(found[1]).headers["Location"] == f"/visits/{ref}"


def fill(site: Site, browser: Browser, ref: str, **more: str):
    """Fill the record that stands on the inspection's page."""
    begun = browser.post(f"/visits/{ref}/units/{unit_id(site.world, 'east')}/begin")
    task = begun.headers["Location"]
    given = {"inspected_on": "2026-03-03", "team": "第一督导组", "manner": "on_site", **more}
    return task, browser.post(f"{task}/record", {**given, "_do": "submit"}, page=task)


def test_findings_on_the_spot_become_problems_and_the_ledger_says_where_they_came_from(site: Site) -> None:
    report_problems(site, "east", ("甲处",))
    ref = under_way(site)
    problem = {f"problems.0.{name}": value for name, value in PROBLEM.items()}
    task, answer = fill(site, site.browser("sup1"), ref, **problem, **{"problems.0.duty": "（二） 集市宣传"})
    assert answer.status_code == 302, answer.text
    page = site.browser("boss").get(f"/visits/{ref}").text
    assert "发现问题1个" in page
    assert "（二） 集市宣传" in page
    clerk = site.browser("clerk-east")
    assert "与事实不符，退回核对" in clerk.get(task).text
    ledger = clerk.get(f"/campaigns/{site.world.campaign_ref}/problems").text
    assert re.search(r'data-label="发现">2<', ledger)
    only = f"/campaigns/{site.world.campaign_ref}/problems?origin=inspection"
    assert "甲处" not in clerk.get(only).text
    assert ref in clerk.get(only).text
    rows = csv.DictReader(io.StringIO(clerk.get("/ledger/problems.csv").data.decode("utf-8-sig")))
    assert [row["来源"] for row in rows] == ["自查", f"督导检查 {ref}"]
    assert "一组南头小商店" not in clerk.get("/ledger/problems?origin=own").text


def test_a_problem_whose_item_was_withdrawn_is_neither_counted_nor_listed(site: Site) -> None:
    ref = under_way(site)
    record(site.world, begin(site.world, ref), PROBLEM, {**PROBLEM, "place": "村委会"})
    item = site.world.value(
        "SELECT t.ref FROM problem b JOIN task t ON t.id = b.rectification_task_id WHERE b.place = :place",
        place=PROBLEM["place"],
    )
    site.world.act("office1", item, "withdraw", reason="填错了单位。")
    page = site.browser("boss").get(f"/visits/{ref}").text
    assert "发现问题1个" in page
    assert "村委会" in page
    assert PROBLEM["place"] not in page


def test_a_person_of_the_team_reads_why_nothing_can_be_done_before_and_after_the_days(site: Site) -> None:
    ref = plan(site.world)

    def page(day: str) -> str:
        site.world.move_to(day)
        return site.browser("sup1").get(f"/visits/{ref}").text

    assert "到计划日期才能" in page("2026-03-02")
    on_the_day = page("2026-03-05")
    assert "开始检查" in on_the_day
    assert "到计划日期才能" not in on_the_day
    afterwards = page("2026-03-06")
    assert "计划日期已过" in afterwards
    assert "到计划日期才能" not in afterwards


def test_the_file_has_a_safe_name_and_the_record_the_filters_that_counted(site: Site) -> None:
    with site.world.container.uows() as uow:
        uow.campaigns.lock_by_ref(site.world.campaign_ref).title = "排查/整治\u202e行动"
        uow.commit()
    answer = site.browser("boss").get(campaign_url(site, ".csv?state=nonsense&words=抽查"))
    name = unquote(answer.headers["Content-Disposition"])
    assert "整治行动-20260302.csv" in name
    assert "/" not in name
    payload = site.world.value("SELECT payload FROM event WHERE kind = 'ledger.exported'")
    assert payload["filters"] == {"campaign": site.world.campaign_ref, "words": "抽查"}


def test_nothing_found_is_a_result_and_the_visit_ends(site: Site) -> None:
    ref = under_way(site)
    browser = site.browser("sup1")
    path = f"/visits/{ref}"
    begin(site.world, ref, "west")
    stopped = browser.post(f"{path}/end", page=path)
    assert stopped.status_code == 409
    assert "west村的检查记录还没有填报" in stopped.text
    record(site.world, begin(site.world, ref, "west"))
    assert "未发现问题" in browser.get(path).text
    assert browser.post(f"{path}/end", page=path).status_code == 302
    page = browser.get(path).text
    assert "已结束" in page
    assert "没有去" in page
    lines = list(csv.DictReader(io.StringIO(browser.get(campaign_url(site, ".csv")).data.decode("utf-8-sig"))))
    assert [(one["单位"], one["结果"]) for one in lines] == [("east村", "没有去"), ("west村", "未发现问题")]
    assert site.world.value("SELECT count(*) FROM event WHERE kind = 'ledger.exported'") == 1


def test_a_stale_page_does_not_cancel_what_set_out(site: Site) -> None:
    ref = under_way(site)
    browser = site.browser("office1")
    version = {"version": "1", "reason": "改期"}
    show_code(site, ref)
    answer = browser.post(f"/visits/{ref}/cancel", version, page=f"/visits/{ref}")
    assert answer.status_code == 409
    assert "已有人先办理了" in answer.text


def test_filters_narrow_the_list(site: Site) -> None:
    east, west = plan(site.world, units=["east"]), plan(site.world, units=["west"], ground="专项抽查。")
    browser = site.browser("boss")
    for query, shown, hidden in (("unit=east", east, west), ("words=抽查", west, east), ("state=ended", None, east)):
        page = browser.get(campaign_url(site, f"?{query}")).text
        assert shown is None or shown in page
        assert hidden not in page


def test_the_number_of_queries_does_not_grow(site: Site) -> None:
    ref = under_way(site, units=["east"])
    pages = ((f"/visits/{ref}", 12), (campaign_url(site), 9), (campaign_url(site, "/new"), 10), ("/visits", 7))
    counts = []
    for many in (0, 4):
        for number in range(many):
            other = plan(site.world, announced="yes")
            record(site.world, begin(site.world, other), {**PROBLEM, "place": f"{number}处"})
        if many:
            ref = other
        found = []
        for path, most in pages:
            browser = site.browser("sup1")
            path = path if not path.startswith("/visits/") else f"/visits/{ref}"
            browser.get(path)
            with counted_queries() as sent:
                assert browser.get(path).status_code == 200
            assert len(sent) <= most, path
            found.append(len(sent))
        counts.append(found)
    assert counts[0] == counts[1]
