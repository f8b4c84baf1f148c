"""One spelling for what typists, scanners and old code pages spell in many ways.

Half-width brackets and full-width digits, Japanese variants of Chinese characters (査 for 查), stray
back-ticks and zero-width characters must not hide a unit's name or a date. Every character of the result
remembers its place in the original.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from tracker.plans.passages import Passage

# NFKC leaves these alone: they are characters of their own that look like the ones that were meant.
VARIANTS = str.maketrans("査硏戶汚眞內値敎歷", "查研户污真内值教历")
_DROPPED = set("`'´‘’\ufeff\u200b\u200c\u200d\u200e\u200f\u2060\u00ad\ufffd\u00a8^")
_PLAIN = {
    "(": "（", ")": "）", "﹙": "（", "﹚": "）", "[": "【", "]": "】", "［": "【", "］": "】", "〖": "【", "〗": "】",
    ";": "；", "?": "？", "!": "！", "∶": "：", "︰": "：", "｡": "。", "､": "、", "・": "·", "•": "●", "\u00a0": " ",
    "\u3000": " ", "\t": "\t", "\n": "\n", "\r": "\n", "\x0b": "\n", "\x0c": "\n", "\u2028": "\n", "\u2029": "\n",
    "〜": "~", "～": "~", "．": ".", "％": "%", "○": "○", "…": "…",
}  # fmt: skip
_KEPT_CIRCLES = range(0x2460, 0x2474)  # ① to ⑳ stay what they are: an order of their own in the outline
_COLON_OR_COMMA = re.compile(r"(?<!\d)[:,]|[:,](?!\d)")
_NUMBERED = re.compile(r"(?:^|[\n。；：）])[ \t]*[一二三四五六七八九十]{1,3}$")
_FULL_STOP = re.compile(r"(?<=[\u4e00-\u9fff”’》）】%])\.(?=\s*(?:[\u4e00-\u9fff（“《]|$))", re.MULTILINE)

# 〔2026〕 frames a year; 〔责任单位：…〕 is a duty bracket in an office's own hand.
_FRAMED = re.compile(r"〔((?=[^〔〕]{0,200}(?:单位|部门|责任|牵头|配合|落实|负责|时限|时间|科室))[^〔〕]{2,300})〕")

# Markdown's **bold**; a masked year (20**年) has no partner on its line.
_BOLD = re.compile(r"(\*\*)(?=[^*\n]{1,60}\*\*)[^*\n]+(\*\*)")


@cache
def _spelled(character: str) -> str:
    if character in _PLAIN:
        return _PLAIN[character]
    if character in _DROPPED:
        return ""
    code = ord(character)
    if code in _KEPT_CIRCLES or 0x4E00 <= code <= 0x9FFF:
        return character.translate(VARIANTS)
    if code < 0x20 or 0x7F <= code < 0xA0:
        return ""
    plain = unicodedata.normalize("NFKC", character).translate(VARIANTS)
    return "".join(_PLAIN.get(each, each) for each in plain)


def normalise(original: str) -> Passage:
    """Return the text in one spelling. White space stays, because tables and lines are told by it."""
    characters: list[str] = []
    places: list[int] = []
    bold = {place for found in _BOLD.finditer(original) for edge in found.regs[1:] for place in range(*edge)}
    for place, character in enumerate(original):
        if place in bold:
            continue
        spelled = _spelled(character)
        if spelled:
            characters.append(spelled)
            places.extend([place] * len(spelled))
    text = "".join(characters)
    # Between digits a colon is a time and a comma a thousand; elsewhere both are Chinese punctuation.
    text = _COLON_OR_COMMA.sub(lambda mark: "：" if mark.group() == ":" else "，", text)
    text = _FRAMED.sub(r"【\1】", text)
    return Passage(_FULL_STOP.sub(_stop, text), places)


def _stop(found: re.Match[str]) -> str:
    """A dot between Chinese words is a full stop, but not behind the number of an item (「一.」)."""
    before = found.string[max(0, found.start() - 6) : found.start()]
    return "." if _NUMBERED.search(before) else "。"
