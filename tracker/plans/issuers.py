"""Who issued a plan (印发机关): by the signature, else the head of the paper, else the title's first words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tracker.plans.ordinals import ordinal_at
from tracker.plans.passages import Passage, joined
from tracker.plans.shapes import Mention
from tracker.plans.units import is_unit, split_units
from tracker.plans.years import DATE_LINE

_HEAD = re.compile(r"^(?P<name>[\u4e00-\u9fffxX×]{4,40}?)(?:文件|（(?:通知|函)）)$")
_OF_TITLE = re.compile(r"^(?P<names>[^，。；：《》]{4,60}?)(?:关于|(?:20\d\d|20[xX×]{2})[年—-])")
# 「柳湾镇2025年…方案」 names where the plan holds, not who issued it.
_PLACE = re.compile(r"(?:县|市|区|镇|乡|村|街道|社区|省|州|全[县市区镇乡])$")
_MOST_SIGNERS, _WIDEST = 6, 40


def issuers_of(title: Passage, paragraphs: Sequence[Passage]) -> tuple[Mention, ...]:
    """Return the issuing bodies as printed (`title` with its spaces: they part joint issuers); several where a plan is issued jointly, none where nothing says it."""
    texts = [each.squeezed() for each in paragraphs]
    return _signed(texts) or _headed(texts) or _titled(title)


def _signed(texts: Sequence[Passage]) -> tuple[Mention, ...]:
    """The lines above the date: of a covering notice, else at the end of the plan."""
    for index, text in enumerate(texts):
        if index and DATE_LINE.match(text.text):
            found = _signers(texts[max(0, index - _MOST_SIGNERS) : index])
            if found:
                return found
    # Without a date the last line may still be the signature.
    last = texts[-1] if len(texts) > 2 else None
    return (_mention(last),) if last and _signs(last.text) else ()


def _signers(lines: Sequence[Passage]) -> tuple[Mention, ...]:
    found: list[Mention] = []
    waiting: list[Passage] = []
    for line in reversed(lines):
        together = joined([line, *waiting])
        if _signs(together.text):
            found.insert(0, _mention(together))
            waiting = []
        elif not found and not waiting and _may_go_on(line.text):
            waiting = [line]
        elif found and _may_go_on(line.text) and _begins_with_place(line.text, found[0].text):
            # A long name broken over two lines: its first half is no unit by itself.
            found[0] = Mention(line.text + found[0].text, (line.span[0], found[0].span[1]))
        else:
            break
    return tuple(found)


def _begins_with_place(first: str, second: str) -> bool:
    place = re.match(r"^[\u4e00-\u9fff]{1,6}?(?:县|市|区|镇|乡|省|州)", first)
    return place is not None and not second.startswith(place.group()) and is_unit(first + second)


def _may_go_on(text: str) -> bool:
    return 4 <= len(text) <= _WIDEST and not re.search(r"[，。；：！？（）]", text) and ordinal_at(text) is None


def _signs(text: str) -> bool:
    return (
        _may_go_on(text) and is_unit(text) and not re.match(r"各|有关|相关|附", text) and not _PLACE.search(text[-1:])
    )


def _headed(texts: Sequence[Passage]) -> tuple[Mention, ...]:
    for text in texts[:4]:
        head = _HEAD.match(text.text)
        if head and is_unit(head["name"]):
            return (_mention(text.cut(0, head.end("name"))),)
    return ()


def _titled(title: Passage) -> tuple[Mention, ...]:
    named = _OF_TITLE.match(title.text)
    if named is None:
        return ()
    names = split_units(re.sub(r"\s+", "、", named["names"].strip()))
    if not names or not all(is_unit(name) and not _PLACE.search(name) for name in names):
        return ()
    return tuple(
        _mention(title.cut(place, place + len(name))) for name in names if (place := title.text.find(name)) >= 0
    )


def _mention(passage: Passage) -> Mention:
    return Mention(passage.text, passage.span)
