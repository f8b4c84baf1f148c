"""How messages read: every kind, shipped and own words, a preview, and what is wrong. Files are changed on the disk only."""

from __future__ import annotations

from flask import Blueprint, render_template

from tracker.domain.permissions import Action
from tracker.web.auth import requires
from tracker.web.requests import container, viewer

blueprint = Blueprint("wordings", __name__)


@blueprint.get("/outbox/wording")
@requires(Action.SEE_OUTBOX)
def index() -> str:
    """List the kinds of message."""
    parts = container()
    return render_template(
        "outbox/wordings.html", kinds=parts.wordings.kinds(viewer()), has_folder=parts.settings.messages_dir is not None,
        banned=parts.channels.banned,
    )  # fmt: skip


@blueprint.get("/outbox/wording/<kind>")
@requires(Action.SEE_OUTBOX)
def show(kind: str) -> str:
    """Show the words of one kind."""
    return render_template("outbox/wording.html", found=container().wordings.look(viewer(), kind))
