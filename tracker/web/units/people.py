"""People of the administration: the list, one person with posts, contacts masked until asked for."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from tracker.domain.channels import CHANNEL_TITLES
from tracker.domain.errors import InvalidInput, NotAllowed
from tracker.domain.permissions import Action
from tracker.domain.values import ADMIN_ROLES, ROLE_TITLES, Role, local_date
from tracker.persistence.queries import roster_page
from tracker.persistence.queries.unit_page import unit_choices
from tracker.services.office_people import Contacts
from tracker.web.auth import requires
from tracker.web.listing import asked, page_number, page_url
from tracker.web.requests import container, viewer
from tracker.web.units.scope import Answer, administration, day, number, typed

blueprint = Blueprint("office_people", __name__)

PAGE_SIZE = 50


@blueprint.get("/units/people")
@requires(Action.MANAGE_UNITS)
def index() -> str:
    """List people by name."""
    parts, within = container(), administration(Action.MANAGE_UNITS).unit_ids
    sought, left = asked("q"), asked("left") is not None
    with parts.reading() as session:
        found = roster_page.find_people(
            session, within=within, sought=sought, left=left, today=local_date(parts.clock.now()), page=page_number(),
            size=PAGE_SIZE,
        )  # fmt: skip
    return render_template(
        "units/people.html", found=found, sought=sought or "", left=left, url=page_url("office_people.index")
    )


@blueprint.get("/units/people/<int:person_id>")
@requires(Action.MANAGE_UNITS)
def show(person_id: int) -> str:
    """Show one person."""
    return _page(person_id)


@blueprint.post("/units/people/<int:person_id>/reveal")
@requires(Action.SEE_CONTACTS)
def reveal(person_id: int) -> str:
    """Show phone and mail address; the record says who looked."""
    return _page(person_id, contacts=container().office_people.reveal(viewer(), person_id))


@blueprint.post("/units/people/<int:person_id>/addresses")
@requires(Action.MANAGE_UNITS)
def set_addresses(person_id: int) -> Answer | Response:
    """Replace phone or mail address."""
    given = typed("phone", "email")
    return _answered(
        person_id, given, lambda: container().office_people.set_addresses(viewer(), person_id, **given),
        blamed="phone", done="联系方式已更新。",
    )  # fmt: skip


@blueprint.post("/units/people/<int:person_id>/contact/<channel>/clear")
@requires(Action.MANAGE_UNITS)
def clear_contact(person_id: int, channel: str) -> Response:
    """Use an address again that was reported dead."""
    parts, within = container(), administration(Action.MANAGE_UNITS).unit_ids
    with parts.reading() as session:
        person = roster_page.get_person(session, person_id, within=within, today=local_date(parts.clock.now()))
    if parts.outbox.clear_contact(viewer(), person_id, channel):
        flash(f"{person.name}的{CHANNEL_TITLES.get(channel, '')}地址已恢复使用。", "success")
    else:
        flash("这个地址没有被标记，可能已有人处理。", "warning")
    return redirect(url_for("units.quality"))


@blueprint.post("/units/people/<int:person_id>/posts")
@requires(Action.MANAGE_UNITS)
def give_post(person_id: int) -> Answer | Response:
    """Let a person hold a role at a unit."""
    given = typed("unit", "role", "title", "starts_on")
    return _answered(
        person_id, given,
        lambda: container().office_people.give_post(
            viewer(), person_id, unit_id=number(given["unit"]), title=given["title"],
            role=Role(given["role"]) if given["role"] in set(Role) else None, starts_on=day(given["starts_on"], "starts_on"),
        ),
        blamed="role", done="岗位已设置。",
    )  # fmt: skip


@blueprint.post("/units/people/<int:person_id>/posts/<int:post_id>/end")
@requires(Action.MANAGE_UNITS)
def end_post(person_id: int, post_id: int) -> Answer | Response:
    """End a post after its last day."""
    given = typed("last")
    return _answered(
        person_id, given,
        lambda: container().office_people.end_post(viewer(), person_id, post_id, last=day(given["last"], "last")),
        blamed="last", done="岗位已终止。",
    )  # fmt: skip


@blueprint.post("/units/people/<int:person_id>/leave")
@requires(Action.MANAGE_UNITS)
def leave(person_id: int) -> Answer | Response:
    """Record that a person left."""
    given = typed("on")
    return _answered(
        person_id, given,
        lambda: container().office_people.record_leaving(viewer(), person_id, on=day(given["on"], "on")),
        blamed="on", done="已登记离任：岗位不再有效，账号停用，联系方式已清除。",
    )  # fmt: skip


def _answered(
    person_id: int, given: dict[str, str], act: Callable[[], object], *, blamed: str, done: str
) -> Answer | Response:
    """Do it and say so; else the page again with what was typed, a refusal standing at the field `blamed`."""
    try:
        act()
    except InvalidInput as wrong:
        return _page(person_id, given, dict(wrong.by_field())), 422
    except NotAllowed as refused:
        return _page(person_id, given, {blamed: refused.sentence}), 403
    flash(done, "success")
    return redirect(url_for("office_people.show", person_id=person_id))


def _page(
    person_id: int, given: dict[str, str] | None = None, errors: dict[str, str] | None = None,
    contacts: Contacts | None = None,
) -> str:  # fmt: skip
    parts, within = container(), administration(Action.MANAGE_UNITS).unit_ids
    today = local_date(parts.clock.now())
    with parts.reading() as session:
        person = roster_page.get_person(session, person_id, within=within, today=today)
        choices = unit_choices(session, within=within)
    return render_template(
        "units/person.html", person=person, choices=choices, given=given or {}, errors=errors or {}, contacts=contacts,
        roles=[(role.value, title) for role, title in ROLE_TITLES.items() if role not in ADMIN_ROLES],
        today=today, within=within, is_self=person_id == viewer().person_id,
    )  # fmt: skip
