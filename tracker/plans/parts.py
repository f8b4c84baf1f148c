"""A file → its documents: several plans may stand in one file, and each has its own title."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tracker.plans.ordinals import ordinal_at
from tracker.plans.passages import EMPTY, Passage
from tracker.plans.rows import TableRow
from tracker.plans.sections import KNOWN_HEADINGS
from tracker.plans.units import is_unit

_KINDS = r"方案|计划|安排意见|实施意见|意见|要点|通知|总结|小结|汇报|报告|简报|教案|设计|倡议书|一封信|公开信|告知书|承诺书|责任书|预案|细则|办法|讲话|发言稿|讲话稿|致辞|纪要|班会|活动记录|演讲稿|宣传稿|措施|清单|台账|稿"
_TITLE = re.compile(
    rf"(?:{_KINDS})(?:[（（][^（）]{{1,12}}[）)]|[\d一二三四五六七八九十]{{1,3}}|篇[\d一二三四五六七八九十]{{1,3}}|范文|（?试行）?|[:：]?)?$"
)
_SHORT_TITLES = ("倡议书", "公开信", "承诺书", "责任书")
_STOPS = re.compile(r"[。；！？]|，.*，")
_GLUED = re.compile(
    r"^(?P<title>[^，。；：]{6,50}?(?:方案|计划|总结|报告|教案|倡议书|意见)(?:（[^（）]{1,12}）)?)\s*(?=(?:为|为了|根据|按照|近年来|今年以来|尊敬的|一、|各[村镇乡县单科]|随着|\d{4}年))"
)
_NAMED = re.compile(rf"《(?P<title>[^》]{{4,60}}(?:{_KINDS})(?:（[^（）]{{1,8}}）)?)》")
_BY = re.compile(
    r"^(?:（?[^，。；]{2,24}(?:政府|委员会|办公室|局|党委|学校|中学|小学|医院|街道|公司|支行|领导小组)）?|[（(]?\d{4}年\d{1,2}月\d{1,2}日[）)]?)$"
)


@dataclass
class Part:
    """One document of a file: its title, where that stands, its paragraphs and table rows."""

    title: str
    paragraphs: list[Passage | TableRow] = field(default_factory=list)
    heading: Passage = EMPTY
    length: int = 0
    numbered: bool = False
    begun: bool = False

    def add(self, paragraph: Passage) -> None:
        """Take one more paragraph, and note what tells whether the document has begun."""
        self.paragraphs.append(paragraph)
        self.length += len(paragraph)
        self.numbered = self.numbered or ordinal_at(paragraph.text) is not None
        self.begun = self.begun or (len(paragraph) > 20 and paragraph.text[-1] in "。：；")

    def texts(self) -> list[str]:
        """Return the words of each paragraph, without the table rows."""
        return [each.squeezed().text for each in self.paragraphs if isinstance(each, Passage)]


def split_parts(paragraphs: list[Passage | TableRow]) -> list[Part]:
    """Return the documents of a file, in order; always at least one."""
    parts = [Part("")]
    for paragraph in paragraphs:
        if isinstance(paragraph, TableRow):
            parts[-1].paragraphs.append(paragraph)
            continue
        title = _title_of(paragraph)
        if title and _is_cover(parts[-1]):
            parts[-1].title, parts[-1].heading = title, paragraph
        elif title and _has_body(parts[-1]) and not _is_heading(title):
            parts.append(Part(title, heading=paragraph))
        elif title and not parts[-1].title:
            parts[-1].title, parts[-1].heading = _first_half(parts[-1]) + title, paragraph
        parts[-1].add(paragraph)
    for part in parts:
        _unglue(part)
        if not part.title:
            part.title = _fallback(part)
    return [part for part in parts if part.paragraphs] or parts[:1]


def _title_of(paragraph: Passage) -> str:
    text = paragraph.squeezed().text.strip("#* ")
    if (
        not (4 if text not in _SHORT_TITLES else 3) <= len(text) <= 60
        or _STOPS.search(text)
        or ordinal_at(text) is not None
        or text.startswith("附")
    ):
        return ""
    if (
        not _TITLE.search(text)
        or re.search(r"：.", text)
        or re.match(r"(?:制定|印发|下发|编制|起草|上报|报送|根据|按照)", text)
    ):
        return ""
    return re.sub(r"\s*篇[\d一二三四五六七八九十]{1,3}$", "", text.strip("：:"))


def _first_half(part: Part) -> str:
    """Return the line above a title that goes on in it (「…关于治理电信网络诈骗」 over 「违法犯罪的实施方案」), or nothing."""
    above = part.paragraphs[-1] if part.paragraphs else None
    text = above.squeezed().text if isinstance(above, Passage) and not part.begun else ""
    goes_on = 6 <= len(text) <= 40 and not re.search(r"[，。；：！？〕]|文件$|^附", text)
    return text if goes_on and ordinal_at(text) is None and not _BY.match(text) and not is_unit(text) else ""


def _is_cover(part: Part) -> bool:
    """Whether what came so far is only the notice that sends the plan out: its number and date belong to the plan."""
    return part.title.endswith("通知") and part.length < 600 and not part.numbered


def _is_heading(title: str) -> bool:
    """Whether a line is a heading of the plan (「工作措施」, 「任务清单」) and no title of another document."""
    return len(title) < 8 or KNOWN_HEADINGS.match(title) is not None


def _has_body(part: Part) -> bool:
    """Whether a document has begun: a second title right behind the first is only its second line."""
    return part.begun and (bool(part.title) or part.numbered or part.length > 200)


def _unglue(part: Part) -> None:
    """「××镇……实施方案 为深入……」: the title and the first sentence on one line."""
    first = part.paragraphs[0] if part.paragraphs else None
    if part.title or not isinstance(first, Passage):
        return
    squeezed = first.squeezed()
    glued = _GLUED.match(squeezed.text)
    if glued:
        part.title = glued["title"]
        part.heading = squeezed.cut(0, glued.end("title"))
        part.paragraphs[0:1] = [squeezed.cut(0, glued.end("title")), squeezed.cut(glued.end())]


def _fallback(part: Part) -> str:
    texts = part.texts()
    for text in texts[:6]:
        named = _NAMED.search(text)
        if named and re.search(r"印发|制定|现将|下发|转发", text):
            return named["title"]
    for text in texts[:3]:
        if 4 <= len(text) <= 50 and not _STOPS.search(text) and ordinal_at(text) is None and not text.endswith("："):
            return text
    return ""
