"""Drafts of a task's forms: kept as one types, offered again, thrown away. The page's script and its buttons ask alike."""

from __future__ import annotations

from flask import Blueprint, flash, jsonify, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.errors import InvalidInput, TrackerError
from tracker.domain.permissions import Action
from tracker.services.form_drafts import DraftChanged
from tracker.web.auth import requires
from tracker.web.errors import status_of
from tracker.web.forms import EDITION
from tracker.web.lost_forms import show_resume, typed_fields
from tracker.web.requests import container, viewer
from tracker.web.showing import show_time
from tracker.web.tasks.page import read_page, show_task
from tracker.web.tasks.presenters import Attempt
from tracker.web.tasks.uploads import read_with_files

blueprint = Blueprint("drafts", __name__)

LONGEST_EDITION, LONGEST_VERSION = 32, 9


@blueprint.post("/tasks/<ref>/drafts/<act>")
@requires(Action.SEE_TASK)
def keep(ref: str, act: str) -> Response:
    """Keep what stands in a form; answers JSON to the page's script, the page itself to its button."""
    head = read_page(ref).head
    given, refused = read_with_files(ref, head.id)
    by_script = request.accept_mimetypes.best == "application/json"
    try:
        kept = container().form_drafts.keep(
            viewer(), task_ref=ref, act=act, given=given, expected=_edition(), page_version=_page_version(),
        )  # fmt: skip
    except TrackerError as problem:
        sentence = say_refused(problem)
        if by_script:
            edition = problem.edition if isinstance(problem, DraftChanged) else ""
            return make_response(jsonify(sentence=sentence, edition=edition), status_of(problem))
        if head.notice_ref is not None:
            return _show_typed(problem, sentence)
        return show_task(ref, Attempt(act, given, refused, sentence), status=status_of(problem))
    saved = show_time(kept.saved_at, container().clock.now())
    moved = f"这项任务刚才已有人办理，现在是“{kept.moved_to}”。" if kept.moved_to else ""
    if by_script:
        return jsonify(edition=kept.edition, saved=saved, sentence=moved)
    if refused and head.notice_ref is None:
        return show_task(ref, Attempt(act, given, refused), status=422)
    flash(f"{moved}已暂存（{saved}），还没有报送。下次打开会接着填。", "warning" if moved else "success")
    return redirect(url_for("tasks.show", ref=ref, _anchor=f"act-{act}"))


@blueprint.post("/tasks/<ref>/drafts/<act>/discard")
@requires(Action.SEE_TASK)
def discard(ref: str, act: str) -> Response:
    """Throw one's draft away and show the form as it was before."""
    container().form_drafts.discard(viewer(), task_ref=ref, act=act)
    flash("草稿已删除。", "success")
    return redirect(url_for("tasks.show", ref=ref, _anchor=f"act-{act}"))


def _edition() -> str:
    """Return the edition that the page was made from; what cannot be one counts as another one's."""
    typed = request.form.get(EDITION, "")
    return typed if len(typed) <= LONGEST_EDITION and typed.isascii() and (not typed or typed.isalnum()) else "?"


def _page_version() -> int:
    """Return the task's version that the page was made from; anything unreadable counts as an old one."""
    typed = request.args.get("version", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= LONGEST_VERSION else 0


def _show_typed(problem: TrackerError, sentence: str) -> Response:
    """Show what was typed on a paper's page, with a button that keeps it; knowingly in place of another edition."""
    edition = problem.edition if isinstance(problem, DraftChanged) else ""
    fields = [(name, value) for name, value in typed_fields() if name != EDITION] + [(EDITION, edition)]
    return show_resume(request.path, fields, status=status_of(problem), sentence=sentence, button="暂存")


def say_refused(problem: TrackerError) -> str:
    """Return why a draft was not kept."""
    if isinstance(problem, DraftChanged):
        when = show_time(problem.saved_at, container().clock.now())
        return f"这份草稿在另一个页面上改过（{when}），没有覆盖它；这里填写的也都还在。以这里的为准，请再按一次“暂存”。"
    if isinstance(problem, InvalidInput) and problem.problems:
        return problem.problems[0].sentence
    return problem.sentence
