"""People, their accounts and posts, as the security administrator keeps them."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.errors import InvalidInput, NotAllowed
from tracker.domain.inputs import cleaned
from tracker.domain.passwords import random_password
from tracker.domain.permissions import Action, may
from tracker.domain.values import ROLE_TITLES, Role, local_date
from tracker.persistence.queries import people_page as queries
from tracker.web.auth import requires
from tracker.web.listing import asked, page_number, page_url
from tracker.web.requests import container, viewer

blueprint = Blueprint("accounts", __name__)

Answer = Response | str | tuple[str, int]
PAGE_SIZE = 50


@blueprint.get("/admin/accounts")
@requires(Action.SEE_ACCOUNTS)
def index() -> str:
    """List people with their accounts."""
    return _list_page({})


@blueprint.post("/admin/people")
@requires(Action.MANAGE_ACCOUNTS)
def add_person() -> Answer:
    """Add a person."""
    typed = _typed("name", "phone", "email")
    try:
        person_id = container().people.add_person(**typed, by=viewer())
    except InvalidInput as wrong:
        return _list_page(typed, dict(wrong.by_field())), 422
    flash("人员已添加，请接着设置账号和岗位。", "success")
    return redirect(url_for("accounts.person", person_id=person_id))


@blueprint.get("/admin/people/<int:person_id>")
@requires(Action.SEE_ACCOUNTS)
def person(person_id: int) -> str:
    """Show one person."""
    return _person_page(person_id)


@blueprint.post("/admin/people/<int:person_id>/accounts")
@requires(Action.MANAGE_ACCOUNTS)
def create_account(person_id: int) -> Answer:
    """Give a person an account with a random password, shown this once."""
    typed, password = _typed("username"), random_password()
    try:
        container().people.create_account(
            person_id=person_id, username=typed["username"], password=password, by=viewer()
        )
    except InvalidInput as wrong:
        return _person_page(person_id, typed=typed, errors=dict(wrong.by_field())), 422
    return _person_page(person_id, password=(typed["username"].lower(), password))


@blueprint.post("/admin/people/<int:person_id>/posts")
@requires(Action.MANAGE_ACCOUNTS)
def give_post(person_id: int) -> Answer:
    """Let a person hold a role at a unit."""
    typed = _typed("unit", "role", "title", "campaign")
    unit_id, campaign_id = _chosen(typed["unit"]), _chosen(typed["campaign"])
    errors = {} if typed["role"] in set(Role) else {"role": "请选择岗位。"}
    errors |= {"unit": "请选择单位。"} if unit_id is None else {}
    # An unreadable choice must not turn into a post over all campaigns.
    errors |= {"campaign": "请选择专项行动。"} if typed["campaign"] and campaign_id is None else {}
    if errors or unit_id is None:
        return _person_page(person_id, typed=typed, errors=errors), 422
    try:
        container().people.give_post(
            person_id=person_id, unit_id=unit_id, role=Role(typed["role"]), title=typed["title"],
            campaign_id=campaign_id, by=viewer(),
        )  # fmt: skip
    except InvalidInput as wrong:
        return _person_page(person_id, typed=typed, errors=dict(wrong.by_field())), 422
    except NotAllowed as refused:
        return _person_page(person_id, typed=typed, errors={"role": refused.sentence}), 403
    flash("岗位已设置，从现在起有效。", "success")
    return redirect(url_for("accounts.person", person_id=person_id))


@blueprint.post("/admin/people/<int:person_id>/posts/<int:post_id>/end")
@requires(Action.MANAGE_ACCOUNTS)
def end_post(person_id: int, post_id: int) -> Response:
    """End a post at once."""
    container().people.end_post(post_id, by=viewer())
    flash("岗位已终止。", "success")
    return redirect(url_for("accounts.person", person_id=person_id))


@blueprint.post("/admin/people/<int:person_id>/leave")
@requires(Action.MANAGE_ACCOUNTS)
def leave(person_id: int) -> Response:
    """Record that a person has left."""
    container().people.record_leaving(person_id, by=viewer())
    flash("已登记离任：岗位终止，账号停用，联系方式已清除。", "success")
    return redirect(url_for("accounts.person", person_id=person_id))


@blueprint.post("/admin/people/<int:person_id>/accounts/<int:account_id>/reset")
@requires(Action.MANAGE_ACCOUNTS)
def reset(person_id: int, account_id: int) -> Answer:
    """Give an account a new random password, shown this once."""
    password = container().people.reset_password(account_id, by=viewer())
    return _person_page(person_id, password=("", password))


@blueprint.post("/admin/people/<int:person_id>/accounts/<int:account_id>/<any(unlock, disable, enable):act>")
@requires(Action.MANAGE_ACCOUNTS)
def change(person_id: int, account_id: int, act: str) -> Response:
    """Unlock, stop or start an account."""
    people = container().people
    acts = {
        "unlock": (people.unlock, "账号已解锁。"), "disable": (people.disable, "账号已停用，本人已被退出登录。"),
        "enable": (people.enable, "账号已启用。"),
    }  # fmt: skip
    make, sentence = acts[act]
    make(account_id, by=viewer())
    flash(sentence, "success")
    return redirect(url_for("accounts.person", person_id=person_id))


def _list_page(typed: dict[str, str], errors: dict[str, str] | None = None) -> str:
    parts, sought = container(), asked("q")
    with parts.reading() as session:
        found = queries.find_people(
            session, sought=sought, today=local_date(parts.clock.now()), real_now=parts.clock.real_now(),
            page=page_number(), size=PAGE_SIZE,
        )  # fmt: skip
    return render_template(
        "admin/accounts.html", found=found, sought=sought or "", url=page_url("accounts.index"), typed=typed,
        errors=errors or {}, may_manage=may(viewer(), Action.MANAGE_ACCOUNTS),
    )  # fmt: skip


def _person_page(
    person_id: int, *, typed: dict[str, str] | None = None, errors: dict[str, str] | None = None,
    password: tuple[str, str] | None = None,
) -> str:  # fmt: skip
    parts = container()
    with parts.reading() as session:
        found = queries.get_person(
            session, person_id, today=local_date(parts.clock.now()), real_now=parts.clock.real_now()
        )
        choices = queries.post_choices(session)
    return render_template(
        "admin/person.html", person=found, choices=choices, typed=typed or {}, errors=errors or {},
        password=password, roles=[(role.value, title) for role, title in ROLE_TITLES.items()],
        may_manage=may(viewer(), Action.MANAGE_ACCOUNTS),
    )  # fmt: skip


def _chosen(typed: str) -> int | None:
    """Return the number of a choice; anything else counts as not chosen."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else None


def _typed(*names: str) -> dict[str, str]:
    return {name: cleaned(request.form.get(name, "")) for name in names}
