"""Changing a running campaign: choose, see what it does, let it take effect. For the office."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.cadence import EVERY_TITLES, WEEKDAY_TITLES, Cadence
from tracker.domain.change_words import change_lines, impact_line
from tracker.domain.changing import KIND_TITLES, ChangeKind, Edit, MeasureState
from tracker.domain.errors import CannotChange, InvalidInput, NotFound, StaleVersion
from tracker.domain.permissions import Action
from tracker.domain.ranking import LONGEST_BASIS, basis_of
from tracker.domain.timings import Timing, say_timing
from tracker.persistence.queries import campaign_page as queries
from tracker.persistence.queries.history import read_history
from tracker.services.change_sets import Preview
from tracker.services.paper_settings import SET as PAPERS_SET
from tracker.services.rankings import BASIS_SET
from tracker.web.auth import requires
from tracker.web.campaign.choices import duty_workflows
from tracker.web.campaign.edits import edits_from_json, edits_to_json, posted, read_edits, repeat_fields
from tracker.web.campaign.presenters import workflow_title
from tracker.web.errors import status_of
from tracker.web.history import who_of
from tracker.web.requests import container, expected_version, viewer
from tracker.web.tasks.presenters import NOTHING_TRIED, Attempt

blueprint = Blueprint("changes", __name__)

CHANGE_EVENTS = {f"campaign.measure_{kind.value}": title for kind, title in KIND_TITLES.items()} | {
    BASIS_SET: "排名表的依据",
    PAPERS_SET: "文书格式和文号",
}


@blueprint.get("/campaigns/<ref>/changes")
@requires(Action.CHANGE_CAMPAIGN)
def index(ref: str) -> str:
    """Show the measures with what may be done to each, and what was changed before."""
    return _index(ref)


@blueprint.get("/campaigns/<ref>/changes/measure")
@requires(Action.CHANGE_CAMPAIGN)
def measure(ref: str) -> str:
    """Show the form of one measure; without a key that of a new one."""
    return _form(ref, request.args.get("key", ""))


@blueprint.post("/campaigns/<ref>/changes/measure")
@requires(Action.CHANGE_CAMPAIGN)
def begun(ref: str) -> str:
    """Show the form of a new measure with what was read of it in a newer text."""
    container().changes.plan(viewer(), ref)
    return _form(ref, "", Attempt("change", posted(request.form)))


@blueprint.post("/campaigns/<ref>/changes/preview")
@requires(Action.CHANGE_CAMPAIGN)
def preview(ref: str) -> Response | tuple[str, int] | str:
    """Show what the typed changes would do."""
    plan = container().changes.plan(viewer(), ref)
    act, key = request.form.get("act", ""), request.form.get("key", "")
    try:
        edits = read_edits(request.form, cutoff=_cutoff(ref), new_key=next(plan.new_keys()))
    except InvalidInput as wrong:
        attempt = Attempt("change", posted(request.form), wrong.problems, "" if wrong.problems else wrong.sentence)
        page = _index(ref, attempt) if act not in ("add", "edit") else _form(ref, key, attempt)
        return page, status_of(wrong)
    return show_preview(ref, edits)


@blueprint.post("/campaigns/<ref>/changes")
@requires(Action.CHANGE_CAMPAIGN)
def apply(ref: str) -> Response | tuple[str, int]:
    """Let the previewed changes take effect, all or none."""
    container().changes.plan(viewer(), ref)  # Who may not change this campaign is not told what is wrong with a form.
    edits = edits_from_json(request.form.get("edits", ""))
    reason, earlier = request.form.get("reason", ""), request.form.get("earlier") == "yes"
    try:
        report = container().changes.apply(
            viewer(), campaign_ref=ref, expected_version=expected_version(), wish=edits, reason=reason, earlier=earlier
        )
    except (CannotChange, StaleVersion, InvalidInput) as refused:
        problems = refused.problems if isinstance(refused, InvalidInput) else ()
        sentence = refused.sentence if not problems else ""
        attempt = Attempt("change", {"reason": reason, "earlier": "yes" if earlier else ""}, problems, sentence)
        return show_preview(ref, edits, attempt), status_of(refused)
    flash(
        f"已调整{report.changes}条：涉及{report.tasks}项任务，新下达{report.opened}项，已通知{report.people}人。",
        "success",
    )
    return redirect(url_for("changes.index", ref=ref))


@blueprint.post("/campaigns/<ref>/changes/ranking")
@requires(Action.CHANGE_CAMPAIGN)
def set_ranking_basis(ref: str) -> Response | tuple[str, int]:
    """Say what a table of units in a 通报 rests on."""
    basis = request.form.get("basis", "")
    try:
        changed = container().rankings.set_basis(
            viewer(), campaign_ref=ref, expected_version=expected_version(), basis=basis
        )
    except (StaleVersion, InvalidInput) as refused:
        problems = refused.problems if isinstance(refused, InvalidInput) else ()
        sentence = refused.sentence if not problems else ""
        return _index(ref, Attempt("ranking", {"basis": basis}, problems, sentence)), status_of(refused)
    flash("排名表的依据已记录。" if changed else "排名表的依据没有变化。", "success")
    return redirect(url_for("changes.index", ref=ref))


def _index(ref: str, attempt: Attempt = NOTHING_TRIED) -> str:
    parts, who = container(), viewer()
    plan = parts.changes.plan(who, ref)
    with parts.reading() as session:
        campaign = queries.get_campaign(session, who, ref, now=parts.clock.now())
        phases = queries.find_phases(session, campaign)
        events = read_history(session, kind="campaign", subject=campaign.id)
    say = sayer(phases)
    log = [
        (event.at, who_of(event), CHANGE_EVENTS[event.kind], event.payload)
        for event in reversed(events) if event.kind in CHANGE_EVENTS
    ]  # fmt: skip
    return render_template(
        "campaign/changes.html", campaign=campaign, plan=plan, attempt=attempt, phases=phases, log=log,
        basis=attempt.typed("basis") if attempt.act == "ranking" else basis_of(campaign.settings), longest=LONGEST_BASIS,
        **_timings(None),
        measures=[(one, workflow_title(one.workflow, parts.catalog), say(one.due)) for one in plan.measures],
    )  # fmt: skip


def _form(ref: str, key: str, attempt: Attempt = NOTHING_TRIED) -> str:
    parts, who = container(), viewer()
    plan = parts.changes.plan(who, ref)
    found = next((one for one in plan.measures if one.key == key), None)
    if key and found is None:
        raise NotFound("方案里没有这项措施，可能已经撤回。")
    with parts.reading() as session:
        campaign = queries.get_campaign(session, who, ref, now=parts.clock.now())
        phases = queries.find_phases(session, campaign)
    return render_template(
        "campaign/change_measure.html", campaign=campaign, plan=plan, measure=found, phases=phases, attempt=attempt,
        due=sayer(phases)(found.due) if found else "", workflows=duty_workflows(), typed=_typed(found, attempt),
        **_timings(found),
    )  # fmt: skip


def show_preview(ref: str, edits: Sequence[Edit], attempt: Attempt = NOTHING_TRIED) -> str:
    """Show what edits would do, with the form by which they take effect."""
    parts, who = container(), viewer()
    earlier = attempt.typed("earlier") == "yes"
    shown: Preview = parts.changes.preview(who, campaign_ref=ref, wish=edits, earlier=earlier)
    with parts.reading() as session:
        campaign = queries.get_campaign(session, who, ref, now=parts.clock.now())
        say = sayer(queries.find_phases(session, campaign))
    lines = [
        (
            KIND_TITLES[one.change.kind],
            one,
            change_lines(one.change, say_due=say, names=shown.plan.units),
            impact_line(one),
        )
        for one in shown.impacts
    ]
    return render_template(
        "campaign/change_preview.html", campaign=campaign, shown=shown, lines=lines, edits=edits_to_json(edits),
        attempt=attempt, redates=any(one.change.kind is ChangeKind.REDATED for one in shown.impacts),
    )  # fmt: skip


def sayer(phases: Sequence[queries.PhaseRow]) -> Callable[[Timing], str]:
    """Return what says a due rule or a cadence in words."""
    by_key = {phase.key: (phase.title, phase.ends_on) for phase in phases}
    return lambda timing: say_timing(timing, by_key)


def _timings(found: MeasureState | None) -> dict[str, object]:
    """Return what may be chosen of when a measure is due: one that runs stays done once, or standing."""
    standing = found is not None and isinstance(found.due, Cadence)
    return {
        "once": found is None or not standing, "standing": found is None or standing,
        "cadences": [(every.value, title) for every, title in EVERY_TITLES.items()],
        "weekdays": list(WEEKDAY_TITLES.items()),
    }  # fmt: skip


def _typed(found: MeasureState | None, attempt: Attempt) -> dict[str, object]:
    """Return what the form shows: what was typed, else the measure as it is."""
    if attempt.given:
        return dict(attempt.given)
    if found is None:
        return {"shape": "each", "due_kind": "by_date", "units": []}
    lead = next((key for key, role in found.duties.items() if role == "lead"), "")
    units = [key for key, role in found.duties.items() if role != "lead"]
    return {
        "ordinal": found.ordinal, "title": found.title, "text": found.text, "shape": "joint" if lead else "each",
        "lead": lead, "units": units, "due_kind": "keep", **(repeat_fields(found.due) if isinstance(found.due, Cadence) else {}),
    }  # fmt: skip


def _cutoff(ref: str) -> str:
    parts = container()
    with parts.reading() as session:
        campaign = queries.get_campaign(session, viewer(), ref, now=parts.clock.now())
    return str(campaign.settings.get("cutoff", "24:00"))
