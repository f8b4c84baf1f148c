"""The desk and the unit's own problem ledger."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.definition import WorkflowDefinition
from tracker.domain.errors import NotAllowed, StaleVersion, TransitionNotAllowed
from tracker.domain.lights import LIGHTS
from tracker.domain.permissions import Action, Place, may
from tracker.domain.quotas import TaskPeriod
from tracker.domain.values import local_date
from tracker.persistence.queries.desk import (
    MOST_TASKS,
    DeskTask,
    UnitProblem,
    find_unit_problems,
    find_units,
    read_desk,
    sum_unit_problems,
)
from tracker.persistence.queries.due_month import find_due
from tracker.persistence.queries.required_returns import find_missing_returns
from tracker.persistence.queries.risen import find_risen
from tracker.web.auth import requires
from tracker.web.desk.month import month_asked, present_month
from tracker.web.desk.presenters import Ruler, present_groups, present_tiles, say_day
from tracker.web.requests import container, viewer
from tracker.web.risen import present_risen
from tracker.web.showing import left_or_late

blueprint = Blueprint("desk", __name__)

#: Returns listed as missing; the campaign's own page has them all.
MOST_RETURNS = 30


@blueprint.get("/desk")
@requires(Action.ACT_AS_UNIT, Action.SEE_TASK)
def desk() -> str:
    """Show what the viewer's units must do."""
    parts, who = container(), viewer()
    now, calendar = parts.clock.now(), parts.calendars.newest()
    unit = _number(request.args.get("unit"), None)
    with parts.reading() as session:
        found = read_desk(session, who, unit=unit, now=now, calendar=calendar)
        risen = find_risen(session, who)
        missing = find_missing_returns(session, who, unit=unit, most=MOST_RETURNS)
    ruler = Ruler(
        now, calendar, parts.catalog.ladder, _state_title,
        may_act=lambda unit, campaign: may(who, Action.ACT_AS_UNIT, Place(None, campaign, unit)),
        may_urge=lambda unit, campaign: may(who, Action.URGE, Place(-1, campaign, unit)), offers_nil=_offers_nil,
    )  # fmt: skip
    groups = present_groups(found.tasks, ruler)
    notices = [
        (one, LIGHTS[one.light], _state_title(one.workflow_version_id, one.state),
         left_or_late(one.due_on, one.due_at, now=now, calendar=calendar, contested=one.contested))
        for one in found.notices
    ]  # fmt: skip
    return render_template(
        "desk/desk.html", desk=found, groups=groups, notices=notices, today=local_date(now), most=MOST_TASKS,
        tiles=present_tiles(groups, notices=len(notices)), day=say_day(found.tasks, ruler),
        missing=missing, units=found.units, unit=unit, risen=present_risen(risen, parts.catalog),
        campaigns=len({task.campaign_id for task in found.tasks}), state_title=_state_title,
    )  # fmt: skip


@blueprint.get("/desk/month")
@requires(Action.ACT_AS_UNIT, Action.SEE_TASK)
def month() -> str:
    """Show what falls due in a month (?month=2026-03)."""
    parts, who = container(), viewer()
    now, calendar = parts.clock.now(), parts.calendars.newest()
    unit = _number(request.args.get("unit"), None)
    first, last = month_asked(request.args.get("month"), local_date(now))
    with parts.reading() as session:
        due = find_due(session, who, unit=unit, first=first, last=last, now=now, calendar=calendar)
        units = find_units(session, who)
    view = present_month(first, last, due.items, calendar, today=local_date(now))
    return render_template("desk/month.html", month=view, due=due, units=units, unit=unit, shown_month=f"{first:%Y-%m}")


@blueprint.post("/desk/accept")
@requires(Action.ACT_AS_UNIT)
def accept_all() -> Response:
    """Sign for every listed task; one that somebody has acted on meanwhile is left out and said."""
    accepted, left_out = 0, []
    for named in request.form.getlist("task")[:MOST_TASKS]:
        ref, _, version = named.replace("\x00", "").partition(":")
        try:
            container().tasks.apply_transition(
                viewer(), task_ref=ref, transition="accept", expected_version=_number(version, 0) or 0
            )
        except (StaleVersion, TransitionNotAllowed, NotAllowed):
            left_out.append(ref)
        else:
            accepted += 1
    flash(f"已签收{accepted}项任务。", "success")
    if left_out:
        flash(f"这些任务已有变化，没有签收，请逐项查看：{'、'.join(left_out)}。", "warning")
    return redirect(url_for("desk.desk"))


@blueprint.get("/desk/problems")
@requires(Action.ACT_AS_UNIT, Action.SEE_TASK)
def problems() -> str:
    """Show the problems that the viewer's units found, and how they add up."""
    parts, who = container(), viewer()
    now, calendar = parts.clock.now(), parts.calendars.newest()
    with parts.reading() as session:
        number = _number(request.args.get("page"), 1) or 1
        page = find_unit_problems(session, who, page=number, now=now, calendar=calendar)
        sums = sum_unit_problems(session, who)
    return render_template(
        "desk/problems.html", page=page, sums=sums, today=local_date(now), lights=LIGHTS, state_title=_state_title,
        option=_problem_option, url=lambda n: url_for("desk.problems", page=n),
    )  # fmt: skip


def _number(typed: str | None, default: int | None) -> int | None:
    """Return a number from the address; anything else counts as not given."""
    return int(typed) if typed and typed.isascii() and typed.isdigit() and len(typed) < 16 else default


def _problem_option(problem: UnitProblem, field: str) -> str:
    """Return how the form that found the problem words one of its choices."""
    return option_title(
        container().catalog.workflow(problem.found_in_version_id), "problem", field, getattr(problem, field)
    )


def option_title(workflow: WorkflowDefinition, form: str, field: str, value: str) -> str:
    """Return the title of a stored choice, or the value itself where the form no longer has it."""
    definition = workflow.forms.get(form)
    found = next((f for f in definition.fields if f.name == field), None) if definition else None
    return found.options.get(value, value) if found else value


def _offers_nil(task: DeskTask) -> bool:
    """Tell whether a nil return would answer the task's period now."""
    definition = container().catalog.workflow(task.workflow_version_id)
    period = TaskPeriod(task.period_key, task.quota, task.recorded)
    return any(
        step.nil and task.state in step.sources and period.offers(step, definition) for step in definition.transitions
    )


def _state_title(version_id: int, state: str) -> str:
    definition = container().catalog.workflow(version_id).states.get(state)
    return definition.title if definition else state
