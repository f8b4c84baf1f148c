"""Campaigns: the list, the plan and its issuing, the matrix, the tasks."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from tracker.domain.campaign_file import UNIT_KINDS
from tracker.domain.errors import CannotIssue, StaleVersion
from tracker.domain.lights import LIGHTS
from tracker.domain.permissions import Action, Place, may
from tracker.domain.reachability import LOOK_BACK, RECTIFICATION
from tracker.domain.values import local_date
from tracker.persistence.queries import campaign_page as queries
from tracker.persistence.queries.matrix import find_matrix
from tracker.persistence.queries.plan_drafts import plan_of
from tracker.web.auth import may_somewhere, requires
from tracker.web.campaign.presenters import (
    STATUS_TITLES,
    WAITS_TITLES,
    present_matrix,
    present_measures,
    present_tasks,
    unit_kind_choices,
    workflow_title,
)
from tracker.web.listing import asked, page_number, page_url
from tracker.web.requests import container, expected_version, viewer

blueprint = Blueprint("campaign", __name__)

PAGE_SIZE = 50
#: Units on a page of the matrix: with sixty measures, three thousand cells.
MATRIX_UNITS = 50


@blueprint.get("/campaigns")
@requires(Action.SEE_CAMPAIGN)
def index() -> str:
    """List the campaigns that the viewer sees."""
    parts = container()
    with parts.reading() as session:
        found = queries.find_campaigns(session, viewer(), now=parts.clock.now())
    return render_template("campaign/index.html", campaigns=found, statuses=STATUS_TITLES,
                           may_import=may_somewhere(viewer(), Action.CHANGE_CAMPAIGN))  # fmt: skip


@blueprint.get("/campaigns/<ref>")
@requires(Action.SEE_CAMPAIGN)
def show(ref: str) -> str:
    """Show the plan; before issuing also what stands in the way and what issuing will do."""
    return _page(ref)


@blueprint.post("/campaigns/<ref>/issue")
@requires(Action.ISSUE_CAMPAIGN)
def issue(ref: str) -> Response | tuple[str, int]:
    """Issue the campaign."""
    try:
        report = container().issuing.issue_campaign(viewer(), campaign_ref=ref, expected_version=expected_version())
    except (CannotIssue, StaleVersion) as refused:
        return _page(ref, sentence=refused.sentence), 409
    flash(f"已下达：{report.units}个单位共{report.tasks}项任务，已通知{report.people}人。", "success")
    return redirect(url_for("campaign.show", ref=ref))


@blueprint.get("/campaigns/<ref>/matrix")
@requires(Action.SEE_CAMPAIGN)
def matrix(ref: str) -> str:
    """Show units × measures with lights, a page of units or (?whole=1, to print) all."""
    kind, light, whole = asked("kind", UNIT_KINDS), asked("light", LIGHTS), asked("whole", ("1",)) is not None
    parts, who = container(), viewer()
    now, calendar = parts.clock.now(), parts.calendars.newest()
    with parts.reading() as session:
        campaign = queries.get_campaign(session, who, ref, now=now)
        found = find_matrix(
            session,
            who,
            campaign,
            now=now,
            calendar=calendar,
            unit_kind=kind,
            light=light,
            page=page_number(),
            size=None if whole else MATRIX_UNITS,
        )
    return render_template(
        "campaign/matrix.html", campaign=campaign, matrix=present_matrix(found, campaign), found=found, whole=whole, kinds=unit_kind_choices(),
        lights=[(code, f"{shown.symbol} {shown.title}") for code, shown in LIGHTS.items()], kind=kind, light=light,
        now=now, why=asked("why", ("1",)) is not None, url=page_url("campaign.matrix", ref=ref),
    )  # fmt: skip


@blueprint.get("/campaigns/<ref>/tasks")
@requires(Action.SEE_CAMPAIGN)
def tasks(ref: str) -> str:
    """List the campaign's tasks."""
    filters = queries.TaskFilters(
        unit=asked("unit"), measure=asked("measure"), light=asked("light", LIGHTS), workflow=asked("workflow"),
        waits_for=asked("waits_for", WAITS_TITLES),
    )  # fmt: skip
    parts, who = container(), viewer()
    now, calendar = parts.clock.now(), parts.calendars.newest()
    with parts.reading() as session:
        campaign = queries.get_campaign(session, who, ref, now=now)
        choices = queries.campaign_choices(session, who, campaign, unit=filters.unit)
        found = queries.find_tasks(
            session, who, campaign, filters, now=now, calendar=calendar, page=page_number(), size=PAGE_SIZE
        )
    workflows = sorted(choices.workflows | _opened_beside(campaign))
    return render_template(
        "campaign/tasks.html", campaign=campaign, found=found, lines=present_tasks(found.rows, parts.catalog),
        choices=choices, filters=filters, waits=WAITS_TITLES, url=page_url("campaign.tasks", ref=ref),
        workflows=[(key, workflow_title(key, parts.catalog)) for key in workflows],
        lights=[(code, f"{shown.symbol} {shown.title}") for code, shown in LIGHTS.items()],
    )  # fmt: skip


def _opened_beside(campaign: queries.CampaignRow) -> set[str]:
    """Return the workflows of tasks that no measure names: what problems, papers and occurrences open."""
    return {RECTIFICATION, LOOK_BACK} if campaign.settings.get("look_back") else {RECTIFICATION}


def _page(ref: str, *, sentence: str = "") -> str:
    parts, who = container(), viewer()
    now, calendar = parts.clock.now(), parts.calendars.newest()
    with parts.reading() as session:
        campaign = queries.get_campaign(session, who, ref, now=now)
        phases = queries.find_phases(session, campaign)
        measures = queries.find_measures(session, who, campaign, now=now, calendar=calendar)
        before = campaign.status == "draft"
        prospect = queries.prospect(session, campaign, today=local_date(now)) if before else None
        place = Place(campaign.office_unit_id, campaign.id, None, internal=True)
        may_edit = may(who, Action.CHANGE_CAMPAIGN, place)
        plan = plan_of(session, campaign.id) if may_edit else None
    return render_template(
        "campaign/show.html", campaign=campaign, status=STATUS_TITLES.get(campaign.status, campaign.status),
        phases=phases, measures=present_measures(measures, phases, parts.catalog), prospect=prospect,
        reasons=parts.campaigns.check_campaign(ref) if before else [], sentence=sentence,
        may_change=campaign.status == "issued" and may_edit, plan=plan,
        may_issue=before and may(who, Action.ISSUE_CAMPAIGN, place),
    )  # fmt: skip
