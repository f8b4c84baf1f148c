"""Help: how each post works with the system, and what each kind of work expects, read from the definitions in use."""

from __future__ import annotations

from flask import Blueprint, render_template

from tracker.domain.errors import NotFound
from tracker.domain.ladder import OPTIONAL_LADDERS, Ladder
from tracker.domain.receiving import CODE_DIGITS
from tracker.domain.visits import (
    CODE_VALID,
    ENTERPRISE_RULE,
    FILING_RULE,
    FREQUENCY_RULE,
    MOST_TRIES,
    OUTCOME_TITLES,
    WINDOW_DAYS,
)
from tracker.web.auth import signed_in
from tracker.web.help.guides import guides_for
from tracker.web.help.presenters import present_help
from tracker.web.requests import container, viewer
from tracker.web.workflows import newest_workflows

blueprint = Blueprint("help", __name__)


@blueprint.get("/help")
@signed_in
def index() -> str:
    """List the guides of the posts, the kinds of work and the papers."""
    found = newest_workflows().values()
    return render_template(
        "help/index.html", guides=guides_for(viewer().roles()), kinds=[one for one in found if not one.paper],
        papers=[one for one in found if one.paper],
    )  # fmt: skip


@blueprint.get("/help/roles/<role>")
@signed_in
def guide(role: str) -> str:
    """Tell the day of a post, with pictures; everybody may read every guide. NotFound for a post that there is not."""
    for one in guides_for(viewer().roles()):
        if one.role.value == role:
            return render_template(one.template, guide=one)
    raise NotFound("没有这个岗位的帮助。")


@blueprint.get("/help/visits")
@signed_in
def visits() -> str:
    """Say how a visit goes: for those who go, and for those who are visited."""
    return render_template(
        "help/visits.html", valid=int(CODE_VALID.total_seconds() // 3600), tries=MOST_TRIES, digits=CODE_DIGITS,
        rules=(FREQUENCY_RULE, FILING_RULE, ENTERPRISE_RULE), window=WINDOW_DAYS, outcomes=OUTCOME_TITLES.values(),
    )  # fmt: skip


@blueprint.get("/help/<workflow>")
@signed_in
def show(workflow: str) -> str:
    """Say what a kind of work expects; NotFound for one that this installation does not have."""
    parts = container()
    try:
        _, definition = parts.catalog.newest_workflow(workflow)
    except NotFound:
        raise NotFound("没有这类工作的说明。") from None
    page = present_help(definition, _ladder)
    return render_template("help/show.html", page=page)


def _ladder(key: str) -> Ladder | None:
    """Return the ladder of a clock; None for one that only a campaign gives."""
    return None if key in OPTIONAL_LADDERS else container().catalog.newest_ladder(key)[1]
