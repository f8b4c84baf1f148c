"""The desk and the unit's own problem ledger."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for

from tracker.domain.definition import WorkflowDefinition
from tracker.domain.lights import LIGHTS
from tracker.domain.permissions import Action, Place, may
from tracker.domain.values import Role, local_date
from tracker.persistence.queries.desk import (
    MOST_TASKS,
    UnitProblem,
    find_unit_problems,
    read_desk,
    sum_unit_problems,
)
from tracker.web.auth import requires
from tracker.web.desk.presenters import Ruler, present_groups
from tracker.web.requests import container, viewer
from tracker.web.showing import left_or_late

blueprint = Blueprint("desk", __name__)


@blueprint.get("/desk")
@requires(Action.ACT_AS_UNIT, Action.SEE_TASK)
def desk() -> str:
    """Show what the viewer's units must do."""
    parts, who = container(), viewer()
    now, calendar = parts.clock.now(), parts.calendars.newest()
    with parts.reading() as session:
        found = read_desk(session, who, now=now, calendar=calendar)
    ruler = Ruler(
        now, calendar, parts.catalog.ladder, _state_title,
        may_act=lambda unit, campaign: may(who, Action.ACT_AS_UNIT, Place(None, campaign, unit)),
        may_urge=lambda unit, campaign: may(who, Action.URGE, Place(-1, campaign, unit)),
    )  # fmt: skip
    groups = present_groups(found.tasks, ruler)
    notices = [
        (one, LIGHTS[one.light], _state_title(one.workflow_version_id, one.state),
         left_or_late(one.due_on, one.due_at, now=now, calendar=calendar))
        for one in found.notices
    ]  # fmt: skip
    return render_template(
        "desk/desk.html", desk=found, groups=groups, notices=notices, today=local_date(now), most=MOST_TASKS,
        many_units=len(who.units(Role.LIAISON, Role.HEAD, Role.AREA_LEADER)) > 1, state_title=_state_title,
    )  # fmt: skip


@blueprint.get("/desk/problems")
@requires(Action.ACT_AS_UNIT, Action.SEE_TASK)
def problems() -> str:
    """Show the problems that the viewer's units found, and how they add up."""
    parts, who = container(), viewer()
    now, calendar = parts.clock.now(), parts.calendars.newest()
    wanted = request.args.get("page", "1")
    number = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 7 else 1
    with parts.reading() as session:
        page = find_unit_problems(session, who, page=number, now=now, calendar=calendar)
        sums = sum_unit_problems(session, who)
    return render_template(
        "desk/problems.html", page=page, sums=sums, today=local_date(now), lights=LIGHTS, state_title=_state_title,
        option=_problem_option, url=lambda n: url_for("desk.problems", page=n),
    )  # fmt: skip


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


def _state_title(version_id: int, state: str) -> str:
    definition = container().catalog.workflow(version_id).states.get(state)
    return definition.title if definition else state
