"""What was typed survives a session that ran out: it rides along through the login and is offered again.

Nothing is sent by itself: after the login the person sees what was typed and presses the button once more.
"""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from tracker.web.forms import NOT_TYPED
from tracker.web.requests import safe_path

PREFIX = "kept."
#: More than this is not carried along; a form of 200 rows has about 1,500 fields.
MOST_FIELDS = 3000
NEVER_KEPT = frozenset({"csrf_token", "password", "current", "new", "again", "slip", "code"})


def typed_fields() -> list[tuple[str, str]]:
    """Return what the refused form held, when it came from a page of this site; secrets and tokens stay out."""
    if request.method != "POST" or not _from_here():
        return []
    fields = [(name, value) for name, value in request.form.items(multi=True) if name not in NEVER_KEPT]
    return fields[:MOST_FIELDS]


def carried_fields(form: MultiDict[str, str]) -> list[tuple[str, str]]:
    """Return the typed fields that a login form carried along."""
    kept = [(name.removeprefix(PREFIX), value) for name, value in form.items(multi=True) if name.startswith(PREFIX)]
    return kept[:MOST_FIELDS]


def page_before() -> str:
    """Return the page that a form stood on, to come back to: the path of the referring page."""
    parts = _split(request.referrer)
    if parts is None or parts.netloc != request.host:
        return safe_path(None)
    return safe_path(parts.path + (f"?{parts.query}" if parts.query else ""))


def show_login_again(*, had_session: bool) -> Response:
    """Answer somebody who is not signed in: a page is come back to after the login, a form is carried along."""
    if request.method == "GET":
        if had_session:
            flash("登录已超时，请重新登录，登录后回到原页面。", "warning")
        return redirect(url_for("account.login", next=request.full_path.rstrip("?")))
    page = render_template(
        "account/login.html", kept=typed_fields(), kept_path=request.path, next=page_before(),
        sentence="登录已超时，请重新登录。刚才填写的内容已保留，登录后可继续提交。", username="",
    )  # fmt: skip
    return make_response(page, 401)


def show_resume(
    path: str, fields: list[tuple[str, str]], *, status: int = 200, sentence: str = "", button: str = "继续提交"
) -> Response:  # fmt: skip
    """Show what was typed, with one button that sends it to where it was going."""
    page = render_template(
        "account/resume.html", path=safe_path(path), fields=fields, sentence=sentence, button=button,
        shown=[(name, value) for name, value in fields if value.strip() and name not in NOT_TYPED],
    )  # fmt: skip
    return make_response(page, status)


def _from_here() -> bool:
    sender = _split(request.headers.get("Origin") or request.referrer)
    return sender is not None and sender.netloc == request.host


def _split(address: str | None) -> SplitResult | None:
    """Return the parts of an address that a browser sent; None for one that cannot be read (http://[)."""
    try:
        return urlsplit(address or "")
    except ValueError:
        return None
