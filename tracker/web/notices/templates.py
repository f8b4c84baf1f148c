"""The office's own Word templates of papers: upload, try out, choose an earlier version, go back to our layout."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.documents.file_names import safe_name
from tracker.domain.errors import AttachmentRefused, NotFound, TemplateRefused
from tracker.domain.media_types import WORD
from tracker.domain.paper_templates import PLACEHOLDERS, REQUIRED, ROW_NAMES
from tracker.domain.papers import NOTICE_TITLES
from tracker.domain.permissions import Action
from tracker.persistence.queries.notice_page import find_notices
from tracker.services.printing import PrintedFile
from tracker.web.auth import requires
from tracker.web.file_answers import handed_over
from tracker.web.requests import container, viewer

blueprint = Blueprint("paper_templates", __name__)

#: Papers that a template may be tried out on.
RECENT = 10


@blueprint.get("/templates")
@requires(Action.MANAGE_TEMPLATES)
def index() -> str:
    """Show every kind of paper with its versions, and what a template may name."""
    return _page()


@blueprint.get("/templates/starter.docx")
@requires(Action.MANAGE_TEMPLATES)
def starter() -> Response:
    """Give a template in our own layout, to begin with."""
    return _given(container().paper_templates.begin(viewer()))


@blueprint.post("/templates/<kind>")
@requires(Action.MANAGE_TEMPLATES)
def upload(kind: str) -> Response | tuple[str, int]:
    """Take a template in; what is wrong with it is listed with its places."""
    if kind not in NOTICE_TITLES:
        raise NotFound("没有这种文书。")
    file = request.files.get("file")
    try:
        if file is None or not file.filename:
            raise AttachmentRefused("没有收到文件。请选择 Word 模板（.docx）。")
        version = container().paper_templates.upload(viewer(), kind=kind, file_name=file.filename, content=file.read())
    except AttachmentRefused as refused:
        return _page(kind, [refused.sentence]), 422
    except TemplateRefused as refused:
        return _page(kind, list(refused.problems)), 422
    flash(
        f"{NOTICE_TITLES[kind]}模板已收下，是第{version}版，从现在起用它打印；已印发的文书不变。请试印一份看看。",
        "success",
    )
    return redirect(url_for("paper_templates.index"))


@blueprint.post("/templates/<kind>/use")
@requires(Action.MANAGE_TEMPLATES)
def use(kind: str) -> Response:
    """Choose an earlier version; an empty one goes back to our own layout."""
    typed = request.form.get("chosen", "").strip()
    if typed and not (typed.isascii() and typed.isdigit() and len(typed) < 9):
        raise NotFound("没有这个版本的模板，或者您无权查看。")
    version = int(typed) if typed else None
    container().paper_templates.use(viewer(), kind=kind, version=version)
    flash(
        f"{NOTICE_TITLES[kind]}改用第{version}版模板。" if version else f"{NOTICE_TITLES[kind]}改用系统版式。",
        "success",
    )
    return redirect(url_for("paper_templates.index"))


@blueprint.get("/templates/<kind>/<int:version>.docx")
@requires(Action.MANAGE_TEMPLATES)
def fetch(kind: str, version: int) -> Response:
    """Give a version as it was uploaded."""
    return _given(container().paper_templates.fetch(viewer(), kind=kind, version=version))


@blueprint.get("/templates/<kind>/<int:version>/trial.docx")
@requires(Action.MANAGE_TEMPLATES)
def trial(kind: str, version: int) -> Response | tuple[str, int]:
    """Print a made-up paper with a version, or a real one that is named; what cannot be filled is said on the page."""
    parts, who = container(), viewer()
    ref = request.args.get("paper", "")
    try:
        if not ref:
            return _given(parts.paper_templates.trial(who, kind=kind, version=version))
        template = parts.paper_templates.fetch(who, kind=kind, version=version)
        return _given(parts.printing.try_out(who, notice_ref=ref, template=template.content))
    except TemplateRefused as refused:
        return _page(kind, list(refused.problems)), 422


def _given(file: PrintedFile) -> Response:
    return handed_over(file.content, safe_name(f"{file.name}.docx", "docx"), WORD)


def _recent(kind: str) -> list[tuple[str, str]]:
    """Return ref and words of the newest papers of a kind, to try a template out on."""
    parts = container()
    with parts.reading() as session:
        found = find_notices(
            session, viewer(), kind=kind, state=None, unit=None, campaign=None, now=parts.clock.now(),
            calendar=parts.calendars.newest(), page=1, size=RECENT,
        )  # fmt: skip
    return [(one.ref, f"{one.printed_number or '草稿'} {one.unit_name}") for one in found.rows]


def _page(kind: str = "", problems: list[str] | None = None) -> str:
    parts, who = container(), viewer()
    found = parts.paper_templates.find(who)
    recent = {one: _recent(one) for one, versions in found.items() if versions}
    return render_template(
        "notices/templates.html", found=found, titles=NOTICE_TITLES, refused=kind, problems=problems or [],
        recent=recent, placeholders=PLACEHOLDERS, rows=ROW_NAMES, required=REQUIRED,
    )  # fmt: skip
