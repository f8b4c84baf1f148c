"""Lines → paragraphs: undo hard wraps, and break up text that lost its line breaks.

A line is joined to the one before only if that one broke off in mid-sentence; a paragraph is broken only
before a numbering mark that stands where a sentence could begin.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tracker.plans.ordinals import Ordinal, ordinal_at
from tracker.plans.passages import Passage, joined

_ENDS = "。！？；：”》】…"
_WIDE = re.compile(r"[^\x00-\x7f]")
_PARAGRAPH_GAP = re.compile(r"(?<=[。；！？：）】”\u4e00-\u9fff])[ ]{2,}(?=\S)")
_MARK_START = re.compile(
    r"(?:(?<=[。；！？：”）】 ，])|(?<=[\u4e00-\u9fff])(?=[（一1]|[二三四五六七八九十]{1,3}、))(?=[\d（一二三四五六七八九十①-⑳第])"
)
_SAFE_BEFORE = "。；！？：”】"
_HEADING_TAIL = 24
_HASHES = re.compile(r"#{1,6}[ \t]+")
#: No page is narrower: a run of shorter lines without stops is a list of labels or names.
_NARROWEST = 20
_LABEL = re.compile(r"[\u4e00-\u9fff]{2,6}(?:单位|部门|科室|时限|时间|期限|领导|责任人|人)：")


@dataclass(frozen=True)
class Line:
    """One line, with what stood before it. `whole` keeps the tabs at its ends: they part empty cells."""

    passage: Passage
    whole: Passage
    after_blank: bool
    indented: bool


def split_lines(text: Passage) -> list[Line]:
    """Return the lines that hold something, in order."""
    lines: list[Line] = []
    blank, start = False, 0
    for piece in text.text.split("\n"):
        end = start + len(piece)
        whole = text.cut(start, end)
        stripped = whole.strip(" \t*")
        hashes = _HASHES.match(stripped.text)
        if hashes and ordinal_at(stripped.text, hashes.end()):
            stripped = stripped.cut(hashes.end())  # 「## 一、」 is numbered twice; the office's own number stands.
        if stripped:
            lines.append(Line(stripped, whole.strip(" "), blank, piece[:1] in (" ", "\t")))
        blank = not stripped
        start = end + 1
    return lines


def paragraphs(lines: list[Line]) -> list[Passage]:
    """Return the paragraphs that the author meant."""
    width = _wrap_width(lines)
    gathered: list[list[Line]] = []
    for line in lines:
        if gathered and _goes_on(gathered[-1], line, width):
            gathered[-1].append(line)
        else:
            gathered.append([line])
    result: list[Passage] = []
    for group in gathered:
        whole = joined([line.passage for line in group])
        for piece in _at_gaps(whole):
            result.extend(_at_marks(piece))
    return result


def _width(text: str) -> float:
    wide = len(_WIDE.findall(text))
    return wide + (len(text) - wide) / 2


def _wrap_width(lines: list[Line]) -> float | None:
    """Return the width at which the text was hard-wrapped, or None if it was not.

    Wrapped text has many lines that break off without punctuation, and these are all about equally long.
    """
    broken = sorted(_width(line.passage.text) for line in lines if line.passage.text[-1] not in _ENDS + "）")
    broken = [width for width in broken if width >= 14]
    if len(broken) < 4 or len(broken) < 0.25 * len(lines):
        return None
    usual = broken[len(broken) // 2]
    if usual < _NARROWEST:
        return None
    near = sum(1 for width in broken if abs(width - usual) <= 4)
    return usual if near >= 0.6 * len(broken) else None


def _goes_on(group: list[Line], line: Line, width: float | None) -> bool:
    before = group[-1].passage.text
    mark = ordinal_at(line.passage.text)
    if (mark is not None and mark.kind != "is") or line.after_blank or len(group) > 200:
        return False
    if before[-1] in "，、" or _open_bracket(before):
        return True
    if width is None or before[-1] in _ENDS or line.indented or _LABEL.match(line.passage.text):
        return False
    return _width(before) >= width - 4


def _open_bracket(text: str) -> bool:
    """Whether a bracket was opened near the line's end and not closed."""
    opened = text.rfind("（")
    return opened > text.rfind("）") and opened > len(text) - 60 and len(text) - opened > 1


def _at_gaps(whole: Passage) -> list[Passage]:
    """Break where several spaces stand for a lost line break; only in long text, where no layout is meant."""
    if len(whole) < 80:
        return [whole]
    pieces, start = [], 0
    for gap in _PARAGRAPH_GAP.finditer(whole.text):
        if whole.text[gap.start() - 1] in "。；！？" or ordinal_at(whole.text, gap.end()):
            pieces.append(whole.cut(start, gap.start()))
            start = gap.end()
    pieces.append(whole.cut(start))
    return [piece.strip() for piece in pieces if piece.strip()]


def _at_marks(whole: Passage) -> list[Passage]:
    """Break before each numbering mark that begins a sentence."""
    text = whole.text
    first = ordinal_at(text)
    cuts, last = [0], first.length if first else 0
    counted = first.value if first and first.kind == "cn" else None
    for place in (found.start() for found in _MARK_START.finditer(text, last)):
        mark = ordinal_at(text, place)
        if mark is None or place < last:
            continue
        # 「…4月30日二、活动对象」: the next number of the same order needs no stop before it.
        counts_on = mark.kind == "cn" and counted is not None and mark.value == counted + 1
        if counts_on or _begins(text, place, mark, cuts[-1]):
            cuts.append(place)
            last = place + mark.length
            counted = mark.value if mark.kind == "cn" else counted
    ends = [*cuts[1:], len(text)]
    pieces = [whole.cut(a, b).strip() for a, b in zip(cuts, ends, strict=True)]
    return [piece for piece in pieces if piece]


def _begins(text: str, place: int, mark: Ordinal, piece_start: int) -> bool:
    if mark.kind not in ("chapter", "article", "cn", "cnb", "num", "numb", "nump", "circle", "decimal"):
        return False
    if _inside_bracket(text, place, piece_start):
        return False
    before = text[:place].rstrip(" ")[-1:]
    if before in _SAFE_BEFORE:
        return True
    if before == "）":  # 「（责任单位：…）2.」: the bracket closed an item; 「第三条（二）（三）」 did not.
        return mark.kind in ("cn", "num", "cnb", "article") and text[:place].rstrip(" ").rfind("（") < place - 4
    opener = ordinal_at(text, piece_start)
    heading = text[piece_start + (opener.length if opener else 0) : place].strip()
    short = 0 < len(heading) <= _HEADING_TAIL and not re.search(r"[，。；：、]", heading)
    if text[place - 1 : place] == " ":
        return mark.kind in ("cn", "cnb", "num", "article") and (short or mark.kind in ("cn", "cnb"))
    return opener is not None and short and mark.value == 1 and opener.rank < mark.rank and mark.kind in ("cnb", "num")


def _inside_bracket(text: str, place: int, piece_start: int) -> bool:
    """Whether a bracket or a book title is open here; looked for in the nearest 200 characters only."""
    window = text[max(piece_start, place - 200) : place]
    return (
        window.rfind("（") > window.rfind("）")
        or window.rfind("《") > window.rfind("》")
        or (window.rfind("【") > window.rfind("】"))
    )
