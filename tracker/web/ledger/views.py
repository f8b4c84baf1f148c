"""The problem ledger of a campaign: per unit, and the list behind each figure."""

from __future__ import annotations

from flask import Blueprint, render_template

from tracker.domain.definition import FieldType
from tracker.domain.ledger_columns import PROBLEM_ORIGINS
from tracker.domain.lights import LIGHTS
from tracker.domain.permissions import Action
from tracker.domain.ports import WorkflowCatalog
from tracker.persistence.queries import ledgers as queries
from tracker.persistence.queries.campaign_page import get_campaign
from tracker.web.auth import requires
from tracker.web.listing import asked, page_number, page_url
from tracker.web.requests import container, viewer

blueprint = Blueprint("ledger", __name__)

PAGE_SIZE = 50


@blueprint.get("/campaigns/<ref>/problems")
@requires(Action.SEE_CAMPAIGN)
def problems(ref: str) -> str:
    """Show the sums of each unit, or (?unit= or ?stage=) the problems themselves."""
    unit, stage = asked("unit"), asked("stage", queries.STAGES)
    origin = asked("origin", PROBLEM_ORIGINS)
    parts, who = container(), viewer()
    now, calendar = parts.clock.now(), parts.calendars.newest()
    with parts.reading() as session:
        campaign = get_campaign(session, who, ref, now=now)
        sums = queries.sum_problems(session, who, campaign, now=now)
        found = queries.find_problems(
            session, who, campaign, unit=unit, stage=stage, origin=origin, now=now, calendar=calendar, page=page_number(),
            size=PAGE_SIZE,
        )  # fmt: skip
    return render_template(
        "ledger/problems.html", campaign=campaign, sums=sums, total=queries.add_up(sums), found=found,
        lines=[_line(row, parts.catalog) for row in found.rows], unit=unit, stage=stage, stages=queries.STAGES,
        origin=origin, origins=PROBLEM_ORIGINS,
        units=[(row.unit_key, row.unit_name) for row in sums], url=page_url("ledger.problems", ref=ref), now=now,
    )  # fmt: skip


def _line(row: queries.ProblemRow, catalog: WorkflowCatalog) -> dict[str, object]:
    titles = _choice_titles(row, catalog)
    return {
        "row": row,
        "kind": titles.get(("kind", row.kind), row.kind),
        "grade": titles.get(("risk_grade", row.risk_grade), row.risk_grade),
        "state": catalog.workflow(row.workflow_version_id).states[row.state].title,
        "light": LIGHTS[row.light],
    }


def _choice_titles(row: queries.ProblemRow, catalog: WorkflowCatalog) -> dict[tuple[str, str], str]:
    """Return the titles of choices as the form had them in which the problem was reported."""
    forms = catalog.workflow(row.found_in_version_id).forms
    return {
        (field.name, value): title
        for form in forms.values()
        for field in form.fields
        if field.type is FieldType.CHOICE
        for value, title in field.options.items()
    }
