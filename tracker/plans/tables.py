"""Rows of a task table → measures."""

from __future__ import annotations

import re
from dataclasses import replace

from tracker.plans.deadlines import Due, due_in, labelled_due
from tracker.plans.duties import Duty, by_marks, merge, read_tag, take_tags
from tracker.plans.kinds import kind_of
from tracker.plans.ordinals import ordinal_at
from tracker.plans.outline import Node
from tracker.plans.passages import Passage
from tracker.plans.quantities import find_quantity
from tracker.plans.shapes import Measure
from tracker.plans.units import split_units
from tracker.plans.years import YearContext


def row_measures(node: Node, path: tuple[str, ...], years: YearContext) -> list[Measure]:
    """Return the measures of one row: the last task column holds the duty, those before it its headings."""
    cells: dict[str, list[Passage]] = {}
    for cell, column in zip(node.row, node.columns, strict=True):
        if cell:
            cells.setdefault(column, []).append(cell)
    tasks = cells.get("task", [])
    if not tasks:
        return []
    above = tuple(dict.fromkeys((*path, *(cell.text for cell in tasks[:-1]))))
    number = cells["number"][0].text if cells.get("number") else ""
    head, helps = (_units(cells.get(name, [])) for name in ("head", "help"))
    spoken = _spoken(cells.get("duty", []))
    lead = head or spoken.lead
    others = (*(spoken.lead if head else ()), *spoken.support, *helps)
    support = tuple(unit for unit in dict.fromkeys(others) if unit not in lead)
    time = "；".join(cell.text for cell in cells.get("time", [])) or (spoken.time or "")
    measures = []
    for part in _parts(tasks[-1]):
        text, tag = take_tags(part)
        text = text.strip(" 。；，")
        if len(text) < 2:
            continue
        due = _due(time, text.text, years)
        measures.append(Measure(
            ordinal=number, path=above, text=text.text, span=text.span, kind=kind_of("", text.text, above),
            lead_units=tag.lead or lead, support_units=tag.support or support,
            deadline=due.deadline, quantity=find_quantity(text.text), questions=due.questions,
        ))  # fmt: skip
    return measures


def _due(time: str, text: str, years: YearContext) -> Due:
    """The time column's, but 「每周」 there and 「每周2次」 in the words are one: the words say how often."""
    own = due_in(text, years)
    if not time:
        return own
    due = labelled_due(time, years)
    if due.deadline and due.deadline.type == "continuous" and time.strip("。") == "全年" and own.deadline:
        return own  # The whole year is no time; how often in it stands in the words.
    if due.deadline is None and own.deadline is not None:
        return Due(own.deadline, (*due.questions, *own.questions))  # 「防火期内」 says less than 「每月一次」.
    if due.deadline and own.deadline and due.deadline.every and due.deadline.every == own.deadline.every:
        exact = due.deadline if (own.deadline.count or 1) == 1 else own.deadline
        return Due(replace(exact, by_day=due.deadline.by_day or own.deadline.by_day), due.questions)
    return due


def _units(cells: list[Passage]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(unit for cell in cells for unit in split_units(cell.text)))


def _spoken(cells: list[Passage]) -> Duty:
    """A cell may say in words who leads and who helps: 「牵头：A 配合：B」, 「A牵头，B配合」."""
    duty = Duty()
    for cell in cells:
        duty = merge(duty, read_tag(cell.text) or by_marks(split_units(cell.text)))
    return duty


def _parts(cell: Passage) -> list[Passage]:
    """A cell may hold several numbered duties: 「1.…；2.…」."""
    starts = [found.start() for found in re.finditer(r"(?:^|(?<=[。；]))\d{1,2}[.、](?!\d)", cell.text)]
    if len(starts) < 2:
        mark = ordinal_at(cell.text)
        return [cell.cut(mark.length).strip()] if mark else [cell]
    ends = [*starts[1:], len(cell)]
    parts = [cell.cut(a, b) for a, b in zip(starts, ends, strict=True)]
    return [part.cut(mark.length).strip() if (mark := ordinal_at(part.text)) else part for part in parts]
