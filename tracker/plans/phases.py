"""The stages of a plan and their days: 「（二）集中整治阶段（5月下旬—8月底）」. Stages may overlap."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tracker.plans.calendar_words import MONTH, SPAN
from tracker.plans.dates import Dated, find_dated
from tracker.plans.outline import Node
from tracker.plans.sections import Role, is_stage
from tracker.plans.shapes import Deadline, Phase
from tracker.plans.years import YearContext

_OPENING = 60
_SHORT_NAME = 8
# 「启动部署：4月10日前。」
_NAME_AND_DAYS = re.compile(rf"[^，。；：]{{2,12}}：(?:时间为?)?{MONTH}[{SPAN}前]{{0,24}}(?=[。；，]|$)")
_STAGE_S_DAYS = re.compile(r"：(?:时间为?)?[\d年月日号初底末上中下旬至到起前\-—–~～]{2,30}$")
# 「全面排查（5月底前）」: a heading and nothing but a time in the bracket behind it.
_DATED_HEADING = re.compile(
    r"（(?:(?:20\d\d|20[xX×*]{2})年)?[\d一二三四五六七八九十]{1,3}(?:月|[—–\-~至到])[^（），。]{0,24}）$"
)
# 「开展进校园活动（6月15日前）」 is a thing to do by a day, and no stage.
_DEED = re.compile(r"(?:开展|组织|举办|举行|召开|建立|制定|签订|发放|上好|进行|完成|编制|印发|开设|播放)")
_TIME_LABEL = re.compile(r"^(?:时间|起止时间|实施时间)?(?:为|：)?（?")


@dataclass(frozen=True)
class Stage:
    """A phase together with the deadline that its duties inherit."""

    phase: Phase
    deadline: Deadline | None


def stage_of(node: Node, role: Role | None, years: YearContext, *, nested: bool = False) -> Stage | None:
    """Return the stage that a heading opens; None if it opens none.

    A heading is a stage by its name, or under 「实施步骤」 by the dates in it. `nested`: it stands in a stage already,
    where a date is that of the item itself.
    """
    named = (
        (_DATED_HEADING.search(node.title.text) is not None and not _DEED.match(node.title.text))
        or is_stage(node.title.text)
        or (not node.title and is_stage(node.own.text[:30]))
    )
    if not named and (nested or role is not Role.PHASES):
        return None
    opening = node.title.text if not named else node.own.text[:_OPENING]
    if not opening and role is Role.PHASES:
        opening = node.own.text[:30]
    if not named and role is Role.PHASES and node.title and (days := _NAME_AND_DAYS.match(node.own.text)):
        opening = days.group()
    dates = find_dated(_whole_dates(opening, node.own.text), years, labelled=True)
    if not dates and named and node.body:
        first = node.body[0].text[:40]
        dates = find_dated(first, years, labelled=True) if first.startswith(("时间", "（", "从", "自")) else []
    if not dates:
        return Stage(Phase(_name(node), None, None, node.title.text), None) if named else None
    return _dated_stage(_name(node), dates[0])


def is_bare_stage(node: Node, role: Role | None) -> bool:
    """Whether an item names a stage and its days and asks for nothing (「（三）长效机制阶段（7月至12月）。」).

    Under 「实施步骤」 a few words and a bracket are a stage, whatever they are called (「总结巩固（9月）。」).
    """
    bare = re.sub(r"（[^（）]*）", "", node.own.text).strip("。：；， ")
    bare = _STAGE_S_DAYS.sub("", bare)
    if node.children or node.body or re.search(r"[，。；：]", bare):
        return False
    return is_stage(node.own.text) and bare.endswith("阶段") if role is not Role.PHASES else len(bare) <= _SHORT_NAME


def _whole_dates(opening: str, whole: str) -> str:
    """Do not cut a date in two: go on to the next bracket or stop."""
    rest = re.match(r"[^，。；）]{0,20}", whole[len(opening) :]) if len(whole) > len(opening) >= _OPENING else None
    return opening + (rest.group() if rest else "")


def _name(node: Node) -> str:
    text = node.title.text or node.own.text[:30]
    return re.split(r"[（(：:，。]|(?<=阶段)", text, maxsplit=1)[0].strip() or text[:20]


def _dated_stage(name: str, dated: Dated) -> Stage:
    last = dated.deadline
    if last.type == "start_by":
        phase = Phase(name, iso(last.year, last.month, last.day), None, last.text)
        return Stage(phase, last)
    first = dated.first
    start = iso(*first) if first else None
    phase = Phase(name, start, iso(last.year, last.month, last.day), last.text)
    return Stage(phase, Deadline("phase", last.text, last.year, last.month, last.day))


def iso(year: int | None, month: int | None, day: int | None) -> str | None:
    """Return an ISO date, or None where a part is missing."""
    return f"{year:04d}-{month:02d}-{day:02d}" if year and month and day else None
