"""Letting a plan draft be lived through before its campaign is made, and looking at what came of it. For the office."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.addressing import HOLDER_NAMES
from tracker.domain.errors import InvalidInput, TransitionNotAllowed
from tracker.domain.permissions import Action
from tracker.domain.rehearsal import SAYS, TITLES, Assumption, Outcome
from tracker.web.auth import requires
from tracker.web.charts import Chart, columns
from tracker.web.errors import status_of
from tracker.web.requests import container, viewer
from tracker.web.tasks.presenters import NOTHING_TRIED, Attempt

blueprint = Blueprint("rehearsals", __name__)


@blueprint.get("/plans/<ref>/rehearsal")
@requires(Action.CHANGE_CAMPAIGN)
def show(ref: str) -> str:
    """Show the form, how far the latest rehearsal is, or what came of it."""
    return _page(ref)


@blueprint.post("/plans/<ref>/rehearsal")
@requires(Action.CHANGE_CAMPAIGN)
def start(ref: str) -> Response | tuple[str, int]:
    """Let the draft be lived through."""
    given: dict[str, object] = {name: request.form.get(name, "") for name in ("assumption", "seed")}
    try:
        container().rehearsals.ask(viewer(), ref, assumption=str(given["assumption"]), seed=str(given["seed"]))
    except (InvalidInput, TransitionNotAllowed) as refused:
        problems = refused.problems if isinstance(refused, InvalidInput) else ()
        sentence = "" if problems else refused.sentence
        return _page(ref, Attempt("rehearsal", given, problems, sentence)), status_of(refused)
    return redirect(url_for("rehearsals.show", ref=ref))


@blueprint.post("/plans/<ref>/rehearsal/cancel")
@requires(Action.CHANGE_CAMPAIGN)
def cancel(ref: str) -> Response:
    """Stop it, or forget what came of it."""
    container().rehearsals.cancel(viewer(), ref)
    flash("已取消，临时库随即删除。可以重新试运行。", "success")
    return redirect(url_for("rehearsals.show", ref=ref))


def _page(ref: str, attempt: Attempt = NOTHING_TRIED) -> str:
    parts, who = container(), viewer()
    latest = parts.rehearsals.latest(who, ref)
    draft = parts.plan_drafts.show(who, ref)
    outcome = latest.outcome if latest is not None else None
    return render_template(
        "plans/rehearsal.html", draft=draft, latest=latest, outcome=outcome, attempt=attempt,
        assumptions=[(one.value, TITLES[one], SAYS[one]) for one in Assumption], titles=TITLES,
        weeks=_weeks(outcome) if outcome else (), chart=_chart(outcome) if outcome else None,
        peak_days=[(date.fromisoformat(day), many) for day, many in outcome.peak_days] if outcome else (),
        role_names=HOLDER_NAMES, day_of=date.fromisoformat,
    )  # fmt: skip


def _weeks(outcome: Outcome) -> Sequence[tuple[date, int, int, int, int]]:
    return [(date.fromisoformat(w.monday), w.messages, w.most, w.due, w.papers) for w in outcome.weeks]


def _chart(outcome: Outcome) -> Chart:
    weeks = _weeks(outcome)
    labels = [f"{day.month}.{day.day}" for day, *_ in weeks]
    return columns(labels, [("due", [week[3] for week in weeks]), ("done", [week[1] for week in weeks])])
