"""How far a file is that is written in the background, and the file itself; each for who asked for it alone."""

from __future__ import annotations

from flask import Blueprint, Response, render_template

from tracker.domain.permissions import Action
from tracker.web.auth import requires
from tracker.web.file_answers import handed_over
from tracker.web.requests import container, viewer

blueprint = Blueprint("exports", __name__)


@blueprint.get("/exports/<ref>")
@requires(Action.SEE_CAMPAIGN)
def writing(ref: str) -> str:
    """Show how far a file is."""
    return render_template("exports/writing.html", one=container().background_files.look(viewer(), ref))


@blueprint.get("/exports/<ref>/file")
@requires(Action.SEE_CAMPAIGN)
def fetch(ref: str) -> Response:
    """Give the file."""
    files, who = container().background_files, viewer()
    status = files.look(who, ref)
    answer = handed_over(files.open(who, ref), status.described.file_name, status.described.media_type)
    answer.headers["Content-Length"] = str(status.size)
    return answer
