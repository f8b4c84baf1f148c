"""起草文书: a paper that no rung raised, begun by hand for a unit of a campaign."""

from __future__ import annotations

import secrets

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.errors import CannotIssue, InvalidInput, TransitionNotAllowed
from tracker.domain.papers import BY_HAND, NOTICE_TITLES
from tracker.domain.permissions import Action
from tracker.persistence.queries.campaign_page import get_campaign
from tracker.services.hand_papers import LONGEST_LINE, LONGEST_REASON
from tracker.web.auth import requires
from tracker.web.errors import status_of
from tracker.web.forms import read_given
from tracker.web.requests import container, viewer
from tracker.web.tasks.presenters import NOTHING_TRIED, Attempt

blueprint = Blueprint("hand_papers", __name__)

ACT = "begin"
HINTS = {
    "reminder_letter": "函，不要求回复，签收即归档。", "urge_notice": "催办已到期的工作，签收后2个工作日内回复。",
    "supervision_notice": "要求查明原因、逐项整改并回复。", "supervision_letter": "对条线单位、下级政府用，不用命令语气，请其函复。",
    "interview_notice": "约请单位负责人本人到场；报审前填时间、地点、须到场人员。", "rectification_notice": "附整改清单，印发即逐项成为整改事项。",
    "circular": "点名通报，要求限期整改、书面报告。",
}  # fmt: skip


@blueprint.get("/campaigns/<ref>/papers/new")
@requires(Action.ACT_AS_SUPERVISOR, Action.ACT_AS_OFFICE)
def new(ref: str) -> str:
    """Show the form."""
    return _page(ref)


@blueprint.post("/campaigns/<ref>/papers/new")
@requires(Action.ACT_AS_SUPERVISOR, Action.ACT_AS_OFFICE)
def begin(ref: str) -> Response | tuple[str, int]:
    """Begin a draft and go on to it; sent twice, it leads to the same one."""
    given = read_given(request.form)
    try:
        begun = container().team.hand_papers.begin(viewer(), campaign_ref=ref, given=given)
    except (InvalidInput, CannotIssue) as refused:
        problems = refused.problems if isinstance(refused, InvalidInput) else ()
        said = "".join(refused.reasons) if isinstance(refused, CannotIssue) else refused.sentence
        return _page(ref, Attempt(ACT, given, problems, "" if problems else said)), status_of(refused)
    flash("已起草，请核对标题、正文和事项后提请审批；审批由另一人办理。", "success")
    return redirect(url_for("notices.show", ref=begun.ref))


def _page(ref: str, attempt: Attempt = NOTHING_TRIED) -> str:
    parts, who = container(), viewer()
    with parts.reading() as session:
        campaign = get_campaign(session, who, ref, now=parts.clock.now())
    try:
        units, why_not = parts.team.hand_papers.units(who, campaign_ref=ref), ""
    except TransitionNotAllowed as refused:
        units, why_not = (), refused.sentence
    return render_template(
        "notices/new.html", campaign=campaign, units=units, why_not=why_not,
        attempt=attempt.beside({"begun": secrets.token_urlsafe(18), "unit": request.args.get("unit", "")}),
        kinds=[(kind, NOTICE_TITLES[kind], HINTS[kind]) for kind in BY_HAND], longest=(LONGEST_LINE, LONGEST_REASON),
    )  # fmt: skip
