"""A task's page and everything that is done on it. Each answers with the page itself, or leads back to it."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.errors import FieldProblem, InvalidInput, NotAllowed, NotFound, StaleVersion, TransitionNotAllowed
from tracker.domain.objections import OBJECTION
from tracker.domain.permissions import Action, may
from tracker.services.handing import Wanted
from tracker.services.objections import NOT_YOURS
from tracker.web.auth import requires
from tracker.web.errors import status_of
from tracker.web.extending import DECISION, EXTENSION, check_may_decide, said_done
from tracker.web.forms import SUBMIT, read_given, with_rows_changed
from tracker.web.requests import container, expected_version, given_reason, safe_path, viewer
from tracker.web.tasks.contesting import picked_line
from tracker.web.tasks.page import EXCUSE, HAND_DOWN, ORDER, URGE, after, place_of, read_page, show_task
from tracker.web.tasks.presenters import Attempt
from tracker.web.tasks.statements import CONTEST, FILED, Refused, file_statement
from tracker.web.tasks.uploads import read_with_files

blueprint = Blueprint("tasks", __name__)

TARGET = "target_"
MOST_UNITS = 1000


@blueprint.get("/tasks/<ref>")
@requires(Action.SEE_TASK)
def show(ref: str) -> Response:
    """Show a task."""
    return show_task(ref)


@blueprint.post("/tasks/<ref>/<transition>")
@requires(Action.SEE_TASK)
def take(ref: str, transition: str) -> Response:
    """Take a transition, or give the form one row more when that is what was asked for."""
    head = read_page(ref).head
    definition = container().catalog.workflow(head.workflow_version_id)
    wanted = definition.transition(transition)
    if wanted is None:
        raise NotFound("没有这项操作。")
    given, refused = read_with_files(ref, head.id)
    asked = request.form.get("_do", SUBMIT)
    if asked != SUBMIT:
        return show_task(ref, Attempt(transition, with_rows_changed(given, asked), refused))
    if refused:
        return show_task(ref, Attempt(transition, given, refused), status=422)
    return _try(
        ref, transition, given,
        lambda: (container().objections if definition.key == OBJECTION else container().tasks).apply_transition(
            viewer(), task_ref=ref, transition=transition, expected_version=expected_version(), given=given,
            reason=given_reason(),
        ),
        done=f"“{wanted.title}”已办理。",
    )  # fmt: skip


@blueprint.post("/tasks/<ref>/extension")
@requires(Action.ACT_AS_UNIT)
def ask_extension(ref: str) -> Response:
    """Ask for a later date."""
    typed = request.form.get
    return _try(
        ref, EXTENSION, read_given(request.form),
        lambda: container().extensions.ask(
            viewer(), task_ref=ref, expected_version=expected_version(), wanted_on=typed("wanted_on", ""),
            reason=typed("reason", ""), progress=typed("progress", ""), ticks=request.form,
        ),
        done="延期申请已提交，批复前不催办。批复结果会通知您。",
    )  # fmt: skip


@blueprint.post("/tasks/<ref>/extension/decision")
@requires(Action.DECIDE_EXTENSION, Action.APPROVE_EXTENSION, Action.ACT_AS_UNIT, Action.DECIDE_IN_PLACE)
def decide_extension(ref: str) -> Response:
    """Grant a new date or refuse; or examine the request, where a leader approves."""
    page = read_page(ref)
    step = check_may_decide(viewer(), place_of(page.head), page.extensions)
    typed = request.form.get
    if typed("grant") not in ("yes", "no"):
        wrong = FieldProblem("grant", "请选择同意或不同意。")
        return show_task(ref, Attempt(DECISION, read_given(request.form), [wrong]), status=422)
    return _try(
        ref, DECISION, read_given(request.form),
        lambda: container().extensions.decide(
            viewer(), task_ref=ref, expected_version=expected_version(), grant=typed("grant") == "yes",
            granted_on=typed("granted_on", ""), reason=typed("reason", ""), ticks=request.form,
        ),
        done=said_done(step, granted=typed("grant") == "yes"),
    )  # fmt: skip


@blueprint.post("/tasks/<ref>/objection")
@requires(Action.OBJECT)
def contest(ref: str) -> Response:
    """Contest the line about this task in a paper that was served."""
    page = read_page(ref)
    if not may(viewer(), Action.OBJECT, place_of(page.head)):
        raise NotAllowed(NOT_YOURS)
    given = read_given(request.form)
    try:
        line, version = picked_line(given.get("target", ""), page.findings)
    except InvalidInput as wrong:
        return show_task(ref, Attempt(CONTEST, given, wrong.problems), status=422)
    filed = file_statement(
        given, notice_ref=line.notice_ref, paper_task_id=line.notice_task_id, picked=lambda _: (version, line.item_id)
    )
    if isinstance(filed, Refused):
        return show_task(ref, filed.attempt, status=filed.status)
    flash(FILED, "success")
    return redirect(url_for("tasks.show", ref=ref))


@blueprint.post("/tasks/<ref>/hand-down")
@requires(Action.HAND_DOWN)
def hand_down(ref: str) -> Response:
    """Split the task among units below."""
    given = read_given(request.form)
    targets = {name.removeprefix(TARGET): str(value) for name, value in given.items() if name.startswith(TARGET)}
    wanted = Wanted(
        request.form.getlist("units")[:MOST_UNITS],
        request.form.get("due_on", ""),
        request.form.get("note", ""),
        targets,
    )
    return _try(
        ref, HAND_DOWN, {**given, "units": request.form.getlist("units")},
        lambda: container().handing.hand_down(
            viewer(), task_ref=ref, expected_version=expected_version(), wanted=wanted, ticks=given
        ),
        done="已分解下达，下级单位的联络员会收到通知；本单位自己的期限照常计算。",
    )  # fmt: skip


@blueprint.post("/tasks/<ref>/urge")
@requires(Action.URGE, Action.ACT_AS_UNIT)
def urge(ref: str) -> Response:
    """Urge the unit by hand."""
    return _try(
        ref, URGE, read_given(request.form),
        lambda: container().escalations.urge(viewer(), task_ref=ref, text=request.form.get("text", ""), ticks=request.form),
        done="已催办，联络员会收到消息（同一任务每天最多一条）。",
    )  # fmt: skip


@blueprint.post("/tasks/<ref>/order")
@requires(Action.ORDER_RUNG)
def order(ref: str) -> Response:
    """Let a leader set off a rung."""
    return _try(
        ref, ORDER, read_given(request.form),
        lambda: container().escalations.order_rung(
            viewer(), task_ref=ref, expected_version=expected_version(), rung_name=request.form.get("rung", ""),
            reason=request.form.get("reason", ""), ticks=request.form,
        ),
        done="已批示启动，系统随即办理。",
    )  # fmt: skip


@blueprint.post("/tasks/<ref>/excuse")
@requires(Action.ACT_AS_SUPERVISOR)
def excuse(ref: str) -> Response:
    """Find a good cause, or take the finding back."""
    excused = request.form.get("excused") == "yes"
    return _try(
        ref, EXCUSE, read_given(request.form),
        lambda: container().excuses.excuse(
            viewer(), task_ref=ref, expected_version=expected_version(), excused=excused,
            reason=request.form.get("reason", ""), ticks=read_given(request.form),
        ),
        done="已认定有正当理由，相应措施不启动；期限不变。" if excused else "已撤销认定，相应措施照常。",
    )  # fmt: skip


def _try(ref: str, act: str, given: dict[str, object], do: Callable[[], object], *, done: str) -> Response:
    """Do it and lead on; where it is refused, show the page as it is now, the sentence, and what was typed."""
    try:
        do()
    except InvalidInput as wrong:
        sentence = "" if wrong.problems else wrong.sentence
        return show_task(ref, Attempt(act, given, wrong.problems, sentence), status=status_of(wrong))
    except (NotAllowed, StaleVersion, TransitionNotAllowed) as refused:
        return show_task(ref, Attempt(act, given, (), refused.sentence), status=status_of(refused))
    flash(done, "success")
    return redirect(safe_path(request.form.get("next"), after(ref, url_for("tasks.show", ref=ref))))
