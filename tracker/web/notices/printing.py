"""Papers handed over as files."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from tracker.documents.file_names import safe_name
from tracker.domain.errors import TemplateRefused
from tracker.domain.media_types import WORD, ZIP
from tracker.domain.permissions import Action
from tracker.services.evidence import file_name
from tracker.services.paper_files import NARROWS
from tracker.web.auth import requires
from tracker.web.file_answers import handed_over
from tracker.web.listing import asked
from tracker.web.requests import container, viewer

blueprint = Blueprint("printing", __name__)


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


@blueprint.post("/notices/papers.zip")
@requires(Action.SEE_CAMPAIGN)
def papers() -> Response:
    """Give every issued paper that the list shows as Word; many are written in the background."""
    taken = container().paper_files.take(viewer(), {name: asked(name) or "" for name in NARROWS})
    if isinstance(taken, str):
        return redirect(url_for("exports.writing", ref=taken))
    with taken.file as file:
        return handed_over(file.read(), taken.name, ZIP)


@blueprint.post("/notices/<ref>/evidence")
@requires(Action.TAKE_EVIDENCE)
def evidence(ref: str) -> Response:
    """Give the evidence of a paper as one file; a large one is written in the background."""
    taken = container().evidence.take(viewer(), notice_ref=ref)
    if isinstance(taken, str):
        return redirect(url_for("exports.writing", ref=taken))
    with taken as file:
        return handed_over(file.read(), file_name(ref), ZIP)
