"""The whole reading of a text: normalise, break into paragraphs, outline, measures, and what is left over."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tracker.domain.errors import TrackerError
from tracker.plans.classifying import classify
from tracker.plans.dates import find_dated
from tracker.plans.lines import Line, paragraphs, split_lines
from tracker.plans.measures import Collector
from tracker.plans.normalising import normalise
from tracker.plans.ordinals import ordinal_at
from tracker.plans.outline import build_outline
from tracker.plans.parts import Part, split_parts
from tracker.plans.passages import Passage
from tracker.plans.phases import iso
from tracker.plans.quantities import find_reported
from tracker.plans.rows import TableRow, take_tables
from tracker.plans.shapes import Measure, Period, Phase, Reading, Span
from tracker.plans.surroundings import gathered, with_surroundings
from tracker.plans.units import all_units, is_unit
from tracker.plans.years import DATE_LINE, YearContext, year_context

MOST_CHARACTERS = 1_000_000
_SIGNATURE = re.compile(
    r"^[^，。；：]{2,30}(?:政府|委员会|办公室|局|党委|学校|中学|小学|医院|街道办事处|公司|支行|领导小组|中心|村委会|派出所|大队|校|站|所|院|会)$"
)
_TIME_HEADING = re.compile(r"时间")


class PlanUnreadable(TrackerError):
    """A file or text cannot be read as a plan; the sentence says why and what to do."""

    code = "plan_unreadable"


def read_text(original: str) -> Reading:
    """Read a document. Spans are places in `original`.

    Raises PlanUnreadable for a text that is empty or beyond a million characters.
    """
    if len(original) > MOST_CHARACTERS:
        raise PlanUnreadable(
            f"文字太长：{len(original)}字，最多{MOST_CHARACTERS}字。请只导入方案本身，去掉大量附件后再试。"
        )
    text = normalise(original)
    if not text.text.strip():
        raise PlanUnreadable("文件里没有文字。如果是扫描件，请先做文字识别，再导入识别出的文字。")
    parts = split_parts(_paragraphs(split_lines(text)))
    read = [_read_part(part) for part in parts]
    plans = [each for each in read if each.document == "plan"]
    chosen = plans or read
    main = chosen[0]
    reading = Reading(
        document=main.document, reasons=main.reasons, title=main.title, period=main.period,
        phases=tuple(phase for each in chosen for phase in each.phases) if plans else (),
        measures=tuple(measure for each in plans for measure in each.measures),
        unparsed=_unparsed(text, [measure for each in plans for measure in each.measures]),
        questions=_several(parts, plans), reported=main.reported,
    )  # fmt: skip
    return gathered(reading, plans)


def _paragraphs(lines: list[Line]) -> list[Passage | TableRow]:
    result: list[Passage | TableRow] = []
    waiting: list[Line] = []
    for each in take_tables(lines):
        if isinstance(each, TableRow):
            result.extend(paragraphs(waiting))
            waiting = []
            result.append(each)
        else:
            waiting.append(each)
    result.extend(paragraphs(waiting))
    return result


def _read_part(part: Part) -> Reading:
    texts = part.texts()
    years = year_context(part.title, texts, _limits(part))
    body = _without_frame(part)
    outline = build_outline(body)
    collector = Collector(years)
    flat = not outline.children and len(outline.body) > 0
    collector.collect(outline, flat=flat)
    document, reasons = classify(part.title, texts, len(collector.measures))
    plan = document == "plan"
    reading = Reading(
        document=document, reasons=reasons, title=part.title,
        period=_period(texts, collector.phases, years) if plan else None,
        phases=tuple(collector.phases) if plan else (), measures=tuple(collector.measures) if plan else (), unparsed=(),
        reported=tuple(quantity for text in texts for quantity in find_reported(text, 50))[:200] if document == "summary" else (),
    )  # fmt: skip
    return with_surroundings(reading, part, years) if plan else reading


def _limits(part: Part) -> list[str]:
    """Return the cells of the time columns of the document's tables."""
    rows = [each for each in part.paragraphs if isinstance(each, TableRow)]
    return [
        cell.text for row in rows for cell, name in zip(row.cells, row.columns, strict=True) if name == "time" and cell
    ]


def _without_frame(part: Part) -> list[Passage | TableRow]:
    """Leave out the title, those addressed, the signature and the date: they are no paragraphs of the plan."""
    kept: list[Passage | TableRow] = []
    for index, each in enumerate(part.paragraphs):
        if isinstance(each, Passage):
            text = each.squeezed().text
            if index < 8 and text.endswith("：") and not _has_marks(kept) and all_units(text.rstrip("：")):
                continue
            if each is part.heading or text == part.title or DATE_LINE.match(text):
                continue
            if ordinal_at(text) is not None:
                kept.append(each)  # 「一、公安局」 heads its duties and signs nothing.
                continue
            if _SIGNATURE.match(text) and len(text) <= 24 and not re.search(r"负责|开展|加强", text):
                continue
            if is_unit(text) and index + 3 > len(part.paragraphs):
                continue
        kept.append(each)
    return kept


def _has_marks(kept: list[Passage | TableRow]) -> bool:
    return any(isinstance(each, TableRow) or ordinal_at(each.text) is not None for each in kept)


def _period(texts: Sequence[str], phases: Sequence[Phase], years: YearContext) -> Period | None:
    """The plan's own time: a window in the opening or under a 时间 heading, else the first and last day of its phases."""
    for index, text in enumerate(texts[:30]):
        opening = (
            (index < 5 and ordinal_at(text) is None)
            or _TIME_HEADING.search(text[:12])
            or (index and _TIME_HEADING.search(texts[index - 1][-8:]))
        )
        if not opening or "阶段" in text[:30]:
            continue
        for dated in find_dated(text[:600], years, labelled=True):
            if dated.window:
                start = iso(*dated.first) if dated.first else None
                end = iso(dated.deadline.year, dated.deadline.month, dated.deadline.day)
                if start or end:
                    return Period(start, end)
    starts = sorted(phase.start for phase in phases if phase.start)
    ends = sorted(phase.end for phase in phases if phase.end)
    if not starts and not ends:
        return None
    return Period(starts[0] if starts else None, ends[-1] if ends else None)


def _several(parts: list[Part], plans: list[Reading]) -> tuple[str, ...]:
    if len(parts) > 1:
        titles = "、".join(f"《{part.title[:30] or '无标题'}》" for part in parts[:6])
        return (
            f"文件里有{len(parts)}篇文字：{titles}。其中{len(plans)}篇是方案，措施按先后列在一起，请看是否要分开导入。",
        )
    return ()


def _unparsed(text: Passage, measures: Sequence[Measure]) -> tuple[Span, ...]:
    """Return the stretches of the original that no measure came from, line by line, without white space."""
    taken = sorted(measure.span for measure in measures)
    spans: list[Span] = []
    start, index = 0, 0
    for piece in text.text.split("\n"):
        whole = text.cut(start, start + len(piece)).strip()
        start += len(piece) + 1
        if not whole:
            continue
        first, last = whole.span
        while index < len(taken) and taken[index][1] <= first:
            index += 1
        place, at = first, index
        while at < len(taken) and taken[at][0] < last:
            if taken[at][0] > place + 1:
                spans.append((place, taken[at][0]))
            place = max(place, taken[at][1])
            at += 1
        if place + 1 < last:
            spans.append((place, last))
    return tuple(spans)
