"""Sentences and clauses, with brackets kept whole."""

from __future__ import annotations

from tracker.plans.passages import Passage

_OPEN, _CLOSE = "（【《“", "）】》”"
_STOPS = "。！？；"


def split_at(passage: Passage, stops: str) -> list[Passage]:
    """Return the parts that end with one of `stops`; a stop inside a bracket or quotation does not count.

    A bracket that is never closed must not swallow the rest: after 300 characters it counts as closed.
    """
    parts: list[Passage] = []
    depth, opened, start = 0, 0, 0
    for place, character in enumerate(passage.text):
        if character in _OPEN:
            depth, opened = depth + 1, place
        elif character in _CLOSE:
            depth = max(0, depth - 1)
        elif character in stops and (depth == 0 or place - opened > 300):
            parts.append(passage.cut(start, place + 1))
            start, depth = place + 1, 0
    parts.append(passage.cut(start))
    return _tails_joined([part for part in parts if part.strip()])


def sentences(passage: Passage) -> list[Passage]:
    """Return the sentences, with 「；」 as an end too. A bracket that follows an end belongs to what it follows."""
    return split_at(passage, _STOPS)


def clauses(passage: Passage) -> list[Passage]:
    """Return the clauses between commas."""
    return split_at(passage, _STOPS + "，")


def _tails_joined(parts: list[Passage]) -> list[Passage]:
    """「…做好登记。（责任单位：各村）」 is one sentence: the bracket that comes alone goes to the one before."""
    result: list[Passage] = []
    for part in parts:
        bare = part.text.strip(" 。；，")
        alone = (
            bare[:1] in ("（", "【")
            and bare[-1:] in ("）", "】")
            and bare.find(_CLOSE[_OPEN.index(bare[0])]) == len(bare) - 1
        )
        if result and (alone or not bare):
            before = result.pop()
            result.append(Passage(before.text + part.text, [*before.at, *part.at]))
        elif result and bare[:1] in ("（", "【") and _leading_bracket(bare):
            end = part.text.index(_CLOSE[_OPEN.index(bare[0])]) + 1
            before = result.pop()
            result.append(Passage(before.text + part.text[:end], [*before.at, *part.at[:end]]))
            result.append(part.cut(end))
        else:
            result.append(part)
    return result


def _leading_bracket(bare: str) -> bool:
    """Whether a sentence begins with a duty bracket that belongs to the one before: 「（各村落实）；签订…」."""
    close = bare.find(_CLOSE[_OPEN.index(bare[0])])
    if not 0 < close < 120:
        return False
    inner = bare[1:close]
    return any(word in inner for word in ("单位", "部门", "落实", "牵头", "负责", "配合", "时限", "时间", "科室"))
