"""Saved views: the filters and the grouping of a list under a name, and the one with which the workbench opens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.errors import InvalidInput
from tracker.domain.permissions import Action
from tracker.persistence.queries.triage import View
from tracker.web.auth import requires
from tracker.web.requests import container, viewer
from tracker.web.workbench.filters import KEPT, kept

blueprint = Blueprint("saved_views", __name__)

#: place of a view → its endpoint
PLACES = {"overview": "workbench.overview", "findings": "workbench.findings"}


@dataclass(frozen=True)
class ViewLink:
    """A view as the bar shows it. `present` = the page shows just this."""

    view: View
    url: str
    present: bool


@dataclass(frozen=True)
class SavedBar:
    """The bar of saved views of a list, and what saving would keep."""

    links: tuple[ViewLink, ...]
    place: str
    query: dict[str, Any]


def saved_bar(place: str, views: Sequence[View]) -> SavedBar:
    """Return the viewer's views as links, and the present filters of a list."""
    query = kept()
    links = tuple(ViewLink(view, _url(view), view.place == place and dict(view.query) == query) for view in views)
    return SavedBar(links, place, query)


def first_view(views: Sequence[View]) -> str | None:
    """Return the address of the view with which the workbench opens, None where it opens plainly."""
    return next((_url(view) for view in views if view.comes_first), None)


@blueprint.post("/workbench/views")
@requires(Action.SEE_WORKBENCH)
def save() -> Response:
    """Save the present filters and grouping under a name."""
    place = request.form.get("place", "")
    if place not in PLACES:
        flash("没有这个列表。", "warning")
        return redirect(url_for("workbench.overview", all=1))
    query: dict[str, Any] = {
        name: value[:80] for name in KEPT if (value := request.form.get(name, "").replace("\x00", "").strip())
    }
    name = request.form.get("name", "")
    try:
        container().team.saved_views.save(
            viewer(), name=name, place=place, query=query, comes_first=request.form.get("comes_first") == "yes"
        )
        flash(f"已存为视图“{name.strip()}”。", "success")
    except InvalidInput as wrong:
        flash("".join(problem.sentence for problem in wrong.problems), "warning")
    return redirect(url_for(PLACES[place], **(query or {"all": "1"})))


@blueprint.post("/workbench/views/<int:view_id>/forget")
@requires(Action.SEE_WORKBENCH)
def forget(view_id: int) -> Response:
    """Remove a view."""
    container().team.saved_views.forget(viewer(), view_id)
    flash("视图已删去。", "success")
    return redirect(url_for("workbench.overview", all=1))


def _url(view: View) -> str:
    known: dict[str, Any] = {name: str(value) for name, value in view.query.items() if name in KEPT}
    return url_for(PLACES.get(view.place, "workbench.overview"), **(known or {"all": "1"}))
