"""One item of the outline → the duties in it: a sentence with its own unit or its own return date stands alone."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from tracker.plans.deadlines import Due, due_in, labelled_due
from tracker.plans.duties import Duty, merge, read_tag, take_tags
from tracker.plans.parting import duties_apart
from tracker.plans.passages import Passage, joined
from tracker.plans.sentences import sentences
from tracker.plans.subjects import duty_of_text, threatened_by
from tracker.plans.wording import acts, is_establishing, is_member_line, is_return
from tracker.plans.years import YearContext

_YEAR = re.compile(r"(20\d\d)年(?=\d{1,2}月|底|[上下]半年|[一二三四]季度)")
# 「每次活动后2个工作日内报送信息；11月20日前报送总结」: the first has a time too, counted from something else.
_AFTER = re.compile(r"后的?[\d一二三四五六七八九十两]{1,3}个?(?:工作日|日|天|小时|周)内")
_MONTH_LABEL = re.compile(r"(?:20\d\d年)?\d{1,2}月(?:份|底|初|[上中下]旬)?：")
_LONG_ENOUGH = 12
_HELPS = re.compile(r"配合|协助|协同|参与|协办|成员")
_EACH_MUST = re.compile(r"(?:^|[，。；])各[^，。；]{1,24}?(?:要|应|须)")
_SPEAKS = re.compile(r"要|应|须|负责|牵头|：|由|^.{17}|[\u4e00-\u9fff]{2}每[周旬月季半年]")
# What every return has: its period, its verb, and how often.
_SENT = re.compile(
    r"每[^，。；]{0,4}?[周旬月季年日]度?|\d+[日号]|之?前|报送|上报|报告|填报|一次|1次|[将各当本上的]|工作|[，。；：、（）]"
)


@dataclass
class Segment:
    """Part of an item: its words, the units of its tag or its sentences, its deadline."""

    parts: list[Passage] = field(default_factory=list)
    tag: Duty = field(default_factory=Duty)
    spoken: Duty = field(default_factory=Duty)
    due: Due = field(default_factory=lambda: Due(None))
    subject: tuple[str, ...] = ()
    threat: tuple[str, ...] = ()
    returns: bool = False
    title_only: bool = True

    @property
    def passage(self) -> Passage:
        """The words, without the duty tags."""
        return joined(self.parts) if self.parts else Passage("", ())

    @property
    def duty(self) -> Duty:
        """Who has to do it: the tag says so before any sentence."""
        return self.tag if self.tag.lead or self.tag.support else self.spoken


@dataclass(frozen=True)
class _Sentence:
    passage: Passage
    tag: Duty
    spoken: Duty
    subject: tuple[str, ...]
    due: Due
    is_title: bool
    parted: bool


def segments_of(
    own: Passage, title_length: int, years: YearContext, *, stage: bool = False, paragraph: bool = False
) -> list[Segment]:
    """Return the duties of an item's words. `title_length`: how many characters of `own` are its heading.

    `stage`: the heading's dates are the stage's own and bind no single sentence. `paragraph`: the words are
    no numbered item, so a sentence that names its unit stands alone beside one that names none.
    """
    read = _read_sentences(own, title_length, years, stage)
    tags_left = sum(1 for sentence in read if sentence.tag)
    several_tags = tags_left > 1
    named = any(sentence.tag.lead or sentence.tag.support for sentence in read)
    segments: list[Segment] = [Segment()]
    closed = False
    for sentence in read:
        current = segments[-1]
        same_return = _same_return(current, sentence)
        if (several_tags and closed and tags_left) or _stands_alone(
            current,
            sentence,
            tagged=several_tags or (tags_left > 0 and named),
            paragraph=paragraph,
            stage=stage,
            same_return=same_return,
        ):
            carried = current.subject if not sentence.subject and not several_tags else ()
            current = Segment(subject=carried, spoken=Duty(carried))
            segments.append(current)
            closed = same_return = False
        _add(current, sentence, same_return=same_return)
        if sentence.tag:
            tags_left -= 1
            closed = True
    if not several_tags and not named and segments[-1].tag.time:
        # 「甲修订规范；乙逐户检查。（完成时限：4月底前）」: the time behind the last of them holds for all without one.
        segments = [each if each.due.deadline else replace(each, due=segments[-1].due) for each in segments]
    if _MONTH_LABEL.match(own.text):
        # 「9月：组织参观，各班出黑板报」: the month at the head holds for all that is told behind it.
        segments = [each if each.due.deadline else replace(each, due=segments[0].due) for each in segments]
    if (
        not several_tags
        and len(segments) > 1
        and named
        and segments[-1].tag
        and not any(each.subject for each in segments[:-1])
    ):
        # 「6月底前…；10月底前…。大气科牵头」: what is said behind the last of them holds for all that name nobody.
        told = Duty(segments[-1].tag.lead, segments[-1].tag.support)
        segments = [replace(each, tag=told) for each in segments[:-1]] + segments[-1:]
    return [segment for segment in segments if segment.passage.text.strip()]


def _read_sentences(own: Passage, title_length: int, years: YearContext, stage: bool) -> list[_Sentence]:
    result: list[_Sentence] = []
    seen = 0
    tag = take_tags(own)[1]
    for part, parted in duties_apart(sentences(own), years, by_doer=not (tag.lead or tag.support)):
        title = seen + len(part) <= title_length + 1
        begun, seen = seen, seen + len(part)
        bare, tag = take_tags(part)
        whole_duty = read_tag(part.text.strip()) if not title and not tag else None
        if whole_duty and not whole_duty.lead and not _HELPS.search(part.text):
            whole_duty = None  # 「纪检组全程监督」 is something to do.
        if any(not before.is_title for before in result) and whole_duty and (whole_duty.lead or whole_duty.support):
            bare, tag = bare.cut(0, 0), whole_duty
        if result and is_member_line(bare.text.strip()):
            continue
        years = _year_told(part.text, years)
        orders = (not is_establishing(bare.text) or _EACH_MUST.search(bare.text) is not None) and not (
            title and (stage or not _SPEAKS.search(bare.text))
        )
        spoken = duty_of_text(bare) if orders else Duty()
        subject = spoken.lead
        due = due_in(bare.text[max(0, title_length - begun) :] if stage else bare.text, years)
        if tag.time:
            due = labelled_due(tag.time, years)
        result.append(_Sentence(bare, tag, spoken, subject, due, title and not subject, parted))
    return result


def _year_told(text: str, years: YearContext) -> YearContext:
    """A year printed in an item holds for the dates behind it in the same item."""
    if years.turns:
        return years
    told = [year for year in _YEAR.findall(text) if years.year is None or int(year) >= years.year]
    return replace(years, year=int(told[-1]), ground="同一条里写明的年份") if told else years


def _stands_alone(
    current: Segment, sentence: _Sentence, *, tagged: bool, paragraph: bool, stage: bool, same_return: bool
) -> bool:
    if current.title_only or sentence.is_title or current.tag:
        return False
    if sentence.parted and sentence.subject:
        return True
    if not tagged and sentence.subject and current.subject and not set(sentence.subject) & set(current.subject):
        return True
    others = bool(sentence.subject) and set(sentence.subject) != set(current.subject)
    if others and not tagged and sentence.due.deadline is not None:
        return True
    first_named = bool(sentence.subject) and not current.subject and not tagged
    in_stage = stage and acts(current.passage.text) and len(current.passage) > _LONG_ENOUGH
    if first_named and (paragraph or in_stage or sentence.due.deadline is not None):
        return True
    if sentence.due.deadline is None or sentence.tag.time:
        return False  # The time of a tag behind the last sentence holds for all of the item.
    if same_return:
        return False
    if is_return(sentence.passage.text):
        if current.returns and _AFTER.search(current.passage.text):
            return True
        return not current.returns or current.due.deadline is not None
    return current.due.deadline is not None and current.due.deadline.text != sentence.due.deadline.text


def _same_return(current: Segment, sentence: _Sentence) -> bool:
    """「每月报送进度。每月25日前将进度报镇办」: what is sent in is said first, and then by which day."""
    first, then = current.due.deadline, sentence.due.deadline
    if first is None or then is None or first.every != then.every or not then.every or first.by_day or not then.by_day:
        return False
    before, behind = current.passage.text, sentence.passage.text
    if not (is_return(before) and is_return(behind)):
        return False
    named = {_SENT.sub("", text) for text in (before, behind)}
    left, right = (
        {text[place : place + 2] for place in range(len(text) - 1)}
        for text in (min(named, key=len), max(named, key=len))
    )
    return not left or bool(left & right)


def _add(current: Segment, sentence: _Sentence, *, same_return: bool) -> None:
    current.parts.append(sentence.passage)
    current.tag = merge(current.tag, sentence.tag)
    current.spoken = merge(current.spoken, sentence.spoken)
    current.subject = current.subject or sentence.subject
    current.threat = current.threat or threatened_by(sentence.passage)
    if sentence.tag.time or same_return:
        current.due = sentence.due
    elif current.due.deadline is None:
        current.due = Due(sentence.due.deadline, (*current.due.questions, *sentence.due.questions))
    elif sentence.due.deadline is not None and sentence.due.deadline.text != current.due.deadline.text:
        more = f"本条还有其他时间：{sentence.due.deadline.text}。请看是否要拆成几条。"
        current.due = Due(current.due.deadline, (*current.due.questions, more))
    current.returns = current.returns or is_return(sentence.passage.text)
    current.title_only = current.title_only and sentence.is_title
