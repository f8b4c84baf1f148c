"""Sentences and clauses, with brackets kept whole."""

from __future__ import annotations

import re
from itertools import pairwise

from tracker.plans.ordinals import ordinal_at
from tracker.plans.passages import Passage
from tracker.plans.shapes import Span

_LABEL_LINE = re.compile(
    r"(?:(?:牵头|责任|配合|成员|协办|主责|完成|整改)(?:单位|部门|科室|时限|时间|期限)|牵头|配合|协办|协助)："
)
_HEADING = 13
_OPEN, _CLOSE = "（【《“", "）】》”"
_STOPS = "。！？；"
_FURTHEST_CLOSE = 300


def split_at(passage: Passage, stops: str) -> list[Passage]:
    """Return the parts that end with one of `stops`; a stop inside a bracket or quotation does not count.

    What is never closed within 300 characters counts as not opened, and what is open inside a bracket is closed by it.
    """
    text = passage.text
    cuts: list[int] = [0]
    awaited: list[str] = []
    opened = 0
    for place, character in enumerate(text):
        if character in _OPEN:
            closing = _CLOSE[_OPEN.index(character)]
            if text.find(closing, place, place + _FURTHEST_CLOSE) > 0:
                awaited.append(closing)
                opened = place
        elif character in _CLOSE:
            if character in awaited:
                del awaited[awaited.index(character) :]
        elif character in stops and (not awaited or place - opened > _FURTHEST_CLOSE):
            cuts.append(place + 1)
            awaited = []
    if cuts[-1] < len(text):
        cuts.append(len(text))
    ranges = _tails_joined(text, list(pairwise(cuts)))
    return [passage] if len(ranges) == 1 else [passage.cut(start, end) for start, end in ranges]


def sentences(passage: Passage) -> list[Passage]:
    """Return the sentences, with 「；」 as an end too. A bracket that follows an end belongs to what it follows."""
    return split_at(passage, _STOPS)


def told_sentences(paragraph: Passage) -> list[Passage]:
    """Return the sentences of a paragraph without its number, and without a heading of a few words before them."""
    whole = paragraph.squeezed()
    mark = ordinal_at(whole.text)
    if mark is None:
        return sentences(whole)
    told = sentences(whole.cut(mark.length))
    heading = bool(told) and len(told[0]) <= _HEADING and "，" not in told[0].text
    return told[1:] if heading else told


def clauses(passage: Passage) -> list[Passage]:
    """Return the clauses between commas."""
    return split_at(passage, _STOPS + "，")


def _tails_joined(text: str, ranges: list[Span]) -> list[Span]:
    """「…做好登记。（责任单位：各村）」 is one sentence: the bracket that comes alone goes to the one before."""
    result: list[Span] = []
    for start, end in ranges:
        bare = text[start:end].strip(" 。；，")
        if not result:
            result.append((start, end))
            continue
        close = _closing(bare) if bare[:1] in ("（", "【") else -1
        if not bare or close == len(bare) - 1 > 0 or _LABEL_LINE.match(bare):
            result[-1] = (result[-1][0], end)
        elif close > 0 and _leading_bracket(bare):
            middle = text.index(bare, start) + close + 1
            result[-1] = (result[-1][0], middle)
            result.append((middle, end))
        else:
            result.append((start, end))
    return result


def _closing(bare: str) -> int:
    """Return the place where the bracket that begins the text is closed, counting those inside it; -1 if it is not."""
    opening, closing, depth = bare[0], _CLOSE[_OPEN.index(bare[0])], 0
    for place, character in enumerate(bare[:600]):
        depth += (character == opening) - (character == closing)
        if depth == 0:
            return place
    return -1


def _leading_bracket(bare: str) -> bool:
    """Whether a sentence begins with a duty bracket that belongs to the one before: 「（各村落实）；签订…」."""
    close = _closing(bare)
    if not 0 < close < 120:
        return False
    inner = bare[1:close]
    return any(word in inner for word in ("单位", "部门", "落实", "牵头", "负责", "配合", "时限", "时间", "科室"))
