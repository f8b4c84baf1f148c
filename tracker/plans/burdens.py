"""Duties in a plan that rules against burdening the grassroots (基层减负) forbid or limit, each with the rule's name.

A hint for the person who confirms the plan; nothing is ever refused for it. The grounds are those of DOMAIN.md §9.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tracker.plans.shapes import Span

_APP = r"(?:APP|App|app|小程序|客户端|快应用|政务应用|移动应用|软件)"
_DIGITAL = "国办函〔2026〕12号"
_RELIEF = "《整治形式主义为基层减负若干规定》"
#: (what it is, words, rule, what to consider)
_RULES = (
    ("打卡、积分或在线时长", rf"{_APP}.{{0,20}}(?:打卡|积分|排名|时长)|(?:打卡|积分|在线时长).{{0,12}}{_APP}|(?:线上|每日|每天)打卡|积分排名|在线时长",
     _DIGITAL, "不得以打卡签到、积分排名、在线时长等方式强制使用，建议删去或改为自愿。"),
    ("以安装、注册、使用数量为任务", rf"{_APP}.{{0,24}}(?:安装率|注册率|使用率|下载量|安装量|注册量|活跃度|全覆盖|应装尽装|100%)|(?:安装|注册|下载|使用)率.{{0,16}}{_APP}|(?:安装|下载|注册).{{0,16}}{_APP}.{{0,16}}(?:任务|指标|不低于|达到|全部)",
     _DIGITAL, "不得考核、通报安装使用情况，建议改为宣传引导。"),
    ("要求上传照片、视频或轨迹", r"(?:上传|拍照|录像|录制|报送|提供).{0,12}(?:照片|图片|视频|截图|轨迹|定位)|(?:照片|视频|截图|轨迹).{0,8}(?:上传|留痕|佐证)",
     _DIGITAL, "非必要不得强制上传，建议写明“可以提供”，本系统里照片为选填。"),
    ("以留痕、批示、刊发计分", r"(?:留痕|批示|刊发|采用|发稿|转发|信息篇数).{0,16}(?:考核|计分|得分|加分|评分|排名)|(?:考核|计分|加分|评分|排名).{0,20}(?:留痕|批示|刊发|发稿)",
     _RELIEF, "不得以留痕、领导批示、媒体刊发作为考核评分依据，建议改看实效。"),
    ("频繁督查检查", r"(?:每天|每日|每周|每旬|每月).{0,10}(?:督查|督导检查|督导|检查评比|考核评比)", _RELIEF, "督查检查要控制频次、纳入年度计划，建议合并开展。"),
    ("每天报数填表", r"(?:每天|每日|一日一).{0,12}(?:填报|报表|报送|上报|零报告|台账|报告)|日报告|日调度", _RELIEF, "不得要求基层重复填表报数，建议降低频次或由系统数据代替。"),
    ("一票否决", r"一票否决", "2019年以来对一票否决事项的清理规范", "实行一票否决须由上级依规决定，县以下只能提请，建议核对依据。"),
)  # fmt: skip
_COMPILED = tuple((title, re.compile(words), rule, advice) for title, words, rule, advice in _RULES)
#: A line without an end is looked through piece by piece.
_SENTENCE = re.compile(r"[^。；;\n]{1,500}")
_FORBIDS = re.compile(r"不得|严禁|禁止|不作为|不再|取消|杜绝|防止|避免|不以|不强制|不得以|减轻|减负|自愿|不纳入")


@dataclass(frozen=True)
class Burden:
    """One duty that a rule forbids or limits. `span` = its sentence in the text."""

    span: Span
    title: str
    rule: str
    advice: str

    @property
    def sentence(self) -> str:
        """Return it as one sentence."""
        return f"{self.title}：按{self.rule}，{self.advice}"


def find_burdens(text: str) -> list[Burden]:
    """Return the burdens of a text in order; sentences that themselves forbid the thing are none."""
    return [
        Burden(found.span(), title, rule, advice)
        for found in _SENTENCE.finditer(text)
        if not _FORBIDS.search(found[0])
        for title, words, rule, advice in _COMPILED
        if words.search(found[0])
    ]
