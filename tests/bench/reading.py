"""How long the reader takes over a thick plan and over noise; the floor is one bare look at every character."""

from __future__ import annotations

import random
import time
import unicodedata
from collections.abc import Callable

from tests.bench.figures import Figure
from tracker.plans.reading import read_text

_PAGE_CHARACTERS = 600
_SECTION = """{0}、第{0}类隐患整治
（一）排查登记。各村要逐户登记，建立台账，5月底前完成首轮排查。（责任单位：各村、派出所；配合单位：综治办）
（二）整改提升。由镇应急办牵头，各单位配合，每季度至少开展1次督查，对整改不力的予以通报。
1.物业企业每周巡查不少于2次，发现隐患立即整改。
2.学校要上好安全课，于每月25日前将开课情况报中心学校，12月10日前报送总结。
（三）集中攻坚阶段（6月上旬—9月底）。各村、各单位按照分工推进，做到底数清、情况明、措施实。
"""
_NOISE = "各村派出所要负责牵头（）【】：；，。、一二三123.月日前每至—20年第阶段《》“”\n |x的由等"


def measure(pages: int, noise: int) -> list[Figure]:
    """Read a plan of so many pages, and so many characters of noise."""
    numbers = "一二三四五六七八九十"
    section = "".join(_SECTION.format(each) for each in numbers)
    plan = "河口镇2025年隐患整治工作方案\n" + section * (pages * _PAGE_CHARACTERS // len(section) + 1)
    plan = plan[: pages * _PAGE_CHARACTERS]
    draw = random.Random(7)
    rubbish = "".join(draw.choice(_NOISE) for _ in range(noise))
    return [
        Figure("plan_read", pages, _seconds(lambda: read_text(plan)), "s", f"a plan of {pages} pages read into measures",
               _seconds(lambda: _look(plan))),
        Figure("noise_read", noise, _seconds(lambda: read_text(rubbish)), "s", "characters of noise read without harm",
               _seconds(lambda: _look(rubbish))),
    ]  # fmt: skip


def _look(text: str) -> int:
    return sum(1 for character in text if unicodedata.category(character) == "Lo")


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
