"""Which units an office keeps: its own administration, that is the unit above it with all that lies below."""

from __future__ import annotations

from dataclasses import dataclass

from tracker.domain.errors import NotFound
from tracker.domain.permissions import Action, Place, Viewer, may
from tracker.domain.values import Role
from tracker.persistence.repositories.units import OfficeRow
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.recording import ENGINE, Doer, doer_at

NO_PAGE = "没有这个页面，或者您无权查看。"


@dataclass(frozen=True)
class Administration:
    """The units of one office. `unit_ids` None = all of them (the operator, and the system administrator who looks)."""

    office: OfficeRow | None
    unit_ids: frozenset[int] | None
    by: Doer = ENGINE

    def reaches(self, unit_id: int) -> bool:
        """Tell whether a unit belongs to it."""
        return self.unit_ids is None or unit_id in self.unit_ids


def administration_of(uow: UnitOfWork, viewer: Viewer | None, action: Action) -> Administration:
    """Return what the viewer keeps or sees by `action`; None is the operator at the command line.

    Raises NotFound for everybody else: for them these pages do not exist.
    """
    if viewer is None:
        offices = uow.units.find_offices()
        return Administration(offices[0] if len(offices) == 1 else None, None)
    for post in viewer.actor.posts:
        place = Place(post.unit_id, None, None, internal=True)
        if post.role is not Role.OFFICE or post.campaign_id is not None or not may(viewer, action, place):
            continue
        office = uow.units.office_of_unit(post.unit_id)
        if office is not None:
            own = uow.units.by_id([office.unit_id])[office.unit_id]
            top = own.parent_id or own.id
            below = uow.units.descendants([top])[top]
            return Administration(office, below, doer_at(viewer, place, action))
    if viewer.actor.holds(Role.SYSTEM_ADMIN) and may(viewer, action):
        return Administration(None, None, doer_at(viewer, Place(), action))
    raise NotFound(NO_PAGE)
