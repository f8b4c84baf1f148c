"""送达回执: made and printed by the office; signed for on a page that anybody may open, or by hand and then scanned.

The code on the paper leads to /slip#TOKEN. What follows a # is sent to no server, so that the token stands in no log of
ours nor of a proxy before us; the page's script puts it into the form, and without a script it is typed. Opening the
page changes nothing.
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.documents.file_names import safe_name
from tracker.domain.errors import AttachmentRefused, InvalidInput, SlipRefused
from tracker.domain.media_types import WORD
from tracker.domain.permissions import Action
from tracker.domain.receiving import CODE_DIGITS, LONGEST_POST, MOST_TRIES, TOKEN_LENGTH
from tracker.web.auth import open_to_all, requires
from tracker.web.errors import status_of
from tracker.web.file_answers import handed_over
from tracker.web.requests import container, viewer

blueprint = Blueprint("slips", __name__)

Answer = str | tuple[str, int]
#: Of one address; behind it may be a whole town.
SIGN_LIMIT = "20 per minute"


@blueprint.after_request
def tell_nobody(response: Response) -> Response:
    """Let no page that is left from the public one learn where somebody came from."""
    if request.path == "/slip":
        response.headers["Referrer-Policy"] = "no-referrer"
    return response


@blueprint.get("/slip")
@open_to_all
def ask() -> str:
    """Show the form."""
    return _form()


@blueprint.post("/slip")
@open_to_all
def sign() -> Answer:
    """Sign for a paper.

    No form's token is asked for: nobody's session is used here, and a page that tells no referrer could not show one.
    """
    given = {name: request.form.get(name, "")[:200] for name in ("slip", "code", "post")}
    try:
        signed = container().slips.sign_for(token=given["slip"], code=given["code"], post=given["post"])
    except InvalidInput as wrong:
        return _form(given, problems=dict(wrong.by_field())), status_of(wrong)
    except SlipRefused as refused:
        return _form({**given, "code": ""}, sentence=refused.sentence), status_of(refused)
    return render_template("slips/signed.html", signed=signed)


@blueprint.post("/notices/<ref>/slip")
@requires(Action.ACT_AS_SUPERVISOR, Action.ACT_AS_OFFICE)
def make(ref: str) -> str:
    """Make a slip and show its code, this once."""
    made = container().slips.make(viewer(), notice_ref=ref)
    return render_template(
        "slips/made.html", ref=ref, made=made, tries=MOST_TRIES, public=bool(container().settings.public_url),
        address=container().settings.address,
    )  # fmt: skip


@blueprint.post("/notices/<ref>/slip.docx")
@requires(Action.ACT_AS_SUPERVISOR, Action.ACT_AS_OFFICE)
def word(ref: str) -> Response:
    """Give a slip that was just made as Word."""
    printed = container().slips.print_slip(viewer(), notice_ref=ref, token=request.form.get("slip", ""))
    return handed_over(printed.content, safe_name(f"{printed.name}.docx", "docx"), WORD)


@blueprint.get("/notices/<ref>/receipt")
@requires(Action.ACT_AS_SUPERVISOR, Action.ACT_AS_OFFICE)
def ask_receipt(ref: str) -> str:
    """Ask for the scan of a receipt that was signed by hand."""
    return _receipt(ref)


@blueprint.post("/notices/<ref>/receipt")
@requires(Action.ACT_AS_SUPERVISOR, Action.ACT_AS_OFFICE)
def bind_receipt(ref: str) -> Response | Answer:
    """Bind the scan to its paper; a wrong field loses neither what was typed nor the file."""
    parts, who = container().receipt_scans, viewer()
    given = {name: request.form.get(name, "")[:200] for name in ("post", "signed_on", "scan")}
    file = request.files.get("file")
    try:
        if file is not None and file.filename:
            given["scan"] = parts.keep(who, notice_ref=ref, file_name=file.filename, content=file.read()).ref
    except AttachmentRefused as refused:
        return _receipt(ref, given, problems={"file": refused.sentence}), status_of(refused)
    try:
        received = parts.bind(who, notice_ref=ref, scan=given["scan"], given=given)
    except InvalidInput as wrong:
        return _receipt(ref, given, problems=dict(wrong.by_field())), status_of(wrong)
    except AttachmentRefused as refused:
        return _receipt(ref, {**given, "scan": ""}, problems={"file": refused.sentence}), status_of(refused)
    flash("回执已登记，文书已签收。" if received else "回执已存档；文书此前已经签收，签收情况不变。", "success")
    return redirect(url_for("notices.show", ref=ref))


def _receipt(ref: str, given: dict[str, str] | None = None, *, problems: dict[str, str] | None = None) -> str:
    parts, given = container().receipt_scans, given or {}
    notice = parts.find(viewer(), notice_ref=ref)
    kept = parts.kept(viewer(), notice_ref=ref, scan=given.get("scan", ""))
    return render_template(
        "slips/receipt.html", notice=notice, given=given, problems=problems or {}, longest=LONGEST_POST,
        kept=(given["scan"], kept) if kept else None,
    )  # fmt: skip


def _form(given: dict[str, str] | None = None, *, problems: dict[str, str] | None = None, sentence: str = "") -> str:
    return render_template(
        "slips/sign.html", given=given or {}, problems=problems or {}, sentence=sentence, digits=CODE_DIGITS,
        longest=LONGEST_POST, token_length=TOKEN_LENGTH,
    )  # fmt: skip
