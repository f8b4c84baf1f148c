"""Why something is as it is, as a page and as JSON; and the time line of a task."""

from __future__ import annotations

from flask import Blueprint, jsonify, render_template
from werkzeug.wrappers import Response

from tracker.domain.permissions import Action
from tracker.services.explanations import Explanation
from tracker.web.auth import requires
from tracker.web.requests import container, viewer

blueprint = Blueprint("explaining", __name__)


@blueprint.get("/tasks/<ref>/timeline")
@requires(Action.SEE_TASK)
def timeline(ref: str) -> str:
    """Show what happened to a task, what is to come, and when."""
    view = container().timelines.show(viewer(), ref)
    if view.confidential:
        container().access_log.record_opening(viewer(), task_ref=ref)
    return render_template("tasks/timeline.html", view=view)


@blueprint.get("/explain/<ref>")
@requires(Action.SEE_TASK)
def explain(ref: str) -> str:
    """Explain a task, a finding or a paper."""
    return render_template("tasks/explanation.html", why=_explained(ref), ref=ref)


@blueprint.get("/explain/<ref>.json")
@requires(Action.SEE_TASK)
def explain_as_json(ref: str) -> Response:
    """Explain it as data, with the sentences."""
    found = _explained(ref)
    return jsonify({"title": found.title, "lines": found.lines, **found.data})


def _explained(ref: str) -> Explanation:
    return container().explanations.explain(viewer(), ref)
