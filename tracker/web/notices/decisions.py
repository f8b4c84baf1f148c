"""Beginning the paper of something that was decided: of an extension, a sign-off, a delisting, a paper undone."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.decision_papers import DECISION_PAPERS
from tracker.domain.errors import NotFound
from tracker.domain.papers import NOTICE_TITLES
from tracker.domain.permissions import Action
from tracker.web.auth import requires
from tracker.web.requests import container, viewer

blueprint = Blueprint("decision_papers", __name__)


@blueprint.post("/tasks/<ref>/papers/<kind>")
@requires(Action.ACT_AS_SUPERVISOR, Action.ACT_AS_OFFICE)
def begin(ref: str, kind: str) -> Response:
    """Begin the paper of a decision about a task; sent twice, it leads to the same draft."""
    if kind not in DECISION_PAPERS:
        raise NotFound("没有这种文书。")
    begun = container().decision_papers.begin(viewer(), task_ref=ref, kind=kind, which=request.form.get("which", ""))
    said = "这项决定已有文书，请接着办理。" if begun.existing else f"{NOTICE_TITLES[kind]}已起草，请核对后提请审批。"
    flash(said, "success")
    return redirect(url_for("notices.show", ref=begun.ref))
