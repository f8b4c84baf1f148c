"""The table of units in the draft of a 通报."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

from tracker.domain.errors import TrackerError
from tracker.domain.permissions import Action
from tracker.web.auth import requires
from tracker.web.notices.views import done, refused
from tracker.web.requests import container, expected_version, viewer

blueprint = Blueprint("rankings", __name__)

Answer = Response | tuple[str, int]


@blueprint.post("/notices/<ref>/ranking")
@requires(Action.ACT_AS_SUPERVISOR, Action.ACT_AS_OFFICE)
def put(ref: str) -> Answer:
    """Put the table in, with the figures of now."""
    try:
        container().rankings.put(viewer(), notice_ref=ref, expected_version=expected_version())
    except TrackerError as problem:
        return refused(ref, "ranking", problem)
    return done(ref, "排名表已放入草稿，请核对。")


@blueprint.post("/notices/<ref>/ranking/none")
@requires(Action.ACT_AS_SUPERVISOR, Action.ACT_AS_OFFICE)
def take_out(ref: str) -> Answer:
    """Take the table out."""
    try:
        container().rankings.take_out(viewer(), notice_ref=ref, expected_version=expected_version())
    except TrackerError as problem:
        return refused(ref, "ranking", problem)
    return done(ref, "排名表已去掉。")
