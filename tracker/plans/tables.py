"""Rows of a task table → measures."""

from __future__ import annotations

import re

from tracker.plans.deadlines import due_in, labelled_due
from tracker.plans.duties import take_tags
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
    head, duty, helps = (_units(cells.get(name, [])) for name in ("head", "duty", "help"))
    lead = head or duty
    support = tuple(unit for unit in dict.fromkeys((*(duty if head else ()), *helps)) if unit not in lead)
    time = "；".join(cell.text for cell in cells.get("time", []))
    measures = []
    for part in _parts(tasks[-1]):
        text, tag = take_tags(part)
        text = text.strip(" 。；，")
        if len(text) < 2:
            continue
        due = labelled_due(time, years) if time else due_in(text.text, years)
        measures.append(Measure(
            ordinal=number, path=above, text=text.text, span=text.span, kind=kind_of("", text.text, above),
            lead_units=tag.lead or lead, support_units=tag.support or support,
            deadline=due.deadline, quantity=find_quantity(text.text), questions=due.questions,
        ))  # fmt: skip
    return measures


def _units(cells: list[Passage]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(unit for cell in cells for unit in split_units(cell.text)))


def _parts(cell: Passage) -> list[Passage]:
    """A cell may hold several numbered duties: 「1.…；2.…」."""
    starts = [found.start() for found in re.finditer(r"(?:^|(?<=[。；]))\d{1,2}[.、](?!\d)", cell.text)]
    if len(starts) < 2:
        mark = ordinal_at(cell.text)
        return [cell.cut(mark.length).strip()] if mark else [cell]
    ends = [*starts[1:], len(cell)]
    parts = [cell.cut(a, b) for a, b in zip(starts, ends, strict=True)]
    return [part.cut(mark.length).strip() if (mark := ordinal_at(part.text)) else part for part in parts]
