"""Short names for SMS: twelve characters at most, proposed where a file gives none or a longer one."""

from __future__ import annotations

import re

from tracker.domain.campaign_file import MAX_SHORT_NAME

_SHORTER = (
    ("领导小组办公室", "办"), ("人民政府", "政府"), ("村民委员会", "村"), ("社区居民委员会", "社区"), ("居民委员会", "社区"),
    ("委员会", "委"), ("办公室", "办"), ("有限责任公司", "公司"), ("股份有限公司", "公司"), ("有限公司", "公司"),
    ("专项行动", "专项"), ("派出所", "所"), ("中心小学", "小学"), ("初级中学", "中学"), ("服务中心", "中心"),
)  # fmt: skip
_BRACKETS = re.compile(r"[(（].*?[)）]")


def propose_short_name(name: str, parent_name: str = "") -> str:
    """Return a short name: the name itself when it is short, else without its parent's name and in usual short words."""
    if len(name) <= MAX_SHORT_NAME:
        return name
    short = _BRACKETS.sub("", name)
    if parent_name and short.startswith(parent_name) and len(short) > len(parent_name):
        short = short.removeprefix(parent_name)
    for long, brief in _SHORTER:
        if len(short) <= MAX_SHORT_NAME:
            break
        short = short.replace(long, brief)
    # The end of a Chinese name says what it is; its beginning is the places above it.
    return short[-MAX_SHORT_NAME:]
