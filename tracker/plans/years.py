"""Which year a date without one belongs to, and on what ground. Masked years (20xx年) are known to be unknown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tracker.plans.numerals import number

MASKED = r"(?:20|19)?[xX×✕＊*_]{2,4}|20[_ ]{2}|[xX×]{1,4}"
YEAR = rf"(?:(?:20|19)\d\d|[二一][〇零○0九][〇零○一二三四五六七八九0-9]{{2}}|{MASKED})(?=年)"
#: The line under a signature or a title that is nothing but a date.
DATE_LINE = re.compile(
    r"^[（(]?(?:20\d\d|二[〇零○Oo0]..|[xX×*]{2,4}|20[xX×*]{2})年(?:\d{1,2}|[一二三四五六七八九十xX×*]{1,3})月"
    r"(?:(?:\d{1,2}|[一二三四五六七八九十xX×*]{1,3})日)?[）)]?$"
)
_IN_TITLE = re.compile(r"(20\d\d)(?=年|—|-|~|～|–)")
# 「2023—2024学年度第二学期」: a school year begins in August; its second term is all in the second year.
_TERM = re.compile(
    r"(?P<first>20\d\d)年?(?:—|-|~|～|–|至|/)+(?P<second>20\d\d)(?:学年度?|年度?)(?P<half>第?[一二]学期|[上下]学期|[春秋]季)?(?=[^冬]*$)"
)
_BELOW_TITLE = re.compile(
    r"^（[^（）]{0,12}?(20\d\d)年(?:度|\d{1,2}月(?:\d{1,2}日)?|[春秋]季学期|\d{1,2}月(?:—|-|至)[^（）]{1,12})?）$"
)
_NUMBER_OF_PAPER = re.compile(r"[〔【（\[](20\d\d)[〕】）\]]\s*\d{1,4}\s*号")
_SIGNED = re.compile(
    rf"^(?P<year>{YEAR})年(?P<month>\d{{1,2}}|[一二三四五六七八九十]{{1,3}})月(?P<day>\d{{1,2}}|[一二三四五六七八九十]{{1,3}})日$"
)
_IN_DEADLINE = re.compile(r"(20\d\d)年(?:(?:\d{1,2}月(?:\d{1,2}日|底|末)?|底)前(?![^，。；]{0,8}的)|全年|底(?!数))")
_BY_THE_END = re.compile(r"(?:到|力争|确保|至)(20\d\d)年(?:\d{1,2}月)?(?:底|末)(?!的)")
# 「纳入2024年度综合考核」, 「列入2025年部门预算」: what the plan itself is counted in.
_ANY = re.compile(r"(20\d\d)年度?[^，。；]{0,6}?(?:预算|考核|考评|综治|平安建设)(?!情况|结果|中)")
_MASKED_YEAR = re.compile(rf"(?:{MASKED})年")
_QUOTED = re.compile(r"《[^》]{0,60}》|〔[^〕]{0,8}〕")
_IN_CELL = re.compile(r"(20\d\d)年")
_IN_LABEL = re.compile(r"(?:时限|时间|期限)：\s*(20\d\d)年")
_IN_STAGE = re.compile(
    r"^(?:[（\d一二三四五六七八九十]{1,3}[）.、])?[^，。；：（]{2,16}（(20\d\d)年\d{1,2}月[^（），。]{0,24}）"
)
_FROM_NOW = re.compile(r"即日起至(20\d\d)年(\d{1,2})月")
_PERIOD = re.compile(r"(?:从|自|于|定于|决定在)?(20\d\d)年\d{1,2}月[^。；]{0,14}?(?:至|到|—|-|~|～|–|起)")


_OVER_THE_TURN = re.compile(
    r"(?P<begun>20\d\d)年(?P<month>\d{1,2})月(?:\d{1,2}日|底|初|[上中下]旬)?起?(?:至|到|—|-|~|～|–){1,2}(?P<ended>20\d\d)年(?:(?P<last>\d{1,2})月|春节|元旦|全国两会)"
)


_AUTUMN, _DECEMBER = 8, 12


@dataclass(frozen=True)
class YearContext:
    """`year` is None where nothing says it; `ground` is a phrase for the person who confirms.

    `turns`: the year and month with which a time begins that runs over the turn of the year.
    """

    year: int | None
    ground: str
    signed: tuple[int | None, int, int] | None = None
    turns: tuple[int, int] | None = None

    def year_of(self, month: int) -> int | None:
        """Return the year of a month without one. From 「2023年11月至2024年2月」 on, November is of the first year."""
        if self.turns is None:
            return self.year
        begun, first = self.turns
        return begun if month >= first else begun + 1


def read_year(written: str | None) -> int | None:
    """Return the year of 「2023」 or 「二〇二三」; None for a masked or missing one."""
    value = number(written) if written else None
    return value if value is not None and 1990 <= value <= 2099 else None


def is_masked(written: str) -> bool:
    """Whether the year stands there, but blotted out."""
    return re.fullmatch(MASKED, written) is not None


def year_context(title: str, paragraphs: list[str], limits: Sequence[str] = ()) -> YearContext:
    """Return the plan's own year with its ground, and where its time runs over the turn of the year."""
    found = _own_year(title, paragraphs, limits)
    for index, text in enumerate(paragraphs):
        over = _OVER_THE_TURN.search(text) if index < 6 or re.search(r"时间|期限", text[:12]) else None
        if over:
            begun, month, last = int(over["begun"]), int(over["month"]), over["last"]
            if int(over["ended"]) == begun + 1 and month <= 12 and (last is None or int(last) < month):
                return replace(found, turns=(begun, month))
    signed = found.signed
    if signed and signed[0] and found.year == signed[0] + 1 and _AUTUMN <= signed[1] < _DECEMBER:
        # 「2024年度参保缴费」, signed in autumn: what is due before New Year is due in the year of signing.
        return replace(found, turns=(signed[0], signed[1]))
    for text in paragraphs[:6]:
        until = _FROM_NOW.search(text)
        if until and found.signed and found.signed[0] == int(until[1]) - 1 and found.signed[1] > int(until[2]):
            return replace(found, turns=(int(until[1]) - 1, found.signed[1]))
    return found


def _own_year(title: str, paragraphs: list[str], limits: Sequence[str] = ()) -> YearContext:
    """Look for the plan's own year: the title, the date of signing, the number of the paper, the period.

    `limits` are the cells of a table's time column. Laws and earlier papers that the text cites have years too; these are never looked at.
    """
    signed = _signed(paragraphs)
    term = _TERM.search(title)
    if term and int(term["second"]) == int(term["first"]) + 1:
        half = term["half"] or ""
        if re.match(r"第二学期|下学期|春季", half):
            return YearContext(int(term["second"]), "标题写明的学期", signed)
        return YearContext(int(term["first"]), "标题写明的学年", signed, (int(term["first"]), 8))
    in_title = _IN_TITLE.search(re.sub(r"《[^》]*》", "", title)) or _IN_TITLE.search(title)
    if in_title:
        return YearContext(int(in_title.group(1)), "标题写明的年份", signed)
    below = next((found for text in paragraphs[:3] if (found := _BELOW_TITLE.match(text))), None)
    if below:
        return YearContext(int(below.group(1)), "标题下写明的年份", signed)
    if signed and signed[0]:
        return YearContext(signed[0], "成文日期的年份", signed)
    for text in paragraphs[:6]:
        numbered = _NUMBER_OF_PAPER.search(text[:40])
        if numbered and text[:1] not in "《根按为":
            return YearContext(int(numbered.group(1)), "发文字号的年份", signed)
    for index, text in enumerate(paragraphs):
        headed = index > 0 and len(paragraphs[index - 1]) <= 12 and "时间" in paragraphs[index - 1]
        if (index >= 6 and not headed and not re.search(r"时间|阶段|步骤|期限", text[:40])) or re.search(
            r"范围|对象", text[:12]
        ):
            continue
        period = _PERIOD.search(text) or _FROM_NOW.search(text)
        if period and "期间" in text[period.end() : period.end() + 24]:
            continue
        if period and "《" not in text[max(0, period.start() - 12) : period.start()]:
            return YearContext(int(period.group(1)), "方案期限写明的年份", signed)
    in_table = {year for text in limits for year in _IN_CELL.findall(text)}
    if len(in_table) == 1:
        return YearContext(int(in_table.pop()), "表中其他时限的年份", signed)
    told = {
        year
        for text in paragraphs
        for year in (*_IN_DEADLINE.findall(text), *_IN_LABEL.findall(text), *_BY_THE_END.findall(text))
    }
    told = told or {year for text in paragraphs for year in _IN_STAGE.findall(text[:60])}
    if not told and not any(_MASKED_YEAR.search(text) for text in paragraphs):
        told = {year for text in paragraphs for year in _ANY.findall(_QUOTED.sub("", text))}
    begun = next((found.group(1) for text in paragraphs if (found := _IN_STAGE.match(text[:60]))), None)
    if told and begun and begun <= min(told) and int(max(told)) - int(begun) <= 2:
        return YearContext(int(begun), "第一个阶段的年份", signed)
    if len(told) == 1:
        return YearContext(int(told.pop()), "文中其他期限的年份", signed)
    return YearContext(None, "文中没有写明年份", signed)


def _signed(paragraphs: list[str]) -> tuple[int | None, int, int] | None:
    for text in [*reversed(paragraphs[-8:]), *paragraphs[:6]]:
        found = _SIGNED.match(text)
        if found:
            month, day = number(found["month"]), number(found["day"])
            if month and day and month <= 12 and day <= 31:
                return read_year(found["year"]), month, day
    return None
