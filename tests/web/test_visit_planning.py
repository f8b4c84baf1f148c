"""The form of a visit's plan, used to change one: filled with what is planned, and nothing typed is lost to a stale page."""

from __future__ import annotations

import re

from tests.support.visits import plan, plan_of
from tests.web.conftest import Site
from tests.web.papers import counted_queries


def changed(site: Site, ref: str, who: str = "office1", **changes: object):
    given = plan_of(site.world, **changes) | {"reason": "与会议冲突。", "version": changes.get("version", "1")}
    return site.browser(who).post(f"/visits/{ref}/change", given, page=f"/visits/{ref}/change")


def test_the_form_stands_filled_with_what_is_planned(site: Site) -> None:
    ref = plan(site.world, units=["east"], measures=["talk"], announced="yes")
    page = site.browser("office1").get(f"/visits/{ref}/change").text
    for said in (
        'value="2026-03-03"', 'value="督计2026-3"', 'value="east" checked', 'value="talk" checked', 'value="yes" checked',
        "方案第四部分，年度督导计划。</textarea>", "已经告知的单位",
    ):  # fmt: skip
        assert said in page, said
    assert 'value="west" checked' not in page
    assert re.search(r'<option value="\d+" selected>sup1', page)
    assert "另有1次督导" not in page  # it is not counted against itself


def test_a_change_stands_on_the_page_with_its_reason_and_what_was_before(site: Site) -> None:
    ref = plan(site.world)
    assert "改动安排" in site.browser("sup2").get(f"/visits/{ref}").text
    assert changed(site, ref, from_on="2026-03-04", units=["west"]).status_code == 302
    page = site.browser("sup1").get(f"/visits/{ref}").text
    for said in (
        "日期由2026年3月3日至2026年3月5日改为2026年3月4日至2026年3月5日。",
        "去掉单位：east村。",
        "理由：与会议冲突。",
    ):
        assert said in page


def test_what_was_typed_stays_beside_what_somebody_changed_first(site: Site) -> None:
    ref = plan(site.world)
    changed(site, ref, who="sup1", from_on="2026-03-04")
    answer = changed(site, ref, from_on="2026-03-05", filed_as="督计2026-9")
    assert answer.status_code == 409
    assert "已有人先办理了" in answer.text
    assert 'value="督计2026-9"' in answer.text
    assert "与会议冲突。</textarea>" in answer.text
    assert re.search(r"现在的安排.*3月4日", answer.text, re.DOTALL)
    assert 'name="version" value="2"' in answer.text


def test_what_is_wrong_is_said_at_its_field_and_stays(site: Site) -> None:
    ref = plan(site.world)
    answer = changed(site, ref, to_on="2026-03-01", filed_as="督计2026-9", reason=" ")
    assert answer.status_code == 422
    assert "结束日期要在开始日期当天或以后" in answer.text
    assert 'href="#plan-to_on"' in answer.text
    assert 'value="督计2026-9"' in answer.text


def test_a_visit_under_way_has_no_such_form(site: Site) -> None:
    ref = plan(site.world)
    site.world.move_to("2026-03-03")
    stop = re.search(rf"/visits/{ref}/units/(\d+)/begin", site.browser("sup1").get(f"/visits/{ref}").text)
    assert stop
    site.browser("sup1").post(f"/visits/{ref}/units/{stop[1]}/begin", page=f"/visits/{ref}")
    assert "改动安排" not in site.browser("sup1").get(f"/visits/{ref}").text
    form = site.browser("office1").get(f"/visits/{ref}/change").text
    assert "现在不能改动" in form
    assert "保存改动" not in form
    answer = changed(site, ref, filed_as="督计2026-9", version="2")
    assert answer.status_code == 409
    assert 'value="督计2026-9"' in answer.text


def test_only_who_plans_finds_the_form(site: Site) -> None:
    ref = plan(site.world, announced="yes")
    for who in ("boss", "clerk-east"):
        assert site.browser(who).get(f"/visits/{ref}/change").status_code == 404
        assert "改动安排" not in site.browser(who).get(f"/visits/{ref}").text


def test_the_form_costs_the_same_few_queries_however_much_is_planned(site: Site) -> None:
    refs, counts = [plan(site.world, units=["east"])], []
    for number in range(4):
        refs.append(plan(site.world, ground=f"第{number}次。"))
    for ref in (refs[0], refs[-1]):
        browser = site.browser("office1")
        browser.get(f"/visits/{ref}/change")
        with counted_queries() as sent:
            assert browser.get(f"/visits/{ref}/change").status_code == 200
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 14
