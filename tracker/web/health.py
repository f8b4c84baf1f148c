"""Is the program well: /healthz for balancers, /metrics for Prometheus. Neither tells anything about people."""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from werkzeug.wrappers import Response

from tracker.domain.errors import NotFound
from tracker.domain.permissions import Action
from tracker.persistence.queries.health import database_health
from tracker.web.auth import may_somewhere, open_to_all
from tracker.web.requests import container, session_view

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@open_to_all
def healthz() -> tuple[Response, int]:
    """Answer 200 when the database answers and carries the tables that this program knows, else 503."""
    health = database_health(container().reading)
    answer = jsonify(
        status="ok" if health.well else "failing",
        database="ok" if health.answers else "unreachable",
        migration=health.revision or "none",
        missing_columns=health.missing,
    )
    return answer, 200 if health.well else 503


@blueprint.get("/metrics")
@open_to_all
def metrics() -> Response:
    """Answer from this machine, or for those who look after it."""
    who = session_view()
    # A proxy on this machine speaks from here for everybody; what it passes on is not from this machine.
    local = request.remote_addr in ("127.0.0.1", "::1") and "X-Forwarded-For" not in request.headers
    if not local and (who is None or not may_somewhere(who.viewer, Action.SEE_HEALTH)):
        raise NotFound("没有这个页面。")
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)
