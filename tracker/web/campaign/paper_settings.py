"""文书格式和文号: how the papers of a running campaign look, and by which words they are numbered."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain import paper_settings as fields
from tracker.domain.approving import SETTING
from tracker.domain.errors import InvalidInput, StaleVersion
from tracker.domain.papers import NOTICE_TITLES
from tracker.domain.permissions import Action
from tracker.domain.printed_papers import FORM_TITLES, MOST_COPIES
from tracker.persistence.queries.campaign_page import get_campaign
from tracker.web.auth import requires
from tracker.web.errors import status_of
from tracker.web.forms import read_given
from tracker.web.requests import container, expected_version, viewer
from tracker.web.tasks.presenters import NOTHING_TRIED, Attempt

blueprint = Blueprint("paper_settings", __name__)

ACT = "papers"


@blueprint.get("/campaigns/<ref>/changes/papers")
@requires(Action.CHANGE_CAMPAIGN)
def show(ref: str) -> str:
    """Show what holds now, to be changed."""
    return _page(ref)


@blueprint.post("/campaigns/<ref>/changes/papers")
@requires(Action.CHANGE_CAMPAIGN)
def change(ref: str) -> Response | tuple[str, int]:
    """Let what was typed hold from now on."""
    given = read_given(request.form)
    try:
        changed = container().team.paper_settings.set(
            viewer(), campaign_ref=ref, expected_version=expected_version(), given=given
        )
    except (InvalidInput, StaleVersion) as refused:
        problems = refused.problems if isinstance(refused, InvalidInput) else ()
        sentence = refused.sentence if not problems else ""
        return _page(ref, Attempt(ACT, given, problems, sentence)), status_of(refused)
    flash(f"已记录，以后印发的文书照此办理：{'；'.join(changed)}。" if changed else "没有变化。", "success")
    return redirect(url_for("changes.index", ref=ref))


def _page(ref: str, attempt: Attempt = NOTHING_TRIED) -> str:
    parts, who = container(), viewer()
    present = parts.team.paper_settings.present(who, campaign_ref=ref)
    with parts.reading() as session:
        campaign = get_campaign(session, who, ref, now=parts.clock.now())
    return render_template(
        "campaign/paper_settings.html", campaign=campaign, attempt=attempt.beside(dict(present.fields())),
        kinds=NOTICE_TITLES, forms={form.value: title for form, title in FORM_TITLES.items()}, fields=fields,
        most_copies=MOST_COPIES, approving=SETTING,
    )  # fmt: skip
