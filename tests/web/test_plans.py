"""From a plan document to an issued campaign in the browser: read, look beside the words, answer, create, issue."""

from __future__ import annotations

import io
import re
import threading
from html import unescape

import pytest

from tests.support.kept import standing_world
from tests.support.world import World, small_campaign
from tests.web.papers import counted_queries
from tests.web.plan_pages import PLAN, as_shown, as_word, card, change, hand_in, token
from tests.web.site import MEASURES, Site
from tests.web.two_offices import TwoOffices
from tracker.domain.secrecy import BANNER


@standing_world(shown=Site)
def site(world: World) -> None:
    world.load(small_campaign(measures=MEASURES))


def test_a_plan_becomes_an_issued_campaign(site: Site) -> None:
    office = site.browser("office1")
    answer = office.client.post(
        "/plans",
        data={"file": (as_word(PLAN), "方案.docx"), "csrf_token": token(office)},
        headers={"Origin": "http://localhost"},
    )
    path = answer.headers["Location"]
    page = office.get(path).text
    assert "青山镇居民自建房消防安全专项整治行动方案" in page
    assert 'value="2026-03-02"' in page
    assert 'value="2026-08-31"' in page
    assert 'value="survey" selected' in card(page, 1)
    assert 'value="publicity" selected' in card(page, 2)
    assert as_shown(page, 1)["when_day"] == "2026-04-30"
    assert (as_shown(page, 3)["when_every"], as_shown(page, 3)["when_by_day"]) == ("month", "25")
    assert as_shown(page, 4)["when_kind"] == "rhythm"
    # 各村, east村 and west村 are known here; the squad is asked for, and nothing is made before it is answered.
    assert "“镇消防专班”（1条措施）对应哪个单位还没有选" in page
    refused = office.post(f"{path}/create", page=path)
    assert refused.status_code == 422
    assert office.post(f"{path}/units", {"unit:镇消防专班": "各村"}, page=path).status_code == 302
    assert "问题都已处理，还有4条措施没有认可" in office.get(path).text
    assert office.post(f"{path}/accept", page=path).status_code == 302
    ready = office.get(path).text
    assert "可以生成行动草稿了" in ready
    # Two villages: survey and talk once, 2 × 6 monthly returns (March to August), and as many of the rhythm.
    assert "2个单位，28项" in ready
    made = office.post(f"{path}/create", page=path)
    assert made.status_code == 302, unescape(made.text)
    ref = made.headers["Location"].rsplit("/", 1)[-1]
    draft = office.get(f"/campaigns/{ref}").text
    assert "开展拉网排查" in draft
    site.world.container.issuing.issue_campaign(None, campaign_ref=ref, expected_version=1)
    site.world.engine_works()
    tasks = site.world.rows(
        "SELECT t.title, t.workflow_key, t.due_on FROM task t JOIN campaign c ON c.id = t.campaign_id WHERE c.ref = :ref",
        ref=ref,
    )
    assert sum(row["workflow_key"] == "survey" for row in tasks) == 2
    assert {str(row["due_on"]) for row in tasks if row["workflow_key"] == "survey"} == {"2026-04-30"}
    assert office.post(f"{path}/head", {"title": "改"}, page=path).status_code == 409, "a used draft is closed"


def test_words_and_proposals_lead_to_each_other_and_unused_words_are_marked(site: Site) -> None:
    office = site.browser("office1")
    page = unescape(office.get(hand_in(office)).text)
    words = re.search(r'<div class="plan-words"[^>]*>(.*?)</div>', page, re.DOTALL)
    assert words is not None
    assert re.sub(r"<[^>]+>", "", words[1]) == PLAN, "the whole plan is shown, word for word"
    for number in (1, 2, 3, 4):
        assert f'<span id="t-{number}">' in words[1]
        assert f'href="#t-{number}"' in card(page, number)
    unused = "".join(re.findall(r'<span class="plan-unused">([^<]*)', words[1]))
    assert "各单位要高度重视" in unused
    assert "责任单位" not in unused, "who and by when was read, though it is no measure's own words"


def test_what_the_rules_against_burdens_limit_is_hinted_at_and_never_refused(site: Site) -> None:
    office = site.browser("office1")
    text = PLAN.replace("发放明白纸。", "引导群众下载APP，安装率不低于90%。").replace(
        "各单位要高度重视。", "对排名末位的实行一票否决。"
    )
    page = office.get(hand_in(office, text)).text
    assert "国办函〔2026〕12号" in card(page, 2)
    assert "减负提示" not in card(page, 1)
    assert "一票否决" in re.sub(r'<div class="plan-words".*?</div>', "", unescape(page), flags=re.DOTALL)


def test_a_proposal_is_edited_dropped_doubled_joined_and_all_of_it_taken_back(site: Site) -> None:
    office = site.browser("office1")
    path = hand_in(office)
    before = office.get(path).text
    assert change(office, path, 2, title="集市宣传", leads="east村、各镇（街道、园区）").status_code == 302
    assert as_shown(office.get(path).text, 2)["leads"] == "east村、各镇（街道、园区）"
    acts = ("accept", "unaccept", "drop", "restore", "double", "join", "down", "up", "drop")
    for act in acts:
        assert office.post(f"{path}/measures/1", {"act": act}, page=path).status_code == 302, act
    assert "已去掉" in card(office.get(path).text, 1)
    for _ in range(len(acts) + 1):
        assert office.post(f"{path}/undo", page=path).status_code == 302
    after = office.get(path).text
    assert [as_shown(after, number) for number in (1, 2, 3, 4)] == [as_shown(before, number) for number in (1, 2, 3, 4)]
    assert office.post(f"{path}/undo", {"version": "21"}, page=path).status_code == 409


def test_what_was_typed_on_a_stale_page_is_still_there(site: Site) -> None:
    office = site.browser("office1")
    path = hand_in(office)
    stale = {**as_shown(office.get(path).text, 1), "title": "我打的字", "version": "1"}
    assert change(office, path, 2, title="同事先改").status_code == 302
    answer = office.post(f"{path}/measures/1", stale, page=path)
    assert answer.status_code == 409
    assert 'value="我打的字"' in answer.text
    assert "没有保存" in answer.text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"when_kind": "by_date", "when_day": "2026-04-31"}, "没有这一天"),
        ({"when_kind": "by_date", "when_day": "2026-02-01"}, "不在行动期间"),
        ({"when_kind": ""}, "没有时限"),
        ({"when_kind": "every", "when_every": "month", "when_by_day": "四十"}, "by_day"),
        ({"workflow": ""}, "没有选流程"),
        ({"leads": ""}, "没有责任单位"),
    ],
)
def test_a_wrong_answer_is_a_sentence_that_leads_to_its_proposal(
    site: Site, typed: dict[str, str], sentence: str
) -> None:
    office = site.browser("office1")
    path = hand_in(office)
    office.post(f"{path}/units", {"unit:镇消防专班": "各村"}, page=path)
    assert change(office, path, 1, **typed).status_code == 302
    answer = office.post(f"{path}/create", {"knowingly": "yes"}, page=path)
    assert answer.status_code == 422
    assert sentence in card(answer.text, 1), re.findall(r"<li><a.*?</li>", answer.text)
    assert "m=1#m-1" in answer.text
    assert site.world.value("SELECT count(*) FROM campaign") == 1


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("方案.pdf", b"%PDF-1.7 x", "PDF"),
        ("方案.docx", b"PK\x03\x04broken", ""),
        ("空.txt", b"", ""),
        ("信.txt", "今天天气很好，大家辛苦了。".encode(), "没有读出措施"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(site: Site, name: str, content: bytes, sentence: str) -> None:
    office = site.browser("office1")
    answer = office.client.post(
        "/plans", data={"file": (io.BytesIO(content), name), "csrf_token": token(office)},
        headers={"Origin": "http://localhost"},
    )  # fmt: skip
    assert answer.status_code == 422
    assert 'class="field-error"' in answer.text
    assert sentence in answer.text
    assert site.world.value("SELECT count(*) FROM plan_draft") == 0


def test_pasted_words_that_are_no_plan_are_kept(site: Site) -> None:
    answer = site.browser("office1").post("/plans", {"text": "今天天气很好。"}, page="/plans")
    assert answer.status_code == 422
    assert "今天天气很好。</textarea>" in answer.text


@pytest.mark.parametrize(
    ("name", "marked"),
    [
        ("方案.txt", f"机密★1年\n{PLAN}"),
        ("机密方案.txt", PLAN),
        ("方案.docx", f"秘密\n{PLAN}"),
        ("", f"密级：机密\n{PLAN}"),
    ],
)
def test_a_plan_that_carries_a_mark_of_secrecy_is_refused_with_the_banner_and_nothing_of_it_is_kept(
    site: Site, name: str, marked: str
) -> None:
    office = site.browser("office1")
    file = as_word(marked) if name.endswith(".docx") else io.BytesIO(marked.encode())
    given = {"file": (file, name)} if name else {"text": marked}
    answer = office.client.post(
        "/plans", data={**given, "csrf_token": token(office)}, headers={"Origin": "http://localhost"}
    )
    assert answer.status_code == 422
    page = unescape(answer.text)
    assert page.count(BANNER) >= 2, "where it stands on every page, and in the sentence"
    assert "密级标志" in page
    assert site.world.rows("SELECT 1 FROM plan_draft") == []


def test_two_clicks_at_once_make_one_campaign(site: Site) -> None:
    office = site.browser("office1")
    path = hand_in(office)
    office.post(f"{path}/units", {"unit:镇消防专班": "各村"}, page=path)
    service, viewer = site.world.container.plan_drafts, site.world.viewer("office1")
    ref = path.rsplit("/", 1)[-1]
    revision = service.show(viewer, ref).revision
    made: list[str] = []
    clicks = [
        threading.Thread(
            target=lambda: made.append(service.create(viewer, ref, expected_revision=revision, knowingly=True))
        )
        for _ in range(3)
    ]
    for click in clicks:
        click.start()
    for click in clicks:
        click.join()
    assert len(made) == 3
    assert len(set(made)) == 1
    assert site.world.value("SELECT count(*) FROM campaign") == 2


def test_another_offices_plan_does_not_exist(two_offices: TwoOffices) -> None:
    with two_offices.site() as site:
        path = hand_in(site.browser("office1"))
        neighbour = site.browser("n-office1")
        assert neighbour.get(path).status_code == 404
        assert path not in neighbour.get("/plans").text
        assert site.browser("sup1").get("/plans").status_code == 404
        assert site.browser("clerk-east").get(path).status_code == 404


@pytest.mark.slow
def test_a_plan_of_many_measures_is_one_page_of_few_queries(site: Site) -> None:
    office = site.browser("office1")
    lines = "".join(
        f"（{n}）第{n}项排查。各村对第{n}类场所逐户排查。（责任单位：各村；完成时限：2026年4月30日前）\n"
        for n in range(1, 80)
    )
    few, many = hand_in(office), hand_in(office, "青山镇排查行动方案\n一、工作任务\n" + lines)
    office.get(few)
    with counted_queries() as before:
        office.get(few)
    with counted_queries() as after:
        office.get(many)
    assert len(after) == len(before) <= 30
    office.post(f"{many}/accept", page=many)
    with counted_queries() as told:
        assert "第79项排查" in office.get(f"{many}/record").text
    assert len(told) <= len(before), "eighty lines of the record are read at once"
