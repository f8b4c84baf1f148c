"""Filing a paper that has run its course."""

from __future__ import annotations

from flask import Blueprint, request

from tracker.domain.errors import TrackerError
from tracker.domain.permissions import Action
from tracker.web.auth import requires
from tracker.web.notices.views import Answer, done, refused
from tracker.web.requests import container, expected_version, viewer

blueprint = Blueprint("filing", __name__)


@blueprint.post("/notices/<ref>/filing")
@requires(Action.ACT_AS_SUPERVISOR, Action.ACT_AS_OFFICE)
def file(ref: str) -> Answer:
    """Write down where the paper is kept."""
    try:
        container().team.filing.file(
            viewer(), notice_ref=ref, expected_version=expected_version(), filed_as=request.form.get("filed_as", "")
        )
    except TrackerError as problem:
        return refused(ref, "filing", problem)
    return done(ref, "已归档，并记入办理过程。")
