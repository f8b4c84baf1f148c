"""The list of units, one unit, data quality, templates and exports."""

from __future__ import annotations

from flask import Blueprint, Response, render_template

from tracker.domain.campaign_file import UNIT_KINDS
from tracker.domain.channels import CHANNEL_TITLES
from tracker.domain.media_types import WORKBOOK
from tracker.domain.permissions import Action
from tracker.domain.values import local_date
from tracker.persistence.queries import roster_page, unit_page
from tracker.persistence.queries.history import read_history
from tracker.web.auth import requires
from tracker.web.campaign.presenters import unit_kind_choices
from tracker.web.listing import asked, page_number, page_url
from tracker.web.requests import container, viewer
from tracker.web.units.presenters import present_unit_history
from tracker.web.units.scope import administration, may_manage

blueprint = Blueprint("units", __name__)

PAGE_SIZE = 100
MOST_LISTED = 200


@blueprint.get("/units")
@requires(Action.SEE_UNITS)
def index() -> str:
    """List the units of the administration in the order of their tree."""
    within = administration().unit_ids
    sought, kind, ended = asked("q"), asked("kind", UNIT_KINDS), asked("ended") is not None
    parts = container()
    with parts.reading() as session:
        found = unit_page.find_units(
            session, within=within, sought=sought, kind=kind, ended=ended, today=local_date(parts.clock.now()),
            page=page_number(), size=PAGE_SIZE,
        )  # fmt: skip
    return render_template(
        "units/index.html", found=found, sought=sought or "", kind=kind, kinds=unit_kind_choices(), ended=ended,
        kind_titles=UNIT_KINDS, url=page_url("units.index"), may_manage=may_manage(),
    )  # fmt: skip


@blueprint.get("/units/<int:unit_id>")
@requires(Action.SEE_UNITS)
def show(unit_id: int) -> str:
    """Show one unit: names, parents, what became of it, who holds posts at it."""
    parts, within = container(), administration().unit_ids
    today = local_date(parts.clock.now())
    with parts.reading() as session:
        unit = unit_page.get_unit(session, unit_id, within=within)
        story = unit_page.unit_story(session, unit_id, today=today)
        events = read_history(session, kind="unit", subject=unit_id)
    return render_template(
        "units/show.html", unit=unit, story=story, kind=UNIT_KINDS.get(unit.kind, unit.kind), today=today,
        entries=present_unit_history(events), may_manage=may_manage(),
    )  # fmt: skip


@blueprint.get("/units/quality")
@requires(Action.MANAGE_UNITS)
def quality() -> str:
    """List what is missing or doubtful."""
    parts, within = container(), administration(Action.MANAGE_UNITS).unit_ids
    with parts.reading() as session:
        found = roster_page.data_quality(session, within=within, today=local_date(parts.clock.now()))
    return render_template("units/quality.html", found=found, most=MOST_LISTED, channels=CHANNEL_TITLES)


@blueprint.get("/units/template")
@requires(Action.MANAGE_UNITS)
def template() -> Response:
    """Hand out the workbook to fill in."""
    administration(Action.MANAGE_UNITS)
    return _workbook(container().rosters.template(), "units-template.xlsx")


@blueprint.get("/units/export")
@requires(Action.MANAGE_UNITS)
def export() -> Response:
    """Hand out units and people with contacts masked."""
    return _workbook(container().rosters.export(viewer(), contacts=False), "units.xlsx")


@blueprint.post("/units/export")
@requires(Action.SEE_CONTACTS)
def export_contacts() -> Response:
    """Hand out units and people with contacts in clear; the record says who took them."""
    return _workbook(container().rosters.export(viewer(), contacts=True), "units-contacts.xlsx")


def _workbook(content: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, mimetype=WORKBOOK, headers=headers)
