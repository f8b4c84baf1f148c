"""Headers that every answer carries, and the number under which a request stands in the log."""

from __future__ import annotations

import secrets
import time

import structlog
from flask import Flask, g, request
from werkzeug.wrappers import Response

from tracker.web.auth import FILE_ENDPOINTS

logger = structlog.get_logger(__name__)

POLICY = "; ".join((
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",  # Bootstrap draws its check marks as data images.
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
))  # fmt: skip
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), microphone=(), camera=()",
}


def install(app: Flask) -> None:
    """Number each request and put the headers on each answer."""
    app.before_request(_begin)
    app.after_request(_finish)


def _begin() -> None:
    g.request_id, g.began = secrets.token_hex(6), time.monotonic()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request=g.request_id)


def _finish(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint not in FILE_ENDPOINTS:
        response.headers["Cache-Control"] = "no-store"
        _log(response)
    return response


def _log(response: Response) -> None:
    rule = request.url_rule.rule if request.url_rule else "(none)"
    taken = round((time.monotonic() - g.get("began", time.monotonic())) * 1000)
    level = logger.debug if rule in ("/healthz", "/metrics") else logger.info
    level(
        "Request answered", action="web.request", method=request.method, route=rule, status=response.status_code,
        milliseconds=taken,
    )  # fmt: skip
