"""Words for a day, a ten-day part, a month or a quarter → first and last day."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass

from tracker.plans.numerals import number
from tracker.plans.years import YEAR, is_masked, read_year

_N = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_NEAR = "今年|本年|当年|明年|次年|翌年|来年|本年度|年"
_YEAR_WORD = rf"(?:(?P<year_of_end>{YEAR})年|(?P<near_of_end>{_NEAR})的?)"
_YEAR_WORD2 = rf"(?:(?P<year>{YEAR})年|(?P<near>{_NEAR})的?)"
#: A month with or without its year, and the signs (for a class) of which the rest of a day or span is made.
MONTH = r"(?:20\d\d年)?\d{1,2}月"
SPAN = r"\d年月日初底末上中下旬起至到—–\-~～"
DAY = re.compile(
    rf"(?:{_YEAR_WORD}(?P<year_end>底|末|内|终|前)|{_YEAR_WORD2}?(?:"
    rf"(?P<month>{_N}|[xX×*_]{{1,2}})月(?P<fen>份)?(?:(?P<day>{_N})(?:日|号)?(?!个|次|场|天|名|人|户|家|期|篇|条|项|%|度)|(?P<part>上中旬|中下旬|上旬|中旬|下旬|初|中|底|末)(?!学|心|国|央|药|队|层))?"
    rf"|(?P<half>上半年|下半年)"
    rf"|(?P<quarter>第?[一二三四1-4]季度)(?P<quarter_end>末|底)?"
    rf"))"
    rf"|(?P<whole_year>(?:20\d\d)年)(?=前|之前|完成|内)"
    rf"|(?P<dotted>(?:20\d\d)[./-]\d{{1,2}}[./-]\d{{1,2}})"
    rf"|(?P<month_end>本月底|月底)"
)
_PARTS = {"上旬": (1, 10), "中旬": (11, 20), "下旬": (21, 31), "上中旬": (1, 20), "中下旬": (11, 31), "初": (1, 10),
          "中": (11, 20), "底": (31, 31), "末": (31, 31)}  # fmt: skip
NEXT_YEAR = ("明年", "次年", "翌年", "来年")


@dataclass(frozen=True)
class Day:
    """A stretch of days as printed: from (month, first) to (last_month, last) of `year`.

    `exact` is False where only a month stands there. `year_words` is what was printed for the year.
    """

    year: int | None
    year_words: str
    month: int
    first: int
    last_month: int
    last: int
    exact: bool
    text: str
    start: int
    end: int


def month_end(year: int | None, month: int) -> int:
    """Return the last day of the month; of February without a year, the 28th."""
    return calendar.monthrange(year or 2023, month)[1]


def day_at(found: re.Match[str]) -> Day | None:
    """Return the days of a match of DAY; None for what is no date (13月, 40日)."""
    words = found["year"] or found["near"] or found["year_of_end"] or found["near_of_end"] or ""
    year = read_year(found["year"] or found["year_of_end"])
    bounds = _bounds(found, year)
    if found["dotted"]:
        year, month, day = (int(part) for part in re.split(r"[./-]", found["dotted"]))
        words, bounds = str(year), (month, day, month, day, True)
    if found["whole_year"]:
        year = int(found["whole_year"][:4])
        words, bounds = str(year), (1, 1, 12, 31, True)
    if bounds is None:
        return None
    month, first, last_month, last, exact = bounds
    if not (1 <= month <= 12 and 1 <= last_month <= 12 and 1 <= first <= 31):
        return None
    last = min(last, month_end(year, last_month))
    return Day(year, words, month, min(first, last if month == last_month else 31), last_month, last, exact,
               found.group(), found.start(), found.end())  # fmt: skip


def _bounds(found: re.Match[str], year: int | None) -> tuple[int, int, int, int, bool] | None:
    if found["month"]:
        month = number(found["month"])
        if month is None or not 1 <= month <= 12:
            return None
        if found["day"]:
            day = number(found["day"])
            return (month, day, month, day, True) if day and 1 <= day <= 31 else None
        if found["part"]:
            first, last = _PARTS[found["part"]]
            end = month_end(year, month)
            return month, min(first, end), month, min(last, end), True
        return month, 1, month, 31, False
    if found["half"]:
        return (1, 1, 6, 30, True) if found["half"] == "上半年" else (7, 1, 12, 31, True)
    if found["quarter"]:
        which = number(found["quarter"].removeprefix("第")[0]) or 1
        return which * 3 - 2, 1, which * 3, 31, True
    if found["year_end"]:
        if found["year_end"] == "前" and not found["year_of_end"]:
            return None
        return 12, 31, 12, 31, True
    return (0, 1, 0, 1, False) if found["month_end"] else None


def is_masked_year(day: Day) -> bool:
    """Whether the year is printed, but blotted out."""
    return bool(day.year_words) and is_masked(day.year_words)
