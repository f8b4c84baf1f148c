"""Papers handed over as files."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from tracker.documents.file_names import safe_name
from tracker.domain.errors import TemplateRefused
from tracker.domain.permissions import Action
from tracker.web.auth import requires
from tracker.web.requests import container, viewer

blueprint = Blueprint("printing", __name__)

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@blueprint.get("/notices/<ref>/<document>.docx")
@requires(Action.SEE_CAMPAIGN)
def word(ref: str, document: str) -> Response:
    """Give a paper, or another document that belongs to it, as Word; with ?layout=own not in the office's template."""
    own = request.args.get("layout") == "own"
    try:
        printed = container().printing.print_paper(viewer(), notice_ref=ref, document=document, own_layout=own)
    except TemplateRefused as refused:
        flash(f"按本单位的模板打印没有成功：{refused.problems[0]}可以先按系统版式打印。", "danger")
        return redirect(url_for("notices.show", ref=ref, layout="own"))
    return handed_over(printed.content, safe_name(f"{printed.name}.docx", "docx"), WORD)


def handed_over(content: bytes, name: str, media_type: str) -> Response:
    """Return a file to be saved under `name`, and kept by no cache."""
    answer = Response(content, mimetype=media_type)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    answer.headers["Cache-Control"] = "no-store"
    return answer
