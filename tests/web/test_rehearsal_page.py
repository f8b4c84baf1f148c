"""The office lets a plan draft be lived through from its page, sees how far it is, and looks at what came of it."""

from __future__ import annotations

import pytest

from tests.support.kept import standing_world
from tests.support.world import World, small_campaign
from tests.web.papers import counted_queries
from tests.web.site import MEASURES, Browser, Site

PLAN = """消防安全专项整治行动方案

行动时间：2026年3月2日至2026年3月31日。

一、工作任务
（一）开展拉网排查。各村对自建房逐户排查，建立台账。（责任单位：各村；完成时限：2026年3月6日前）
"""


@standing_world(shown=Site)
def site(world: World) -> None:
    world.load(small_campaign(measures=MEASURES))


@pytest.fixture
def office(site: Site) -> Browser:
    return site.browser("office1")


@pytest.fixture
def page(office: Browser) -> str:
    """The address of the page of a draft that was just handed in."""
    answer = office.post("/plans", {"text": PLAN}, page="/plans")
    return f"{answer.headers['Location']}/rehearsal"


def worker(site: Site) -> None:
    _, _, args = site.world.queue.rung[-1]
    site.world.container.background_files.write(int(args[0]))


@pytest.mark.slow
def test_a_draft_is_lived_through_and_its_page_says_what_came_of_it(site: Site, office: Browser, page: str) -> None:
    assert page in office.get(page.removesuffix("/rehearsal")).text
    assert "下达之前先试一遍" in office.get(page).text
    assert office.post(page, {"assumption": "nobody", "seed": "1"}, page=page).status_code == 302
    waiting = office.get(page).text
    assert "排队等候：0 / 30 天" in waiting
    assert 'http-equiv="refresh"' in waiting
    worker(site)
    with counted_queries() as sent:
        done = office.get(page).text
    for words in (
        "2个单位，2项任务",
        "拟发督导通知书",
        "督导通知书",
        "收到消息最多的人",
        "没有包片领导",
        "没有人登记手机号",
        "<svg",
    ):
        assert words in done, words
    assert 'http-equiv="refresh"' not in done
    assert len(sent) <= 40
    office.post(f"{page}/cancel", page=page)
    assert "收到消息最多的人" not in office.get(page).text


def test_it_can_be_cancelled_while_it_waits_and_a_colleague_is_told_to_wait(
    site: Site, office: Browser, page: str
) -> None:
    office.post(page, {"assumption": "nobody"}, page=page)
    other = office.post("/plans", {"text": PLAN}, page="/plans").headers["Location"] + "/rehearsal"
    refused = office.post(other, {"assumption": "on_time", "seed": "7"}, page=other)
    assert refused.status_code == 409
    assert "您还有一次没有做完" in refused.text
    assert 'value="on_time" checked' in refused.text
    assert 'value="7"' in refused.text
    assert "已取消" in office.client.get(office.post(f"{page}/cancel", page=page).headers["Location"]).text
    assert office.post(other, {"assumption": "on_time"}, page=other).status_code == 302


@pytest.mark.slow
def test_a_changed_draft_says_that_the_outcome_is_of_before(site: Site, office: Browser, page: str) -> None:
    office.post(page, {"assumption": "nobody"}, page=page)
    worker(site)
    draft = page.removesuffix("/rehearsal")
    office.post(f"{draft}/measures/1", {"act": "double"}, page=draft)
    assert "草稿在这次试运行之后又改过" in office.get(page).text


def test_what_is_not_answered_yet_is_said_and_nothing_begins(site: Site, office: Browser) -> None:
    text = PLAN.replace("各村；完成", "镇消防专班；完成")
    page = office.post("/plans", {"text": text}, page="/plans").headers["Location"] + "/rehearsal"
    refused = office.post(page, {"assumption": "nobody", "seed": "3"}, page=page)
    assert refused.status_code == 422
    assert "对应哪个单位还没有选" in refused.text
    assert 'value="3"' in refused.text


@pytest.mark.slow
def test_what_came_of_it_is_for_who_asked_alone(site: Site, office: Browser, page: str) -> None:
    office.post(page, {"assumption": "nobody"}, page=page)
    worker(site)
    for person in ("sup1", "clerk-east"):
        assert site.browser(person).get(page).status_code == 404
