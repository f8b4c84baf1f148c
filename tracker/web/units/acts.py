"""Rename, merge and split a unit: each shows what it will do before it does it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.errors import InvalidInput, NotFound, StaleVersion
from tracker.domain.inputs import cleaned
from tracker.domain.permissions import Action
from tracker.domain.reorganising import NewUnit
from tracker.domain.roster.cells import read_list
from tracker.domain.values import local_date
from tracker.persistence.queries.unit_page import UnitFacts, get_unit, unit_choices, unit_ids, units_beside
from tracker.web.auth import requires
from tracker.web.requests import container, viewer
from tracker.web.units.scope import Answer, act_from, administration, number, typed

blueprint = Blueprint("unit_acts", __name__)

NEW_ROWS = 4
MOST_SIBLINGS = 60


@blueprint.get("/units/<int:unit_id>/rename")
@requires(Action.MANAGE_UNITS)
def ask_rename(unit_id: int) -> str:
    """Ask for the new names."""
    unit, _ = _unit(unit_id)
    given = {"name": unit.name, "short_name": unit.short_name, "parent": str(unit.parent_id or "")}
    return _rename_page(unit_id, given, {})


@blueprint.post("/units/<int:unit_id>/rename")
@requires(Action.MANAGE_UNITS)
def rename(unit_id: int) -> Answer | Response:
    """Give the unit other names or another parent."""
    given = typed("name", "short_name", "parent", "on", "reason", "known_name")
    try:
        container().reorganisations.rename(
            viewer(), unit_id, name=given["name"], short_name=given["short_name"], parent_id=number(given["parent"]),
            act=act_from(given), known_name=given["known_name"],
        )  # fmt: skip
    except InvalidInput as wrong:
        return _rename_page(unit_id, given, dict(wrong.by_field())), 422
    except StaleVersion as stale:
        return _rename_page(unit_id, given, {"name": stale.sentence}), 409
    flash("已办理，旧名称连同起止日期保留在“沿革”中，已印文书不变。", "success")
    return redirect(url_for("units.show", unit_id=unit_id))


@blueprint.get("/units/<int:unit_id>/merge")
@requires(Action.MANAGE_UNITS)
def ask_merge(unit_id: int) -> Answer:
    """Ask which units are merged into this one; once they are chosen, show what will happen."""
    return _merge_page(unit_id, _sources(request.args), {}, {})


@blueprint.post("/units/<int:unit_id>/merge")
@requires(Action.MANAGE_UNITS)
def merge(unit_id: int) -> Answer | Response:
    """Merge the units, as shown."""
    given, sources = typed("on", "reason", "digest"), _sources(request.form)
    try:
        plan = container().reorganisations.merge(
            viewer(), sources, unit_id, act=act_from(given), digest=given["digest"]
        )
    except InvalidInput as wrong:
        page, _ = _merge_page(unit_id, sources, given, dict(wrong.by_field()))
        return page, 422
    except StaleVersion as stale:
        page, _ = _merge_page(unit_id, sources, given, {"plan": stale.sentence})
        return page, 409
    flash(f"已合并：移交任务{len(plan.tasks)}项，终止岗位{plan.posts}个。双方联络员会收到通知。", "success")
    return redirect(url_for("units.show", unit_id=unit_id))


@blueprint.get("/units/<int:unit_id>/split")
@requires(Action.MANAGE_UNITS)
def ask_split(unit_id: int) -> Answer:
    """Ask for the new units; once they are named, list the open tasks, each to be given to one of them."""
    return _split_page(unit_id, request.args, {})


@blueprint.post("/units/<int:unit_id>/split")
@requires(Action.MANAGE_UNITS)
def split(unit_id: int) -> Answer | Response:
    """Make the new units and hand the tasks over, as chosen."""
    given = typed("on", "reason", "digest")
    tasks = {
        task_id: key
        for name in request.form
        if (task_id := number(name.removeprefix("task"))) is not None and name.startswith("task")
        and (key := cleaned(request.form[name]))
    }  # fmt: skip
    try:
        new = container().reorganisations.split(
            viewer(), unit_id, new=_new_units(request.form), ends=request.form.get("ends") == "yes", tasks=tasks,
            act=act_from(given), digest=given["digest"],
        )  # fmt: skip
    except InvalidInput as wrong:
        page, _ = _split_page(unit_id, request.form, dict(wrong.by_field()))
        return page, 422
    except StaleVersion as stale:
        page, _ = _split_page(unit_id, request.form, {"plan": stale.sentence})
        return page, 409
    flash(f"已分设{len(new)}个单位。请接着为新单位登记联络员和负责人。", "success")
    return redirect(url_for("units.show", unit_id=new[0]))


def _rename_page(unit_id: int, given: Mapping[str, str], errors: Mapping[str, str]) -> str:
    unit, choices = _unit(unit_id)
    return render_template(
        "units/rename.html", unit=unit, choices=choices, given=given, errors=errors,
        today=local_date(container().clock.now()),
    )  # fmt: skip


def _merge_page(
    unit_id: int, sources: list[int], given: Mapping[str, str], errors: Mapping[str, str]
) -> tuple[str, int]:
    unit, _ = _unit(unit_id)
    parts = container()
    errors = dict(errors)
    if cleaned(request.values.get("codes", "")) and len(sources) < len(read_list(request.values.get("codes", ""))):
        errors.setdefault("codes", "有的编码没有找到。请核对，编码见“单位和人员”列表。")
    plan = parts.reorganisations.plan_merge(viewer(), sources, unit_id) if sources else None
    within = administration(Action.MANAGE_UNITS).unit_ids
    with parts.reading() as session:
        beside = units_beside(session, unit_id, within=within, most=MOST_SIBLINGS)
    page = render_template(
        "units/merge.html", unit=unit, beside=beside, plan=plan, sources=sources, given=given, errors=errors,
        codes=request.values.get("codes", ""), today=local_date(parts.clock.now()),
    )  # fmt: skip
    return page, 422 if errors else 200


def _split_page(unit_id: int, asked: Mapping[str, Any], errors: Mapping[str, str]) -> tuple[str, int]:
    unit, _ = _unit(unit_id)
    ends, new = asked.get("ends") == "yes", _new_units(asked)
    plan = container().reorganisations.plan_split(viewer(), unit_id, ends=ends) if new else None
    rows = [
        (index, *(cleaned(str(asked.get(f"{name}{index}", ""))) for name in ("key", "name", "short_name")))
        for index in range(NEW_ROWS)
    ]
    page = render_template(
        "units/split.html", unit=unit, new=new, rows=rows, ends=ends, plan=plan, errors=errors, given=asked,
        today=local_date(container().clock.now()),
    )  # fmt: skip
    return page, 422 if errors else 200


def _unit(unit_id: int) -> tuple[UnitFacts, list[tuple[int, str]]]:
    within = administration(Action.MANAGE_UNITS).unit_ids
    with container().reading() as session:
        unit = get_unit(session, unit_id, within=within)
        if unit.ended_on is not None:
            raise NotFound("这个单位已撤并，不能再办理。")
        return unit, unit_choices(session, within=within)


def _sources(asked: Any) -> list[int]:
    """Return the units ticked and those whose codes were typed, each once."""
    ticked = [found for one in asked.getlist("unit") if (found := number(one)) is not None]
    codes = read_list(str(asked.get("codes", "")))
    if codes:
        with container().reading() as session:
            known = unit_ids(session, codes)
        ticked += [known[code] for code in codes if code in known]
    return list(dict.fromkeys(ticked))


def _new_units(asked: Mapping[str, Any]) -> list[NewUnit]:
    found = []
    for index in range(NEW_ROWS):
        key, name, short = (cleaned(str(asked.get(f"{part}{index}", ""))) for part in ("key", "name", "short_name"))
        if key or name:
            found.append(NewUnit(key, name, short))
    return found
