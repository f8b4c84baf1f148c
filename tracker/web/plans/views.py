"""Handing in a plan and making a campaign of it. For the office."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain import plan_drafts as drafts
from tracker.domain.errors import FieldProblem, InvalidInput, StaleVersion, TransitionNotAllowed
from tracker.domain.permissions import Action
from tracker.domain.plan_drafts import Content
from tracker.plans.reading import PlanUnreadable
from tracker.web.auth import requires
from tracker.web.campaign.choices import duty_workflows
from tracker.web.errors import status_of
from tracker.web.plans.presenters import cards, cut
from tracker.web.requests import container, expected_version, viewer
from tracker.web.tasks.presenters import NOTHING_TRIED, Attempt

blueprint = Blueprint("plans", __name__)

UNIT = "unit:"


@blueprint.get("/plans")
@requires(Action.CHANGE_CAMPAIGN)
def index() -> str:
    """Show the drafts, and the form to hand in a plan."""
    return _index(NOTHING_TRIED)


@blueprint.post("/plans")
@requires(Action.CHANGE_CAMPAIGN)
def start() -> Response | tuple[str, int]:
    """Read a plan that was uploaded or pasted."""
    file, pasted = request.files.get("file"), request.form.get("text", "")
    given: dict[str, object] = {"text": pasted}
    try:
        if file is not None and file.filename:
            ref = container().plan_drafts.start(viewer(), name=file.filename, content=file.read())
        elif pasted.strip():
            ref = container().plan_drafts.start(viewer(), name="粘贴的文字.txt", content=pasted.encode())
        else:
            raise InvalidInput([FieldProblem("file", "请选择方案文件，或粘贴方案正文。")])
    except InvalidInput as wrong:
        return _index(Attempt("plan", given, wrong.problems)), 422
    except PlanUnreadable as unreadable:
        return _index(Attempt("plan", given, [FieldProblem("file", unreadable.sentence)])), 422
    return redirect(url_for("plans.show", ref=ref))


@blueprint.get("/plans/<ref>")
@requires(Action.CHANGE_CAMPAIGN)
def show(ref: str) -> str:
    """Show the plan beside what was read from it; with ?m=3 the third proposal is open for editing."""
    number = request.args.get("m", "")
    return _page(ref, shown=int(number) if number.isascii() and number.isdigit() and len(number) < 6 else None)


@blueprint.post("/plans/<ref>/head")
@requires(Action.CHANGE_CAMPAIGN)
def head(ref: str) -> Response | tuple[str, int]:
    """Keep the campaign's own facts."""
    return _change(ref, lambda content: drafts.with_head(content, request.form), anchor="head")


@blueprint.post("/plans/<ref>/units")
@requires(Action.CHANGE_CAMPAIGN)
def units(ref: str) -> Response | tuple[str, int]:
    """Keep whom the printed names mean."""
    given = {name.removeprefix(UNIT): request.form.getlist(name) for name in request.form if name.startswith(UNIT)}

    def name_units() -> None:
        container().plan_drafts.name_units(viewer(), ref, expected_revision=expected_version(), given=given)

    return _try(ref, name_units, anchor="units")


@blueprint.post("/plans/<ref>/measures/<int:number>")
@requires(Action.CHANGE_CAMPAIGN)
def measure(ref: str, number: int) -> Response | tuple[str, int]:
    """Keep a proposal as typed, drop it or take it up again, double it, or join it with the next."""
    act = request.form.get("act", "")

    def edit(content: Content) -> Content:
        match act:
            case "drop" | "restore":
                return drafts.kept(content, number, keep=act == "restore")
            case "double":
                return drafts.doubled(content, number)
            case "join":
                return drafts.joined(content, number)
        return drafts.edited(content, number, request.form)

    return _change(ref, edit, anchor=f"m-{number}")


@blueprint.post("/plans/<ref>/undo")
@requires(Action.CHANGE_CAMPAIGN)
def undo(ref: str) -> Response | tuple[str, int]:
    """Take the latest edit back."""
    return _try(ref, lambda: container().plan_drafts.undo(viewer(), ref, expected_revision=expected_version()))


@blueprint.post("/plans/<ref>/drop")
@requires(Action.CHANGE_CAMPAIGN)
def drop(ref: str) -> Response | tuple[str, int]:
    """Give the draft up."""
    container().plan_drafts.check_visible(viewer(), ref)  # Who may not see it is not told what is wrong with the form.
    try:
        container().plan_drafts.drop(viewer(), ref, expected_revision=expected_version())
    except (StaleVersion, TransitionNotAllowed) as refused:
        return _page(ref, attempt=Attempt("plan", {}, (), refused.sentence)), status_of(refused)
    flash("已放弃这份方案草稿。", "success")
    return redirect(url_for("plans.index"))


@blueprint.post("/plans/<ref>/create")
@requires(Action.CHANGE_CAMPAIGN)
def create(ref: str) -> Response | tuple[str, int]:
    """Make a draft campaign of it."""
    container().plan_drafts.check_visible(viewer(), ref)
    try:
        made = container().plan_drafts.create(viewer(), ref, expected_revision=expected_version())
    except (InvalidInput, StaleVersion) as refused:
        problems = refused.problems if isinstance(refused, InvalidInput) else ()
        return _page(ref, attempt=Attempt("plan", {}, problems, refused.sentence)), status_of(refused)
    flash("已生成行动草稿。请核对后下达；下达之前单位看不到。", "success")
    return redirect(url_for("campaign.show", ref=made))


def _change(ref: str, edit: Callable[[Content], Content], *, anchor: str) -> Response | tuple[str, int]:
    def change() -> None:
        container().plan_drafts.change(viewer(), ref, expected_revision=expected_version(), edit=edit)

    return _try(ref, change, anchor=anchor)


def _try(ref: str, do: Callable[[], None], *, anchor: str = "") -> Response | tuple[str, int]:
    container().plan_drafts.check_visible(viewer(), ref)
    try:
        do()
    except (StaleVersion, TransitionNotAllowed) as refused:
        given: dict[str, object] = {name: request.form.get(name, "") for name in request.form}
        return _page(ref, attempt=Attempt(anchor, given, (), refused.sentence)), status_of(refused)
    return redirect(url_for("plans.show", ref=ref, _anchor=anchor or None))


def _index(attempt: Attempt) -> str:
    return render_template("plans/index.html", drafts=container().plan_drafts.listed(viewer()), attempt=attempt)


def _page(ref: str, *, shown: int | None = None, attempt: Attempt = NOTHING_TRIED) -> str:
    found = container().plan_drafts.show(viewer(), ref)
    problems = [(one.field, one.sentence) for one in attempt.problems or found.questions]
    return render_template(
        "plans/show.html", page=found, content=found.content, attempt=attempt, problems=problems,
        stretches=cut(found.text, found.content), cards=cards(found.content, problems, shown=shown),
        names=drafts.printed_names(found.content), workflows=duty_workflows(), whens=drafts.WHEN_TITLES,
        everies=drafts.EVERY_CHOICES, unit_field=UNIT,
    )  # fmt: skip
