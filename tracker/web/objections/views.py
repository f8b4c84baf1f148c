"""A unit contests a paper, or one line of it: the form. What follows stands on the objection's own page, a task's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.errors import FieldProblem, InvalidInput, NotAllowed, TrackerError
from tracker.domain.objections import OBJECTION
from tracker.domain.papers import NOTICE_TITLES
from tracker.domain.permissions import Action, Place, may
from tracker.domain.values import local_date
from tracker.persistence.queries.notice_page import NoticeHead, get_notice
from tracker.services.contesting import WHOLE
from tracker.services.objections import STATEMENT
from tracker.web.auth import requires
from tracker.web.errors import status_of
from tracker.web.forms import KeptFile, field_id, present_form, read_given
from tracker.web.requests import container, expected_version, viewer
from tracker.web.tasks.uploads import store_posted_files

blueprint = Blueprint("objections", __name__)

Answer = Response | tuple[str, int]
SCOPE = "objection"
#: Errors after which the form comes again with what was typed.
SHOWN_ON_PAGE = frozenset({"invalid_input", "stale_version", "not_allowed"})


@blueprint.get("/notices/<ref>/objection")
@requires(Action.OBJECT)
def ask(ref: str) -> str:
    """Show the form; ?item= picks a line of the paper."""
    head = _head(ref)
    _check_may_object(head)
    return _page(head, {"target": request.args.get("item", "")})


@blueprint.post("/notices/<ref>/objection")
@requires(Action.OBJECT)
def file(ref: str) -> Answer:
    """File the objection; where that is refused, show the form with what was typed."""
    head = _head(ref)
    _check_may_object(head)
    given = read_given(request.form)
    try:
        version = expected_version()
        given, problems = store_posted_files(given, task_id=head.task_id)
        if problems:
            raise InvalidInput(problems)
        filed = container().objections.file(
            viewer(), notice_ref=ref, expected_version=version, given=given, item_id=_target(given)
        )
    except TrackerError as refused:
        if refused.code not in SHOWN_ON_PAGE:
            raise
        listed = refused.problems if isinstance(refused, InvalidInput) else ()
        sentence = "" if listed else refused.sentence
        return _page(_head(ref), given, listed, sentence), status_of(refused)
    flash("申诉已提交。审查期间有关时限和升级暂停，结果会通知您。", "success")
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
        raise NotAllowed("申诉由受文单位的联络员或负责人提出。")


def _page(
    head: NoticeHead, given: Mapping[str, object], problems: Sequence[FieldProblem] = (), sentence: str = ""
) -> str:
    parts = container()
    definition = parts.catalog.newest_workflow(OBJECTION)[1]
    kept = [
        KeptFile(view.ref, view.file_name, view.media_type.startswith("image/"))
        for view in parts.attachments.find_for_task(task_id=head.task_id)
        if view.submission_id is None
    ]
    form = present_form(
        definition.forms[STATEMENT], definition.forms, given=given, problems=problems, files=kept, scope=SCOPE
    )
    return render_template(
        "objections/file.html", head=head, kind=NOTICE_TITLES.get(head.kind, "文书"), form=form, help=definition.help,
        offer=parts.objections.offer(viewer(), head.ref), target=str(given.get("target", "")), whole=WHOLE,
        target_error=next((one.sentence for one in problems if one.field == "target"), ""),
        target_id=field_id("target", SCOPE), sentence=sentence, today=local_date(parts.clock.now()),
    )  # fmt: skip
