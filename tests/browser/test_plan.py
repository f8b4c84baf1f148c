"""From a township's plan in Word to an issued campaign, by clicks: few questions, few corrections, no dead end."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.page_checks import what_is_wrong
from tests.browser.people import Someone
from tests.support.running import RunningSample
from tests.unit.plans.plans_written import paragraph, word

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.allow_hosts(["127.0.0.1"])]

PLAN = """青禾镇自建房消防安全专项整治行动方案
为守住群众住得安全的底线，结合我镇实际，制定本方案。行动时间：2026年3月2日至2026年8月31日。
一、工作目标
自建房底数清、隐患清，群众知晓率达到95%以上。
二、工作任务
（一）逐户排查。各村对用于出租的自建房逐户排查，登记造册，做到不漏一户。（责任单位：各村（社区）；完成时限：2026年4月30日前）
（二）沿街店铺排查。对沿街住店合一的店铺开展联合排查。（责任单位：镇综治办、派出所；完成时限：2026年5月15日前）
（三）集市宣传。在集市和广场摆摊讲解用火用电知识，发放明白纸。（责任单位：镇宣传办；完成时限：2026年5月20日前）
（四）入户提醒。各村上门提醒独居老人，每季度至少1次。（责任单位：各村（社区））
（五）校园演练。各学校组织一次疏散演练，并开展消防安全教育。（责任单位：各学校；完成时限：2026年6月10日前）
（六）报送进度。每月25日前将排查和整改进度报镇综治办。（责任单位：各村（社区））
（七）查处违法行为。对拒不整改、堵塞通道的依法查处。（责任单位：青禾派出所；完成时限：2026年6月30日前）
（八）夜间巡查。组织力量坚持夜间巡查。（责任单位：各村（社区）；完成时限：长期坚持）
（九）经费保障。安排专项经费，购置应急器材。（责任单位：镇财政所；完成时限：2026年4月10日前）
（十）联合督查。由镇综治办牵头，派出所、镇宣传办配合，开展联合督查。（完成时限：2026年7月20日前）
"""
#: Ten measures may need two corrections.
MOST_CORRECTIONS = 2


def test_a_township_s_plan_is_running_after_a_few_clicks(
    browser: Browser, sample: RunningSample, tmp_path: Path
) -> None:
    file = tmp_path / "方案.docx"
    file.write_bytes(word(*(paragraph(line) for line in PLAN.splitlines())))
    office = Someone(browser, sample, "bangongshi1")
    office.go("/campaigns")
    office.follow("从方案文件新建")
    office.page.set_input_files("[name=file]", file)
    office.press("读取方案")
    page = office.page
    expect(page.get_by_role("heading", name="读出的措施（10条）")).to_be_visible()
    assert what_is_wrong(page) == []

    # The keyboard walks the proposals, lights their words, drops one and takes that back.
    page.wait_for_load_state()
    for key in "jj":
        page.keyboard.press(key)
    expect(page.locator(".plan-used.plan-lit")).to_contain_text("沿街店铺排查")
    page.keyboard.press("d")
    expect(page.locator("#m-2")).to_contain_text("已去掉")
    page.wait_for_load_state()  # the keys work once the script has run
    page.keyboard.press("u")
    expect(page.locator("#m-2")).not_to_contain_text("已去掉")

    asked = page.locator(".plan-todo li")
    corrections = asked.count()
    assert corrections <= MOST_CORRECTIONS, asked.all_inner_texts()
    page.locator("main").get_by_role("button", name="认可没有疑问的").click()
    page.wait_for_load_state()
    for _ in range(page.locator(".plan-card [value=accept]").count()):
        page.keyboard.press("n")
        page.keyboard.press("a")
        page.wait_for_load_state()
    office.press("生成行动草稿")
    expect(page.get_by_role("heading", name="下达前核对")).to_be_visible()
    expect(page.locator("main")).to_contain_text("联合督查")
    office.step("issue")
    expect(page.locator("main")).to_contain_text("进行中")
    office.close()

    village = Someone(browser, sample, "dongling", phone=True)
    village.go("/desk")
    expect(village.page.locator("main")).to_contain_text("逐户排查")
    village.close()


def test_the_keyboard_splits_moves_and_accepts(browser: Browser, sample: RunningSample) -> None:
    office = Someone(browser, sample, "bangongshi1")
    page = office.page
    office.go("/plans")
    page.fill("[name=text]", PLAN.replace("用火用电知识，发放明白纸", "用火用电知识。发放明白纸"))
    office.press("读取方案")
    page.wait_for_load_state()
    for key in "jjjs":
        page.keyboard.press(key)
    chosen = page.locator("#m-3-at")
    expect(chosen).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="读出的措施（11条）")).to_be_visible()
    expect(page.locator("#m-3")).to_be_focused()
    expect(page.locator(".plan-used.plan-lit")).not_to_contain_text("发放明白纸")
    page.keyboard.press("j")
    expect(page.locator("#m-11")).to_be_focused()
    expect(page.locator(".plan-used.plan-lit")).to_contain_text("发放明白纸")
    page.keyboard.press("Shift+K")
    expect(page.locator(".plan-card").nth(2)).to_have_attribute("id", "m-11")
    expect(page.locator("#m-11")).to_be_focused()
    page.keyboard.press("a")
    expect(page.locator("#m-11")).to_contain_text("已认可")
    expect(page.locator("#m-3")).to_be_focused()
    assert what_is_wrong(page) == []
    # One printed name, several answers: a further box appears as soon as the last one is filled.
    answers = page.locator(".plan-answers").first
    boxes = answers.locator("select").count()
    answers.locator("select").last.select_option(index=1)
    expect(answers.locator("select")).to_have_count(boxes + 1)
    page.get_by_role("link", name="改动记录").click()
    expect(page.locator("main")).to_contain_text("另立为一条")
    assert what_is_wrong(page) == []
    office.close()


def test_a_name_that_the_system_does_not_know_is_answered_with_several_units(
    browser: Browser, sample: RunningSample
) -> None:
    office = Someone(browser, sample, "bangongshi1")
    office.go("/plans")
    office.page.fill("[name=text]", PLAN.replace("镇财政所", "联防12队"))
    office.press("读取方案")
    answers = office.page.locator(".plan-answers[data-name='联防12队']")
    for number in (1, 2):
        expect(answers.locator("select")).to_have_count(number)
        answers.locator("select").last.select_option(index=number)
    further = answers.get_by_label("联防12队：第3个", exact=True)
    expect(further).to_have_value("")
    expect(further.locator("option").first).to_have_text("再加一个")
    assert what_is_wrong(office.page) == []
    office.close()


def test_on_a_phone_the_words_stand_above_the_proposals(browser: Browser, sample: RunningSample) -> None:
    office = Someone(browser, sample, "bangongshi1", phone=True)
    office.go("/plans")
    office.page.fill("[name=text]", PLAN)
    office.press("读取方案")
    assert what_is_wrong(office.page) == []
    office.page.locator("#m-3 a[href='#t-3']").click()
    expect(office.page.locator(".plan-used:has(:target)")).to_contain_text("集市宣传")
    office.close()
