"""What happened in a campaign: the list, and the form by which the office or a supervisor records it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.errors import FieldProblem, InvalidInput, TransitionNotAllowed
from tracker.domain.permissions import Action, Place, may
from tracker.domain.values import local_date
from tracker.persistence.queries import campaign_page
from tracker.persistence.queries.occurrences import find_occurrences
from tracker.web.auth import requires
from tracker.web.forms import read_given
from tracker.web.listing import page_number, page_url
from tracker.web.requests import container, viewer
from tracker.web.tasks.presenters import NOTHING_TRIED, Attempt

blueprint = Blueprint("occurrences", __name__)

PAGE_SIZE = 50
ACT = "occurrence"


@blueprint.get("/campaigns/<ref>/occurrences")
@requires(Action.SEE_CAMPAIGN)
def index(ref: str) -> str:
    """List what was recorded, with the form where the viewer may record."""
    return _page(ref)


@blueprint.post("/campaigns/<ref>/occurrences")
@requires(Action.RECORD_OCCURRENCE)
def record(ref: str) -> Response | tuple[str, int]:
    """Record an occurrence; sent twice, it is recorded once."""
    given = read_given(request.form)
    try:
        done = container().occurrences.record(viewer(), campaign_ref=ref, given=given)
    except InvalidInput as wrong:
        return _page(ref, Attempt(ACT, given, wrong.problems)), 422
    except TransitionNotAllowed as refused:
        return _page(ref, Attempt(ACT, given, [FieldProblem("kind", refused.sentence)])), 409
    opened = f"已对该单位立项责任倒查（{done.look_back_ref}）。" if done.look_back_ref else ""
    flash(f"已登记（{done.ref}）。{opened}", "success")
    return redirect(url_for("occurrences.index", ref=ref))


@blueprint.post("/campaigns/<ref>/occurrences/<occurrence>/void")
@requires(Action.ACT_AS_OFFICE)
def void(ref: str, occurrence: str) -> Response | tuple[str, int]:
    """Void one that was recorded by mistake."""
    given = read_given(request.form)
    try:
        called_off = container().occurrences.void(
            viewer(), campaign_ref=ref, ref=occurrence, reason=request.form.get("reason", "")
        )
    except InvalidInput as wrong:
        return _page(ref, Attempt(f"void-{occurrence}", given, wrong.problems)), 422
    except TransitionNotAllowed as refused:
        return _page(ref, Attempt(f"void-{occurrence}", given, [FieldProblem("reason", refused.sentence)])), 409
    flash(f"已作废{occurrence}。{f'责任倒查{called_off}已撤回。' if called_off else ''}", "success")
    return redirect(url_for("occurrences.index", ref=ref))


def _page(ref: str, attempt: Attempt = NOTHING_TRIED) -> str:
    parts, who = container(), viewer()
    now = parts.clock.now()
    with parts.reading() as session:
        campaign = campaign_page.get_campaign(session, who, ref, now=now)
        units = campaign_page.campaign_units(session, who, campaign)
        found = find_occurrences(session, who, ref, page=page_number(), size=PAGE_SIZE)
    kinds: Mapping[str, str] = campaign.settings.get("occurrences", {})
    looked_back: Sequence[str] = campaign.settings.get("look_back", ())
    place = Place(campaign.office_unit_id, campaign.id, None, internal=True)
    states = {
        one.ref: parts.catalog.workflow(one.workflow_version_id).states[one.task_state].title
        for one in found.rows
        if one.workflow_version_id is not None and one.task_state is not None
    }
    return render_template(
        "campaign/occurrences.html", campaign=campaign, found=found, kinds=kinds, states=states, units=units,
        looked_back="、".join(kinds[kind] for kind in looked_back if kind in kinds), attempt=attempt.of(ACT), tried=attempt,
        may_void=campaign.status == "issued" and may(who, Action.ACT_AS_OFFICE, place),
        may_record=bool(kinds) and campaign.status == "issued" and may(who, Action.RECORD_OCCURRENCE, place),
        today=local_date(now), url=page_url("occurrences.index", ref=ref),
    )  # fmt: skip
