"""What a view may ask of the request that it serves: the container, the person, safe addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from flask import current_app, g, request

from tracker.domain.errors import InvalidInput, NotFound
from tracker.domain.permissions import Viewer
from tracker.domain.reasons import worded

if TYPE_CHECKING:
    from tracker.bootstrap import Container
    from tracker.services.accounts import SessionView


def container() -> Container:
    """Return the parts that this application was built with."""
    return cast("Container", current_app.extensions["tracker"])


def session_view() -> SessionView | None:
    """Return who is signed in, or None."""
    return cast("SessionView | None", g.get("session_view"))


def viewer() -> Viewer:
    """Return the signed-in person with posts and units; raises NotFound where nobody is signed in."""
    signed_in = session_view()
    if signed_in is None:
        raise NotFound("没有这个页面。")
    return signed_in.viewer


def request_id() -> str:
    """Return the number under which this request stands in the log."""
    return cast("str", g.get("request_id", ""))


def safe_path(wanted: str | None, default: str = "/") -> str:
    """Return `wanted` when it is a path of this site, else `default`; never another site's address."""
    if not wanted or not wanted.startswith("/") or wanted.startswith(("//", "/\\")):
        return default
    if any(ord(sign) < 32 or sign == "\\" for sign in wanted):
        return default
    parts = urlsplit(wanted)
    return wanted if not parts.scheme and not parts.netloc else default


def given_reason() -> str:
    """Return the reason of a posted form: picked from those often given, typed, or both."""
    return worded(request.form.get("picked_reason", ""), request.form.get("reason", ""))


def expected_version() -> int:
    """Return the version that the page was made from; raises InvalidInput when a form came without one."""
    typed = request.form.get("version", "")
    if not typed.isascii() or not typed.isdigit() or len(typed) > 15:
        raise InvalidInput([], "页面不完整，请刷新后再办。")
    return int(typed)
