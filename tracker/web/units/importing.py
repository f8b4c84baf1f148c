"""Import of units and people: choose files, look at what would change, import."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.errors import AttachmentRefused, InvalidInput, StaleVersion
from tracker.domain.permissions import Action
from tracker.services.rosters import GivenFile, Preview
from tracker.web.auth import requires
from tracker.web.requests import container, viewer
from tracker.web.units.presenters import present_changes
from tracker.web.units.scope import Answer, administration

blueprint = Blueprint("roster_import", __name__)

MOST_ERRORS = 300


@blueprint.get("/units/import")
@requires(Action.MANAGE_UNITS)
def choose() -> str:
    """Offer the template and the choice of files."""
    administration(Action.MANAGE_UNITS)
    return render_template("units/import.html", error="", whole=False)


@blueprint.post("/units/import")
@requires(Action.MANAGE_UNITS)
def preview() -> Answer | Response:
    """Check the files and show what they would change."""
    whole = request.form.get("whole") == "yes"
    files = [GivenFile(file.filename, file.read()) for file in request.files.getlist("files") if file.filename]
    try:
        found = container().rosters.preview(viewer(), files, whole=whole)
    except AttachmentRefused as refused:
        return render_template("units/import.html", error=refused.sentence, whole=whole), 422
    except InvalidInput as wrong:
        sentence = "".join(problem.sentence for problem in wrong.problems)
        return render_template("units/import.html", error=sentence, whole=whole), 422
    if found.ref is not None:
        return redirect(url_for("roster_import.show", ref=found.ref))
    return _page(found), 422 if found.comparison.errors else 200


@blueprint.get("/units/import/<ref>")
@requires(Action.MANAGE_UNITS)
def show(ref: str) -> str:
    """Show what a kept file would change, compared anew."""
    return _page(container().rosters.show(viewer(), ref))


@blueprint.post("/units/import/<ref>/apply")
@requires(Action.MANAGE_UNITS)
def apply(ref: str) -> Answer | Response:
    """Import exactly what was shown."""
    try:
        imported = container().rosters.apply(viewer(), ref)
    except StaleVersion as stale:
        return _page(container().rosters.show(viewer(), ref), sentence=stale.sentence), 409
    changes = imported.changes
    flash(
        f"已导入：单位{len(changes.units)}个，人员{len(changes.people)}人，岗位{len(changes.posts)}个。"
        + (f"其中{imported.without_phone}人没有手机号，见“数据质量”。" if imported.without_phone else ""),
        "success",
    )
    return redirect(url_for("units.index"))


@blueprint.post("/units/import/<ref>/forget")
@requires(Action.MANAGE_UNITS)
def forget(ref: str) -> Response:
    """Give up a kept file."""
    container().rosters.forget(viewer(), ref)
    flash("已放弃这份文件，没有导入任何内容。", "success")
    return redirect(url_for("roster_import.choose"))


def _page(found: Preview, *, sentence: str = "") -> str:
    return render_template(
        "units/preview.html", found=found, groups=present_changes(found.comparison), most=MOST_ERRORS, sentence=sentence,
        changes=found.comparison.changes, errors=found.comparison.errors, warnings=found.comparison.warnings,
    )  # fmt: skip
