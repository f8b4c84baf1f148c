"""Duty labels on lines of their own: 「牵头单位：…」 under an item, or behind the last of several items."""

from __future__ import annotations

import re

from tracker.plans.duties import Duty, merge, read_tag, take_tags
from tracker.plans.numerals import number
from tracker.plans.outline import Node
from tracker.plans.passages import Passage

_ALL_ABOVE = re.compile(
    r"^(?:(?:以上|上述)(?:各项|所有|前?(?P<many>\d{1,2}|[一二两三四五六七八九十])项)?|第?(?P<first>\d{1,2})(?:—|-|~|至|到)第?(?P<last>\d{1,2})[项条])"
    r"(?:工作|任务|事项|措施|内容|活动)?(?:均|都|全部)?，?"
)
_TAG_ITEM = re.compile(r"[\u4e00-\u9fff]{0,4}(?:单位|部门|科室|时限|期限|完成时间|整改时间)：")
_MOST_ITEMS = 200
_LABEL = re.compile(r"(?:牵头|责任|主责|配合|完成)(?:单位|部门|科室|时限|时间)：")


def with_tag_lines(tag: Duty, body: list[Passage]) -> tuple[Duty, list[Passage]]:
    """Take 「牵头单位：…」 and 「完成时限：…」 lines out of an item's paragraphs."""
    kept: list[Passage] = []
    for paragraph in body:
        read = _tag_line(paragraph)
        if read:
            lead, support = tag.lead or read.lead, tuple(dict.fromkeys((*tag.support, *read.support)))
            if tag.lead and read.lead and tag.lead != read.lead:
                support = tuple(dict.fromkeys((*tag.support, *read.lead, *read.support)))
            tag = Duty(lead, support, tag.time or read.time)
        else:
            kept.append(paragraph)
    return tag, kept


def shared_tag(children: list[Node]) -> Duty | None:
    """A tag on a line of its own behind the last of several items governs them all, if none has one itself."""
    if len(children) < 2 or not children[-1].body:
        return None
    read = Duty()
    for paragraph in children[-1].body:
        read = merge(read, _tag_line(paragraph) or Duty())
    if not (read.lead or read.support):
        return None
    for child in children[:-1]:
        if any(take_tags(part)[1] for part in (child.own, *child.body)):
            return None
    return read if not take_tags(children[-1].own)[1] else None


def without_numbered_tags(children: list[Node]) -> tuple[Duty, list[Node]]:
    """Take out items that are nothing but a label (「2.责任科室：公卫科」) beside one that says what to do."""
    duty, kept = Duty(), []
    for child in children:
        read = (
            _tag_line(child.own) if not child.children and not child.body and _TAG_ITEM.match(child.own.text) else None
        )
        duty = merge(duty, read or Duty())
        if not read:
            kept.append(child)
    return (duty, kept) if kept else (Duty(), children)


def tags_from_below(children: list[Node]) -> dict[int, Duty]:
    """Return what lines like 「以上两项责任单位：…」 and 「1—3项由…牵头」 say of the items above them, by index.

    Such a line stands under the last item that it governs. It reaches up over items that name nobody themselves:
    as many as it says, else all of them up to one that does.
    """
    found: dict[int, Duty] = {}
    for index, child in enumerate(children):
        for paragraph in child.body:
            above = _ALL_ABOVE.match(_inside(paragraph.text.strip(" 。；")))
            read = _tag_line(paragraph) if above else None
            if above is None or not read or not (read.lead or read.support):
                continue
            for higher in range(index - 1, max(-1, index - _reach(above)), -1):
                if higher in found or any(
                    take_tags(part)[1] for part in (children[higher].own, *children[higher].body)
                ):
                    break
                found[higher] = read
    return found


def _reach(above: re.Match[str]) -> int:
    if above["many"]:
        return number(above["many"]) or 1
    return int(above["last"]) - int(above["first"]) + 1 if above["last"] else _MOST_ITEMS


def _inside(text: str) -> str:
    return text[1:-1] if text[:1] in ("（", "【") and text[-1:] in ("）", "】") else text


def _tag_line(paragraph: Passage) -> Duty | None:
    text = paragraph.text.strip(" 。；")
    if len(text) > 300 or len(text) < 4:
        return None
    inner = _inside(text)
    if inner != text:
        above = _ALL_ABOVE.match(inner)
        return _of_all_above(inner[above.end() :]) if above else read_tag(inner)
    above = _ALL_ABOVE.match(text)
    if above:
        return _of_all_above(text[above.end() :])
    labelled = re.match(r"^[\u4e00-\u9fff]{2,8}：", text)
    return read_tag(text) if labelled else None


def _of_all_above(told: str) -> Duty | None:
    """「以上工作于2月底前完成，责任单位：A、B」, 「以上任务由A牵头，B配合」: who has to do all of it, and by when."""
    label = _LABEL.search(told)
    if label is None:
        return read_tag(told)
    read = read_tag(told[label.start() :])
    before = told[: label.start()].strip("，。； 于在")
    return merge(read, Duty(time=before or None)) if read else None
