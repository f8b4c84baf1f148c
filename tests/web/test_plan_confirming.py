"""Confirming what was read: accept, split, move, several units for one name, kinds, and who changed what."""

from __future__ import annotations

import re
from html import unescape

import pytest

from tests.support.kept import standing_world
from tests.support.world import World, small_campaign
from tests.web.plan_pages import PLAN, as_shown, card, change, hand_in
from tests.web.site import MEASURES, Site


@standing_world(shown=Site)
def site(world: World) -> None:
    world.load(small_campaign(measures=MEASURES))


def lit(page: str, number: int) -> str:
    """Return the words of the plan that lead to a proposal."""
    found = re.findall(r'<a class="plan-used[^>]*data-of="([^"]*)">(.*?)</a>', page, re.DOTALL)
    return "".join(re.sub(r"<[^>]+>", "", words) for of, words in found if str(number) in of.split())


def test_what_is_not_accepted_is_made_only_knowingly_and_the_record_says_so(site: Site) -> None:
    office = site.browser("office1")
    path = hand_in(office)
    office.post(f"{path}/units", {"unit:镇消防专班": "各村"}, page=path)
    answer = office.post(f"{path}/measures/2", {"act": "accept"}, page=path)
    assert answer.headers["Location"].endswith("#m-3"), "the next one that waits for a look"
    assert "已认可1条，还有3条没有认可" in office.get(path).text
    refused = office.post(f"{path}/create", page=path)
    assert refused.status_code == 422
    assert "还有3条措施没有认可" in refused.text
    assert "“开展拉网排查”还没有认可" in card(refused.text, 1)
    made = office.post(f"{path}/create", {"knowingly": "yes"}, page=path)
    assert made.status_code == 302
    assert "其中3条没有认可，知情后一并生成" in office.get(f"{path}/record").text


def test_a_proposal_is_split_and_each_half_lights_its_own_words(site: Site) -> None:
    office = site.browser("office1")
    path = hand_in(office)
    choice = re.search(r'<option value="(\d+)">…[^<]*逐户排查， ｜ 建立台账', card(office.get(path).text, 1))
    assert choice is not None
    assert office.post(f"{path}/measures/1", {"act": "split", "at": choice[1]}, page=path).status_code == 302
    page = unescape(office.get(path).text)
    assert lit(page, 1).endswith("逐户排查，")
    assert lit(page, 5).startswith("建立台账")
    assert as_shown(page, 5)["title"].startswith("建立台账")
    for at in ("", "0", "99999", "x"):
        refused = office.post(f"{path}/measures/1", {"act": "split", "at": at}, page=path)
        assert refused.status_code == 409
        assert "没有拆开" in refused.text


def test_a_proposal_is_moved_under_another_heading(site: Site) -> None:
    office = site.browser("office1")
    text = PLAN.replace(
        "三、工作要求\n", "三、工作保障\n（一）经费。各村安排专项经费。（完成时限：2026年4月10日前）\n四、工作要求\n"
    )
    path = hand_in(office, text)
    page = office.get(path).text
    places = dict(re.findall(r'<option value="(heading:\d+)">([^<]*)', card(page, 1)))
    place = next(value for value, title in places.items() if "工作保障" in title)
    assert office.post(f"{path}/measures/1", {"act": "place", "place": place}, page=path).status_code == 302
    moved = office.get(path).text
    assert moved.index('id="m-5"') < moved.index('id="m-1"')
    refused = office.post(f"{path}/measures/1", {"act": "place", "place": "heading:99"}, page=path)
    assert refused.status_code == 409
    assert "没有移动" in refused.text


def test_one_printed_name_means_several_units_and_that_is_taken_back(site: Site) -> None:
    office = site.browser("office1")
    path = hand_in(office)
    given = {"unit:镇消防专班": ["east村", "west村", "", "没有这个单位"]}
    assert office.post(f"{path}/units", given, page=path).status_code == 302
    page = office.get(path).text
    boxes = re.findall(r'<select[^>]*name="unit:镇消防专班">(.*?)</select>', page, re.DOTALL)
    assert [re.findall(r'value="([^"]*)" selected', box) for box in boxes] == [["east村"], ["west村"], []]
    office.post(f"{path}/undo", page=path)
    assert "“镇消防专班”（1条措施）对应哪个单位还没有选" in office.get(path).text


def test_units_chosen_on_a_stale_page_are_still_chosen(site: Site) -> None:
    office = site.browser("office1")
    path = hand_in(office)
    change(office, path, 2, title="同事先改")
    answer = office.post(f"{path}/units", {"unit:镇消防专班": ["east村", "west村"], "version": "1"}, page=path)
    assert answer.status_code == 409
    boxes = re.findall(r'<select[^>]*name="unit:镇消防专班">(.*?)</select>', answer.text, re.DOTALL)
    assert [re.findall(r'value="([^"]*)" selected', box) for box in boxes] == [["east村"], ["west村"], []]


@pytest.mark.slow
def test_workflow_and_ladder_are_shown_with_their_ground_and_changed_for_a_kind_at_once(site: Site) -> None:
    office = site.browser("office1")
    path = hand_in(office)
    kinds = unescape(re.search(r'<details class="panel" id="kinds".*?</details>', office.get(path).text, re.DOTALL)[0])  # type: ignore[index]
    assert re.search(r"文中有“[^”]*排查”", kinds)
    assert "拟发督导通知书" in kinds, "what is done about a late one is said"
    given = {
        "workflow:摸排": "inspection",
        "ladder:publicity.standard": "hotline",
        "ladder:survey.standard": "no_such_one",
    }
    assert office.post(f"{path}/kinds", given, page=path).status_code == 302
    page = office.get(path).text
    assert as_shown(page, 1)["workflow"] == "inspection"
    office.post(f"{path}/units", {"unit:镇消防专班": "各村"}, page=path)
    made = office.post(f"{path}/create", {"knowingly": "yes"}, page=path)
    assert made.status_code == 302, unescape(made.text)
    ladders = site.world.value("SELECT settings->'ladders' FROM campaign ORDER BY id DESC LIMIT 1")
    assert ladders == {"publicity.standard": "hotline"}
    # The chosen ladder is climbed by that kind alone.
    ref = made.headers["Location"].rsplit("/", 1)[-1]
    site.world.container.issuing.issue_campaign(None, campaign_ref=ref, expected_version=1)
    site.world.engine_works()
    climbed = site.world.rows(
        "SELECT DISTINCT t.workflow_key, l.key FROM task t JOIN campaign c ON c.id = t.campaign_id JOIN clock k ON k.task_id = t.id"
        " JOIN ladder_version l ON l.id = k.ladder_version_id WHERE c.ref = :ref AND k.name = 'finish'", ref=ref,
    )  # fmt: skip
    assert {(row["workflow_key"], row["key"]) for row in climbed} >= {("publicity", "hotline"), ("return", "standard")}


def test_a_draft_that_was_given_up_leaves_its_record(site: Site) -> None:
    office = site.browser("office1")
    path = hand_in(office)
    change(office, path, 3, title="只改名称")
    assert office.post(f"{path}/drop", page=path).status_code == 302
    assert office.get(path).status_code == 404
    record = unescape(office.get(f"{path}/record").text)
    assert "已放弃" in record
    assert record.index("放弃草稿") < record.index("“只改名称”名称：")
    assert site.browser("sup1").get(f"{path}/record").status_code in (403, 404)
    who = site.world.value("SELECT person_id FROM event WHERE kind = 'plan.dropped'")
    assert who == site.world.person_ids["office1"]
    assert site.world.container.ledger.verify().faults == ()


@pytest.mark.slow
def test_the_record_says_who_changed_the_words_and_the_campaign_can_prove_it(site: Site) -> None:
    office = site.browser("office1")
    path = hand_in(office)
    office.post(f"{path}/units", {"unit:镇消防专班": "各村"}, page=path)
    change(office, path, 2, text="在集市开展宣传。")
    change(office, path, 3, title="只改名称")
    record = unescape(office.get(f"{path}/record").text)
    assert "文字与方案不同的措施（1条）" in record
    assert "发放明白纸" in record
    assert "现在的文字（" in record
    assert "“只改名称”名称：" in record
    assert "文字已改" in card(office.get(path).text, 2)
    office.post(f"{path}/create", {"knowingly": "yes"}, page=path)
    told = site.world.value("SELECT payload FROM event WHERE kind = 'campaign.made_of_plan'")
    assert [one["key"] for one in told["measures"] if "read" in one] == ["m02"]
    changed = told["measures"][1]
    assert "发放明白纸" in changed["read"]
    assert changed["text"] == "在集市开展宣传。"
    ((start, end),) = changed["spans"]
    assert PLAN[start:end].startswith(changed["read"][:10])
    assert site.world.value("SELECT count(*) FROM event WHERE kind LIKE 'plan.%'") == 5
    campaign = site.world.value("SELECT ref FROM campaign ORDER BY id DESC LIMIT 1")
    assert f'href="{path}/record"' in office.get(f"/campaigns/{campaign}").text
    assert f'href="{path}/record"' not in site.browser("sup1").get(f"/campaigns/{campaign}").text


def test_the_record_says_when_something_is_due_as_people_say_it(site: Site) -> None:
    office = site.browser("office1")
    phases = (
        "\n（一）动员部署阶段（2026年3月2日至2026年3月31日）。\n（二）集中整治阶段（2026年4月1日至2026年7月31日）。\n"
    )
    path = hand_in(office, PLAN.replace("三、工作要求", f"三、实施步骤{phases}四、工作要求"))
    for typed in (
        {"when_kind": "phase_end", "when_phase": "phase1"},
        {"when_kind": "every", "when_every": "year", "when_by_month": "6", "when_by_day": "26"},
        {"when_kind": "every", "when_by_day": "四十"},
        {"when_kind": "rhythm"},
    ):
        change(office, path, 1, **typed)
    head = {"title": "整治", "rhythm_every": "quarter", "starts_on": "2026-03-02", "ends_on": "2026-08-31"}
    office.post(f"{path}/head", head, page=path)
    record = unescape(office.get(f"{path}/record").text)
    assert "时限：2026年4月30日前 → “动员部署阶段”阶段结束前（2026年3月31日）" in record
    assert "（2026年3月31日） → 每年第6个月26日前" in record
    assert "每年第6个月26日前 → 周期工作，每年，第几个月：6，几日前：四十" in record
    assert "几日前：四十 → 长期坚持，按行动的报送节奏" in record
    assert "长期坚持的周期：每月 → 每季度" in record


@pytest.mark.slow
def test_the_list_holds_the_reader_s_doubts_until_they_are_accepted(site: Site) -> None:
    office = site.browser("office1")
    text = PLAN.replace("完成时限：2026年4月30日前", "完成时限：5月10日前初查，2026年4月30日前")
    path = hand_in(office, text)
    page = office.get(path).text
    assert re.search(r'<a href="#m-1">待核：', page)
    assert "认可没有疑问的2条" in page, "neither the doubtful one nor the one whose unit is unknown"
    office.post(f"{path}/measures/1", {"act": "accept"}, page=path)
    assert not re.search(r'<a href="#m-1">待核：', office.get(path).text)


def test_a_form_without_a_known_act_changes_nothing(site: Site) -> None:
    office = site.browser("office1")
    path = hand_in(office)
    assert office.post(f"{path}/measures/1", {"act": "none"}, page=path).status_code == 422
    assert as_shown(office.get(path).text, 1)["workflow"] == "survey"
