"""Callbacks of providers. No person signs in here: the token in the address does, and a signature where they sign."""

from __future__ import annotations

from flask import Blueprint, Response, request

from tracker.domain.errors import InvalidInput
from tracker.web.auth import open_to_all
from tracker.web.requests import container

blueprint = Blueprint("receipts", __name__)

LONGEST_CALL = 1024 * 1024


@blueprint.post("/receipts/<channel>/<token>")
@open_to_all
def take_in(channel: str, token: str) -> Response:
    """Take a call in and answer what the provider wants to hear; what is not theirs does not exist."""
    if (request.content_length or 0) > LONGEST_CALL:
        return Response("too long", status=413, mimetype="text/plain")
    try:
        answer = container().receipts.take_in(
            channel, token, headers=dict(request.headers.items()), body=request.get_data(cache=False)
        )
    except InvalidInput:
        return Response("unreadable", status=400, mimetype="text/plain")
    kind = "application/json" if answer[:1] in ("{", "[") else "text/plain"
    return Response(answer, mimetype=kind)
