"""The workbench: what waits for the office side, and what the engine raised."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from tracker.domain.permissions import OFFICE_SIDE, Action, Viewer
from tracker.domain.values import SEVERITY_TITLES, local_date
from tracker.persistence.queries import workbench as queries
from tracker.persistence.queries.chains import read_chains
from tracker.persistence.queries.risen import find_risen
from tracker.persistence.queries.triage import find_claims
from tracker.web.auth import requires
from tracker.web.listing import asked, page_number, page_url, refs_among
from tracker.web.requests import container, viewer
from tracker.web.risen import present_risen
from tracker.web.workbench.deciding import DRAFT_ACTS
from tracker.web.workbench.filters import bench_filters, ref_of
from tracker.web.workbench.one import WALKS
from tracker.web.workbench.presenters import FINDING_STATUS, GROUPINGS, SECTIONS, Bench, section
from tracker.web.workbench.saved import first_view, saved_bar

blueprint = Blueprint("workbench", __name__)

#: Rows of a section on the overview, and on a page of its own.
GLANCE, WHOLE = 8, 30
#: Letters of the list of what may be taken back.
MOST_UNDO = 2_000
#: Look-backs show up this long before they are due.
WATCH_AHEAD = timedelta(days=30)


@blueprint.get("/workbench")
@requires(Action.SEE_WORKBENCH)
def overview() -> str | Response:
    """Show all sections at a glance, or one of them whole (?section=); without a word, the view that comes first."""
    views = container().team.saved_views.of(viewer())
    if not request.args and (first := first_view(views)) is not None:
        return redirect(first)
    only = asked("section", SECTIONS)
    filters = bench_filters()
    parts, who = container(), viewer()
    now = parts.clock.now()
    today = local_date(now)
    page, size = (page_number(), WHOLE) if only else (1, GLANCE)
    with parts.reading() as session:
        choices = queries.filter_choices(session, who, unit=filters.unit)
        chains = read_chains(session, who.units(*OFFICE_SIDE), today=today)
        risen = find_risen(session, who) if only is None else ()
        found = {
            key: queries.find_section(session, who, filters, key, watch_until=today + WATCH_AHEAD, page=page, size=size)
            for key in ([only] if only else SECTIONS)
        }
        refs = [ref for rows in found.values() for ref in map(ref_of, rows.rows)]
        claims = find_claims(session, refs, person_id=who.person_id, now=parts.clock.real_now())
    bench = Bench(who, parts.catalog, parts.calendars.newest(), now, chains, filters.sort, claims)
    return render_template(
        "workbench/overview.html", sections=[section(bench, key, rows) for key, rows in found.items()],
        filters=filters, choices=choices, only=only, severities=SEVERITY_TITLES, glance=GLANCE, today=today,
        risen=present_risen(risen, parts.catalog), batch_acts=_batch_acts(who),
        url=page_url("workbench.overview"), groupings=GROUPINGS, saved=saved_bar("overview", views), walks=WALKS,
    )  # fmt: skip


@blueprint.get("/workbench/findings")
@requires(Action.SEE_WORKBENCH)
def findings() -> str:
    """List what the engine raised, and what became of it."""
    status = asked("status", FINDING_STATUS)
    filters = bench_filters()
    parts, who = container(), viewer()
    now = parts.clock.now()
    with parts.reading() as session:
        choices = queries.filter_choices(session, who, unit=filters.unit)
        found = queries.find_findings(session, who, filters, status=status, page=page_number(), size=WHOLE)
        claims = find_claims(
            session, [row.ref for row in found.rows], person_id=who.person_id, now=parts.clock.real_now()
        )
    bench = Bench(who, parts.catalog, parts.calendars.newest(), now, {}, filters.sort, claims)
    return render_template(
        "workbench/findings.html", found=found, lines=[bench.finding(row) for row in found.rows], filters=filters,
        choices=choices, status=status, statuses=FINDING_STATUS, groupings=GROUPINGS, severities=SEVERITY_TITLES,
        url=page_url("workbench.findings"), saved=saved_bar("findings", parts.team.saved_views.of(who)), undo=_undo(),
    )  # fmt: skip


def _batch_acts(who: Viewer) -> dict[str, tuple[tuple[str, str], ...]]:
    """Return what may be done to chosen rows of each section: (act, title), the usual one first."""
    if not who.roles() & OFFICE_SIDE:
        return {}
    acts: dict[str, tuple[tuple[str, str], ...]] = {}
    for act, (title, stage) in DRAFT_ACTS.items():
        acts[stage] = (*acts.get(stage, ()), (act, title))
    return acts


def _undo() -> list[str]:
    """Return the findings that were waived a moment ago and may be taken back."""
    return refs_among(request.args.get("undo", "")[:MOST_UNDO].split(","))
