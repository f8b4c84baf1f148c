"""Dated deadlines in a sentence: by, from, between. Dates that only describe something are passed over.

「6月底前完成」 binds; 「6月底前未完成的」, 「截至5月底的数据」, 「2021年12月印发的通知」, 「6月26日国际禁毒日」 do not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from tracker.plans.calendar_words import DAY, NEXT_YEAR, Day, day_at, is_masked_year, month_end
from tracker.plans.numerals import number
from tracker.plans.shapes import Deadline
from tracker.plans.units import all_units
from tracker.plans.years import YearContext

_NEAR = 60
_DASH = r"(?:—|–|-|~|－|至|到|一|―)"
_BETWEEN = re.compile(rf"^[日号]?(?:上旬|起)?[，]?{_DASH}{{1,2}}(?:到)?$")
_REST_OF_WINDOW = re.compile(rf"^{_DASH}{{1,2}}(?P<last>\d{{1,2}})(?P<what>日|号|月(?:份|底|末)?)(?!内)")
_FIRST_MONTH = re.compile(rf"(?P<year>20\d\d年)?(?<!\d)(?P<first>\d{{1,2}})月?(?:{_DASH}|、)$")
_QUOTED = re.compile(r"《[^》]{0,80}》|“[^”]{0,40}”|〔[^〕]{0,10}〕")
_HOUR = r"(?:[（(][^（）]{1,6}[）)])?(?:上午|下午|中午|晚上|下班)?(?:\d{1,2}(?:时|点|：\d\d))?(?:整)?"
_BEFORE_THEN = re.compile(rf"^[日号]?{_HOUR}(?:之|以)?前")
# 「5月10日、7月10日前」: the word at the end holds for each day of the list.
_SEVERAL_BEFORE = re.compile(r"^(?:、(?:\d{1,2}月)?\d{1,2}日){1,5}(?:之|以)?前")
# 「11月25日（星期一）：升旗」: a day's line in a timetable.
_SCHEDULED = re.compile(r"^(?:（(?:星期|周|礼拜)[一二三四五六日天]）)?(?:上午|下午|晚上)?：(?!\d)")
# 「4月、5月、6月各演练一次」: no single day.
_SEVERAL_MONTHS = re.compile(r"^份?(?:、\d{1,2}月份?)*(?:和\d{1,2}月份?)?各")
_OBJECT_AFTER = re.compile(
    r"^(?:(?:已|新)?[^，。；]{0,4}?(?:开立|开户|发生|出生|入职|注册|立案|投用|居住|入网|批准|建造|竣工)|(?:已经?|未|尚未|仍未|仍|没有|没|逾期)[^，。；]{0,8}?)"
    r"[^，。；]{0,10}?的(?!工作|任务|要求|通知)"
)
# 「4月15日前拆除无人居住的旧房」: the day is that of the deed, and not of who lived there.
_DOES = re.compile(
    r"，?(?:全面|全部|彻底|集中|逐一)?(?:拆除|清理|清除|清退|整治|整改|排查|核查|走访|关停|取缔|完成|对)"
)
_NOT_DUE_AFTER = re.compile(
    r"^[日号]?(?:份)?(?:□|前后|以来|以后|之后|后|发生|下发|印发|出台|发布|颁布|通过|公布|施行|实施的|起施行|起实施|修订|召开的|开展的|的(?!时间)|是|为(?!期)|，(?:全[国省市县区镇]|我[省市县区镇校局]|本|国务院|公安部|习近平|共|累计|已|该|某)|"
    r"左右已|共|累计|已|某|《|考核|考评|述职|评优|综治考|工作考|总结|绩效|国际|全国|世界|国家|“|宪法|消防(?:日|宣传)|安全生产月|法治宣传日)"
)
_DAY_OF = re.compile(
    r"^[日号]?(?!(?:集中)?(?:开展|组织|举办|举行|召开|进行))[^，。；]{0,10}?(?:宣传[日周月]|安全[日月周]|纪念日|禁毒日|消防日|活动[日月周]|教育[日月周]|权益日|儿童节|劳动节|国庆|消费者)"
)
_STARTS = re.compile(r"^[日号]?(?:起|开始)(?!至|到|源)")
_DATA = re.compile(r"(?:截至|截止到?|截止|至今|同比|较|比|与|自从|早在|曾于|已于|分别于|自)$")
# 「9月25日截止」, 「截止时间：9月25日」: the day itself is the last one.
_CLOSES = re.compile(rf"^[日号]?{_HOUR}(?:截止|为止)")
_CLOSING = re.compile(r"截止(?:时间|日期)(?:为|是|：)?$")
_ADVERB = re.compile(
    r"(?:^|[，；：。（、]|[一二三四五六七]是|\d[.、])(?:于|在|拟于|定于|拟|计划|计划于|力争|确保|争取|务必|务必在|力争在|确保在|争取在|不迟于|最迟|最迟于|最晚|并于|并在|须于|要于|要在|须在|请于|请在|应于|应在|必须于|必须在|各[^，。；]{1,10}?(?:于|在)|到|至)?$"
)
_PREPOSITION = re.compile(r"(?:于|不迟于|不晚于|最迟|最晚|务必在|力争在|确保在|争取|力争|到|至|直至)$")
_FROM_NOW = re.compile(
    r"(?:即日起?|现在起?|本?方案(?:印发|下发|发布)之日起?|印发之日起?|发文之日起?|即时起)(?:，)?(?:开始)?(?:至|到|—|-|~|–)$"
)
_NOW = re.compile(r"(?:从|自)?即日起(?!至|到|—|-|~|–)")
_ACTS = re.compile(
    r"完成|达到|实现|报|开展|组织|召开|结束|落实|建成|建立|设立|开设|整改|提交|形成|启动|制定|做到|进行|到位|销号|清零|上线|印发|破获|举办|举行|验收|评估|全面|授课|作[^，。；]{0,8}(?:讲座|报告|辅导)|观看|签订|演练"
)
_SOON_ACTS = re.compile(
    r"，?(?:要|须|前)?(?:全面|集中|组织|各|再|至少|力争|确保)?(?:完成|实现|达到|组织|开展|召开|启动|建成|破获|举办|举行|进行|验收|评估|印发|制定)"
)
_MONTH_OF = re.compile(r"^(?:份|初)?(?:，)?")


@dataclass(frozen=True)
class Dated:
    """A deadline found in a sentence: where, and what a person should be asked about it."""

    deadline: Deadline
    start: int
    end: int
    window: bool = False
    first: tuple[int | None, int, int] | None = None
    question: str | None = None


def without_quotations(text: str) -> str:
    """Return the text with titles and quotations blotted out, at the same length."""
    if "《" not in text and "“" not in text and "〔" not in text:
        return text
    return _QUOTED.sub(lambda found: "□" * len(found.group()), text)


def find_dated(text: str, years: YearContext, *, labelled: bool = False) -> list[Dated]:
    """Return the dated deadlines of one sentence, in order.

    `labelled`: the text is the value of 完成时间 or a table's time column, so a bare date is a deadline.
    """
    plain = without_quotations(text)
    days = [_whole_february(day, years) for found in DAY.finditer(plain) if (day := day_at(found)) and day.month]
    result: list[Dated] = []
    skip_until = -1
    for index, day in enumerate(days):
        if day.start < skip_until:
            continue
        several = _SEVERAL_MONTHS.match(plain[day.end : day.end + _NEAR]) if "各" in plain else None
        window = None if several else _window(plain, day, days[index + 1] if index + 1 < len(days) else None, years)
        found = window or _single(plain, day, years, labelled)
        if found:
            result.append(found)
            skip_until = found.end
    now = _NOW.search(plain)
    if now and not result:
        signed = years.signed
        year, month, day_of = signed if signed else (None, None, None)
        result.append(Dated(Deadline("start_by", now.group(), year, month, day_of), now.start(), now.end()))
    return result


def resolve_year(day: Day, years: YearContext) -> int | None:
    """Return the year of a date: printed, counted from a near word, or the plan's own."""
    if day.year is not None:
        return day.year
    if is_masked_year(day) or years.year is None:
        return None
    return years.year + 1 if day.year_words in NEXT_YEAR else years.year_of(day.month)


def _whole_february(day: Day, years: YearContext) -> Day:
    """「2月底」 without a year of its own ends with the 29th in a leap year."""
    if day.last_month != 2 or day.last != 28 or (day.exact and not day.text.endswith(("底", "末", "旬"))):
        return day
    return replace(day, last=month_end(resolve_year(day, years), 2))


def _window(plain: str, day: Day, following: Day | None, years: YearContext) -> Dated | None:
    """Two dates with 至 between them, 「5月10日至20日」, 「7—8月」 or 「即日起至12月底」."""
    if _FROM_NOW.search(plain[max(0, day.start - 16) : day.start]):
        year = resolve_year(day, years)
        last = month_end(year, day.last_month) if not day.exact else day.last
        deadline = Deadline("by_date", f"即日起至{day.text}", year, day.last_month, last)
        return Dated(deadline, day.start, day.end, window=True, first=years.signed)
    first_month = _FIRST_MONTH.search(plain[max(0, day.start - 12) : day.start])
    if first_month and not day.year_words:
        month = number(first_month["first"])
        if month and 1 <= month <= 12:
            start = day.start - (len(first_month.group()))
            given = int(first_month["year"][:4]) if first_month["year"] else None
            begun = replace(day, month=month, first=1, year=given, year_words=str(given or ""), start=start)
            return _between(plain, begun, day, years)
    if following is not None and _BETWEEN.match(plain[day.end : following.start]):
        return _between(plain, day, following, years)
    rest = _REST_OF_WINDOW.match(plain[day.end : day.end + 8])
    if rest:
        value = int(rest["last"])
        end = day.end + rest.end()
        if rest["what"] in ("日", "号") and day.first <= value <= 31:
            until = replace(day, first=value, last=min(value, month_end(day.year, day.month)), exact=True, end=end)
            return _between(plain, day, until, years)
    return None


def _between(plain: str, begun: Day, until: Day, years: YearContext) -> Dated:
    first_year = resolve_year(begun, years)
    last_year = resolve_year(until, years) if until.year_words else first_year
    if not until.year_words and first_year is not None and until.last_month < begun.month:
        last_year = first_year + 1
    if until.year_words in NEXT_YEAR and first_year is not None:
        last_year = first_year + 1
    last = until.last if until.exact else month_end(last_year, until.last_month)
    text = plain[begun.start : until.end]
    return Dated(Deadline("by_date", text, last_year, until.last_month, min(last, month_end(last_year, until.last_month))),
                 begun.start, until.end, window=True, first=(first_year, begun.month, begun.first))  # fmt: skip


def _single(plain: str, day: Day, years: YearContext, labelled: bool) -> Dated | None:
    before, after = _around(plain, day)
    if _names_no_day(plain, day) or _SEVERAL_MONTHS.match(after):
        return None
    year = resolve_year(day, years)
    if _SCHEDULED.match(after) and not plain[: day.start].strip():
        return Dated(Deadline("by_date", day.text, year, day.last_month, day.last), day.start, day.end)
    if _CLOSES.match(after) or _CLOSING.search(before):
        last = day.last if day.exact else month_end(year, day.last_month)
        return Dated(Deadline("by_date", day.text, year, day.last_month, last), day.start, day.end)
    due = _BEFORE_THEN.match(after)
    if due or _SEVERAL_BEFORE.match(after):
        reach = due.end() if due else 0  # the word that ends a list is the last day's
        described = _OBJECT_AFTER.match(after[reach:]) and not _DOES.match(after[reach:])
        if described or (_DATA.search(before) and not before.endswith("分别于")):
            return None
        return _by(day, year, reach, after)
    starts = _STARTS.match(after)
    if starts:
        if re.match(
            r"(?:全面|正式|开始)?(?:施行|实施|执行|推行|生效)(?=[，。；]|$)|施行|实施|执行|生效", after[starts.end() :]
        ):
            return None
        deadline = Deadline("start_by", day.text + starts.group(), year, day.month, day.first)
        return Dated(deadline, day.start, day.end + starts.end())
    if _NOT_DUE_AFTER.match(after) or _DAY_OF.match(after) or _DATA.search(before):
        return None
    return _bare(plain, day, year, labelled)


def _around(plain: str, day: Day) -> tuple[str, str]:
    """The words near a date: enough for every pattern here, and no more, or a text of nothing but dates would never end."""
    return plain[max(0, day.start - _NEAR) : day.start], plain[day.end : day.end + 2 * _NEAR]


def _names_no_day(plain: str, day: Day) -> bool:
    """「三年内」, 「每年6月」: a length or a repetition."""
    before, _ = _around(plain, day)
    if day.text[0] in "年本当今" and re.search(r"[\d一二三四五六七八九十两几多近半前去往历每逐]$", before):
        return True
    return bool(re.search(r"(?:每年|去年|上年|往年|历年|当年度|近年)(?:的)?$", before)) or day.text.startswith("年前")


def _by(day: Day, year: int | None, reach: int, after: str) -> Dated:
    end = day.end + reach
    text = day.text + after[:reach]
    if day.exact:
        return Dated(Deadline("by_date", text, year, day.last_month, day.last), day.start, end)
    # 「6月份之前」 literally ends with May, but is often meant to take June in: a person must say.
    month, in_year = (day.month - 1, year) if day.month > 1 else (12, year - 1 if year else None)
    literal = month_end(in_year, month)
    question = (
        f"「{text}」有两种读法：{month}月{literal}日前（按字面），或{day.month}月{month_end(year, day.month)}日前（含当月）。"
        "现按字面，请核定。"
    )
    return Dated(Deadline("by_date", text, in_year, month, literal), day.start, end, question=question)


def _behind_subject(before: str) -> bool:
    """「县平安办四季度组织验收」: nothing but the units that act stands before the date in its clause."""
    clause = re.split(r"[，。；：]", before)[-1].removesuffix("要").removesuffix("应")
    return 1 < len(clause) < _NEAR and all_units(clause) is not None


def _bare(plain: str, day: Day, year: int | None, labelled: bool) -> Dated | None:
    """A date without 前: a deadline if it is labelled, or stands as an adverb before something to be done."""
    before, after = _around(plain, day)
    adverb = _ADVERB.search(plain, max(0, day.start - _NEAR), day.start) is not None or _behind_subject(before)
    clause = re.split(r"[。；]", after, maxsplit=1)[0]
    if adverb and day.text.endswith("内") and clause and day.year_words:
        return Dated(Deadline("by_date", day.text, year, day.last_month, day.last), day.start, day.end)
    acts = _ACTS.search(clause[:30]) is not None
    written = day.exact and not re.search(r"(?:底|末|内|终|年)$", day.text)
    if not labelled:
        if not (acts and (adverb or _PREPOSITION.search(before) or day.text.endswith(("底", "末", "内")))):
            return None
        if day.text.endswith(("上半年", "下半年", "季度")) and not _SOON_ACTS.match(after):
            return None
        if not day.exact and not (written or adverb):
            return None
    last = day.last if day.exact else month_end(year, day.last_month)
    return Dated(Deadline("by_date", day.text, year, day.last_month, last), day.start, day.end,
                 first=(year, day.month, day.first))  # fmt: skip
