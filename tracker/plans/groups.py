"""The leading group, its office and the working groups, by name. Members are never read: they are persons."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tracker.plans.ordinals import ordinal_at
from tracker.plans.passages import Passage
from tracker.plans.shapes import Group, GroupKind

_BODY = r"领导小组|领导组|指挥部|工作专班|专班|联席会议|工作组|督查组|督导组|检查组|委员会"
_SET_UP = re.compile(
    rf"(?:成立|组建|设立|建立)(?:了|由[^。；]{{2,60}}?的|以[^。；]{{2,80}}?的)?(?P<name>[^，。；：（）“”、]{{0,36}}?(?:{_BODY}))(?=[，。；：（、]|$|由)"
)
_MADE_OF = re.compile(rf"为成员的(?P<name>[^，。；：（）“”]{{0,30}}?(?:{_BODY}))")
_SITS = re.compile(
    r"(?P<name>(?:领导小组|指挥部|专班|联席会议|工作组)?(?:下设)?办公室)(?:（[^（）]{0,20}）)?，?(?:（?)?(?:办公室)?设在(?P<seat>[^，。；：（）]{2,20})"
)
_LISTED = re.compile(
    r"(?:下设|分设|设立|设|成立)(?:[一二三四五六七八九十\d]{1,2}个(?:工作)?(?:组|专班)?：?)?(?P<names>[^，。；：（）]{2,10}(?:组|专班)(?:[、和][^，。；：（）、]{2,10}(?:组|专班))+)"
)
_ITEM = re.compile(r"^【?(?P<name>[\u4e00-\u9fff]{2,10}(?:组|专班))(?:】|(?=[：。（，]|$|职责))")
_NO_GROUP = re.compile(
    r"(?:村民小组|居民小组|党小组|班组|机组|词组|年级组|教研组|重组|学习小组|领导小组|成立.{0,8}组|[各每本该]|分组|一组|两组|由|^成立|^组建)"
)
_LONGEST = 600


def groups_of(paragraphs: Sequence[Passage]) -> tuple[Group, ...]:
    """Return each group once, where it is first named, in the order of the text."""
    found: dict[str, Group] = {}
    for paragraph in paragraphs:
        for group in _in_paragraph(paragraph.squeezed()):
            found.setdefault(group.name, group)
    return tuple(sorted(found.values(), key=lambda group: group.span))


def _in_paragraph(whole: Passage) -> Iterator[Group]:
    text = whole.text[:_LONGEST]
    for pattern in (_SET_UP, _MADE_OF):
        for named in pattern.finditer(text):
            before = re.split(r"[。；]", text[: named.start()])[-1]
            if "各" not in before and not re.match(r"各|相应|本[校村]", named["name"]):
                kind: GroupKind = "functional" if re.search(r"(?:工作|督查|督导|检查)组$", named["name"]) else "leading"
                yield _group(kind, whole, named)
    for sits in _SITS.finditer(text):
        place = whole.cut(sits.start("name"), sits.end("name"))
        name = sits["name"].replace("下设", "")
        yield Group("office", name, place.span, sits["seat"].removesuffix("内"))
    for listed in _LISTED.finditer(text):
        for each in re.finditer(r"[^、和]{2,10}?(?:组|专班)(?=[、和]|$)", listed["names"]):
            if not _NO_GROUP.search(each.group()):
                start = listed.start("names") + each.start()
                yield Group("functional", each.group(), whole.cut(start, start + len(each.group())).span)
    yield from _headings(whole, text)


def _headings(whole: Passage, text: str) -> Iterator[Group]:
    """「（一）宣传组。负责…」, 「【材料组】 …」, 「督导组：…」: an item or a frame that is a group's name."""
    mark = ordinal_at(text)
    begun = mark.length if mark else 0
    item = _ITEM.match(text[begun:])
    if item is None or _NO_GROUP.search(item["name"]):
        return
    if mark or text[begun] == "【" or text[begun + item.end() : begun + item.end() + 1] in ("：", "（"):
        yield _group("functional", whole.cut(begun), item)


def _group(kind: GroupKind, whole: Passage, named: re.Match[str]) -> Group:
    return Group(kind, named["name"], whole.cut(named.start("name"), named.end("name")).span)
