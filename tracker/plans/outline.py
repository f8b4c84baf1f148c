"""Paragraphs → a tree of headings, items and their text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tracker.plans.calendar_words import MONTH, SPAN
from tracker.plans.duties import LABEL, read_tag
from tracker.plans.ordinals import Ordinal, ordinal_at
from tracker.plans.passages import EMPTY, Passage
from tracker.plans.rows import TableRow
from tracker.plans.sections import KNOWN_HEADINGS, Role, is_stage, role_of_heading
from tracker.plans.subjects import subject_of
from tracker.plans.units import unit_heading

_ENDS = "。；！？，、"
_FIRST_STOP = re.compile(r"[。！？：；]")
_LONGEST_TITLE = 36
_LONGEST_STAGE = 60
_ATTACHMENT = re.compile(r"^附(?:件|表)?\s*(?:[\d一二三四五六七八九十]{1,2})?\s*[：.、]?[^。；，]{0,40}$")
_FRAMED = re.compile(r"^【(?P<inner>[^】，。；：]{2,16})】")
# 「集中整治（5月—10月）：按照分工…」: a stage on a line without a number.
_DATED_LINE = re.compile(rf"[\u4e00-\u9fff“”]{{2,12}}（{MONTH}[{SPAN}前]{{0,24}}）[：。]")
_LABELLED = re.compile(r"(?:工作|主要|具体)?(?:职责|任务|内容|措施)：.")
_RANK_ITEM = 2.0
_COUNTED_ON = re.compile(r"[。；]\s*(?=[二三四五六七八九十]{1,2}[是要])")
_FRAME = re.compile(r"【[^】，。；：]{2,16}】")
_RANK_UNNUMBERED, _RANK_SHORT, _RANK_ATTACHMENT, _RANK_ROW = 1.0, 1.8, 0.3, 9.0
_RANK_UNIT = 2.5


@dataclass
class Node:
    """A heading or item. `title` is its first words; `lead` the rest of that paragraph; `body` what follows it."""

    ordinal: Ordinal | None
    rank: float
    title: Passage
    lead: Passage
    own: Passage
    printed: Passage = EMPTY
    body: list[Passage] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)
    row: tuple[Passage, ...] = ()
    columns: tuple[str, ...] = ()

    @property
    def role(self) -> Role | None:
        """What the heading announces; a first sentence that tells a unit what to do announces nothing."""
        role = role_of_heading(self.title.text)
        return None if role is not None and len(self.title) > 12 and subject_of(self.title.text) else role

    def walk(self) -> Iterator[Node]:
        """Yield this node and all below it, in the order of the text."""
        yield self
        for child in self.children:
            yield from child.walk()


def root() -> Node:
    """Return the node above all headings."""
    return Node(None, -1.0, EMPTY, EMPTY, EMPTY)


def build_outline(paragraphs: Sequence[Passage | TableRow]) -> Node:
    """Return the tree of a plan's paragraphs. Nesting follows the rank of the marks, not their order of use."""
    top = root()
    stack = [top]
    counted = any(isinstance(each, Passage) and each.text.startswith("第一，") for each in paragraphs)
    for index, paragraph in enumerate(paragraphs):
        if isinstance(paragraph, TableRow):
            row = Node(None, _RANK_ROW, EMPTY, EMPTY, EMPTY, row=paragraph.cells, columns=paragraph.columns)
            stack[-1].children.append(row)
            continue
        next_one = paragraphs[index + 1] if index + 1 < len(paragraphs) else None
        following = next_one.text if isinstance(next_one, Passage) else ""
        node = _node_of(paragraph, following)
        counted_off: list[Passage] = []
        if node is not None and node.rank <= 1 and (counted_off := one_by_one(node.lead)):
            node.lead, node.own = EMPTY, node.title
        elif node is not None and stack[-1].rank <= 1 and (counted_off := one_by_one(paragraph)):
            node = _node_of(counted_off.pop(0), "")
        if (
            node is not None
            and stack[-1].ordinal is not None
            and stack[-1].rank >= _RANK_ITEM
            and _LABELLED.match(paragraph.text)
        ):
            node = None  # 「工作职责：负责…」 under 「（一）协调组」 says what that one has to do.
        if node is not None and node.ordinal is not None and node.ordinal.kind == "ord" and not counted:
            node = None  # 「首先，…第三，…」: words of an order that nothing was numbered by.
        if node is None:
            stack[-1].body.append(paragraph.squeezed())
            continue
        while stack[-1].rank >= node.rank:
            stack.pop()
        stack[-1].children.append(node)
        stack.append(node)
        for part in counted_off:
            below = _node_of(part, "")
            if below is not None:
                while stack[-1].rank >= below.rank:
                    stack.pop()
                stack[-1].children.append(below)
                stack.append(below)
    return top


def one_by_one(paragraph: Passage) -> list[Passage]:
    """Part 「一是…。二是…；三是…」 where it counts its duties off in one paragraph; nothing if it does not."""
    first = ordinal_at(paragraph.text)
    if first is None or first.kind != "is" or first.value != 1:
        return []
    cuts, value = [0], 1
    for stop in _COUNTED_ON.finditer(paragraph.text):
        mark = ordinal_at(paragraph.text, stop.end())
        if mark is not None and mark.kind == "is" and mark.value == value + 1:
            cuts.append(stop.end())
            value += 1
    return [paragraph.cut(a, b) for a, b in zip(cuts, [*cuts[1:], len(paragraph)], strict=True)] if value > 1 else []


def _node_of(paragraph: Passage, following: str) -> Node | None:
    mark = ordinal_at(paragraph.text)
    if mark is None:
        return _unnumbered(paragraph, following)
    own = paragraph.cut(mark.length).strip()
    own = own.cut(len(own) - len(own.text.lstrip("：")))
    if mark.kind == "heading":
        inner = ordinal_at(own.text)
        if inner is not None:
            mark, own = inner, own.cut(inner.length).strip()
        return Node(mark, mark.rank, own.squeezed(), EMPTY, own.squeezed())
    if not own:
        return Node(mark, mark.rank, EMPTY, EMPTY, EMPTY)
    title, lead = split_title(own)
    # 「★派出所」 over numbered duties: a bullet stands above them where it marks whose they are.
    rank = _RANK_UNIT if mark.kind == "bullet" and not lead and unit_heading(title) is not None else mark.rank
    return Node(mark, rank, title, lead, own.squeezed(), paragraph.squeezed())


def _unnumbered(paragraph: Passage, following: str) -> Node | None:
    squeezed = paragraph.squeezed()
    text = squeezed.text.strip("【】 ")
    if _ATTACHMENT.match(text) and not re.match(r"附[件表].{0,30}(?:报送|上报|填报)", text):
        return Node(None, _RANK_ATTACHMENT, squeezed, EMPTY, squeezed)
    framed = _FRAMED.match(squeezed.text)
    if framed and read_tag(framed["inner"]) is None and framed.end() < len(squeezed):
        title = squeezed.cut(framed.start("inner"), framed.end("inner"))
        return Node(None, _RANK_SHORT, title, squeezed.cut(framed.end()).strip(), squeezed)
    if _FRAME.fullmatch(squeezed.text) and read_tag(text) is None:
        return Node(None, _RANK_SHORT, squeezed.strip("【】"), EMPTY, squeezed.strip("【】"))
    colon = text[:60].find("：")
    if colon > 1 and not LABEL.fullmatch(text[:colon]) and unit_heading(squeezed.cut(0, colon)) is not None:
        return Node(None, _RANK_UNIT, squeezed.cut(0, colon), squeezed.cut(colon + 1).strip(), squeezed)
    dated = _DATED_LINE.match(text)
    if dated:
        end = squeezed.text.index("）") + 1
        return Node(None, _RANK_SHORT, squeezed.cut(0, end), squeezed.cut(end + 1).strip(), squeezed)
    known = KNOWN_HEADINGS.match(text)
    if known and len(text) - known.end() <= 4 and text[-1] not in "。；，、":
        return Node(None, _RANK_UNNUMBERED, squeezed.strip("：【】"), EMPTY, squeezed)
    if known and text[known.end() : known.end() + 1] in ("：", "。"):
        title, lead = split_title(squeezed)
        return Node(None, _RANK_UNNUMBERED, title, lead, squeezed)
    if is_stage(text) and len(text) <= 60:
        title, lead = split_title(squeezed)
        return Node(None, _RANK_SHORT, title, lead, squeezed)
    if is_stage(text[:30]):
        title, lead = split_title(squeezed)
        return Node(None, _RANK_SHORT, title, lead, squeezed) if lead else None
    mark = ordinal_at(following)
    if 2 <= len(text) <= 16 and not re.search(r"[，。；：！？、\d]", text):
        role = role_of_heading(text)
        longer = len(following) > len(text) + 12
        if role is not None and (longer or mark is not None):
            return Node(None, _RANK_UNNUMBERED, squeezed, EMPTY, squeezed)
        if longer and mark is not None and mark.rank >= 2:
            return Node(None, _RANK_SHORT, squeezed, EMPTY, squeezed)
    return None


def split_title(own: Passage) -> tuple[Passage, Passage]:
    """Return the heading words and the text behind them; an item without a heading has an empty heading."""
    text = own.text
    if is_stage(text) and len(text) <= _LONGEST_STAGE and not re.search(r"[，。；]", text):
        return own.squeezed(), EMPTY  # 「第一阶段：摸底排查（6月10日—7月10日）」, on a line of its own.
    known = KNOWN_HEADINGS.match(text)
    room = 5 if known and text[known.end() : known.end() + 1] == " " else 12
    if known and len(text) > known.end() + room and text[known.end()] not in "。：，、；和及与（的":
        return own.cut(0, known.end()).squeezed(), own.cut(known.end()).squeezed().strip()
    gap = text.find(" ")
    if (
        2 <= gap <= 24
        and len(text) - gap > 12
        and not re.search(r"[，。；：]", text[:gap])
        and text[gap:].lstrip()[:1] != "（"
    ):
        return own.cut(0, gap), own.cut(gap).squeezed().strip()
    own = own.squeezed()
    stop = _first_stop(own.text)
    if stop is None:
        whole = len(own) <= _LONGEST_TITLE
        return (own, EMPTY) if whole else (EMPTY, own)
    if stop <= _LONGEST_TITLE and own.text[stop] != "；":
        return own.cut(0, stop), own.cut(stop + 1).strip()
    return EMPTY, own


def _first_stop(text: str) -> int | None:
    """Return the place of the first stop outside brackets within the first 100 characters."""
    depth = 0
    for place, character in enumerate(text[:100]):
        if character in "（“《【":
            depth += 1
        elif character in "）”》】":
            depth = max(0, depth - 1)
        elif depth == 0 and _FIRST_STOP.match(character):
            return place
    return None if len(text) <= 100 else 100
