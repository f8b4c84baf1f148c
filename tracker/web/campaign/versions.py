"""A newer text of the plan of a running campaign: hand it in, tick what holds, and see what that would do. For the office."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from tracker.domain.change_words import change_lines
from tracker.domain.changing import KIND_TITLES, Change, ChangeKind, Edit, MeasureState
from tracker.domain.errors import FieldProblem, InvalidInput
from tracker.domain.permissions import Action
from tracker.domain.plan_versions import Difference, combined
from tracker.domain.timings import Timing
from tracker.persistence.queries import campaign_page as queries
from tracker.plans.reading import PlanUnreadable
from tracker.services.plan_versions import Comparison
from tracker.web.auth import requires
from tracker.web.campaign.changes import sayer, show_preview
from tracker.web.campaign.edits import due_fields, edits_from_json, edits_to_json
from tracker.web.requests import container, expected_version, viewer
from tracker.web.tasks.presenters import NOTHING_TRIED, Attempt

blueprint = Blueprint("plan_versions", __name__)

PASTED = "粘贴的文字.txt"


@dataclass(frozen=True)
class Line:
    """One difference as its page shows it. `edit` = its place among the edits that the page carries, None for none.

    `to_fill` = fields with which the form of a new measure begins, where the text did not say everything.
    """

    number: int
    kind: str
    title: str
    said: tuple[str, ...]
    why: str
    edit: int | None
    ticked: bool
    to_fill: tuple[tuple[str, str], ...]


@blueprint.get("/campaigns/<ref>/changes/version")
@requires(Action.CHANGE_CAMPAIGN)
def index(ref: str) -> str:
    """Show the form to hand in a newer text."""
    return _form(ref, NOTHING_TRIED)


@blueprint.post("/campaigns/<ref>/changes/version")
@requires(Action.CHANGE_CAMPAIGN)
def compare(ref: str) -> str | tuple[str, int]:
    """Read a newer text and show what it says otherwise, each to be accepted or left. Nothing is changed or kept."""
    container().changes.plan(viewer(), ref)  # Who may not change this campaign is not told what is wrong with a text.
    file, pasted = request.files.get("file"), request.form.get("text", "")
    given: dict[str, object] = {"text": pasted}
    try:
        if file is not None and file.filename:
            name, content = file.filename, file.read()
        elif pasted.strip():
            name, content = PASTED, pasted.encode()
        else:
            raise InvalidInput([FieldProblem("file", "请选择新的方案文件，或粘贴方案正文。")])
        found = container().plan_versions.read(viewer(), ref, name=name, content=content)
    except InvalidInput as wrong:
        return _form(ref, Attempt("version", given, wrong.problems)), 422
    except PlanUnreadable as unreadable:
        return _form(ref, Attempt("version", given, [FieldProblem("file", unreadable.sentence)])), 422
    return _compared(ref, found)


@blueprint.post("/campaigns/<ref>/changes/version/chosen")
@requires(Action.CHANGE_CAMPAIGN)
def choose(ref: str) -> Response | tuple[str, int] | str:
    """Show what the accepted differences would do, on the page from which every change set takes effect."""
    plan = container().changes.plan(viewer(), ref)
    edits, given = edits_from_json(request.form.get("edits", "")), request.form.get("kinds", "")
    kinds = given.split(",") if given else []
    try:
        numbered = {str(number): one for number, one in enumerate(zip(map(ChangeKind, kinds), edits, strict=True))}
        chosen = [numbered[one] for one in sorted(set(request.form.getlist("accept")), key=int)]
    except (ValueError, KeyError):
        raise InvalidInput([], "页面不完整，请回到调整页面，重新交一次新的文本。") from None
    if expected_version() != plan.version:
        return _again(ref, "您对照之后，这次行动已有人先作了调整。下面是和现在的措施重新对照的结果，请重新勾选。"), 409
    if not chosen:
        return _again(ref, "一条也没有勾选，什么都没有改动。请勾选要采纳的，或者点“不改了”。"), 422
    return show_preview(ref, combined(plan.measures, chosen))


def _form(ref: str, attempt: Attempt) -> str:
    parts, who = container(), viewer()
    parts.changes.plan(who, ref)
    with parts.reading() as session:
        campaign = queries.get_campaign(session, who, ref, now=parts.clock.now())
    return render_template("campaign/version.html", campaign=campaign, attempt=attempt)


def _again(ref: str, sentence: str) -> str:
    """Compare the text that the page carries once more, with why."""
    text = request.form.get("text", "").encode()
    return _compared(ref, container().plan_versions.read(viewer(), ref, name=PASTED, content=text), sentence)


def _compared(ref: str, found: Comparison, sentence: str = "") -> str:
    parts, who = container(), viewer()
    with parts.reading() as session:
        campaign = queries.get_campaign(session, who, ref, now=parts.clock.now())
        say = sayer(queries.find_phases(session, campaign))
    edits = [one.edit for one in found.differences if one.edit is not None]
    kinds = [one.kind.value for one in found.differences if one.edit is not None]
    return render_template(
        "campaign/version_compared.html", campaign=campaign, found=found, lines=_lines(found, edits, say),
        edits=edits_to_json(edits), kinds=",".join(kinds), sentence=sentence,
    )  # fmt: skip


def _lines(found: Comparison, edits: list[Edit], say: Callable[[Timing], str]) -> list[Line]:
    places = {id(edit): number for number, edit in enumerate(edits)}
    lines = []
    for number, one in enumerate(found.differences, start=1):
        measure = one.present or one.proposed
        name = f"{measure.ordinal}{measure.title}" if measure is not None else ""
        lines.append(Line(
            number, KIND_TITLES[one.kind], name, _said(one, found, say), one.why,
            places[id(one.edit)] if one.edit is not None else None, one.sure, _to_fill(one),
        ))  # fmt: skip
    return lines


def _said(one: Difference, found: Comparison, say: Callable[[Timing], str]) -> tuple[str, ...]:
    """Return old against new in the words of the change set."""
    if one.edit is None:
        return (one.proposed.text,) if one.proposed is not None else ()
    present, edit = one.present, one.edit
    if one.kind is ChangeKind.ADDED:
        wanted = MeasureState(
            edit.key, edit.ordinal or "", edit.title or "", edit.text or "", edit.workflow or "", _due(edit), {}
        )
        return change_lines(Change(one.kind, None, wanted, edit.duties or ()), say_due=say, names=found.plan.units)
    if present is None:
        return ()
    wanted = MeasureState(
        present.key, edit.ordinal or present.ordinal, present.title, edit.text or present.text, present.workflow,
        edit.due or present.due, present.duties,
    )  # fmt: skip
    duties = tuple(present.duties.items()) if one.kind is ChangeKind.WITHDRAWN else edit.duties or ()
    return change_lines(Change(one.kind, present, wanted, duties), say_due=say, names=found.plan.units)


def _due(edit: Edit) -> Timing:
    if edit.due is None:
        raise ValueError("a new measure has a due rule")
    return edit.due


def _to_fill(one: Difference) -> tuple[tuple[str, str], ...]:
    """Return what was read of a new measure that cannot be accepted as it is, name and value of each field."""
    if one.kind is not ChangeKind.ADDED or one.edit is not None or one.proposed is None:
        return ()
    want = one.proposed
    fields: dict[str, object] = {
        "ordinal": want.ordinal[:20], "title": want.title[:100], "text": want.text[:2000], "workflow": want.workflow,
        "shape": "each" if want.lead is None else "joint", "lead": want.lead or "",
        "units": [key for key in want.units or () if key != want.lead],
        **(due_fields(want.due) if want.due is not None else {}),
    }  # fmt: skip
    several = ((name, value if isinstance(value, list) else [value]) for name, value in fields.items())
    return tuple((name, str(one)) for name, values in several for one in values)
