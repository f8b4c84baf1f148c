"""Move a sample's time forward, and say what happened on the way."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from tracker.web.auth import signed_in
from tracker.web.requests import container, safe_path, viewer
from tracker.web.showing import show_moment

blueprint = Blueprint("sample", __name__)


@blueprint.post("/sample/move")
@signed_in
def move() -> Response:
    """Move to the next due moment, by a working day or by a week."""
    report = container().sample.move(viewer(), to=request.form.get("to", ""))
    flash(
        f"前进到{show_moment(report.now)}：触发{report.fired}项，新拟文书{report.drafts}份，送出{report.messages}条消息。",
        "success",
    )
    return redirect(safe_path(request.form.get("next")))
