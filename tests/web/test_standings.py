"""Where units stand, as the office and the unit read it; a good cause, as the supervisor finds it."""

from __future__ import annotations

import pytest

from tests.support.kept import standing_world
from tests.support.world import World, small_campaign
from tests.web.papers import counted_queries
from tests.web.site import Site

MEASURE = "{key: m1, ordinal: （一）, title: 集市宣传, text: 略, workflow: publicity, units: [各村], due: {by_date: 2026-03-10}}"
SETTINGS = [
    "ladders: {standard: cards_when_late}",
    "card_titles: {red: 红牌警告, yellow: 黄牌警告}",
    "card_colours: {red: orange}",
    'severity_colours: {"4": blue}',
]
MANY = [f"v{number}" for number in range(1, 9)]


@standing_world(shown=Site)
def site(world: World) -> None:
    """Eight villages are a day late; red cards are drafted."""
    world.load(small_campaign(measures=[MEASURE], villages=MANY, settings=SETTINGS))
    run_a_day_late(Site(world))


def run_a_day_late(site: Site) -> None:
    for village in MANY:
        site.world.act(f"clerk-{village}", site.world.task("m1", village)["ref"], "accept")
    site.world.move_to("2026-03-11")


def give_card(site: Site, village: str) -> str:
    ref: str = site.world.value(
        "SELECT n.ref FROM notice n JOIN unit u ON u.id = n.unit_id WHERE n.kind = 'red_card' AND u.key = :key",
        key=village,
    )
    for person, step in (("sup1", "seal"), ("boss", "approve"), ("sup1", "issue")):
        site.world.act_on_notice(person, ref, step)
    return ref


def make_good(site: Site, village: str, ref: str) -> None:
    site.world.act_on_notice(f"clerk-{village}", ref, "accept")
    site.world.act_on_notice(f"clerk-{village}", ref, "reply", {"situation": "略", "leader": "主任"})
    site.world.act_on_notice("sup2", ref, "close", {"checked_on": "2026-03-11", "opinion": "到位"})


def page_of(site: Site) -> str:
    return f"/campaigns/{site.world.campaign_ref}/standings"


@pytest.mark.slow
def test_a_card_shows_in_the_campaigns_own_words_with_its_number_and_no_other_unit_reads_it(site: Site) -> None:
    give_card(site, "v1")
    for person in ("boss", "sup1", "clerk-v1", "head-v1"):
        page = site.browser(person).get(page_of(site)).text
        assert "红牌警告" in page, person
        assert "测红〔2026〕1号" in page, person
    neighbour = site.browser("clerk-v2").get(page_of(site)).text
    assert "红牌警告" not in neighbour
    assert "没有亮牌的单位" in neighbour


def test_the_campaigns_colour_stands_beside_its_word_wherever_a_card_or_severity_is_shown(site: Site) -> None:
    ref = give_card(site, "v1")
    assert '<span class="chip chip-orange">红牌警告</span>' in site.browser("clerk-v1").get(page_of(site)).text
    for page in (f"/notices/{ref}", "/notices", "/workbench/findings", "/workbench"):
        assert '<span class="chip chip-blue">约谈</span>' in site.browser("boss").get(page).text, page


def test_points_of_issued_papers_are_added_up_and_those_of_a_voided_one_are_not(site: Site) -> None:
    ref = give_card(site, "v1")
    assert '<td data-label="按规则扣分">2分</td>' in site.browser("office1").get(page_of(site)).text
    site.world.act_on_notice("boss", ref, "void", reason="印错单位")
    assert "2分" not in site.browser("office1").get(page_of(site) + "?every=yes").text


def test_only_office_and_leader_are_offered_to_lower_a_standing_that_no_card_holds(site: Site) -> None:
    ref = give_card(site, "v1")
    assert "销牌后自动下调" in site.browser("boss").get(page_of(site)).text
    make_good(site, "v1", ref)
    offered = {
        who: "下调为“正常”" in site.browser(who).get(page_of(site)).text
        for who in ("boss", "office1", "sup1", "clerk-v1")
    }
    assert offered == {"boss": True, "office1": True, "sup1": False, "clerk-v1": False}


def test_lowering_needs_a_reason_and_a_page_that_is_up_to_date_and_loses_no_word(site: Site) -> None:
    make_good(site, "v1", give_card(site, "v1"))
    boss, unit = site.browser("boss"), site.world.value("SELECT unit_id FROM unit_standing")
    path = f"{page_of(site)}/{unit}/lift"
    assert boss.post(path, {"reason": " "}, page=page_of(site)).status_code == 422
    stale = boss.post(path, {"reason": "连续两个月达标", "version": "1"}, page=page_of(site))
    assert (stale.status_code, "连续两个月达标" in stale.text) == (409, True)
    done = boss.post(path, {"reason": "连续两个月达标"}, page=page_of(site))
    assert done.status_code == 302
    assert site.world.value("SELECT standing FROM unit_standing") == "normal"


def test_many_units_are_one_page_of_the_same_few_queries(site: Site) -> None:
    boss = site.browser("boss")
    give_card(site, "v1")
    boss.get(page_of(site))
    with counted_queries() as one:
        boss.get(page_of(site))
    for village in MANY[1:]:
        give_card(site, village)
    with counted_queries() as many:
        page = boss.get(page_of(site)).text
    assert "共8个单位" in page
    assert len(many) == len(one) <= 14


def test_a_supervisor_finds_a_good_cause_on_the_page_and_takes_it_back_and_nobody_else_is_offered_it(
    site: Site,
) -> None:
    ref = site.world.task("m1", "v1")["ref"]
    offered = {
        who: "认定有正当理由" in site.browser(who).get(f"/tasks/{ref}").text
        for who in ("sup1", "office1", "boss", "clerk-v1", "head-v1")
    }
    assert offered == {"sup1": True, "office1": False, "boss": False, "clerk-v1": False, "head-v1": False}
    supervisor, page = site.browser("sup1"), f"/tasks/{ref}"
    empty = supervisor.post(f"{page}/excuse", {"excused": "yes", "reason": ""}, page=page)
    assert (empty.status_code, "请写明理由和依据" in empty.text) == (422, True)
    assert supervisor.post(f"{page}/excuse", {"excused": "yes", "reason": "道路中断"}, page=page).status_code == 302
    shown = site.browser("clerk-v1").get(page).text
    assert "已认定有正当理由" in shown
    assert "道路中断" in shown
    assert supervisor.post(f"{page}/excuse", {"excused": "no", "reason": "核实不成立"}, page=page).status_code == 302
    assert "已认定有正当理由" not in site.browser("clerk-v1").get(page).text
