"""How the tests hand in a plan and fill the forms of its proposals."""

from __future__ import annotations

import io
import re
from html import unescape

from werkzeug.test import TestResponse

from tests.unit.plans.plans_written import paragraph, word
from tests.web.site import Browser

PLAN = """青山镇居民自建房消防安全专项整治行动方案

为压实责任，现制定本方案。行动时间：2026年3月2日至2026年8月31日。

一、工作目标
全面掌握底数，消除隐患。

二、工作任务
（一）开展拉网排查。各村对辖区内用于出租的自建房逐户排查，建立台账。（责任单位：各村；完成时限：2026年4月30日前）
（二）集中宣传。在集市和广场开展消防知识宣传，发放明白纸。（责任单位：各村；完成时限：2026年5月20日前）
（三）报送进度。每月25日前将排查整改进度报镇领导小组办公室。（责任单位：east村、west村）
（四）坚持夜间巡查。对重点部位持续开展夜间巡查。（责任单位：镇消防专班；完成时限：长期坚持）

三、工作要求
各单位要高度重视。
"""


def hand_in(browser: Browser, text: str = PLAN) -> str:
    answer = browser.post("/plans", {"text": text}, page="/plans")
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def as_word(text: str) -> io.BytesIO:
    return io.BytesIO(word(*(paragraph(line) for line in text.splitlines())))


def card(page: str, number: int) -> str:
    found = re.search(rf'<article class="panel plan-card[^>]*id="m-{number}".*?</article>', page, re.DOTALL)
    assert found is not None
    return unescape(found[0])


def as_shown(page: str, number: int) -> dict[str, str]:
    """Return what the form of a proposal holds when nothing is typed."""
    form = card(page, number)
    given = dict(re.findall(r'<input class="input"[^>]*name="(\w+)"[^>]*value="([^"]*)"', form))
    given |= dict(re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>(.*?)</textarea>', form, re.DOTALL))
    for name, options in re.findall(r'<select[^>]*name="(\w+)">(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        given[name] = chosen[1] if chosen else ""
    if 'name="joint" value="yes" checked' in form:
        given["joint"] = "yes"
    return {**given, "act": "save"}


def change(browser: Browser, path: str, number: int, **typed: str) -> TestResponse:
    given = {**as_shown(browser.get(path).text, number), **typed}
    return browser.post(f"{path}/measures/{number}", given, page=path)


def token(browser: Browser) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/plans").text)
    assert found is not None
    return found[1]
