"""The forms and lists behind a plan: 「附件：1.…2.…」, and 「附件2」 over the form itself."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tracker.plans.passages import Passage
from tracker.plans.shapes import Attachment

_N = r"[\d一二三四五六七八九十]{1,2}"
_BEGINS = re.compile(rf"^附(?:件|表)\s*(?P<number>{_N})?\s*[：.、]?\s*(?P<rest>.*)$", re.DOTALL)
_LISTED = re.compile(rf"^(?P<number>{_N})[.、．]\s*(?P<title>[^，。；：\n]{{2,50}}?)[。；]?$")
_SEVERAL = re.compile(r"(?:^|(?<=\s)|(?<=[\u4e00-\u9fff）》]))(?P<number>\d{1,2})[.、．]\s*(?=[\u4e00-\u9fff《“])")
_LONGEST = 400


def attachments_of(paragraphs: Sequence[Passage]) -> tuple[Attachment, ...]:
    """Return each attachment once, by its number, in the order of the text."""
    found: dict[str, Attachment] = {}
    listing = False
    for index, paragraph in enumerate(paragraphs):
        text = paragraph.text
        begins = _BEGINS.match(text) if len(text) <= _LONGEST else None
        if begins:
            rest = paragraph.cut(begins.start("rest")).strip()
            following = paragraphs[index + 1].strip() if index + 1 < len(paragraphs) else None
            listing = not begins["number"]
            for attachment in _announced(begins["number"] or "", rest, following):
                found.setdefault(attachment.number or attachment.title, attachment)
            continue
        item = _LISTED.match(text) if listing else None
        if item is None:
            listing = False
            continue
        title = paragraph.cut(item.start("title"), item.end("title")).squeezed()
        found.setdefault(item["number"], Attachment(item["number"], title.text, title.span))
    return tuple(found.values())


def _announced(number: str, rest: Passage, following: Passage | None) -> list[Attachment]:
    """What stands on the line of 附件 itself, or as a title on the line below 「附件2」."""
    if number or not rest:
        title = rest or following
        good = title is not None and 2 <= len(title) <= 50 and not re.search(r"[。；，：]", title.text)
        return [_attachment(number, title)] if number and title and good else []
    starts = list(_SEVERAL.finditer(rest.text))
    if not starts:
        return [_attachment("", rest)] if 2 <= len(rest) <= 60 and not re.search(r"[。；，]", rest.text) else []
    ends = [*(each.start() for each in starts[1:]), len(rest)]
    pieces = [
        (each["number"], rest.cut(each.end(), end).strip(" 。；、")) for each, end in zip(starts, ends, strict=True)
    ]
    return [_attachment(each, title) for each, title in pieces if 2 <= len(title) <= 60]


def _attachment(number: str, title: Passage) -> Attachment:
    named = title.strip(" 。；").squeezed()
    return Attachment(number, named.text, named.span)
