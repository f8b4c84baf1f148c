"""An edited rectification ledger comes back: the file, what it would change, and the confirmation."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.errors import AttachmentRefused, FieldProblem, InvalidInput
from tracker.domain.ledger_reading import EDITABLE, LEDGER, MOST_ROWS
from tracker.domain.permissions import EDITING
from tracker.services.ledger_reading import ReadBack
from tracker.web.auth import requires
from tracker.web.ledger.carrying import Carrier
from tracker.web.requests import container, viewer

blueprint = Blueprint("ledger_reading", __name__)

Answer = Response | str | tuple[str, int]


@blueprint.get("/ledger/read-back")
@requires(*EDITING)
def ask() -> str:
    """Ask for the file."""
    return render_template("ledger/read_back.html", columns=_columns(), most=MOST_ROWS)


@blueprint.post("/ledger/read-back")
@requires(*EDITING)
def preview() -> Answer:
    """Show what the file would change, or every row that is wrong."""
    file = request.files.get("file")
    try:
        if file is None or not file.filename:
            raise AttachmentRefused("没有收到文件。请选择修改过的整改台账。")
        found = container().ledger_reading.preview(viewer(), file_name=file.filename, content=file.read())
    except AttachmentRefused as refused:
        return _refused([FieldProblem("file", refused.sentence)], "文件读不了，没有改动任何内容：")
    except InvalidInput as wrong:
        return _refused(wrong.problems, wrong.sentence)
    if not found.changes:
        flash("文件与现在的台账没有不同，不用修改。", "success")
        return redirect(url_for("ledger_reading.ask"))
    return _preview(found)


@blueprint.post("/ledger/read-back/confirm")
@requires(*EDITING)
def confirm() -> Answer:
    """Write what was shown; each row is looked at again."""
    rows, sha256 = _carrier().take_back(request.form.get("carried", ""))
    reason = request.form.get("reason", "")
    try:
        changed = container().ledger_reading.apply(viewer(), rows=rows, sha256=sha256, reason=reason)
    except InvalidInput as wrong:
        if any(problem.field == "reason" for problem in wrong.problems):
            again = container().ledger_reading.again(viewer(), rows=rows, sha256=sha256)
            return _preview(again, reason, wrong.problems[0].sentence), 422
        return _refused(wrong.problems, wrong.sentence)
    flash(f"已按文件修改{changed}项，理由已记录。", "success")
    return redirect(url_for("ledger_lists.show", kind=LEDGER))


def _preview(found: ReadBack, reason: str = "", error: str = "") -> str:
    return render_template(
        "ledger/read_back_preview.html", changes=found.changes, reason=reason, error=error, items=len(found.rows),
        carried=_carrier().carry(found.rows, found.sha256),
    )  # fmt: skip


def _refused(problems: Any, sentence: str) -> tuple[str, int]:
    html = render_template(
        "ledger/read_back.html", columns=_columns(), most=MOST_ROWS, problems=problems, sentence=sentence
    )
    return html, 422


def _carrier() -> Carrier:
    return Carrier(current_app.secret_key or "", viewer().person_id)


def _columns() -> list[str]:
    return [title for title, _ in EDITABLE.values()]
