"""Contesting, on a task's own page, the lines about it in papers that were served: which, by when, and the form."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tracker.domain.errors import FieldProblem, InvalidInput
from tracker.domain.permissions import Action, Place, Viewer, may
from tracker.persistence.queries.task_page import PaperLine, TaskFinding
from tracker.web.requests import container
from tracker.web.tasks.presenters import Attempt
from tracker.web.tasks.statements import CONTEST, Statement, present_statement


@dataclass(frozen=True)
class Line:
    """One line that may be contested until a day. `pick` names paper, line and the paper's version as the page has it."""

    pick: str
    text: str
    paper: str
    paper_ref: str
    until: date | None


@dataclass(frozen=True)
class Contesting:
    """The form, and what it may be about; no lines = none any more, and the form only keeps what was typed."""

    lines: tuple[Line, ...]
    target: str
    statement: Statement


def present_contesting(
    who: Viewer, place: Place, findings: Iterable[TaskFinding], attempt: Attempt
) -> Contesting | None:
    """Return the form for the lines that the viewer may contest now; None where there are none and nothing was typed."""
    if not may(who, Action.OBJECT, place):
        return None
    tried = attempt.of(CONTEST)
    served = [(one.line, one.status) for one in findings if one.line is not None and one.line.issued_at is not None]
    lines = _lines(who, [line for line, status in served if status == "issued"])
    if not lines and not tried.given:
        return None
    typed = tried.typed("target") or (lines[0].pick if len(lines) == 1 else "")
    # The paper may have moved on since the page was made; the line stays picked.
    target = next((one.pick for one in lines if _place_of(one.pick) == _place_of(typed)), "")
    tried_at = next((line for line, _ in served if _name(line) == _place_of(tried.typed("target"))), None)
    statement = present_statement(tried, paper_task_id=tried_at.notice_task_id if tried_at else None)
    return Contesting(lines, target, statement)


def picked_line(typed: object, findings: Iterable[TaskFinding]) -> tuple[PaperLine, int]:
    """Return the line that a form names and the paper's version it was read in; raises InvalidInput at `target`."""
    place, _, version = str(typed).rpartition(":")
    line = next((one.line for one in findings if one.line is not None and _name(one.line) == place), None)
    if line is None or not (version.isascii() and version.isdigit() and len(version) <= 15):
        raise InvalidInput([FieldProblem("target", "请选择对哪一项有异议。")])
    return line, int(version)


def _lines(who: Viewer, served: Iterable[PaperLine]) -> tuple[Line, ...]:
    of_papers: dict[str, dict[int, PaperLine]] = {}
    for one in served:
        of_papers.setdefault(one.notice_ref, {})[one.item_id] = one
    offers = {ref: container().objections.offer(who, ref) for ref in of_papers}
    return tuple(
        Line(
            f"{_name(line)}:{line.notice_version}", text, line.printed_number or line.notice_ref, line.notice_ref,
            offers[ref].until,
        )
        for ref, lines in of_papers.items() for item, text in offers[ref].targets
        if item is not None and (line := lines.get(item)) is not None
    )  # fmt: skip


def _name(line: PaperLine) -> str:
    return f"{line.notice_ref}:{line.item_id}"


def _place_of(pick: str) -> str:
    return pick.rpartition(":")[0]
