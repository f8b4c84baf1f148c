"""Handing in a plan and making a campaign of it. For the office."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain import plan_arranging as arranging
from tracker.domain import plan_drafts as drafts
from tracker.domain.errors import FieldProblem, InvalidInput, StaleVersion, TransitionNotAllowed
from tracker.domain.permissions import Action
from tracker.domain.plan_drafts import Content
from tracker.plans.reading import PlanUnreadable
from tracker.web.auth import requires
from tracker.web.campaign.choices import duty_workflows
from tracker.web.errors import status_of
from tracker.web.plans.kinds import LADDER, WORKFLOW, present_kinds, present_ladders
from tracker.web.plans.presenters import cards, choices_of_place, cut, unused_count
from tracker.web.plans.record import present_record
from tracker.web.requests import container, expected_version, viewer
from tracker.web.tasks.presenters import NOTHING_TRIED, Attempt

blueprint = Blueprint("plans", __name__)

UNIT = "unit:"
#: What may be done to a proposal by one button.
ACTS: dict[str, Callable[[Content, int], Content]] = {
    "accept": lambda content, number: drafts.accepted(content, number, yes=True),
    "unaccept": lambda content, number: drafts.accepted(content, number, yes=False),
    "drop": lambda content, number: drafts.kept(content, number, keep=False),
    "restore": lambda content, number: drafts.kept(content, number, keep=True),
    "double": arranging.doubled,
    "join": arranging.joined,
    "up": lambda content, number: arranging.moved(content, number, by=-1),
    "down": lambda content, number: arranging.moved(content, number, by=1),
}
#: After these the next proposal that nobody has accepted is looked at.
GOES_ON = ("accept", "save_accept", "drop")


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
    """Keep a proposal as typed, accept, drop, double, join, move or split it."""
    act, place = request.form.get("act", ""), f"m-{number}"
    if act == "split":
        return _try(ref, lambda: _split(ref, number), anchor=place)

    def edit(content: Content) -> Content:
        if act in ACTS:
            return ACTS[act](content, number)
        if act == "place":
            return arranging.placed(content, number, request.form.get("place", ""))
        if act in ("save", "save_accept"):
            return drafts.edited(content, number, request.form)
        raise InvalidInput([], "页面不完整，请刷新后再办。")

    return _change(ref, edit, anchor=place, goes_on=act in GOES_ON)


@blueprint.post("/plans/<ref>/accept")
@requires(Action.CHANGE_CAMPAIGN)
def accept_all(ref: str) -> Response | tuple[str, int]:
    """Accept every proposal about which nothing is asked."""
    return _change(ref, drafts.all_accepted, anchor="todo")


@blueprint.post("/plans/<ref>/kinds")
@requires(Action.CHANGE_CAMPAIGN)
def kinds(ref: str) -> Response | tuple[str, int]:
    """Put all proposals of a kind on a workflow, and let a workflow climb another ladder."""
    known = {key for key, _ in duty_workflows()}
    workflows = {kind: one for kind, one in _given(WORKFLOW).items() if one in known}
    ladders = {place: one for place, one in _given(LADDER).items() if not one or _fits(place, one)}
    return _change(
        ref, lambda content: drafts.with_ladders(drafts.with_workflows(content, workflows), ladders), anchor="kinds"
    )


@blueprint.get("/plans/<ref>/record")
@requires(Action.CHANGE_CAMPAIGN)
def record(ref: str) -> str:
    """Show who changed what, and which measures have other words than the plan."""
    found = container().plan_drafts.record(viewer(), ref)
    return render_template("plans/record.html", page=found, record=present_record(found))


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
        made = container().plan_drafts.create(
            viewer(), ref, expected_revision=expected_version(), knowingly=request.form.get("knowingly") == "yes"
        )
    except (InvalidInput, StaleVersion) as refused:
        problems = refused.problems if isinstance(refused, InvalidInput) else ()
        return _page(ref, attempt=Attempt("create", {}, problems, refused.sentence)), status_of(refused)
    flash("已生成行动草稿。请核对后下达；下达之前单位看不到。", "success")
    return redirect(url_for("campaign.show", ref=made))


def _change(
    ref: str, edit: Callable[[Content], Content], *, anchor: str, goes_on: bool = False
) -> Response | tuple[str, int]:
    def change() -> str:
        content = container().plan_drafts.change(viewer(), ref, expected_revision=expected_version(), edit=edit)
        return _next_unaccepted(content, anchor) if goes_on else anchor

    return _try(ref, change, anchor=anchor)


def _try(ref: str, do: Callable[[], str | None], *, anchor: str = "") -> Response | tuple[str, int]:
    """Do it and show the page at the place that it names, or with the sentence of a refusal and all that was typed."""
    container().plan_drafts.check_visible(viewer(), ref)
    try:
        shown = do() or anchor
    except (StaleVersion, TransitionNotAllowed) as refused:
        given: dict[str, object] = {
            name: request.form.getlist(name) if name.startswith(UNIT) else value for name, value in request.form.items()
        }
        return _page(ref, attempt=Attempt(anchor, given, (), refused.sentence)), status_of(refused)
    return redirect(url_for("plans.show", ref=ref, _anchor=shown or None))


def _split(ref: str, number: int) -> None:
    typed = request.form.get("at", "")
    at = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else 0
    container().plan_drafts.split(viewer(), ref, expected_revision=expected_version(), number=number, at=at)


def _next_unaccepted(content: Content, anchor: str) -> str:
    """Return the place of the next proposal that waits for a look, from the one at `anchor` on and round; else it."""
    places = [drafts.place_of(one) for one in content["measures"]]
    waiting = {drafts.place_of(one) for one in drafts.unaccepted(content)}
    here = places.index(anchor)
    return next((one for one in [*places[here + 1 :], *places[:here]] if one in waiting), anchor)


def _given(prefix: str) -> dict[str, str]:
    return {name.removeprefix(prefix): value for name, value in request.form.items() if name.startswith(prefix)}


def _fits(place: str, ladder: str) -> bool:
    """Tell whether a ladder may stand in the place of the one that a workflow's clock names ("survey.standard")."""
    workflow, _, named = place.partition(".")
    choices = container().ladder_choices(workflow)
    return named in choices and ladder in [one.key for one in choices[named][1]]


def _index(attempt: Attempt) -> str:
    return render_template("plans/index.html", drafts=container().plan_drafts.listed(viewer()), attempt=attempt)


def _page(ref: str, *, shown: int | None = None, attempt: Attempt = NOTHING_TRIED) -> str:
    found = container().plan_drafts.show(viewer(), ref)
    problems = [(one.field, one.sentence) for one in attempt.problems or found.questions]
    parts, workflows = container(), duty_workflows()
    stretches = cut(found.text, found.content)
    return render_template(
        "plans/show.html", page=found, content=found.content, attempt=attempt, problems=problems,
        stretches=stretches, unused=unused_count(stretches), cards=cards(found.content, problems, shown=shown),
        names=drafts.printed_names(found.content), answered=[name for name, chosen in found.content["units"].items() if chosen],
        workflows=workflows, whens=drafts.WHEN_TITLES,
        everies=drafts.EVERY_CHOICES, unit_field=UNIT, ready=len(drafts.without_question(found.content)),
        kept=sum(one["kept"] for one in found.content["measures"]),
        kinds=present_kinds(found.content, dict(workflows)), workflow_field=WORKFLOW, ladder_field=LADDER,
        ladders=present_ladders(found.content, dict(workflows), parts.ladder_choices),
        places=choices_of_place(found.content),
    )  # fmt: skip
