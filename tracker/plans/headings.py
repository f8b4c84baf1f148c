"""A heading and the text under it: one duty together, or the name of a section and its duties."""

from __future__ import annotations

import re

from tracker.plans.calendar_words import MONTH, SPAN
from tracker.plans.doing import OFFICE_AHEAD, VERB
from tracker.plans.outline import Node
from tracker.plans.passages import EMPTY, Passage
from tracker.plans.sections import KNOWN_HEADINGS, Role
from tracker.plans.subjects import subject_of

# 「动员阶段：10月10日前。」: the stage's name and its time, with nothing to be done in them.
_STAGE_AND_TIME = re.compile(
    r"[^，。；：]{2,20}：(?:时间为?|从|自)?(?:即日起|[\d一二三四五六七八九十年月日号上中下旬初底末至到起前\-—–~～]){3,30}(?=[。；，])"
)

# 「第一阶段（2月10日—28日）：动员部署。」
_STAGE_AND_NAME = re.compile(r"第[一二三四五六1-6](?:个)?阶段[^，。；：]{0,40}：[^，。；：]{2,14}(?=。)")

# 「6月30日前：总结表彰。」, 「6月1日—5日：宣传发动。」
_DAYS_AND_NAME = re.compile(rf"{MONTH}[{SPAN}前]{{0,20}}：[^，。；：]{{2,14}}(?=。.)")
# 「3月1日至15日，部署启动」: a stage called by its days alone.
_DAYS = re.compile(rf"{MONTH}[{SPAN}]{{1,20}}[，：]")

_LONG_DEED = 9
_THINGS = re.compile(r"的[^，。；的]{2,14}[。；]?$")
_CLEARS = re.compile(r"对|清|整治|拆|治理|打击|更换|取缔|规范|维修|修|检查|排查|严查|查处")

# A few words and a full stop, with more behind it.
_OPENING = re.compile(
    r"^(?:(?:首先|其次|再次|此外|最后|第[一二三四五六七八九十])[，、])?[\u4e00-\u9fff“”、]{4,16}(?=。.)"
)


def one_item(node: Node, body: list[Passage]) -> bool:
    """Whether the paragraphs under a numbered heading are one item: always under 1., under （一） if they are short."""
    if not node.title or node.ordinal is None or not joins(node) or node.rank < 2:
        return False
    return len(body) == 1 or node.rank >= 3 or any(len(paragraph) < 40 for paragraph in body)


def length_of_title(node: Node, *, opens_stage: bool) -> int:
    """How many characters are heading; 「第二阶段：集中整治（3月16日至8月31日）。」 is one up to its full stop."""
    days = _DAYS_AND_NAME.match(node.own.text) or (_DAYS.match(node.own.text) if opens_stage else None)
    if days:
        return days.end()
    if not node.lead:
        return 0
    stop = node.own.text.find("。")
    timed = (_STAGE_AND_TIME.match(node.own.text) or _STAGE_AND_NAME.match(node.own.text)) if opens_stage else None
    if timed:
        return timed.end()
    if (
        opens_stage
        and len(node.title) < stop <= 60
        and node.own.text[stop - 1] == "）"
        and not re.search(r"，", node.own.text[:stop])
    ):
        return stop
    return len(node.title)


def length_of_opening(paragraph: str) -> int:
    """How many characters of a paragraph without a number are its heading (「全面排查风险。由派出所牵头…」); 0 if none."""
    opening = _OPENING.match(paragraph)
    return opening.end() if opening and subject_of(opening.group()) is None else 0


def joins(node: Node) -> bool:
    """Whether a heading on its own line is part of the duty under it (「加强宣传」), not the name of a section."""
    return bool(node.title) and len(node.title) <= 30 and not is_section(node)


def is_section(node: Node) -> bool:
    """Whether the heading names a part of the plan (「工作要求」) and no duty."""
    named = KNOWN_HEADINGS.match(node.title.text) is not None
    return named or node.role in (Role.DEMANDS, Role.PHASES, Role.TARGETS, Role.SILENT)


def deeds_below(node: Node) -> bool:
    """Whether most items under 「整治重点」 say what to do (「清沟渠。对沟渠清淤」) and not what to look at."""
    told = [child.lead.text or child.own.text for child in node.children if not child.row]
    deeds = sum(1 for text in told if _begins_with_deed(text))
    return len(told) > 1 and deeds * 2 > len(told)


def _begins_with_deed(text: str) -> bool:
    if _THINGS.search(text) and not _CLEARS.match(text):
        return False  # 「利用名义行骗的组织」 is what to look for; 「清除通道的杂物」 is to be done.
    verb = VERB.match(text)
    deed = verb is not None and len(verb.group()) > 1 and OFFICE_AHEAD.match(text) is None and len(text) > _LONG_DEED
    return "是否" not in text and (deed or subject_of(text) is not None or text.startswith("对"))


def stop_after(title: Passage) -> Passage:
    """A full stop between a heading on its own line and the text under it; it stands where the heading ends."""
    return Passage("。", [title.at[-1]]) if title.text[-1] not in "。：；" else EMPTY
