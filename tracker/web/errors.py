"""One table: which error answers with which status and title. Nobody ever sees a stack trace."""

from __future__ import annotations

import secrets

import structlog
from flask import Flask, current_app, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.wrappers import Response

from tracker.domain.errors import CannotChange, CannotIssue, InvalidInput, TrackerError
from tracker.persistence.engine import is_away
from tracker.web.lost_forms import page_before, show_resume, typed_fields
from tracker.web.requests import request_id

logger = structlog.get_logger(__name__)

#: error code → HTTP status and the page's title
ANSWERS: dict[str, tuple[int, str]] = {
    "not_found": (404, "没有找到"),
    "not_allowed": (403, "不能办理"),
    "transition_not_allowed": (409, "现在不能这样办"),
    "stale_version": (409, "已有人先办理了"),
    "invalid_input": (422, "填写有误"),
    "cannot_issue": (409, "还不能印发"),
    "paper_altered": (409, "不能打印"),
    "slip_refused": (422, "没有签收成功"),
    "visit_code_refused": (422, "没有核验成功"),
    "template_refused": (422, "模板不能用"),
    "cannot_change": (409, "还不能这样调整"),
    "cannot_rehearse": (409, "不能试运行"),
    "login_refused": (401, "登录不成功"),
    "attachment_refused": (422, "附件不能接收"),
    "definition_invalid": (422, "定义文件有误"),
}
#: Bytes of a refused upload that are read and thrown away, so that the answer arrives.
MOST_DRAINED = 512 * 1024 * 1024
#: HTTP errors that are not ours: status → title and sentence
HTTP_ANSWERS: dict[int, tuple[str, str]] = {
    400: ("请求不完整", "浏览器送来的内容不完整，请返回上一页刷新后再试。"),
    404: ("没有找到", "没有这个页面，或者您无权查看。请从导航进入。"),
    405: ("不能这样打开", "这个地址只接收表单提交，请从页面上的按钮进入。"),
    413: ("文件太大", ""),
    429: ("操作太频繁", "这个网络地址短时间内提交次数过多，请一分钟后再试。"),
}


def status_of(error: TrackerError) -> int:
    """Return the HTTP status that answers an error."""
    return ANSWERS.get(error.code, (400, ""))[0]


def install(app: Flask) -> None:
    """Let the application answer every error with a page."""
    app.register_error_handler(TrackerError, show_tracker_error)
    app.register_error_handler(CSRFError, show_csrf_error)
    app.register_error_handler(HTTPException, show_http_error)
    app.register_error_handler(Exception, show_incident)


def show_tracker_error(error: TrackerError) -> Response:
    """Show the sentence of an error that no view took up itself."""
    status, title = ANSWERS.get(error.code, (400, "办理不成功"))
    logger.info("A request was refused", action="web.refused", code=error.code, status=status)
    details: list[str] = []
    if isinstance(error, CannotIssue | CannotChange):
        details = list(error.reasons)
    elif isinstance(error, InvalidInput):
        details = [problem.sentence for problem in error.problems]
    return _page(status, title, error.sentence, details)


def show_csrf_error(error: CSRFError) -> Response:
    """Offer the typed form again under a fresh token: the page had been open for too long, or cookies are off."""
    logger.info("A form came without a valid token", action="web.csrf_refused")
    fields = typed_fields()
    sentence = "这个页面打开得太久，或浏览器没有保存 Cookie，提交没有生效。"
    if fields:
        return show_resume(request.path, fields, status=400, sentence=f"{sentence}请核对后重新提交。")
    return _page(400, "页面已失效", f"{sentence}请返回上一页，刷新后再试。")


def show_http_error(error: HTTPException) -> Response:
    """Show an HTTP error in words; redirects pass."""
    if error.response is not None or (error.code or 500) < 400:
        return make_response(error.get_response())
    if isinstance(error, RequestEntityTooLarge):
        return _show_too_large()
    title, sentence = HTTP_ANSWERS.get(error.code or 500, ("办理不成功", "请返回上一页再试。"))
    return _page(error.code or 500, title, sentence)


def show_incident(error: Exception) -> Response:
    """Log what nobody expected under a number that the page shows, so that the two can be matched."""
    if is_away(error):
        return _show_away()
    number = request_id() or secrets.token_hex(6)
    logger.exception("A request failed", action="web.failed", incident=number)
    return _page(500, "系统出错了", "本次操作没有保存，问题已经记录。请稍后再试；若仍不行，请把编号告诉管理员。")


def _show_away() -> Response:
    """Say that the database is away. The page must not ask it anything, so it does without what other pages get."""
    logger.warning("The database could not be reached", action="web.database_away")
    answer = make_response(current_app.jinja_env.get_template("errors/away.html").render(back=page_before()), 503)
    answer.headers["Retry-After"] = "10"
    return answer


def _show_too_large() -> Response:
    # A connection closed on unread bytes shows the browser's own error instead of this page.
    stream, left = request.environ["wsgi.input"], MOST_DRAINED
    while left > 0 and (piece := stream.read(min(left, 1024 * 1024))):
        left -= len(piece)
    return _page(
        413, "文件太大",
        "一次上传的内容太大，没有保存。请返回上一页（填写的文字还在），减少照片数量或先压缩照片再上传。",
    )  # fmt: skip


def _page(status: int, title: str, sentence: str, details: list[str] | None = None) -> Response:
    page = render_template(
        "errors/error.html", status=status, heading=title, sentence=sentence, details=details or [],
        number=request_id() if status >= 500 else "", back=page_before(),
    )  # fmt: skip
    return make_response(page, status)
