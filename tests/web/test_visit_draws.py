"""The page of draws: who takes part, what came out, what it is for, and how to do it again by hand."""

from __future__ import annotations

import re

from tests.support.visits import cut_off_draw
from tests.web.conftest import Site
from tests.web.papers import counted_queries


def draws_url(site: Site, more: str = "") -> str:
    return f"/campaigns/{site.world.campaign_ref}/visits/draws{more}"


def draw(site: Site, who: str = "sup1", made: int = 0, **changes: object):
    people = [str(site.world.person_ids[key]) for key in ("sup1", "sup2")]
    given: dict[str, object] = {
        "units": ["east", "west"], "unit_count": "1", "people": people, "people_count": "1", "version": str(made), **changes,
    }  # fmt: skip
    return site.browser(who).post(draws_url(site), given, page=draws_url(site))


def planned(site: Site, form: str, **changes: object) -> str:
    """Send the form of a plan as a draw has filled it and return the page of the visit."""
    ticked = re.findall(r'name="(units|people)" value="([^"]+)" checked', form)
    given: dict[str, object] = {
        "from_on": "2026-03-03", "to_on": "2026-03-03", "ground": "双随机。", "announced": "no", "draw": "1",
        **{name: [value for what, value in ticked if what == name] for name in ("units", "people")},
        "in_charge": next(value for what, value in ticked if what == "people"), **changes,
    }  # fmt: skip
    url = f"/campaigns/{site.world.campaign_ref}/visits"
    answer = site.browser("sup1").post(url, given, page=f"{url}/new")
    return site.browser("sup1").get(answer.headers["Location"]).text if answer.status_code == 302 else answer.text


def test_a_draw_fills_the_plan_and_stays_with_the_visit(site: Site) -> None:
    answer = draw(site)
    form = site.browser("sup1").get(answer.headers["Location"]).text
    assert "按第1次双随机抽取安排" in form
    assert len(re.findall(r'name="units" value="\w+" checked', form)) == 1
    assert len(re.findall(r'name="people" value="\w+" checked', form)) == 1
    page = planned(site, form)
    for said in (
        "双随机抽取",
        "从2个单位里抽1个",
        "从2位督导员里抽1位",
        "east村（east）、west村（west）",
        "从小到大排",
        "双随机第1次抽取",
    ):
        assert said in page, said
    assert re.search(r"用于<a href=\"/visits/JC-2026-\d+\"", site.browser("boss").get(draws_url(site)).text)


def test_the_pool_and_the_rule_stand_in_the_visits_history(site: Site) -> None:
    page = planned(site, site.browser("sup1").get(draw(site).headers["Location"]).text)
    record = page[page.index("办理记录") :]
    assert "双随机第1次抽取：从2个单位里抽1个，从2位督导员里抽1位。" in record
    assert "单位：east村（east）、west村（west）。" in record
    assert "种子|代码" in record


def test_who_is_added_is_marked_as_not_drawn(site: Site) -> None:
    form = site.browser("sup1").get(draw(site).headers["Location"]).text
    page = planned(site, form, units=["east", "west"])
    assert "不是抽取产生、另外安排的单位：" in page


def test_what_was_typed_stays_when_nothing_can_be_drawn(site: Site) -> None:
    answer = draw(site, unit_count="7", units=["west"])
    assert answer.status_code == 422
    assert 'href="#draw-unit_count"' in answer.text
    assert 'value="7"' in answer.text
    assert 'value="east" checked' not in answer.text
    assert "没有得出结果" not in answer.text


def test_who_could_have_taken_part_and_was_left_out_is_named(site: Site) -> None:
    draw(site, units=["west"], people=[str(site.world.person_ids["sup2"])])
    page = site.browser("boss").get(draws_url(site)).text
    assert "没有参加抽取的单位（1）：east村。" in page
    assert "没有参加抽取的督导员（1）：sup1。" in page


def test_who_drew_first_is_said_and_his_draw_shown(site: Site) -> None:
    draw(site)
    answer = draw(site, "sup2", unit_count="2")
    assert answer.status_code == 409
    assert "已有人先抽取了第1次" in answer.text
    assert 'value="2"' in answer.text
    assert 'name="version" value="1"' in answer.text


def test_the_system_draws_again_and_compares(site: Site) -> None:
    draw(site)
    page = site.browser("boss").get(draws_url(site, "?check=1")).text
    assert "结果与当时完全一致" in page
    assert site.world.value("SELECT payload ->> 'seed' FROM event WHERE kind = 'visit.drawn'") in page
    assert "完全一致" not in site.browser("boss").get(draws_url(site, "?check=8")).text
    assert 'type="submit">抽取<' not in page  # a leader reads


def test_a_draw_that_was_cut_off_is_brought_to_its_result_by_a_button(site: Site) -> None:
    people = [str(site.world.person_ids[key]) for key in ("sup1", "sup2")]
    lots = {"units": ["east", "west"], "unit_count": "1", "people": people, "people_count": "1"}
    cut_off_draw(site.world, lots)
    assert "得出结果</button>" not in site.browser("boss").get(draws_url(site)).text  # a leader reads
    page = site.browser("sup2").get(draws_url(site)).text
    assert "中断在得出结果之前" in page
    assert "得出结果</button>" in page
    answer = site.browser("sup2").post(draws_url(site, "/1"), page=draws_url(site))
    assert "draw=1" in answer.headers["Location"]
    assert "结果与当时完全一致" in site.browser("sup1").get(draws_url(site, "?check=1")).text


def test_a_strange_number_in_the_address_of_the_form_is_no_draw(site: Site) -> None:
    draw(site)
    for named in ("2", "x", "%00", "1" * 40):
        page = site.browser("sup1").get(f"/campaigns/{site.world.campaign_ref}/visits/new?draw={named}")
        assert page.status_code == 200
        assert "次双随机抽取安排" not in page.text


def test_the_number_of_queries_does_not_grow(site: Site) -> None:
    counts = []
    for many in (1, 4):
        for made in range(0 if many == 1 else 1, many):
            draw(site, made=made)
        found = []
        for url in (draws_url(site), f"/campaigns/{site.world.campaign_ref}/visits/new?draw=1"):
            browser = site.browser("sup1")
            browser.get(url)
            with counted_queries() as sent:
                browser.get(url)
            found.append(len(sent))
        counts.append(found)
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 13
