"""Do without mails that are optional: by the address in such a mail, or signed in. Looking changes nothing."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.web.auth import open_to_all, signed_in
from tracker.web.requests import container, viewer

#: The token in the address stands in place of the form's: a mail reader posts there by itself (RFC 8058).
by_token = Blueprint("unsubscribe", __name__)
blueprint = Blueprint("optional_mail", __name__)


@by_token.get("/unsubscribe/<token>")
@open_to_all
def ask(token: str) -> str:
    """Show whether the token's person does without, and the button that changes it."""
    return _page(container().optional_mail.is_refused(token), url_for("unsubscribe.refuse", token=token))


@by_token.post("/unsubscribe/<token>")
@open_to_all
def refuse(token: str) -> str:
    """Do without from now on, or (wanted=1) want them again."""
    refused = request.form.get("wanted") != "1"
    container().optional_mail.refuse(token, refused=refused)
    return _page(refused, url_for("unsubscribe.refuse", token=token), done=True)


@blueprint.get("/account/mail")
@signed_in
def mine() -> str:
    """Show the same to whoever is signed in."""
    return _page(container().optional_mail.is_refused(viewer()), url_for("optional_mail.change"))


@blueprint.post("/account/mail")
@signed_in
def change() -> Response:
    """Change it."""
    refused = request.form.get("wanted") != "1"
    container().optional_mail.refuse(viewer(), refused=refused)
    flash("已退订知会类邮件，仍可在系统“消息”里看到。" if refused else "已恢复接收知会类邮件。", "success")
    return redirect(url_for("optional_mail.mine"))


def _page(refused: bool, action: str, *, done: bool = False) -> str:
    return render_template("account/mail.html", refused=refused, action=action, done=done)
