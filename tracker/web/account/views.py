"""Log in, log out, change the password; and the front door, which leads each person to the right page."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from tracker.domain.errors import InvalidInput, LoginRefused
from tracker.web.auth import COOKIE, clear_cookie, open_to_all, set_cookie, signed_in
from tracker.web.lost_forms import carried_fields, show_resume
from tracker.web.navigation import home_of
from tracker.web.requests import container, safe_path, session_view, viewer

blueprint = Blueprint("account", __name__)


@blueprint.get("/")
@signed_in
def home() -> Response:
    """Lead each person to the page on which the day begins."""
    return redirect(home_of(viewer()))


@blueprint.route("/login", methods=["GET", "POST"])
@open_to_all
def login() -> Response | str | tuple[str, int]:
    """Ask for name and password; afterwards return to where the person was."""
    following = safe_path(request.values.get("next"))
    if request.method == "GET":
        return redirect(following) if session_view() is not None else _login_page(following)
    username = request.form.get("username", "").strip()
    accounts = container().accounts
    try:
        account = accounts.authenticate(username, request.form.get("password", ""), address=request.remote_addr or "")
    except LoginRefused as refused:
        return _login_page(following, username=username, sentence=refused.sentence), 401
    kept, path = carried_fields(request.form), request.form.get("kept_path", "")
    session.clear()
    if kept and path:
        answer = show_resume(path, kept, sentence="登录已恢复。下面是登录前填写的内容，请核对后继续提交。")
    else:
        answer = redirect(following)
    set_cookie(answer, accounts.open_session(account.id))
    return answer


@blueprint.post("/logout")
@signed_in
def logout() -> Response:
    """End this browser's session."""
    container().accounts.close_session(request.cookies.get(COOKIE, ""))
    session.clear()
    flash("您已退出。", "success")
    answer = redirect(url_for("account.login"))
    clear_cookie(answer)
    return answer


@blueprint.route("/account/password", methods=["GET", "POST"])
@signed_in
def password() -> Response | str | tuple[str, int]:
    """Change one's own password; asked for at the first login."""
    if request.method == "GET":
        return render_template("account/password.html", errors={})
    who = session_view()
    typed = {name: request.form.get(name, "") for name in ("current", "new", "again")}
    if typed["new"] != typed["again"]:
        return _password_page({"again": "两次输入的新密码不一样，请重新输入。"})
    try:
        container().accounts.change_password(
            who.account_id if who else 0, current=typed["current"], new=typed["new"],
            token=request.cookies.get(COOKIE, ""),
        )  # fmt: skip
    except InvalidInput as wrong:
        return _password_page(dict(wrong.by_field()))
    flash("密码已修改，请牢记新密码。", "success")
    return redirect(url_for("account.home"))


def _login_page(following: str, *, username: str = "", sentence: str = "") -> str:
    return render_template(
        "account/login.html", next=following, username=username, sentence=sentence,
        kept=carried_fields(request.form), kept_path=request.form.get("kept_path", ""),
    )  # fmt: skip


def _password_page(errors: dict[str, str]) -> tuple[str, int]:
    return render_template("account/password.html", errors=errors), 422
