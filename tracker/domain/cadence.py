"""How a standing duty repeats: a day in each period, or so many times in each window. Pure, by Shanghai dates.

「持续推进」 has no due date, so nothing would ever ask for it (DOMAIN.md §4.3). A cadence gives such a duty periods;
each opens a task of its own, and a late one of a closed period can still be done.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.deadlines import add_months


class Every(StrEnum):
    """The period after which a duty comes again."""

    DAY = "day"
    WORKING_DAY = "working_day"
    WEEK = "week"
    TEN_DAYS = "ten_days"
    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"


EVERY_TITLES = {
    Every.DAY: "每天", Every.WORKING_DAY: "每个工作日", Every.WEEK: "每周", Every.TEN_DAYS: "每旬", Every.MONTH: "每月",
    Every.QUARTER: "每季度", Every.HALF_YEAR: "每半年", Every.YEAR: "每年",
}  # fmt: skip
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEKDAY_TITLES = dict(zip(WEEKDAYS, "一二三四五六日", strict=True))
#: Periods made of months, and of how many.
MONTHS = {Every.MONTH: 1, Every.QUARTER: 3, Every.HALF_YEAR: 6, Every.YEAR: 12}
_TEN_DAY_ENDS = (10, 20)
_PARTS = ("上旬", "中旬", "下旬")


#: How the parts of a cadence are called where one is written in a file, and where it is typed on a page.
IN_FILES = {
    "by_day": "by_day", "by_month": "by_month", "weekdays": "weekdays", "times": "times", "week": "every: week",
    "until": "until", "begin": "from",
}  # fmt: skip
ON_PAGES = {
    "by_day": "几日前", "by_month": "第几个月", "weekdays": "星期几", "times": "次数", "week": "每周",
    "until": "截止日期", "begin": "开始日期",
}  # fmt: skip


class WrongCadence(ValueError):
    """A cadence that cannot be. Its text is what the author of a file reads; `said` gives the words of another place."""

    def __init__(self, sentence: str, **given: object) -> None:
        self._sentence, self._given = sentence, given
        super().__init__(self.said(IN_FILES))

    def said(self, words: Mapping[str, str]) -> str:
        """Return the sentence with the parts called as in `words`."""
        return self._sentence.format(**words, **self._given)


@dataclass(frozen=True)
class Cadence:
    """How a duty repeats.

    by_day     the day of the month by which a period made of months is due; 29–31 mean the last day of a shorter
               month (民法典 §202). None = the period's last day
    by_month   which month of a quarter, half-year or year `by_day` lies in, from 1; None = the last
    weekdays   for a week: each of these days is a period of its own (周一到校后及周五放学前)
    times      for a quota: how often within the window (每季度至少1次); None = a date each period
    starts_by  a milestone before it: the work must have begun by this day (3月31日前开始试点，持续推进)
    from_on, until_on  the days between which it runs; None = the campaign's
    """

    every: Every
    by_day: int | None = None
    by_month: int | None = None
    weekdays: tuple[str, ...] = ()
    times: int | None = None
    starts_by: date | None = None
    from_on: date | None = None
    until_on: date | None = None

    def __post_init__(self) -> None:
        if (wrong := _why_wrong(self)) is not None:
            raise wrong


@dataclass(frozen=True, slots=True)
class Period:
    """One period, cut to the days on which the duty runs. `key` is stable and readable: 2026-03, 2026-W12, 2026-Q1."""

    key: str
    title: str
    starts_on: date
    ends_on: date
    due_on: date


def periods(cadence: Cadence, first: date, last: date, calendar: WorkingCalendar) -> Iterator[Period]:
    """Yield the periods of a duty that runs from `first` to `last`, both included, the earliest first.

    A period whose due day lies before the duty begins is not asked for. The one in which the duty ends is due on
    its last day, or not at all where its own day would come later.
    """
    first = max(first, cadence.from_on or first)
    last = min(last, cadence.until_on or last)
    for period in _whole_periods(cadence, first, last, calendar):
        due_on = period.due_on
        if due_on > last:
            if cadence.by_day is not None or cadence.weekdays:
                return
            due_on = last
        if due_on < first:
            continue
        yield Period(period.key, period.title, max(period.starts_on, first), min(period.ends_on, last), due_on)


def why_never(cadence: Cadence, first: date, last: date, calendar: WorkingCalendar) -> str | None:
    """Return why a cadence asks for nothing between two days, as a sentence; None when it does."""
    if next(periods(cadence, first, last, calendar), None) is not None:
        return None
    return (
        f"“{say_cadence(cadence)}”在{first.isoformat()}至{last.isoformat()}之间一次也不会到期，请核对周期或行动期间。"
    )


def say_cadence(cadence: Cadence) -> str:
    """Return a cadence as people say it: 每月19日前, 每周一、周五, 每季度至少1次."""
    every = EVERY_TITLES[cadence.every]
    if cadence.weekdays:
        said = every + "、周".join(WEEKDAY_TITLES[day] for day in cadence.weekdays)
    elif cadence.times is not None:
        said = f"{every}至少{cadence.times}次"
    elif cadence.by_day is not None:
        month = f"第{cadence.by_month}个月" if cadence.by_month else ("最后一个月" if MONTHS[cadence.every] > 1 else "")
        said = f"{every}{month}{cadence.by_day}日前"
    else:
        said = every if cadence.every in (Every.DAY, Every.WORKING_DAY) else f"{every}末前"
    if cadence.starts_by is not None:
        day = cadence.starts_by
        said = f"{day.year}年{day.month}月{day.day}日前开始，之后{said}"
    return said


def _whole_periods(cadence: Cadence, first: date, last: date, calendar: WorkingCalendar) -> Iterator[Period]:
    match cadence.every:
        case Every.DAY | Every.WORKING_DAY:
            yield from _days(first, last, calendar if cadence.every is Every.WORKING_DAY else None)
        case Every.WEEK:
            yield from _weeks(cadence, first, last)
        case Every.TEN_DAYS:
            yield from _ten_days(first, last)
        case _:
            yield from _months(cadence, first, last)


def _days(first: date, last: date, calendar: WorkingCalendar | None) -> Iterator[Period]:
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        if calendar is None or calendar.is_workday(day):
            yield Period(day.isoformat(), f"{day.year}年{day.month}月{day.day}日", day, day, day)


def _weeks(cadence: Cadence, first: date, last: date) -> Iterator[Period]:
    monday = first - timedelta(days=first.weekday())
    wanted = sorted(WEEKDAYS.index(day) for day in cadence.weekdays)
    while monday <= last:
        year, week, _ = monday.isocalendar()
        key, title = f"{year}-W{week:02d}", f"{year}年第{week}周"
        if not wanted:
            sunday = monday + timedelta(days=6)
            yield Period(key, title, monday, sunday, sunday)
        # Each of the days ends a period that began after the one before it, if need be in the week before.
        before = wanted[-1] - 7 if wanted else 0
        for day in wanted:
            due = monday + timedelta(days=day)
            yield Period(
                f"{key}-{day + 1}", f"{title}星期{WEEKDAY_TITLES[WEEKDAYS[day]]}",
                monday + timedelta(days=before + 1), due, due,
            )  # fmt: skip
            before = day
        monday += timedelta(days=7)


def _ten_days(first: date, last: date) -> Iterator[Period]:
    start = first.replace(day=1)
    while start <= last:
        month_end = start.replace(day=monthrange(start.year, start.month)[1])
        ends = [start.replace(day=day) for day in _TEN_DAY_ENDS] + [month_end]
        begins = start
        for number, end in enumerate(ends, start=1):
            key, title = f"{start:%Y-%m}-{number}", f"{start.year}年{start.month}月{_PARTS[number - 1]}"
            if begins <= last:
                yield Period(key, title, begins, end, end)
            begins = end + timedelta(days=1)
        start = month_end + timedelta(days=1)


def _months(cadence: Cadence, first: date, last: date) -> Iterator[Period]:
    length = MONTHS[cadence.every]
    start = date(first.year, first.month - (first.month - 1) % length, 1)
    while start <= last:
        following = add_months(start, length)
        ends_on = following - timedelta(days=1)
        due_on = ends_on
        if cadence.by_day is not None:
            month = add_months(start, (cadence.by_month or length) - 1)
            due_on = month.replace(day=min(cadence.by_day, monthrange(month.year, month.month)[1]))
        key, title = _month_name(cadence.every, start)
        yield Period(key, title, start, ends_on, due_on)
        start = following


def _month_name(every: Every, start: date) -> tuple[str, str]:
    match every:
        case Every.MONTH:
            return f"{start:%Y-%m}", f"{start.year}年{start.month}月"
        case Every.QUARTER:
            quarter = (start.month + 2) // 3
            return f"{start.year}-Q{quarter}", f"{start.year}年第{quarter}季度"
        case Every.HALF_YEAR:
            half = 1 if start.month == 1 else 2
            return f"{start.year}-H{half}", f"{start.year}年{'上' if half == 1 else '下'}半年"
    return str(start.year), f"{start.year}年"


def _why_wrong(cadence: Cadence) -> WrongCadence | None:
    wrong = WrongCadence
    if cadence.weekdays and cadence.every is not Every.WEEK:
        return wrong("{weekdays} 只用于 {week}（每周几）。")
    strange = [day for day in cadence.weekdays if day not in WEEKDAYS]
    if strange:
        return wrong("“{typed}”不是星期几，可以写：{may}。", typed=strange[0], may="、".join(WEEKDAYS))
    if len(set(cadence.weekdays)) != len(cadence.weekdays):
        return wrong("{weekdays} 里同一天写了两次。")
    if cadence.by_day is not None and cadence.every not in MONTHS:
        return wrong("{by_day} 只用于每月、每季度、每半年、每年；每周请写 {weekdays}。")
    if cadence.by_day is not None and not 1 <= cadence.by_day <= 31:
        return wrong("{by_day}: {typed} 不对，请写 1 到 31。", typed=cadence.by_day)
    if cadence.by_month is not None and cadence.by_day is None:
        return wrong("写了 {by_month} 就要写 {by_day}。")
    months = MONTHS.get(cadence.every, 0)
    if cadence.by_month is not None and not 1 <= cadence.by_month <= months:
        every = EVERY_TITLES[cadence.every]
        return wrong(
            "{by_month}: {typed} 不对，{every}只有{months}个月。", typed=cadence.by_month, every=every, months=months
        )
    return _why_count_wrong(cadence)


def _why_count_wrong(cadence: Cadence) -> WrongCadence | None:
    if cadence.times is not None and not 1 <= cadence.times <= 99:
        return WrongCadence("{times}: {typed} 不对，请写 1 到 99。", typed=cadence.times)
    if cadence.times is not None and (cadence.weekdays or cadence.by_day is not None):
        return WrongCadence("{times} 和 {by_day}、{weekdays} 不能一起写：要么写次数，要么写日子。")
    if cadence.from_on and cadence.until_on and cadence.until_on < cadence.from_on:
        return WrongCadence("{until} 早于 {begin}，请核对。")
    return None
