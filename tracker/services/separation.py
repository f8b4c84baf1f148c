"""Separation by person: doer ≠ signer-off, drafter ≠ approver (DESIGN.md §3.5).

When no other person at the office may take the step, it rises to the unit above (`services.rising`). Where no unit
above has anybody either, one person may take it, with a reason that the record shows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from tracker.domain.definition import TransitionDefinition, WorkflowDefinition
from tracker.domain.doers import Doers, doers_of
from tracker.domain.extending import Asked
from tracker.domain.rising import DECIDING_PARTIES, Level, left_to_one, needs_of
from tracker.domain.values import local_date
from tracker.persistence.models import Task
from tracker.persistence.queries.chains import read_chains
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.context import Setting


@dataclass(frozen=True)
class Separation:
    """How separation stands on one task: whether the campaign has it on, and the steps that are left to one person."""

    binds: bool
    left_to_one: frozenset[str] = frozenset()


def separation_for(
    uow: UnitOfWork, task: Task, setting: Setting, definition: WorkflowDefinition, *, now: datetime,
    extension: Asked | None = None,
) -> Separation:  # fmt: skip
    """Tell how separation stands on a task now; with `extension` also for the answer to it."""
    if not setting.separation:
        return Separation(binds=False)
    needs = needs_of(definition, task.state, task.last_doers, separation=True, extension=extension)
    if not any(need.excluded for need in needs):
        return Separation(binds=True)
    if task.tie == "share" and task.upper_unit_id is not None:
        return Separation(binds=True, left_to_one=left_to_one(needs, [_upper_level(uow, task, now=now)]))
    office = setting.office.unit_id
    chain = read_chains(uow.session, [office], today=local_date(now))[office].levels(task.campaign_id)
    return Separation(binds=True, left_to_one=left_to_one(needs, chain))


def _upper_level(uow: UnitOfWork, task: Task, *, now: datetime) -> Level:
    """Return who judges a share: whoever answers for the unit that handed it down, in every office-side role."""
    judging = task.upper_unit_id or 0
    posts = uow.told.posts_at([judging], today=local_date(now))
    people = frozenset(
        p.person_id for p in posts if p.role in ("liaison", "head") and p.campaign_id in (None, task.campaign_id)
    )
    return Level(judging, dict.fromkeys(sorted(DECIDING_PARTIES), people))


def with_reason_when_alone(
    planned: TransitionDefinition, separation: Separation, *, person_id: int, last_doers: Doers
) -> TransitionDefinition:
    """Return the transition, asking for a reason where one person takes a step that should have been another's."""
    alone = planned.name in separation.left_to_one and any(
        person_id in doers_of(last_doers, earlier) for earlier in planned.unless_same_person_as
    )
    return replace(planned, reason="required") if alone else planned


def may_answer_own(separation: Separation, asked: Asked) -> bool:
    """Tell whether who asked for or examined an extension may also answer it (with a reason, when nobody else may)."""
    return not separation.binds or asked.party in separation.left_to_one
