"""Areas: the office says who covers which units in a campaign; an area leader sees the own area and urges."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.addressing import FIRST_RESPONSIBLE_ROLES
from tracker.domain.errors import InvalidInput, NotAllowed, NotFound, StaleVersion
from tracker.domain.lights import LIGHTS, WORST_FIRST
from tracker.domain.permissions import Action, Place, may
from tracker.domain.values import ROLE_TITLES, Role, local_date
from tracker.persistence.queries import areas as queries
from tracker.persistence.queries.campaign_page import get_campaign
from tracker.web.auth import requires
from tracker.web.requests import container, expected_version, viewer
from tracker.web.units.scope import Answer, number, typed

blueprint = Blueprint("areas", __name__)


@blueprint.get("/campaigns/<ref>/areas")
@requires(Action.MANAGE_AREAS)
def show(ref: str) -> str:
    """Show who covers which units."""
    return _page(ref)


@blueprint.post("/campaigns/<ref>/areas")
@requires(Action.MANAGE_AREAS)
def assign(ref: str) -> Answer | Response:
    """Let a person cover units."""
    given = typed("person", "label")
    units = [found for one in request.form.getlist("unit") if (found := number(one)) is not None]
    try:
        added = container().areas.assign(viewer(), ref, person=given["person"], unit_ids=units, label=given["label"])
    except InvalidInput as wrong:
        return _page(ref, given, dict(wrong.by_field()), units), 422
    except NotAllowed as refused:
        return _page(ref, given, {"person": refused.sentence}, units), 403
    flash(f"已设置，新增{added}个单位。", "success")
    return redirect(url_for("areas.show", ref=ref))


@blueprint.post("/campaigns/<ref>/areas/<int:post_id>/end")
@requires(Action.MANAGE_AREAS)
def end(ref: str, post_id: int) -> Answer | Response:
    """End one person's cover of one unit."""
    try:
        container().areas.end(viewer(), ref, post_id)
    except NotAllowed as refused:
        return _page(ref, errors={"person": refused.sentence}), 403
    flash("已取消包片。", "success")
    return redirect(url_for("areas.show", ref=ref))


@blueprint.post("/campaigns/<ref>/areas/responsible")
@requires(Action.MANAGE_AREAS)
def set_responsible(ref: str) -> Answer | Response:
    """Say which post is the first responsible person."""
    try:
        container().areas.set_first_responsible(
            viewer(), ref, typed("role")["role"], expected_version=expected_version()
        )
    except InvalidInput as wrong:
        return _page(ref, errors=dict(wrong.by_field())), 422
    except StaleVersion as stale:
        return _page(ref, errors={"role": stale.sentence}), 409
    flash("第一责任人已更改，从下一次提醒起按新的岗位送达。", "success")
    return redirect(url_for("areas.show", ref=ref))


@blueprint.get("/area")
@requires(Action.SEE_OWN_AREA)
def own() -> str:
    """Show the viewer's own area with its lights."""
    parts = container()
    now = parts.clock.now()
    with parts.reading() as session:
        units = queries.own_area(session, viewer(), now=now, calendar=parts.calendars.newest())
    order = [light for light in WORST_FIRST if light.code not in ("withdrawn",)]
    return render_template("units/area.html", units=units, order=order, lights=LIGHTS, today=local_date(now))


def _page(
    ref: str, given: dict[str, str] | None = None, errors: dict[str, str] | None = None, chosen: list[int] | None = None
) -> str:
    parts, who = container(), viewer()
    now = parts.clock.now()
    today = local_date(now)
    with parts.reading() as session:
        campaign = get_campaign(session, who, ref, now=now)
        if not may(who, Action.MANAGE_AREAS, Place(campaign.office_unit_id, campaign.id, None, internal=True)):
            raise NotFound("没有这个页面，或者您无权查看。")
        units = queries.area_units(session, campaign.id, today=today)
    roles = [(role, ROLE_TITLES[Role(role)]) for role in FIRST_RESPONSIBLE_ROLES]
    return render_template(
        "units/areas.html", campaign=campaign, units=units, given=given or {}, errors=errors or {}, chosen=chosen or [],
        roles=roles, responsible=campaign.settings.get("first_responsible", "head"),
    )  # fmt: skip
