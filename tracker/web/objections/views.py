"""A unit contests a paper, or one line of it: the form. What follows stands on the objection's own page, a task's."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.errors import FieldProblem, InvalidInput, NotAllowed
from tracker.domain.papers import NOTICE_TITLES
from tracker.domain.permissions import Action, Place, may
from tracker.domain.values import local_date
from tracker.persistence.queries.notice_page import NoticeHead, get_notice
from tracker.services.contesting import WHOLE
from tracker.services.objections import NOT_YOURS
from tracker.web.auth import requires
from tracker.web.forms import read_given
from tracker.web.requests import container, expected_version, viewer
from tracker.web.tasks.presenters import Attempt
from tracker.web.tasks.statements import CONTEST, FILED, Refused, file_statement, present_statement

blueprint = Blueprint("objections", __name__)

Answer = Response | tuple[str, int]


@blueprint.get("/notices/<ref>/objection")
@requires(Action.OBJECT)
def ask(ref: str) -> str:
    """Show the form; ?item= picks a line of the paper."""
    head = _head(ref)
    _check_may_object(head)
    return _page(head, Attempt(CONTEST, {"target": request.args.get("item", "")}))


@blueprint.post("/notices/<ref>/objection")
@requires(Action.OBJECT)
def file(ref: str) -> Answer:
    """File the objection; where that is refused, show the form with what was typed."""
    head = _head(ref)
    _check_may_object(head)
    filed = file_statement(
        read_given(request.form), notice_ref=ref, paper_task_id=head.task_id,
        picked=lambda given: (expected_version(), _target(given)),
    )  # fmt: skip
    if isinstance(filed, Refused):
        return _page(_head(ref), filed.attempt), filed.status
    flash(FILED, "success")
    return redirect(url_for("tasks.show", ref=filed.ref))


def _target(given: Mapping[str, object]) -> int | None:
    """Return the line that is contested, None for the whole paper; raises InvalidInput when neither was picked."""
    typed = str(given.get("target", ""))
    if typed == WHOLE:
        return None
    if not typed.isascii() or not typed.isdigit() or len(typed) > 15:
        raise InvalidInput([FieldProblem("target", "请选择要申诉的是整份文书还是其中一项。")])
    return int(typed)


def _head(ref: str) -> NoticeHead:
    parts = container()
    with parts.reading() as session:
        found = get_notice(session, viewer(), ref, now=parts.clock.now(), calendar=parts.calendars.newest())
    return found.head


def _check_may_object(head: NoticeHead) -> None:
    if not may(viewer(), Action.OBJECT, Place(head.office_unit_id, head.campaign_id, head.unit_id)):
        raise NotAllowed(NOT_YOURS)


def _page(head: NoticeHead, attempt: Attempt) -> str:
    parts = container()
    return render_template(
        "objections/file.html", head=head, kind=NOTICE_TITLES.get(head.kind, "文书"),
        statement=present_statement(attempt, paper_task_id=head.task_id), sentence=attempt.sentence,
        offer=parts.objections.offer(viewer(), head.ref), target=attempt.typed("target"), whole=WHOLE,
        today=local_date(parts.clock.now()),
    )  # fmt: skip
