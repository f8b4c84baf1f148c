"""Separation by person: doer ≠ signer-off, drafter ≠ approver, unless nobody is left (DESIGN.md §3.5).

When no other person holds a post that may take the step, the decision may be taken by the same person: the
record then shows it, because the event names the transition and the earlier doer.
"""

from __future__ import annotations

from datetime import datetime

from tracker.domain.definition import WorkflowDefinition
from tracker.domain.permissions import Viewer
from tracker.domain.values import local_date
from tracker.persistence.models import Task
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.context import Setting

PARTY_ROLES = {"supervisor": "supervisor", "office": "office", "leader": "leader"}


def separation_holds(
    uow: UnitOfWork, viewer: Viewer, task: Task, setting: Setting, definition: WorkflowDefinition, *, now: datetime
) -> bool:
    """Tell whether separation binds this viewer on this task now.

    It binds unless the campaign switched it off, or every office-side post that could take a separated step from
    the present state is held by the viewer alone.
    """
    if not setting.separation:
        return False
    roles = {
        PARTY_ROLES[party]
        for t in definition.transitions
        if t.unless_same_person_as and task.state in t.sources
        for party in t.by
        if party in PARTY_ROLES
    }
    if not roles:
        return True
    posts = uow.told.posts_at([setting.office.unit_id], today=local_date(now))
    others = {
        p.person_id for p in posts if p.role in roles and p.campaign_id in (None, task.campaign_id)
    } - {viewer.person_id}
    return bool(others)
