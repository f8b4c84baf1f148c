"""Contesting, on a task's own page, the lines about it in papers that were served: which, by when, and the form."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tracker.domain.errors import FieldProblem, InvalidInput
from tracker.domain.objections import OBJECTION
from tracker.domain.permissions import Action, Place, Viewer, may
from tracker.persistence.queries.task_page import TaskFinding
from tracker.services.objections import STATEMENT
from tracker.web.forms import FormView, KeptFile, field_id, present_form
from tracker.web.requests import container
from tracker.web.tasks.presenters import Attempt

CONTEST = "objection"


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
    form: FormView
    help: str
    target: str
    target_id: str
    target_error: str


def present_contesting(
    who: Viewer, place: Place, findings: Iterable[TaskFinding], attempt: Attempt
) -> Contesting | None:
    """Return the form for the lines that the viewer may contest now; None where there are none and nothing was typed."""
    if not may(who, Action.OBJECT, place):
        return None
    tried = attempt.of(CONTEST)
    served = [one for one in findings if one.issued_at is not None and one.item_id is not None]
    lines = tuple(line for one in served for line in _line(who, one))
    if not lines and not tried.given:
        return None
    parts = container()
    definition = parts.catalog.newest_workflow(OBJECTION)[1]
    form = present_form(
        definition.forms[STATEMENT], definition.forms, given=tried.given, problems=tried.problems,
        files=_kept_files(served, tried), scope=CONTEST,
    )  # fmt: skip
    typed = tried.typed("target") or (lines[0].pick if len(lines) == 1 else "")
    # The paper may have moved on since the page was made; the line stays picked.
    target = next((one.pick for one in lines if _place_of(one.pick) == _place_of(typed)), "")
    return Contesting(lines, form, definition.help, target, field_id("target", CONTEST), tried.error("target"))


def picked_line(typed: object, findings: Iterable[TaskFinding]) -> tuple[TaskFinding, int]:
    """Return the line that a form names and the paper's version it was read in; raises InvalidInput at `target`."""
    place, _, version = str(typed).rpartition(":")
    line = next((one for one in findings if one.item_id is not None and _name(one) == place), None)
    if line is None or not (version.isascii() and version.isdigit() and len(version) <= 15):
        raise InvalidInput([FieldProblem("target", "请选择对哪一项有异议。")])
    return line, int(version)


def _line(who: Viewer, one: TaskFinding) -> list[Line]:
    if one.status != "issued" or one.notice_ref is None:
        return []
    offer = container().objections.offer(who, one.notice_ref)
    paper = one.printed_number or one.notice_ref
    pick = f"{_name(one)}:{one.notice_version}"
    return [Line(pick, text, paper, one.notice_ref, offer.until) for item, text in offer.targets if item == one.item_id]


def _name(one: TaskFinding) -> str:
    return f"{one.notice_ref}:{one.item_id}"


def _place_of(pick: str) -> str:
    return pick.rpartition(":")[0]


def _kept_files(served: Iterable[TaskFinding], tried: Attempt) -> list[KeptFile]:
    """Return the files that came with a form that was refused."""
    paper = next((one for one in served if _name(one) == _place_of(tried.typed("target"))), None)
    if paper is None or paper.notice_task_id is None:
        return []
    found = container().attachments.find_for_task(task_id=paper.notice_task_id)
    return [
        KeptFile(one.ref, one.file_name, one.media_type.startswith("image/"))
        for one in found
        if one.submission_id is None
    ]
