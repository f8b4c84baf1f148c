"""The one deadline of a measure, chosen from all that its words give; what else was there becomes a question."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from tracker.plans.dates import Dated, find_dated, without_quotations
from tracker.plans.passages import Passage
from tracker.plans.recurrences import find_recurring
from tracker.plans.sentences import split_at
from tracker.plans.shapes import Deadline
from tracker.plans.years import YearContext

_WITHOUT_END = re.compile(r"持续|长期|常年|常态|全年|始终|贯穿|一直|不间断|日常")
# In running text only a clause that says nothing else; 「持续加强宣传」 is emphasis, not a time.
_STANDING_CLAUSE = re.compile(
    r"^(?:并|要|并要|做到|抓好|且)?(?:持续推进|长期坚持|常年坚持|常抓不懈|长期推进|持续开展|常态化推进|常态化开展|常态化进行|长期开展|长期执行|持续实施|长抓不懈|"
    r"持续用力、?久久为功|坚持常态化开展|持续推进、?常抓不懈|持续坚持)(?:下去)?$"
)


@dataclass(frozen=True)
class Due:
    """A measure's deadline with the questions that go with it."""

    deadline: Deadline | None
    questions: tuple[str, ...] = ()


NONE = Due(None)
# 「4月1日前启动，5月15日前完成」: the work is due when it is to end.
_BEGINS = re.compile(r"[^，。；]{0,4}?(?:启动|开工|动工|开始)")
_ENDS = re.compile(r"[^，。；]{0,6}?(?:完成|完工|竣工|建成|结束|办结|销号|上线|投用|投入使用|交付|到位|验收)")
_TIME_CHARACTER = re.compile(r"[月年日每底旬季按常持长即次]")


def labelled_due(value: str, years: YearContext) -> Due:
    """Read the value of 完成时间/完成时限 or a table's time column."""
    value = value.strip(" 。，；")
    recurring = find_recurring(value)
    dated = find_dated(value, years, labelled=True)
    if (
        dated
        and re.search(r"启动|开始|试点|先行", value[dated[0].end : dated[0].end + 10])
        and _WITHOUT_END.search(value)
    ):
        start = replace(dated[0].deadline, type="start_by", text=value)
        return Due(start, (f"「{value}」既有开始时间，又要长期推进：现以开始时间为期限，请补上报送周期。",))
    if recurring and not (dated and dated[0].start < recurring[1]):
        return Due(recurring[0], _others(dated, None))
    if dated:
        return _chosen(dated, value)
    if _WITHOUT_END.search(value):
        return Due(Deadline("continuous", value), ())
    return Due(None, (f"时限「{value}」没有读懂，请手工填写。",)) if re.search(r"\d|即|立|月|日|周|年", value) else NONE


def due_in(text: str, years: YearContext) -> Due:
    """Read the deadline of a measure's own words."""
    if not _TIME_CHARACTER.search(text):
        return NONE
    recurring = find_recurring(without_quotations(text))
    dated = find_dated(text, years)
    yearly = recurring is not None and recurring[0].every == "year" and recurring[0].month is None
    if yearly and any(each.deadline.type == "by_date" and not each.window for each in dated):
        return _chosen(dated, text)  # 「每年体检一次，10月31日前完成」: the plan is of one year.
    if recurring and (
        not dated or recurring[1] < dated[0].start or dated[0].window or dated[0].deadline.type == "start_by"
    ):
        return Due(recurring[0], _others(dated, None))
    if dated:
        return _chosen(dated, text)
    for clause in split_at(Passage(text, range(len(text))), "。；，！"):
        bare = clause.text.strip("。；，！ ")
        if _STANDING_CLAUSE.match(bare):
            return Due(Deadline("continuous", bare))
    return NONE


def has_deadline(text: str, years: YearContext) -> bool:
    """Whether the words hold a deadline of their own."""
    return due_in(text, years).deadline is not None


def _chosen(dated: list[Dated], text: str) -> Due:
    """The first date that binds, but the end where a beginning comes first; a window counts as its last day."""
    binding = next((each for each in dated if each.deadline.type == "by_date"), dated[0])
    if _BEGINS.match(text, binding.end):
        ends = (each for each in dated if each.deadline.type == "by_date" and _ENDS.match(text, each.end))
        binding = next(ends, binding)
    questions = (binding.question,) if binding.question else ()
    return Due(binding.deadline, (*questions, *_others(dated, binding)))


def _others(dated: list[Dated], chosen: Dated | None) -> tuple[str, ...]:
    others = [each.deadline.text for each in dated if each is not chosen]
    return (f"本条还有其他时间：{'、'.join(others)}。请看是否要拆成几条。",) if others else ()
