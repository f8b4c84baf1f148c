"""The marks that number a Chinese document: 一、 （一） 1. （1） ① 第×条, 一是, bullets, Markdown headings.

Official papers nest them in one order (一、 over （一） over 1. over （1）), so a mark's rank is known from its
shape; a document may skip ranks, and web copies lose or restart them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tracker.plans.numerals import number

_CN = "零〇一二三四五六七八九十百"
_MARK = re.compile(
    rf"(?P<heading>\#{{1,6}})(?=\s)"
    rf"|(?P<chapter>第[{_CN}\d]{{1,4}}(?:章|部分|编|节))[、：.]?"
    rf"|(?P<article>第[{_CN}\d]{{1,4}}条)[、：.]?"
    rf"|(?P<ord>第[{_CN}]{{1,2}})，"
    rf"|(?P<cn>[{_CN}]{{1,3}})(?:[、](?!\s*[{_CN}]{{1,3}}、)|\.(?!\d))"
    rf"|（?(?P<cnb>[{_CN}]{{1,3}})）[、.]?"
    rf"|（(?P<numb>\d{{1,2}})）[、.]?"
    rf"|(?P<decimal>\d{{1,2}}(?:\.\d{{1,2}}){{1,3}})(?![\d%万元亿倍个人次名条家户场年月日~—－-])[、.]?(?=[\s\u4e00-\u9fff“《])"
    rf"|(?P<num>\d{{1,2}})(?:[、.](?!\d)|\.(?=\d{{1,2}}月|\d{{4}})|、(?=\d{{1,2}}月(?:、|\d{{1,2}}日|[上中下]旬|底|末|初)|20\d\d年))"
    rf"|(?P<nump>\d{{1,2}})）"
    rf"|(?P<circle>[①-⑳])"
    rf"|(?P<letter>[A-Ha-h])(?:[、.]|）)"
    rf"|(?P<is>[{_CN}]{{1,2}})(?:是|要)(?=[\u4e00-\u9fff：])"
    rf"|(?P<bullet>[●■◆★▲◇□\*－\-+→])(?=[\s\u4e00-\u9fff])"
)
RANKS = {
    "heading": 0.1, "chapter": 0.5, "cn": 1.0, "article": 1.5, "ord": 1.6, "cnb": 2.0, "num": 3.0, "decimal": 3.3,
    "numb": 4.0, "nump": 4.2, "circle": 5.0, "letter": 5.5, "bullet": 5.8, "is": 6.0,
}  # fmt: skip
_CIRCLES = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


@dataclass(frozen=True)
class Ordinal:
    """A numbering mark: how it is written, its rank (smaller stands higher), its number, its length."""

    kind: str
    written: str
    rank: float
    value: int | None
    length: int


def ordinal_at(text: str, place: int = 0) -> Ordinal | None:
    """Return the numbering mark that begins at `place`, or None."""
    found = _MARK.match(text, place)
    if found is None or found.lastgroup is None:
        return None
    kind = found.lastgroup
    inner = found.group(kind)
    rank = RANKS[kind]
    if kind == "heading":
        rank += len(inner) * 0.05
    elif kind == "decimal":
        rank += 0.1 * inner.count(".")
    return Ordinal(kind, _written(kind, inner), rank, _value(kind, inner), found.end() - place)


def _written(kind: str, inner: str) -> str:
    if kind in ("heading", "bullet"):
        return ""
    if kind in ("cnb", "numb"):
        return f"({inner})"
    return f"{inner}是" if kind == "is" else inner


def _value(kind: str, inner: str) -> int | None:
    if kind == "circle":
        return _CIRCLES.index(inner) + 1
    if kind == "ord":
        return number(inner.removeprefix("第"))
    if kind in ("cn", "cnb", "num", "numb", "nump", "is"):
        return number(inner)
    return None
