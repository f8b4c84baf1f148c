"""Duty labels on lines of their own: 「牵头单位：…」 under an item, or behind the last of several items."""

from __future__ import annotations

import re

from tracker.plans.duties import Duty, merge, read_tag, take_tags
from tracker.plans.outline import Node
from tracker.plans.passages import Passage


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


def _tag_line(paragraph: Passage) -> Duty | None:
    text = paragraph.text.strip(" 。；")
    if len(text) > 300 or len(text) < 4:
        return None
    if text[0] in "（【" and text[-1] in "）】":
        return read_tag(text[1:-1])
    labelled = re.match(r"^[\u4e00-\u9fff]{2,8}：", text)
    return read_tag(text) if labelled else None
