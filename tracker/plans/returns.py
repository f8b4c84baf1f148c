"""What has to be sent in (报送): its name, the attachment it is made on, its day."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tracker.plans.deadlines import due_in
from tracker.plans.passages import EMPTY, Passage
from tracker.plans.sentences import clauses, told_sentences
from tracker.plans.shapes import Return
from tracker.plans.units import is_unit
from tracker.plans.wording import acts, is_return
from tracker.plans.years import YearContext

_PAPER = r"总结|小结|报告|月报|周报|日报|表|台账|名单|清单|信息|材料|情况|进展|进度|方案|计划|回执|承诺书|责任书|简报|数据|资料|照片|图片|案例|做法|名册|档案|联络员"
# 通报, 举报, 情报, 月报 … hand nothing in.
_REPORT = r"(?<![通情预举海申板警简月周日])报(?!告|名|表|警|道|送)"
_VERB = rf"(?:报送|上报|呈报|提交|反馈|{_REPORT}|交(?!通)|送)"
_HANDED = re.compile(
    rf"将(?P<what>[^，。；]{{2,80}}?)(?:[于在][^，。；报]{{0,14}})?(?:统一|书面|及时|一并|汇总)?{_VERB}"
)
_SENT = re.compile(
    rf"^.*(?:报送|上报|填报|呈报|提交|反馈|报告|{_REPORT})(?:一次|[一二两\d]次)?(?:至|给|到)?(?P<what>[^，。；]{{2,60}})$"
)
_SENDS = re.compile(r"[报交送]|反馈")
_PAPERS = re.compile(rf"《|附件\d|{_PAPER}")
_NAMED = re.compile(
    rf"《[^》]{{2,40}}》|[\u4e00-\u9fff“”A-Za-z0-9]{{0,24}}(?:{_PAPER})(?![\u4e00-\u9fff]{{0,2}}(?:中|后|时))"
)
_ATTACHED = re.compile(r"附件\s*(?P<number>[\d一二三四五六七八九十]{0,2})")
_NOISE = re.compile(r"^(?:本(?:单位|村|校|辖区|部门)的?|有关|相关|当月|上月|本月|书面|一次|的|其|次|第?[一二两\d]次)")
_MADE = re.compile(rf"(?:建立|形成|制定|完成|填写|填报|明确|确定|汇总|梳理)[^，。；]{{0,24}}(?:{_PAPER})$")
_LONGEST = 300


def returns_of(paragraphs: Sequence[Passage], years: YearContext) -> tuple[Return, ...]:
    """Return what the plan wants sent in, in order; the same paper twice only if it has two days."""
    found: dict[tuple[str, object], Return] = {}
    for paragraph in paragraphs:
        for sentence in told_sentences(paragraph):
            before: Passage = EMPTY
            for clause in clauses(sentence):
                if len(clause) <= _LONGEST and _SENDS.search(clause.text):
                    for each in _of_clause(clause, before, years):
                        found.setdefault((each.name, each.deadline), each)
                before = clause
    return tuple(found.values())


def _of_clause(clause: Passage, before: Passage, years: YearContext) -> Iterator[Return]:
    bare = clause.strip(" ，。；")
    deadline = due_in(bare.text, years).deadline
    time_before = before.text.rsplit("：", 1)[-1]
    if deadline is None and not acts(time_before):
        deadline = due_in(time_before, years).deadline  # 「5月15日前，县医院将报告报县医保局」
    found = _HANDED.search(bare.text) or _SENT.search(re.sub(r"[（][^（）]*[）]$", "", bare.text))
    if found is None or not _PAPERS.search(found["what"]):
        made = _MADE.search(before.text.strip(" ，。；")) if is_return(bare.text) else None
        name = _name(re.sub(r"^.{2}", "", made.group())) if made else ""
        if name:  # 「建立清单，6月底前报镇安委办」: what is sent in was made in the clause before.
            at = before.text.rindex(name)
            yield Return(name, bare.text, before.cut(at, at + len(name)).span, None, deadline)
        return
    start = found.start("what")
    pieces = list(re.finditer(r"[^、和及与（）]+(?:（[^（）]*）)?", found["what"]))
    for piece in pieces:
        named = _name(piece.group())
        if named:
            at = start + piece.start() + piece.group().index(named)
            made_on = _ATTACHED.search(piece.group()) or (_ATTACHED.search(bare.text) if len(pieces) == 1 else None)
            number = made_on["number"] or None if made_on else None
            yield Return(named, bare.text, bare.cut(at, at + len(named)).span, number, deadline)


def _name(written: str) -> str:
    """Return the name of a paper as printed, without what leads up to it; "" for what is no paper."""
    named = _NAMED.search(written)
    if named is None:
        return "附件" + number.group(1) if (number := re.match(r"附件(\d{1,2})", written)) else ""
    name = _NOISE.sub("", named.group())
    return "" if len(name) < 2 or is_unit(name) else name
