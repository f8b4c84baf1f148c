"""「每月19日前」, 「每季度至少1次」, 「每周五」: duties that come back.

A recurring date (by_day) and a recurring quota (count) are different things and may stand together.
"""

from __future__ import annotations

import re

from tracker.plans.numerals import number
from tracker.plans.shapes import Deadline, Every

_N = r"(?:\d{1,3}|[一二两三四五六七八九十]{1,3})"
_EVERY: tuple[tuple[str, Every], ...] = (
    ("半年", "half-year"), ("季度", "quarter"), ("季", "quarter"), ("旬", "ten-days"), ("学期", "half-year"), ("学年", "year"), ("年度", "year"),
    ("年", "year"), ("个月", "month"), ("月", "month"), ("周", "week"), ("星期", "week"), ("礼拜", "week"), ("日", "day"), ("天", "day"), ("晚", "day"), ("夜", "day"),
)  # fmt: skip
_TIMES = r"(?:次|场次|场|课时|学时|篇|期|条|份|回|轮|遍|堂|节|批|起|件|例|部|个|项|户|家|人次|人|名|幅|块)"
_EACH = re.compile(
    r"(?<![一-龥]月)每(?P<one>一|1)?(?P<every>半年|季度|季|旬|学期|学年|年度|年|个月|月|周|星期|礼拜|日|天|晚|夜)(?!人|户|家|村|个单位|食谱|菜谱|菜单|课表|带量|(?:工作)?(?:安排|重点|主题)(?:[：。]|$))"
    r"(?P<day>(?:的)?(?:末月|首月|最后(?:一|1)个?月|第[一二三1-3]个月|月底|月末|末|底|初)?(?:\d{1,2}[日号]|[二三四五六日天](?!次|场|期|篇|条|份|回|个|遍|天|小时|节|堂|轮)|一(?=\d|升旗|晨会|例会|班会|早上|中午|晚|前|之前|下午|上午|下班|，|、|(?:汇总|梳理|更新|上报)[\u4e00-\u9fff]{2}|检查|巡查|排查|开展|组织|报|向|将|的|召开)|月底|月末|底|末)"
    r"(?:上午|下午|下班)?(?:\d{1,2}时|\d{1,2}：\d\d)?(?:之?前)?)?"
)
_BI = re.compile(r"每(?P<n>两|二|2|三|3)(?P<every>个?月|周|星期|天|日)")
_QUOTA = re.compile(
    rf"(?:至少|不少于|不低于|不得少于|原则上|最少|开展|组织|召开|报送|刊发|进行|不超过|集中|推送|发布|更新|检查|巡查|调度|通报|调查|研判|汇总|编发|印发|会商|走访|抽查|督导|排查|听取|[\u4e00-\u9fff])"
    rf"[^，。；、]{{0,10}}?(?P<count>{_N})(?:—|-|~|至)?{_N}?(?:以上)?{_TIMES}"
)
# 「每年1月31日前」, 「每年9月」: the day, or the month, comes again each year; of days from–to the last one binds.
_PLACE_IN_YEAR = rf"(?:(?P<month>{_N})月)?(?:(?P<day>\d{{1,2}})[日号]|底|末|份)?"
_DAY_OF_YEAR = re.compile(rf"(?={_N}月){_PLACE_IN_YEAR}(?:之?前)?")
_UNTIL = re.compile(rf"(?:至|到|—|-|~)(?={_N}月|\d{{1,2}}[日号]){_PLACE_IN_YEAR}(?:之?前)?")
_ANOTHER = re.compile(rf"(?:、|和|及|与){_N}月")
_DIRECT = re.compile(rf"^(?P<count>{_N}){_TIMES}")
_SHORT = re.compile(r"(?P<every>日|周|旬|月|季)(?:报告|调度|通报|报)(?:制度)?")
_PER_PERIOD = re.compile(r"(?P<every>日|周|旬|月|季)(?:研判|调度|通报|汇总)")
_MEETINGS = re.compile(r"(?:实行|落实|坚持|执行)(?P<every>日|周|旬|月|季)(?:研判|调度|通报|例会|汇总)")
_IN_A_YEAR = re.compile(
    rf"全年(?:内)?(?:至少|不少于|组织|开展|召开|举办|发起|[^，。；]{{2,12}}(?:不少于|至少))[^，。；、]{{0,6}}?(?P<count>{_N}){_TIMES}"
)
_LENGTHS: dict[str, tuple[Every, int]] = {"7": ("week", 1), "10": ("ten-days", 1), "十": ("ten-days", 1), "15": ("month", 2),
            "30": ("month", 1), "七": ("week", 1), "十五": ("month", 2)}  # fmt: skip
_DAYS = re.compile(r"每(?:隔)?(?P<n>7|10|15|30|七|十五|十)(?:天|日)")
_HALF_MONTH = re.compile(r"每半个?月(?:[^，。；]{0,10}?[一1]次)?")
_RUNNING = re.compile(
    r"^(?!早|中|晚)[^，。；]{0,12}?(?:播放|滚动|24小时|不间断)(?![^，。；]{0,20}[\d一二两三四五六七八九十]次)"
)
_BY_PERIOD = re.compile(
    r"按(?P<every>月|季度|季|周|半年|旬|日)(?:度)?(?=[^，。；]{0,6}(?:通报|报送|上报|汇总|调度|报告|开展|排查|检查|更新|统计|下发|发布|推送|公示|公布|印发|组织|移交|提交|考核|清理|核对|拨付|召开|分析|研判|督导|总结))"
)
# 「一月一调度、一季一通报」
_ONE_A = re.compile(
    r"(?<![\u4e00-\u9fff]一)一(?P<every>日|天|周|旬|月|季度?)一(?:调度|通报|报告|上报|报|汇总|研判|总结|检查|排查|分析|督查|督导|评比|考核|会商|例会|更新|公示|调研)"
)
_WEEKDAY = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "日": 7, "天": 7}
_INVERSE = re.compile(rf"(?P<count>{_N})次/(?P<every>年|季度|季|月|周|日|天)")


def find_recurring(text: str) -> tuple[Deadline, int] | None:
    """Return the first recurring deadline of a sentence and the place where it begins, or None."""
    inverse = _INVERSE.search(text)
    if inverse:
        return Deadline(
            "recurring", inverse.group(), every=_every(inverse["every"]), count=number(inverse["count"])
        ), inverse.start()
    for each in _EACH.finditer(text):
        if text[max(0, each.start() - 1) : each.start()] in ("在", "对") and not each["day"] and each["every"] == "天":
            continue
        if each["every"] in ("天", "日") and _RUNNING.search(text[each.end() : each.end() + 30]):
            continue  # 「每天滚动播放」 says how a screen runs, not when somebody has to act.
        every = _every(each["every"])
        by_day = _by_day(each["day"] or "", every)
        after = text[each.end() : each.end() + 40]
        quota = _count(after)
        end = each.end() + (quota[1] if quota else 0)
        if every == "year" and (yearly := _day_of_year(after)):
            month, day, length = yearly
            said = text[each.start() : each.end() + length]
            return Deadline("recurring", said, every=every, month=month, day=day, count=1), each.start()
        return Deadline(
            "recurring", text[each.start() : end], every=every, count=quota[0] if quota else 1, by_day=by_day
        ), each.start()
    days = _DAYS.search(text)
    if days and days["n"] in _LENGTHS:
        every, count = _LENGTHS[days["n"]]
        return Deadline("recurring", days.group(), every=every, count=count), days.start()
    half_month = _HALF_MONTH.search(text)
    if half_month:
        return Deadline("recurring", half_month.group(), every="month", count=2), half_month.start()
    by_period = _BY_PERIOD.search(text)
    if by_period:
        return Deadline("recurring", by_period.group(), every=_every(by_period["every"]), count=1), by_period.start()
    in_a_year = _IN_A_YEAR.search(text)
    if in_a_year:
        times = number(in_a_year["count"])
        return Deadline("recurring", in_a_year.group(), every="year", count=times), in_a_year.start()
    regular = _MEETINGS.search(text)
    if regular:
        return Deadline("recurring", regular.group(), every=_every(regular["every"]), count=1), regular.start()
    one_a = _ONE_A.search(text)
    if one_a:
        return Deadline("recurring", one_a.group(), every=_every(one_a["every"]), count=1), one_a.start()
    every_second = _BI.search(text)
    if every_second:
        # Two months are no period of their own here: said as the shorter period, the text keeps the rest.
        every = _every(every_second["every"])
        return Deadline(
            "recurring",
            every_second.group(),
            every="quarter" if every_second["n"] in "三3" and every == "month" else every,
            count=1,
        ), every_second.start()
    return None


def _day_of_year(after: str) -> tuple[int, int | None, int] | None:
    """Return the month, the day and the length of what follows 「每年」; 「3月、9月各一次」 is a quota and no day."""
    first = _DAY_OF_YEAR.match(after)
    if first is None or _ANOTHER.match(after, first.end()):
        return None
    until = _UNTIL.match(after, first.end())
    last = until or first
    month = number(last["month"] or first["month"])
    if month is None or not 1 <= month <= 12:
        return None
    return month, int(last["day"]) if last["day"] else None, last.end()


def _every(word: str) -> Every:
    return next(every for written, every in _EVERY if word == written)


def _by_day(written: str, every: Every) -> int | None:
    dated = re.search(r"(\d{1,2})[日号]", written)
    if dated:
        day = int(dated.group(1))
        return day if 1 <= day <= 31 else None
    if every == "week":
        weekday = re.search(r"[一二三四五六日天]", written)
        return _WEEKDAY[weekday.group()] if weekday else None
    return 31 if every == "month" and re.search(r"底|末", written) else None


def _count(after: str) -> tuple[int, int] | None:
    """Return the quota that follows 「每月」 in the same clause, and where it ends."""
    clause = re.split(r"[。；]|，(?!至少|不少于|每次)", after, maxsplit=1)[0]
    direct = _DIRECT.match(clause)
    quota = direct or _QUOTA.search(clause)
    if quota is None:
        return None
    value = number(quota["count"])
    return (value, quota.end()) if value else None
