"""Who is asking, and what each route demands of them. Every route names its demand; `check_routes` sees to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from tracker.domain.errors import NotFound
from tracker.domain.permissions import Action, Place, Viewer, may
from tracker.domain.values import Actor
from tracker.web.lost_forms import show_login_again
from tracker.web.requests import container, session_view

View = TypeVar("View", bound=Callable[..., Any])

COOKIE = "tracker_session"
OPEN_TO_ALL = "open"
SIGNED_IN = "signed in"
#: No number in an address is larger: that of the database's row ids.
LARGEST_NUMBER = 2**63 - 1
#: Routes that come from libraries and serve files only.
FILE_ENDPOINTS = frozenset({"static", "bootstrap.static"})


def requires(*actions: Action) -> Callable[[View], View]:
    """Mark a view as one for people who may do one of `actions` somewhere; for all others it does not exist.

    The view, or the service that it calls, still checks the very place.
    """
    return _demanding(actions)


def signed_in(view: View) -> View:
    """Mark a view as one for everybody who is signed in."""
    return _demanding(SIGNED_IN)(view)


def open_to_all(view: View) -> View:
    """Mark a view as one for anybody."""
    return _demanding(OPEN_TO_ALL)(view)


def demand_of(view: Callable[..., Any]) -> object:
    """Return what the view was marked with, or None."""
    return getattr(view, "tracker_demand", None)


def may_somewhere(viewer: Viewer, *actions: Action) -> bool:
    """Tell whether one of the person's posts allows one of `actions` at its own unit and campaign."""
    return any(may(alone, action, place) for alone, place in _posts(viewer) for action in actions)


def install(app: Flask) -> None:
    """Load the session before each request, and hold every route to its demand."""
    app.before_request(_load_session)
    app.before_request(_hold_to_demand)


def check_routes(app: Flask) -> None:
    """Raise RuntimeError when a route names no demand: it would be open by oversight."""
    for endpoint, view in app.view_functions.items():
        if endpoint not in FILE_ENDPOINTS and demand_of(view) is None:
            raise RuntimeError(f"route {endpoint!r} does not say who may use it")


def set_cookie(response: AnyResponse, token: str) -> None:
    """Give the browser its session token; it holds nothing else."""
    settings = container().settings
    response.set_cookie(
        COOKIE, token, httponly=True, samesite="Lax", secure=is_secure(settings.cookie_secure, settings.public_url),
        path="/", max_age=int(settings.session_max.total_seconds()),
    )  # fmt: skip


def clear_cookie(response: AnyResponse) -> None:
    """Take the token away."""
    response.delete_cookie(COOKIE, path="/")


def is_secure(choice: str, public_url: str) -> bool:
    """Tell whether cookies travel by HTTPS only."""
    return choice == "yes" or (choice == "auto" and public_url.startswith("https://"))


def _demanding(demand: object) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.tracker_demand = demand  # type: ignore[attr-defined]
        return view

    return mark


def _load_session() -> None:
    token = request.cookies.get(COOKIE)
    g.session_view = container().accounts.viewer_for(token) if token else None


def _hold_to_demand() -> Response | AnyResponse | tuple[str, int] | None:
    if not all(map(_can_be_sought, (request.view_args or {}).values())):
        raise NotFound("没有这个页面，或者您无权查看。")
    view = _view_asked_for()
    demand = demand_of(view) if view is not None else OPEN_TO_ALL
    if demand == OPEN_TO_ALL or request.endpoint in FILE_ENDPOINTS:
        return None
    who = session_view()
    if who is None:
        return show_login_again(had_session=COOKIE in request.cookies)
    if who.must_change and not (request.endpoint or "").startswith("account."):
        return redirect(url_for("account.password"))
    if isinstance(demand, tuple) and not may_somewhere(who.viewer, *demand):
        raise NotFound("没有这个页面，或者您无权查看。")
    return None


def _view_asked_for() -> Callable[..., Any] | None:
    return current_app.view_functions.get(request.endpoint) if request.endpoint else None


def _can_be_sought(value: object) -> bool:
    """Tell whether the database can hold a part of an address at all; what it cannot hold does not exist."""
    return "\x00" not in value if isinstance(value, str) else not isinstance(value, int) or value <= LARGEST_NUMBER


def _posts(viewer: Viewer) -> Iterator[tuple[Viewer, Place]]:
    for post in viewer.actor.posts:
        alone = Viewer(Actor(viewer.person_id, viewer.actor.account_id, (post,)), viewer.below)
        yield alone, Place(post.unit_id, post.campaign_id, post.unit_id)
