"""The leader's page: what needs me, each with its reason and one button; then each campaign in a line."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.permissions import Action
from tracker.domain.values import Role, local_date
from tracker.persistence.queries import campaign_week
from tracker.persistence.queries import workbench as bench_queries
from tracker.persistence.queries.chains import read_chains
from tracker.persistence.queries.risen import find_risen
from tracker.persistence.queries.visibility import scope
from tracker.web.auth import requires
from tracker.web.brief.presenters import BUTTONS, MOST_LINES, campaign_lines, needs_of_leader
from tracker.web.requests import container, viewer
from tracker.web.risen import present_risen
from tracker.web.workbench.presenters import Bench, section

blueprint = Blueprint("brief", __name__)


@blueprint.get("/brief")
@requires(Action.ACT_AS_LEADER)
def index() -> str:
    """Show the leader's day."""
    parts, who = container(), viewer()
    now = parts.clock.now()
    today = local_date(now)
    with parts.reading() as session:
        led = scope(who, office_roles=frozenset({Role.LEADER}))
        chains = read_chains(session, who.units(Role.LEADER), today=today)
        # All of them, however many: they are looked through for what is the leader's own.
        found = {
            key: bench_queries.find_section(session, who, bench_queries.Filters(), key, watch_until=today, size=None)
            for key in BUTTONS
        }
        risen = present_risen(find_risen(session, who), parts.catalog)
        weeks = campaign_week.read_weeks(session, campaign_week.find_followed(session, who), now=now)
        sitting = campaign_week.find_sitting(session, led, now=now)
    bench = Bench(who, parts.catalog, parts.calendars.newest(), now, chains)
    needs = needs_of_leader(
        [section(bench, key, rows) for key, rows in found.items()], risen, sitting, weeks, today=today
    )
    return render_template(
        "brief/index.html", needs=needs[:MOST_LINES], more=max(0, len(needs) - MOST_LINES), campaigns=campaign_lines(weeks),
        today=today, now=now,
    )  # fmt: skip


@blueprint.post("/campaigns/<ref>/weekly")
@requires(Action.ACT_AS_LEADER)
def switch(ref: str) -> Response:
    """Let the mail of the week come, or come no more."""
    on = request.form.get("on") == "yes"
    container().digests.switch(viewer(), campaign_ref=ref, on=on)
    flash("每周一上班后发一封情况。" if on else "不再向各位领导发每周情况，可以随时恢复。", "success")
    return redirect(url_for("brief.index"))
