"""Nothing typed is lost: a closed tab, a cut line, a lost session, two pages, two people, a shared PC."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.serving import Served, serving
from tests.support.world import World, morning, small_campaign
from tests.web.site import MEASURES, PASSWORD, Site

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.allow_hosts(["127.0.0.1"])]

LEAD = "{key: lead, ordinal: （三）, title: 线索核查, text: 核查。, workflow: lead_check, units: [各村], due: {by_date: 2026-03-20}}"
HERE = re.compile(r"已存在这台设备上（\d\d:\d\d）")
SAVED = re.compile(r"^已保存 \d\d:\d\d$")


@pytest.fixture(scope="module")
def served(module_database_url: str) -> Iterator[Served]:
    with World(module_database_url, start=morning("2026-03-02")) as world:
        world.load(small_campaign(measures=[*MEASURES, LEAD]))
        with serving(Site(world)) as served:
            yield served


@pytest.fixture
def survey(served: Served) -> str:
    """The address of a survey that east has signed for and nobody has begun to fill."""
    world = served.site.world
    task = world.task("survey", "east")
    if task["state"] == "assigned":
        world.act("clerk-east", task["ref"], "accept")
    for person in ("clerk-east", "head-east"):
        world.container.form_drafts.discard(world.viewer(person), task_ref=task["ref"], act="report")
    return f"{served.address}/tasks/{task['ref']}"


@pytest.fixture
def clerk(browser: Browser, served: Served) -> Iterator[BrowserContext]:
    with served.context(browser, "clerk-east", phone=True) as context:
        yield context


def opened(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(address)
    return page


def box(page: Page, name: str) -> object:
    return page.locator(f'form[action$="/report"] [name="{name}"]').first


def type_into(page: Page, name: str, text: str) -> None:
    page.locator(f'form[action$="/report"] [name="{name}"]').first.fill(text)


def line(page: Page) -> object:
    return page.locator('form[action$="/report"] [data-draft-line]')


def local_copies(page: Page) -> int:
    found: int = page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('draft:')).length")
    return found


def test_a_closed_tab_loses_nothing(clerk: BrowserContext, survey: str) -> None:
    page = opened(clerk, survey)
    type_into(page, "should_check", "120")
    type_into(page, "remark", "写到一半的话")
    expect(line(page)).to_have_text(SAVED)
    assert local_copies(page) == 0
    page.close()
    page = opened(clerk, survey)
    expect(page.locator("main")).to_contain_text(re.compile(r"已恢复 \d\d:\d\d 的草稿"))
    expect(box(page, "remark")).to_have_value("写到一半的话")
    page.get_by_role("button", name="不要这份草稿").click()
    expect(page.locator("main")).to_contain_text("草稿已删除")
    expect(box(page, "remark")).to_have_value("")


def test_a_line_cut_in_mid_form_costs_nothing_even_with_the_tab_closed(clerk: BrowserContext, survey: str) -> None:
    page = opened(clerk, survey)
    type_into(page, "should_check", "120")
    expect(line(page)).to_have_text(SAVED)
    clerk.set_offline(True)
    type_into(page, "checked", "118")
    page.get_by_role("button", name="再加一行").click()
    type_into(page, "problems.1.place", "五组门面")
    expect(line(page)).to_contain_text(HERE)
    page.locator('form[action$="/report"] .button-primary').click()
    expect(line(page)).to_contain_text("网络断开，没有提交")
    page.close()
    clerk.set_offline(False)
    page = opened(clerk, survey)
    expect(page.locator("main")).to_contain_text("存在这台设备上的草稿")
    expect(box(page, "checked")).to_have_value("118")
    expect(box(page, "problems.1.place")).to_have_value("五组门面")
    expect(line(page)).to_have_text(SAVED)
    assert local_copies(page) == 0


def test_when_the_line_comes_back_the_open_page_saves_itself(clerk: BrowserContext, survey: str) -> None:
    page = opened(clerk, survey)
    clerk.set_offline(True)
    type_into(page, "remark", "断网时写的")
    expect(line(page)).to_contain_text(HERE)
    clerk.set_offline(False)
    expect(line(page)).to_have_text(SAVED)


def test_a_lost_session_costs_nothing_and_leads_back(clerk: BrowserContext, served: Served, survey: str) -> None:
    page = opened(clerk, survey)
    clerk.clear_cookies(name="tracker_session")
    type_into(page, "remark", "登录断了还在写")
    expect(line(page)).to_contain_text("登录已超时。已存在这台设备上")
    line(page).get_by_role("link", name="重新登录").click()
    page.fill("[name=username]", "clerk-east")
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    expect(box(page, "remark")).to_have_value("登录断了还在写")
    expect(line(page)).to_have_text(SAVED)


def test_of_two_pages_the_second_is_told_and_overwrites_only_on_saying_so(
    clerk: BrowserContext, browser: Browser, served: Served, survey: str
) -> None:
    phone = opened(clerk, survey)
    with served.somebody(browser, "clerk-east") as desk:
        desk.goto(survey)
        type_into(phone, "remark", "手机上写的")
        expect(line(phone)).to_have_text(SAVED)
        type_into(desk, "remark", "电脑上写的")
        expect(line(desk)).to_contain_text("没有覆盖它")
        expect(box(desk, "remark")).to_have_value("电脑上写的")
        expect(box(opened(clerk, survey), "remark")).to_have_value("手机上写的")
        desk.locator('form[action$="/report"] [data-draft-keep]').click()
        expect(line(desk)).to_have_text(SAVED)
        expect(box(opened(clerk, survey), "remark")).to_have_value("电脑上写的")


def test_two_people_of_one_unit_know_of_each_other_and_who_is_late_keeps_the_words(
    clerk: BrowserContext, browser: Browser, served: Served
) -> None:
    world = served.site.world
    ref = world.task("talk", "east")["ref"]
    world.act("clerk-east", ref, "accept")
    page = opened(clerk, f"{served.address}/tasks/{ref}")
    type_into(page, "theme", "反诈宣传")
    expect(line(page)).to_have_text(SAVED)
    with served.somebody(browser, "head-east") as other:
        other.goto(f"{served.address}/tasks/{ref}")
        expect(other.locator("main")).to_contain_text(re.compile(r"clerk-east（\d\d:\d\d）也在填这张表"))
    world.act("head-east", ref, "report", {
        "theme": "集市", "held_on": "2026-03-01", "place": "集市", "forms": "market", "sessions": "1",
        "people_reached": "50", "leaflets": "30"})  # fmt: skip
    type_into(page, "place", "村委会")
    expect(line(page)).to_contain_text("已有人办理，现在是“核查中”")
    page.reload()
    expect(page.locator("main")).to_contain_text("暂存的内容（没有报送，可复制）")
    expect(page.locator("main")).to_contain_text("村委会")


def test_nothing_stays_on_a_shared_pc_after_log_out_or_another_s_login(
    clerk: BrowserContext, served: Served, survey: str
) -> None:
    page = opened(clerk, survey)

    def write_in_vain() -> None:
        clerk.set_offline(True)
        type_into(page, "remark", "只在这台电脑上")
        expect(line(page)).to_contain_text(HERE)
        assert local_copies(page) == 1
        page.evaluate("window.addEventListener('online', (event) => event.stopImmediatePropagation(), true)")

    write_in_vain()
    page.route("**/drafts/**", lambda route: route.abort())
    clerk.set_offline(False)
    page.locator(".account-menu summary").click()
    page.get_by_role("button", name="退出").click()
    expect(page.locator("h1")).to_have_text("登录")
    assert local_copies(page) == 0
    page.unroute("**/drafts/**")

    served.sign_in(clerk, "clerk-east")
    page.goto(survey)
    write_in_vain()
    page.route("**/drafts/**", lambda route: route.abort())
    clerk.set_offline(False)
    served.sign_in(clerk, "clerk-west")
    page.goto(f"{served.address}/desk")
    assert local_copies(page) == 0


def test_what_was_on_its_way_at_log_out_is_not_put_back_when_it_fails(clerk: BrowserContext, survey: str) -> None:
    page = opened(clerk, survey)
    page.evaluate("""() => {
        window.fetch = () => new Promise((_, fail) => window.addEventListener("let-fail", () => fail(new TypeError("cut"))));
    }""")
    type_into(page, "remark", "退出时正在保存")
    page.wait_for_function("Object.keys(localStorage).some((key) => key.startsWith('draft:'))")
    page.evaluate("""async () => {
        window.dispatchEvent(new Event("online"));  // begins to save at once
        const form = document.querySelector("form[action$='/logout']");
        form.addEventListener("submit", (event) => event.preventDefault());
        form.requestSubmit();
        window.dispatchEvent(new Event("let-fail"));
        await new Promise((go) => window.setTimeout(go));
    }""")
    assert local_copies(page) == 0


def test_confidential_work_leaves_no_word_in_the_browser(clerk: BrowserContext, served: Served) -> None:
    world = served.site.world
    ref = world.task("lead", "east")["ref"]
    world.act("clerk-east", ref, "accept")
    page = opened(clerk, f"{served.address}/tasks/{ref}")
    form = page.locator("form[data-draft]:has(textarea)").first
    clerk.set_offline(True)
    form.locator("textarea").first.fill("核查情况")
    expect(form.locator("[data-draft-line]")).to_contain_text("请不要关闭页面")
    assert page.evaluate("localStorage.length") == 0
    clerk.set_offline(False)
    expect(form.locator("[data-draft-line]")).to_have_text(SAVED)
    form.locator("textarea").first.fill("还没有保存的一句")
    page.goto(f"{served.address}/desk")
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    page.go_back()
    assert "还没有保存的一句" not in page.locator("body").inner_text()
    assert page.locator("form[data-draft] textarea").first.input_value() != "还没有保存的一句"
