"""Incidents, how the engine runs, and the verification of the record."""

from __future__ import annotations

from importlib.metadata import version

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from tracker.domain.permissions import Action
from tracker.domain.running import remarks
from tracker.persistence.queries.incidents import find_incidents
from tracker.persistence.queries.people_page import last_seal
from tracker.persistence.queries.running import read_engine
from tracker.queueing.watching import look_at_bell
from tracker.web.auth import requires
from tracker.web.listing import asked, page_number, page_url
from tracker.web.requests import container, viewer

blueprint = Blueprint("operations", __name__)

PAGE_SIZE = 50


@blueprint.get("/admin/incidents")
@requires(Action.SEE_INCIDENTS)
def incidents() -> str:
    """List what the engine could not do by itself: open, or (?resolved=1) resolved."""
    resolved = asked("resolved") is not None
    with container().reading() as session:
        found = find_incidents(session, viewer(), is_open=not resolved, page=page_number(), size=PAGE_SIZE)
    return render_template("admin/incidents.html", found=found, resolved=resolved, url=page_url("operations.incidents"))


@blueprint.get("/admin/health")
@requires(Action.SEE_HEALTH)
def health() -> str:
    """Show how the engine runs: clocks, messages, queues, workers, and what to do where something is wrong."""
    parts = container()
    now, real_now = parts.clock.now(), parts.clock.real_now()
    with parts.reading() as session:
        engine = read_engine(session, now=now)
    bell = look_at_bell(parts.settings.redis_url)
    return render_template(
        "admin/health.html", engine=engine, bell=bell, remarks=remarks(engine, bell, now=now, real_now=real_now),
        now=now, real_now=real_now, version=version("tracker"),
    )  # fmt: skip


@blueprint.post("/admin/incidents/<int:incident_id>/resolve")
@requires(Action.SEE_INCIDENTS)
def resolve(incident_id: int) -> Response:
    """Close an incident by hand."""
    container().incidents.resolve(viewer(), incident_id)
    flash("已标记为处理完毕；若再次发生会重新出现。", "success")
    return redirect(url_for("operations.incidents"))


@blueprint.get("/admin/ledger")
@requires(Action.VERIFY_LEDGER)
def ledger() -> str:
    """Show the newest seal, and offer the verification."""
    return _ledger_page()


@blueprint.post("/admin/ledger")
@requires(Action.VERIFY_LEDGER)
def verify() -> str:
    """Recompute every chain and every seal, and show the result."""
    result = container().ledger.verify()
    return _ledger_page(result.sentences(), whole=not result.faults)


def _ledger_page(sentences: list[str] | None = None, *, whole: bool = True) -> str:
    parts = container()
    with parts.reading() as session:
        seal = last_seal(session)
    return render_template("admin/ledger.html", seal=seal, sentences=sentences, whole=whole, now=parts.clock.now())
