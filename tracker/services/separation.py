"""Separation by person: doer ≠ signer-off, drafter ≠ approver, unless nobody is left (DESIGN.md §3.5).

When no other person holds a post that may take the step, one person may take it, with a reason that the record
shows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from tracker.domain.definition import TransitionDefinition, WorkflowDefinition
from tracker.domain.permissions import Viewer
from tracker.domain.values import local_date
from tracker.persistence.models import Task
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.context import Setting

PARTY_ROLES = {"supervisor": "supervisor", "office": "office", "leader": "leader"}


class Separation(StrEnum):
    """How separation stands for one person on one task."""

    BINDS = "binds"
    SWITCHED_OFF = "switched_off"  # the campaign's own choice
    NOBODY_ELSE = "nobody_else"  # no other person may take the step; one may act, with a reason


def separation_for(
    uow: UnitOfWork, viewer: Viewer, task: Task, setting: Setting, definition: WorkflowDefinition, *, now: datetime
) -> Separation:
    """Tell how separation stands for this viewer on this task now."""
    if not setting.separation:
        return Separation.SWITCHED_OFF
    roles = {
        PARTY_ROLES[party]
        for t in definition.transitions
        if t.unless_same_person_as and task.state in t.sources
        for party in t.by
        if party in PARTY_ROLES
    }
    if not roles:
        return Separation.BINDS
    return binding(uow, viewer, task, setting, roles, now=now)


def binding(
    uow: UnitOfWork, viewer: Viewer, task: Task, setting: Setting, roles: Collection[str], *, now: datetime
) -> Separation:
    """Tell how a step that any holder of `roles` at the office may take binds the viewer, where separation holds."""
    if not setting.separation:
        return Separation.SWITCHED_OFF
    posts = uow.told.posts_at([setting.office.unit_id], today=local_date(now))
    others = {p.person_id for p in posts if p.role in roles and p.campaign_id in (None, task.campaign_id)} - {
        viewer.person_id
    }
    return Separation.BINDS if others else Separation.NOBODY_ELSE


def with_reason_when_alone(
    planned: TransitionDefinition, separation: Separation, *, person_id: int, last_doers: Mapping[str, int]
) -> TransitionDefinition:
    """Return the transition, asking for a reason where one person takes a step that should have been another's."""
    alone = separation is Separation.NOBODY_ELSE and any(
        last_doers.get(earlier) == person_id for earlier in planned.unless_same_person_as
    )
    return replace(planned, reason="required") if alone else planned
